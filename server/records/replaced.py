"""What stood in the database before a restore, as far as it matters afterwards.

A backup brings back an older state. Where it was restored over data that knew better, what nobody may lose is carried over:
keys that tablets sealed to, ledger ids that tablets heard, access that had ended, PINs and passwords that were set, tablets
that were let in or shut out, and what guests of the home opened; every guest's link ends. What stands in the ledger (people
added, their roles) cannot be: it is told, to be done again.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, Table, delete, func, insert, select, update

from server.people import guests, home_keys
from server.people import store as people
from server.people.tables import access, account, device, guest_link, guest_opening, pin, unlock_key
from server.people.tables import home as homes_table
from server.records import store
from server.records.tables import counter, ledger, ledger_life

#: What a tablet's row says of who it is; everything else it says anew.
IDENTITY = ("id", "name", "form", "enrolled_ms", "enrolled_by", "revoked_ms", "revoked_by")
#: What is told of a restore, each a list of ids as text (`gone`: of names), empty lists left out.
TOLD = ("ended", "pins", "passwords", "tablets_added", "tablets_ended", "gone", "roles")


@dataclass
class _Home:
    """One home of the replaced data."""

    id: int
    seq: int
    hash: bytes
    keys: list[tuple[str, int]]
    lives: list[Any]
    rows: dict[str, list[Any]]
    staff: list[people.Staff]
    told: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in TOLD})


class Replaced:
    """Reads what stands before a restore, and gives back what is worth keeping once the backup stands in its place."""

    def __init__(self, c: Connection):
        self.homes = {row.uuid: self._home(c, row.id) for row in c.execute(select(homes_table.c.uuid, homes_table.c.id)).all()}

    def _home(self, c: Connection, home_id: int) -> _Home:
        head = store.head(c, home_id)
        kept = {
            table.name: c.execute(select(table).where(table.c.home_id == home_id)).all()
            for table in (access, account, device, pin, unlock_key, guest_link, guest_opening)
        }
        staff = people.staff_of(c, home_id)
        return _Home(home_id, head.seq, head.hash, home_keys.dated(c, home_id), store.lives(c, home_id), kept, staff)

    def after(self, c: Connection, head: dict[str, Any]) -> dict[str, Any] | None:
        """How many rows came after this head of a backup: from tablets, from elsewhere, and of the latter how many a kind."""
        if head["home_id"] not in {old.id for old in self.homes.values()}:
            return None
        later = (ledger.c.home_id == head["home_id"]) & (ledger.c.seq > head["seq"])
        tablets = c.execute(select(func.count()).where(later, ledger.c.origin == "tablet")).scalar()
        query = select(ledger.c.kind, func.count()).where(later, ledger.c.origin != "tablet").group_by(ledger.c.kind)
        kinds = dict(c.execute(query.order_by(ledger.c.kind)).all())
        return {"tablets": tablets, "others": sum(kinds.values()), "kinds": kinds}

    def carry_over(self, c: Connection, home: Any, now_ms: int) -> dict[str, list[str]] | None:
        """Give a restored home (a row of `counter`) its next ledger id and what is kept of what it replaced. Returns what is
        told of that (TOLD), None where nothing of this home was replaced."""
        uuid_ = c.execute(select(homes_table.c.uuid).where(homes_table.c.id == home.home_id)).scalar_one()
        old = self.homes.get(uuid_)
        if old is not None:
            home_keys.add(c, home.home_id, old.keys)
            _keep_lives(c, home, old)
            here = {person.id: person for person in people.staff_of(c, home.home_id)}
            _keep_access(c, home.home_id, old, here)
            _keep_secrets(c, home.home_id, old, here)
            _keep_tablets(c, home.home_id, old)
            _tell_staff(old, here, now_ms)
            _keep_guests(c, home.home_id, old)
        guests.end_all(c, home.home_id, now_ms)
        told = {name: ids for name, ids in old.told.items() if ids} if old else None
        _new_life(c, home, old, told, now_ms)
        return told


# ---- the ledger's ids ----


def _keep_lives(c: Connection, home: Any, old: _Home) -> None:
    """Ledger ids that tablets may have heard and the backup does not know: where each begins to differ from what is here."""
    known = {life.ledger for life in store.lives(c, home.home_id)}
    for life in old.lives:
        if life.ledger not in known:
            # The backup may be older than this id: then nothing under it is left, from the row after the backup's last.
            row = {**life._asdict(), "home_id": home.home_id, "from_seq": min(life.from_seq, home.seq + 1)}
            c.execute(insert(ledger_life).values(row))


def _new_life(c: Connection, home: Any, old: _Home | None, told: dict[str, list[str]] | None, now_ms: int) -> None:
    """A new ledger id from the next row on, and where the end of what this restore replaced stood."""
    id_ = uuid.uuid4()
    cut = old if old is not None and old.seq > home.seq else None
    # Ids that begin at one row are told apart by when they began: the newest is the one in use, whatever the clock says.
    latest = max(life.began_ms for life in store.lives(c, home.home_id))
    c.execute(insert(ledger_life).values(
        home_id=home.home_id, ledger=id_, from_seq=home.seq + 1, began_ms=max(now_ms, latest + 1),
        cut_seq=cut.seq if cut else None, cut_hash=cut.hash if cut else None, carried=None if told is None else orjson.dumps(told).decode(),
    ))  # fmt: skip
    safe = None if home.safe is None else min(home.safe, home.seq)
    c.execute(counter.update().where(counter.c.home_id == home.home_id).values(ledger=id_, safe=safe))


# ---- who may come in ----


def _keep_access(c: Connection, home_id: int, old: _Home, here: dict[uuid.UUID, people.Staff]) -> None:
    """Whose access had ended stays out: by a manager's word as it was said, or by their own record's end."""
    restored = {row.staff: row for row in c.execute(select(access).where(access.c.home_id == home_id))}
    for row in old.rows["access"]:
        before = restored.get(row.staff)
        if before is None or before.said_ms < row.said_ms:
            _put(c, access, home_id, row, access.c.staff == row.staff)
            old.told["ended"].append(str(row.staff))
    said = {row.staff for row in old.rows["access"]}
    for person in old.staff:
        now = here.get(person.id)
        if now is None or person.id in said or person.ends_ms is None or (now.ends_ms is not None and now.ends_ms <= person.ends_ms):
            continue
        c.execute(insert(access).values(home_id=home_id, staff=person.id, revoked_ms=person.ends_ms, said_ms=person.ends_ms))
        old.told["ended"].append(str(person.id))


def _keep_secrets(c: Connection, home_id: int, old: _Home, here: dict[uuid.UUID, people.Staff]) -> None:
    """The newest PIN and password of everybody who is known here: an older one opens nothing again."""
    set_ms = dict(c.execute(select(pin.c.staff, pin.c.set_ms).where(pin.c.home_id == home_id)).all())
    keys = {row.staff: row for row in old.rows["unlock_key"]}
    for row in old.rows["pin"]:
        if row.staff in here and set_ms.get(row.staff, -1) < row.set_ms:
            _put(c, pin, home_id, row, pin.c.staff == row.staff)
            c.execute(delete(unlock_key).where(unlock_key.c.home_id == home_id, unlock_key.c.staff == row.staff))
            if row.staff in keys:
                _put(c, unlock_key, home_id, keys[row.staff], unlock_key.c.staff == row.staff)
            old.told["pins"].append(str(row.staff))
    made_ms = dict(c.execute(select(account.c.email, account.c.made_ms).where(account.c.home_id == home_id)).all())
    for row in old.rows["account"]:
        if row.staff in here and made_ms.get(row.email, -1) < row.made_ms:
            _put(c, account, home_id, row, account.c.email == row.email)
            old.told["passwords"].append(str(row.staff))


def _put(c: Connection, table: Table, home_id: int, row: Any, which: Any) -> None:
    c.execute(delete(table).where(table.c.home_id == home_id, which))
    c.execute(insert(table).values({**row._mapping, "home_id": home_id}))


def _keep_tablets(c: Connection, home_id: int, old: _Home) -> None:
    """A tablet let in after the backup is listed under its own name; one shut out after it stays out."""
    restored = {row.id: row for row in c.execute(select(device).where(device.c.home_id == home_id))}
    for row in old.rows["device"]:
        before = restored.get(row.id)
        if before is None:
            c.execute(insert(device).values({"home_id": home_id, **{name: row._mapping[name] for name in IDENTITY}}))
            old.told["tablets_added"].append(str(row.id))
        elif row.revoked_ms is not None and before.revoked_ms is None:
            mine = (device.c.home_id == home_id) & (device.c.id == row.id)
            c.execute(update(device).where(mine).values(revoked_ms=row.revoked_ms, revoked_by=row.revoked_by))
            old.told["tablets_ended"].append(str(row.id))


def _keep_guests(c: Connection, home_id: int, old: _Home) -> None:
    """Who was let in to read and what they opened: a log that a restore would shorten is no log."""
    for table in (guest_link, guest_opening):
        known = set(c.execute(select(table.c.id).where(table.c.home_id == home_id)).scalars())
        for row in old.rows[table.name]:
            if row.id not in known:
                c.execute(insert(table).values({**row._mapping, "home_id": home_id}))


def _tell_staff(old: _Home, here: dict[uuid.UUID, people.Staff], now_ms: int) -> None:
    """Whom the backup does not know, and whose roles it knows otherwise: their records are gone, so people say it again."""
    for person in old.staff:
        now = here.get(person.id)
        if person.left(now_ms):
            continue
        if now is None:
            old.told["gone"].append(person.name)
        elif sorted(now.roles) != sorted(person.roles):
            old.told["roles"].append(str(person.id))
