"""When people wait: by the hour of the day, over the drawn shifts that somebody looked at, with what is left out said."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import flags
from sync.days import LONDON, from_ms, to_ms, write_time, zone_of
from sync.measures.by_hour import by_hour
from sync.thresholds import Values
from tests.rules.care import at

SHIFT = "2026-11-22/day"
SAMPLE = {"fields": {"shift": SHIFT, "unit": "Willow"}}


def told(record: str, fields: dict, *marks: str) -> dict:
    return {"record": record, "fields": fields, "flags": list(marks)}


def form(*delays: tuple[str | None, float | None], record="form", shift=SHIFT, unit="Willow", since="08:00", until="10:00", marks=(), **more) -> dict:
    waits = [{"what": "Bell", "minutes": minutes, **({"at": write_time(to_ms(at(time)))} if time else {})} for time, minutes in delays]
    fields = {"shift": shift, "unit": unit, "from": write_time(to_ms(at(since))), "to": write_time(to_ms(at(until))), "delays": waits, **more}
    return told(record, fields, *marks)


def counted(forms=(), incidents=(), samples=(SAMPLE,), zone=LONDON):
    return by_hour(forms, samples, incidents, values=Values(), zone=zone)


def figures(found):
    """Of each hour of which there is anything: (looked at, waited, needs not met, incidents)."""
    return {each.hour: (each.looked_at, each.waited, each.unmet, len(each.incidents)) for each in found.hours() if each.looks or each.incidents}


def test_a_wait_counts_in_its_hour_out_of_the_hours_of_drawn_shifts_that_were_looked_at():
    assert figures(counted([form(("08:20", 25), ("08:50", 30), ("09:10", 5))])) == {8: (1, 1, 0, 0), 9: (1, 0, 0, 0)}


def test_a_wait_within_the_homes_standard_is_none_and_one_of_unknown_length_is():
    assert figures(counted([form(("08:20", 10), ("09:05", None))])) == {8: (1, 0, 0, 0), 9: (1, 1, 0, 0)}


def test_a_need_that_was_not_met_counts_in_each_hour_of_the_time_that_was_looked_at():
    assert figures(counted([form(unmet_need=True, since="08:30", until="10:30")])) == {hour: (1, 0, 1, 0) for hour in (8, 9, 10)}


def test_two_forms_of_one_shift_are_one_look():
    found = counted([form(("08:20", 25)), form(record="other")])
    assert figures(found) == {8: (1, 1, 0, 0), 9: (1, 0, 0, 0)} and found.looks[0].records == ["form", "other"]


def test_a_shift_that_nobody_drew_counts_nowhere_and_is_said():
    found = counted([form(("08:20", 25), unit="Rowan"), form(("08:20", 25), shift="2026-11-21/day")])
    assert figures(found) == {} and found.left_out == {"not_drawn": 2}
    assert figures(counted([form(("08:20", 25), unit="Rowan")], samples=[{"fields": {"shift": SHIFT}}])) == {8: (1, 1, 0, 0), 9: (1, 0, 0, 0)}, "a draw of the whole home"


@pytest.mark.parametrize("mark", [flags.TIME_NOT_PROVEN, flags.TIME_IN_DOUBT])
def test_what_holds_by_no_clock_is_in_no_hour_and_is_said(mark):
    fall = told("fall", {"happened_at": write_time(to_ms(at("08:30"))), "type": "fall"}, mark)
    found = counted([form(("08:20", 25), marks=(mark,))], [fall])
    assert figures(found) == {} and found.left_out == {"not_proven": 2}


def test_a_wait_without_a_time_or_outside_of_what_was_looked_at_is_in_no_hour_and_is_said():
    found = counted([form((None, 25), ("11:00", 25))])
    assert figures(found) == {8: (1, 0, 0, 0), 9: (1, 0, 0, 0)} and found.left_out == {"no_time": 1, "outside": 1}
    assert counted([form(since="10:00", until="08:00")]).left_out == {"no_time": 1}


def test_an_incident_counts_in_its_hour_wherever_it_happened_and_whoever_looked():
    fall = told("fall", {"happened_at": write_time(to_ms(at("03:10"))), "type": "fall"})
    found = counted(incidents=[fall, told("odd", {"happened_at": "soon", "type": "fall"})])
    assert figures(found) == {3: (0, 0, 0, 1)} and found.left_out == {"no_time": 1}


def test_hours_are_the_homes_own_and_begin_with_the_care_day():
    july = {"happened_at": "2026-07-22T08:30:00Z", "type": "fall"}
    assert figures(counted(incidents=[told("fall", july)])) == {9: (0, 0, 0, 1)}
    assert [each.hour for each in counted().hours()] == [*range(7, 24), *range(7)]


def test_an_hour_that_comes_twice_when_clocks_go_back_is_looked_at_once():
    night = form(since="08:00", until="08:00", shift="2026-10-24/night")
    night["fields"] |= {"from": "2026-10-25T00:00:00Z", "to": "2026-10-25T02:00:00Z", "unmet_need": True}
    assert figures(counted([night], samples=[{"fields": {"shift": "2026-10-24/night", "unit": "Willow"}}])) == {1: (1, 0, 1, 0)}


FORMS = st.lists(
    st.builds(
        lambda day, start, length, delays, unmet, proven: told(
            f"form{day}{start}",
            {
                "shift": f"{date(2026, 10, 1) + timedelta(days=day)}/day", "unit": "Willow", "unmet_need": unmet,
                "from": write_time(_ms(day, start)), "to": write_time(_ms(day, start + length)),
                "delays": [{"what": "Bell", "minutes": minutes, **({} if later is None else {"at": write_time(_ms(day, start + later))})} for later, minutes in delays],
            },
            *([] if proven else [flags.TIME_NOT_PROVEN]),
        ),
        st.integers(0, 60), st.integers(0, 23 * 60), st.integers(-30, 240),
        st.lists(st.tuples(st.none() | st.integers(-60, 300), st.none() | st.integers(0, 60)), max_size=4), st.booleans(), st.booleans(),
    ),
    max_size=12,
)  # fmt: skip
DRAWN = [{"fields": {"shift": f"{date(2026, 10, 1) + timedelta(days=day)}/day", "unit": "Willow"}} for day in range(0, 61, 2)]


def _ms(day: int, minute: int) -> int:
    return to_ms(at("00:00")) + ((day - 52) * 24 * 60 + minute) * 60_000


@given(FORMS)
def test_no_hour_tells_of_more_than_was_looked_at_and_every_wait_stands_in_its_own_hour(forms):
    found = counted(forms, samples=DRAWN)
    assert all(0 <= each.waited <= each.looked_at and 0 <= each.unmet <= each.looked_at for each in found.hours())
    assert sum(each.looked_at for each in found.hours()) == len(found.looks)
    assert all(from_ms(wait.at).astimezone(zone_of(LONDON)).hour == look.hour for look in found.looks for wait in look.waits)


@given(FORMS)
def test_every_long_wait_is_listed_or_said_to_be_left_out_and_so_is_every_form(forms):
    for each in forms:
        found = counted([each], samples=DRAWN)
        if not found.looks:
            assert sum(found.left_out.values()) == 1, "the whole form, and why"
            continue
        long = sum(delay["minutes"] is None or delay["minutes"] > 10 for delay in each["fields"]["delays"])
        assert sum(len(look.waits) for look in found.looks) + sum(found.left_out.values()) == long


@given(FORMS, st.randoms())
def test_the_order_in_which_forms_come_changes_no_figure(forms, luck):
    other = luck.sample(forms, len(forms))
    assert figures(counted(forms, samples=DRAWN)) == figures(counted(other, samples=DRAWN))
    assert counted(forms, samples=DRAWN).left_out == counted(other, samples=DRAWN).left_out
