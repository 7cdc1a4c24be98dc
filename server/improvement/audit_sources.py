"""What an audit may be drawn from: for each source of the article, every record of the week, with the signs that look like gaming.

Read once, when a sample is drawn. The cost is that of one week of the home's records.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from server.improvement import gather
from server.people.store import Home
from server.records import plans, store
from sync import audits, days
from sync.audits import gaming
from sync.audits.drawing import Candidate
from sync.facts import PlanVersion
from sync.fields import time_ms
from sync.kinds.alert import WITHDRAWN
from sync.measures.timely_escalation import BREACHES
from sync.rules import hydration
from sync.rules.in_force import plan_versions
from sync.rules.triggers import THEMES

#: A person's care day, which is no record of its own: everything that was recorded about them on it.
PERSON_DAY = "person_day"
#: Entries that say themselves that they were not made at the bedside.
_NOT_LIVE = ("paper", "practice")
#: What professionals' advice asks of the care plan.
_CHANGES = ("needed", "done")
ONE_DAY = timedelta(days=1)


@dataclass
class Week:
    """The home's records of some care days, each kind read once."""

    c: Connection
    home: Home
    first: date
    last: date

    @cached_property
    def people(self) -> list[uuid.UUID]:
        """Who lived here at the end of it."""
        return gather.living_on(gather.people_of(self.c, self.home.id), None, self.last.toordinal())

    @cached_property
    def plans(self) -> dict[uuid.UUID, store.RecordRow]:
        """The plan of each of these people."""
        return {row.subject: row for row in self._planned if not row.struck}

    @cached_property
    def _planned(self) -> list[store.RecordRow]:
        return store.about(self.c, self.home.id, plans.KIND, self.people)

    @cached_property
    def in_force(self) -> dict[uuid.UUID, tuple[PlanVersion, ...]]:
        """The plan of each of these people as it was in force over time."""
        told: dict[uuid.UUID, list[dict[str, Any]]] = {}
        for row in self._planned:
            told.setdefault(row.subject, []).append(row.body)
        return {person: plan_versions(bodies, self.home.two_people) for person, bodies in told.items()}

    @cached_property
    def days(self) -> list[date]:
        return [self.first + n * ONE_DAY for n in range((self.last - self.first).days + 1)]

    def of(self, *kinds: str) -> list[store.RecordRow]:
        """The standing records of these kinds of the week."""
        rows = store.of_days(self.c, self.home.id, self.first.toordinal(), self.last.toordinal(), kinds)
        return [row for row in rows if not row.struck]

    def drinks(self) -> Iterable[gaming.Saved]:
        """Every drink, as the signs of gaming read it. What was typed from paper says so itself."""
        span = (self.first.toordinal(), self.last.toordinal())
        for row in store.about(self.c, self.home.id, "hydration_check", self.people, days=span):
            recorded = time_ms(row.body["recorded_at"])
            if row.struck or recorded is None or row.day is None or row.fields.get("source") in _NOT_LIVE:
                continue
            drunk = row.fields.get("drunk_ml")
            yield gaming.Saved(
                str(row.subject), date.fromordinal(row.day), row.body.get("author"), days.from_ms(row.occurred_ms), days.from_ms(recorded),
                drunk if isinstance(drunk, int) else None,
            )  # fmt: skip

    def monitored(self, person: uuid.UUID, day: date) -> bool:
        """Whether the person was on monitoring in the middle of a care day, by the plan in force now."""
        noon = days.care_day_bounds(day, self.home.zone)[0] + timedelta(hours=5)
        return hydration.monitored(self.in_force[person][-1].values, noon, self.home.zone)

    def stopped(self, person: uuid.UUID) -> bool:
        """Whether the monitoring ended in this week."""
        versions = self.in_force[person]
        ends = hydration.monitored_span(versions[-1].values, self.home.zone)
        if ends is not None and ends[1] is not None and self._within(days.to_ms(ends[1])):
            return True
        watched = [hydration.says_yes(each.values.get("monitoring")) for each in versions]
        return any(
            before and not now and self._within(days.to_ms(version.since))
            for before, now, version in zip(watched, watched[1:], versions[1:], strict=False)
        )

    def _within(self, ms: int | None) -> bool:
        return ms is not None and self.first <= days.care_day(days.from_ms(ms), self.home.zone) <= self.last


