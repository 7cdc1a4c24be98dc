"""Photographed letters: the files that `attachment` records name. In the database, so that every backup holds them.

A letter is taken in once its record is here, and only as the very bytes that the record names. The same again changes nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import uuid
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from server.db import writing
from server.problems import Problem
from server.records import store
from server.records.tables import letter

KIND = "attachment"
#: A tablet makes its pictures far smaller; a scanned PDF of a few pages fits.
MOST_BYTES = 2_000_000
#: A body is base64 with a few words round it.
BODY_BYTES = MOST_BYTES * 4 // 3 + 1_000
#: Of one device in 24 hours.
MOST_BYTES_A_DAY = 50_000_000
DAY_MS = 24 * 3_600_000
#: What may be kept, and how such a file begins.
BEGINS = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n", "application/pdf": b"%PDF-"}


@dataclass(frozen=True)
class Letter:
    """A letter as it was sent."""

    type: str
    content: bytes


def keep(home_id: int, device: uuid.UUID, id_: uuid.UUID, type_: str, text: str, *, now_ms: int) -> None:
    """Keep the letter of an `attachment` record; `text` is base64url. Raises Problem for what cannot be kept."""
    content = _decoded(text)
    if type_ not in BEGINS or not content.startswith(BEGINS[type_]):
        raise Problem("letter_type")
    digest = hashlib.sha256(content)

    def work(c: Connection) -> None:
        row = store.record(c, home_id, id_)
        if row is None or row.kind != KIND:
            raise Problem("letter_unknown")
        said = (row.fields.get("sha256"), row.fields.get("size"), row.fields.get("type"))
        if said != (digest.hexdigest(), len(content), type_):
            raise Problem("letter_differs")
        mine = (letter.c.home_id == home_id) & (letter.c.id == id_)
        if c.execute(select(letter.c.id).where(mine)).first() is not None:
            return
        lately = (letter.c.home_id == home_id) & (letter.c.device == device) & (letter.c.received_ms > now_ms - DAY_MS)
        taken = c.execute(select(func.coalesce(func.sum(letter.c.size), 0)).where(lately)).scalar()
        if taken + len(content) > MOST_BYTES_A_DAY:
            raise Problem("letter_limit", retry_after=3_600)
        c.execute(letter.insert().values(
            home_id=home_id, id=id_, sha256=digest.digest(), type=type_, size=len(content), device=device, received_ms=now_ms,
            content=content,
        ))  # fmt: skip

    writing(work)


def _decoded(text: str) -> bytes:
    try:
        content = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error, ValueError):
        raise Problem("unreadable") from None
    if len(content) > MOST_BYTES:
        raise Problem("too_large")
    return content


def one(c: Connection, home_id: int, id_: uuid.UUID) -> Letter | None:
    """A letter of this home, or None."""
    row = c.execute(select(letter.c.type, letter.c.content).where(letter.c.home_id == home_id, letter.c.id == id_)).first()
    return None if row is None else Letter(row.type, bytes(row.content))


def here(c: Connection, home_id: int, ids: list[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these `attachment` records whose letter has arrived."""
    return set(c.execute(select(letter.c.id).where(letter.c.home_id == home_id, letter.c.id.in_(ids))).scalars())
