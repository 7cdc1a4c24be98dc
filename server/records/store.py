"""What the ledger and its records are asked: by followers, pages, exports and the sync answer."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Select, func, select

from server import fast
from server.records.tables import NOT_A_DRINK, counter, follower, ledger, ledger_life, quarantine
from server.records.tables import record as folded


@dataclass(frozen=True)
class Head:
    """The end of a home's ledger."""

    ledger: uuid.UUID
    seq: int
    hash: bytes
    safe: int | None

    def wire(self) -> dict[str, Any]:
        return {"ledger": str(self.ledger), "seq": self.seq, "hash": self.hash.hex()}


class LedgerRow(NamedTuple):
    """One accepted submission. Times are corrected milliseconds UTC; `text` is its JSON, None after erasure."""

    seq: int
    id: uuid.UUID
    record: uuid.UUID
    kind: str
    author: uuid.UUID | None
    device: uuid.UUID
    origin: str
    received_ms: int
    occurred_ms: int
    offset_ms: int | None
    text: str | None

    @property
    def submission(self) -> dict[str, Any] | None:
        """Parsed when it is asked for: most readers of a row never ask."""
        return None if self.text is None else orjson.loads(self.text)


class RecordRow(NamedTuple):
    """What the submissions about one id add up to. `body` is the change of protocol.md; `day` a care day's ordinal."""

    id: uuid.UUID
    kind: str
    seq: int
    subject: uuid.UUID | None
    day: int | None
    occurred_ms: int
    struck: bool
    open: bool
    body: dict[str, Any]

    @property
    def fields(self) -> dict[str, Any]:
        return self.body["fields"]


def head(c: Connection, home_id: int) -> Head:
    """The end of the home's ledger. Raises LookupError for a home that is not there."""
    found = fast.select_where(c, ("ledger", "seq", "hash", "safe"), counter, "home_id = ?", (home_id,))
    if not found:
        raise LookupError(home_id)
    ledger_id, seq, hash_, safe = found[0]
    return Head(ledger_id, seq, bytes(hash_), safe)


class Life(NamedTuple):
    """A row of table `ledger_life` but for the home."""

    ledger: uuid.UUID
    from_seq: int
    began_ms: int
    cut_seq: int | None
    cut_hash: bytes | None
    carried: str | None


def lives(c: Connection, home_id: int) -> list[Life]:
    """Every ledger id that this ledger has had, oldest first. Nearly every sync asks."""
    where = "home_id = ? ORDER BY from_seq, began_ms"
    return [Life(*row) for row in fast.select_where(c, Life._fields, ledger_life, where, (home_id,))]


# ---- the ledger ----

_ROW = (
    "seq", "id", "record", "kind", "author", "device", "origin", "received_ms", "occurred_ms", "offset_ms", "submission",
)  # fmt: skip


def rows_after(c: Connection, home_id: int, after_seq: int, limit: int = 500) -> list[LedgerRow]:
    """Up to `limit` rows after `after_seq`, in order."""
    where = "home_id = ? AND seq > ? ORDER BY seq LIMIT ?"
    return [LedgerRow(*row) for row in fast.select_where(c, _ROW, ledger, where, (home_id, after_seq, limit))]


def rows_of(c: Connection, home_id: int, records: Iterable[uuid.UUID]) -> list[LedgerRow]:
    """Every row that names one of these records, in order."""
    return [LedgerRow(*row) for row in fast.select_in(c, _ROW, ledger, "record", home_id, records, " ORDER BY seq")]


# ---- records ----

_RECORD = (
    folded.c.id, folded.c.kind, folded.c.seq, folded.c.subject, folded.c.day, folded.c.occurred_ms, folded.c.struck,
    folded.c.open, folded.c.body,
)  # fmt: skip


_NAMES = tuple(column.name for column in _RECORD)
# A day's records are read again with each of its drinks. The same text is parsed once.
_parsed = lru_cache(maxsize=8192)(orjson.loads)


def _row(row: tuple) -> RecordRow:
    """A row as the driver gives it. Its body is shared with whoever reads the same text: nobody changes it."""
    id_, kind, seq, subject, day, occurred_ms, struck, open_, text = row
    return RecordRow(id_, kind, seq, subject, day, occurred_ms, bool(struck), bool(open_), _parsed(text))


def _records(c: Connection, query: Select) -> list[RecordRow]:
    return [RecordRow(*row[:-1], orjson.loads(row[-1])) for row in c.execute(query)]


def record(c: Connection, home_id: int, id_: uuid.UUID) -> RecordRow | None:
    """One record, or None when no such record shows."""
    found = _records(c, select(*_RECORD).where(folded.c.home_id == home_id, folded.c.id == id_))
    return found[0] if found else None


def records_by_id(c: Connection, home_id: int, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, RecordRow]:
    """Those of these records that show."""
    return {row[0]: _row(row) for row in fast.select_in(c, _NAMES, folded, "id", home_id, ids)}


