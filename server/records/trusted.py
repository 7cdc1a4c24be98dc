"""What the server itself states: pages, imports, followers, and the note that an entry was put aside.

Such submissions look like any other. They come from the home's own pseudo-devices, numbered under the home's lock, and
are authored by the person signed in or by the home's Tidemark actor.
"""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from server import fast
from server.people.store import Home
from server.people.tables import device as device_table
from server.people.tables import staff
from server.records.entries import Entry, Result, entry_of
from server.records.tables import ledger, record
from server.wire import rfc3339
from sync.envelope import OK, judge
from sync.kinds import kind as kind_named
from sync.roles import TIDEMARK

# A name space for ids that the server derives, so that a repeat of a statement is a duplicate.
SET_ASIDE = "set_aside"


@dataclass(frozen=True)
class Statement:
    """One thing that the server states. `id` None is a new one; `author` None is Tidemark; `parents` None are the
    record's heads now; `roles` None are those that the author holds."""

    record: uuid.UUID
    kind: str
    fields: Mapping[str, Any]
    occurred_ms: int
    id: uuid.UUID | None = None
    author: uuid.UUID | None = None
    parents: tuple[str, ...] | None = None
    roles: tuple[str, ...] | None = None
    nonce: str | None = None  # 32 hex digits, for statements that must come out the same each time; None is a random one


def entries(
    c: Connection, home: Home, statements: list[Statement], head: int, *, now_ms: int, origin: str
) -> tuple[list[Result], list[Entry]]:
    """(the result of each statement, the entries that are new), numbered and ready to be placed. The home is locked."""
    device = home.device(origin if origin in ("page", "import") else "system")
    ids = [statement.id or _uuid7(now_ms) for statement in statements]
    stated = fast.select_in(c, ("id", "seq", "hash", "digest"), ledger, "id", home.id, {s.id for s in statements} - {None})
    known = {row[0]: row for row in stated}
    heads = _heads(c, home.id, {s.record for s in statements if s.parents is None})
    roles = _roles(c, home.id, {s.author for s in statements if s.author and s.roles is None} - {home.tidemark})
    number = _last_number(c, home, device)
    results, made, placed = [], [], {}
    for id_, statement in zip(ids, statements, strict=True):
        before = known.get(id_) or placed.get(id_)
        if before is not None:
            results.append(Result(str(id_), "duplicate", bytes(before[3]).hex(), before[1], bytes(before[2]).hex()))
            continue
        parents = statement.parents if statement.parents is not None else heads.get(statement.record, ())
        held = _held(home, statement, roles)
        submission = _submission(home, device, id_, statement, parents, number + 1, head, now_ms, len(made))
        judged = judge(submission, trusted=True)
        if judged.status != OK:
            results.append(Result(str(id_), "quarantined", judged.digest, errors=judged.errors or {"kind": []}))
            continue
        number += 1
        entry = entry_of(
            judged, device=device, origin=origin, now_ms=now_ms, offset_ms=0, grant_id=None, roles=held
        )  # fmt: skip
        made.append(entry)
        heads[statement.record] = (str(id_),)
        placed[id_] = (id_, None, b"", entry.digest)
        results.append(Result(str(id_), "accepted", judged.digest))
    if made:
        _numbered(c, home, device, number, now_ms)
    return results, made


def next_number(c: Connection, home: Home, count: int, now_ms: int) -> int:
    """Reserve `count` numbers of the home's own device for notes, and return the first. The home is locked."""
    device = home.device("system")
    last = _last_number(c, home, device)
    _numbered(c, home, device, last + count, now_ms)
    return last + 1


def _last_number(c: Connection, home: Home, device: uuid.UUID) -> int:
    return fast.select_where(c, ("last_number",), device_table, "home_id = ? AND id = ?", (home.id, device))[0][0]


def _numbered(c: Connection, home: Home, device: uuid.UUID, number: int, now_ms: int) -> None:
    fast.run(
        c,
        "UPDATE device SET last_number = ?, last_seen_ms = ?, last_sent_ms = ? WHERE home_id = ? AND id = ?",
        (number, now_ms, now_ms, home.id, device),
    )


def note_id(home: Home, key: bytes) -> uuid.UUID:
    """The record that notes what was set aside under this key of table `quarantine`."""
    return uuid.uuid5(home.uuid, f"{SET_ASIDE}:{key.hex()}")


def set_aside_note(
    home: Home, key: bytes, digest: str | None, of: uuid.UUID | None, errors: Mapping[str, Any], now_ms: int, number: int
) -> Entry:
    """The ledger's own note that an entry was put aside: which, and under which names it was refused."""
    device = home.device("system")
    id_ = note_id(home, key)
    fields = {"of": str(of) if of else None, "digest": digest, "reason": sorted(errors)}
    statement = Statement(record=id_, kind=SET_ASIDE, fields=fields, occurred_ms=now_ms, id=id_)
    submission = _submission(home, device, id_, statement, (), number, None, now_ms, 0)
    judged = judge(submission, trusted=True)
    if judged.status != OK:
        raise ValueError(f"the note itself is not fit: {judged.errors}")
    return entry_of(judged, device=device, origin="system", now_ms=now_ms, offset_ms=0, grant_id=None, roles=(TIDEMARK,))


def _submission(
    home: Home, device: uuid.UUID, id_: uuid.UUID, statement: Statement, parents: tuple[str, ...], number: int,
    head: int | None, now_ms: int, count: int,
) -> dict[str, Any]:  # fmt: skip
    kind = kind_named(statement.kind)
    return {
        "id": str(id_),
        "record": str(statement.record),
        "kind": statement.kind,
        "schema": kind.version if kind else 1,
        "parents": list(parents),
        "author": str(statement.author or home.tidemark),
        "occurred_at": rfc3339(statement.occurred_ms),
        "recorded_at": rfc3339(now_ms),
        "offset_ms": 0,
        "seen": head,
        "clock": f"{now_ms:013d}-{count & 0xFFFF:04x}-{device}",
        "nonce": statement.nonce or secrets.token_hex(16),
        "number": number,
        "fields": dict(statement.fields),
    }


def _heads(c: Connection, home_id: int, records: set[uuid.UUID]) -> dict[uuid.UUID, tuple[str, ...]]:
    rows = fast.select_in(c, ("id", "body"), record, "id", home_id, records)
    return {id_: tuple(json.loads(body)["heads"]) for id_, body in rows}


def _roles(c: Connection, home_id: int, people: set[uuid.UUID]) -> dict[uuid.UUID, tuple[str, ...]]:
    rows = fast.select_in(c, ("id", "roles"), staff, "id", home_id, people)
    return {id_: tuple(json.loads(roles)) for id_, roles in rows}


def _held(home: Home, statement: Statement, roles: dict[uuid.UUID, tuple[str, ...]]) -> tuple[str, ...]:
    if statement.roles is not None:
        return tuple(sorted(statement.roles))
    if statement.author is None or statement.author == home.tidemark:
        return (TIDEMARK,)
    return roles.get(statement.author, ())


def _uuid7(now_ms: int) -> uuid.UUID:
    """RFC 9562 version 7: ordered by time, so that keys made together lie together."""
    value = (now_ms & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
