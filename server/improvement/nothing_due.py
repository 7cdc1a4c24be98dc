"""What the records show of an escalation measure with nothing due (`sync/rules/nothing_due.py`): figures, people on monitoring, rules put off."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from server.improvement import gather
from server.improvement import store as plan_store
from server.people.store import Home
from server.records import store
from sync import days
from sync.measures import ESCALATION, MONITORING
from sync.measures.timely_escalation import BREACHES
from sync.rules import hydration
from sync.rules.nothing_due import Stretch
from sync.rules.triggers import Number
from sync.thresholds import OFF, RULE_PREFIX, Values
from sync.told import Told, told_of

#: Days by which the last figure may lie back: yesterday's is told some hours after its end.
NOT_YET = 2
_RULES = frozenset(f"{RULE_PREFIX}{name}" for name in BREACHES)


def stretch(c: Connection, home: Home, since: date, today: date, number: Number) -> Stretch:
    """The last care days with figures, as many as the home asks for and none before `since`."""
    newest = [series[-1].on for name in (ESCALATION, MONITORING) if (series := plan_store.series(c, home.id, name, limit=1))]
    if len(newest) < 2 or (today - min(newest)).days > NOT_YET:
        return Stretch(0)
    last = min(newest)
    first = max(since, last - timedelta(days=number("plan.nothing_due_days") - 1))
    of = {name: {day.on: day for day, _ in plan_store.between(c, home.id, name, first, last)} for name in (ESCALATION, MONITORING)}
    told = sorted(of[ESCALATION].keys() & of[MONITORING].keys())
    breaches, checks = (plan_store.total(of[name][on] for on in told) for name in (ESCALATION, MONITORING))
    monitored, gone = _people(c, home, told)
    return Stretch(
        days=len(told), due=breaches.denominator, met=breaches.numerator, days_due=sum(bool(of[ESCALATION][on].denominator) for on in told),
        checks=checks.denominator, on_time=checks.numerator, monitored=monitored, gone=gone, put_off=_put_off(c, home, told),
    )  # fmt: skip


def _people(c: Connection, home: Home, told: Sequence[date]) -> tuple[list[int], list[int]]:
    """Day by day: how many who lived here were on monitoring, and how many of the first day no longer lived here."""
    people = gather.people_of(c, home.id)
    plans: dict[uuid.UUID, list[Told]] = {}
    for row in store.about(c, home.id, "hydration_plan", people):
        if row.subject is not None and not row.struck:
            plans.setdefault(row.subject, []).append(told_of(row.body))
    living = [set(gather.living_on(people, None, on.toordinal())) for on in told]
    noon = [days.local(on, time(12), home.zone) for on in told]
    monitored = [sum(_monitored(plans.get(one, ()), at, home.zone) for one in here) for here, at in zip(living, noon, strict=True)]
    return monitored, [len(living[0] - here) for here in living]


def _monitored(plans: Iterable[Told], at: datetime, zone: str) -> bool:
    """Whether a plan said so then: as it was known, or as it was first written where that came later. An end that was written down
    afterwards counts from the day that it names."""
    for each in plans:
        known = each.known_by(at)
        span = hydration.monitored_span(each.fields, zone)
        ended = span is not None and span[1] is not None and span[1] <= at
        if not ended and hydration.monitored(known.fields if known else each.rows[0].fields, at, zone):
            return True
    return False


def _put_off(c: Connection, home: Home, told: Iterable[date]) -> bool:
    """Whether anybody put off a rule that finds a breach on any of these days, for the home or a part of it."""
    rows = [row for row in store.records(c, home.id, "threshold")]
    about = {(row.fields["name"], row.fields.get("unit_or_person") or None) for row in rows if row.fields.get("name") in _RULES}
    values = Values((row.body for row in rows), home.zone)
    return any(
        values.switch(name.removeprefix(RULE_PREFIX), scope, scope, at=days.local(on, time(12), home.zone))[0] == OFF for name, scope in about for on in told
    )
