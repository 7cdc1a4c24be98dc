"""What was set aside and can never enter, or not yet: a person puts it away with a reason, or tries again to open it.

Nothing of it is ever changed or dropped. A sealed row whose key was lost can be opened once that key is put back
(`tidemark home import-key`); until then somebody must be able to say that it has been dealt with.
"""

from __future__ import annotations

import uuid
from typing import Any

import orjson
from sqlalchemy import Connection, select

from server.db import reading, writing
from server.people import store as people
from server.problems import Problem
from server.records import aside, intake, trusted
from server.records.tables import quarantine

#: It came to nothing and somebody said so; and: it could be opened, and was then set aside as what it says.
PUT_AWAY, OPENED = "put_away", "opened"
# Rows that one try goes through.
MOST = 1_000


def put_away(home_id: int, key: bytes, *, by: uuid.UUID, roles: tuple[str, ...], why: str, now_ms: int) -> None:
    """Close what was set aside under `key`, on the word of `by`, which is kept on the ledger's own note of it.

    Raises Problem: not_found, aside_over, aside_reason.
    """

    def work(c: Connection) -> None:
        lock = intake.lock_home(c, home_id)
        row = c.execute(select(quarantine).where(quarantine.c.home_id == home_id, quarantine.c.key == key)).first()
        if row is None:
            raise Problem("not_found")
        if row.state != "open":
            raise Problem("aside_over")
        stated = trusted.Statement(
            record=trusted.note_id(lock.home, key), kind=trusted.SET_ASIDE, fields={"put_away_because": why}, occurred_ms=now_ms,
            author=by, roles=tuple(sorted(roles)),
        )  # fmt: skip
        (said,) = intake.append(c, home_id, [stated], now_ms=now_ms, origin="page")
        if said.status != "accepted":
            raise Problem("aside_reason")
        aside.end(c, home_id, key, PUT_AWAY, uuid.UUID(said.id))

    writing(work)


def is_closed(row: Any) -> bool:
    """Whether a row of `quarantine` is a sealed one that nobody could open, and is worth another try."""
    return row.claimed is not None and row.state in ("open", PUT_AWAY)


def closed(home_id: int) -> list[Any]:
    """The sealed rows that stay closed, oldest first: rows of `quarantine`."""
    with reading() as c:
        query = select(quarantine).where(quarantine.c.home_id == home_id, quarantine.c.claimed.is_not(None))
        rows = c.execute(query.where(quarantine.c.state.in_(("open", PUT_AWAY))).order_by(quarantine.c.received_ms).limit(MOST))
        return list(rows)


def try_again(home_id: int, rows: list[Any], *, now_ms: int) -> dict[str, int]:
    """Open these closed rows with the keys that the home has now, each as if its tablet had sent it again. Returns how many
    were `added` (or were there already), `set_aside` as what they say, and are `closed` still. Repeating it is free of harm."""
    found = {"added": 0, "set_aside": 0, "closed": 0}
    for row in rows:
        found[_try(home_id, row, now_ms)] += 1
    return found


def _try(home_id: int, row: Any, now_ms: int) -> str:
    said = orjson.loads(bytes(row.body))
    keys = said.pop("keys", {})
    with reading() as c:
        device = people.device_row(c, home_id, row.device)
    if device is None:
        return "closed"
    (result,) = intake.submit(home_id, device, [said], now_ms=now_ms, keys=keys, carried=True)
    if result.status in ("accepted", "duplicate"):
        _end(home_id, row, "accepted", uuid.UUID(result.id))
        return "added"
    # What stays closed has no digest that anything proves.
    if result.status != "quarantined" or result.digest is None:
        return "closed"
    new = aside.key_of(row.device, bytes.fromhex(result.digest))
    _end(home_id, row, OPENED, trusted.note_id(people.home(home_id), new))
    return "set_aside"


def _end(home_id: int, row: Any, state: str, by: uuid.UUID) -> None:
    writing(lambda c: aside.end(c, home_id, bytes(row.key), state, by))
