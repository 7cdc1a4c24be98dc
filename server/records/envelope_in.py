"""The outside of a sync request, checked in protocol.md's order: size, shape, protocol, then the other members."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from server.problems import Problem
from server.records import body
from server.records.changes import Cursor, read_cursor
from sync.fields import UUID, time_ms
from sync.messages import text

PROTOCOL = 1
OLDEST = 1
MOST_SUBMISSIONS = 500


@dataclass(frozen=True)
class Head:
    """The head that a device returns: the last one it was given."""

    ledger: uuid.UUID
    seq: int
    hash: bytes


@dataclass(frozen=True)
class Envelope:
    """A sync request whose outside is in order. What stands in `submissions` is judged one by one, later."""

    sent_at_ms: int
    grant: str | None
    cursor: Cursor | None
    cursor_text: str | None
    head: Head | None
    pending: int
    last_number: int
    submissions: list[Any]
    keys: dict[str, Any] | None


def read(raw: bytes) -> Envelope:
    """The envelope in a body. Raises Problem 413, 400, 409 or 400, in this order."""
    said = body.read(raw)
    submissions = said.get("submissions")
    if isinstance(submissions, list) and len(submissions) > MOST_SUBMISSIONS:
        raise Problem("too_many", limit=MOST_SUBMISSIONS)
    protocol = said.get("protocol")
    if type(protocol) is not int:
        raise Problem("not_an_object")
    if protocol < OLDEST:
        raise Problem("too_old", update_required=True)
    if protocol > PROTOCOL:
        raise Problem("too_new", update_required=False)
    errors: dict[str, list[str]] = {}

    def need(name: str, fit: bool, *, optional: bool = False) -> None:
        if name not in said:
            if not optional:
                errors[name] = [text("problems.members.missing")]
        elif not fit:
            errors[name] = [text("problems.members.type")]

    sent_at = said.get("sent_at")
    sent_at_ms = time_ms(sent_at) if isinstance(sent_at, str) else None
    cursor_text = said.get("cursor")
    cursor = read_cursor(cursor_text) if isinstance(cursor_text, str) else None
    head = _head(said.get("head"))
    need("sent_at", sent_at_ms is not None)
    need("cursor", cursor_text is None or cursor is not None)
    need("pending", _count(said.get("pending")))
    need("last_number", _count(said.get("last_number")))
    need("submissions", isinstance(submissions, list))
    need("grant", said.get("grant") is None or isinstance(said["grant"], str), optional=True)
    need("head", said.get("head") is None or head is not None, optional=True)
    need("keys", said.get("keys") is None or isinstance(said["keys"], dict), optional=True)
    if errors:
        raise Problem("bad_envelope", errors=errors)
    return Envelope(
        sent_at_ms, said.get("grant"), cursor, cursor_text, head, min(said["pending"], 2**31 - 1), said["last_number"], submissions,
        said.get("keys"),
    )  # fmt: skip


def _count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**53


def _head(value: Any) -> Head | None:
    if not isinstance(value, dict):
        return None
    ledger, seq, hash_ = value.get("ledger"), value.get("seq"), value.get("hash")
    if not (isinstance(ledger, str) and UUID.fullmatch(ledger) and _count(seq) and isinstance(hash_, str) and len(hash_) == 64):
        return None
    try:
        return Head(uuid.UUID(ledger), seq, bytes.fromhex(hash_))
    except ValueError:
        return None
