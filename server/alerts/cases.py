"""What one judgement of matters rests on, whichever stream it is of, and how records come to it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from server.alerts import schedule, silence
from server.people.store import Home
from server.records import store
from sync import days
from sync.matters import Matter, Scope
from sync.rules.catalogue import MATTER_RULES
from sync.thresholds import Values
from sync.told import Told, told_of

#: Alerts that stand on an older care day than this are left as they are: what they were about may no longer be read.
SPOKEN_FOR_DAYS = 28


@dataclass(frozen=True)
class Case:
    """The matters of one subject of a stream. `rules` are those it speaks for: an alert of them with nothing behind it is
    over. `by_then(at)` names the matters again by what had been saved at an instant. `again` is looked at whatever comes."""

    look: schedule.Subject
    subject: uuid.UUID
    matters: tuple[Matter, ...]
    scope: Scope
    rules: frozenset[str]
    by_then: Callable[[datetime], Iterable[Matter]]
    again: datetime | None = None


class Moment:
    """What every case of a home needs, read once."""

    def __init__(self, c: Connection, home: Home, now_ms: int):
        self.c, self.home, self.now_ms = c, home, now_ms
        self.now = days.from_ms(now_ms)
        self.today = days.care_day(self.now, home.zone).toordinal()
        self.values = Values((row.body for row in store.records(c, home.id, "threshold")), home.zone)
        self.silence = silence.of(c, home.id, now_ms, home.zone, self.values)
        self.started = days.care_day_bounds(date.fromisoformat(home.started_on), home.zone)[0]

    def scope(self, person: str | None = None, unit: str | None = None) -> Scope:
        return Scope(
            person, unit, self.home.zone, self.started, days.from_ms(self.silence.based_on_until_ms),
            tuple(tablet.wire() for tablet in self.silence.tablets),
        )  # fmt: skip


def rules_of(*prefixes: str) -> frozenset[str]:
    """The rules about matters whose names begin so."""
    return frozenset(name for name in MATTER_RULES if name.startswith(prefixes))


def subject_of(home: Home, *parts: str) -> uuid.UUID:
    """What the alerts of something without a record stand on: a unit, a unit's shift."""
    return uuid.uuid5(home.uuid, "/".join(parts))


def told(rows: Iterable[store.RecordRow]) -> tuple[Told, ...]:
    return tuple(told_of(row.body) for row in rows)


def by_subject(rows: Iterable[store.RecordRow]) -> Mapping[Any, list[store.RecordRow]]:
    """Records by what they are about."""
    found: dict[Any, list[store.RecordRow]] = {}
    for row in rows:
        found.setdefault(row.subject, []).append(row)
    return found
