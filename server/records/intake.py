"""The one door in: every change to care or governance data is a submission that passes here into the home's ledger.

Parsing and judging happen in memory, outside the lock. Then one transaction locks the home's counter row, gives each
accepted submission its `seq` and hash, writes the rows in bulk, folds their records, and is committed before anybody is
answered.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection

from server import fast, ids
from server.db import DRIVER_ERRORS, writing
from server.people import store as people
from server.people.tables import access as access_table
from server.people.tables import device as device_table
from server.people.tables import device_number
from server.problems import Problem
from server.records import access, chain, fold, numbers, trusted
from server.records.body import Unparsed
from server.records.entries import Entry, Result, entry_of
from server.records.tables import counter, ledger, quarantine
from server.records.trusted import Statement
from sync import flags
from sync.envelope import OK, RETRY, Judged, judge
from sync.messages import text

__all__ = ["Result", "Statement", "append", "lock_home", "submit", "tidemark_actor", "write"]

#: Submissions that one device may send in an hour, and bytes of its quarantine in a day (protocol.md).
HOUR_SUBMISSIONS, HOUR_MS = 3_000, 3_600_000
DAY_QUARANTINE_BYTES, DAY_MS = 20 * 1024 * 1024, 24 * 3_600_000
# How far an entry's own time of saving may lie outside the server's bounds before it is marked.
PROOF_SLACK_MS = 60_000


# ---- the home's lock ----


@dataclass(slots=True)
class Lock:
    """The home's counter row, held until commit: where the ledger stands."""

    home: people.Home
    ledger: uuid.UUID
    seq: int
    hash: bytes

    def place(self, entry: Entry) -> None:
        """Give an entry the next row: its `seq` and its hash."""
        self.seq += 1
        entry.seq = self.seq
        self.hash = entry.hash = chain.link(
            self.hash,
            chain.header_bytes(
                str(self.ledger), entry.seq, entry.id, entry.digest, entry.device, entry.grant_id, entry.role, entry.origin,
                entry.received_ms, entry.offset_ms,
            ),  # fmt: skip
        )


def lock_home(c: Connection, home_id: int) -> Lock:
    """Lock the home against every other writer until this transaction ends. Asking again in it is free of harm."""
    tail = " FOR UPDATE" if fast.is_postgres(c) else ""
    ledger_id, seq, hash_ = fast.select_where(c, ("ledger", "seq", "hash"), counter, f"home_id = ?{tail}", (home_id,))[0]
    return Lock(people.home(home_id), ledger_id, seq, bytes(hash_))


def tidemark_actor(home_id: int) -> uuid.UUID:
    """The staff id of the home's fixed Tidemark actor: the author of what followers write."""
    return people.home(home_id).tidemark


# ---- submissions from devices ----


@dataclass(slots=True)
class Piece:
    """One entry of a batch: what was sent, what judging found, and what will go into the ledger."""

    raw: Any
    judged: Judged
    errors: dict[str, list[str]]
    entry: Entry | None
    number: int | None
    result: Result | None = None

    @property
    def id(self) -> uuid.UUID | None:
        try:
            return ids.read(self.judged.id) if self.judged.id else None
        except ValueError:
            return None


def submit(
    home_id: int,
    device_row: Any,
    raw_items: Sequence[Any],
    *,
    now_ms: int,
    sent_at_ms: int | None = None,
    origin: str = "tablet",
    pending: int | None = None,
    last_number: int | None = None,
) -> list[Result]:
    """Take a batch from a device: accept, recognise, set aside or ask for each again, in order, in one transaction.

    `device_row` is a row of table `device`. Raises Problem 429 when the device has sent too much, and Busy.
    """
    home = people.home(home_id)
    arrival_ms = None if sent_at_ms is None else now_ms - sent_at_ms
    pieces = [_piece(home, device_row.id, raw, arrival_ms, now_ms, origin) for raw in raw_items]
    said = (pending, last_number, arrival_ms)
    try:
        return writing(lambda c: _take(c, home, device_row.id, pieces, said, now_ms))
    except DRIVER_ERRORS:
        if len(pieces) == 1:
            return [_unstorable(home, device_row.id, pieces[0], said, now_ms)]
    # Something in the batch cannot be stored. One by one, only that one is set aside.
    results = []
    for raw in raw_items:
        results += submit(
            home_id, device_row, [raw], now_ms=now_ms, sent_at_ms=sent_at_ms, origin=origin, pending=pending,
            last_number=last_number,
        )  # fmt: skip
    return results


