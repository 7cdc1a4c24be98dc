"""The hash chain over a home's ledger (protocol.md, The ledger).

`hash` = SHA-256(the hash before ‖ RFC 8785 form of the header). The form is written here by hand because it is made once
for every row ever accepted; a test holds it to the library's, byte for byte.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from server.wire import rfc3339

ZERO = bytes(32)
VERSION = 1


def header_bytes(
    ledger: str, seq: int, id_: uuid.UUID, digest: bytes, device: uuid.UUID, grant_id: str | None, role: str | None,
    origin: str, received_ms: int, offset_ms: int | None,
) -> bytes:  # fmt: skip
    """The RFC 8785 form of a row's header. `role` is a JSON list of ASCII codes without spaces; ids are lower case."""
    grant = "null" if grant_id is None else f'"{grant_id}"'
    offset = "null" if offset_ms is None else offset_ms
    return (
        f'{{"device":"{device}","digest":"{digest.hex()}","grant_id":{grant},"id":"{id_}","ledger":"{ledger}",'
        f'"offset_ms":{offset},"origin":"{origin}","received_at":"{rfc3339(received_ms)}","role":{role or "null"},'
        f'"seq":{seq},"v":{VERSION}}}'
    ).encode()


def link(prev: bytes, header: bytes) -> bytes:
    """The hash of a row from the hash before it and its header."""
    return hashlib.sha256(prev + header).digest()


def header_of(row: Any, ledger: uuid.UUID) -> dict[str, Any]:
    """The header of a ledger row as an object, as the export shows it."""
    return {
        "v": VERSION,
        "ledger": str(ledger),
        "seq": row.seq,
        "id": str(row.id),
        "digest": row.digest.hex(),
        "device": str(row.device),
        "grant_id": row.grant_id,
        "role": None if row.role is None else json.loads(row.role),
        "origin": row.origin,
        "received_at": rfc3339(row.received_ms),
        "offset_ms": row.offset_ms,
    }


def header_bytes_of(row: Any, ledger: str) -> bytes:
    """The hashed form of a ledger row's header."""
    return header_bytes(
        ledger, row.seq, row.id, bytes(row.digest), row.device, row.grant_id, row.role, row.origin, row.received_ms, row.offset_ms
    )
