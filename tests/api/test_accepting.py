"""A manager accepts what was set aside as it stands: the same entry enters, with her word on it, and nothing else does."""

from __future__ import annotations

import json
import uuid

import pytest
from sqlalchemy import select

from server import clock
from server.db import reading
from server.people import grants, store
from server.problems import Problem
from server.records import accepting, ledger, rebuild
from server.records import store as records
from server.records.tables import quarantine, record
from tests.harness.apps import rfc3339
from tests.harness.visitor import Visitor

HOUR = 3_600_000
WHY = "I asked Ama, and she was there"


@pytest.fixture
def tablet(home):
    made = home.tablet()
    made.unlock(home.staff("Ama Mensah", ["support_worker"]))
    return made


def set_aside(tablet, *entries):
    results = tablet.sync(list(entries))["results"]
    assert [result["status"] for result in results] == ["quarantined"] * len(entries)
    return results


def door(home, entry) -> str:
    """Where the entry is accepted: by the key under which it was set aside."""
    with home.house.app.app_context(), reading() as c:
        rows = c.execute(select(quarantine.c.key).where(quarantine.c.id == uuid.UUID(entry["id"]))).all()
    assert len(rows) == 1
    return f"/set-aside/{bytes(rows[0].key).hex()}/accept"


def states(home) -> list[str]:
    return sorted(row[0] for row in home.sql("SELECT state FROM quarantine"))


def bodies(home) -> dict:
    with home.house.app.app_context(), reading() as c:
        return {row.id: (row.seq, row.body) for row in c.execute(select(record))}


def test_an_entry_refused_for_its_author_s_role_enters_as_it_was_sent_with_who_accepted_it_and_why(home, sue, tablet, edith):
    plan = tablet.statement("hydration_plan", {"resident": str(edith), "target_ml": 1600})
    (refused,) = set_aside(tablet, plan)
    page = sue.open("/set-aside")
    assert door(home, plan) in page.links() and "Accept as it stands" in page.text
    asked = sue.open(door(home, plan))
    assert asked.status == 200 and refused["errors"]["kind"][0] in asked.text and plan["nonce"] in asked.html
    assert len(home.rows()) == 4, "asking changes nothing"
    done = sue.send(door(home, plan), why=WHY)
    assert done.path == "/set-aside" and "The entry was accepted" in done.text
    assert f"Sue Hart accepted it as it stands: {WHY}" in done.text and door(home, plan) not in done.links()
    word, row = home.rows()[-2:]
    assert row["submission"] == {name: value for name, value in plan.items() if name != "grant"}
    header = row["header"]
    assert (header["id"], header["digest"], header["device"]) == (plan["id"], refused["digest"], str(tablet.id))
    assert header["role"] == ["support_worker"] and header["origin"] == "tablet" and header["grant_id"]
    assert word["submission"]["author"] == str(sue.person.id) and word["header"]["origin"] == "page"
    assert word["submission"]["fields"] == {"accepted_because": WHY}
    note = home.record(word["submission"]["record"])
    assert note["kind"] == "set_aside" and note["fields"]["of"] == plan["id"]
    assert note["fields"]["accepted_because"] == WHY and len(note["history"]) == 2
    change = home.record(plan["id"])
    assert change["fields"]["target_ml"] == 1600 and "accepted as it stands" in change["flags"]


def test_the_tablet_that_sends_it_again_is_told_that_it_is_there_already(home, sue, tablet, edith):
    plan = tablet.statement("hydration_plan", {"resident": str(edith), "target_ml": 1600})
    (refused,) = set_aside(tablet, plan)
    sue.send(door(home, plan), why=WHY)
    rows = home.rows()
    (again,) = tablet.sync([plan])["results"]
    assert (again["status"], again["seq"], again["digest"]) == ("duplicate", len(rows), refused["digest"])
    assert again["hash"] == rows[-1]["hash"] and len(home.rows()) == len(rows) and states(home) == ["accepted"]


