"""A ledger row as the merge takes it, the record that it becomes, and the record as it travels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sync.days import write_time
from sync.roles import DECIDERS


@dataclass(slots=True)
class Row:
    """One accepted submission, as the ledger keeps it. Ids are lower-case text, `*_ms` corrected time since 1970."""

    id: str
    record: str
    kind: str
    seq: int
    clock: str
    fields: Mapping[str, Any]
    parents: tuple[str, ...] = ()
    repairs: str | None = None
    author: str | None = None
    author_name: str | None = None
    roles: tuple[str, ...] = ()
    device: str | None = None
    origin: str = "tablet"
    schema: int = 1
    occurred_ms: int = 0
    recorded_ms: int = 0
    received_ms: int = 0
    #: What was added to the device's time: `occurred_at` inside `fields` needs it too.
    offset_ms: int = 0
    #: Flags that belong to this row by itself (`sync/flags.py`).
    marks: tuple[str, ...] = ()

    @property
    def decides(self) -> bool:
        return not DECIDERS.isdisjoint(self.roles)


@dataclass(slots=True)
class Folded:
    """One record. `conflicts` holds, for each field, (value, row) of every surviving write, greatest first."""

    record: str
    kind: str
    creator: Row
    values: dict[str, Any]
    heads: list[str]
    rows: list[Row]
    conflicts: dict[str, list[tuple[Any, Row]]] = field(default_factory=dict)
    struck_out: bool = False
    waiting: bool = False
    flags: set[str] = field(default_factory=set)
    #: When it happened, put right by `occurred_at` inside `fields`.
    occurred_ms: int = 0
    #: The newest row of all that name the record.
    seq: int = 0


def change(folded: Folded, more_flags: Iterable[str] = ()) -> dict[str, Any]:
    """A record as it travels to tablets: protocol.md's *change*. `more_flags` are those that other records decide."""
    creator = folded.creator
    wire: dict[str, Any] = {
        "record": folded.record,
        "kind": folded.kind,
        "seq": folded.seq,
        "author": creator.author,
        "device": creator.device,
        "occurred_at": write_time(folded.occurred_ms),
        "recorded_at": write_time(creator.recorded_ms),
        "received_at": write_time(creator.received_ms),
        "fields": folded.values,
        "heads": folded.heads,
        "conflicts": {name: [_said(*each) for each in said] for name, said in sorted(folded.conflicts.items())},
        "struck_out": folded.struck_out,
        "flags": sorted(folded.flags.union(more_flags)),
    }
    if creator.author_name:
        wire["author_name"] = creator.author_name
    if len(folded.rows) > 1:
        wire["history"] = [_told(row) for row in folded.rows]
    return wire


def _said(value: Any, row: Row) -> dict[str, Any]:
    return {"value": value, "author": row.author, "occurred_at": write_time(row.occurred_ms), "submission": row.id}


def _told(row: Row) -> dict[str, Any]:
    told = {
        "submission": row.id,
        "seq": row.seq,
        "kind": row.kind,
        "author": row.author,
        "device": row.device,
        "origin": row.origin,
        "occurred_at": write_time(row.occurred_ms),
        "recorded_at": write_time(row.recorded_ms),
        "received_at": write_time(row.received_ms),
        "parents": list(row.parents),
        "fields": dict(sorted(row.fields.items())),
        "flags": sorted(row.marks),
    }
    if row.author_name:
        told["author_name"] = row.author_name
    return told
