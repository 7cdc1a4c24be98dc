"""Writing by hand what governance rests on: a record filed, corrected, or struck out as entered in error.

Everything is a submission through the one door, on the heads that were shown: where somebody has written since, it is refused and
the person looks again. A correction says why and overwrites nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from server.db import reading
from server.problems import Problem
from server.records import intake, store


def add(home_id: int, kind: str, fields: Mapping[str, Any], *, at_ms: int, by: uuid.UUID, now_ms: int) -> uuid.UUID:
    """A new record of something that happened at `at_ms`; returns its id."""
    id_ = uuid.uuid4()
    write(home_id, [new(id_, kind, fields, by, at_ms)], now_ms)
    return id_


def correct(home_id: int, row: store.RecordRow, fields: Mapping[str, Any], reason: str, shown: str, *, by: uuid.UUID, now_ms: int) -> bool:
    """Set what differs, and why; whether anything did. Raises Problem: moved_on."""
    still(home_id, row.id, shown)
    differing = changed(row, fields)
    if differing:
        write(home_id, [later(row, {**differing, "correction_reason": reason}, by, now_ms)], now_ms)
    return bool(differing)


def strike(home_id: int, row: store.RecordRow, reason: str, shown: str, *, by: uuid.UUID, now_ms: int) -> None:
    """Entered in error: it stays readable and counts nowhere. Raises Problem: moved_on."""
    still(home_id, row.id, shown)
    write(home_id, [later(row, {"struck_out": True, "correction_reason": reason}, by, now_ms)], now_ms)


# ---- what every writer of governance records needs ----


def seen(row: store.RecordRow) -> str:
    """What a form carries of the version that it was made from."""
    return " ".join(row.body["heads"])


def still(home_id: int, id_: uuid.UUID, shown: str) -> None:
    """Raises Problem moved_on where the record is no longer as it was shown."""
    with reading() as c:
        now = store.record(c, home_id, id_)
    if now is None or seen(now) != shown:
        raise Problem("moved_on")


def changed(row: store.RecordRow, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say something else than the record does."""
    return {name: value for name, value in fields.items() if row.fields.get(name) != value and not (value is None and name not in row.fields)}


def new(id_: uuid.UUID, kind: str, fields: Mapping[str, Any], by: uuid.UUID, at_ms: int) -> intake.Statement:
    """The statement that makes a record."""
    return intake.Statement(record=id_, id=id_, kind=kind, fields=fields, occurred_ms=at_ms, author=by)


def later(row: store.RecordRow, fields: Mapping[str, Any], by: uuid.UUID, now_ms: int) -> intake.Statement:
    """A statement on a record that stands."""
    return intake.Statement(record=row.id, kind=row.kind, fields=fields, occurred_ms=now_ms, author=by)


def write(home_id: int, statements: list[intake.Statement], now_ms: int) -> None:
    """All of them in one transaction. Raises Problem not_decided where one is not taken."""
    if any(result.status not in ("accepted", "duplicate") for result in intake.write(home_id, statements, now_ms=now_ms)):
        raise Problem("not_decided")
