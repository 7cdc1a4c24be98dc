"""Care days, shifts and windows on the home's own clock, through both nights on which the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import days

# The clocks go back at 2am on 25 October 2026 and forward at 1am on 28 March 2027.
BACK, FORWARD = date(2026, 10, 25), date(2027, 3, 28)
HOUR = timedelta(hours=1)
HOUR_MS = 3_600_000


def utc(*parts) -> datetime:
    return datetime(*parts, tzinfo=UTC)


INSTANTS = (
    st.datetimes(datetime(2026, 10, 23), datetime(2026, 10, 28), timezones=st.just(UTC))
    | st.datetimes(datetime(2027, 3, 26), datetime(2027, 3, 31), timezones=st.just(UTC))
    | st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
)
ZONES = st.sampled_from(("Europe/London", "UTC", "America/New_York", "Australia/Lord_Howe"))
CLOCKS = st.builds(lambda hour, minute: f"{hour:02d}:{minute:02d}", st.integers(0, 23), st.integers(0, 59))


def test_a_care_day_runs_from_seven_to_seven():
    assert days.care_day(utc(2026, 11, 22, 7, 0)) == date(2026, 11, 22)
    assert days.care_day(utc(2026, 11, 22, 6, 59, 59)) == date(2026, 11, 21)
    assert days.care_day(utc(2026, 7, 1, 6, 0)) == date(2026, 7, 1), "7am in summer is 6am in UTC"


def test_the_night_the_clocks_go_back_is_an_hour_longer():
    start, end = days.care_day_bounds(BACK - timedelta(days=1))
    assert end - start == 25 * HOUR
    start, end = days.shift_bounds("2026-10-24/night")
    assert end - start == 13 * HOUR


def test_the_night_the_clocks_go_forward_is_an_hour_shorter():
    start, end = days.care_day_bounds(FORWARD - timedelta(days=1))
    assert end - start == 23 * HOUR
    start, end = days.shift_bounds("2027-03-27/night")
    assert end - start == 11 * HOUR


def test_both_half_past_ones_of_the_long_night_belong_to_the_same_care_day_and_shift():
    for at in (utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1, 30)):
        assert days.say_time(at) == "1:30am"
        assert days.care_day(at) == date(2026, 10, 24)
        assert days.shift_of(at) == "2026-10-24/night"


def test_a_time_that_the_spring_change_skips_is_taken_after_it():
    assert days.local(FORWARD, time(1, 30)) == utc(2027, 3, 28, 1, 30)
    assert days.say_time(days.local(FORWARD, time(1, 30))) == "2:30am"


def test_waking_time_is_fourteen_hours_on_both_days_because_people_sleep_through_the_change():
    for day in (BACK, FORWARD, BACK - timedelta(days=1), FORWARD - timedelta(days=1)):
        start, end = days.waking(day)
        assert end - start == 14 * HOUR
        assert (days.say_time(start), days.say_time(end)) == ("7am", "9pm")


def test_waking_time_follows_the_person_and_stays_inside_the_care_day():
    day = date(2026, 11, 22)
    assert days.waking(day, wakes_at="09:30", sleeps_at="23:00") == (utc(2026, 11, 22, 9, 30), utc(2026, 11, 22, 23))
    assert days.waking(day, wakes_at="06:00", sleeps_at="01:00") == (utc(2026, 11, 22, 7), utc(2026, 11, 23, 1))
    assert days.waking(day, wakes_at="nonsense", sleeps_at=None) == days.waking(day)


def test_eight_waking_hours_after_seven_in_the_evening_are_over_at_one_the_next_afternoon():
    start = utc(2026, 11, 22, 19)
    assert days.after_waking_ms(start, 8 * HOUR_MS) == utc(2026, 11, 23, 13)
    assert days.waking_ms_between(start, utc(2026, 11, 23, 13)) == 8 * HOUR_MS


def test_the_windows_of_a_day_start_when_the_person_wakes():
    names = [window.name for window in days.windows(date(2026, 11, 22))]
    assert names == ["waking", "10-12", "12-14", "14-17", "17-20", "20-23", "night"]
    late = days.windows(date(2026, 11, 22), plan={"wakes_at": "11:00"})
    assert late[0].name == "10-12" and late[0].start == utc(2026, 11, 22, 11)


def test_a_plans_own_windows_replace_the_standard_ones():
    own = [{"name": "tea", "from": "15:30", "to": "16:30"}, {"from": "23:00", "to": "02:00"}, {"from": "05:00", "to": "09:00"}]
    found = days.windows(date(2026, 11, 22), plan={"windows": own})
    assert found[0] == ("tea", utc(2026, 11, 22, 15, 30), utc(2026, 11, 22, 16, 30))
    assert found[1].end == utc(2026, 11, 23, 2)
    assert found[2].end == utc(2026, 11, 23, 7), "a window ends with the care day"


def test_a_plan_may_name_standard_windows_and_nonsense_in_it_leaves_the_standard_day():
    day = date(2026, 11, 22)
    assert [window.name for window in days.windows(day, plan={"windows": ["14-17", "waking"]})] == ["waking", "14-17"]
    for nonsense in ([], ["brunch"], [5, None, {}], "waking", {"from": "10:00"}):
        assert days.windows(day, plan={"windows": nonsense}) == days.windows(day)


@pytest.mark.parametrize(("at", "said"), [
    (utc(2026, 7, 1, 16, 30), "5:30pm"), (utc(2026, 11, 22, 9), "9am"), (utc(2026, 11, 22, 12), "midday"),
    (utc(2026, 11, 22, 0), "midnight"), (utc(2026, 11, 22, 12, 5), "12:05pm"), (utc(2026, 11, 22, 0, 5), "12:05am"),
])  # fmt: skip
def test_times_are_said_as_people_say_them(at, said):
    assert days.say_time(at) == said


def test_dates_are_said_in_full():
    assert days.say_day(date(2026, 11, 2)) == "Monday 2 November 2026"


def test_a_clock_that_is_wrong_by_centuries_is_held_inside_the_years_we_know():
    far = 2**53 - 1
    assert days.corrected_ms(0, far) == days.LATEST_MS and days.corrected_ms(0, -far) == days.EARLIEST_MS
    for ms in (far, -far, days.LATEST_MS, days.EARLIEST_MS):
        at = days.from_ms(days.corrected_ms(ms, ms))
        days.care_day_bounds(days.care_day(at))
        days.shift_bounds(days.shift_of(at))
        days.windows(days.care_day(at))
        assert days.write_time(ms).endswith("+00:00")


def test_a_time_is_written_with_milliseconds_only_where_there_are_some():
    assert days.write_time(1795381440000) == "2026-11-22T21:04:00+00:00"
    assert days.write_time(1795381449120) == "2026-11-22T21:04:09.120+00:00"


@given(INSTANTS, ZONES)
def test_every_instant_lies_in_its_own_care_day_and_its_own_shift(at, zone):
    start, end = days.care_day_bounds(days.care_day(at, zone), zone)
    assert start <= at < end
    start, end = days.shift_bounds(days.shift_of(at, zone), zone)
    assert start <= at < end


@given(INSTANTS, ZONES)
def test_care_days_and_their_windows_leave_no_gap_and_never_overlap(at, zone):
    day = days.care_day(at, zone)
    assert days.care_day_bounds(day, zone)[1] == days.care_day_bounds(day + timedelta(days=1), zone)[0]
    found = days.windows(day, zone)
    assert (found[0].start, found[-1].end) == days.care_day_bounds(day, zone)
    assert all(a.end == b.start and a.start < a.end for a, b in zip(found, found[1:], strict=False))
    assert days.window_at(at, zone).start <= at < days.window_at(at, zone).end


@settings(max_examples=200)
@given(INSTANTS, st.integers(0, 40 * HOUR_MS), ZONES, CLOCKS, CLOCKS)
def test_waking_time_counted_forward_is_the_waking_time_between(at, wait, zone, wakes, sleeps):
    end = days.after_waking_ms(at, wait, zone, wakes, sleeps)
    if end is not None:
        assert days.waking_ms_between(at, max(at, end), zone, wakes, sleeps) == wait


@given(INSTANTS, INSTANTS, INSTANTS, ZONES)
def test_waking_time_adds_up(a, b, c, zone):
    a, b, c = sorted((a, b, c))
    if c - a < timedelta(days=20):
        whole = days.waking_ms_between(a, c, zone)
        assert abs(days.waking_ms_between(a, b, zone) + days.waking_ms_between(b, c, zone) - whole) <= 1
