"""Quiet hours by the home's own clock: when they begin and end, on both nights the clocks change, and for whom they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.roles import ROLES
from sync.rules.quiet import hours, may_wait, over_at
from sync.severities import SEVERITIES
from sync.thresholds import Values

SECOND = timedelta(seconds=1)


def kept(begins: str | None = "22:00", ends: str | None = "07:00") -> Values:
    said = {"alerts.quiet_from": begins, "alerts.quiet_until": ends}
    return Values([{"record": name, "seq": 1, "fields": {"name": name, "value": value, "from": "2026-01-01"}} for name, value in said.items() if value])


def test_a_home_that_has_set_nothing_has_no_quiet_hours():
    assert hours(Values(), datetime(2026, 11, 22, 3, tzinfo=UTC)) is None
    assert over_at(kept("22:00", None), datetime(2026, 11, 22, 3, tzinfo=UTC)) == datetime(2026, 11, 22, 7, tzinfo=UTC), "until 7am by itself"


@pytest.mark.parametrize(("begins", "ends"), [("22:00", "22:00"), ("07:00", "19:01"), ("22:00", "21:00")])
def test_a_slip_in_one_of_the_two_times_leaves_nobody_uncalled_all_day(begins, ends):
    day = [datetime(2026, 11, 22, hour, tzinfo=UTC) for hour in range(24)]
    assert [over_at(kept(begins, ends), at) for at in day] == [None] * 24


@pytest.mark.parametrize(
    ("begins", "over"),
    [
        (datetime(2026, 10, 24, 21, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC)),  # the clocks go back: ten hours
        (datetime(2027, 3, 27, 22, tzinfo=UTC), datetime(2027, 3, 28, 6, tzinfo=UTC)),  # the clocks go forward: eight
        (datetime(2026, 6, 1, 21, tzinfo=UTC), datetime(2026, 6, 2, 6, tzinfo=UTC)),
    ],
)
def test_they_are_from_10pm_to_7am_by_the_homes_clock_on_every_night_of_the_year(begins, over):
    values = kept()
    assert over_at(values, begins - SECOND) is None and over_at(values, over) is None
    assert over_at(values, begins) == over_at(values, over - SECOND) == over


def test_an_end_that_comes_twice_is_the_first_and_one_that_is_skipped_is_as_much_later():
    assert over_at(kept("22:00", "01:30"), datetime(2026, 10, 24, 23, tzinfo=UTC)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert over_at(kept("22:00", "01:30"), datetime(2027, 3, 28, 0, tzinfo=UTC)) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


@given(st.sampled_from(SEVERITIES), st.sampled_from(ROLES))
def test_only_managers_are_left_to_sleep_and_never_by_what_is_urgent_or_critical(severity, role):
    if may_wait(severity, role):
        assert severity == "senior" and role.endswith(("manager", "lead", "individual")) and role not in ("nutrition_lead", "senior_carer", "shift_leader")
