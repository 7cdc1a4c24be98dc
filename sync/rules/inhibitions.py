"""What holds alerts about somebody back, and until when: every one has an end, or a day on which it is looked at again
(care.md, Alerts 1). Once that has passed, it holds nothing back in silence any more: it is a matter for whoever runs the shift.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sync.days import LONDON
from sync.matters import Matter
from sync.rules import catalogue as rules
from sync.thresholds import Values, read_day_or_time
from sync.told import Told, counting, known_by

NIL, END_OF_LIFE = "nil_by_mouth", "end_of_life"
# Saying one of these is looking at it again; changing a plan's preferences is not.
_LOOKED = {
    NIL: frozenset({"nil_by_mouth_from", "nil_by_mouth_until", "review_on", "checked_by"}),
    END_OF_LIFE: frozenset({"end_of_life_from", "review_on", "checked_by"}),
}


@dataclass(frozen=True)
class Inhibitions:
    """A person's absences and plans, with what was said of them when."""

    person: str
    unit: str | None = None
    zone: str = LONDON
    absences: tuple[Told, ...] = ()
    plans: tuple[Told, ...] = ()

    def known_by(self, at: datetime) -> Inhibitions:
        """The same as anybody could know it by an instant."""
        return replace(self, absences=known_by(self.absences, at), plans=known_by(self.plans, at))


def matters(known: Inhibitions, values: Values, now: datetime) -> Iterator[Matter]:
    """Every inhibition without an end, from when it should have been looked at again."""

    def within(name: str, unit: str) -> timedelta:
        return timedelta(**{unit: values.value(f"alerts.review_{name}", known.person, known.unit, at=now)})

    def found(each: Told, why: str, looked: datetime, due: datetime, number: str) -> Matter:
        facts = {"hours": round((due - looked).total_seconds() / 3600)}
        return Matter(rules.NOT_REVIEWED, known.person, due, f"{each.id}/{why}", facts, (f"alerts.review_{number}",))

    for each in counting(known.absences):
        if each.fields.get("to") is None and (since := each.time("from")) is not None:
            looked = max(since, each.rows[-1].recorded)
            yield found(each, "away", looked, looked + within("absence_hours", "hours"), "absence_hours")
    for each in counting(known.plans):
        if (since := each.time("nil_by_mouth_from")) is not None and each.time("nil_by_mouth_until") is None:
            looked = max(since, _looked(each, NIL))
            yield found(each, NIL, looked, looked + within("nil_hours", "hours"), "nil_hours")
        if (since := each.time("end_of_life_from")) is not None:
            looked, planned = max(since, _looked(each, END_OF_LIFE)), _review(each.fields.get("review_on"), known.zone)
            due = planned if planned is not None and planned > looked else looked + within("end_of_life_days", "days")
            yield found(each, END_OF_LIFE, looked, due, "end_of_life_days")


def _looked(plan: Told, why: str) -> datetime:
    """When somebody last said anything of this inhibition."""
    return max((row.recorded for row in plan.rows if not _LOOKED[why].isdisjoint(row.fields)), default=plan.recorded)


def _review(value: Any, zone: str) -> datetime | None:
    """When a day of review has passed: at its end, or at the time that it names."""
    try:
        value = (date.fromisoformat(value) + timedelta(days=1)).isoformat()
    except (TypeError, ValueError):
        pass
    return read_day_or_time(value, zone)
