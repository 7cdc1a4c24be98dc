"""Guests of a home: whoever holds a link reads the evidence until a time, changes nothing, and is seen doing so.

A link is a capability: only its hash is kept, it ends by itself, and a manager ends it at once. Which views a guest may call is said
where they are wired (`rights.signed_in(…, guests=True)`); whoever wires none shows a guest nothing.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from server.db import reading, writing
from server.people.tables import guest_link, guest_opening

#: Days that a link is good for, at most.
MOST_DAYS = 14
#: Letters of "who for", and of an address that is kept in the log.
LONGEST_NAME, LONGEST_PATH = 120, 400


@dataclass(frozen=True)
class Link:
    """One link. `ended_ms` is when somebody ended it before its time; a restore ends it without `ended_by`."""

    home_id: int
    id: uuid.UUID
    who_for: str
    initials: bool
    made_by: uuid.UUID
    made_ms: int
    until_ms: int
    ended_ms: int | None
    ended_by: uuid.UUID | None

    def over_ms(self, now_ms: int) -> int | None:
        """Since when it opens nothing; None while it does."""
        ends = self.until_ms if self.ended_ms is None else min(self.ended_ms, self.until_ms)
        return ends if ends <= now_ms else None


_LINK = (
    guest_link.c.home_id, guest_link.c.id, guest_link.c.who_for, guest_link.c.initials, guest_link.c.made_by, guest_link.c.made_ms,
    guest_link.c.until_ms, guest_link.c.ended_ms, guest_link.c.ended_by,
)  # fmt: skip


def make(home_id: int, who_for: str, *, until_ms: int, initials: bool, by: uuid.UUID, now_ms: int) -> str:
    """A new link; returns its token, which nobody can read again."""
    token = f"{home_id:x}-{secrets.token_urlsafe(24)}"

    def work(c: Connection) -> None:
        c.execute(insert(guest_link).values(
            home_id=home_id, id=uuid.uuid4(), token_hash=_hash(token), who_for=who_for, initials=initials, made_by=by, made_ms=now_ms, until_ms=until_ms,
        ))  # fmt: skip

    writing(work)
    return token


def by_token(token: str) -> Link | None:
    """The link of this token, over or not; None for a token that was never made."""
    try:
        home_id = int(token.partition("-")[0], 16)
    except ValueError:
        return None
    if not 0 < home_id < 2**31:  # beyond what the column holds
        return None
    with reading() as c:
        row = c.execute(select(*_LINK).where(guest_link.c.home_id == home_id, guest_link.c.token_hash == _hash(token))).first()
    return Link(*row) if row else None


def one(c: Connection, home_id: int, id_: uuid.UUID) -> Link | None:
    """A link by its id."""
    row = c.execute(select(*_LINK).where(guest_link.c.home_id == home_id, guest_link.c.id == id_)).first()
    return Link(*row) if row else None


def links(c: Connection, home_id: int) -> list[Link]:
    """Every link of the home, newest first."""
    query = select(*_LINK).where(guest_link.c.home_id == home_id).order_by(guest_link.c.made_ms.desc(), guest_link.c.id)
    return [Link(*row) for row in c.execute(query)]


def end(home_id: int, id_: uuid.UUID, *, by: uuid.UUID, now_ms: int) -> bool:
    """End a link from its next request on; whether this call ended it."""
    mine = (guest_link.c.home_id == home_id) & (guest_link.c.id == id_) & guest_link.c.ended_ms.is_(None) & (guest_link.c.until_ms > now_ms)
    return writing(lambda c: c.execute(update(guest_link).where(mine).values(ended_ms=now_ms, ended_by=by)).rowcount == 1)


def end_all(c: Connection, home_id: int, now_ms: int) -> None:
    """End every link of a home that was put back from a backup, which may not know that one of them had been ended."""
    mine = (guest_link.c.home_id == home_id) & guest_link.c.ended_ms.is_(None)
    c.execute(update(guest_link).where(mine).values(ended_ms=now_ms))


# ---- what guests asked for ----


def note(link: Link, path: str, *, refused: bool, now_ms: int) -> None:
    """Write down that a guest asked for a page, before it is shown."""
    writing(lambda c: c.execute(insert(guest_opening).values(
        home_id=link.home_id, id=uuid.uuid4(), link=link.id, at_ms=now_ms, path=path[:LONGEST_PATH], refused=refused
    )))  # fmt: skip


def openings(c: Connection, home_id: int, link: uuid.UUID, limit: int) -> list[Any]:
    """What a guest asked for, newest first: rows with `at_ms`, `path`, `refused`."""
    query = select(guest_opening.c.at_ms, guest_opening.c.path, guest_opening.c.refused).where(
        guest_opening.c.home_id == home_id, guest_opening.c.link == link
    )
    return list(c.execute(query.order_by(guest_opening.c.at_ms.desc(), guest_opening.c.id).limit(limit)))


def counted(c: Connection, home_id: int) -> dict[uuid.UUID, tuple[int, int]]:
    """How many pages were asked for by each link, and when last."""
    query = select(guest_opening.c.link, func.count(), func.max(guest_opening.c.at_ms)).where(guest_opening.c.home_id == home_id)
    return {link: (n, last) for link, n, last in c.execute(query.group_by(guest_opening.c.link))}


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
