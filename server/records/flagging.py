"""Flags that other records decide, worked out whenever a record is shown: they vanish with their cause."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection

from server import fast, ids
from server.people.store import Home
from server.people.tables import access, staff
from server.records import doubles, plans
from server.records.tables import record
from sync import days, flags
from sync.facts import PlanVersion
from sync.rules.in_force import overlay

DRINK = "hydration_check"
# (kind, subject, occurred_ms, ends_day, body) as it stands in `record`.
Shown = tuple[str, uuid.UUID | None, int, int | None, str]


def with_flags(c: Connection, home: Home, rows: Sequence[Shown], *, first: bool, device: uuid.UUID, now_ms: int) -> list[dict[str, Any]]:
    """The changes in these rows, flags complete. People who left are not among them: `removed` names those. A tablet that
    holds nothing yet (`first`) is not given what hangs on them either, but for what it sent itself."""
    if not rows:
        return []
    bodies = [orjson.loads(row[4]) for row in rows]
    today = days.from_ms(now_ms).astimezone(days.zone_of(home.zone)).date().toordinal()
    people = _others(c, home, {row[1] for row in rows if row[1] is not None}, ("id", "ends_day", "body"))
    left = {id_: (ends, body) for id_, ends, body in people if ends is not None}
    vessels = {body["fields"].get("vessel") for row, body in zip(rows, bodies, strict=True) if row[0] == DRINK} - {None}
    holds = {str(id_): orjson.loads(text)["fields"].get("ml") for id_, text in _others(c, home, map(ids.read, vessels), ("id", "body"))}
    planned = plans.of_people(c, home, {row[1] for row in rows if row[0] in (DRINK, plans.KIND) and row[1] is not None})
    staff_ends = _staff_ends(c, home, bodies)
    drinks = [(row[1], row[2], body) for row, body in zip(rows, bodies, strict=True) if row[0] == DRINK and row[1] is not None]
    suspected = doubles.suspected_of(c, home.id, home.zone, drinks) if drinks else {}
    shown = []
    for (kind, subject, occurred_ms, ends_day, _), body in zip(rows, bodies, strict=True):
        if ends_day is not None and ends_day <= today:
            continue
        gone = left.get(subject) if subject else None
        if gone is not None and first and gone[0] <= today and body["device"] != str(device):
            continue
        more = []
        day = days.from_ms(occurred_ms).astimezone(days.zone_of(home.zone)).date().toordinal()
        author_ends = staff_ends.get(body["author"])
        if (gone is not None and day > gone[0]) or (author_ends is not None and occurred_ms > author_ends):
            more.append(flags.LEFT)
        if kind == DRINK:
            if body["record"] in suspected:
                more.append(flags.SUSPECTED_DOUBLE)
            drunk = body["fields"].get("drunk_ml")
            if isinstance(drunk, int):
                most, limit = holds.get(body["fields"].get("vessel")), _limit(planned.get(subject))
                if isinstance(most, int) and drunk > most:
                    more.append(flags.ABOVE_VESSEL)
                if limit is not None and drunk > limit:
                    more.append(flags.ABOVE_LIMIT)
        if kind == plans.KIND and subject in planned and (laid := overlay(planned[subject])) is not None:
            body["in_force"] = laid
        if more:
            body["flags"] = sorted({*body["flags"], *more})
        shown.append(body)
    return shown


def _others(c: Connection, home: Home, ids: Any, names: tuple[str, ...]) -> list[tuple]:
    return fast.select_in(c, names, record, "id", home.id, set(ids))


def _limit(plan: PlanVersion | None) -> int | None:
    """The limit in force, in ml."""
    limit = plan.values.get("limit_ml") if plan else None
    return limit if isinstance(limit, int) else None


def _staff_ends(c: Connection, home: Home, bodies: list[dict[str, Any]]) -> dict[str, int]:
    authors = {ids.read(body["author"]) for body in bodies if body["author"]}
    ends = {str(id_): ms for id_, ms in fast.select_in(c, ("id", "ends_ms"), staff, "id", home.id, authors) if ms is not None}
    for id_, ms in fast.select_in(c, ("staff", "revoked_ms"), access, "staff", home.id, authors):
        ends[str(id_)] = min(ms, ends.get(str(id_), ms))
    return ends

