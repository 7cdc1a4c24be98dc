"""A tablet from which one red flag follows another: a child's hand, a broken screen, or somebody trying it out.

The first few call people, as always. From then on each is still opened and listed, and one alert about the tablet calls
for all of them: whoever is called for the sixth time in a quarter of an hour no longer listens. It speaks for them while it
calls, or while somebody has this flood in hand; else it is opened again, and where it cannot be, each flag calls by itself.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection, select

from server.alerts.judging import Planned
from server.people.store import Home
from server.people.tables import device
from server.records import store
from sync import alerts as rules
from sync import days
from sync.fields import time_ms
from sync.kinds.alert import ACKNOWLEDGED, OPENED, SNOOZED
from sync.rules import fatigue
from sync.rules.catalogue import ACTIVITY_RULES, RED_FLAG, UNUSUAL
from sync.standing import Existing, existing_of
from sync.thresholds import Values

WITHIN_MS = 15 * 60_000


def quieten(c: Connection, home: Home, steps: Iterable[Planned], values: Values, now_ms: int) -> list[Planned]:
    """The same steps, where a tablet floods the home with its red flags called for once."""
    planned = list(steps)
    if not any(_calls(each) for each in planned):
        return planned
    now = days.from_ms(now_ms)
    day = days.care_day(now, home.zone)
    earlier = [
        row.fields for row in store.of_days(c, home.id, day.toordinal() - 1, day.toordinal(), {"alert"})
        if row.fields.get("rule") == RED_FLAG and now_ms - (time_ms(row.fields["opened_at"]) or 0) < WITHIN_MS
    ]  # fmt: skip
    came_from = _devices(c, home, [*earlier, *(each.step.fields for each in planned if _calls(each))])
    count = Counter(filter(None, (came_from.get(_entry(fields)) for fields in earlier)))
    over: dict[int, str] = {}
    for place, each in enumerate(planned):
        tablet = came_from.get(_entry(each.step.fields)) if _calls(each) else None
        if tablet is not None:
            count[tablet] += 1
            if fatigue.is_flood(count[tablet], values, now):
                over[place] = tablet
    for tablet in sorted(set(over.values())):
        about = _about(c, home, tablet, count[tablet], day.isoformat(), values, now_ms)
        if about is None:
            continue
        for place in (place for place, from_ in over.items() if from_ == tablet):
            planned[place] = replace(planned[place], step=replace(planned[place].step, pages=False))
        planned += about
    return planned


def _calls(planned: Planned) -> bool:
    return planned.step.rule == RED_FLAG and planned.step.kind in (rules.OPEN, rules.REOPEN) and planned.step.pages


def _entry(fields) -> str | None:
    return (fields.get("facts") or {}).get("entry")


def _devices(c: Connection, home: Home, alerts: list) -> dict[str, str]:
    """The tablet that wrote each entry that these alerts are about."""
    ids = {uuid.UUID(entry) for fields in alerts if (entry := _entry(fields))}
    return {str(id_): row.body["device"] for id_, row in store.records_by_id(c, home.id, ids).items() if row.body.get("device")}


def _about(
    c: Connection, home: Home, tablet: str, flags: int, care_day: str, values: Values, now_ms: int
) -> list[Planned] | None:  # fmt: skip
    """What has the one alert about the tablet and day speak for its flags: nothing where it does; None where it cannot."""
    alert, id_ = rules.alert_id(home.uuid, UNUSUAL, tablet, care_day), uuid.UUID(tablet)
    row = store.record(c, home.id, alert)
    stands = None if row is None else existing_of(row.body)
    if row is not None and row.struck:
        return None
    if stands and _speaks(stands, now_ms):
        return []
    name = c.execute(select(device.c.name).where(device.c.home_id == home.id, device.c.id == id_)).scalar() or "?"
    at = days.write_time(now_ms)
    fields = {
        "rule": UNUSUAL, "subject": tablet, "severity": ACTIVITY_RULES[UNUSUAL].severity, "status": OPENED, "opened_at": at, "happened_at": at,
        "care_day": care_day, "opening": 1, "facts": {"tablet": name, "flags": flags}, "reason": "measured", "threshold_version": "default",
    }  # fmt: skip
    if stands is None:
        return [Planned(alert, id_, None, rules.Step(rules.OPEN, UNUSUAL, fields, pages=True), None)]
    fields |= {"opening": stands.opening + 1, **{name: None for name in rules.CLEARED if stands.fields.get(name) is not None}}
    soon = timedelta(minutes=values.value("alerts.reopen_minutes", at=days.from_ms(now_ms)))
    again = stands.closed_at is None or days.from_ms(now_ms) - stands.closed_at <= soon
    rung = max(0, stands.rung - 1) if again else 0
    return [Planned(alert, id_, None, rules.Step(rules.REOPEN, UNUSUAL, fields, pages=True, rung=rung), row)]


def _speaks(stands: Existing, now_ms: int) -> bool:
    """Whether it still calls, or somebody has taken it on for this flood and not for one before it."""
    fresh = now_ms - days.to_ms(stands.opened_at) < WITHIN_MS
    return stands.status == OPENED or (stands.status in (ACKNOWLEDGED, SNOOZED) and fresh)
