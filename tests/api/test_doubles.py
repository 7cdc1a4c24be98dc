"""The same drink on two tablets: both entries say so to whoever holds them, totals give both readings, a decision ends it."""

from __future__ import annotations

import random
import uuid

import pytest
from sqlalchemy import select

from server import clock
from server.alerts import follow
from server.db import reading
from server.records import rebuild, store
from server.records.intake import Statement
from server.records.tables import hydration_day
from server.wire import rfc3339
from tests.api.test_ledger import everything, run_totals
from tests.harness.apps import Tablet

FLAG = "suspected_double"


@pytest.fixture
def tablet(home) -> Tablet:
    made = home.tablet()
    assert made.unlock(home.staff()).status_code == 200
    return made


@pytest.fixture
def rowan(home, ben) -> Tablet:
    """A second tablet, with a support worker at it."""
    made = home.tablet("Rowan 1")
    assert made.unlock(ben).status_code == 200
    return made


@pytest.fixture
def ben(home):
    return home.staff("Ben Okoro", ["support_worker"])


def flagged(answer, entry):
    """Whether the answer tells of the entry, and then whether it is suspected; None where it does not."""
    return next((FLAG in change["flags"] for change in answer["changes"] if change["record"] == entry["id"]), None)


def totals(home):
    run_totals(home)
    with home.house.app.app_context(), reading() as c:
        rows = c.execute(select(hydration_day).where(hydration_day.c.home_id == home.id)).all()
    return {row.resident: (row.least_ml, row.most_ml, row.to_check) for row in rows}


def decide(tablet, one, other, **members):
    fields = {"one": one["id"], "other": other["id"], "decision": "both_real"}
    return tablet.statement("double_check", fields, **members)


def test_a_tablet_that_holds_the_first_is_told_when_the_second_makes_it_suspect_and_when_that_is_over(home, edith, tablet, rowan):
    first = tablet.drink(edith, 150)
    assert flagged(tablet.sync([first]), first) is False
    second = rowan.drink(edith, 150)
    told = rowan.sync([second])
    assert flagged(told, second) is True and flagged(told, first) is True
    assert flagged(tablet.sync(), first) is True
    assert totals(home) == {edith: (150, 300, 1)}
    told = tablet.sync([decide(tablet, first, second)])
    assert (flagged(told, first), flagged(told, second)) == (False, False)
    told = rowan.sync()
    assert (flagged(told, first), flagged(told, second)) == (False, False)
    assert totals(home) == {edith: (300, 300, 0)}


def test_another_person_drink_amount_tablet_or_time_is_no_double(home, edith, tablet, rowan):
    fred = home.resident("Fred")
    entries = [tablet.drink(edith, 150), tablet.drink(edith, 150)]
    tablet.sync(entries)
    more = [rowan.drink(fred, 150), rowan.drink(edith, 160)]
    more.append(rowan.statement("hydration_check", {"resident": str(edith), "outcome": "drank", "drunk_ml": 150, "drink": "tea"}))
    more.append(rowan.statement("hydration_check", {"resident": str(edith), "outcome": "refused"}))
    told = rowan.sync(more)
    assert [flagged(told, each) for each in (*entries, *more)] == [False] * 6


def test_what_a_support_worker_says_decides_nothing_and_a_senior_carers_word_does(home, edith, tablet, rowan):
    first, second = tablet.drink(edith), rowan.drink(edith)
    tablet.sync([first])
    rowan.sync([second])
    said = decide(rowan, first, second)
    told = rowan.sync([said])
    assert told["results"][0]["status"] == "accepted"
    assert "decides nothing" in next(change["flags"] for change in told["changes"] if change["record"] == said["id"])
    assert (flagged(told, first), flagged(told, second)) == (True, True)
    # Her word on the same record ends it.
    mine = tablet.statement("double_check", {"decision": "both_real"}, record=said["id"], parents=[said["id"]])
    told = tablet.sync([mine])
    assert (flagged(told, first), flagged(told, second)) == (False, False)


