"""How much should have been drunk by now, how much was, and whether a drink is due: sums that a nurse can check."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from sync.days import LONDON, care_day, to_ms, write_time
from sync.facts import Absence, Entry
from sync.rules import hydration
from sync.rules.scene import Scene
from sync.rules.spans import day_span, waking_span
from sync.thresholds import Values
from tests.rules.care import ALL_ON, DAY, at, entry, person

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "hydration_pace.json").read_text())
VALUES = Values()


def text(when: datetime | None) -> str | None:
    return write_time(to_ms(when)) if when else None


def listed(case, values: Values = VALUES):
    """What a list says of a vector, in the form of the vectors."""
    zone, now, plan, who = VECTORS["zone"], datetime.fromisoformat(case["now"]), case["plan"], case["person"]
    entries = [
        Entry(
            id=each["id"], outcome=each["outcome"], occurred=datetime.fromisoformat(each["occurred_at"]), recorded=now, received=now,
            drunk_ml=each.get("drunk_ml"), drink=each.get("drink"), device=each.get("device"),
        )
        for each in case["entries"]
    ]  # fmt: skip
    starts, ends = day_span(care_day(now, zone), zone)
    today = [each for each in entries if starts <= each.occurred < ends]
    target_ml, basis = hydration.target(plan, who, values, at=now)
    state = hydration.due_state(entries, plan, values, now, zone)
    expected = hydration.expected_by(target_ml, now, [waking_span(care_day(now, zone), zone, plan, values)])
    pace, cap = (values.value(f"hydration.{name}", at=now) for name in ("pace_percent", "limit_floor_percent"))
    return {
        "target_ml": target_ml,
        "basis": basis,
        "drunk_ml": hydration.total(today).least_ml,
        "expected_ml": round(expected),
        "floor_ml": round(hydration.capped(expected * pace / 100, plan, cap)),
        "last_drink_at": text(max((each.occurred for each in today if each.ml), default=None)),
        "due": state.state,
        "due_at": text(state.due_at),
    }


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_the_list_says_what_the_tablet_says(case):
    assert case["want"] == listed(case)


# ---- totals ----


def test_a_suspected_double_counts_once_for_low_intake_and_twice_for_a_limit():
    total = hydration.total([entry("09:00", device="a"), entry("09:02", device="b")])
    assert (total.least_ml, total.most_ml, len(total.doubtful)) == (200, 400, 1)


def test_three_the_same_are_one_double_and_one_drink_of_its_own():
    total = hydration.total([entry("09:00", device="a", id="1"), entry("09:01", device="b", id="2"), entry("09:01", device="a", id="3")])
    assert (total.least_ml, total.most_ml) == (400, 600)


def test_an_open_cup_is_nothing_until_somebody_says_how_much():
    assert hydration.total([entry("09:00", "given"), entry("10:00", "left_within_reach")]).most_ml == 0
    assert hydration.total([entry("09:00", "given", 120)]).least_ml == 120


def test_what_is_liquid_in_food_counts():
    assert hydration.total([entry("12:30", ml=180, from_food=True)]).least_ml == 180


# ---- floors ----


@pytest.mark.parametrize(("limit", "floor"), [(None, 1000), (2000, 1000), (1200, 900), (600, 450)])
def test_with_a_limit_each_floor_is_the_smaller_of_itself_and_three_quarters_of_the_limit(limit, floor):
    assert hydration.capped(1000, {"limit_ml": limit}, 75) == floor


def test_a_clinicians_own_figure_caps_a_floor_and_a_planned_target_does_not():
    assert hydration.capped(1000, {"target_ml": 800, "basis": "clinician"}, 75) == 600
    assert hydration.capped(1000, {"target_ml": 800, "basis": "care plan"}, 75) == 1000


def test_somebody_fed_by_another_route_is_judged_on_the_plans_figure_or_needs_a_plan():
    assert hydration.needs_plan({"route": "peg"}) and not hydration.needs_plan({"route": "peg", "target_ml": 900})
    assert hydration.capped(1000, {"route": "subcutaneous", "target_ml": 800}, 75) == 600
    assert not hydration.needs_plan({"route": "oral"}) and not hydration.needs_plan({})


# ---- who is watched ----


def test_monitoring_has_a_start_and_an_end():
    plan = {"monitoring": True, "monitored_from": "2026-11-20", "monitored_until": "2026-11-22T12:00:00+00:00"}
    assert hydration.monitored(plan, at("11:59"), LONDON) and not hydration.monitored(plan, at("12:00"), LONDON)
    assert not hydration.monitored(plan, at("12:00", date(2026, 11, 19)), LONDON)
    for never in (None, {}, {"monitoring": False}, {"monitoring": "no"}, {"monitored_from": "2026-11-20"}):
        assert not hydration.monitored(never, at("12:00"), LONDON)


# ---- the chart ----


def filled(*entries, by="23:59", plan=None, **more):
    chart = Scene(person(*entries, plan=plan, before=(), **more), ALL_ON, at(by)).chart(at(by))
    return chart.due, chart.filled, chart.on_time


def test_a_window_is_due_when_it_has_ended_and_filled_by_an_entry_of_any_kind():
    assert filled(entry("08:00"), entry("10:30", "refused"), by="12:00") == (2, 2, 2)
    assert filled(entry("08:00"), by="11:59") == (1, 1, 1)


@pytest.mark.parametrize("outcome", ["given", "not_observed", "other"])
def test_an_open_cup_not_observed_and_other_without_a_reason_never_fill_a_window(outcome):
    assert filled(entry("08:00", outcome), by="10:00") == (1, 0, 0)


def test_other_with_a_reason_and_a_finished_cup_fill_a_window():
    assert filled(entry("08:00", "other", reason="visitor gave tea"), by="10:00") == (1, 1, 1)
    assert filled(entry("08:00", "given", 100), by="10:00") == (1, 1, 1)


def test_on_time_is_within_thirty_minutes_of_the_windows_end():
    assert filled(entry("08:00", saved="10:30"), by="11:00") == (1, 1, 1)
    assert filled(entry("08:00", saved="10:31"), by="11:00") == (1, 1, 0)


def test_windows_leave_the_chart_through_absence_nil_by_mouth_and_end_of_life_only():
    away = Absence("a", at("09:00"), at("13:30"), at("09:00"), at("09:00"))
    assert filled(entry("08:00"), by="17:00", absences=(away,)) == (2, 1, 1)
    nil = {"nil_by_mouth_from": "2026-11-22T09:00:00+00:00", "nil_by_mouth_until": "2026-11-22T13:30:00+00:00"}
    assert filled(entry("08:00"), by="17:00", plan=nil) == (2, 1, 1)
    assert filled(entry("08:00"), by="17:00", plan={"end_of_life_from": "2026-11-22T10:00:00+00:00"}) == (1, 1, 1)
    assert filled(entry("08:00"), entry("11:00", "asleep"), by="17:00") == (4, 2, 2)


# ---- pace and absence ----


def test_time_away_expects_nothing():
    away = Absence("a", at("07:00"), at("14:00"), at("07:00"), at("07:00"))
    scene = Scene(person(absences=(away,), before=()), ALL_ON, at("17:30"))
    assert scene.expected(at("14:00")) == 0
    assert round(scene.expected(at("21:00"))) == 800


def test_the_share_of_waking_time_is_right_on_both_nights_the_clocks_change():
    for day in (date(2026, 10, 24), date(2026, 10, 25), date(2026, 3, 28), date(2026, 3, 29)):
        wakes, sleeps = waking_span(day, LONDON, {}, VALUES)
        assert sleeps - wakes == timedelta(hours=14)
        starts, ends = day_span(day, LONDON)
        assert (ends - starts).total_seconds() / 3600 == {date(2026, 10, 24): 25, date(2026, 3, 28): 23}.get(day, 24)


def test_the_day_of_the_tests_is_an_ordinary_one():
    assert day_span(DAY, LONDON) == (at("07:00"), at("07:00") + timedelta(days=1))
