"""When tablets fail or nobody has a PIN: numbers to call, the paper list and its charts, and what paper counts as."""

from __future__ import annotations

import json
import uuid

import pytest

from server import clock
from server.records import intake
from tests.harness.visitor import Visitor


def told(tablet):
    return tablet.client.get("/api/v1/device", headers=tablet.auth).json


def plan(home, resident, **fields):
    stated = intake.Statement(
        record=(id_ := uuid.uuid4()), id=id_, kind="hydration_plan",
        fields={"resident": str(resident), **fields}, occurred_ms=clock.now_ms(),
    )  # fmt: skip
    assert home.append(stated)[0].status == "accepted"


def test_a_manager_sets_the_numbers_and_every_tablet_hears_them_before_anybody_unlocks_it(home, sue, edith):
    home.resident("Mabel", unit="Rowan")
    fresh = home.tablet()
    assert told(fresh)["call"] == [] and told(fresh)["home_key"]["kty"] == "EC"
    page = sue.send("/numbers", n0="01632 960 111", n1=" 01632  960 222 ", n2="+44 (0)7700 900123", n3="")
    assert page.path == "/numbers" and "The numbers are saved" in page.text
    assert told(fresh)["call"] == [
        {"whose": "unit", "unit": "Rowan", "number": "01632 960 111"},
        {"whose": "unit", "unit": "Willow", "number": "01632 960 222"},
        {"whose": "on_call", "unit": None, "number": "+44 (0)7700 900123"},
    ]
    row = home.rows()[-1]["submission"]
    assert (row["kind"], row["author"]) == ("call_number", str(sue.person.id))
    before = len(home.rows())
    assert "Nothing was changed" in sue.send("/numbers", n0="01632 960 111", n1="01632 960 222", n2="+44 (0)7700 900123").text
    assert len(home.rows()) == before
    sue.send("/numbers", n0="", n1="01632 960 222", n2="+44 (0)7700 900123", n3="")
    assert [one["unit"] for one in told(fresh)["call"]] == ["Willow", None]


@pytest.mark.parametrize("odd", ["call Ama", "12", "01632 960 111 or 112", "0" * 30, "<b>1</b>"])
def test_what_no_phone_can_dial_is_refused_beside_its_field_and_nothing_is_saved(home, sue, edith, odd):
    page = sue.send("/numbers", n0="01632 960 111", n1=odd)
    assert page.status == 400 and "On-call manager: type a phone number" in page.text and 'value="01632 960 111"' in page.html
    assert told(home.tablet())["call"] == []


def test_a_senior_carer_reads_the_numbers_and_changes_none_and_no_tablet_sends_one(home, edith, tablet):
    ama = Visitor.manager(home, ["senior_carer"])
    assert "Ask a registered manager" in ama.open("/numbers").text and "<form method=\"post\" action=\"/numbers\"" not in ama.open("/numbers").html
    assert ama.send("/numbers", form_at="/overview", n0="01632 960 111").status == 403
    (result,) = tablet.sync([tablet.statement("call_number", {"whose": "on_call", "number": "01632 960 111"})])["results"]
    assert result["status"] == "quarantined"


def test_the_paper_list_says_what_keeps_each_person_safe_and_has_a_blank_chart_for_each(home, sue, edith):
    mabel, gone = home.resident("Mabel", room="2"), home.resident("Gone Greta", left_on="2026-01-01")
    assert gone
    plan(home, mabel, iddsi_level=2, limit_ml=1_000, nil_by_mouth_from="2026-01-01T08:00:00+00:00", support="Beaker with lid")
    sue.send("/numbers", n1="01632 960 222")
    page = sue.open("/safety-list")
    for said in ("Room 2", "Level 2: ", "1,000ml", "Yes: give nothing", "Beaker with lid", "No plan: ask the senior", "On-call manager: 01632 960 222", "999"):
        assert said in page.text, said
    assert page.html.count('data-testid="chart"') == 2 and "Gone Greta" not in page.text and "<script" not in page.html
    assert "/safety-list" in sue.open("/residents").links()


def test_two_values_of_one_safety_fact_are_both_printed_and_neither_silently(home, sue, edith, tablet):
    first = tablet.statement("hydration_plan", {"resident": str(edith), "iddsi_level": 1})
    tablet.sync([first])
    parents = {"record": first["id"], "parents": [first["id"]]}
    tablet.sync([tablet.statement("hydration_plan", {"iddsi_level": level}, **parents) for level in (2, 3)])
    page = sue.open("/safety-list").text
    assert "Two values: ask the senior." in page and "Level 2: " in page and "Level 3: " in page


def test_a_second_plan_hides_nothing_of_the_first_and_two_limits_are_both_printed(home, sue, edith):
    mabel = home.resident("Mabel", room="2")
    for one in (edith, mabel):
        plan(home, one, iddsi_level=2, limit_ml=1_000, nil_by_mouth_from="2026-01-01T08:00:00+00:00")
    plan(home, edith, preferences="tea")
    page = sue.open("/safety-list").text
    assert page.count("Level 2: ") == page.count("Yes: give nothing") == 4 and "Two values" not in page
    plan(home, mabel, limit_ml=1_500)
    assert "Two values: ask the senior. 1,000ml, 1,500ml" in sue.open("/safety-list").text
    assert "no more than 1,000ml" in sue.open("/residents").text and "Level 2" in sue.open(f"/residents/{edith}").text


def test_a_drink_from_paper_counts_names_who_gave_it_and_who_typed_it(home, tablet, edith, ama, sue):
    ben = home.staff("Ben Okoro", ["support_worker"])
    drink = tablet.drink(edith, 150)
    drink["fields"] |= {"source": "paper", "performed_by": str(ben.id)}
    assert tablet.sync([drink])["results"][0]["status"] == "accepted"
    said = home.record(drink["id"])
    assert (said["author"], said["fields"]["performed_by"], said["flags"]) == (str(ama.id), str(ben.id), [])
    page = sue.open(f"/residents/{edith}").text
    assert "From paper" in page and "150ml" in page
    assert json.dumps(said["fields"]).count("paper") == 1
