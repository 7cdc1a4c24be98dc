"""What shows that single rows of a ledger stand as they were written, without reading the whole of it.

A row holds when its submission has the row's digest, and its seal is made of its header and the seal before it. That the seal
before is itself whole is what `ledger.verify` and a witnessed head show.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from server.records import chain
from server.records.ledger import Lives, wrong_with
from server.records.tables import ledger

#: Rows asked for at once: databases bound how many values one question may name.
CHUNK = 500


@dataclass(frozen=True)
class Proof:
    """One row's place and seal. `wrong` says why it does not hold (a key of `cli.ledger.why`), None when it does; of an
    `erased` row only the seal is left to check."""

    seq: int
    hash: str
    device: uuid.UUID
    received_ms: int
    erased: bool
    wrong: str | None


def of(c: Connection, home_id: int, seqs: Iterable[int]) -> dict[int, Proof]:
    """The proof of each of these rows that is there, by its number."""
    wanted = set(seqs)
    around = sorted(wanted | {seq - 1 for seq in wanted})
    rows = {}
    for start in range(0, len(around), CHUNK):
        query = select(ledger).where(ledger.c.home_id == home_id, ledger.c.seq.in_(around[start : start + CHUNK]))
        rows |= {row.seq: row for row in c.execute(query)}
    lives = Lives(c, home_id)
    return {seq: _proof(rows[seq], rows.get(seq - 1), lives) for seq in sorted(wanted & rows.keys())}


def _proof(row, before, lives: Lives) -> Proof:
    wrong = wrong_with(row)
    if wrong is None and before is None and row.seq > 1:
        wrong = "missing"
    if wrong is None:
        prev = bytes(before.hash) if before is not None else chain.ZERO
        wrong = None if chain.link(prev, chain.header_bytes_of(row, str(lives.of(row.seq)))) == bytes(row.hash) else "hash"
    return Proof(row.seq, bytes(row.hash).hex(), row.device, row.received_ms, row.submission is None, wrong)