def _unstorable(home: people.Home, device: uuid.UUID, piece: Piece, said: tuple, now_ms: int) -> Result:
    piece.errors, piece.entry = {"submission": [text("problems.entry.not_stored")]}, None
    return writing(lambda c: _take(c, home, device, [piece], said, now_ms))[0]


def _piece(home: people.Home, device: uuid.UUID, raw: Any, arrival_ms: int | None, now_ms: int, origin: str) -> Piece:
    """Judge one entry in memory. Whatever it is, this returns."""
    if isinstance(raw, Unparsed):
        judged = Judged("quarantined", raw.id, None, {"submission": [text("problems.entry.not_readable")]})
        return Piece(raw, judged, judged.errors, None, raw.number)
    if _is_sealed(raw):
        judged = Judged(RETRY, raw["id"], None)
        return Piece(raw, judged, {}, None, None)
    judged = judge(raw)
    piece = Piece(raw, judged, dict(judged.errors), None, _number(raw))
    if judged.status == OK:
        offset = judged.offset_ms if judged.offset_ms is not None else arrival_ms
        verdict, piece.errors = access.check(home, device, judged, offset)
        if verdict is not None:
            marks = verdict.marks + ((flags.TIME_IN_DOUBT,) if judged.offset_ms is None else ())
            piece.entry = entry_of(
                judged, device=device, origin=origin, now_ms=now_ms, offset_ms=offset, grant_id=verdict.grant_id,
                roles=verdict.roles, marks=marks,
            )  # fmt: skip
    return piece


def _is_sealed(raw: Any) -> bool:
    """A sealed entry, which this server cannot open yet: it is asked for again, and nothing of it is kept."""
    return isinstance(raw, dict) and isinstance(raw.get("sealed"), str) and isinstance(raw.get("id"), str) and "kind" not in raw


def _number(raw: Any) -> int | None:
    number = raw.get("number") if isinstance(raw, dict) else None
    if type(number) is float and number.is_integer():
        number = int(number)
    return number if type(number) is int and 1 <= number < 2**53 else None


def _take(
    c: Connection, home: people.Home, device: uuid.UUID, pieces: list[Piece], said: tuple, now_ms: int
) -> list[Result]:
    """The transaction of a batch. May run again from the start, so it keeps nothing of an earlier run."""
    lock = lock_home(c, home.id)
    row = _DeviceRow(*fast.select_where(c, _DeviceRow.names, device_table, "home_id = ? AND id = ?", (home.id, device))[0])
    row.count(len(pieces), now_ms)
    ids = {piece.id for piece in pieces} - {None}
    known = {r[0]: r for r in fast.select_in(c, ("id", "digest", "seq", "hash"), ledger, "id", home.id, ids)}
    aside = _set_aside_before(c, home.id, ids)
    ended = _ended(c, home.id, pieces)
    received = _received(c, home.id, pieces)

    accepted: dict[uuid.UUID, Entry] = {}
    refused: list[Piece] = []
    for piece in pieces:
        piece.result = _decide(piece, device, known, aside, accepted, ended)
        if piece.result is None:
            entry = piece.entry
            entry.marks = [*entry.own_marks, *_proof(entry, received, lock.seq)]
            lock.place(entry)
            accepted[entry.id] = entry
        elif piece.result.status == "quarantined":
            refused.append(piece)
            if piece.id is not None:
                aside.setdefault(piece.id, set()).add(_digest(piece))

    notes = _keep_aside(c, lock, device, refused, row, now_ms)
    entries = [*accepted.values(), *notes]
    _enter(c, lock, entries)
    if accepted:
        _lift(c, home.id, accepted.values())
    row.arrived(c, home.id, device, [p for p in pieces if p.number and _arrived(p)], now_ms)
    row.save(c, home.id, device, pieces, said, now_ms)
    return [piece.result or _accepted(piece) for piece in pieces]


