"""Residents' photos: the small pictures that `resident` records name by their digest. In the database, so that backups hold them.

Who added, changed or removed one, when, on what ground, and its digest are in the ledger like any change of a resident's record.
The picture is not: nothing that is in the ledger is ever erased, and a picture is, as soon as no record names it any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Connection, delete, select

from server.db import reading, writing
from server.people.store import Home
from server.records import picture
from server.records.tables import photo, record
from sync import days
from sync.kinds.resident import KIND

#: How many of them a tablet is given at once.
MOST_AT_ONCE = 8
#: A picture lies here before the record names it, and is left alone for so long.
UNNAMED_MS = 10 * 60_000
#: Whoever is written down as having left by mistake is put back within this, photo and all.
KEPT_DAYS_AFTER_LEAVING = 30


def keep(home_id: int, file: bytes, *, now_ms: int) -> str:
    """Make the small square of a photo and keep it; returns its digest. Raises Problem as `picture.square` does."""
    content = picture.square(file)
    digest = hashlib.sha256(content).hexdigest()

    def work(c: Connection) -> None:
        mine = (photo.c.home_id == home_id) & (photo.c.sha256 == digest)
        if c.execute(photo.update().where(mine).values(received_ms=now_ms)).rowcount == 0:
            c.execute(photo.insert().values(home_id=home_id, sha256=digest, received_ms=now_ms, content=content))

    writing(work)
    return digest


def one(c: Connection, home_id: int, digest: Any) -> bytes | None:
    """The picture of that digest in this home, or None."""
    row = c.execute(select(photo.c.content).where(photo.c.home_id == home_id, photo.c.sha256 == str(digest))).first()
    return None if row is None else bytes(row.content)


def of_residents(c: Connection, home: Home, digests: Iterable[str], now_ms: int) -> dict[str, bytes]:
    """Those of these pictures that are here, of people who live here now."""
    wanted = set(digests) & _named(c, home, now_ms, 0)
    rows = c.execute(select(photo.c.sha256, photo.c.content).where(photo.c.home_id == home.id, photo.c.sha256.in_(wanted)))
    return {row.sha256: bytes(row.content) for row in rows}


def tidy(home: Home, now_ms: int, gone: str | None = None) -> None:
    """Erase the pictures that no record names any more; `gone`, which one named until now, however new it is."""
    with reading() as c:
        here = {row.sha256: row.received_ms for row in c.execute(select(photo.c.sha256, photo.c.received_ms).where(photo.c.home_id == home.id))}
        if not here:
            return
        named = _named(c, home, now_ms, KEPT_DAYS_AFTER_LEAVING)
    # A clock that was set back since makes no picture young for longer.
    young = {digest for digest, came_ms in here.items() if abs(now_ms - came_ms) < UNNAMED_MS and digest != gone}
    over = set(here) - named - young
    if over:
        writing(lambda c: c.execute(delete(photo).where(photo.c.home_id == home.id, photo.c.sha256.in_(over))))


def _named(c: Connection, home: Home, now_ms: int, days_after: int) -> set[str]:
    """The photos that records name, of people who live here or left at most so many days ago."""
    day = days.care_day(days.from_ms(now_ms), home.zone).toordinal() - days_after
    here = (record.c.home_id == home.id) & (record.c.kind == KIND.name) & ~record.c.struck
    rows = c.execute(select(record.c.body).where(here, record.c.ends_day.is_(None) | (record.c.ends_day > day)))
    return {str(said) for (body,) in rows if (said := orjson.loads(body)["fields"].get("photo"))}