def records(
    c: Connection,
    home_id: int,
    kind: str,
    *,
    subject: uuid.UUID | None = None,
    days: tuple[int, int] | None = None,
    open_only: bool = False,
    of_nobody: bool = False,
) -> list[RecordRow]:
    """The home's records of a kind, oldest first; of one subject or of none, or of care days first to last inclusive."""
    query = select(*_RECORD).where(folded.c.home_id == home_id, folded.c.kind == kind)
    if subject is not None:
        query = query.where(folded.c.subject == subject)
    if days is not None:
        query = query.where(folded.c.day.between(*days))
    if open_only:
        query = query.where(folded.c.open)
    if of_nobody:
        query = query.where(folded.c.subject.is_(None))
    return _records(c, query.order_by(folded.c.occurred_ms, folded.c.id))


def units(c: Connection, home_id: int) -> list[str]:
    """The units on which the home's residents live now, by name."""
    query = select(folded.c.body).where(folded.c.home_id == home_id, folded.c.kind == "resident", folded.c.ends_day.is_(None))
    found = {orjson.loads(text)["fields"].get("unit") for (text,) in c.execute(query)}
    return sorted(unit for unit in found if unit)


def of_days(c: Connection, home_id: int, first: int, last: int, kinds: Iterable[str]) -> list[RecordRow]:
    """The records of these kinds of care days first to last, drinks excepted, oldest first."""
    mine = (folded.c.home_id == home_id) & folded.c.day.between(first, last) & folded.c.kind.in_(sorted(kinds))
    query = select(*_RECORD).where(mine, NOT_A_DRINK)
    return _records(c, query.order_by(folded.c.occurred_ms, folded.c.id))


def about(
    c: Connection, home_id: int, kind: str, subjects: Iterable[uuid.UUID], *, days: tuple[int, int] | None = None
) -> list[RecordRow]:
    """The records of a kind about these subjects, oldest first; with `days`, of care days first to last inclusive."""
    tail = " AND kind = ?" + (" AND day BETWEEN ? AND ?" if days else "") + " ORDER BY occurred_ms, id"
    return [_row(row) for row in fast.select_in(c, _NAMES, folded, "subject", home_id, subjects, tail, (kind, *(days or ())))]


def many_about(c: Connection, home_id: int, kind: str, subjects: Iterable[uuid.UUID], *, days: tuple[int, int]) -> list[RecordRow]:
    """`about`, for so many days that what others read again must not be forgotten for their texts."""
    tail = " AND kind = ? AND day BETWEEN ? AND ? ORDER BY occurred_ms, id"
    found = fast.select_in(c, _NAMES, folded, "subject", home_id, subjects, tail, (kind, *days))
    return [RecordRow(*row[:6], bool(row[6]), bool(row[7]), orjson.loads(row[8])) for row in found]


# ---- followers ----

#: Names of all followers. A feature that follows the ledger adds its name when it is imported.
FOLLOWERS: set[str] = {"totals"}


def behind(c: Connection) -> list[tuple[int, str]]:
    """(home, follower) pairs that have rows to read. Cheap: one query over one row a home while nobody is behind."""
    up_to_date = (
        select(counter.c.home_id)
        .select_from(
            counter.join(follower, (follower.c.home_id == counter.c.home_id) & (follower.c.cursor >= counter.c.seq))
        )
        .where(follower.c.name.in_(sorted(FOLLOWERS)))
        .group_by(counter.c.home_id)
        .having(func.count() >= len(FOLLOWERS))
    )
    late = c.execute(select(counter.c.home_id, counter.c.seq).where(counter.c.seq > 0, counter.c.home_id.not_in(up_to_date)))
    found = []
    for home_id, seq in late.all():
        cursors = dict(c.execute(select(follower.c.name, follower.c.cursor).where(follower.c.home_id == home_id)).all())
        found += [(home_id, name) for name in sorted(FOLLOWERS) if cursors.get(name, 0) < seq]
    return found


def cursor_of(c: Connection, home_id: int, name: str) -> int:
    """How far a follower of a home has come; 0 for one that has not begun."""
    return c.execute(select(follower.c.cursor).where(follower.c.home_id == home_id, follower.c.name == name)).scalar() or 0


def behind_of(c: Connection, home_id: int, name: str) -> bool:
    """Whether one follower of one home has rows to read."""
    return cursor_of(c, home_id, name) < (c.execute(select(counter.c.seq).where(counter.c.home_id == home_id)).scalar() or 0)


# ---- what was set aside ----


def set_aside(c: Connection, home_id: int, *, state: str = "open", limit: int = 200) -> list:
    """Quarantined submissions in a state, newest first; rows of `quarantine`."""
    query = select(quarantine).where(quarantine.c.home_id == home_id, quarantine.c.state == state)
    return list(c.execute(query.order_by(quarantine.c.received_ms.desc()).limit(limit)))

