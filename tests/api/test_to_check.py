"""Deciding on a page: one drink or two, which version is right, and what a person's page says of what is not settled."""

from __future__ import annotations

import uuid

import pytest

from server import clock
from tests.api.test_doubles import FLAG, ben, flagged, rowan, tablet, totals  # noqa: F401
from tests.api.test_pages_records import add_up
from tests.harness.apps import rfc3339
from tests.harness.visitor import Visitor

WHY = "I asked Ama and Ben"


@pytest.fixture
def pair(home, edith, tablet, rowan):
    first = tablet.drink(edith, 150, occurred_at=rfc3339(clock.now_ms() - 20_000))
    second = rowan.drink(edith, 150)
    tablet.sync([first])
    rowan.sync([second])
    add_up(home)
    return first, second


def address(pair) -> str:
    return f"/to-check/doubles/{pair[0]['id']}/{pair[1]['id']}"


def test_both_entries_of_a_double_stand_side_by_side_with_who_when_and_which_tablet(priya, pair, home, edith):
    assert "1 to check" in priya.open("/overview").text
    page = priya.open("/to-check")
    assert "May be the same drink twice" in page.text and "Edith, Willow" in page.text.replace("Edith Willow", "Edith, Willow")
    for said in ("Ama Mensah", "Ben Okoro", "Willow 1", "Rowan 1", "150ml"):
        assert said in page.text, said
    assert address(pair) in page.links()
    page = priya.open(f"/residents/{edith}")
    assert "150 to 300ml of 1,500ml, 1 to check" in page.text and "May be the same drink twice: to check" in page.text
    assert "150 to 300ml of 1,500ml, 1 to check" in priya.open("/residents").text


def test_keeping_both_ends_it_and_is_in_the_ledger_with_the_reason(priya, pair, home, edith, tablet):
    page = priya.send(address(pair), what="both", why=WHY)
    assert "Your decision is in the record." in page.text and "Nothing to check." in page.text
    written = home.rows()[-1]["submission"]
    assert written["kind"] == "double_check" and written["fields"]["reason"] == WHY
    assert written["author"] == str(priya.person.id) and home.rows()[-1]["header"]["origin"] == "page"
    told = tablet.sync()
    assert (flagged(told, pair[0]), flagged(told, pair[1])) == (False, False)
    assert totals(home) == {edith: (300, 300, 0)}


def test_this_one_is_right_strikes_the_other_out_with_the_reason(priya, pair, home, edith):
    page = priya.send(address(pair), what=pair[1]["id"], why=WHY)
    assert page.path == "/to-check"
    assert home.record(pair[0]["id"])["struck_out"] and not home.record(pair[1]["id"])["struck_out"]
    assert home.rows()[-1]["submission"]["fields"] == {"struck_out": True, "correction_reason": WHY}
    assert totals(home) == {edith: (150, 150, 0)}
    # Somebody who still had the form open is told, and nothing more is written.
    before = len(home.rows())
    assert "decided or changed meanwhile" in priya.send(address(pair), what="both", why=WHY).text
    assert len(home.rows()) == before


@pytest.mark.parametrize(("form", "says"), [({"why": WHY}, "Choose what you decide"), ({"what": "both"}, "Say why you decide so")])
def test_a_decision_needs_a_choice_and_a_reason(priya, pair, home, form, says):
    before = len(home.rows())
    page = priya.send(address(pair), **form)
    assert page.status == 400 and says in page.text and page.title.startswith("Error")
    assert len(home.rows()) == before


def test_a_nutrition_lead_sees_what_is_to_check_and_may_not_decide(pair, home):
    rosa = Visitor.manager(home, ["nutrition_lead"], "Rosa Lind")
    page = rosa.open("/to-check")
    assert "A senior carer, shift leader or manager decides." in page.text and address(pair) not in page.links()
    assert rosa.open(address(pair)).status == 403


