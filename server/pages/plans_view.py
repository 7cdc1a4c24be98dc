"""The plan of each person as pages show it: all its live records as one, with every value where they differ."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from server.people.store import Home
from server.records import plans
from server.records.store import RecordRow
from sync.facts import NIL, PlanVersion, Waiting
from sync.rules.in_force import as_one


class Plan(NamedTuple):
    """`fields` are those in force. `said` holds, for each safety field that is in doubt, what the records or the versions of one
    say; `waiting` is what a second person has not confirmed yet."""

    fields: Mapping[str, Any]
    said: dict[str, list[Any]]
    waiting: tuple[Waiting, ...] = ()


def by_person(home: Home, rows: Iterable[RecordRow]) -> dict[uuid.UUID | None, Plan]:
    """Of records of `hydration_plan`, oldest first; struck-out ones count only while striking them out waits for a second person."""
    rows, standing = list(rows), defaultdict(list)
    for row in rows:
        if not row.struck:
            standing[row.subject].append(row)
    found = plans.of_rows(home, rows)
    return {person: _plan(standing[person], version) for person, version in found.items() if standing[person] or version.waiting}


def _plan(rows: list[RecordRow], version: PlanVersion) -> Plan:
    _, differ = as_one([row.fields for row in rows])
    said: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        for name in differ:
            if name in row.fields or (name in NIL and NIL[0] in row.fields):
                said[name].append(row.fields.get(name))
        for name, values in row.body["conflicts"].items():
            said[name] += [each["value"] for each in values if each["value"] not in said[name]]
    return Plan(version.values, said, version.waiting)
