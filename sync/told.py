"""A record as the rules about records read it: what it says now, and what it said to whoever looked at an earlier time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sync import flags
from sync.facts import UTC_MIN
from sync.thresholds import read_day_or_time

_NOT_PROVEN = frozenset({flags.TIME_NOT_PROVEN, flags.TIME_IN_DOUBT})


@dataclass(frozen=True)
class Row:
    """One submission about a record: when it was saved and received (aware UTC), and whether a clock vouches for that."""

    recorded: datetime
    received: datetime
    fields: Mapping[str, Any]
    proven: bool = True


@dataclass(frozen=True)
class Told:
    """A record that counts. `occurred` is when what it speaks of happened; `rows` are in the order in which they were saved."""

    id: str
    occurred: datetime
    fields: Mapping[str, Any]
    rows: tuple[Row, ...]
    struck: bool = False

    @property
    def received(self) -> datetime:
        """When the first of it came."""
        return min(row.received for row in self.rows)

    @property
    def recorded(self) -> datetime:
        """When the first of it was saved."""
        return self.rows[0].recorded

    def time(self, name: str) -> datetime | None:
        """The instant that a field holds."""
        return read_day_or_time(self.fields.get(name))

    def known_by(self, at: datetime) -> Told | None:
        """The record as anybody could know it by `at`; None where nothing of it had been saved, or by no clock that holds."""
        rows = tuple(row for row in self.rows if row.recorded <= at and row.proven)
        if not rows:
            return None
        values: dict[str, Any] = {}
        for row in rows:
            values |= row.fields
        struck = bool(values.pop("struck_out", False))
        return Told(self.id, self.occurred, {name: value for name, value in values.items() if value is not None}, rows, struck)


def told_of(change: Mapping[str, Any]) -> Told:
    """A record in its wire form (a change as protocol.md has it)."""
    history = change.get("history") or ()
    rows = tuple(_row(row) for row in sorted(history, key=lambda row: (row["recorded_at"], row["seq"]))) or (_row(change),)
    occurred = read_day_or_time(change.get("occurred_at")) or UTC_MIN
    return Told(str(change["record"]), occurred, change.get("fields") or {}, rows, bool(change.get("struck_out")))


def _row(row: Mapping[str, Any]) -> Row:
    return Row(
        read_day_or_time(row.get("recorded_at")) or UTC_MIN,
        read_day_or_time(row.get("received_at")) or UTC_MIN,
        row.get("fields") or {},
        not _NOT_PROVEN & set(row.get("flags") or ()),
    )


def counting(records: Iterable[Told]) -> list[Told]:
    """Those that are not struck out, by when they happened."""
    return sorted((each for each in records if not each.struck), key=lambda each: (each.occurred, each.id))


def known_by(records: Iterable[Told], at: datetime) -> tuple[Told, ...]:
    """What was known of these records by an instant."""
    return tuple(found for each in records if (found := each.known_by(at)) is not None)
