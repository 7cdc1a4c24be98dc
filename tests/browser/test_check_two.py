"""Two records that may be one drink, and two versions of one record: side by side, for a person to decide (screen 14)."""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.test_screens import Look
from tests.harness.floor import FloorTablet
from tests.harness.hands import LOOK, SENT, WORDS
from tests.harness.processes import until


@pytest.fixture
def ben(tidemark, home) -> FloorTablet:
    return at_a_tablet(tidemark, home, "Ben Okoro", "Oak lounge")


def at_a_tablet(tidemark, home, name: str, tablet: str) -> FloorTablet:
    made = FloorTablet(tidemark, home["id"], tablet)
    made.unlock(home["staff"][name])
    return made


def drinks(tablet: FloorTablet, home, name: str) -> list[dict]:
    return [one for one in tablet.changes("hydration_check") if one["fields"]["resident"] == home["residents"][name]]


def the_same_mug(ben: FloorTablet, home, name: str) -> str:
    """The mug that Ama recorded, recorded once more on Ben's tablet."""
    (seen,) = until(lambda: drinks(ben, home, name), what="Ama's drink on the server")
    fields = {k: v for k, v in seen["fields"].items() if k != "plan_version"}
    again = ben.statement("hydration_check", fields)
    ben.sync(again)
    return again["id"]


def a_mug_twice(person, ben, home, name="Joan"):
    ama = person("Ama Mensah")
    ama.residents()
    ama.drink(name, "Mug")
    ama.expect_state(name, SENT)
    second = the_same_mug(ben, home, name)
    ama.go("")
    expect(ama.by("to-checks")).to_have_text(WORDS["home"]["looks"]["one"], timeout=20_000)
    return ama, second


def test_one_mug_on_two_tablets_is_shown_side_by_side_and_both_may_be_kept(person, ben, home):
    ama, _ = a_mug_twice(person, ben, home)
    ama.residents()
    expect(ama.row("Joan").get_by_test_id("to-check")).to_contain_text(LOOK)
    ama.go("")
    before = ama.taps
    ama.tap(ama.by("to-checks"))
    expect(ama.by("side")).to_have_count(2)
    expect(ama.page.get_by_text("Oak lounge")).to_be_visible()
    look = Look(ama)
    look.at("check two records, a suspected double")
    ama.tap(ama.by("keep-both"))
    assert ama.taps - before <= 3
    expect(ama.by("nothing-to-check")).to_be_visible()
    look.at("nothing to check")
    (decided,) = until(lambda: ben.changes("double_check"), what="the decision on the server")
    assert decided["fields"]["decision"] == "both_real" and decided["author"] == home["staff"]["Ama Mensah"]["id"]
    assert {decided["fields"]["one"], decided["fields"]["other"]} == {one["record"] for one in drinks(ben, home, "Joan")}
    ama.go("")
    expect(ama.by("due-now")).to_be_visible()
    expect(ama.by("to-checks")).to_have_count(0)
    look.done()


def test_the_one_that_is_not_right_is_struck_through_and_kept(person, ben, home):
    ama, second = a_mug_twice(person, ben, home)
    ama.tap(ama.by("to-checks"))
    mine = ama.by("side").filter(has_text="Ama Mensah")
    ama.tap(mine.get_by_test_id("this-one"))
    expect(ama.by("nothing-to-check")).to_be_visible()
    struck = until(lambda: [one for one in drinks(ben, home, "Joan") if one["struck_out"]], what="one of them struck out")
    assert [one["record"] for one in struck] == [second]
    assert struck[0]["history"][-1]["fields"]["correction_reason"] == WORDS["correct"]["reasons"]["twice"]


def two_versions(tidemark, home, ben, name="Joan") -> str:
    """Ben's drink, put right by two seniors who did not see each other."""
    drink = ben.statement("hydration_check", {"resident": home["residents"][name], "outcome": "drank", "drink": "Tea", "drunk_ml": 200})
    ben.sync(drink)
    for who, ml in (("Priya Shah", 150), ("Sue Hart", 100)):
        tablet = at_a_tablet(tidemark, home, who, f"{who}'s tablet {uuid.uuid4().hex[:4]}")
        tablet.sync(tablet.statement(
            "hydration_check", {"outcome": "drank", "drink": "Tea", "drunk_ml": ml, "correction_reason": "Spilt"},
            record=drink["id"], parents=(drink["id"],),
        ))  # fmt: skip
    return drink["id"]