def _decide(
    piece: Piece,
    device: uuid.UUID,
    known: dict[uuid.UUID, tuple],
    aside: dict[uuid.UUID, set[bytes]],
    accepted: dict[uuid.UUID, Entry],
    ended: dict[uuid.UUID, int],
) -> Result | None:
    """The result of an entry that does not go into the ledger now; None for one that does."""
    judged, id_, digest = piece.judged, piece.id, _digest(piece)
    before = known.get(id_) if id_ is not None else None
    twin = accepted.get(id_) if id_ is not None else None
    if before is not None and judged.digest and bytes(before[1]) == digest:
        return Result(judged.id, "duplicate", judged.digest, before[2], bytes(before[3]).hex())
    if twin is not None and twin.digest == digest:
        return Result(judged.id, "duplicate", judged.digest, twin.seq, twin.hash.hex())
    if judged.status == RETRY:
        return Result(judged.id, "retry", judged.digest)
    errors = piece.errors
    if before is not None or twin is not None or aside.get(id_, set()) - {digest}:
        errors = {**errors, "id": [text("problems.entry.id_used")]}
    if not errors and piece.entry is not None:
        errors = access.ended(ended.get(piece.entry.author), piece.entry.recorded_ms)
    return Result(judged.id, "quarantined", judged.digest, errors=errors) if errors else None


def _accepted(piece: Piece) -> Result:
    return Result(piece.judged.id, "accepted", piece.judged.digest, piece.entry.seq, piece.entry.hash.hex())


def _arrived(piece: Piece) -> bool:
    return piece.result is None or piece.result.status != "retry"


def _ended(c: Connection, home_id: int, pieces: list[Piece]) -> dict[uuid.UUID, int]:
    """When the access of the batch's authors ended, for those whose access did."""
    authors = {piece.entry.author for piece in pieces if piece.entry is not None} - {None}
    return dict(fast.select_in(c, ("staff", "revoked_ms"), access_table, "staff", home_id, authors))


def _received(c: Connection, home_id: int, pieces: list[Piece]) -> dict[int, int]:
    """When the rows that the batch's authors had seen were received."""
    seen = {piece.entry.seen for piece in pieces if piece.entry is not None and piece.entry.seen}
    return dict(fast.select_in(c, ("seq", "received_ms"), ledger, "seq", home_id, seen))


def _proof(entry: Entry, received: dict[int, int], head: int) -> tuple[str, ...]:
    """Marked when the server's own bounds contradict the time of saving: it was recorded after row `seen` was received
    and before it arrived itself."""
    too_late = entry.recorded_ms > entry.received_ms + PROOF_SLACK_MS
    after = received.get(entry.seen) if entry.seen else None
    too_early = after is not None and entry.recorded_ms < after - PROOF_SLACK_MS
    unseen = entry.seen is not None and entry.seen > head
    return (flags.TIME_NOT_PROVEN,) if too_late or too_early or unseen else ()


# ---- what is set aside ----


def _digest(piece: Piece) -> bytes:
    """What sameness is judged by: the digest, or where there is none, the bytes."""
    return bytes.fromhex(piece.judged.digest) if piece.judged.digest else hashlib.sha256(_kept(piece)).digest()


def _kept(piece: Piece) -> bytes:
    """The entry as it is kept in quarantine: as it came, but for the grant where it can be told apart."""
    if piece.judged.canonical is not None:
        return piece.judged.canonical
    raw = piece.raw
    if isinstance(raw, Unparsed):
        return raw.text
    plain = {k: v for k, v in raw.items() if k != "grant"} if isinstance(raw, dict) else raw
    return json.dumps(plain, separators=(",", ":"), sort_keys=True).encode()


