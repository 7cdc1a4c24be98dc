"""What a tablet is told: records that changed since its cursor, people who left, and whether its ledger was cut.

A cursor is opaque to the device. Inside it stands a place in the order of (`seq`, record), which only committed rows can
precede: `seq` is given under the home's lock, so a row with a lower one never commits later.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection

from server import fast
from server.fast import Question
from server.people.store import Home
from server.people.tables import access, device_number, staff
from server.records import flagging, holding, store
from server.records.tables import ledger, record
from sync import days

#: Changes in one answer.
PAGE = 500
# From so many rows behind, it is cheaper to look at what is held than at what changed.
FAR_BEHIND = 5_000
# An end of access is stamped before it is committed, and a tablet that asks in between does not see it: so far back each
# answer says it again. Longer than any transaction waits for another.
SAID_AGAIN_MS = 60_000


@dataclass(frozen=True)
class Cursor:
    """Everything up to (`seq`, `id`) was sent; `id` None is all of that `seq`. Who left was said up to `told_ms`."""

    ledger: uuid.UUID
    seq: int
    id: uuid.UUID | None
    told_ms: int

    def text(self) -> str:
        raw = orjson.dumps([self.ledger.hex, self.seq, self.id.hex if self.id else None, self.told_ms])
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_cursor(given: str) -> Cursor | None:
    """The cursor in a text of ours, or None when it is not one."""
    try:
        padded = given.encode("ascii") + b"=" * (-len(given) % 4)
        ledger_hex, seq, id_, told_ms = orjson.loads(base64.b64decode(padded, b"-_", validate=True))
        if type(seq) is not int or type(told_ms) is not int or not 0 <= seq < 2**63:
            return None
        return Cursor(uuid.UUID(ledger_hex), seq, uuid.UUID(id_) if id_ else None, told_ms)
    except (ValueError, TypeError, AttributeError, binascii.Error, UnicodeError):
        return None


@dataclass(frozen=True)
class Pulled:
    """The half of a sync answer that reads."""

    changes: list[Any]
    removed: list[str]
    cursor: str | None
    more: bool


def cut_at(c: Connection, home_id: int, ledger_id: uuid.UUID, seq: int, hash_: bytes | None, head: store.Head) -> int | None:
    """None when that place is in this ledger; else the highest seq that the device may still share with it."""
    if seq == 0 or (ledger_id == head.ledger and seq == head.seq and hash_ in (None, head.hash)):
        known = [life.ledger for life in store.lives(c, home_id)] if ledger_id != head.ledger else [head.ledger]
        return None if ledger_id in known else 0
    lives = store.lives(c, home_id)
    for life, after in zip(lives, [*lives[1:], None], strict=True):
        if life.ledger != ledger_id:
            continue
        last = head.seq if after is None else after.from_seq - 1
        if seq > last:
            return last
        stored = fast.select_where(c, ("hash",), ledger, "home_id = ? AND seq = ?", (home_id, seq))
        same = stored and (hash_ is None or bytes(stored[0][0]) == hash_)
        return None if same else 0
    return 0


def pull(c: Connection, home: Home, device: uuid.UUID, cursor: Cursor | None, head: store.Head, now_ms: int) -> Pulled:
    """The next page of changes for a tablet that may read."""
    today = holding.day_of(home, now_ms)
    seq, after = (cursor.seq, cursor.id) if cursor else (0, None)
    # A cursor of a later day was given under a wrong clock: what was past its day then is told now.
    if cursor and holding.day_of(home, cursor.told_ms) > today:
        seq, after = 0, None
    rows = _page(c, home, seq, after, head.seq, today) if seq < head.seq or after else []
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    at = Cursor(head.ledger, rows[-1][1], rows[-1][0], now_ms) if more else Cursor(head.ledger, head.seq, None, now_ms)
    bodies = flagging.with_flags(c, home, [row[2:] for row in rows], first=cursor is None, device=device, now_ms=now_ms)
    return Pulled(bodies, removed(c, home, cursor, now_ms), at.text(), more)


def _page(c: Connection, home: Home, seq: int, after: uuid.UUID | None, head: int, today: int) -> list[tuple]:
    """Rows of `record` beyond a place that a tablet holds today; one more than a page where there is more."""
    # The unary plus keeps a column out of the choice of index; both databases understand it.
    held, place = ("held_day", "+seq") if head - seq > FAR_BEHIND else ("+held_day", "seq")
    beyond = f"{place} > ?" if after is None else f"({place}, id) > (?, ?)"
    values = (home.id, today, head, seq) if after is None else (home.id, today, head, seq, after)
    where = f"home_id = ? AND {held} >= ? AND {place} <= ? AND {beyond} ORDER BY seq, id LIMIT {PAGE + 1}"
    return fast.select_where(c, ("id", "seq", "kind", "subject", "occurred_ms", "ends_day", "body"), record, where, values)


def removed(c: Connection, home: Home, cursor: Cursor | None, now_ms: int) -> list[str]:
    """Residents and staff who left since the cursor, or ever when there is none."""
    at = days.from_ms(now_ms).astimezone(days.zone_of(home.zone)).date().toordinal()
    left = "home_id = ? AND ends_day <= ?"
    # A cursor from the future was given under a wrong clock: what was said since is not known by it, so all is said again.
    if cursor is None or cursor.told_ms > now_ms:
        ended = "home_id = ? AND revoked_ms <= ?"
        asked = [Question(("id",), record, left, (home.id, at)), Question(("staff",), access, ended, (home.id, now_ms))]
    else:
        again = cursor.told_ms - SAID_AGAIN_MS
        told = days.from_ms(cursor.told_ms).astimezone(days.zone_of(home.zone)).date().toordinal()
        # Nor is it by one after which rows came that are older than itself: its time was ahead, and has been passed since.
        after = f"SELECT received_ms FROM ledger WHERE home_id = ? AND seq > ? ORDER BY seq LIMIT {PAGE}"
        ahead = f"EXISTS (SELECT 1 FROM ({after}) AS later WHERE received_ms < ?)"
        was_ahead = (home.id, cursor.seq, again)
        since = f"{left} AND (ends_day > ? OR seq > ? OR {ahead})"
        lately = f"home_id = ? AND revoked_ms <= ? AND (said_ms > ? OR revoked_ms > ? OR {ahead})"
        # Whose own record has moved since is told again, and would stand among the staff again.
        moved = "home_id = ? AND seq > ? AND id IN (SELECT staff FROM access WHERE home_id = ? AND revoked_ms <= ?)"
        asked = [
            Question(("id",), record, since, (home.id, at, told, cursor.seq, *was_ahead)),
            Question(("staff",), access, lately, (home.id, now_ms, again, again, *was_ahead)),
            Question(("id",), record, moved, (home.id, cursor.seq, home.id, now_ms)),
        ]
    return sorted({str(id_) for rows in fast.ask(c, *asked) for (id_,) in rows})


def runs_of(c: Connection, home_id: int, device: uuid.UUID) -> list[tuple[int, int]]:
    """The runs of this device's numbers that have arrived."""
    where = "home_id = ? AND device = ? ORDER BY first"
    return [tuple(row) for row in fast.select_where(c, ("first", "last"), device_number, where, (home_id, device))]


def may_read(c: Connection, home: Home, person: uuid.UUID, now_ms: int) -> bool:
    """Whether a person still works here: known, not left, access not ended."""
    ended = "home_id = ? AND staff = ? AND revoked_ms <= ?"
    rows, revoked = fast.ask(
        c,
        Question(("ends_ms",), staff, "home_id = ? AND id = ?", (home.id, person)),
        Question(("staff",), access, ended, (home.id, person, now_ms)),
    )
    return bool(rows) and not revoked and (rows[0][0] is None or rows[0][0] > now_ms)
