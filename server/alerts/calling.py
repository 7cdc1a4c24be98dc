"""Whom a step calls, on which device, in which words; and what the alert keeps of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from server.alerts import duty, outbox, quiet
from server.alerts.moment import Moment
from sync import days
from sync.fields import time_ms
from sync.rules.catalogue import SILENT

# From here a step says that it is late.
LATE_MS = 60_000


def trace(moment: Moment, unit: str | None, roles: list[str], severity: str | None = None) -> list[dict[str, Any]]:
    """What `told` says about these roles: each person on duty and whether a device that has proved itself was called; that the
    call waits until the quiet hours are over; or that there is nobody."""
    at, found = days.write_time(moment.now_ms), []
    for role in roles:
        here, until = duty.named(moment.everyone, [role], unit), quiet.until_ms(moment, severity, role, unit)
        waits = {} if until is None else {"reached": False, "held_until": days.write_time(until)}
        found += [{"role": role, "staff": str(one.staff), "at": at, "reached": one.device in moment.proven, **waits} for one in here]
        if not here:
            found.append({"role": role, "at": at, "reached": False})
    return found


def words(
    moment: Moment, fields: Mapping[str, Any], next_ms: int | None, late_ms: int, *, first: bool, own: str | None
) -> dict[str, Any]:  # fmt: skip
    """Which sentence is sent, for somebody who was not told before."""
    if late_ms > LATE_MS:
        return {"words": "delayed", "minutes": late_ms // 60_000}
    if own:
        return {"words": own}
    if not first:
        opened = fields.get("opened_at")
        since = time_ms(opened) if isinstance(opened, str) else None
        return {"words": "moved_to_you", "minutes": max(1, (moment.now_ms - (since or moment.now_ms)) // 60_000)}
    if (fields.get("opening") or 1) > 1:
        return {"words": "reopened"}
    if fields.get("rule") == SILENT:
        return {"words": "tablet_silent", "minutes": round((fields.get("facts") or {}).get("minutes") or 0)}
    if next_ms is None:
        return {"words": "needs_decision"}
    return {"words": "needs_decision_by", "by": days.say_time(days.from_ms(next_ms), moment.home.zone)}


def messages(
    moment: Moment, alert: uuid.UUID, unit: str | None, roles: list[str], opening: int, step: str, level: int,
    values: dict[str, Any], known: set[str], next_ms: int | None, severity: str | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """One message a device: people share devices, and hold several roles. Whoever may sleep on has theirs in the morning."""
    here = sorted(moment.sent(roles, unit), key=lambda one: quiet.until_ms(moment, severity, one.role, unit) or 0)
    found = calls(here, alert, opening, step, level, values, next_ms, moment.now_ms)
    for each in found:
        if until := quiet.until_ms(moment, severity, each["role"], unit):
            each |= {"quiet_until_ms": until, "expires_ms": until + outbox.TTL_MAX_MS}
    if values["words"] == "moved_to_you":
        for each in found:
            if str(each["staff"]) in known:
                each["values"] = {**values, "words": "still_open"}
    return found


def calls(
    people: Iterable[duty.OnDuty], alert: uuid.UUID, opening: int, step: str, level: int, values: Mapping[str, Any],
    next_ms: int | None, now_ms: int,
) -> list[dict[str, Any]]:  # fmt: skip
    """A call about an alert for each of these people's devices, as `outbox.put` takes it."""
    found: dict[uuid.UUID, dict[str, Any]] = {}
    for one in people:
        found.setdefault(one.device, {
            "alert": alert, "opening": opening, "step": step, "what": "told", "level": level, "device": one.device,
            "staff": one.staff, "role": one.role, "values": dict(values), "expires_ms": now_ms + outbox.life_ms(next_ms, now_ms),
        })  # fmt: skip
    return list(found.values())


def known(fields: Mapping[str, Any]) -> set[str]:
    """Whom this alert has reached before."""
    return {each.get("staff") for each in fields.get("told") or () if each.get("reached")}
