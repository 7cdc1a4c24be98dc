"""Which plan is in force: what one person tightens holds at once, what loosens waits for a second (care.md, Duties)."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.rules import confirming, in_force
from sync.rules.catalogue import PLAN_NOT_CONFIRMED
from sync.rules.in_force import TwoPeople, overlay, plan_versions
from sync.thresholds import Values

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
RULE = TwoPeople(tidemark="tidemark")
AMA, BEN, SUE = "ama", "ben", "sue"
RECORD = "plan-1"


def stamp(at: datetime) -> str:
    return at.isoformat()


class Plan:
    """One plan as it was written, step by step, an hour apart."""

    def __init__(self, record: str = RECORD, begins: datetime = NOON):
        self.record, self.begins, self.rows = record, begins, []

    def by(self, author: str | None, *, after: int | None = None, origin: str = "page", received: datetime | None = None, **fields) -> Plan:
        at = self.begins + timedelta(hours=len(self.rows) if after is None else after)
        id_ = f"{self.record}/{len(self.rows)}"
        self.rows.append({
            "submission": id_, "seq": len(self.rows) + 1, "author": author, "origin": origin, "occurred_at": stamp(at), "recorded_at": stamp(at),
            "received_at": stamp(received or at), "parents": [self.rows[-1]["submission"]] if self.rows else [], "fields": fields, "flags": [],
        })  # fmt: skip
        return self

    def change(self) -> dict:
        fields: dict = {}
        for row in self.rows:
            fields |= row["fields"]
        first = self.rows[0]
        values = {name: value for name, value in fields.items() if value is not None}
        made = {"record": self.record, "kind": "hydration_plan", "seq": self.rows[-1]["seq"], "author": first["author"], "fields": values,
                "heads": [self.rows[-1]["submission"]], "conflicts": {}, "struck_out": fields.get("struck_out") is True, "flags": [],
                **{name: first[name] for name in ("occurred_at", "recorded_at", "received_at")}}  # fmt: skip
        return made | ({"history": self.rows} if len(self.rows) > 1 else {})

    @property
    def last(self) -> str:
        return self.rows[-1]["submission"]

    def now(self, rule: TwoPeople = RULE):
        return in_force.in_force([self.change()], rule)

    def waits(self) -> dict[str, tuple[bool, str | None]]:
        return {each.group: (each.loosens, each.author) for each in self.now().waiting}


STANDING = {"resident": "edith", "monitoring": True, "iddsi_level": 2, "limit_ml": 1000}


def settled(**fields) -> Plan:
    """A plan that two people have agreed on."""
    plan = Plan().by(AMA, **{**STANDING, **fields})
    return plan.by(BEN, confirms=[plan.last])


# ---- one by one ----


def test_a_first_plan_loosens_nothing_holds_at_once_and_asks_for_a_second_person():
    plan = Plan().by(AMA, **STANDING, target_ml=900)
    assert plan.now().values == {**STANDING, "target_ml": 900}
    assert plan.waits() == {"monitoring": (False, AMA), "thickness": (False, AMA), "limit": (False, AMA)}


def test_a_first_plan_that_guards_nothing_asks_for_nobody():
    assert Plan().by(AMA, resident="edith", monitoring=False, iddsi_level=0, preferences="Tea").now().waiting == ()


TIGHTER = [
    ("thicker drinks", {"iddsi_level": 3}), ("a lower limit", {"limit_ml": 800}), ("nil by mouth", {"nil_by_mouth_from": stamp(NOON)}),
    ("end of life", {"end_of_life_from": "2026-11-20"}), ("a higher target", {"target_ml": 1900, "limit_ml": 1000}), ("closer checks", {"check_every_minutes": 60}),
]  # fmt: skip


@pytest.mark.parametrize(("what", "fields"), [each for each in TIGHTER if each[0] != "a higher target"], ids=lambda each: each if isinstance(each, str) else "")
def test_what_tightens_holds_at_once_and_waits_to_be_confirmed(what, fields):
    plan = settled().by(AMA, **fields)
    assert fields.items() <= plan.now().values.items()
    assert [each.loosens for each in plan.now().waiting] == [False]
    plan.by(BEN, confirms=[plan.last])
    assert plan.now().waiting == () and fields.items() <= plan.now().values.items()


LOOSER = [
    ("thinner drinks", {}, {"iddsi_level": 1}), ("thickness taken out", {}, {"iddsi_level": None}), ("a higher limit", {}, {"limit_ml": 1500}),
    ("no limit", {}, {"limit_ml": None}), ("no monitoring", {}, {"monitoring": False}), ("monitoring that ends", {}, {"monitored_until": "2026-11-21T09:00:00+00:00"}),
    ("nil by mouth lifted", {"nil_by_mouth_from": "2026-11-20"}, {"nil_by_mouth_from": None}),
    ("nil by mouth cut short", {"nil_by_mouth_from": "2026-11-20", "nil_by_mouth_until": "2026-11-25"}, {"nil_by_mouth_until": "2026-11-21"}),
    ("end of life taken back", {"end_of_life_from": "2026-11-19"}, {"end_of_life_from": None}),
    ("a lower target", {"target_ml": 1800, "limit_ml": None}, {"target_ml": 1400}), ("checks further apart", {"check_every_minutes": 60}, {"check_every_minutes": 180}),
]  # fmt: skip


@pytest.mark.parametrize(("what", "before", "fields"), LOOSER, ids=[each[0] for each in LOOSER])
def test_what_loosens_waits_and_the_tighter_value_stays_in_force_until_somebody_else_confirms(what, before, fields):
    plan = settled(**before)
    held = {name: plan.now().values.get(name) for name in fields}
    plan.by(AMA, **fields)
    asked = plan.last
    assert {name: plan.now().values.get(name) for name in fields} == held
    assert [(each.loosens, each.author) for each in plan.now().waiting] == [(True, AMA)]
    plan.by(AMA, confirms=[asked])
    assert {name: plan.now().values.get(name) for name in fields} == held, "nobody confirms their own"
    plan.by(SUE, confirms=[asked])
    assert {name: plan.now().values.get(name) for name in fields} == fields and plan.now().waiting == ()


def test_one_edit_that_does_both_holds_in_its_tight_parts_and_waits_in_its_loose_ones():
    plan = settled().by(AMA, iddsi_level=3, limit_ml=1500)
    assert (plan.now().values["iddsi_level"], plan.now().values["limit_ml"]) == (3, 1000)
    assert plan.waits() == {"thickness": (False, AMA), "limit": (True, AMA)}
    plan.by(BEN, confirms=[plan.last])
    assert (plan.now().values["limit_ml"], plan.now().waiting) == (1500, ())


def test_a_span_that_is_moved_covers_both_until_a_second_person_agrees():
    plan = settled(nil_by_mouth_from="2026-11-21", nil_by_mouth_until="2026-11-23").by(AMA, nil_by_mouth_from="2026-11-22", nil_by_mouth_until="2026-11-25")
    assert (plan.now().values["nil_by_mouth_from"], plan.now().values["nil_by_mouth_until"]) == ("2026-11-21", "2026-11-25")


def test_nil_by_mouth_that_is_over_holds_nobody_back_from_a_new_one():
    plan = settled(nil_by_mouth_from="2026-11-18", nil_by_mouth_until="2026-11-19")
    plan.by(AMA, nil_by_mouth_from="2026-11-25", nil_by_mouth_until="2026-11-26")
    assert plan.now().values["nil_by_mouth_from"] == "2026-11-25" and plan.waits() == {"nil_by_mouth": (False, AMA)}
    assert settled(nil_by_mouth_from="2026-11-18", nil_by_mouth_until="2026-11-19").by(AMA, nil_by_mouth_from=None, nil_by_mouth_until=None).waits() == {}


def test_a_change_that_takes_itself_back_waits_for_nobody_and_restating_is_no_confirmation():
    plan = settled().by(AMA, limit_ml=1500).by(AMA, limit_ml=1000)
    assert plan.waits() == {}
    plan.by(AMA, limit_ml=1500).by(BEN, limit_ml=1500)
    assert plan.now().values["limit_ml"] == 1000


def test_a_confirmation_is_of_what_was_seen_and_not_of_what_was_written_since():
    plan = settled().by(AMA, limit_ml=1500)
    seen = plan.last
    plan.by(AMA, limit_ml=2500).by(BEN, confirms=[seen])
    assert plan.now().values["limit_ml"] == 1000


def test_the_hours_run_from_the_first_change_that_nobody_confirmed():
    plan = settled().by(AMA, limit_ml=1500).by(AMA, limit_ml=1600)
    assert [each.since for each in plan.now().waiting] == [NOON + timedelta(hours=2)]


def test_a_rejection_of_what_holds_loosens_it_and_waits_in_its_turn():
    plan = settled().by(AMA, limit_ml=700)
    (waits,) = plan.now().waiting
    plan.by(BEN, rejects=[plan.last], limit_ml=waits.before["limit_ml"])
    assert plan.now().values["limit_ml"] == 700 and [(each.loosens, each.author) for each in plan.now().waiting] == [(True, BEN)]
    plan.by(AMA, confirms=[plan.last])
    assert plan.now().values["limit_ml"] == 1000 and plan.now().waiting == ()


def test_striking_a_plan_out_loosens_what_it_guards_and_one_that_guards_nothing_goes_at_once():
    plan = settled().by(AMA, struck_out=True, correction_reason="Wrong person")
    struck = plan.last
    assert plan.now().values["iddsi_level"] == 2 and plan.now().values["limit_ml"] == 1000
    plan.by(BEN, confirms=[struck])
    assert plan.now() is None
    assert Plan().by(AMA, resident="edith", preferences="Tea").by(AMA, struck_out=True).now() is None


def test_a_second_plan_of_a_person_loosens_nothing_alone():
    first, second = settled(), Plan("plan-2", NOON + timedelta(days=1)).by(SUE, resident="edith", iddsi_level=0, monitoring=False)
    found = plan_versions([first.change(), second.change()], RULE)[-1]
    assert (found.values["iddsi_level"], found.values["monitoring"]) == (2, True)
    second.by(AMA, confirms=[second.last])
    found = plan_versions([first.change(), second.change()], RULE)[-1]
    assert (found.values["iddsi_level"], found.values["monitoring"], found.waiting) == (0, False, ())


def test_somebody_outside_counts_where_all_is_said_and_only_from_the_servers_own_pages():
    asked = settled().by(AMA, limit_ml=1500)
    said = {"confirms": [asked.last], "outside_name": "Dr Rao", "outside_role": "GP", "outside_how": "By phone, 2:40pm"}
    for more, origin, holds in (({}, "page", 1500), ({"outside_how": None}, "page", 1000), ({}, "tablet", 1000)):
        plan = settled().by(AMA, limit_ml=1500).by(AMA, origin=origin, **{**said, **more})
        assert plan.now().values["limit_ml"] == holds, (more, origin)


def test_what_a_home_received_before_the_rule_counted_stands_and_so_does_what_tidemark_states():
    plan = Plan().by(AMA, **STANDING).by(AMA, limit_ml=1500)
    later = TwoPeople(NOON + timedelta(hours=1, minutes=30))
    assert plan.now(later).values["limit_ml"] == 1500 and plan.now(later).waiting == ()
    plan.by(AMA, limit_ml=None)
    assert plan.now(later).values["limit_ml"] == 1500 and [each.loosens for each in plan.now(later).waiting] == [True]
    assert Plan().by("tidemark", **STANDING).by("tidemark", limit_ml=1500).now().values["limit_ml"] == 1500


def test_a_time_that_an_author_moves_back_does_not_slip_under_the_rule():
    plan = Plan().by(AMA, **STANDING).by(AMA, after=-48, limit_ml=None, received=NOON + timedelta(hours=3))
    assert plan.now(TwoPeople(NOON - timedelta(days=1))).values["limit_ml"] == 1000


def test_each_time_is_judged_by_what_was_in_force_then():
    plan = settled().by(AMA, limit_ml=1500)
    plan.by(BEN, confirms=[plan.last])
    assert [(each.since.hour, each.values["limit_ml"]) for each in plan_versions([plan.change()], RULE)] == [(12, 1000), (13, 1000), (14, 1000), (15, 1500)]


def test_a_value_that_the_merge_chose_is_confirmed_by_somebody_else_than_who_wrote_it():
    """Two edits beside each other: what is shown was not written last, and its author still cannot confirm it."""
    plan = settled().by(AMA, limit_ml=1500)
    asked = plan.last
    plan.by(BEN, limit_ml=900, after=3)
    change = plan.change()
    change["fields"] = {**change["fields"], "limit_ml": 1500}
    (waits,) = [each for each in in_force.in_force([change], RULE).waiting if each.loosens]
    assert (waits.author, waits.submission) == (AMA, asked)


def test_a_tablet_is_told_what_is_in_force_where_it_differs_and_that_something_waits():
    assert overlay(settled().now()) is None
    assert overlay(settled().by(AMA, limit_ml=800).now()) is None, "what tightened is as it was written"
    assert overlay(settled().by(AMA, limit_ml=None).now()) == {"limit_ml": 1000}
    assert overlay(settled().by(AMA, nil_by_mouth_from="2026-12-01", limit_ml=1500).now()) == {"limit_ml": 1000}


# ---- 24 hours ----


def test_what_nobody_confirmed_in_24_hours_is_a_matter_and_a_home_may_set_its_own_hours():
    plan = settled().by(AMA, limit_ml=1500, iddsi_level=3)
    (matter,) = confirming.matters("edith", "Willow", [plan.change()], RULE, Values())
    assert (matter.rule, matter.due, matter.about) == (PLAN_NOT_CONFIRMED, NOON + timedelta(hours=26), plan.last)
    own = Values([{"record": "t", "seq": 1, "fields": {"name": confirming.HOURS, "value": 8, "from": "2026-01-01"}}])
    assert next(confirming.matters("edith", "Willow", [plan.change()], RULE, own)).due == NOON + timedelta(hours=10)
    plan.by(SUE, confirms=[plan.last])
    assert list(confirming.matters("edith", "Willow", [plan.change()], RULE, Values())) == []


def test_what_was_confirmed_in_time_and_came_late_was_no_matter_then():
    plan = settled().by(AMA, limit_ml=1500)
    plan.by(SUE, confirms=[plan.last])
    then = confirming.known_by([plan.change()], NOON + timedelta(hours=2))
    assert [each.about for each in confirming.matters("edith", None, then, RULE, Values())] == [f"{RECORD}/2"]
    assert confirming.known_by([plan.change()], NOON - timedelta(hours=1)) == []


# ---- whatever is written, in whatever order it comes ----

VALUES = {
    "limit_ml": st.sampled_from([None, 600, 1000, 1500]), "iddsi_level": st.sampled_from([None, 0, 1, 3]), "monitoring": st.sampled_from([None, True, False]),
    "nil_by_mouth_from": st.sampled_from([None, "2026-11-19", "2026-11-22"]), "nil_by_mouth_until": st.sampled_from([None, "2026-11-20", "2026-11-24"]),
    "end_of_life_from": st.sampled_from([None, "2026-11-18", "2026-11-21"]), "target_ml": st.sampled_from([None, 1400, 1500, 1900]),
    "check_every_minutes": st.sampled_from([None, 60, 120, 240]), "preferences": st.sampled_from(["Tea", "Squash"]), "struck_out": st.booleans(),
}  # fmt: skip
STEP = st.tuples(st.sampled_from([AMA, BEN]), st.fixed_dictionaries({}, optional=VALUES), st.lists(st.integers(0, 8), max_size=2))


def written(steps) -> Plan:
    plan = Plan().by(AMA, **STANDING)
    for author, fields, confirms in steps:
        plan.by(author, **fields, **({"confirms": [f"{RECORD}/{n}" for n in confirms if n < len(plan.rows)]} if confirms else {}))
    return plan


@given(st.lists(STEP, max_size=8), st.randoms())
def test_whatever_order_rows_come_in_the_same_plan_is_in_force(steps, luck: random.Random):
    change = written(steps).change()
    told = list(change.get("history") or ())
    shuffled = [told[0], *luck.sample(told[1:], len(told) - 1)] if told else []
    again = {**change, **({"history": [{**row, "seq": seq} for seq, row in enumerate(shuffled, 7)]} if told else {})}
    assert plan_versions([change], RULE) == plan_versions([again], RULE)


@given(st.lists(st.tuples(st.just(AMA), st.fixed_dictionaries({}, optional=VALUES), st.lists(st.integers(0, 8), max_size=2)), max_size=8))
def test_one_person_alone_never_loosens_what_was_in_force_whatever_they_write(steps):
    """Nil by mouth that has come to its end guards nothing any more, so it is left out of the comparison."""
    plan, before = Plan().by(BEN, **STANDING), None
    plan.by(SUE, confirms=[plan.last])
    for author, fields, confirms in steps:
        plan.by(author, **fields, **({"confirms": [f"{RECORD}/{n}" for n in confirms if n < len(plan.rows)]} if confirms else {}))
    for version in plan_versions([plan.change()], RULE):
        for group in in_force.GROUPS:
            if before is None or group.name == "target" or group.over(group.of(before), version.since) and group.of(before) and group.name in ("nil_by_mouth", "monitoring"):
                continue
            held, now = group.of(before), group.of(version.values)
            assert group.key(group.join(now, held)) == group.key(now), (group.name, held, now)
        before = version.values


@given(st.lists(STEP, max_size=8))
def test_what_waits_names_what_holds_and_nothing_waits_where_all_was_agreed(steps):
    plan = written(steps)
    version = plan.now()
    for waits in version.waiting if version else ():
        group = in_force.BY_NAME[waits.group]
        if waits.loosens:
            assert group.key(waits.asked) != group.key(waits.holds) and {name: version.values.get(name) for name in waits.holds} == waits.holds
        assert waits.author in (AMA, BEN)
    while version and version.waiting:
        plan.by(SUE, confirms=[each.submission for each in version.waiting])
        assert len(plan.now().waiting if plan.now() else ()) < len(version.waiting)
        version = plan.now()


def test_a_plan_that_is_struck_out_and_written_anew_by_one_person_guards_until_somebody_else_confirms():
    old = Plan("plan-1").by(BEN, limit_ml=1000, iddsi_level=2, target_ml=None)
    old.by(SUE, confirms=[old.last]).by(AMA, struck_out=True, correction_reason="Replaced")
    new = Plan("plan-2", begins=NOON + timedelta(hours=5)).by(AMA, limit_ml=1500, iddsi_level=0)
    version = in_force.in_force([old.change(), new.change()], RULE)
    assert (version.values["limit_ml"], version.values["iddsi_level"]) == (1000, 2)
    assert {waits.group: (waits.loosens, waits.record) for waits in version.waiting} == {"limit": (True, "plan-2"), "thickness": (True, "plan-2")}
    new.by(AMA, confirms=[new.last])
    assert in_force.in_force([old.change(), new.change()], RULE).values["limit_ml"] == 1000, "nobody confirms their own"
    new.by(SUE, confirms=["plan-2/0"])
    version = in_force.in_force([old.change(), new.change()], RULE)
    assert (version.values["limit_ml"], version.values["iddsi_level"], version.waiting) == (1500, 0, ())


ALONE = st.tuples(st.sampled_from(["plan-1", "plan-2", "plan-3"]), st.fixed_dictionaries({}, optional={name: VALUES[name] for name in ("limit_ml", "iddsi_level", "monitoring", "end_of_life_from", "check_every_minutes", "struck_out")}))


@given(st.lists(ALONE, max_size=8))
def test_one_person_alone_never_loosens_what_was_in_force_with_however_many_plans(steps):
    plans = {"plan-1": Plan("plan-1").by(BEN, **STANDING)}
    plans["plan-1"].by(SUE, confirms=[plans["plan-1"].last])
    standing = in_force.in_force([plans["plan-1"].change()], RULE).values
    for hour, (record, fields) in enumerate(steps, 2):
        plan = plans.setdefault(record, Plan(record))
        plan.by(AMA, after=hour, **fields)
        now = in_force.in_force([each.change() for each in plans.values()], RULE)
        for group in in_force.GROUPS:
            if group.name not in ("target", "nil_by_mouth"):  # a limit takes a target's place; nil by mouth ends by itself
                held, value = group.of(standing), group.of(now.values if now else {})
                assert group.key(group.join(value, held)) == group.key(value), (group.name, held, value)


def test_a_plan_that_was_changed_thousands_of_times_is_still_read_in_whatever_order_it_was_told():
    plan = settled()
    for n in range(3000):
        plan.by(AMA, after=2, preferences=f"Tea {n}")
    plan.by(AMA, after=2, limit_ml=1500)
    change = plan.change()
    change["history"] = [change["history"][0], *change["history"][:0:-1]]
    version = in_force.in_force([change], RULE)
    assert version.values["limit_ml"] == 1000 and [waits.group for waits in version.waiting] == ["limit"]