def _set_aside_before(c: Connection, home_id: int, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, set[bytes]]:
    """What was set aside under these ids before: by each id, the digests or hashes of bytes."""
    found: dict[uuid.UUID, set[bytes]] = {}
    for id_, same in fast.select_in(c, ("id", "same"), quarantine, "id", home_id, ids):
        found.setdefault(id_, set()).add(bytes(same))
    return found


def _keep_aside(
    c: Connection, lock: Lock, device: uuid.UUID, refused: list[Piece], row: _DeviceRow, now_ms: int
) -> list[Entry]:
    """Keep refused entries whole, once each, and say so in the ledger. Returns the notes, placed."""
    fresh: dict[bytes, Piece] = {}
    for piece in refused:
        fresh.setdefault(hashlib.sha256(device.bytes + _digest(piece)).digest(), piece)
    for (key,) in fast.select_in(c, ("key",), quarantine, "key", lock.home.id, fresh):
        fresh.pop(bytes(key), None)
    notes, kept = [], []
    number = trusted.next_number(c, lock.home, len(fresh), now_ms) if fresh else 0
    for key, piece in fresh.items():
        body, same = _kept(piece), _digest(piece)
        row.set_aside(len(body), now_ms)
        digest = same if piece.judged.digest else None
        entry = piece.entry
        verdict = None if entry is None else orjson.dumps([entry.grant_id, entry.roles, entry.offset_ms]).decode()
        kept.append((
            lock.home.id, key, piece.id, device, digest, same, body, orjson.dumps(piece.result.errors).decode(), verdict,
            now_ms, "open", None,
        ))  # fmt: skip
        note = trusted.set_aside_note(lock.home, key, piece.judged.digest, piece.id, piece.result.errors, now_ms, number)
        number += 1
        lock.place(note)
        notes.append(note)
    fast.insert(c, quarantine, kept)
    return notes


def _lift(c: Connection, home_id: int, entries: Iterable[Entry]) -> None:
    """What a repair puts right, or what entered after all, is no longer open in quarantine."""
    ends: dict[uuid.UUID, tuple[str, uuid.UUID]] = {}
    for entry in entries:
        ends[entry.id] = ("accepted", entry.id)
        if entry.submission["repairs"]:
            ends[ids.read(entry.submission["repairs"])] = ("repaired", entry.id)
    for (id_,) in fast.select_in(c, ("id",), quarantine, "id", home_id, ends, " AND state = 'open'"):
        state, by = ends[id_]
        where = "WHERE home_id = ? AND id = ? AND state = 'open'"
        fast.run(c, f"UPDATE quarantine SET state = ?, state_by = ? {where}", (state, by, home_id, id_))


# ---- into the ledger ----


def _enter(c: Connection, lock: Lock, entries: list[Entry]) -> None:
    """Fold the records of placed entries beside what is stored, write the entries to the ledger, and move the counter."""
    if not entries:
        return
    fold.entries(c, lock.home, entries)
    fast.insert(c, ledger, [entry.row(lock.home.id) for entry in entries])
    fast.run(c, "UPDATE counter SET seq = ?, hash = ? WHERE home_id = ?", (lock.seq, lock.hash, lock.home.id))


def append(
    c: Connection, home_id: int, statements: Iterable[Statement], *, now_ms: int, origin: str = "system"
) -> list[Result]:
    """Enter what the server itself states, inside the caller's transaction. Trusted: no grant, but judged all the same.

    A statement whose id is in the ledger is a `duplicate` and writes nothing. One that is not fit is answered
    `quarantined` with its errors and kept nowhere: whoever stated it is there to put it right.
    """
    lock = lock_home(c, home_id)
    results, entries = trusted.entries(c, lock.home, list(statements), lock.seq, now_ms=now_ms, origin=origin)
    for entry in entries:
        lock.place(entry)
    _enter(c, lock, entries)
    placed = {str(entry.id): entry for entry in entries}
    for result in results:
        if result.status == "accepted":
            entry = placed[result.id]
            result.seq, result.hash = entry.seq, entry.hash.hex()
    return results