def test_taking_a_decision_back_asks_again_and_a_second_decision_still_stands(home, edith, tablet, rowan):
    first, second = tablet.drink(edith), rowan.drink(edith)
    tablet.sync([first])
    rowan.sync([second])
    one, again = decide(tablet, first, second), decide(tablet, second, first)
    tablet.sync([one, again])
    back = {"struck_out": True, "correction_reason": "Looked at the wrong pair"}
    told = tablet.sync([tablet.statement("double_check", back, record=one["id"], parents=[one["id"]])])
    assert (flagged(told, first), totals(home)[edith][2]) == (False, 0)
    told = tablet.sync([tablet.statement("double_check", back, record=again["id"], parents=[again["id"]])])
    assert (flagged(told, first), totals(home)[edith][2]) == (True, 1)


def test_striking_one_out_ends_the_double_and_putting_it_back_brings_it_back(home, edith, tablet, rowan):
    first, second = tablet.drink(edith), rowan.drink(edith)
    tablet.sync([first])
    rowan.sync([second])
    strike = tablet.statement(
        "hydration_check", {"struck_out": True, "correction_reason": "Same drink"}, record=second["id"], parents=[second["id"]]
    )  # fmt: skip
    told = tablet.sync([strike])
    assert (flagged(told, first), flagged(told, second)) == (False, False)
    assert totals(home) == {edith: (150, 150, 0)}
    back = tablet.statement(
        "hydration_check", {"struck_out": False, "correction_reason": "It was real"}, record=second["id"], parents=[strike["id"]]
    )  # fmt: skip
    told = tablet.sync([back])
    assert (flagged(told, first), flagged(told, second)) == (True, True)
    assert totals(home) == {edith: (150, 300, 1)}


def test_a_corrected_amount_or_person_is_looked_at_again(home, edith, tablet, rowan):
    fred = home.resident("Fred")
    first, second = tablet.drink(edith, 150), rowan.drink(edith, 200)
    tablet.sync([first])
    assert flagged(rowan.sync([second]), second) is False
    right = rowan.statement(
        "hydration_check", {"drunk_ml": 150, "correction_reason": "Typed wrong"}, record=second["id"], parents=[second["id"]]
    )  # fmt: skip
    rowan.sync([right])
    assert flagged(tablet.sync(), first) is True
    wrong_person = rowan.statement(
        "hydration_check", {"resident": str(fred), "correction_reason": "Wrong person"}, record=second["id"], parents=[right["id"]]
    )  # fmt: skip
    rowan.sync([wrong_person])
    assert flagged(tablet.sync(), first) is False
    assert totals(home) == {edith: (150, 150, 0), fred: (150, 150, 0)}


def test_a_home_that_asks_about_five_minutes_is_asked_about_five(home, edith, tablet, rowan):
    now = clock.now_ms()
    first = tablet.drink(edith, occurred_at=rfc3339(now - 300_000))
    second = rowan.drink(edith, occurred_at=rfc3339(now - 60_000))
    tablet.sync([first])
    assert flagged(rowan.sync([second]), second) is False
    asks = {"name": "hydration.double_minutes", "value": 5, "from": "2026-01-01"}
    id_ = uuid.uuid4()
    home.append(Statement(id=id_, record=id_, kind="threshold", fields=asks, occurred_ms=now))
    assert totals(home)[edith][2] == 1
    assert flagged(rowan.sync(cursor=None), second) is True


