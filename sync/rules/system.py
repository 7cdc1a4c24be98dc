"""What Tidemark must say of itself and of its records: answers that nobody has decided between, rungs on which nobody could
be reached, steps that came late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sync.days import to_ms, write_time
from sync.matters import Matter
from sync.rules import catalogue as rules
from sync.thresholds import Values


def conflicts(home: str, differing: Iterable[tuple[str, datetime]], values: Values, now: datetime) -> Iterator[Matter]:
    """Records (id, since when) in which two people said different things."""
    hours = values.value("system.conflict_hours", at=now)
    for record, since in differing:
        yield Matter(rules.CONFLICT, home, since + timedelta(hours=hours), record, {"hours": hours}, ("system.conflict_hours",))


def nobody_reached(home: str, alert: str, told: Sequence[Mapping[str, Any]], now: datetime) -> Iterator[Matter]:
    """An alert's step on a rung with nobody on duty, or nobody with a device that answers. `told` is what the step added. Whoever
    is called in the morning, because others are awake, was not missed."""
    missed: dict[str, bool] = {}
    for each in told:
        role = str(each.get("role"))
        missed[role] = missed.get(role, True) and not each.get("reached") and not each.get("held_until")
    for role in sorted(role for role, nobody in missed.items() if nobody):
        yield Matter(rules.NOBODY_REACHED, home, now, f"{alert}/{role}", {"role": role, "at": write_time(to_ms(now))}, received=now)


def late_steps(home: str, late_ms: Sequence[int], values: Values, now: datetime) -> Iterator[Matter]:
    """Steps of alerts that were taken later than they were due."""
    limit = values.value("system.late_seconds", at=now)
    late = [each for each in late_ms if each > limit * 1000]
    if late:
        at = write_time(to_ms(now))
        facts = {"steps": len(late), "minutes": max(1, round(max(late) / 60_000)), "at": at}
        yield Matter(rules.ESCALATOR_LATE, home, now, at, facts, ("system.late_seconds",), now)


def clock_stepped(home: str, step_ms: float, now: datetime) -> Iterator[Matter]:
    """The server's clock was seen to jump; processes that see the same jump in the same minute say one thing."""
    at = write_time(to_ms(now.replace(second=0, microsecond=0)))
    yield Matter(rules.CLOCK_STEPPED, home, now, at, {"minutes": max(1, round(abs(step_ms) / 60_000)), "at": at}, received=now)
