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
from server.records import trusted
from server.records.body import Unparsed
from server.records.device_state import DeviceState
from server.records.entries import Entry
from server.records.tables import quarantine


def same(piece: Any) -> bytes:
    """What sameness is judged by: the digest, or where there is none, the bytes."""
    return bytes.fromhex(piece.judged.digest) if piece.judged.digest else hashlib.sha256(kept_as(piece)).digest()


def kept_as(piece: Any) -> bytes:
    """The entry as it is kept in quarantine: as it came, but for the grant where it can be told apart."""
    if piece.judged.canonical is not None:
        return piece.judged.canonical
    raw = piece.raw
    if isinstance(raw, Unparsed):
        return raw.text
    plain = {k: v for k, v in raw.items() if k != "grant"} if isinstance(raw, dict) else raw
    return json.dumps(plain, separators=(",", ":"), sort_keys=True).encode()


def before(c: Connection, home_id: int, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, set[bytes]]:
    """What was set aside under these ids before: by each id, the digests or hashes of bytes."""
    found: dict[uuid.UUID, set[bytes]] = {}
    for id_, alike in fast.select_in(c, ("id", "same"), quarantine, "id", home_id, ids):
        found.setdefault(id_, set()).add(bytes(alike))
    return found


def keep(
    c: Connection, lock: Any, device: uuid.UUID, refused: list[Any], row: DeviceState, now_ms: int
) -> list[Entry]:
    """Keep refused entries whole, once each, and say so in the ledger. Returns the notes, placed."""
    fresh: dict[bytes, Any] = {}
    for piece in refused:
        fresh.setdefault(hashlib.sha256(device.bytes + same(piece)).digest(), piece)
    for (key,) in fast.select_in(c, ("key",), quarantine, "key", lock.home.id, fresh):
        fresh.pop(bytes(key), None)
    notes, rows = [], []
    number = trusted.next_number(c, lock.home, len(fresh), now_ms) if fresh else 0
    for key, piece in fresh.items():
        body, alike = kept_as(piece), same(piece)
        row.set_aside(len(body), now_ms)
        digest = alike if piece.judged.digest else None
        entry = piece.entry
        verdict = None if entry is None else orjson.dumps([entry.grant_id, entry.roles, entry.offset_ms]).decode()
        rows.append((
            lock.home.id, key, piece.id, device, digest, alike, body, orjson.dumps(piece.result.errors).decode(), verdict,
            now_ms, "open", None,
        ))  # fmt: skip
        note = trusted.set_aside_note(lock.home, key, piece.judged.digest, piece.id, piece.result.errors, now_ms, number)
        number += 1
        lock.place(note)
        notes.append(note)
    fast.insert(c, quarantine, rows)
    return notes


def lift(c: Connection, home_id: int, entries: Iterable[Entry]) -> None:
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
