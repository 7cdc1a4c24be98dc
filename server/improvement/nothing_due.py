"""What the records show of a measure with nothing due (`sync/rules/nothing_due.py`): its figures, and whatever would have shown a case:
people on monitoring, rules put off, the daily check of appointments."""

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
from sync.measures import ESCALATION, FOLLOW_UP, MEASURES, MONITORING
from sync.measures.timely_escalation import BREACHES
from sync.rules import hydration
from sync.rules.duties import APPOINTMENT_CHECK
from sync.rules.nothing_due import Stretch
from sync.rules.triggers import Number
from sync.thresholds import OFF, RULE_PREFIX, Values
from sync.told import Told, told_of

#: Days by which the last figure may lie back, beside those in which it settles: yesterday's is told some hours after its end.
NOT_YET = 2
#: The measures whose figures are read: an escalation is of people whose drinks are recorded.
_READ = {MONITORING: (MONITORING,), ESCALATION: (ESCALATION, MONITORING), FOLLOW_UP: (FOLLOW_UP,)}
_RULES = frozenset(f"{RULE_PREFIX}{name}" for name in BREACHES)


def stretch(c: Connection, home: Home, measure: str, since: date, today: date, number: Number) -> Stretch:
    """The last care days with figures, as many as the home asks for and none before `since`."""
    read = _READ[measure]
    newest = [series[-1].on for name in read if (series := plan_store.series(c, home.id, name, limit=1))]
    lag = timedelta(days=NOT_YET, hours=max(MEASURES[name].settles_hours for name in read))
    if len(newest) < len(read) or today - min(newest) > lag:
        return Stretch(0, measure=measure)
    last = min(newest)
    first = max(since, last - timedelta(days=number("plan.nothing_due_days") - 1))
    of = {name: {day.on: day for day, _ in plan_store.between(c, home.id, name, first, last)} for name in read}
    told = sorted(set.intersection(*(set(each) for each in of.values())))
    cases = plan_store.total(of[measure][on] for on in told)
    own = {"measure": measure, "due": cases.denominator, "met": cases.numerator, "days_due": sum(bool(of[measure][on].denominator) for on in told)}
    if measure == FOLLOW_UP:
        return Stretch(len(told), looked=_looked(c, home, told), **own)
    watch = _Watch(c, home)
    own |= dict(zip(("began", "left", "ended"), watch.since(since, last), strict=True))
    if measure == MONITORING:
        return Stretch(len(told), **own)
    checks = plan_store.total(of[MONITORING][on] for on in told)
    monitored, gone = watch.day_by_day(told)
    return Stretch(
        len(told), checks=checks.denominator, on_time=checks.numerator, monitored=monitored, gone=gone, put_off=_put_off(c, home, told), **own
    )  # fmt: skip


def _looked(c: Connection, home: Home, told: Sequence[date]) -> int:
    """On how many of these days somebody did the daily check of appointments."""
    if not told:
        return 0
    rows = store.records(c, home.id, "duty", days=(told[0].toordinal(), told[-1].toordinal()), of_nobody=True)
    done = {row.day for row in rows if not row.struck and row.fields.get("what") == APPOINTMENT_CHECK and row.fields.get("done_at")}
    return sum(on.toordinal() in done for on in told)


class _Watch:
    """Who lived here and was on monitoring, on any day."""

    def __init__(self, c: Connection, home: Home):
        self._zone, self._people = home.zone, gather.people_of(c, home.id)
        self._plans: dict[uuid.UUID, list[Told]] = {}
        for row in store.about(c, home.id, "hydration_plan", self._people):
            if row.subject is not None and not row.struck:
                self._plans.setdefault(row.subject, []).append(told_of(row.body))

    def day_by_day(self, told: Sequence[date]) -> tuple[list[int], list[int]]:
        """How many who lived here were on monitoring, and how many of the first day no longer lived here."""
        living = [self._living(on) for on in told]
        return [len(self._monitored(here, on)) for here, on in zip(living, told, strict=True)], [len(living[0] - here) for here in living]

    def since(self, first: date, last: date) -> tuple[int, int, int]:
        """How many were on monitoring on the first day; of them, how many live here no longer on the last, and how many do and are not."""
        began, here = self._monitored(self._living(first), first), self._living(last)
        return len(began), len(began - here), len((began & here) - self._monitored(began & here, last))

    def _living(self, on: date) -> set[uuid.UUID]:
        return set(gather.living_on(self._people, None, on.toordinal()))

    def _monitored(self, people: Iterable[uuid.UUID], on: date) -> set[uuid.UUID]:
        at = days.local(on, time(12), self._zone)
        return {one for one in people if _monitored(self._plans.get(one, ()), at, self._zone)}


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
