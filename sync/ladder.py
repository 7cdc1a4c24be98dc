"""Who is told of an alert and when: one ladder a severity, as data, and the pure next step on it (care.md, Alerts 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sync.severities import CRITICAL, NUDGE, SENIOR, URGENT


@dataclass(frozen=True)
class Rung:
    """Roles told together, `after` the step before it. `channels` beside push name what else is tried."""

    roles: tuple[str, ...]
    after: timedelta
    channels: tuple[str, ...] = ("push",)


@dataclass(frozen=True)
class Ladder:
    """The rungs of one severity; after the last, the whole is told again `loops` times every `repeat`, then `unhandled`."""

    severity: str
    rungs: tuple[Rung, ...]
    repeat: timedelta
    loops: int
    version: str = "default"


@dataclass(frozen=True)
class State:
    """Where an alert stands: rungs reached (0: nobody told), loops gone, and when the next step is due."""

    rung: int = 0
    loop: int = 0
    next_at: datetime | None = None


@dataclass(frozen=True)
class Next:
    """One step of the climb. `tell` are the roles to call now (empty: nobody); `skipped` are rungs without anybody
    reachable, told at once to the next. `state` is where the alert stands afterwards, with `state.next_at` and
    `next_roles` for the step after it; `unhandled` says that the ladder is at its end."""

    state: State
    tell: tuple[str, ...]
    channels: tuple[str, ...]
    skipped: tuple[tuple[str, ...], ...]
    next_roles: tuple[str, ...]
    unhandled: bool = False


def ladder_for(severity: str, changes: Iterable[Mapping[str, Any]], at: datetime, zone: str) -> Ladder:
    """The ladder in force for a severity and the shift of that instant: the home's `ladder` record, else the default."""
    raise NotImplementedError


def next_step(ladder: Ladder, state: State, now: datetime, reachable: frozenset[str] | set[str]) -> Next | None:
    """The one step due now, or None. `reachable` are roles with somebody signed on and a working device."""
    raise NotImplementedError


def is_due(next_at: datetime, now: datetime, delay: timedelta) -> bool:
    """Due is past, or so far ahead that it was written under a wrong clock."""
    raise NotImplementedError
