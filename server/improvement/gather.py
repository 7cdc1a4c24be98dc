"""Each measure's figures of some care days, from the home's records of those days. A handful of questions, however many people."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from server.alerts import judging
from server.people.store import Home
from server.records import store
from sync import days, measures
from sync.fields import time_ms
from sync.measures import appointment_follow_up, complete_monitoring, compliant_deployment, timely_escalation
from sync.measures.compliant_deployment import Score
from sync.measures.figure import Figure, together
from sync.rules.appointments import Limits
from sync.rules.scene import Scene
from sync.thresholds import Values

#: An allocation is compared with the shift before, which may stand on the day before.
SHIFT_BEFORE = 1
#: Days after a breach in which a decision about it is still looked for: by then it is long late, and still a decision.
DECIDED_DAYS = 28
#: A shift is planned ahead, and its form may be written after it: both are found by the shift that they name.
PLANNED_DAYS = 14
#: Days before a shift in which a dependency score that may count was written down.
SCORED_DAYS = 2 * compliant_deployment.MOST_DAYS


@dataclass(frozen=True)
class Found:
    """One day's figure, and when (ms) something falls due in it that no row announces."""

    figure: Figure
    look_ms: int | None = None


Days = Sequence[int]


def monitoring(c: Connection, home: Home, wanted: Days, now_ms: int) -> dict[int, Found]:
    """Complete monitoring of each of these days."""
    people = people_of(c, home.id)
    known = judging.Known(c, home, {(person, day) for person in people for day in wanted}, now_ms)
    now = days.from_ms(now_ms)
    return {
        day: Found(together(
            complete_monitoring.figure(Scene(known.facts(person, day), known.values, now)) for person in people if not known.gone(person, day)
        ))
        for day in wanted
    }  # fmt: skip


def escalation(c: Connection, home: Home, wanted: Days, now_ms: int) -> dict[int, Found]:
    """Timely escalation of each of these days' breaches."""
    people = people_of(c, home.id)
    known = judging.Known(c, home, {(person, day) for person in people for day in wanted}, now_ms)
    decided: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in store.records(c, home.id, "escalation", days=(min(wanted), max(wanted) + DECIDED_DAYS)):
        if not row.struck:
            decided[row.fields.get("alert")].append(row.body)
    now, found = days.from_ms(now_ms), {}
    for day in wanted:
        figures = []
        for person in people:
            for row in known.alerts_of(person, day):
                at = days.from_ms(time_ms(row.fields.get("happened_at") or "") or row.occurred_ms)
                monitored = Scene(known.facts(person, day), known.values, now).monitored(at)
                said = decided[str(row.id)]
                figures.append(timely_escalation.figure(row.body, said, monitored=monitored, values=known.values, at=at))
        found[day] = Found(together(figures))
    return found


def follow_up(c: Connection, home: Home, wanted: Days, now_ms: int) -> dict[int, Found]:
    """Follow-up evidence of each of these days' appointments."""
    rows = [row for row in store.of_days(c, home.id, min(wanted), max(wanted), ("appointment",)) if not row.struck]
    outcomes = _standing(store.about(c, home.id, "appointment_outcome", [row.id for row in rows]))
    told = [each.id for of in outcomes.values() for each in of]
    todo = _standing(store.about(c, home.id, "follow_up", [*(row.id for row in rows), *told]))
    values = Values((row.body for row in store.records(c, home.id, "threshold")), home.zone)
    figures: dict[int, list[Figure]] = defaultdict(list)
    looks: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        own = outcomes[row.id]
        follow_ups = [each.body for about in (row, *own) for each in todo[about.id]]
        limits = Limits.of(values, days.from_ms(row.occurred_ms))
        figures[row.day].append(appointment_follow_up.figure(row.body, [each.body for each in own], follow_ups, now_ms=now_ms, limits=limits))
        look = appointment_follow_up.next_look(follow_ups, now_ms=now_ms)
        looks[row.day] += [] if look is None else [look + 1]
    return {day: Found(together(figures[day]), min(looks[day], default=None)) for day in wanted}


