"""What really changed in a home since a day: the records that a review of the plan may name as what was changed (care.md, The plan 6).

Numbers and rules, who is told, standards, a person's check times, whose a duty is, and allocations. What only waits for a second person
or for its day has changed nothing yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from server.improvement import gather
from server.records import store
from sync.days import care_day, from_ms
from sync.fields import time_ms
from sync.rules import prompts
from sync.rules.duties import DUTIES
from sync.rules.plan import read_day
from sync.thresholds import waits

THRESHOLD, LADDER, STANDARD, CHECK_TIMES, DUTY, ALLOCATION = KINDS = (
    "threshold", "ladder", "standard", "hydration_plan", "duty", "allocation",
)  # fmt: skip
#: The fields of a person's plan that say when they are looked at.
TIMES = frozenset({"windows", "check_every_minutes", "wakes_at", "sleeps_at"})
#: Allocations come with every shift: the last of them stand for the rest.
ALLOCATIONS = 12
#: How far back it is looked, and the longest round of a duty, whose owner is compared with the round before.
MOST_DAYS, ROUND_DAYS = 91, 32


@dataclass(frozen=True)
class Changed:
    """A record that was changed, and the day from which the change counts."""

    row: store.RecordRow
    on: date


def since(c: Connection, home_id: int, zone: str, first: date, today: date) -> list[Changed]:
    """What was written, or came to count, from `first` to `today`, newest first."""
    first = max(first, today - timedelta(days=MOST_DAYS))
    found = [*_set(c, home_id, zone, today), *_check_times(c, home_id, zone), *_duties(c, home_id, first, today), *_allocations(c, home_id, first, today)]
    lately = [each for each in found if each.on <= today and (each.on >= first or _written(each.row, zone) >= first)]
    return sorted(lately, key=lambda each: (each.on, each.row.seq), reverse=True)


def _set(c: Connection, home_id: int, zone: str, today: date) -> Iterator[Changed]:
    """Numbers, ladders and standards, each from the day that it names; a standard from when tablets last came to say something else."""
    for kind in (THRESHOLD, LADDER, STANDARD):
        for row in store.records(c, home_id, kind):
            if not row.struck and not waits(row.fields):
                named = read_day(row.fields.get("from") or row.fields.get("effective_from")) or _written(row, zone)
                yield Changed(row, max([named, *(on for on, _ in prompts.changed_on(row.fields, zone) if on <= today)]))


def _check_times(c: Connection, home_id: int, zone: str) -> Iterator[Changed]:
    """Plans whose check times were set anew. That a new plan has some changed nobody's."""
    for row in store.records(c, home_id, CHECK_TIMES):
        times = [step for step in _steps(row)[1:] if TIMES & step["fields"].keys()]
        if times and not row.struck:
            yield Changed(row, _day(times[-1], zone))


def _duties(c: Connection, home_id: int, first: date, today: date) -> Iterator[Changed]:
    """The rounds with which a duty came to somebody else."""
    owners: dict[str, Any] = {}
    for row in store.of_days(c, home_id, first.toordinal() - ROUND_DAYS, today.toordinal(), (DUTY,)):
        name, owner = str(row.fields.get("what")), row.fields.get("owner")
        if name not in DUTIES or row.struck or owner is None:
            continue
        if owners.get(name, owner) != owner and row.day is not None:
            yield Changed(row, date.fromordinal(row.day))
        owners[name] = owner


def _allocations(c: Connection, home_id: int, first: date, today: date) -> Iterable[Changed]:
    rows = [row for row in store.of_days(c, home_id, first.toordinal(), today.toordinal(), (ALLOCATION,)) if not row.struck]
    days = ((row, gather.shift_day(row.fields)) for row in rows)
    return sorted((Changed(row, date.fromordinal(day)) for row, day in days if day), key=lambda each: (each.on, each.row.seq))[-ALLOCATIONS:]


def _steps(row: store.RecordRow) -> list[dict[str, Any]]:
    return row.body.get("history") or [row.body]


def _written(row: store.RecordRow, zone: str) -> date:
    return _day(_steps(row)[-1], zone)


def _day(step: dict[str, Any], zone: str) -> date:
    return care_day(from_ms(time_ms(step["recorded_at"]) or 0), zone)