# ---- hydration ----


def _charts(week: Week) -> list[Candidate]:
    """The days of people on monitoring."""
    signs = gaming.signs(week.drinks())
    return [
        Candidate(PERSON_DAY, str(person), day.isoformat(), str(person), signs.get((str(person), day), ()))
        for person in week.plans
        for day in week.days
        if week.monitored(person, day)
    ]


def _care_plans(week: Week) -> list[Candidate]:
    """The plans of people on monitoring, and of those who were taken off it in this week."""
    found = []
    for person, plan in week.plans.items():
        stopped = week.stopped(person)
        if stopped or any(week.monitored(person, day) for day in week.days):
            signs = (gaming.NO_LONGER_MONITORED,) if stopped else ()
            found.append(Candidate(plans.KIND, str(plan.id), None, str(person), signs))
    return found


def _escalations(week: Week) -> list[Candidate]:
    """Low intake and red flags: whatever should have been decided about."""
    return [
        _record(row) for row in week.of("alert") if row.fields.get("rule") in BREACHES and row.fields.get("status") != WITHDRAWN
    ]  # fmt: skip


# ---- appointments ----


def _visits(week: Week) -> list[Candidate]:
    return [_record(row) for row in week.of("appointment")]


def _daily_notes(week: Week) -> list[Candidate]:
    """The days on which people had an appointment: what their note says of it."""
    return [
        Candidate(PERSON_DAY, str(row.subject), date.fromordinal(row.day).isoformat(), str(row.subject))
        for row in week.of("appointment")
        if row.subject is not None and row.day is not None
    ]


def _plan_updates(week: Week) -> list[Candidate]:
    """Outcomes whose advice asks for another care plan."""
    return [_record(row) for row in week.of("appointment_outcome") if row.fields.get("care_plan_change") in _CHANGES]


# ---- deployment ----


def _rotas(week: Week) -> list[Candidate]:
    """The shifts that Tidemark drew."""
    return [_record(row) for row in week.of("shift_sample")]


def _dependency(week: Week) -> list[Candidate]:
    """Everybody who lives here: who was never scored is a miss, not an absence from the list."""
    return [Candidate("resident", str(person), None, str(person)) for person in week.people]


def _daily_logs(week: Week) -> list[Candidate]:
    return [_record(row) for row in week.of("deployment_observation", "log_entry")]


def _incidents(week: Week) -> list[Candidate]:
    return [_record(row) for row in week.of("incident")]


# ---- what people say ----


def _feedback(stream: str, *more: str) -> Callable[[Week], list[Candidate]]:
    def find(week: Week) -> list[Candidate]:
        said = [row for row in week.of("feedback", *more) if row.kind != "feedback" or row.fields.get("theme") in THEMES[stream]]
        return [_record(row) for row in said]

    return find


def _record(row: store.RecordRow) -> Candidate:
    return Candidate(row.kind, str(row.id), None, str(row.subject) if row.subject else None)


#: Every record that a source of a template holds.
SOURCES: dict[tuple[str, str], Callable[[Week], list[Candidate]]] = {
    (audits.HYDRATION, audits.CHARTS): _charts,
    (audits.HYDRATION, audits.CARE_PLANS): _care_plans,
    (audits.HYDRATION, audits.ESCALATIONS): _escalations,
    (audits.HYDRATION, audits.FEEDBACK): _feedback(audits.HYDRATION),
    (audits.APPOINTMENTS, audits.VISITS): _visits,
    (audits.APPOINTMENTS, audits.DAILY_NOTES): _daily_notes,
    (audits.APPOINTMENTS, audits.PLAN_UPDATES): _plan_updates,
    # A relative who rings to ask is heard here too.
    (audits.APPOINTMENTS, audits.FEEDBACK): _feedback(audits.APPOINTMENTS, "contact"),
    (audits.DEPLOYMENT, audits.ROTAS): _rotas,
    (audits.DEPLOYMENT, audits.DEPENDENCY): _dependency,
    (audits.DEPLOYMENT, audits.DAILY_LOGS): _daily_logs,
    (audits.DEPLOYMENT, audits.INCIDENTS): _incidents,
    (audits.DEPLOYMENT, audits.FEEDBACK): _feedback(audits.DEPLOYMENT),
}
