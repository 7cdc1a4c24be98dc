"""Accept what was set aside as it stands: the same entry, under its own id and digest, enters the ledger after all.

Only a person decides that, and says why. What was never a whole entry cannot enter: the record would say nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import Connection, select

from server import fast, ids
from server.db import writing
from server.problems import Problem
from server.records import aside, intake, store, trusted
from server.records.entries import Entry, Result, entry_of
from server.records.tables import ledger, quarantine
from sync import flags
from sync.days import corrected_ms
from sync.envelope import OK, Judged, judge, refused_by_role

ORIGIN = "tablet"
KIND = trusted.SET_ASIDE


def refusal(row: Any, roles: Iterable[str]) -> Problem | None:
    """Why somebody with these roles cannot accept this row of `quarantine` as it stands; None when they can.

    It says nothing about the ledger: whether the id was used meanwhile is known under the home's lock alone.
    """
    if row.state != "open":
        return Problem("aside_over")
    judged = _judged(row)
    if judged is None:
        return Problem("aside_unfit")
    # Nobody lets in by this door what their own role could not have written.
    return Problem("aside_role") if refused_by_role(judged, roles) else None


def accept(home_id: int, key: bytes, *, by: uuid.UUID, roles: Iterable[str], why: str, now_ms: int) -> Result:
    """Enter what was set aside under `key`, and the word of `by` that it shall, in one transaction.

    Raises Problem: not_found, aside_over, aside_unfit, aside_role, aside_id_used, aside_reason.
    """
    held = tuple(sorted(roles))
    return writing(lambda c: _accept(c, home_id, key, by, held, why, now_ms))


def _accept(
    c: Connection, home_id: int, key: bytes, by: uuid.UUID, roles: tuple[str, ...], why: str, now_ms: int
) -> Result:
    lock = intake.lock_home(c, home_id)
    row = c.execute(select(quarantine).where(quarantine.c.home_id == home_id, quarantine.c.key == key)).first()
    if row is None:
        raise Problem("not_found")
    if refused := refusal(row, roles):
        raise refused
    if fast.select_in(c, ("seq",), ledger, "id", home_id, {row.id}):
        raise Problem("aside_id_used")
    note = trusted.note_id(lock.home, key)
    stated = trusted.Statement(
        record=note, kind=KIND, fields={"accepted_because": why}, occurred_ms=now_ms, author=by, roles=roles
    )
    _, said = trusted.entries(c, lock.home, [stated], lock.seq, now_ms=now_ms, origin="page")
    if not said:
        raise Problem("aside_reason")
    entry = _entry(c, home_id, row, lock.seq, now_ms)
    # First the decision, then what it lets in: nobody reading down the ledger meets an entry that nothing explains.
    for placed in (*said, entry):
        lock.place(placed)
    intake.enter(c, lock, [*said, entry])
    aside.lift(c, home_id, [entry], by=said[0].id)
    return Result(str(row.id), "accepted", entry.digest.hex(), entry.seq, entry.hash.hex())


def _judged(row: Any) -> Judged | None:
    """The submission judged by itself, its grant no longer asked for; None where it cannot stand in a ledger."""
    if row.digest is None or row.id is None:
        return None
    judged = judge(orjson.loads(bytes(row.body)), trusted=True)
    fit = judged.status == OK and judged.digest == bytes(row.digest).hex() and ids.read(judged.submission["id"]) == row.id
    return judged if fit else None


def _entry(c: Connection, home_id: int, row: Any, head: int, now_ms: int) -> Entry:
    """The ledger entry: what was sent, by the device that sent it, with what its grant was found to prove when it came.

    A grant that proved nothing leaves no roles: its author is the one named, on the word of whoever accepts it.
    """
    judged = _judged(row)
    grant_id, roles, expires_ms, arrival_ms = orjson.loads(row.verdict) if row.verdict else (None, (), None, None)
    offset = judged.offset_ms if judged.offset_ms is not None else arrival_ms
    marks = [flags.ACCEPTED_AS_IT_STANDS, *flags.of_clock(judged.offset_ms)]
    if expires_ms is not None and corrected_ms(judged.recorded_ms, offset) > expires_ms:
        marks.append(flags.SIGN_IN_EXPIRED)
    entry = entry_of(
        judged, device=row.device, origin=ORIGIN, now_ms=now_ms, offset_ms=offset, grant_id=grant_id, roles=tuple(roles)
    )
    seen = fast.select_in(c, ("seq", "received_ms"), ledger, "seq", home_id, {entry.seen} - {None})
    # Proof of its time is held against when it first came; the ledger receives it now.
    came = replace(entry, received_ms=row.received_ms)
    entry.marks = [*marks, *intake.proof(came, dict(seen), head, lambda: store.lives(c, home_id))]
    return entry
