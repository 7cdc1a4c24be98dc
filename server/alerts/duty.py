"""Who is on duty now, and who of them can be reached: asked at the moment a step is taken, never before.

Reached is whoever has a device that has shown a message. One that never has is sent to as well, and not waited for.

On duty is whoever signed on (`duty`, `on_shift`, not ended yet), by a person and not by the rota. Roles on the floor
answer for the unit they signed on for, and for all units when they named none; managers answer for the whole home.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from server.alerts import subscriptions
from server.people import store as people
from server.records import store as records
from sync.days import care_day, corrected_ms, from_ms
from sync.fields import time_ms
from sync.roles import LEADS, MANAGERS

WHOLE_HOME = MANAGERS | LEADS
# A sign-on older than this without a sign-off was forgotten, or the person is on call for a long weekend: it still holds
# for this many days, because calling one person too many is better than calling nobody.
SIGN_ON_DAYS = 8
# A tablet's clock that is fast by less than this makes nobody unreachable.
FAST_MS = 60_000
# Signing on up to this long before the shift counts from the moment of signing.
SLACK_MS = 900_000


@dataclass(frozen=True)
class OnDuty:
    """One person signed on, and the device that they said they carry."""

    staff: uuid.UUID
    role: str
    unit: str | None
    device: uuid.UUID | None
    since_ms: int

    def answers_for(self, unit: str | None) -> bool:
        return self.role in WHOLE_HOME or not self.unit or not unit or self.unit == unit


def on_duty(c: Connection, home_id: int, day: int, now_ms: int) -> list[OnDuty]:
    """Everyone signed on at `now_ms`, the last to sign on first; `day` is the ordinal of the care day now."""
    found: dict[tuple, OnDuty] = {}
    for one in _not_ended(c, home_id, day, now_ms):
        if one.since_ms <= now_ms + FAST_MS:
            found[(one.staff, one.role, one.unit, one.device)] = one
    left = people.revoked_at(c, home_id, {one.staff for one in found.values()})
    here = [one for one in found.values() if left.get(one.staff, now_ms + 1) > now_ms]
    return sorted(here, key=lambda one: (-one.since_ms, str(one.staff), one.role))


def to_begin(c: Connection, home_id: int, day: int, now_ms: int) -> dict[uuid.UUID, int]:
    """When somebody next begins a shift at each device that they have signed on at for a later time: nothing arrives then."""
    found: dict[uuid.UUID, int] = {}
    for one in _not_ended(c, home_id, day, now_ms):
        if one.device and one.since_ms > now_ms + FAST_MS:
            found[one.device] = min(one.since_ms, found.get(one.device, one.since_ms))
    return found


def _not_ended(c: Connection, home_id: int, day: int, now_ms: int) -> Iterator[OnDuty]:
    """Every sign-on whose end has not come, those for a later time included."""
    for row in records.records(c, home_id, "duty", days=(day - SIGN_ON_DAYS, day + 1)):
        said = row.fields
        if row.struck or said.get("what") != "on_shift":
            continue
        begins, ends = _begins_ms(said.get("from"), row.occurred_ms, _ms(row.body.get("received_at"), now_ms)), _ms(said.get("to"), None)
        staff = _id(said.get("staff")) or _id(row.body.get("author"))
        if staff is not None and (ends is None or ends > now_ms):
            yield OnDuty(staff, said.get("role") or "", said.get("unit") or None, _id(said.get("device")), begins)


def signed_off(c: Connection, home: people.Home, staff: set[uuid.UUID], now_ms: int) -> set[uuid.UUID]:
    """Those of these people who are signed on nowhere in the home now."""
    here = {one.staff for one in on_duty(c, home.id, care_day(from_ms(now_ms), home.zone).toordinal(), now_ms)} if staff else set()
    return staff - here


def ended_by(c: Connection, home_id: int, duties: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Whose shift these records say has an end."""
    rows = records.records_by_id(c, home_id, duties).values()
    ended = [row for row in rows if row.fields.get("what") == "on_shift" and row.fields.get("to")]
    return {staff for row in ended if (staff := _id(row.fields.get("staff")) or _id(row.body.get("author")))}


def named(everyone: Iterable[OnDuty], roles: Iterable[str], unit: str | None) -> list[OnDuty]:
    """Those of them whom a rung names, for a person who lives on `unit`."""
    wanted = set(roles)
    return [one for one in everyone if one.role in wanted and one.answers_for(unit)]


def with_a_device(c: Connection, home_id: int, people_: Iterable[OnDuty], *, proven: bool = False) -> set[uuid.UUID]:
    """The devices of these people that a push can be sent to; with `proven`, those that have shown one."""
    return subscriptions.reachable(c, home_id, {one.device for one in people_ if one.device}, proven=proven)


def _begins_ms(value: object, signed_ms: int, received_ms: int) -> int:
    """When a shift begins. `from` is by the tablet's clock: one that is fast must not delay the sign-on, nor one that was an hour
    fast and was put right before it sent. What has arrived was said by then."""
    begins = _ms(value, signed_ms)
    return min(begins, signed_ms, received_ms) if begins - signed_ms < SLACK_MS else begins


def _ms(value: object, default: int | None) -> int | None:
    at = time_ms(value) if isinstance(value, str) else None
    return default if at is None else corrected_ms(at, 0)


def _id(value: object) -> uuid.UUID | None:
    try:
        return uuid.UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
