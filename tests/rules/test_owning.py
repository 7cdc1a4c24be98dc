"""Whose an alert is ends by itself: it was not closed, its pause is over, or nobody took it over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.days import to_ms, write_time
from sync.kinds.alert import STATUSES
from sync.owning import LONGEST_PAUSE, back_at, said_at
from sync.severities import SEVERITIES
from sync.thresholds import Values

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOLD = [{"role": "senior_carer", "reached": True}]


def alert(status, severity="urgent", told=TOLD, heard=NOON, origin="tablet", **fields):
    """An alert that a person wrote to at noon, and Tidemark a little later."""
    rows = [
        {"seq": 1, "origin": "system", "received_at": write_time(to_ms(NOON - timedelta(hours=1))), "fields": {"status": "open"}},
        {"seq": 2, "origin": origin, "received_at": write_time(to_ms(heard)), "fields": {"status": status}},
        {"seq": 3, "origin": "system", "received_at": write_time(to_ms(heard + timedelta(minutes=9))), "fields": {"facts": {}}},
    ]
    return {"fields": {"status": status, "severity": severity, "told": told, **fields}, "history": rows}


@pytest.mark.parametrize(
    ("made", "minutes"),
    [
        (alert("acknowledged"), 30),
        (alert("acknowledged", "critical"), 30),
        (alert("acknowledged", "senior"), 120),
        (alert("snoozed", snooze_until=write_time(to_ms(NOON + timedelta(minutes=45)))), 45),
        (alert("snoozed", snooze_until="2027-01-01T00:00:00+00:00"), 120),
        (alert("open", given_to="x"), 15),
        (alert("acknowledged", told=[]), None),
        (alert("snoozed", "critical", snooze_until="2027-01-01T00:00:00+00:00"), None),
        (alert("open"), None),
        (alert("resolved"), None),
        (alert("acknowledged", origin="system"), None),
    ],
)
def test_it_goes_back_to_the_ladder_after_its_time_and_only_then(made, minutes):
    assert back_at(made, Values()) == (None if minutes is None else NOON + timedelta(minutes=minutes))


@given(st.sampled_from(STATUSES), st.sampled_from(SEVERITIES), st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.booleans())
def test_nobody_keeps_an_alert_for_longer_than_two_hours_by_one_word(status, severity, heard, given_):
    at = heard.replace(tzinfo=UTC, microsecond=0)
    made = alert(status, severity, heard=at, snooze_until="2199-01-01T00:00:00+00:00", **({"given_to": "x"} if given_ else {}))
    back = back_at(made, Values())
    assert said_at(made) == at and (back is None or at < back <= at + LONGEST_PAUSE)
