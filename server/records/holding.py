"""On which care day a record stands, how long tablets hold it, and when a person has left."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import NamedTuple

from server.people.store import Home
from sync import days
from sync.fields import time_ms
from sync.kinds import ALWAYS, NEVER, OPEN, Kind
from sync.merge import Folded

#: Further than any day: held until it is said otherwise.
FOR_EVER = 9_999_999
NOT_HELD = -1
PEOPLE = frozenset({"resident", "staff_member"})


class Held(NamedTuple):
    """`day`, `held_day` and `ends_day` are ordinals of care days; `ends_day` is for people who left."""

    day: int
    open: bool
    held_day: int
    ends_day: int | None


def of(home: Home, kind: Kind, found: Folded) -> Held:
    """Where a folded record stands. A pure function of the ledger: the rows' own times decide, never the wall clock."""
    values = found.values
    day = day_of(home, _dated_ms(home, kind, found))
    ends = _ends_day(home, found) if found.kind in PEOPLE else None
    is_open = not found.struck_out and (kind.holds == ALWAYS or (kind.holds == OPEN and kind.still_open(values)))
    if kind.holds == NEVER:
        return Held(day, is_open, NOT_HELD, ends)
    over = _over_ms(home, kind, found) if is_open else None
    if is_open and over is None:
        return Held(day, True, FOR_EVER, ends)
    # Today's and yesterday's (some kinds are held for longer), and whatever was said since then about something older, so that
    # a tablet that holds it hears of it. An import of old records concerns no tablet.
    said = [row.received_ms for row in found.rows if row.origin != "import"]
    last = max([day, *([day_of(home, max(said))] if said else []), *([day_of(home, over)] if over is not None else [])])
    return Held(day, is_open and over is None, last + kind.keeps_days, ends)


def day_of(home: Home, ms: int) -> int:
    """The ordinal of the care day in which this moment lies."""
    return days.care_day(days.from_ms(ms), home.zone).toordinal()


def _dated_ms(home: Home, kind: Kind, found: Folded) -> int:
    if kind.dated_by:
        ms = day_or_time_ms(home, found.values.get(kind.dated_by))
        if ms is not None:
            return ms
    return found.occurred_ms


def _over_ms(home: Home, kind: Kind, found: Folded) -> int | None:
    """When a record that tablets always hold is over: a shift that was signed off, a duty done, an absence ended."""
    values = found.values
    if kind.name == "allocation":
        try:
            return days.to_ms(days.shift_bounds(values.get("shift") or "", home.zone)[1])
        except ValueError:
            return None
    if kind.name in ("duty", "absence"):
        for name in ("to", "done_at"):
            ms = day_or_time_ms(home, values.get(name))
            if ms is not None:
                return ms
        return found.occurred_ms if values.get("missed_reason") else None
    return None


def day_or_time_ms(home: Home, value: object) -> int | None:
    """Milliseconds of a time, or of the midnight with which a date begins on the home's clock; None for neither."""
    if not isinstance(value, str):
        return None
    if len(value) == 10:
        try:
            return days.to_ms(days.local(date.fromisoformat(value), time(0), home.zone))
        except (ValueError, OverflowError):
            return None
    return time_ms(value)


def _ends_day(home: Home, found: Folded) -> int | None:
    """The day on which a person has left: struck out is at once. Staff whose end lies within a day are known for the rest of it:
    an agency worker of this night may be given one shift more in the morning."""
    ms = _left_ms(home, found)
    if ms is None:
        return None
    left = days.from_ms(ms).astimezone(days.zone_of(home.zone))
    return left.date().toordinal() + (found.kind == "staff_member" and left.time() != time(0))


def _left_ms(home: Home, found: Folded) -> int | None:
    if found.struck_out:
        return days.EARLIEST_MS
    ends = [day_or_time_ms(home, found.values.get("left_on")), _valid_until_ms(home, found.values.get("valid_until"))]
    known = [ms for ms in ends if ms is not None]
    return min(known) if known else None


def _valid_until_ms(home: Home, value: object) -> int | None:
    """`valid_until` as a date means that day to its end."""
    if isinstance(value, str) and len(value) == 10:
        try:
            return days.to_ms(days.local(date.fromisoformat(value) + timedelta(days=1), time(0), home.zone))
        except (ValueError, OverflowError):
            return None
    return day_or_time_ms(home, value)


def staff_ends_ms(home: Home, found: Folded) -> int | None:
    """When a member of staff's own record says that they have left; None while it does not."""
    return _left_ms(home, found)