def test_tablets_are_told_of_the_entry_once_it_is_accepted(home, sue, tablet, edith):
    tablet.sync()
    plan = tablet.statement("hydration_plan", {"resident": str(edith), "target_ml": 1600})
    set_aside(tablet, plan)
    sue.send(door(home, plan), why=WHY)
    assert plan["id"] in [change["record"] for change in tablet.sync()["changes"]]


def test_what_was_saved_after_somebody_s_access_ended_can_be_accepted(house, home, sue, tablet, edith):
    now = clock.now_ms()
    with house.app.app_context():
        store.revoke_person(home.id, tablet.person.id, at_ms=now - HOUR, now_ms=now)
    drink = tablet.drink(edith, 150)
    set_aside(tablet, drink)
    sue.send(door(home, drink), why=WHY)
    assert home.record(drink["id"])["fields"]["drunk_ml"] == 150
    assert home.rows()[-1]["header"]["role"] == ["support_worker"]


@pytest.mark.parametrize("case", ["made up", "another tablet's", "missing"])
def test_an_entry_whose_sign_in_proved_nothing_can_be_accepted_and_then_holds_no_role(home, sue, tablet, edith, case):
    now, other = clock.now_ms(), home.tablet("Willow 2")
    theirs, _ = grants.issue_grant(home.row.secret, home.uuid, other.id, tablet.person.id, ["senior_carer"], now)
    drink = tablet.drink(edith, 150, grant={"made up": "x.y", "another tablet's": theirs, "missing": None}[case])
    set_aside(tablet, drink)
    sue.send(door(home, drink), why=WHY)
    header = home.rows()[-1]["header"]
    assert header["id"] == drink["id"] and header["role"] is None and header["grant_id"] is None
    assert home.record(drink["id"])["author"] == str(tablet.person.id)
    assert tablet.sync([drink])["results"][0]["status"] == "duplicate"


def test_an_expired_sign_in_and_a_doubtful_clock_are_still_said_of_what_is_accepted(home, sue, tablet, edith):
    text, _ = grants.issue_grant(
        home.row.secret, home.uuid, tablet.id, tablet.person.id, ["support_worker"], clock.now_ms() - 80 * HOUR
    )
    plan = tablet.statement("hydration_plan", {"resident": str(edith), "target_ml": 1600}, grant=text, offset_ms=None)
    set_aside(tablet, plan)
    sue.send(door(home, plan), why=WHY)
    assert {"sign-in had expired", "time in doubt", "accepted as it stands"} <= set(home.record(plan["id"])["flags"])
    assert home.rows()[-1]["header"]["offset_ms"] is not None, "the offset that was known when it came"


def test_verify_rebuild_and_export_hold_what_was_accepted(house, home, sue, tablet, edith):
    plan = tablet.statement("hydration_plan", {"resident": str(edith), "target_ml": 1600})
    set_aside(tablet, plan)
    sue.send(door(home, plan), why=WHY)
    tablet.sync([tablet.drink(edith)])
    before = bodies(home)
    with house.app.app_context():
        assert ledger.verify(home.id).broken is None
        rebuild.rebuild(home.id)
        with reading() as c:
            assert records.head(c, home.id).seq == len(home.rows())
    assert bodies(home) == before and states(home) == ["accepted"]


def test_an_entry_with_a_part_missing_or_wrong_is_offered_to_nobody_and_refused_with_a_sentence(home, sue, tablet, edith):
    bad = tablet.drink(edith, -5)
    set_aside(tablet, bad, {"id": str(uuid.uuid4())}, 5)
    assert [link for link in sue.open("/set-aside").links() if link.endswith("/accept")] == []
    for page in (sue.open(door(home, bad)), sue.send(door(home, bad), form_at="/set-aside", why=WHY)):
        assert page.status == 409 and "part of it is missing or wrong" in page.text
    assert home.record(bad["id"]) is None and states(home) == ["open"] * 3


