"""Two people and one hydration plan, at the pages and on a tablet: tightened at once, loosened by a second person (care.md, Duties)."""

from __future__ import annotations

import re

import pytest

from server import clock
from server.records import rebuild
from tests.api.test_pages_plan import one_database
from tests.api.test_pages_set_up import PLAN, version
from tests.harness.visitor import Visitor

LIMITED = {name: value for name, value in PLAN.items() if name != "target_ml"} | {"limit_ml": "1000"}


@pytest.fixture
def sue(home):
    return Visitor.manager(home, ["deputy_manager"], "Sue Hart")


@pytest.fixture
def nina(home):
    return Visitor.manager(home, ["nutrition_lead"], "Nina Cole")


@pytest.fixture
def plan(home, sue, nina):
    """Edith's plan with a limit, written by Nina and confirmed by Sue: its address."""
    edith = home.resident("Edith Vane", unit="Willow", room="3")
    page = nina.send("/set-up/plans/new", resident=str(edith), **LIMITED)
    assert page.status == 200, page.text
    assert sue.send(f"{page.path}/confirm", submission=waiting(sue.open(page.path))).status == 200
    return page.path


def waiting(page) -> str:
    """The submission that the first form on a page would decide about."""
    return re.search(r'name="submission" value="([^"]+)"', page.html).group(1)


def stored(home, plan: str) -> dict:
    return home.record(plan.rsplit("/", 1)[1])


def change(who: Visitor, plan: str, **fields: str):
    form = who.open(f"{plan}/correct")
    edith = stored(who.home, plan)["fields"]["resident"]
    return who.send(f"{plan}/correct", **{"resident": edith, **LIMITED, "version": version(form), "reason": "Dietitian, visit of today", **fields})


def cards(page) -> int:
    return page.html.count('data-testid="plan-waits"')


def test_a_first_plan_holds_at_once_and_a_second_person_confirms_it(home, sue, nina):
    edith = home.resident("Edith Vane")
    assert "confirmed by a second person within 24 hours" in nina.open("/set-up/plans/new").text
    page = nina.send("/set-up/plans/new", resident=str(edith), **LIMITED)
    assert "It holds at once. A second person confirms it within 24 hours." in page.text
    assert "Limit for a day: 1,000ml. Holds already. Before: none." in page.text and "Somebody else confirms it: not you." in page.text
    assert "/confirm" not in page.html
    submission = waiting(sue.open(page.path))
    assert nina.send(f"{page.path}/confirm", submission=submission).status == 403, "nobody confirms their own"
    done = sue.send(f"{page.path}/confirm", submission=submission)
    assert "Confirmed. It is in force." in done.text and cards(done) == 0 and "Confirmed as the second person" in done.text
    again = sue.send(f"{page.path}/confirm", submission=submission)
    assert again.status == 409, "it waits no longer"


def test_a_higher_limit_waits_on_every_page_and_tablet_until_a_second_person_confirms_it(home, sue, nina, plan):
    page = change(nina, plan, limit_ml="1500")
    assert "It waits for a second person. Limit for a day: 1,500ml waits. Until then: 1,000ml." in page.text, page.text
    ama, tablet = home.staff("Ama Mensah", ["senior_carer"]), home.tablet()
    tablet.unlock(ama)

    def on_the_tablet() -> dict:
        tablet.cursor = None
        return next(row for row in tablet.sync()["changes"] if row["kind"] == "hydration_plan")

    told = on_the_tablet()
    assert (told["fields"]["limit_ml"], told["in_force"]) == (1500, {"limit_ml": 1000})
    safety = sue.open("/safety-list").text
    assert "1,000ml. A change waits for a second person" in safety and "1,500ml" not in safety
    assert "no more than 1,000ml" in sue.open("/residents").text.lower()
    person = sue.open(f"/residents/{told['fields']['resident']}")
    assert cards(person) == 1 and "1,500ml waits. Until then: 1,000ml." in person.text
    assert cards(sue.open("/thresholds")) == 1 and cards(sue.open("/my-work")) == 1 and cards(nina.open("/my-work")) == 0
    drink = tablet.drink(told["fields"]["resident"], 1200)
    tablet.sync([drink])
    tablet.cursor = None
    flags = next(row["flags"] for row in tablet.sync()["changes"] if row["record"] == drink["record"])
    assert "above the limit in the plan" in flags

    assert sue.send(f"{plan}/confirm", submission=waiting(sue.open(plan))).status == 200
    told = on_the_tablet()
    assert told["fields"]["limit_ml"] == 1500 and "in_force" not in told
    assert "1,500ml" in sue.open("/safety-list").text and cards(sue.open("/thresholds")) == 0
    before = stored(home, plan)
    with home.house.app.app_context():
        rebuild.rebuild(home.id)
    assert home.record(before["record"]) == before


