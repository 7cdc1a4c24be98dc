"""Care days, shifts, windows and waking time in a home's time zone: the only file that knows daylight saving.

A care day runs from 07:00 to 06:59 on the home's own clock. On the night the clocks go back it is 25 hours long, on the
night they go forward 23; a night shift likewise. Everything returned is an aware datetime in UTC, half open: start
belongs to it, end to the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

LONDON = "Europe/London"

DAY_STARTS = time(7)
WAKES_AT, SLEEPS_AT = time(7), time(21)

# Name and start on the home's clock; each runs until the next one starts.
SHIFTS = (("day", time(8)), ("night", time(20)))
WINDOWS = (
    ("waking", time(7)), ("10-12", time(10)), ("12-14", time(12)), ("14-17", time(14)), ("17-20", time(17)),
    ("20-23", time(20)), ("night", time(23)),
)  # fmt: skip

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)

# Every time below this file lies inside these years. A clock may be wrong by centuries and its entry is still kept
# and still shown: it is moved to the nearest end rather than refused.
EARLIEST_MS = -2_208_988_800_000  # 1900-01-01
LATEST_MS = 7_258_118_400_000 - 1  # 2199-12-31


class Window(NamedTuple):
    """One stretch of a care day in which a drink should be offered."""

    name: str
    start: datetime
    end: datetime


def to_ms(at: datetime) -> int:
    """Milliseconds since 1970 in UTC of an aware datetime."""
    return (at - _EPOCH) // _MS


def from_ms(ms: int) -> datetime:
    """The aware UTC datetime of `ms`, held inside the years that this file knows."""
    return _EPOCH + timedelta(milliseconds=min(max(ms, EARLIEST_MS), LATEST_MS))


def corrected_ms(ms: int, offset_ms: int | None) -> int:
    """Device time plus offset (protocol.md, Time), held inside the years that this file knows."""
    return min(max(ms + (offset_ms or 0), EARLIEST_MS), LATEST_MS)


def write_time(ms: int) -> str:
    """RFC 3339 with offset: `2026-11-22T21:04:00+00:00`, with `.120` only where there are milliseconds."""
    at = from_ms(ms)
    return at.isoformat(timespec="milliseconds" if at.microsecond else "seconds")


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _zone(zone: str | ZoneInfo) -> ZoneInfo:
    return zone_of(zone) if isinstance(zone, str) else zone


def local(day: date, at: time, zone: str | ZoneInfo = LONDON) -> datetime:
    """The UTC instant at which the home's clock shows `at` on `day`.

    A time that the spring change skips is taken as many minutes after the change as it lies inside the gap; a time
    that the autumn change repeats is the first of the two.
    """
    return datetime.combine(day, at, _zone(zone)).astimezone(UTC)


def care_day(at: datetime, zone: str | ZoneInfo = LONDON) -> date:
    """The care day that an instant falls in."""
    there = at.astimezone(_zone(zone))
    return there.date() if there.time() >= DAY_STARTS else there.date() - timedelta(days=1)


def care_day_bounds(day: date, zone: str | ZoneInfo = LONDON) -> tuple[datetime, datetime]:
    """Start and end of a care day: 24 hours apart, 23 or 25 over a clock change."""
    return local(day, DAY_STARTS, zone), local(day + timedelta(days=1), DAY_STARTS, zone)


def shift_of(at: datetime, zone: str | ZoneInfo = LONDON, shifts: Iterable[tuple[str, time]] = SHIFTS) -> str:
    """The shift that an instant falls in, as `2026-11-22/night`: named by the day on which it starts."""
    there, ordered = at.astimezone(_zone(zone)), sorted(shifts, key=lambda shift: shift[1])
    for name, starts in reversed(ordered):
        if there.time() >= starts:
            return f"{there.date().isoformat()}/{name}"
    return f"{(there.date() - timedelta(days=1)).isoformat()}/{ordered[-1][0]}"


def shift_bounds(
    shift: str, zone: str | ZoneInfo = LONDON, shifts: Iterable[tuple[str, time]] = SHIFTS
) -> tuple[datetime, datetime]:
    """Start and end of a shift by its text. ValueError for a text that names none."""
    day_text, _, name = shift.partition("/")
    day, ordered = date.fromisoformat(day_text), sorted(shifts, key=lambda each: each[1])
    for place, (known, starts) in enumerate(ordered):
        if known == name:
            last = place == len(ordered) - 1
            try:
                ends_on, ends = (day + timedelta(days=1), ordered[0][1]) if last else (day, ordered[place + 1][1])
                return local(day, starts, zone), local(ends_on, ends, zone)
            except OverflowError:
                raise ValueError(f"no calendar holds {shift!r}") from None
    raise ValueError(f"no shift is called {name!r}")


_CLOCK_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::[0-5][0-9])?")


def read_clock(value: Any, default: time, zone: str | ZoneInfo = LONDON) -> time:
    """A time of day as plans write it: `07:30`, or the time part of a full RFC 3339 time. `default` for anything else."""
    if isinstance(value, str):
        if found := _CLOCK_TIME.fullmatch(value):
            return time(int(found[1]), int(found[2]))
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            return default
        if at.tzinfo is not None:
            return at.astimezone(_zone(zone)).time().replace(second=0, microsecond=0)
    return value if isinstance(value, time) else default


def waking(
    day: date, zone: str | ZoneInfo = LONDON, wakes_at: Any = WAKES_AT, sleeps_at: Any = SLEEPS_AT
) -> tuple[datetime, datetime]:
    """When a person is awake on a care day, inside its bounds. Going to sleep after midnight counts to the same day."""
    starts, ends = care_day_bounds(day, zone)
    wakes, sleeps = read_clock(wakes_at, WAKES_AT, zone), read_clock(sleeps_at, SLEEPS_AT, zone)
    begin = local(day, wakes, zone)
    end = local(day if sleeps > wakes else day + timedelta(days=1), sleeps, zone)
    begin = max(begin, starts)
    return begin, max(begin, min(end, ends))


def waking_ms_between(
    start: datetime,
    end: datetime,
    zone: str | ZoneInfo = LONDON,
    wakes_at: Any = WAKES_AT,
    sleeps_at: Any = SLEEPS_AT,
) -> int:
    """How much of the time from `start` to `end` a person was awake, in milliseconds; 0 where end is not after start."""
    total = 0
    for day in _care_days(start, end, zone):
        begin, finish = waking(day, zone, wakes_at, sleeps_at)
        total += max(0, to_ms(min(end, finish)) - to_ms(max(start, begin)))
    return total


def after_waking_ms(
    start: datetime,
    wait_ms: int,
    zone: str | ZoneInfo = LONDON,
    wakes_at: Any = WAKES_AT,
    sleeps_at: Any = SLEEPS_AT,
    days: int = 60,
) -> datetime | None:
    """The instant at which `wait_ms` of waking time have gone since `start`; None when that is over `days` away."""
    left, first = wait_ms, care_day(start, zone)
    for step in range(days):
        begin, finish = waking(first + timedelta(days=step), zone, wakes_at, sleeps_at)
        begin = max(begin, start)
        here = to_ms(finish) - to_ms(begin)
        if here >= left:
            return begin + timedelta(milliseconds=max(left, 0))
        left -= max(here, 0)
    return None


def _care_days(start: datetime, end: datetime, zone: str | ZoneInfo) -> Iterator[date]:
    if end <= start:
        return
    day, last = care_day(start, zone), care_day(end, zone)
    while day <= last:
        yield day
        day += timedelta(days=1)


def windows(day: date, zone: str | ZoneInfo = LONDON, plan: Mapping[str, Any] | None = None) -> list[Window]:
    """The windows of a care day: the seven of the standard day, or the plan's own (`windows` of a hydration plan: names of
    standard ones, or {name, from, to} in home time).

    The first standard window starts when the person wakes; one that would end before that is left out.
    """
    plan = plan or {}
    wanted = plan.get("windows")
    wanted = wanted if isinstance(wanted, list) else []
    own = [window for item in wanted if isinstance(item, Mapping) and (window := _own(day, item, zone))]
    named = {item for item in wanted if isinstance(item, str)}
    if own or named:
        own += [window for window in _standard(day, zone, plan) if window.name in named]
    if own:
        return sorted(own, key=lambda window: (window.start, window.end, window.name))
    return _standard(day, zone, plan)


def _standard(day: date, zone: str | ZoneInfo, plan: Mapping[str, Any]) -> list[Window]:
    end_of_day = care_day_bounds(day, zone)[1]
    starts = [local(day, starts, zone) for _, starts in WINDOWS]
    ends = [*starts[1:], end_of_day]
    wakes = waking(day, zone, plan.get("wakes_at"), plan.get("sleeps_at"))[0]
    found = [Window(name, start, end) for (name, _), start, end in zip(WINDOWS, starts, ends, strict=True)]
    return [
        window._replace(start=max(window.start, wakes)) if window.name != "night" else window
        for window in found
        if window.end > wakes or window.name == "night"
    ]


def window_at(at: datetime, zone: str | ZoneInfo = LONDON, plan: Mapping[str, Any] | None = None) -> Window | None:
    """The window that an instant stands in, or None between a plan's own windows and before waking."""
    for window in windows(care_day(at, zone), zone, plan):
        if window.start <= at < window.end:
            return window
    return None