def test_an_entry_that_the_server_has_learned_to_take_since_can_be_accepted(home, sue, tablet, edith):
    drink = tablet.drink(edith, 150)
    set_aside(tablet, {**drink, "grant": None})
    # As an older server left it: refused for a field that this one takes.
    home.sql("""UPDATE quarantine SET errors = '{"drunk_ml": ["An older server did not know this."]}'""")
    assert "An older server" in sue.open("/set-aside").text
    assert "The entry was accepted" in sue.send(door(home, drink), why=WHY).text
    assert home.record(drink["id"]) is not None


def test_other_content_under_a_number_that_is_in_the_record_can_never_be_accepted(home, sue, tablet, edith):
    drink = tablet.drink(edith, 150)
    tablet.sync([drink])
    other = {**drink, "fields": {**drink["fields"], "drunk_ml": 300}}
    set_aside(tablet, other)
    page = sue.send(door(home, other), why=WHY)
    assert page.status == 409 and "Another entry with the same number is in the record already" in page.text
    assert home.record(drink["id"])["fields"]["drunk_ml"] == 150 and states(home) == ["open"]


def test_of_two_contents_under_one_number_the_accepted_one_enters_and_the_other_stays_set_aside(house, home, sue, tablet, edith):
    one = tablet.statement("hydration_plan", {"resident": str(edith), "target_ml": 1600})
    two = {**one, "fields": {**one["fields"], "target_ml": 900}}
    first, second = set_aside(tablet, one, two)
    with house.app.app_context(), reading() as c:
        keys = {bytes(row.digest).hex(): bytes(row.key) for row in c.execute(select(quarantine))}
    sue.send(f"/set-aside/{keys[second['digest']].hex()}/accept", why=WHY)
    assert home.record(one["id"])["fields"]["target_ml"] == 900
    assert states(home) == ["accepted", "open"]
    assert sue.send(f"/set-aside/{keys[first['digest']].hex()}/accept", why=WHY).status == 409
    assert [result["status"] for result in tablet.sync([one, two])["results"]] == ["quarantined", "duplicate"]


def test_a_second_manager_who_accepts_it_too_is_told_that_it_is_settled(house, home, sue, tablet, edith):
    plan = tablet.statement("hydration_plan", {"resident": str(edith), "target_ml": 1600})
    set_aside(tablet, plan)
    where = door(home, plan)
    sue.send(where, why=WHY)
    rows = len(home.rows())
    again = sue.send(where, form_at="/tablets/add", why=WHY)
    assert again.status == 409 and "accepted this entry or put it right already" in again.text
    assert len(home.rows()) == rows


def test_what_a_correction_put_right_cannot_be_accepted_any_more(home, sue, tablet, edith):
    bad = tablet.drink(edith, 150, grant=None)
    set_aside(tablet, bad)
    where = door(home, bad)
    tablet.sync([tablet.drink(edith, 150, repairs=bad["id"], record=bad["id"])])
    assert states(home) == ["repaired"] and "put it right already" in sue.open(where).text


@pytest.mark.parametrize("why,sentence", [("   ", "Say why you accept it"), ("x" * 1001, "1,000 characters or fewer")])
def test_a_reason_is_needed_and_what_was_typed_stays(home, sue, tablet, edith, why, sentence):
    drink = tablet.drink(edith, 150, grant=None)
    set_aside(tablet, drink)
    page = sue.send(door(home, drink), why=why)
    assert page.status == 400 and sentence in page.text and page.title.startswith("Error: ")
    assert why.strip() in page.html and states(home) == ["open"]


