"""The plan of each person as pages show it: all its live records as one, with every value where they differ."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from server.records.store import RecordRow
from sync.facts import NIL, as_one


class Plan(NamedTuple):
    """`said` holds, for each safety field that is in doubt, what the records or the versions of one say."""

    fields: dict[str, Any]
    said: dict[str, list[Any]]


def by_person(rows: Iterable[RecordRow]) -> dict[uuid.UUID | None, Plan]:
    """Of records of `hydration_plan`, oldest first; struck-out ones do not count."""
    found: dict[uuid.UUID | None, list[RecordRow]] = defaultdict(list)
    for row in rows:
        if not row.struck:
            found[row.subject].append(row)
    return {person: _plan(each) for person, each in found.items()}


def _plan(rows: list[RecordRow]) -> Plan:
    fields, differ = as_one([row.fields for row in rows])
    said: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        for name in differ:
            if name in row.fields or (name in NIL and NIL[0] in row.fields):
                said[name].append(row.fields.get(name))
        for name, values in row.body["conflicts"].items():
            said[name] += [each["value"] for each in values if each["value"] not in said[name]]
    return Plan(fields, said)
