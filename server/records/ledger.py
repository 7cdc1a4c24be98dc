"""Export and verify a home's ledger, and say where a witnessed head stands."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, select

from server.db import reading
from server.records import chain, store
from server.records.tables import ledger
from sync.days import corrected_ms
from sync.fields import time_ms

# Rows read at once.
CHUNK = 1_000


@dataclass(frozen=True)
class Verified:
    """How far a ledger holds. `broken` is the first row that does not, None when all do; `erased` rows are whole but for
    their submission, which retention removed."""

    rows: int
    erased: int
    hash: bytes
    broken: int | None = None
    why: str | None = None  # a key of `cli.ledger.why`


def _rows(c: Connection, home_id: int, up_to: int) -> Iterator[Any]:
    seq = 0
    while True:
        query = select(ledger).where(ledger.c.home_id == home_id, ledger.c.seq > seq, ledger.c.seq <= up_to)
        rows = c.execute(query.order_by(ledger.c.seq).limit(CHUNK)).all()
        yield from rows
        if len(rows) < CHUNK:
            return
        seq = rows[-1].seq


class Lives:
    """Which ledger id a row carries: ids change at a restore, from a recorded `seq` on."""

    def __init__(self, c: Connection, home_id: int):
        self.lives = [(life.from_seq, life.ledger) for life in store.lives(c, home_id)]

    def of(self, seq: int) -> uuid.UUID:
        return [id_ for from_seq, id_ in self.lives if from_seq <= seq][-1]


def export(home_id: int) -> Iterator[bytes]:
    """The ledger as JSON lines in `seq` order: `{"header", "submission", "hash"}`, every row there is when it begins."""
    with reading() as c:
        head, lives = store.head(c, home_id), Lives(c, home_id)
        for row in _rows(c, home_id, head.seq):
            yield orjson.dumps({
                "header": chain.header_of(row, lives.of(row.seq)),
                "submission": None if row.submission is None else orjson.Fragment(row.submission),
                "hash": bytes(row.hash).hex(),
            })  # fmt: skip


def verify(home_id: int) -> Verified:
    """Compute the chain again from row 1 and compare every row with what it is made of."""
    with reading() as c:
        head, lives = store.head(c, home_id), Lives(c, home_id)
        prev, expected, erased = chain.ZERO, 1, 0
        for row in _rows(c, home_id, 2**62):
            if row.seq != expected:
                return Verified(expected - 1, erased, prev, expected, "missing")
            why = wrong_with(row)
            computed = chain.link(prev, chain.header_bytes_of(row, str(lives.of(row.seq))))
            if why is None and computed != bytes(row.hash):
                why = "hash"
            if why is not None:
                return Verified(expected - 1, erased, prev, row.seq, why)
            erased += row.submission is None
            prev, expected = computed, expected + 1
        if head.seq != expected - 1 or head.hash != prev:
            return Verified(expected - 1, erased, prev, expected, "end")
        return Verified(expected - 1, erased, prev)


def wrong_with(row: Any) -> str | None:
    """Why a row contradicts its own submission; None where it does not, or where the submission was erased."""
    if row.submission is None:
        return None
    text = row.submission.encode()
    if hashlib.sha256(text).digest() != bytes(row.digest):
        return "digest"
    said = orjson.loads(text)
    same = (
        uuid.UUID(said["id"]) == row.id
        and uuid.UUID(said["record"]) == row.record
        and said["kind"] == row.kind
        and (uuid.UUID(said["author"]) if said.get("author") else None) == row.author
        and corrected_ms(time_ms(said["occurred_at"]), row.offset_ms) == row.occurred_ms
        and corrected_ms(time_ms(said["recorded_at"]), row.offset_ms) == row.recorded_ms
    )
    return None if same else "columns"


def place_of(home_id: int, seq: int, hash_: bytes) -> str:
    """Where a witnessed head stands: `here` on this chain, `cut` off by a recorded restore, or `nowhere`."""
    with reading() as c:
        stored = c.execute(select(ledger.c.hash).where(ledger.c.home_id == home_id, ledger.c.seq == seq)).scalar()
        if stored is not None and bytes(stored) == hash_:
            return "here"
        if seq == 0 and hash_ == chain.ZERO:
            return "here"
        restores = store.lives(c, home_id)[1:]
    return "cut" if any(_may_be_cut(life, seq, hash_) for life in restores) else "nowhere"


def _may_be_cut(life: Any, seq: int, hash_: bytes) -> bool:
    """Whether a restore may have cut that row off. Where the end of what it replaced is known, nothing lies beyond it."""
    if seq < life.from_seq:
        return False
    if life.cut_seq is None:
        return True
    return seq < life.cut_seq or (seq == life.cut_seq and bytes(life.cut_hash) == hash_)
