"""Each recurring duty has a time, an owner, a deputy and somebody who is told; over both clock changes too."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import days
from sync.messages import text
from sync.roles import ROLES
from sync.rules.duties import DUTIES, missed_at, period, proves

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))


@given(MOMENTS, st.sampled_from(sorted(DUTIES)))
def test_every_moment_is_in_one_round_that_ends_where_the_next_begins(at, name):
    duty = DUTIES[name]
    now = period(duty, at)
    after = period(duty, now.due)
    assert now.start <= at < now.due == after.start and now.key != after.key
    missed = missed_at(duty, now.due)
    assert missed == after.due if duty.every != "month" else missed_at(duty, now.due, month_days=28) <= after.due


def test_a_monthly_duty_that_nobody_did_is_missed_after_a_week_or_the_homes_own_days_and_not_when_the_next_falls_due():
    review = DUTIES["provider_review"]
    due = period(review, datetime(2026, 10, 20, 12, tzinfo=UTC)).due
    assert due == days.care_day_bounds(date(2026, 11, 1))[0]
    assert missed_at(review, due) == days.care_day_bounds(date(2026, 11, 8))[0]
    assert missed_at(review, due, month_days=21) == days.care_day_bounds(date(2026, 11, 22))[0]


@pytest.mark.parametrize("name", sorted(DUTIES))
def test_whoever_is_told_is_somebody_else_than_the_owner_and_every_duty_has_its_words(name):
    duty = DUTIES[name]
    assert {duty.owner, duty.deputy, duty.manager} <= set(ROLES) and duty.manager != duty.owner != duty.deputy
    assert text(f"pages.duties.names.{name}") and text(f"pages.duties.streams.{duty.serves}") and text(f"pages.duties.every.{duty.every}")


def test_the_night_check_of_the_long_night_is_due_when_its_shift_ends():
    night = period(DUTIES["hydration_check"], datetime(2026, 10, 24, 22, tzinfo=UTC))
    assert night.key == "2026-10-24/night" and (night.due - night.start).total_seconds() == 13 * 3600
    assert (period(DUTIES["hydration_check"], datetime(2026, 3, 28, 23, tzinfo=UTC)).due - days.local(datetime(2026, 3, 28).date(), days.SHIFTS[1][1])).total_seconds() == 11 * 3600


def test_a_check_does_the_duty_of_its_own_shift_and_an_audit_that_of_its_own_template():
    check, audit = DUTIES["hydration_check"], DUTIES["audit_hydration"]
    assert proves(check, "shift_hydration_check", {"shift": "2026-11-22/day"}, "2026-11-22/day")
    assert not proves(check, "shift_hydration_check", {"shift": "2026-11-22/night"}, "2026-11-22/day")
    assert proves(audit, "audit", {"template": "hydration"}, "2026-11-16") and not proves(audit, "audit", {"template": "deployment"}, "2026-11-16")