def _own(day: date, item: Mapping[str, Any], zone: str | ZoneInfo) -> Window | None:
    """A plan's window {name, from, to} in home time; times before 07:00 belong to the morning that ends the care day."""
    midnight = time(0)
    begin, finish = read_clock(item.get("from"), midnight, zone), read_clock(item.get("to"), midnight, zone)
    if begin == finish:
        return None
    first = day if begin >= DAY_STARTS else day + timedelta(days=1)
    last = first if finish > begin else first + timedelta(days=1)
    name = item.get("name")
    start, end = local(first, begin, zone), min(local(last, finish, zone), care_day_bounds(day, zone)[1])
    named = name if isinstance(name, str) and name else f"{begin:%H:%M}-{finish:%H:%M}"
    return Window(named, start, end) if start < end else None


def say_time(at: datetime, zone: str | ZoneInfo = LONDON) -> str:
    """A time as people here say it: 5:30pm, 9am, midday, midnight."""
    there = at.astimezone(_zone(zone))
    if there.minute == 0 and there.hour in (0, 12):
        return "midday" if there.hour else "midnight"
    minutes = f":{there.minute:02d}" if there.minute else ""
    return f"{there.hour % 12 or 12}{minutes}{'pm' if there.hour >= 12 else 'am'}"


def say_day(day: date) -> str:
    """A date as people here write it: Sunday 22 November 2026."""
    return f"{day:%A} {day.day} {day:%B %Y}"
