"""What is set aside: kept whole, once, shown to people, and noted in the ledger. Nothing is ever dropped."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Connection

from server import fast, ids
from server.records import access, trusted
from server.records.body import Unparsed
from server.records.device_state import DeviceState
from server.records.entries import Entry
from server.records.sealed import Unopened
from server.records.tables import ledger, quarantine


def same(piece: Any) -> bytes:
    """What sameness is judged by: the digest, or where there is none, the bytes."""
    if piece.judged.digest:
        return bytes.fromhex(piece.judged.digest)
    return hashlib.sha256(piece.raw.text if isinstance(piece.raw, Unopened) else kept_as(piece)).digest()


def kept_as(piece: Any) -> bytes:
    """The entry as it is kept in quarantine: as it came, but for the grant where it can be told apart."""
    if piece.judged.canonical is not None:
        return piece.judged.canonical
    raw = piece.raw
    if isinstance(raw, Unparsed):
        return raw.text
    if isinstance(raw, Unopened):
        return raw.kept
    plain = {k: v for k, v in raw.items() if k != "grant"} if isinstance(raw, dict) else raw
    return json.dumps(plain, separators=(",", ":"), sort_keys=True).encode()


def question(home_id: int, ids: Iterable[uuid.UUID]) -> fast.Question:
    """What was set aside under these ids before; `before` reads the answer."""
    return fast.one_of(("id", "same", "claimed"), quarantine, "id", home_id, ids)


def before(rows: Iterable[tuple]) -> dict[uuid.UUID, set[bytes]]:
    """By each id, the digests or hashes of bytes that were set aside under it. A sealed row that could not be opened has
    proved nothing about its id: the id was heard of, and is still free for whoever proves it."""
    found: dict[uuid.UUID, set[bytes]] = {}
    for id_, alike, claimed in rows:
        found.setdefault(id_, set()).update(() if claimed is not None else (bytes(alike),))
    return found


def remember(found: dict[uuid.UUID, set[bytes]], id_: uuid.UUID, piece: Any) -> None:
    """Add what is set aside now to what was before."""
    found.setdefault(id_, set()).update(() if isinstance(piece.raw, Unopened) else (same(piece),))


def key_of(device: uuid.UUID, alike: bytes) -> bytes:
    """The key of table `quarantine`: the same thing from the same device is kept once."""
    return hashlib.sha256(device.bytes + alike).digest()


def keep(
    c: Connection, lock: Any, device: uuid.UUID, refused: list[Any], row: DeviceState, now_ms: int
) -> tuple[list[Entry], list[Any]]:
    """Keep refused entries whole, once each, and say so in the ledger. Returns the notes, placed, and which of the
    refused were not kept before."""
    fresh: dict[bytes, Any] = {}
    for piece in refused:
        fresh.setdefault(key_of(device, same(piece)), piece)
    for (key,) in fast.select_in(c, ("key",), quarantine, "key", lock.home.id, fresh):
        fresh.pop(bytes(key), None)
    notes, rows = [], []
    number = trusted.next_number(c, lock.home, len(fresh), now_ms) if fresh else 0
    for key, piece in fresh.items():
        body, alike = kept_as(piece), same(piece)
        row.set_aside(len(body), now_ms)
        digest = alike if piece.judged.digest else None
        rows.append((
            lock.home.id, key, piece.id, device, digest, alike, body, orjson.dumps(piece.result.errors).decode(),
            _verdict(lock.home, device, piece), piece.raw.claimed if isinstance(piece.raw, Unopened) else None, now_ms, "open",
            None,
        ))  # fmt: skip
        note = trusted.set_aside_note(lock.home, key, piece.judged.digest, piece.id, piece.result.errors, now_ms, number)
        number += 1
        lock.place(note)
        notes.append(note)
    fast.insert(c, quarantine, rows)
    return notes, list(fresh.values())


def strangers(c: Connection, home_id: int, device: uuid.UUID, refused: list[Any]) -> list[Any]:
    """Those of the refused whose id belongs to another entry: of another device, or of another number of this one. What
    came under its own id and number with other content is no stranger: it is that entry, changed on its way."""
    taken = [piece for piece in refused if piece.judged.digest and "id" in piece.result.errors]
    if not taken:
        return []
    wanted = {piece.id for piece in taken} - {None}
    here = " AND device = ?"
    came = [
        *fast.select_in(c, ("id", "digest", "submission"), ledger, "id", home_id, wanted, here, (device,)),
        *fast.select_in(c, ("id", "same", "body"), quarantine, "id", home_id, wanted, here, (device,)),
    ]
    at_home = {(id_, _number(body), bytes(alike)) for id_, alike, body in came if body}
    return [
        piece
        for piece in taken
        if not any(id_ == piece.id and number == piece.number and alike != same(piece) for id_, number, alike in at_home)
    ]


def _number(body: bytes | str) -> Any:
    try:
        read = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return read.get("number") if isinstance(read, dict) else None


def _verdict(home: Any, device: uuid.UUID, piece: Any) -> str | None:
    """What its grant proves, which itself is not kept, and what the server's clock said against the device's: so that a
    manager may still accept the entry as it stands."""
    raw = piece.raw
    if not isinstance(raw, dict):
        return None
    grant = access.proven(home, device, raw.get("author"), raw.get("grant"))
    known = (grant.id, grant.roles, grant.expires_ms) if grant else (None, (), None)
    return orjson.dumps([*known, piece.arrival_ms]).decode()


def lift(c: Connection, home_id: int, entries: Iterable[Entry], *, by: uuid.UUID | None = None) -> None:
    """What a repair puts right, or what entered after all, is no longer open in quarantine. `by` is a person's decision
    to let it enter; without one, what entered ended it itself."""
    entered: dict[uuid.UUID, bytes] = {}
    repaired: dict[uuid.UUID, uuid.UUID] = {}
    for entry in entries:
        entered[entry.id] = entry.digest
        if entry.submission["repairs"]:
            repaired[ids.read(entry.submission["repairs"])] = entry.id
    waits = " AND state = 'open'"
    columns, named = ("key", "id", "same", "claimed"), {*entered, *repaired}
    for key, id_, alike, claimed in fast.select_in(c, columns, quarantine, "id", home_id, named, waits):
        # Other content under the id that entered stays open: it is not what entered.
        if id_ in entered and (entered[id_] == bytes(alike) or entered[id_].hex() == claimed):
            end(c, home_id, bytes(key), "accepted", by or id_)
        elif id_ in repaired:
            end(c, home_id, bytes(key), "repaired", repaired[id_])


def lift_repaired(c: Connection, home_id: int, fresh: Iterable[Any]) -> None:
    """The same for what is set aside only now, after what repairs it has come. A repair is found by the record it stands in:
    that of what it repairs."""
    fresh = [piece for piece in fresh if piece.id is not None]
    named = {piece.id for piece in fresh}
    records = {ids.perhaps(piece.raw.get("record")) for piece in fresh if isinstance(piece.raw, dict)} - {None}
    repaired: dict[uuid.UUID, uuid.UUID] = {}
    for id_, said in fast.select_in(c, ("id", "submission"), ledger, "record", home_id, named | records, " ORDER BY seq"):
        repairs = orjson.loads(said).get("repairs") if said else None
        if repairs and ids.read(repairs) in named:
            repaired.setdefault(ids.read(repairs), id_)
    for key, id_ in fast.select_in(c, ("key", "id"), quarantine, "id", home_id, repaired, " AND state = 'open'"):
        end(c, home_id, bytes(key), "repaired", repaired[id_])


def end(c: Connection, home_id: int, key: bytes, state: str, by: uuid.UUID) -> None:
    """Close what was set aside under this key: `by` is the submission that ended it."""
    fast.run(c, "UPDATE quarantine SET state = ?, state_by = ? WHERE home_id = ? AND key = ?", (state, by, home_id, key))
