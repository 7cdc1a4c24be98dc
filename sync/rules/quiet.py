"""Quiet hours: for what can wait, nobody is woken at home while somebody awake in the home can be called (alerts.md, 1).

They are the home's own clock times, and none until a home sets two that differ. Never for what is urgent or critical, and
never for the seniors on the floor: they are awake.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sync.days import LONDON, local, read_clock, zone_of
from sync.roles import MANAGERS, SENIOR_CARER, SHIFT_LEADER
from sync.severities import SENIOR
from sync.thresholds import Values

#: Who is called at home, and may be left to sleep.
AT_HOME = MANAGERS
#: Whoever has to be reachable meanwhile: those on the floor who may decide.
AWAKE = frozenset({SENIOR_CARER, SHIFT_LEADER})
# Longer than this is no night: a slip in one of the two times, and nobody is left uncalled by it.
LONGEST_MINUTES = 12 * 60


def hours(values: Values, at: datetime) -> tuple[time, time] | None:
    """(from, until) as the home's clock shows them; None where a home keeps no quiet hours."""
    begins, ends = (read_clock(values.value(f"alerts.quiet_{name}", at=at), time(7)) for name in ("from", "until"))
    minutes = ((ends.hour - begins.hour) * 60 + ends.minute - begins.minute) % (24 * 60)
    return (begins, ends) if 0 < minutes <= LONGEST_MINUTES else None


def over_at(values: Values, at: datetime, zone: str = LONDON) -> datetime | None:
    """When the quiet hours in which `at` lies are over; None outside them."""
    kept = hours(values, at)
    if kept is None:
        return None
    begins, ends = kept
    today = at.astimezone(zone_of(zone)).date()
    for day in (today - timedelta(days=1), today):
        over = local(day if ends > begins else day + timedelta(days=1), ends, zone)
        if local(day, begins, zone) <= at < over:
            return over
    return None


def may_wait(severity: str | None, role: str | None) -> bool:
    """Whether a call of this severity to somebody in this role may wait for the morning."""
    return severity == SENIOR and role in AT_HOME
