"""Tablets that should have been heard from and have not been: what looks like a gap may be lying on one of them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import Connection, select

from server.alerts import duty
from server.people.store import PHONE
from server.people.tables import device
from sync.days import care_day, from_ms, write_time
from sync.roles import MANAGERS
from sync.thresholds import Values




@dataclass(frozen=True)
class Tablet:
    """A silent tablet, and when it was last heard from."""

    id: uuid.UUID
    name: str
    heard_ms: int

    def wire(self) -> dict[str, str]:
        """As an alert carries it."""
        return {"device": str(self.id), "name": self.name, "heard_at": write_time(self.heard_ms)}


@dataclass(frozen=True)
class Silence:
    """The silent tablets, and how far the records reach without them."""

    tablets: tuple[Tablet, ...]
    based_on_until_ms: int

    @property
    def silent(self) -> tuple[str, ...]:
        return tuple(sorted(str(tablet.id) for tablet in self.tablets))


def of(c: Connection, home_id: int, now_ms: int, zone: str, values: Values) -> Silence:
    """Who is silent. A tablet is expected while it last reported unsent entries or someone on the floor is signed on at
    it; a phone never is."""
    after_ms = round(values.value("tablets.silent_minutes", at=from_ms(now_ms)) * 60_000)
    query = select(device.c.id, device.c.name, device.c.last_seen_ms, device.c.pending).where(
        device.c.home_id == home_id, device.c.pseudo.is_(None), device.c.revoked_ms.is_(None), device.c.form != PHONE,
        device.c.last_seen_ms < now_ms - after_ms,
    )  # fmt: skip
    unheard = {row.id: row for row in c.execute(query)}
    expected = {id_ for id_, row in unheard.items() if row.pending}
    if unheard.keys() - expected:
        expected |= signed_on_at(c, home_id, now_ms, zone) & unheard.keys()
    rows = sorted((unheard[id_] for id_ in expected), key=lambda row: (row.name, row.id))
    tablets = tuple(Tablet(row.id, row.name, row.last_seen_ms) for row in rows)
    return Silence(tablets, min((tablet.heard_ms for tablet in tablets), default=now_ms))


def signed_on_at(c: Connection, home_id: int, now_ms: int, zone: str) -> set[uuid.UUID]:
    """Devices at which somebody on the floor is signed on. A manager's is a phone that is carried, whatever it is."""
    today = care_day(from_ms(now_ms), zone).toordinal()
    here = duty.on_duty(c, home_id, today, now_ms)
    return {one.device for one in here if one.device and one.role not in MANAGERS}
