"""Each person's hydration plan as it is in force, and what of it waits for a second person: the one way in for whoever reads a plan.

Plans that are struck out are read too: striking one out loosens what it guarded, so it may still hold (`sync/rules/in_force.py`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection

from server import fast
from server.people.store import Home
from server.records import store
from server.records.tables import record
from sync.facts import PlanVersion
from sync.rules.in_force import in_force

KIND = "hydration_plan"


def of_rows(home: Home, rows: Iterable[store.RecordRow]) -> dict[uuid.UUID, PlanVersion]:
    """The plan in force of each person whose plans these are; nobody without one."""
    return _by_person(home, ((row.subject, row.body) for row in rows))


def of_people(c: Connection, home: Home, people: Iterable[uuid.UUID]) -> dict[uuid.UUID, PlanVersion]:
    """The plan in force of each of these people; nobody without one."""
    bodies = fast.select_in(c, ("subject", "body"), record, "subject", home.id, set(people), f" AND kind = '{KIND}' ORDER BY occurred_ms, id")
    return _by_person(home, ((subject, orjson.loads(body)) for subject, body in bodies))


def of_home(c: Connection, home: Home) -> dict[uuid.UUID, PlanVersion]:
    """The plan in force of everybody in the home who has one."""
    return of_rows(home, store.records(c, home.id, KIND))


def _by_person(home: Home, bodies: Iterable[tuple[uuid.UUID | None, Mapping[str, Any]]]) -> dict[uuid.UUID, PlanVersion]:
    mine: dict[uuid.UUID, list[Mapping[str, Any]]] = {}
    for person, body in bodies:
        if person is not None:
            mine.setdefault(person, []).append(body)
    found = {person: in_force(each, home.two_people) for person, each in mine.items()}
    return {person: version for person, version in found.items() if version is not None}
