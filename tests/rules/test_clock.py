"""The clock that stamps entries never runs backwards, whatever the tablet's own clock does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync.clock import AHEAD_MS, Clock, Stamp, read, write
from tests.rules.submissions import DEVICE

NOON = 1_795_348_800_000

MOMENTS = st.integers(-(10**13), 10**14)
STEPS = st.lists(st.tuples(st.sampled_from(("tick", "observe", "observe with own time")), MOMENTS, MOMENTS), max_size=60)


def test_a_stamp_is_thirteen_digits_four_hex_digits_and_the_device():
    assert Clock(DEVICE).tick(1795381449120) == f"1795381449120-0000-{DEVICE}"


def test_two_entries_in_one_millisecond_are_told_apart():
    clock = Clock(DEVICE)
    assert [clock.tick(NOON)[:18] for _ in range(3)] == [f"{NOON}-{n:04x}" for n in range(3)]


def test_a_tablet_put_back_by_an_hour_goes_on_counting_forwards():
    clock = Clock(DEVICE)
    first = clock.tick(NOON)
    assert clock.tick(NOON - 3_600_000) > first


def test_the_servers_time_leads_a_slow_tablet_forward():
    clock = Clock(DEVICE)
    clock.tick(NOON)
    assert clock.observe(NOON + 60_000, NOON)
    assert read(clock.tick(NOON)).ms == NOON + 60_000


def test_a_server_time_a_year_ahead_is_ignored():
    clock = Clock(DEVICE)
    clock.tick(NOON)
    assert not clock.observe(NOON + 365 * AHEAD_MS, NOON)
    assert read(clock.tick(NOON + 1)).ms == NOON + 1


def test_a_tablet_that_slept_for_a_month_believes_a_server_that_agrees_with_its_own_time():
    clock = Clock(DEVICE)
    clock.tick(NOON)
    later = NOON + 30 * AHEAD_MS
    assert clock.observe(later + 5_000, later)


def test_more_entries_than_the_counter_holds_borrow_the_next_millisecond():
    clock = Clock(DEVICE, ms=NOON, counter=0xFFFF)
    assert clock.tick(NOON) == f"{NOON + 1}-0000-{DEVICE}"


@given(STEPS)
def test_no_order_of_ticks_and_server_times_makes_it_run_backwards(steps):
    clock, last = Clock(DEVICE), ""
    for what, at, own in steps:
        if what == "tick":
            stamp = clock.tick(at)
            assert stamp > last, "texts sort as clocks do"
            assert read(stamp) is not None
            last = stamp
        else:
            clock.observe(at, own if what.endswith("time") else None)


@given(st.integers(0, 10**13 - 1), st.integers(0, 0xFFFF))
def test_a_stamp_reads_back_as_it_was_written(ms, counter):
    assert read(write(Stamp(ms, counter, DEVICE))) == Stamp(ms, counter, DEVICE)