@pytest.fixture
def two_versions(home, edith, tablet, rowan):
    drink = tablet.drink(edith, 150)
    tablet.sync([drink])
    mine = tablet.statement("hydration_check", {"drunk_ml": 100, "correction_reason": "Spilt"}, record=drink["id"], parents=[drink["id"]])
    theirs = rowan.statement("hydration_check", {"drunk_ml": 120, "correction_reason": "Saw it"}, record=drink["id"], parents=[drink["id"]])
    tablet.sync([mine])
    rowan.sync([theirs])
    add_up(home)
    return drink, mine, theirs


def test_two_versions_stand_side_by_side_and_the_chosen_one_ends_the_conflict(priya, two_versions, home):
    drink, mine, theirs = two_versions
    address_ = f"/to-check/versions/{drink['id']}/drunk_ml"
    page = priya.open("/to-check")
    assert address_ in page.links()
    for said in ("100ml", "120ml", "Ama Mensah", "Ben Okoro", "Spilt", "Saw it", "Willow 1", "Rowan 1"):
        assert said in page.text, said
    seen = ",".join(home.record(drink["id"])["heads"])
    page = priya.send(address_, what=mine["id"], why=WHY, seen=seen)
    assert page.path == "/to-check" and "Nothing to check." in page.text
    found = home.record(drink["id"])
    assert found["conflicts"] == {} and found["fields"]["drunk_ml"] == 100
    assert sorted(home.rows()[-1]["submission"]["parents"]) == sorted([mine["id"], theirs["id"]])


def test_a_third_version_that_arrived_meanwhile_is_looked_at_before_anything_is_decided(priya, two_versions, home, tablet):
    drink, mine, _ = two_versions
    seen = ",".join(home.record(drink["id"])["heads"])
    third = tablet.statement("hydration_check", {"drunk_ml": 90, "correction_reason": "Again"}, record=drink["id"], parents=[mine["id"]])
    tablet.sync([third])
    before = len(home.rows())
    page = priya.send(f"/to-check/versions/{drink['id']}/drunk_ml", what=mine["id"], why=WHY, seen=seen)
    assert page.status == 409 and "A third change arrived" in page.text and "90ml" in page.text
    assert len(home.rows()) == before


def test_what_is_not_filed_is_said_beside_the_total_and_a_repair_keeps_its_link_both_ways(priya, home, edith, tablet):
    wrong = tablet.drink(edith, 9_000)
    assert tablet.sync([wrong])["results"][0]["status"] == "quarantined"
    assert "1 entry not filed" in priya.open(f"/residents/{edith}").text
    right = tablet.drink(edith, 90, record=wrong["record"], repairs=wrong["id"])
    assert tablet.sync([right])["results"][0]["status"] == "accepted"
    assert home.record(wrong["record"])["fields"]["drunk_ml"] == 90
    page = priya.open("/set-aside")
    assert "Put right by Ama Mensah" in page.text and f"/residents/{edith}" in page.links()
    page = priya.open(f"/residents/{edith}")
    assert "not filed" not in page.text and "Repairs an entry that was set aside" in page.text and "/set-aside" in page.links()


def test_an_entry_moved_to_the_right_person_shows_on_both_pages_and_counts_on_one(priya, home, edith, tablet):
    fred = home.resident("Fred Hall")
    drink = tablet.drink(edith, 150)
    tablet.sync([drink])
    move = {"resident": str(fred), "correction_reason": "Wrong person"}
    tablet.sync([tablet.statement("hydration_check", move, record=drink["id"], parents=[drink["id"]])])
    assert totals(home) == {fred: (150, 150, 0)}
    page = priya.open(f"/residents/{edith}")
    assert "Moved to Fred Hall" in page.text and "No drinks recorded" in page.text and "Wrong person" in page.text
    page = priya.open(f"/residents/{fred}")
    assert "150ml of 1,500ml" in page.text and "Wrong person" in page.text and "Edith" in page.text


def test_another_homes_entries_are_unknown_here(house, pair):
    other = Visitor.manager(house.home("Elsewhere"), ["duty_manager"])
    assert "Nothing to check." in other.open("/to-check").text
    assert "Nothing is left to do here" in other.open(address(pair)).text or other.open(address(pair)).status in (302, 303, 404)
    assert other.open(f"/to-check/versions/{uuid.uuid4()}/drunk_ml").status == 404
