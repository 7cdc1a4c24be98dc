"""Attended is not done: what an appointment still asks for, by example and whatever its records say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.fields import time_ms
from sync.rules import appointments
from sync.rules.appointments import DONE, ORDER, Limits, Said, judge
from sync.thresholds import Values

VECTORS = json.loads(Path(__file__).parents[1].joinpath("vectors", "appointment_state.json").read_text(encoding="utf-8"))["cases"]
NOW = time_ms("2026-11-22T12:00:00Z")
HOUR = appointments.HOUR_MS


def said(each: dict) -> Said:
    return Said(time_ms(each["at"]), each["fields"])


def judged(case: dict, limits: Limits = Limits()):
    """Where the appointment of a vector stands."""
    return judge(
        time_ms(case["starts_at"]), map(said, case["outcomes"]), [said(each) for each in case["follow_ups"]],
        booked=case["booked"], now_ms=time_ms(case["now"]), limits=limits,
    )  # fmt: skip


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_the_examples_that_tablet_and_server_share(case):
    found = judged(case)
    want = case["want"]
    assert (found.state, list(found.open), list(found.late)) == (want["state"], want["open"], want["late"])
    assert found.days_waiting == want["days_waiting"]
    assert found.chase_ms == (want["chase_at"] and time_ms(want["chase_at"]))


def test_the_limits_are_the_homes_own_where_it_has_set_them():
    own = Values([{"record": "t", "seq": 1, "heads": ["t"], "fields": {"name": "appointments.outcome_hours", "value": 2, "from": "2026-11-01"}}])
    limits = Limits.of(own, datetime(2026, 11, 22, 12, tzinfo=UTC))
    assert limits == Limits(outcome_hours=2)
    assert judge(NOW - 3 * HOUR, (), (), booked=False, now_ms=NOW, limits=limits).late == ("outcome_missing",)
    assert judge(NOW - 3 * HOUR, (), (), booked=False, now_ms=NOW).late == ()


ATTENDANCE = st.sampled_from([
    "attended", "attended_part", "late_not_seen", "person_declined", "cancelled_by_service", "cancelled_by_provider",
    "not_supported_to_attend", "rescheduled", "awaiting_update",
])  # fmt: skip
TIMES = st.integers(-100, 100).map(lambda hours: NOW + hours * HOUR)
STAMPS = st.integers(1, 28).map(lambda day: f"2026-11-{day:02}T12:00:00+00:00")
OUTCOMES = st.lists(
    st.builds(Said, TIMES, st.fixed_dictionaries({"attendance": ATTENDANCE}, optional={
        "actions_required": st.sampled_from(["listed", "none"]), "care_plan_change": st.sampled_from(["needed", "not_needed", "done"]),
        "next_promised": st.booleans(), "safeguarding_decision": st.just("reported"), "next_chase_at": STAMPS,
    })), max_size=3,
)  # fmt: skip
FOLLOW_UPS = st.lists(
    st.builds(Said, TIMES, st.fixed_dictionaries({}, optional={
        "owner": st.just("a"), "due_at": STAMPS, "status": st.sampled_from(["open", "done", "not_needed"]), "evidence": st.just("seen"),
        "asks": st.sampled_from(["book", "letter"]),
    })), max_size=3,
)  # fmt: skip


@given(TIMES, OUTCOMES, FOLLOW_UPS, st.booleans())
def test_done_means_an_outcome_and_nothing_left_of_any_kind(starts, outcomes, follow_ups, booked):
    found = judge(starts, outcomes, follow_ups, booked=booked, now_ms=NOW)
    assert set(found.late) <= set(found.open) <= set(ORDER)
    if found.state == DONE:
        settled = [each.fields for each in outcomes if each.fields["attendance"] != "awaiting_update"]
        assert settled and all(fields.get("care_plan_change") != "needed" for fields in settled)
        for each in follow_ups:
            assert each.fields.get("status") == "not_needed" or (each.fields.get("status") == "done" and each.fields.get("evidence"))


@given(TIMES, OUTCOMES, FOLLOW_UPS, st.booleans(), st.randoms())
def test_the_order_in_which_records_arrive_changes_nothing(starts, outcomes, follow_ups, booked, luck):
    shuffled = (luck.sample(outcomes, len(outcomes)), luck.sample(follow_ups, len(follow_ups)))
    first = judge(starts, outcomes, follow_ups, booked=booked, now_ms=NOW)
    again = judge(starts, *shuffled, booked=booked, now_ms=NOW)
    assert (first.open, first.late, first.days_waiting) == (again.open, again.late, again.days_waiting)


@given(TIMES, OUTCOMES, FOLLOW_UPS)
def test_waiting_makes_nothing_late_less_late(starts, outcomes, follow_ups):
    def late(after_hours):
        return set(judge(starts, outcomes, follow_ups, booked=False, now_ms=NOW + after_hours * HOUR).late)

    # A follow-up without an owner becomes overdue once its day has passed: late either way.
    assert {name for name in late(0) if not name.startswith("follow_up")} <= late(50)
