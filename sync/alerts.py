"""From facts to what an alert says: judge them, compare with the alert that stands, and name the steps to write.

    judgement = judge(facts, values, now)
    steps = reconcile(facts, values, judgement, existing, now)      # existing: `existing_of(change)` of that person and day

Pure: the same facts and instant give the same answer, whatever order the entries came in. A step is written as an
`alert` submission on the record `alert_id(...)`; who is told, and when, is the ladder's (`sync/ladder.py`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sync.facts import Breach, Facts
from sync.thresholds import Values

OPEN, CHANGE, LATE, WITHDRAW, REOPEN = "open", "change", "late", "withdraw", "reopen"


@dataclass(frozen=True)
class Judgement:
    """What is breached now (`breaches`, at most one a rule), what was for a while and has ended (`ended`, likewise),
    and when to look again although nothing arrives (`next_look`)."""

    breaches: tuple[Breach, ...]
    ended: tuple[Breach, ...] = ()
    next_look: datetime | None = None


@dataclass(frozen=True)
class Existing:
    """An alert as its record stands. `rung` counts the rungs reached: 0 is nobody told yet."""

    rule: str
    status: str
    opening: int
    opened_at: datetime
    happened_at: datetime
    fields: Mapping[str, Any]
    rung: int = 0
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Step:
    """One thing to write about one rule's alert. `fields` are the submission's; `pages` says whether people are called
    (open, reopen) or told of it (withdraw, late). `rung` is how many rungs count as reached when it is written: a
    reopening within the hour starts again at the one it had reached."""

    kind: str
    rule: str
    fields: Mapping[str, Any]
    pages: bool
    rung: int = 0


def alert_id(home: uuid.UUID, rule: str, resident: str, care_day: date | str) -> uuid.UUID:
    """The one record of an alert: person + rule + care day."""
    return uuid.uuid5(home, f"alert/{rule}/{str(resident).lower()}/{care_day}")


def existing_of(change: Mapping[str, Any]) -> Existing:
    """An alert record in its wire form as the rules read it."""
    raise NotImplementedError


def step_id(alert: uuid.UUID, step: Step, heads: Sequence[str]) -> uuid.UUID:
    """The submission id of a step: derived from what it states and what it stands on, so that a repeat is a duplicate."""
    raise NotImplementedError


def judge(facts: Facts, values: Values, now: datetime) -> Judgement:
    """What the person's records and silence breach on that care day, as known at `now`."""
    raise NotImplementedError


def reconcile(facts: Facts, values: Values, judgement: Judgement, existing: Iterable[Existing], now: datetime) -> tuple[Step, ...]:
    """The steps that bring the alerts of that person and care day to what the judgement says; none when they are there."""
    raise NotImplementedError