def the_record(ben, record: str) -> dict:
    return next(one for one in ben.changes("hydration_check") if one["record"] == record)


def test_two_versions_of_a_drink_are_decided_by_a_senior_with_a_reason(person, ben, tidemark, home):
    ama = person("Ama Mensah")
    record = two_versions(tidemark, home, ben)
    assert the_record(ben, record)["conflicts"]
    expect(ama.by("to-checks")).to_be_visible(timeout=20_000)
    ama.tap(ama.by("to-checks"))
    expect(ama.by("side")).to_have_count(2)
    expect(ama.page.get_by_text(re.compile(r"Someone else changed this at (\d|mid).*\. Both versions are kept\."))).to_be_visible()
    look = Look(ama)
    look.at("check two records, two versions")
    right = ama.by("side").filter(has_text="150ml").get_by_test_id("this-one")
    ama.tap(right)
    expect(ama.by("problem")).to_contain_text(WORDS["correct"]["reason_missing"])
    ama.tap(ama.page.locator(".tm-chip").first)
    ama.tap(right)
    expect(ama.by("nothing-to-check")).to_be_visible()
    until(lambda: not the_record(ben, record)["conflicts"], what="the conflict to end")
    found = the_record(ben, record)
    assert found["fields"]["drunk_ml"] == 150 and found["fields"]["drink"] == "Tea"
    assert len(found["history"]) == 4
    look.done()


def test_a_support_worker_sees_both_and_is_told_to_ask_the_senior(person, ben, tidemark, home):
    record = two_versions(tidemark, home, ben)
    worker = person("Ben Okoro")
    expect(worker.by("to-checks")).to_be_visible(timeout=20_000)
    worker.tap(worker.by("to-checks"))
    expect(worker.by("side")).to_have_count(2)
    expect(worker.by("ask-senior")).to_be_visible()
    expect(worker.by("this-one")).to_have_count(0)
    look = Look(worker)
    look.at("check two records, ask the senior")
    worker.go("checks")
    expect(worker.by("check-row")).to_have_count(1)
    look.at("records to check")
    look.done()
    assert the_record(ben, record)["conflicts"]


def test_without_a_connection_the_decision_waits_and_is_applied_when_sent(person, ben, tidemark, home):
    ama = person("Ama Mensah")
    record = two_versions(tidemark, home, ben)
    expect(ama.by("to-checks")).to_be_visible(timeout=20_000)
    ama.tap(ama.by("to-checks"))
    expect(ama.by("side")).to_have_count(2)
    tidemark.kill9()
    expect(ama.by("decide-offline")).to_be_visible(timeout=30_000)
    ama.tap(ama.page.locator(".tm-chip").first)
    ama.tap(ama.by("side").filter(has_text="100ml").get_by_test_id("this-one"))
    expect(ama.by("nothing-to-check")).to_be_visible()
    ama.expect_header("1 not sent")
    tidemark.start()
    until(lambda: not the_record(ben, record)["conflicts"], within_s=30, what="the conflict to end")
    assert the_record(ben, record)["fields"]["drunk_ml"] == 100


def test_a_third_change_asks_to_look_again(person, ben, tidemark, home):
    ama = person("Ama Mensah")
    record = two_versions(tidemark, home, ben)
    expect(ama.by("to-checks")).to_be_visible(timeout=20_000)
    ama.tap(ama.by("to-checks"))
    expect(ama.by("side")).to_have_count(2)
    lee = at_a_tablet(tidemark, home, "Lee Marsh", "Office")
    lee.sync(lee.statement("hydration_check", {"outcome": "drank", "drink": "Tea", "drunk_ml": 50, "correction_reason": "Seen"}, record=record, parents=(record,)))
    expect(ama.by("third-change")).to_be_visible(timeout=20_000)
    expect(ama.by("side")).to_have_count(3)
