"""Which shift is looked at is drawn by nobody in the home, misses no unit, night or weekend, and comes out the same each time."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sync import days
from sync.rules.sampling import NIGHT, PEAK, WEEKEND, draw, drawn

FIRST = date(2026, 1, 5)
UNITS = st.lists(st.sampled_from(["Oak", "Rose", "Rowan", "Willow"]), unique=True, max_size=4)


def year(seed: str, units: list[str], n: int = 364):
    return [draw(seed, FIRST + timedelta(days=k), units) for k in range(n)]


@given(st.text(min_size=1, max_size=8), UNITS, st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_the_two_hours_lie_within_the_shift_and_the_care_day_that_they_are_named_after(seed, units, day):
    drawn = draw(seed, day, units)
    assert drawn == draw(seed, day, list(reversed(units)))
    starts, ends = days.shift_bounds(drawn.shift)
    assert starts <= drawn.from_ < drawn.to <= ends
    assert (drawn.to - drawn.from_).total_seconds() == 7200
    assert drawn.unit in (units or [None])
    # A night's last hours stand after 07:00 on the clock: its first, and no draw, may begin on the care day after.
    assert days.care_day(drawn.from_) == day


@settings(max_examples=15, deadline=None)
@given(st.text(min_size=1, max_size=8), UNITS)
def test_over_a_year_every_unit_is_drawn_by_day_and_by_night_and_weekends_and_peaks_are_among_them(seed, units):
    drawn = year(seed, units)
    each = Counter((one.unit, one.shift.partition("/")[2]) for one in drawn)
    assert set(each) == {(unit, name) for unit in (units or [None]) for name in ("day", "night")}
    assert max(each.values()) - min(each.values()) <= 2
    why = Counter(word for one in drawn for word in one.because)
    assert why[NIGHT] > 100 and why[WEEKEND] == 104 and why[PEAK] > 100


def test_two_homes_are_not_drawn_alike():
    assert [one.from_ for one in year("one", ["Oak", "Rose"], 30)] != [one.from_ for one in year("two", ["Oak", "Rose"], 30)]


def test_a_night_when_the_clocks_change_is_still_two_hours():
    for day in (date(2026, 10, 24), date(2027, 3, 27)):
        for seed in map(str, range(40)):
            drawn = draw(seed, day, ["Oak"])
            assert (drawn.to - drawn.from_).total_seconds() == 7200


def test_whom_to_ask_is_drawn_anew_each_day_and_the_same_whoever_looks():
    names = [f"person {n}" for n in range(10)]
    two = drawn("home", date(2026, 11, 22), names, 2)
    assert len(two) == 2 and two == drawn("home", date(2026, 11, 22), names[::-1], 2)
    asked = {name for n in range(60) for name in drawn("home", date(2026, 11, 22) + timedelta(days=n), names, 2)}
    assert asked == set(names) and drawn("home", date(2026, 11, 22), [], 2) == []
