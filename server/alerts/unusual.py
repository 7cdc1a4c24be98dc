"""A tablet from which one red flag follows another: a child's hand, a broken screen, or somebody trying it out.

The first few call people, as always. From then on each is still opened and listed, and one alert about the tablet calls
for all of them: whoever is called for the sixth time in a quarter of an hour no longer listens.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, select

from server.alerts.judging import Planned
from server.people.store import Home
from server.people.tables import device
from server.records import store
from sync import alerts as rules
from sync import days
from sync.fields import time_ms
from sync.kinds.alert import OPENED
from sync.rules.catalogue import ACTIVITY_RULES, RED_FLAG, UNUSUAL
from sync.thresholds import Values

WITHIN_MS = 15 * 60_000


def quieten(c: Connection, home: Home, steps: Iterable[Planned], values: Values, now_ms: int) -> list[Planned]:
    """The same steps, where a tablet floods the home with its red flags called for once."""
    planned = list(steps)
    if not any(_calls(each) for each in planned):
        return planned
    now = days.from_ms(now_ms)
    most, day = values.value("alerts.unusual_red_flags", at=now), days.care_day(now, home.zone)
    earlier = [
        row.fields for row in store.of_days(c, home.id, day.toordinal() - 1, day.toordinal(), {"alert"})
        if row.fields.get("rule") == RED_FLAG and now_ms - (time_ms(row.fields["opened_at"]) or 0) < WITHIN_MS
    ]  # fmt: skip
    came_from = _devices(c, home, [*earlier, *(each.step.fields for each in planned if _calls(each))])
    count = Counter(filter(None, (came_from.get(_entry(fields)) for fields in earlier)))
    found, flooding = [], set()
    for each in planned:
        tablet = came_from.get(_entry(each.step.fields)) if _calls(each) else None
        if tablet is not None:
            count[tablet] += 1
            if count[tablet] > most:
                flooding.add(tablet)
                each = replace(each, step=replace(each.step, pages=False))
        found.append(each)
    return found + [one for tablet in sorted(flooding) if (one := _about(c, home, tablet, count[tablet], day.isoformat(), now_ms))]


def _calls(planned: Planned) -> bool:
    return planned.step.rule == RED_FLAG and planned.step.kind in (rules.OPEN, rules.REOPEN) and planned.step.pages


def _entry(fields) -> str | None:
    return (fields.get("facts") or {}).get("entry")


def _devices(c: Connection, home: Home, alerts: list) -> dict[str, str]:
    """The tablet that wrote each entry that these alerts are about."""
    ids = {uuid.UUID(entry) for fields in alerts if (entry := _entry(fields))}
    return {str(id_): row.body["device"] for id_, row in store.records_by_id(c, home.id, ids).items() if row.body.get("device")}


def _about(c: Connection, home: Home, tablet: str, flags: int, care_day: str, now_ms: int) -> Planned | None:
    """The one alert about the tablet and day; None where it stands already."""
    alert, id_ = rules.alert_id(home.uuid, UNUSUAL, tablet, care_day), uuid.UUID(tablet)
    if store.record(c, home.id, alert) is not None:
        return None
    name = c.execute(select(device.c.name).where(device.c.home_id == home.id, device.c.id == id_)).scalar() or "?"
    at = days.write_time(now_ms)
    fields = {
        "rule": UNUSUAL, "subject": tablet, "severity": ACTIVITY_RULES[UNUSUAL].severity, "status": OPENED, "opened_at": at, "happened_at": at,
        "care_day": care_day, "opening": 1, "facts": {"tablet": name, "flags": flags}, "reason": "measured", "threshold_version": "default",
    }  # fmt: skip
    return Planned(alert, id_, None, rules.Step(rules.OPEN, UNUSUAL, fields, pages=True), None)
