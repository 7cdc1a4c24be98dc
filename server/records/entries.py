"""What the intake works on: an accepted submission on its way into the ledger, and the answer about each one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import orjson

from server import ids
from sync.days import corrected_ms
from sync.envelope import Judged
from sync.kinds import Kind


@dataclass(slots=True)
class Result:
    """The server's word on one submission, made from what was committed."""

    id: str | None
    status: str  # accepted, duplicate, quarantined, retry
    digest: str | None
    seq: int | None = None
    hash: str | None = None
    errors: dict[str, list[str]] | None = None

    def wire(self) -> dict[str, Any]:
        """As protocol.md names it."""
        made: dict[str, Any] = {"id": self.id, "status": self.status, "digest": self.digest}
        if self.seq is not None:
            made["seq"], made["hash"] = self.seq, self.hash
        if self.errors:
            made["errors"] = self.errors
        return made


@dataclass(slots=True)
class Entry:
    """A submission that goes into the ledger. Times are corrected milliseconds UTC; `seq` and `hash` come under the lock."""

    id: uuid.UUID
    record: uuid.UUID
    kind: Kind
    submission: dict[str, Any]
    text: str  # RFC 8785 form without the grant
    digest: bytes
    creates: bool
    device: uuid.UUID
    author: uuid.UUID | None
    grant_id: str | None
    roles: tuple[str, ...]
    role: str | None  # the same as a JSON list; None for an emergency entry
    origin: str
    received_ms: int
    offset_ms: int | None
    occurred_ms: int
    recorded_ms: int
    seen: int | None
    own_marks: tuple[str, ...] = ()
    marks: list[str] = field(default_factory=list)
    seq: int = 0
    hash: bytes = b""

    def row(self, home_id: int) -> tuple:
        """The row of table `ledger`, in the order of its columns."""
        return (
            home_id, self.seq, self.id, self.record, self.kind.name, self.device, self.author, self.digest, self.hash,
            self.grant_id, self.role, self.origin, self.received_ms, self.offset_ms, self.occurred_ms, self.recorded_ms,
            orjson.dumps(self.marks).decode() if self.marks else None, self.text,
        )  # fmt: skip


def entry_of(
    judged: Judged, *, device: uuid.UUID, origin: str, now_ms: int, offset_ms: int | None, grant_id: str | None,
    roles: tuple[str, ...], marks: tuple[str, ...] = (),
) -> Entry:  # fmt: skip
    """The ledger entry of a submission that was judged fit. `offset_ms` is the one used, None where none is known."""
    said = judged.submission
    return Entry(
        id=ids.read(said["id"]),
        record=ids.read(said["record"]),
        kind=judged.kind,
        submission=said,
        text=judged.canonical.decode(),
        digest=bytes.fromhex(judged.digest),
        creates=judged.creates,
        device=device,
        author=ids.read(said["author"]) if said["author"] else None,
        grant_id=grant_id,
        roles=roles,
        role=orjson.dumps(roles).decode() if roles else None,
        origin=origin,
        received_ms=now_ms,
        offset_ms=offset_ms,
        occurred_ms=corrected_ms(judged.occurred_ms, offset_ms),
        recorded_ms=corrected_ms(judged.recorded_ms, offset_ms),
        seen=said["seen"],
        own_marks=marks,
    )