def deployment(c: Connection, home: Home, wanted: Days, now_ms: int) -> dict[int, Found]:
    """Compliant deployment of each of these days' drawn shifts."""
    first, last = min(wanted), max(wanted)
    drawn: dict[int, list[store.RecordRow]] = defaultdict(list)
    for row in store.of_days(c, home.id, first, last + 1, ("shift_sample",)):
        drawn[_shift_day(row)].append(row)
    by_day: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for row in store.of_days(c, home.id, first - PLANNED_DAYS, last + PLANNED_DAYS, ("allocation", "deployment_observation")):
        if not row.struck:
            by_day[row.kind, _shift_day(row)].append(row.body)
    people = people_of(c, home.id)
    scored = _scores(c, home.id, first, last)
    values = Values((row.body for row in store.records(c, home.id, "threshold")), home.zone)
    found = {}
    for day in wanted:
        allocations = [each for on in range(day - SHIFT_BEFORE, day + 1) for each in by_day["allocation", on]]
        figures = []
        for row in drawn[day]:
            here = living_on(people, row.fields.get("unit"), day)
            starts = days.shift_bounds(str(row.fields.get("shift")), home.zone)[0]
            within = {person: values.value(compliant_deployment.HOLDS, str(person), people[person].fields.get("unit"), at=starts) for person in here}
            scores = [Score(_last_before(scored.get(person, ()), day), within[person]) for person in here]
            forms = by_day["deployment_observation", day]
            figures.append(compliant_deployment.figure(row.body, allocations, forms, scores, zone=home.zone))
        found[day] = Found(together(figures))
    return found


GATHER: dict[str, Callable[[Connection, Home, Days, int], dict[int, Found]]] = {
    measures.MONITORING: monitoring,
    measures.ESCALATION: escalation,
    measures.FOLLOW_UP: follow_up,
    measures.DEPLOYMENT: deployment,
}


# ---- what they share ----


def people_of(c: Connection, home_id: int) -> dict[uuid.UUID, store.RecordRow]:
    """Every resident's record by id, people who have left too."""
    return {row.id: row for row in store.records(c, home_id, "resident") if not row.struck}


def living_on(people: dict[uuid.UUID, store.RecordRow], unit: str | None, day: int) -> list[uuid.UUID]:
    """Who lives on the unit, and had come and not left by that day."""
    on = date.fromordinal(day).isoformat()
    return [
        id_
        for id_, row in people.items()
        if unit in (None, row.fields.get("unit")) and str(row.fields.get("left_on") or "9999")[:10] >= on and (row.day or 0) <= day
    ]


def _scores(c: Connection, home_id: int, first: int, last: int) -> dict[uuid.UUID, list[date]]:
    scored: dict[uuid.UUID, list[date]] = defaultdict(list)
    for row in store.records(c, home_id, "dependency_score", days=(first - SCORED_DAYS, last + SCORED_DAYS)):
        on = row.fields.get("scored_on")
        if not row.struck and row.subject is not None and isinstance(on, str):
            scored[row.subject].append(date.fromisoformat(on[:10]))
    return scored


def _last_before(scored: Iterable[date], day: int) -> date | None:
    return max((each for each in scored if each.toordinal() <= day), default=None)


def shift_day(fields: dict[str, Any]) -> int | None:
    """The ordinal of the day by which a record's shift is named; None where it names none."""
    try:
        return date.fromisoformat(str(fields.get("shift"))[:10]).toordinal()
    except ValueError:
        return None


def _shift_day(row: store.RecordRow) -> int:
    return shift_day(row.fields) or row.day or 0


def _standing(rows: list[store.RecordRow]) -> dict[uuid.UUID, list[store.RecordRow]]:
    found: dict[uuid.UUID, list[store.RecordRow]] = defaultdict(list)
    for row in rows:
        if not row.struck and row.subject is not None:
            found[row.subject].append(row)
    return found

