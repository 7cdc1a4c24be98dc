"""Records in their wire form, as the rules read them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.facts import Facts, absence_of, entry_of
from sync.rules.in_force import TwoPeople, as_one, plan_versions
from tests.rules.care import DAY, at, iso

RECORD = "0193b0d2-0000-7000-8000-000000000001"
ANOTHER = "0193b0d2-0000-7000-8000-000000000002"
# A home that wrote its plans before two people confirmed them.
BEFORE_THE_RULE = TwoPeople(datetime(2100, 1, 1, tzinfo=UTC))
PLANS = json.loads((Path(__file__).parents[1] / "vectors" / "plans_as_one.json").read_text())["cases"]


def change(fields, *, happened="09:00", saved="09:01", got="09:02", **more):
    return {"record": RECORD, "seq": 4, "device": "tablet-1", "occurred_at": iso(at(happened)), "recorded_at": iso(at(saved)),
            "received_at": iso(at(got)), "fields": fields, "flags": [], "struck_out": False, **more}  # fmt: skip


def row(fields, saved, *, got=None, seq=1, flags=()):
    return {"submission": f"s{seq}", "seq": seq, "occurred_at": iso(at(saved)), "recorded_at": iso(at(saved)),
            "received_at": iso(at(got or saved)), "fields": fields, "flags": list(flags)}  # fmt: skip


def test_an_entry_keeps_when_it_happened_when_it_was_saved_and_when_it_came():
    found = entry_of(change({"outcome": "drank", "drunk_ml": 200, "drink": "tea", "red_flags": ["choking"]}))
    assert (found.occurred, found.recorded, found.received) == (at("09:00"), at("09:01"), at("09:02"))
    assert (found.id, found.ml, found.device, found.red_flags, found.finished_cup) == (RECORD, 200, "tablet-1", ("choking",), False)


def test_a_struck_out_entry_does_not_count():
    assert entry_of(change({"outcome": "drank", "drunk_ml": 200}, struck_out=True)) is None


def test_a_correction_of_the_amount_is_as_late_as_the_correction():
    history = [row({"outcome": "drank", "drunk_ml": 0}, "09:01"), row({"drunk_ml": 300}, "15:00", got="15:10", seq=2, flags=["time not proven"])]
    found = entry_of(change({"outcome": "drank", "drunk_ml": 300}, history=history))
    assert (found.recorded, found.received, found.time_not_proven, found.finished_cup) == (at("15:00"), at("15:10"), True, False)


def test_a_note_added_later_does_not_make_the_drink_late():
    history = [row({"outcome": "drank", "drunk_ml": 200}, "09:01", got="09:02"), row({"note": "enjoyed it"}, "15:00", seq=2)]
    assert entry_of(change({"outcome": "drank", "drunk_ml": 200}, history=history)).received == at("09:02")


def test_a_red_flag_added_later_came_to_light_later():
    history = [row({"outcome": "drank", "drunk_ml": 200}, "09:01"), row({"red_flags": ["choking"]}, "15:00", seq=2)]
    assert entry_of(change({"outcome": "drank", "drunk_ml": 200, "red_flags": ["choking"]}, history=history)).received == at("15:00")


def test_a_cup_that_stood_open_and_was_finished_is_known_as_that():
    history = [row({"outcome": "given", "vessel_ml": 200}, "09:01"), row({"outcome": "drank", "drunk_ml": 150}, "09:50", seq=2)]
    found = entry_of(change({"outcome": "drank", "drunk_ml": 150}, history=history))
    assert found.finished_cup and found.recorded == at("09:50")


def test_moving_an_entry_in_time_is_no_finishing_of_a_cup():
    moved = {"outcome": "drank", "drunk_ml": 150, "occurred_at": iso(at("08:00"))}
    history = [row({"outcome": "given"}, "09:01"), row(moved, "09:50", seq=2)]
    assert not entry_of(change({"outcome": "drank", "drunk_ml": 150}, history=history)).finished_cup


def test_an_absence_without_an_end_is_still_going_on():
    found = absence_of(change({"from": iso(at("08:00")), "type": "hospital"}))
    assert (found.start, found.end) == (at("08:00"), None)
    assert absence_of(change({"from": iso(at("08:00"))}, struck_out=True)) is None


def test_a_plan_is_read_as_it_stood_at_each_time():
    history = [row({"limit_ml": 600, "iddsi_level": 0}, "08:00"), row({"iddsi_level": 2}, "12:00", seq=2), row({"limit_ml": None}, "14:00", seq=3)]
    facts = Facts("edith", DAY, plans=plan_versions([change({"iddsi_level": 2}, happened="08:00", history=history)], BEFORE_THE_RULE))
    assert [facts.plan_at(at(clock)) for clock in ("07:30", "08:00", "12:00", "14:00")] == [
        {"limit_ml": 600, "iddsi_level": 0}, {"limit_ml": 600, "iddsi_level": 0}, {"limit_ml": 600, "iddsi_level": 2}, {"iddsi_level": 2},
    ]  # fmt: skip


def test_a_plan_in_conflict_names_what_nobody_has_decided():
    found = plan_versions([change({"limit_ml": 600}, conflicts={"limit_ml": [{"value": 600}, {"value": 900}]})], TwoPeople())
    assert found[0].unresolved == ("limit_ml",)


@pytest.mark.parametrize("case", PLANS, ids=lambda case: case["name"])
def test_two_plans_of_one_person_are_read_as_one(case):
    values, differ = as_one(case["plans"])
    assert {"values": values, "differ": list(differ)} == case["want"]


def test_a_second_plan_that_speaks_of_tea_takes_no_limit_and_no_monitoring_away():
    first = change({"limit_ml": 1000, "iddsi_level": 2, "monitoring": True}, happened="08:00")
    tea = change({"preferences": "tea"}, happened="12:00") | {"record": ANOTHER}
    facts = Facts("edith", DAY, plans=plan_versions([tea, first], TwoPeople()))
    assert facts.plan_at(at("13:00")) == {"limit_ml": 1000, "iddsi_level": 2, "monitoring": True, "preferences": "tea"}
    assert facts.plans[-1].unresolved == ()


def test_two_plans_that_differ_in_what_keeps_somebody_safe_are_judged_by_both_and_named():
    first, second = change({"limit_ml": 1000}, happened="08:00"), change({"limit_ml": 1500}, happened="12:00") | {"record": ANOTHER}
    last = plan_versions([first, second], TwoPeople())[-1]
    assert last.values == {"limit_ml": 1000} and last.unresolved == ("limit_ml",)
    assert plan_versions([first, second | {"struck_out": True}], TwoPeople())[-1].unresolved == ()


def test_a_time_that_cannot_be_read_is_long_ago_and_breaks_nothing():
    assert entry_of(change({"outcome": "drank"}) | {"occurred_at": "never"}).occurred == datetime(1970, 1, 1, tzinfo=UTC)
