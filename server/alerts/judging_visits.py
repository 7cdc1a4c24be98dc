"""What is known of people's appointments, follow-ups, decisions and dependency, for the rules about matters."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection

from server.alerts import schedule
from server.alerts.cases import Case, Moment, by_subject, rules_of, told
from server.people.store import Home
from server.records import store
from sync.facts import absence_of
from sync.matters import Matter
from sync.rules import catalogue, confirming, decisions, inhibitions, staffing, visits
from sync.rules.decisions import Breached, Decisions
from sync.rules.inhibitions import Inhibitions
from sync.rules.visits import Visits
from sync.standing import existing_of

PERSON, FOLLOW_UP = "person", "follow_up"
KINDS = frozenset({"appointment", "appointment_outcome", "follow_up", "contact", "escalation", "dependency_score", "absence", "hydration_plan", "alert"})
RULES = rules_of("appointments.") | {catalogue.NO_DECISION, catalogue.ADVICE_LATE, catalogue.COMPLETE_BUT_LOW, catalogue.DEPENDENCY_OLD, catalogue.NOT_REVIEWED, catalogue.PLAN_NOT_CONFIRMED}
#: The rules about drinking whose alerts bear on a person's matters.
FOLLOWED = decisions.ASK_FOR_ONE
# An appointment asks for things for months; who asked and what was decided is looked back on for weeks.
APPOINTMENTS_BACK, BACK, AHEAD = 200, 42, 400
# From a follow-up to its outcome, to its appointment, to the person.
HOPS = 4


def touched(c: Connection, home: Home, rows: Sequence[store.LedgerRow]) -> set[schedule.Subject]:
    """The people, and the follow-ups about nobody, that these rows bear on."""
    mine = {row.record for row in rows if row.kind in KINDS and (row.kind != "alert" or row.author != home.tidemark)}
    found = {(PERSON, str(row.record)) for row in rows if row.kind == "resident"}
    if any(row.kind == "threshold" for row in rows):
        found |= {(PERSON, str(row.id)) for row in store.records(c, home.id, "resident") if not row.struck}
    records = store.records_by_id(c, home.id, mine)
    for id_, people in _whose(c, home, records).items():
        if people:
            found |= {(PERSON, str(person)) for person in people}
        elif records[id_].kind == FOLLOW_UP:
            found.add((FOLLOW_UP, str(id_)))
    return found


def _whose(c: Connection, home: Home, records: dict[uuid.UUID, store.RecordRow]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """The residents whom each record is about or ever was, up the chain of what it hangs on."""
    found: dict[uuid.UUID, set[uuid.UUID]] = {id_: set() for id_ in records}
    here = {id_: _named(row) for id_, row in records.items()}
    for _ in range(HOPS):
        known = store.records_by_id(c, home.id, {each for named in here.values() for each in named})
        following: dict[uuid.UUID, set[uuid.UUID]] = {}
        for id_, named in here.items():
            for each in named:
                if (row := known.get(each)) is None:
                    continue
                if row.kind == "resident":
                    found[id_].add(each)
                else:
                    following.setdefault(id_, set()).update(_named(row))
        here = following
        if not here:
            break
    return found


def _named(row: store.RecordRow) -> set[uuid.UUID]:
    said = {row.fields.get(name) for name in ("resident", "appointment", "about", "subject")}
    for each in row.body.get("history") or ():
        said |= {each["fields"].get(name) for name in ("resident", "appointment", "about")}
    return {id_ for value in said if isinstance(value, str) and (id_ := _id(value)) is not None}


def _id(value: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(value)
    except ValueError:
        return None


# ---- judging ----


def people(moment: Moment, keys: list[str]) -> Iterator[Case]:
    """The cases of these residents; of somebody who has left only what is over."""
    c, home, today = moment.c, moment.home, moment.today
    wanted = [uuid.UUID(key) for key in keys]
    known = store.records_by_id(c, home.id, wanted)

    def about(kind: str, back: int = BACK, ahead: int = 1):
        return by_subject(store.about(c, home.id, kind, wanted, days=(today - back, today + ahead)))

    booked = about("appointment", APPOINTMENTS_BACK, AHEAD)
    contacts, escalations, breaches = about("contact"), about("escalation"), about("alert")
    absences, scores = by_subject(store.about(c, home.id, "absence", wanted)), by_subject(store.about(c, home.id, "dependency_score", wanted))
    plans = by_subject(store.about(c, home.id, "hydration_plan", wanted))
    outcomes = by_subject(store.about(c, home.id, "appointment_outcome", _ids(booked)))
    todo = by_subject(store.about(c, home.id, "follow_up", {*wanted, *_ids(booked), *_ids(outcomes), *_ids(contacts), *_ids(escalations), *_ids(breaches)}))
    for person in wanted:
        row = known.get(person)
        here = row is not None and not row.struck and not _left(row, moment)
        unit = row.fields.get("unit") if row else None
        mine, came = booked.get(person, ()), []
        for each in mine:
            came += outcomes.get(each.id, ())
        hung_on = {person, *(each.id for rows in (mine, came, *(of.get(person, ()) for of in (contacts, escalations, breaches))) for each in rows)}
        follow_ups = [each for id_ in sorted(hung_on) for each in todo.get(id_, ())]
        known_visits = Visits(str(person), unit, home.zone, told(mine), told(came), told(follow_ups), told(contacts.get(person, ())))
        low = tuple(
            Breached(str(each.id), existing_of(each.body)) for each in breaches.get(person, ()) if not each.struck and each.fields["rule"] in FOLLOWED
        )
        decided = Decisions(str(person), unit, home.zone, low, told(escalations.get(person, ())))
        away = [each for one in absences.get(person, ()) if (each := absence_of(one.body)) is not None]
        scored = told(scores.get(person, ()))
        held_back = Inhibitions(str(person), unit, home.zone, told(absences.get(person, ())), told(plans.get(person, ())))
        planned = [each.body for each in plans.get(person, ())]

        def named(visits_: Visits, decided_: Decisions, scored_, held_: Inhibitions, planned_, at: datetime, person=person, away=away, unit=unit) -> Iterator[Matter]:
            yield from visits.matters(visits_, moment.values, at)
            yield from decisions.matters(decided_, moment.values, at)
            yield from inhibitions.matters(held_, moment.values, at)
            yield from confirming.matters(str(person), unit, planned_, home.two_people, moment.values)
            yield from staffing.old_score(str(person), scored_, away, moment.values, unit, at)

        def by_then(at: datetime, known_visits=known_visits, decided=decided, scored=scored, held_back=held_back, planned=planned, named=named) -> Iterable[Matter]:
            scored_then = tuple(each for each in scored if each.recorded <= at)
            return named(known_visits.known_by(at), decided.known_by(at), scored_then, held_back.known_by(at), confirming.known_by(planned, at), at)

        yield Case(
            (PERSON, str(person)), person, tuple(named(known_visits, decided, scored, held_back, planned, moment.now)) if here else (),
            moment.scope(str(person), unit), RULES, by_then,
        )  # fmt: skip


def _ids(of: dict) -> list[uuid.UUID]:
    return [row.id for rows in of.values() for row in rows]


def _left(row: store.RecordRow, moment: Moment) -> bool:
    left = row.fields.get("left_on")
    return isinstance(left, str) and left[:10] <= moment.now.date().isoformat()


def follow_ups(moment: Moment, keys: list[str]) -> Iterator[Case]:
    """The cases of follow-ups that are about nobody in particular: each stands for itself."""
    for id_, row in store.records_by_id(moment.c, moment.home.id, map(uuid.UUID, keys)).items():
        alone = Visits(str(id_), None, moment.home.zone, follow_ups=told([row]))

        def by_then(at: datetime, alone=alone) -> Iterable[Matter]:
            return visits.matters(alone.known_by(at), moment.values, at)

        found = tuple(visits.matters(alone, moment.values, moment.now))
        yield Case((FOLLOW_UP, str(id_)), id_, found, moment.scope(), RULES, by_then)