def test_a_plan_that_a_tablet_would_move_to_somebody_else_stays_with_its_own_person_who_is_guarded_as_before(home, sue, nina, plan):
    before, joan = stored(home, plan), home.resident("Joan Reed")
    edith, drinks = before["fields"]["resident"], home.tablet()
    drinks.unlock(home.staff("Ama Mensah", ["senior_carer"]))
    moved = drinks.statement("hydration_plan", {"resident": str(joan)}, record=before["record"], parents=before["heads"])
    assert drinks.sync([moved])["results"][0]["status"] == "accepted", "nothing that was written is lost"
    after = stored(home, plan)
    assert after["fields"] == before["fields"] and "names another person" in after["flags"]
    assert after["history"][-1]["fields"]["resident"] == str(joan)
    assert "a plan stays with its own. Write a new one" in sue.open(plan).text
    assert "no more than 1,000ml" in sue.open("/residents").text.lower()
    drink = drinks.drink(edith, 1200)
    drinks.sync([drink])
    drinks.cursor = None
    told = {row["record"]: row for row in drinks.sync()["changes"]}
    assert told[before["record"]]["fields"]["resident"] == edith and "above the limit in the plan" in told[drink["record"]]["flags"]
    with home.house.app.app_context():
        rebuild.rebuild(home.id)
    assert stored(home, plan) == after


def test_whoever_strikes_a_plan_out_and_writes_a_new_one_loosens_nothing_alone(home, sue, nina, plan):
    edith = stored(home, plan)["fields"]["resident"]
    form = nina.open(plan)
    assert nina.send(f"{plan}/strike", version=version(form), reason="Written anew").status == 200
    page = nina.send("/set-up/plans/new", resident=edith, **LIMITED | {"limit_ml": "1500"})
    assert "It waits for a second person. Limit for a day: 1,500ml waits. Until then: 1,000ml." in page.text, page.text
    safety = sue.open("/safety-list").text
    assert "1,000ml. A change waits for a second person" in safety and "1,500ml" not in safety
    assert sue.send(f"{page.path}/confirm", submission=waiting(sue.open(page.path))).status == 200
    assert "1,500ml" in sue.open("/safety-list").text and cards(sue.open("/my-work")) == 0


def test_one_form_that_tightens_and_loosens_says_of_each_part_what_becomes_of_it(home, sue, nina, plan):
    page = change(nina, plan, limit_ml="1500", iddsi_level="3")
    assert "Thickness: Level 3. Holds already. Before: Level 2." in page.text and "Limit for a day: 1,500ml waits. Until then: 1,000ml." in page.text
    safety = sue.open("/safety-list").text
    assert "Level 3" in safety and "1,000ml" in safety


def test_a_rejected_change_goes_back_to_what_was_in_force_and_its_reason_is_read(home, sue, nina, plan):
    change(nina, plan, limit_ml="1500")
    submission = waiting(sue.open(plan))
    assert sue.send(f"{plan}/reject", submission=submission, reason=" ").status == 400
    page = sue.send(f"{plan}/reject", submission=submission, reason="The clinic's letter says 1,000ml")
    assert "Rejected." in page.text and cards(page) == 0 and "The clinic's letter says 1,000ml" in page.text
    assert stored(home, plan)["fields"]["limit_ml"] == 1000


def test_rejecting_what_holds_already_would_loosen_it_so_that_waits_in_its_turn(home, sue, nina, plan):
    change(nina, plan, limit_ml="700")
    page = sue.send(f"{plan}/reject", submission=waiting(sue.open(plan)), reason="Not what the clinic said")
    assert "It waits for a second person. Limit for a day: 1,000ml waits. Until then: 700ml." in page.text, page.text
    assert sue.send(f"{plan}/confirm", submission=waiting(sue.open(plan))).status == 403
    assert cards(nina.send(f"{plan}/confirm", submission=waiting(nina.open(plan)))) == 0
    assert "1,000ml" in nina.open("/safety-list").text


def test_whoever_wrote_it_may_take_it_back(home, sue, nina, plan):
    change(nina, plan, limit_ml="1500")
    page = nina.send(f"{plan}/reject", submission=waiting(nina.open(plan)), reason="Typing mistake")
    assert cards(page) == 0 and stored(home, plan)["fields"]["limit_ml"] == 1000