def write(home_id: int, statements: Iterable[Statement], *, now_ms: int, origin: str = "page") -> list[Result]:
    """The same in a transaction of its own."""
    stated = list(statements)
    return writing(lambda c: append(c, home_id, stated, now_ms=now_ms, origin=origin))


# ---- the device's own row ----


class _DeviceRow:
    """What the server counts about a device: its limits, its numbers, what it last said."""

    names = (
        "hour_from_ms", "hour_count", "day_from_ms", "day_bytes", "last_number", "number_clash_ms", "number_fell_ms", "pending",
        "offset_ms",
    )  # fmt: skip

    def __init__(self, hour_from, hour_count, day_from, day_bytes, last_number, clash, fell, pending, offset):
        self.hour_from, self.hour_count, self.day_from, self.day_bytes = hour_from, hour_count, day_from, day_bytes
        self.last_number, self.clash, self.fell, self.pending, self.offset = last_number, clash, fell, pending, offset

    def count(self, submissions: int, now_ms: int) -> None:
        """Count a batch against the hour. Raises Problem 429 when it does not fit any more."""
        if not self.hour_from <= now_ms < self.hour_from + HOUR_MS:
            self.hour_from, self.hour_count = now_ms, 0
        if submissions and self.hour_count + submissions > HOUR_SUBMISSIONS:
            raise Problem("hourly_limit", retry_after=-(-(self.hour_from + HOUR_MS - now_ms) // 1000))
        self.hour_count += submissions

    def set_aside(self, size: int, now_ms: int) -> None:
        """Count what is set aside against the day. Raises Problem 429 when it does not fit any more."""
        if not self.day_from <= now_ms < self.day_from + DAY_MS:
            self.day_from, self.day_bytes = now_ms, 0
        if self.day_bytes + size > DAY_QUARANTINE_BYTES:
            raise Problem("quarantine_limit", retry_after=-(-(self.day_from + DAY_MS - now_ms) // 1000))
        self.day_bytes += size

    def arrived(self, c: Connection, home_id: int, device: uuid.UUID, pieces: list[Piece], now_ms: int) -> None:
        """Note which of the device's numbers have arrived. One number under two ids is two tablets with one identity, or
        storage that was put back: it is noted when it was seen."""
        if not pieces:
            return
        where = "home_id = ? AND device = ? ORDER BY first"
        runs = [tuple(run) for run in fast.select_where(c, ("first", "last"), device_number, where, (home_id, device))]
        after, clashes = numbers.add(runs, [piece.number for piece in pieces if piece.result is None])
        after, _ = numbers.add(after, [piece.number for piece in pieces if piece.result is not None])
        if clashes:
            self.clash = now_ms
        for first, last in set(runs) - set(after):
            fast.run(c, "DELETE FROM device_number WHERE home_id = ? AND device = ? AND first = ?", (home_id, device, first))
        fast.insert(c, device_number, [(home_id, device, *run) for run in after if run not in runs])

    def save(
        self, c: Connection, home_id: int, device: uuid.UUID, pieces: list[Piece], said: tuple, now_ms: int
    ) -> None:
        """Write back what the device said and what was counted."""
        pending, last_number, offset_ms = said
        if last_number is not None and last_number < self.last_number:
            self.fell = now_ms
        fast.run(
            c,
            "UPDATE device SET hour_from_ms = ?, hour_count = ?, day_from_ms = ?, day_bytes = ?, last_number = ?, "
            "number_clash_ms = ?, number_fell_ms = ?, pending = ?, offset_ms = ?, last_seen_ms = ?, "
            "last_sent_ms = CASE WHEN ? THEN ? ELSE last_sent_ms END WHERE home_id = ? AND id = ?",
            (
                self.hour_from, self.hour_count, self.day_from, self.day_bytes,
                self.last_number if last_number is None else last_number, self.clash, self.fell, pending, offset_ms, now_ms,
                bool(pieces), now_ms, home_id, device,
            ),  # fmt: skip
        )
