"""The one door in: every change to care or governance data is a submission that passes here into the home's ledger.

Parsing and judging happen in memory, outside the lock. Then one transaction locks the home's counter row, gives each
accepted submission its `seq` and hash, writes the rows in bulk, folds their records, and is committed before anybody is
answered.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeVar

from sqlalchemy import Connection

from server import fast, ids
from server.db import DRIVER_ERRORS, writing
from server.people import devices, home_keys
from server.people import store as people
from server.people.tables import access as access_table
from server.records import access, aside, chain, fold, numbers, sealed, store, trusted
from server.records.body import Unparsed
from server.records.device_state import DeviceState
from server.records.entries import Entry, Result, entry_of
from server.records.tables import counter, ledger
from server.records.trusted import Statement
from sync import flags
from sync.envelope import OK, RETRY, Judged, judge
from sync.messages import text

__all__ = ["Result", "Statement", "append", "exchange", "lock_home", "submit", "tidemark_actor", "write"]

T = TypeVar("T")
#: (the transaction, where the ledger stands with this batch, the runs of the device's numbers that have arrived) -> the answer.
Tell = Callable[[Connection, store.Head, list[numbers.Run]], T]

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
    safe: int | None

    @property
    def head(self) -> store.Head:
        """The end of the ledger, with what was placed."""
        return store.Head(self.ledger, self.seq, self.hash, self.safe)

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
    names = ("ledger", "seq", "hash", "safe")
    ledger_id, seq, hash_, safe = fast.select_where(c, names, counter, f"home_id = ?{tail}", (home_id,))[0]
    return Lock(people.home(home_id), ledger_id, seq, bytes(hash_), safe)


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
    arrival_ms: int | None = None  # the server's clock minus the device's when it came
    result: Result | None = None

    @property
    def id(self) -> uuid.UUID | None:
        try:
            return ids.read(self.judged.id) if self.judged.id else None
        except ValueError:
            return None


def submit(home_id: int, device_row: Any, raw_items: Sequence[Any], **said: Any) -> list[Result]:
    """`exchange` without an answer: the results alone. `device_row` is a row of table `device`."""
    return exchange(home_id, device_row.id, raw_items, lambda c, head, runs: None, **said)[0]


def exchange(
    home_id: int,
    device: uuid.UUID,
    raw_items: Sequence[Any],
    tell: Tell[T],
    *,
    now_ms: int,
    sent_at_ms: int | None = None,
    origin: str = "tablet",
    pending: int | None = None,
    last_number: int | None = None,
    keys: Mapping[str, Any] | None = None,
    carried: bool = False,
) -> tuple[list[Result], T]:
    """Take a batch from a device: accept, recognise, set aside or ask for each again, in order, in one transaction; and what
    `tell` makes of where that transaction leaves the home. It is told before the commit, and handed back after it.

    `keys` are the session keys of sealed entries. `carried` is what a person brings in the device's stead: its limits do not
    count then, and nothing is noted as said by it. Raises Problem 401 when the device's access has ended, 429 when it has
    sent too much, and Busy.
    """
    home = people.home(home_id)
    arrival_ms = None if sent_at_ms is None else now_ms - sent_at_ms
    opener = sealed.Opener(str(device), keys, partial(home_keys.named, home_id))
    pieces = [_piece(home, device, raw, opener, arrival_ms, now_ms, origin) for raw in raw_items]
    said = None if carried else (pending, last_number, arrival_ms)
    try:
        return writing(lambda c: _take(c, home, device, pieces, said, now_ms, tell), repeatable=True)
    except DRIVER_ERRORS:
        if not pieces:
            raise
    if len(pieces) == 1:
        pieces[0].errors, pieces[0].entry = {"submission": [text("problems.entry.not_stored")]}, None
        return writing(lambda c: _take(c, home, device, pieces, said, now_ms, tell), repeatable=True)
    # Something in the batch cannot be stored. One by one, only that one is set aside.
    results = []
    for raw in raw_items:
        more, told = exchange(
            home_id, device, [raw], tell, now_ms=now_ms, sent_at_ms=sent_at_ms, origin=origin, pending=pending,
            last_number=last_number, keys=keys, carried=carried,
        )  # fmt: skip
        results += more
    return results, told


def _piece(
    home: people.Home, device: uuid.UUID, raw: Any, opener: sealed.Opener, arrival_ms: int | None, now_ms: int, origin: str
) -> Piece:
    """Judge one entry in memory, sealed or plain. Whatever it is, this returns."""
    if not sealed.is_sealed(raw):
        return _open_piece(home, device, raw, arrival_ms, now_ms, origin)
    inner = opener.open(raw)
    if inner is None:
        return Piece(raw, Judged(RETRY, raw["id"], None), {}, None, None, arrival_ms)
    if not isinstance(inner, sealed.Unopened):
        piece = _open_piece(home, device, inner, arrival_ms, now_ms, origin)
        if piece.judged.digest in (None, raw["digest"]):
            return piece
        inner = opener.differs(raw, ["digest"])
    judged = Judged("quarantined", inner.id, None, inner.errors)
    return Piece(inner, judged, judged.errors, None, _number(raw), arrival_ms)


def _open_piece(
    home: people.Home, device: uuid.UUID, raw: Any, arrival_ms: int | None, now_ms: int, origin: str
) -> Piece:
    if isinstance(raw, Unparsed):
        judged = Judged("quarantined", raw.id, None, {"submission": [text("problems.entry.not_readable")]})
        return Piece(raw, judged, judged.errors, None, raw.number, arrival_ms)
    judged = judge(raw)
    piece = Piece(raw, judged, dict(judged.errors), None, _number(raw), arrival_ms)
    if judged.status == OK:
        offset = judged.offset_ms if judged.offset_ms is not None else arrival_ms
        verdict, piece.errors = access.check(home, device, judged, offset)
        if verdict is not None:
            marks = verdict.marks + flags.of_clock(judged.offset_ms)
            piece.entry = entry_of(
                judged, device=device, origin=origin, now_ms=now_ms, offset_ms=offset, grant_id=verdict.grant_id,
                roles=verdict.roles, marks=marks,
            )  # fmt: skip
    return piece


def _number(raw: Any) -> int | None:
    number = raw.get("number") if isinstance(raw, dict) else None
    if type(number) is float and number.is_integer():
        number = int(number)
    return number if type(number) is int and 1 <= number < 2**53 else None


def _take(
    c: Connection, home: people.Home, device: uuid.UUID, pieces: list[Piece], said: tuple | None, now_ms: int, tell: Tell[T]
) -> tuple[list[Result], T]:
    """The transaction of a batch. May run again from the start, so it keeps nothing of an earlier run."""
    lock = lock_home(c, home.id)
    with fast.gathered(c):
        row = _enter(c, lock, device, pieces, said, now_ms)
    return [piece.result or _accepted(piece) for piece in pieces], tell(c, lock.head, row.runs)


def _enter(
    c: Connection, lock: Lock, device: uuid.UUID, pieces: list[Piece], said: tuple | None, now_ms: int
) -> DeviceState:
    """Judge the pieces against what is stored, and write what comes of it. Returns what is known of the device."""
    home = lock.home
    given = {piece.id for piece in pieces} - {None}
    fit = [piece.entry for piece in pieces if piece.entry is not None]
    named = {entry.record for entry in fit}
    mended = {ids.read(entry.submission["repairs"]) for entry in fit if entry.submission["repairs"]}
    of_device = DeviceState.questions(home.id, device)
    state, runs, before, refused_rows, ended, received, stood = fast.ask(
        c,
        *of_device,
        fast.one_of(("id", "digest", "seq", "hash"), ledger, "id", home.id, given),
        aside.question(home.id, given | mended),
        fast.one_of(("staff", "revoked_ms"), access_table, "staff", home.id, {entry.author for entry in fit} - {None}),
        fast.one_of(("seq", "received_ms"), ledger, "seq", home.id, {entry.seen for entry in fit} - {None, 0}),
        fold.question(home.id, named),
    )
    if not state:
        people.relist(c, home.id, device, now_ms=now_ms)
        state = fast.ask(c, of_device[0])[0]
    row = DeviceState(runs, *state[0])
    row.limited = said is not None
    if row.limited:
        devices.admit(row)
    row.count(len(pieces), now_ms)
    known = {r[0]: r for r in before}
    refused_before = aside.before(refused_rows)
    heard_of = {*known, *refused_before}
    ended, received = dict(ended), dict(received)
    stored: fold.Stored = {id_: [] for id_ in named}
    for each in stood:
        stored[each[0]].append(each)

    accepted: dict[uuid.UUID, Entry] = {}
    refused: list[Piece] = []
    lives = cache(lambda: store.lives(c, home.id))
    for piece in pieces:
        piece.result = _decide(piece, known, refused_before, accepted, ended)
        if piece.result is None:
            entry = piece.entry
            entry.marks = [*entry.own_marks, *proof(entry, received, lock.seq, lives)]
            lock.place(entry)
            accepted[entry.id] = entry
        elif piece.result.status == "quarantined":
            refused.append(piece)
            if piece.id is not None:
                aside.remember(refused_before, piece.id, piece)

    notes, kept_now = aside.keep(c, lock, device, refused, row, now_ms)
    enter(c, lock, [*accepted.values(), *notes], stored)
    if accepted and (refused_rows or notes):
        aside.lift(c, home.id, accepted.values())
    aside.lift_repaired(c, home.id, kept_now)
    arrived = [piece.number for piece in pieces if piece.number and _arrived(piece)]
    strangers = aside.strangers(c, home.id, device, kept_now)
    row.arrived(c, home.id, device, arrived, _first_heard(pieces, kept_now, heard_of, strangers), now_ms)
    if said is None:
        row.save_clash(c, home.id, device)
    else:
        row.save(c, home.id, device, pieces, said, now_ms)
    return row


def _decide(
    piece: Piece,
    known: dict[uuid.UUID, tuple],
    refused_before: dict[uuid.UUID, set[bytes]],
    accepted: dict[uuid.UUID, Entry],
    ended: dict[uuid.UUID, int],
) -> Result | None:
    """The result of an entry that does not go into the ledger now; None for one that does."""
    judged, id_, digest = piece.judged, piece.id, aside.same(piece)
    before = known.get(id_) if id_ is not None else None
    twin = accepted.get(id_) if id_ is not None else None
    if before is not None and judged.digest and bytes(before[1]) == digest:
        return Result(judged.id, "duplicate", judged.digest, before[2], bytes(before[3]).hex())
    if twin is not None and twin.digest == digest:
        return Result(judged.id, "duplicate", judged.digest, twin.seq, twin.hash.hex())
    if judged.status == RETRY:
        return Result(judged.id, "retry", judged.digest)
    errors = piece.errors
    if before is not None or twin is not None or refused_before.get(id_, set()) - {digest}:
        errors = {**errors, "id": [text("problems.entry.id_used")]}
    if not errors and piece.entry is not None:
        errors = access.ended(ended.get(piece.entry.author), piece.entry.recorded_ms)
    return Result(judged.id, "quarantined", judged.digest, errors=errors) if errors else None


def _accepted(piece: Piece) -> Result:
    return Result(piece.judged.id, "accepted", piece.judged.digest, piece.entry.seq, piece.entry.hash.hex())


def _arrived(piece: Piece) -> bool:
    return piece.result is None or piece.result.status != "retry"


def _first_heard(
    pieces: list[Piece], kept_now: list[Piece], heard_of: set[uuid.UUID], strangers: list[Piece]
) -> list[int]:
    """The numbers of the entries that this batch brought for the first time, each entry's once: what was sent again, or
    is accepted after it was set aside, keeps its number. `strangers` under an id that was heard of are entries too."""
    new = [piece for piece in pieces if piece.result is None] + kept_now
    found = {(piece.id or aside.same(piece), piece.number) for piece in new if piece.number and piece.id not in heard_of}
    return [number for _, number in found] + [piece.number for piece in strangers if piece.number and piece.id in heard_of]


def proof(entry: Entry, received: dict[int, int], head: int, lives: Callable[[], Sequence[Any]]) -> tuple[str, ...]:
    """Marked when the server's own bounds contradict the time of saving: it was recorded after row `seen` was received
    and before it arrived itself. A restore gives the numbers of rows out again: what was recorded before it saw another
    row, of which nothing is known any more. `lives` (rows of `ledger_life`) are asked for only where that may be so."""
    if entry.recorded_ms > entry.received_ms + PROOF_SLACK_MS:
        return (flags.TIME_NOT_PROVEN,)
    after = received.get(entry.seen) if entry.seen else None
    too_early = after is not None and entry.recorded_ms < after - PROOF_SLACK_MS
    unseen = entry.seen is not None and entry.seen > head
    if not (too_early or unseen):
        return ()
    restored_ms = max((life.began_ms for life in lives()[1:] if life.from_seq <= entry.seen), default=0)
    return () if entry.recorded_ms < restored_ms + PROOF_SLACK_MS else (flags.TIME_NOT_PROVEN,)


# ---- into the ledger ----


def enter(c: Connection, lock: Lock, entries: list[Entry], stored: fold.Stored | None = None) -> None:
    """Fold the records of placed entries beside what is stored (`stored`, as far as it was read), write the entries to the
    ledger, and move the counter."""
    if not entries:
        return
    fold.entries(c, lock.home, entries, stored)
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
    enter(c, lock, entries)
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