def test_a_plan_struck_out_by_one_person_still_guards_until_another_confirms(home, sue, nina, plan):
    form = nina.open(plan)
    page = nina.send(f"{plan}/strike", version=version(form), reason="Wrong resident")
    assert "It waits for a second person." in page.text and "Until then: 1,000ml." in page.text
    assert "1,000ml" in sue.open("/safety-list").text
    assert sue.send(f"{plan}/confirm", submission=waiting(sue.open(plan))).status == 200
    assert "1,000ml" not in sue.open("/safety-list").text


def test_where_nobody_else_may_a_named_person_from_outside_confirms_and_the_exception_is_shown_until_then(home, nina):
    edith = home.resident("Edith Vane")
    plan = nina.send("/set-up/plans/new", resident=str(edith), **LIMITED).path
    exception = "Exception: nobody else with a sign-in here may confirm this."
    assert exception in nina.open(plan).text and exception in nina.open("/my-work").text
    said = {"submission": waiting(nina.open(plan)), "outside_name": "Dr Rao", "outside_role": "GP, Marsh Lane Surgery", "outside_how": "By phone, 2:40pm"}
    assert nina.send(f"{plan}/outside", **{**said, "outside_how": ""}).status == 400
    page = nina.send(f"{plan}/outside", **said)
    assert cards(page) == 0 and "Confirmed from outside: Dr Rao, GP, Marsh Lane Surgery. By phone, 2:40pm" in page.text
    change(nina, plan, limit_ml="1500")
    submission = waiting(nina.open(plan))
    ines = Visitor.manager(home, ["nominated_individual"], "Ines Ward")
    assert nina.send(f"{plan}/outside", **{**said, "submission": submission}).status == 403, "the nominated individual can"
    assert cards(ines.send(f"{plan}/confirm", submission=submission)) == 0


@one_database
def test_a_change_made_since_is_not_confirmed_with_the_one_that_was_read(home, sue, nina, plan):
    change(nina, plan, limit_ml="1500")
    seen = waiting(sue.open(plan))
    change(nina, plan, limit_ml="2500")
    assert sue.send(f"{plan}/confirm", submission=seen).status == 409
    assert "Until then: 1,000ml." in sue.open(plan).text


@one_database
def test_a_tablet_cannot_speak_for_somebody_outside_nor_confirm_what_it_wrote_itself(home, sue, nina, plan):
    ama, ben, tablet = home.staff("Ama Mensah", ["senior_carer"]), home.staff("Ben Okoro", ["senior_carer"]), home.tablet()
    tablet.unlock(ama)
    record = plan.rsplit("/", 1)[1]
    heads = stored(home, plan)["heads"]
    loose = tablet.statement("hydration_plan", {"limit_ml": None}, record=record, parents=heads)
    outside = {"confirms": [loose["id"]], "outside_name": "Dr Rao", "outside_role": "GP", "outside_how": "By phone"}
    own = tablet.statement("hydration_plan", outside, record=record, parents=[loose["id"]])
    assert [each["status"] for each in tablet.sync([loose, own])["results"]] == ["accepted"] * 2
    assert "1,000ml" in sue.open("/safety-list").text
    tablet.unlock(ben)
    second = tablet.statement("hydration_plan", {"confirms": [loose["id"]]}, record=record, parents=[own["id"]])
    assert tablet.sync([second])["results"][0]["status"] == "accepted", "a senior carer who is not its author may"
    assert "1,000ml" not in sue.open("/safety-list").text


@one_database
def test_what_a_home_wrote_before_two_people_confirmed_stands_as_it_was_written(home, sue, nina, plan):
    change(nina, plan, limit_ml="1500")
    assert "1,000ml" in sue.open("/safety-list").text
    home.sql(f"UPDATE home SET two_people_ms = {clock.now_ms()}")
    home.house.app.extensions.pop("tidemark_homes")
    assert "1,500ml" in sue.open("/safety-list").text and cards(sue.open("/thresholds")) == 0
    change(nina, plan, limit_ml="1800")
    assert "1,500ml" in sue.open("/safety-list").text and cards(sue.open("/thresholds")) == 1, "the rule counts from then on"


@one_database
def test_a_backup_from_before_two_people_confirmed_keeps_the_force_of_what_it_holds(home, sue, nina, plan, keep):
    change(nina, plan, limit_ml="1500")
    home.sql("UPDATE home SET two_people_ms = NULL")
    keep()
    keep.put_back()
    home.house.app.extensions.pop("tidemark_homes", None)
    assert "1,500ml" in Visitor.manager(home, ["registered_manager"], "Priya Shah").open("/safety-list").text