def test_any_order_and_grouping_of_arrival_ends_in_the_same_flags_and_totals_and_a_rebuild_in_the_same_bytes(house, database):
    luck, seen = random.Random(11), set()
    for _ in range(6):
        home = house.home(f"Home {uuid.uuid4()}")
        people, edith, lots = [home.staff("Ama"), home.staff("Ben"), home.staff("Cai")], home.resident("Edith"), []
        tablets = [home.tablet(f"Tablet {n}") for n in range(3)]
        now = clock.now_ms()
        for tablet, person in zip(tablets, people, strict=True):
            tablet.unlock(person)
        first, second, third = (tablet.drink(edith, 150, occurred_at=rfc3339(now - 60_000)) for tablet in tablets)
        apart = tablets[0].drink(edith, 200, occurred_at=rfc3339(now - 60_000))
        alike = tablets[1].statement(
            "hydration_check", {"drunk_ml": 150, "correction_reason": "Typed wrong"}, record=apart["id"], parents=[apart["id"]]
        )  # fmt: skip
        strike = tablets[2].statement(
            "hydration_check", {"struck_out": True, "correction_reason": "Twice"}, record=third["id"], parents=[third["id"]]
        )  # fmt: skip
        lots = [(0, first), (1, second), (2, third), (0, apart), (1, alike), (2, strike), (0, decide(tablets[0], first, second))]
        luck.shuffle(lots)
        while lots:
            at = lots[0][0]
            mine = [each for each in lots[: luck.randint(1, 3)] if each[0] == at]
            tablets[at].sync([each for _, each in mine])
            if luck.random() < 0.5:
                tablets[at].sync([each for _, each in mine])
            lots = [each for each in lots if each not in mine]
        told = tablets[0].sync(cursor=None)
        names = {each["id"]: name for each, name in ((first, "first"), (second, "second"), (third, "third"), (apart, "apart"))}
        flags = tuple(sorted((names[each["record"]], FLAG in each["flags"]) for each in told["changes"] if each["record"] in names))
        seen.add((flags, totals(home)[edith]))
        before = everything(home)
        with house.app.app_context():
            rebuild.rebuild(home.id)
        assert everything(home) == before
    assert seen == {((("apart", True), ("first", False), ("second", True), ("third", False)), (300, 450, 1))}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_double_is_looked_up_by_the_index_and_not_by_reading_every_drink(home):
    beside = "SELECT record FROM drink_place WHERE home_id = 1 AND place IN (1, 2, 3)"
    plan = " ".join(row[3] for row in home.sql(f"EXPLAIN QUERY PLAN {beside}"))
    assert "SEARCH" in plan and "home_id=? AND place=?" in plan, plan


def alerts_of(home, resident):
    """The rules that stand open about somebody, after the actor has read all there is."""
    with home.house.app.app_context():
        while follow.follow(home.id, clock.now_ms()):
            pass
        with reading() as c:
            found = store.records(c, home.id, "alert", subject=resident)
    return {row.fields["rule"]: row.fields["status"] for row in found}


def test_the_question_is_an_alert_that_a_decision_on_any_tablet_takes_back(home, edith, tablet, rowan):
    then = clock.now_ms() - 13 * 3_600_000
    first = tablet.drink(edith, occurred_at=rfc3339(then), recorded_at=rfc3339(then + 1000))
    second = rowan.drink(edith, occurred_at=rfc3339(then + 1000), recorded_at=rfc3339(then + 2000))
    tablet.sync([first])
    rowan.sync([second])
    assert alerts_of(home, edith)["hydration.double_undecided"] == "open"
    tablet.sync([decide(tablet, first, second)])
    assert alerts_of(home, edith)["hydration.double_undecided"] == "withdrawn"


def test_moving_a_drink_to_the_right_person_looks_again_at_both_peoples_alerts(home, tablet):
    plan = {"limit_ml": 600, "monitoring": True, "basis": "clinician"}
    people = {name: home.resident(name) for name in ("Edith", "Fred")}
    for who in people.values():
        id_ = uuid.uuid4()
        fields = {**plan, "resident": str(who)}
        home.append(Statement(id=id_, record=id_, kind="hydration_plan", fields=fields, occurred_ms=clock.now_ms() - 86_400_000))
    drink = tablet.drink(people["Edith"], 700)
    tablet.sync([drink])
    assert alerts_of(home, people["Edith"])["hydration.over_limit"] == "open"
    assert "hydration.over_limit" not in alerts_of(home, people["Fred"])
    move = {"resident": str(people["Fred"]), "correction_reason": "Wrong person"}
    tablet.sync([tablet.statement("hydration_check", move, record=drink["id"], parents=[drink["id"]])])
    assert alerts_of(home, people["Fred"])["hydration.over_limit"] == "open"
    with home.house.app.app_context(), reading() as c:
        left = next(row for row in store.records(c, home.id, "alert", subject=people["Edith"]) if row.fields["rule"] == "hydration.over_limit")
    # Too much is never taken back by itself: a senior sees that the record was changed.
    assert left.fields["reason"] == "changed_since"


def test_a_decision_that_arrives_before_the_entries_it_speaks_of_holds_when_they_come(home, edith, tablet, rowan):
    first, second = tablet.drink(edith), rowan.drink(edith)
    tablet.sync([decide(tablet, first, second)])
    rowan.sync([second])
    told = tablet.sync([first])
    assert (flagged(told, first), flagged(told, second)) == (False, False)
    assert totals(home) == {edith: (300, 300, 0)}
