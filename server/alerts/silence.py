"""Tablets that should have been heard from and have not been: what looks like a gap may be lying on one of them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import Connection, select

from server.alerts import duty
from server.people.tables import device
from sync.days import care_day, from_ms
from sync.roles import MANAGERS

# Not heard from for this long, an expected tablet is silent (ux.md, starting defaults: 60 minutes).
SILENT_MS = 3_600_000


@dataclass(frozen=True)
class Silence:
    """Ids of silent tablets, and how far the records reach without them."""

    silent: tuple[str, ...]
    based_on_until_ms: int


def of(c: Connection, home_id: int, now_ms: int, zone: str) -> Silence:
    """Who is silent. A tablet is expected while it last reported unsent entries or someone on the floor is signed on at
    it; a manager's phone never is."""
    query = select(device.c.id, device.c.last_seen_ms, device.c.pending).where(
        device.c.home_id == home_id, device.c.pseudo.is_(None), device.c.revoked_ms.is_(None),
        device.c.last_seen_ms < now_ms - SILENT_MS,
    )  # fmt: skip
    unheard = {row.id: row for row in c.execute(query)}
    expected = {id_ for id_, row in unheard.items() if row.pending}
    if unheard.keys() - expected:
        expected |= _signed_on_at(c, home_id, now_ms, zone) & unheard.keys()
    until = min((unheard[id_].last_seen_ms for id_ in expected), default=now_ms)
    return Silence(tuple(sorted(str(id_) for id_ in expected)), until)


def _signed_on_at(c: Connection, home_id: int, now_ms: int, zone: str) -> set[uuid.UUID]:
    today = care_day(from_ms(now_ms), zone).toordinal()
    here = duty.on_duty(c, home_id, today, now_ms)
    return {one.device for one in here if one.device and one.role not in MANAGERS}
