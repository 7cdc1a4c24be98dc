"""Stretches of time, half open, and what is left of them: waking hours less absences, and the clock that runs in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sync.days import SLEEPS_AT, WAKES_AT, Window, care_day, care_day_bounds, read_clock, waking, windows
from sync.thresholds import Values

Span = tuple[datetime, datetime]


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time without overlaps, in order."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def minus(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """What is left of `spans` without `taken` (merged)."""
    found: list[Span] = []
    for start, end in spans:
        for off, on in taken:
            if on <= start or off >= end:
                continue
            if start < off:
                found.append((start, off))
            start = max(start, on)
        if start < end:
            found.append((start, end))
    return found


def covered(spans: Iterable[Span]) -> timedelta:
    """How long spans without overlaps are together."""
    return sum((end - start for start, end in spans), timedelta())


def after(spans: Sequence[Span], wait: timedelta, since: datetime | None = None) -> datetime | None:
    """The instant at which `wait` has gone inside the spans, counted from `since`; None when they are too short."""
    left = wait
    for start, end in spans:
        start = start if since is None or since <= start else since
        if start >= end:
            continue
        if end - start >= left:
            return start + left
        left -= end - start
    return None


def waking_span(
    day: date, zone: str, plan: Mapping[str, Any] | None, values: Values, *, who: str | None = None, unit: str | None = None
) -> Span:  # fmt: skip
    """When a person is awake on a care day: the plan's own hours, else the home's."""
    plan = plan or {}
    at = _bounds(day, zone)[0]
    wakes = plan.get("wakes_at") or values.value("hydration.wakes_at", who, unit, at=at)
    sleeps = plan.get("sleeps_at") or values.value("hydration.sleeps_at", who, unit, at=at)
    return _waking(day, zone, read_clock(wakes, WAKES_AT, zone), read_clock(sleeps, SLEEPS_AT, zone))


@lru_cache(maxsize=4096)
def _waking(day: date, zone: str, wakes: Any, sleeps: Any) -> Span:
    return waking(day, zone, wakes, sleeps)


@lru_cache(maxsize=4096)
def _bounds(day: date, zone: str) -> Span:
    return care_day_bounds(day, zone)


def day_span(day: date, zone: str) -> Span:
    """Start and end of a care day."""
    return _bounds(day, zone)


def windows_of(day: date, zone: str, plan: Mapping[str, Any] | None) -> tuple[Window, ...]:
    """The windows of a care day by the plan's own list and waking hours."""
    plan = plan or {}
    listed = plan.get("windows")
    own = tuple(
        item if isinstance(item, str) else (item.get("name"), item.get("from"), item.get("to"))
        for item in (listed if isinstance(listed, list) else ())
        if isinstance(item, (str, Mapping))
    )
    return _windows(day, zone, own, plan.get("wakes_at"), plan.get("sleeps_at"))


@lru_cache(maxsize=4096)
def _windows(day: date, zone: str, own: tuple[Any, ...], wakes_at: Any, sleeps_at: Any) -> tuple[Window, ...]:
    listed = [item if isinstance(item, str) else dict(zip(("name", "from", "to"), item, strict=True)) for item in own]
    return tuple(windows(day, zone, {"windows": listed, "wakes_at": wakes_at, "sleeps_at": sleeps_at}))


def window_at(at: datetime, zone: str, plan: Mapping[str, Any] | None) -> Window | None:
    """The window that an instant stands in, or None."""
    return next((window for window in windows_of(care_day(at, zone), zone, plan) if window.start <= at < window.end), None)
