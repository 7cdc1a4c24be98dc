"""A change of a hydration plan that a second person has not confirmed in time (care.md, Duties): a matter for whoever runs the shift.

What tightened holds meanwhile, and what loosens is not in force: nothing becomes less safe while it waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sync.facts import Waiting
from sync.matters import Matter
from sync.rules import catalogue as rules
from sync.rules.in_force import TwoPeople, in_force
from sync.thresholds import Values, read_day_or_time

HOURS = "alerts.plan_confirm_hours"


def due(waits: Waiting, values: Values, person: str, unit: str | None) -> datetime:
    """When a second person has confirmed it, or somebody is told."""
    return waits.since + timedelta(hours=values.value(HOURS, person, unit, at=waits.since))


def matters(person: str, unit: str | None, plans: Iterable[Mapping[str, Any]], rule: TwoPeople, values: Values) -> Iterator[Matter]:
    """One for each submission about a person's plan that waits, those not overdue yet included. `plans` are records in their wire form."""
    version = in_force(plans, rule)
    told: dict[str, list[Waiting]] = {}
    for waits in version.waiting if version else ():
        told.setdefault(waits.submission, []).append(waits)
    for submission, waiting in sorted(told.items()):
        first = min(waiting, key=lambda waits: waits.since)
        facts = {"hours": round((due(first, values, person, unit) - first.since).total_seconds() / 3600)}
        yield Matter(rules.PLAN_NOT_CONFIRMED, person, due(first, values, person, unit), submission, facts, (HOURS,))


def known_by(plans: Iterable[Mapping[str, Any]], at: datetime) -> list[dict[str, Any]]:
    """The same plans as they were saved by an instant."""
    found = []
    for change in plans:
        told = change.get("history") or ()
        rows = [row for row in told if _saved(row, at)]
        if not told and _saved(change, at):
            found.append(dict(change))
        elif rows and rows[0] is told[0]:
            fields: dict[str, Any] = {}
            for row in rows:
                fields |= row["fields"]
            struck = fields.pop("struck_out", False) is True
            values = {name: value for name, value in fields.items() if value is not None}
            found.append({**change, "fields": values, "struck_out": struck, "history": rows})
    return found


def _saved(said: Mapping[str, Any], at: datetime) -> bool:
    recorded = read_day_or_time(said.get("recorded_at"))
    return recorded is not None and recorded <= at