def test_a_reason_that_no_text_can_hold_is_refused_and_nothing_enters(house, home, sue, tablet, edith):
    drink = tablet.drink(edith, 150, grant=None)
    set_aside(tablet, drink)
    page = sue.send(door(home, drink), why="she \x00 said so")
    assert page.status == 400 and "could not be kept as it was typed" in page.text
    assert home.record(drink["id"]) is None and states(home) == ["open"]


@pytest.mark.parametrize("role,status", [("senior_carer", 403), ("nutrition_lead", 403), ("duty_manager", 200)])
def test_a_manager_accepts_and_a_senior_carer_only_sees(home, tablet, edith, role, status):
    visitor = Visitor.manager(home, [role])
    drink = tablet.drink(edith, 150, grant=None)
    set_aside(tablet, drink)
    assert (door(home, drink) in visitor.open("/set-aside").links()) is (status == 200)
    assert visitor.open("/set-aside").status == 200 and visitor.open(door(home, drink)).status == status
    assert visitor.send(door(home, drink), form_at="/set-aside", why=WHY).status == status
    assert states(home) == ["accepted" if status == 200 else "open"]


def test_no_manager_lets_in_what_her_own_role_could_not_write(home, tablet):
    dan = Visitor.manager(home, ["duty_manager"])
    standard = tablet.statement("standard", {})
    alert = tablet.statement("alert", {"rule": "r", "subject": str(uuid.uuid4()), "severity": "nudge"})
    set_aside(tablet, standard, alert)
    assert [link for link in dan.open("/set-aside").links() if link.endswith("/accept")] == []
    for entry in (standard, alert):
        page = dan.send(door(home, entry), form_at="/set-aside", why=WHY)
        assert page.status == 403 and home.record(entry["id"]) is None
    assert "Your own role does not allow this kind of entry" in dan.open(door(home, alert)).text


def test_another_home_s_entry_is_simply_unknown_here(house, home, tablet, edith):
    elsewhere = Visitor.manager(house.home("Elsewhere"), ["registered_manager"])
    drink = tablet.drink(edith, 150, grant=None)
    set_aside(tablet, drink)
    assert elsewhere.open(door(home, drink)).status == 404
    assert elsewhere.send(door(home, drink), form_at="/tablets/add", why=WHY).status == 404
    for odd in ("zz", "00" * 32, "é"):
        assert elsewhere.open(f"/set-aside/{odd}/accept").status == 404
    assert states(home) == ["open"]


def test_accepting_without_the_form_s_own_token_is_refused(home, sue, tablet, edith):
    drink = tablet.drink(edith, 150, grant=None)
    set_aside(tablet, drink)
    assert sue.client.post(door(home, drink), data={"why": WHY}).status_code == 400
    assert states(home) == ["open"]


def test_the_same_refusals_come_from_the_function_itself(house, home, sue, tablet, edith):
    drink = tablet.drink(edith, -5)
    set_aside(tablet, drink)
    key = bytes.fromhex(door(home, drink).split("/")[2])
    said = {"by": sue.person.id, "roles": ["registered_manager"], "why": WHY, "now_ms": clock.now_ms()}
    with house.app.app_context():
        for wanted, code in ((key, "aside_unfit"), (b"\0" * 32, "not_found")):
            with pytest.raises(Problem) as refused:
                accepting.accept(home.id, wanted, **said)
            assert refused.value.code == code and json.loads(refused.value.response().data)["detail"].endswith(".")


def test_an_accepted_entry_s_time_is_held_against_when_it_first_came(home, sue, tablet, edith):
    now = clock.now_ms()
    ahead = tablet.drink(edith, 150, grant=None, occurred_at=rfc3339(now), recorded_at=rfc3339(now + 2 * HOUR))
    fair = tablet.drink(edith, 150, grant=None)
    set_aside(tablet, ahead, fair)
    for entry in (ahead, fair):
        sue.send(door(home, entry), why=WHY)
    assert "time not proven" in home.record(ahead["id"])["flags"]
    assert "time not proven" not in home.record(fair["id"])["flags"]
