"""What waits for somebody to decide, and the decision as a submission: suspected doubles, and versions that differ.

A decision is written through the one intake, on the record's heads as they were shown: where somebody has written since, it
is refused, and the person looks again.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from server.db import reading
from server.problems import Problem
from server.records import doubles, intake, store
from server.records.tables import hydration_day
from server.records.tables import record as folded
from sync import days
from sync.kinds import kind as kind_named
from sync.kinds.double_check import BOTH_REAL

#: Care days that the list looks back over: what is older is in the ledger and on the person's page.
DAYS = 14
# Two who both took an alert are shown on the alert itself, and the climb has stopped: nothing to decide here.
_ELSEWHERE = frozenset({"alert"})


@dataclass(frozen=True)
class Double:
    """Two entries of one person that may be one drink, the earlier first."""

    resident: uuid.UUID
    one: store.RecordRow
    other: store.RecordRow


def undecided_doubles(c: Connection, home_id: int, zone: str, now_ms: int) -> list[Double]:
    """The home's suspected doubles, newest first: only the days whose totals say that there is something to check are read."""
    since = days.care_day(days.from_ms(now_ms), zone).toordinal() - DAYS
    query = select(hydration_day.c.resident, hydration_day.c.day).where(
        hydration_day.c.home_id == home_id, hydration_day.c.day >= since, hydration_day.c.to_check > 0
    )
    found: list[Double] = []
    for resident, day in c.execute(query).all():
        rows = {str(row.id): row for row in store.records(c, home_id, doubles.DRINK, subject=resident, days=(day, day))}
        drinks = [one for row in rows.values() if (one := doubles.drink_of(row.body, row.occurred_ms)) is not None]
        for pair in doubles.Asked(c, home_id, zone).pairs(drinks, lambda ms, day=day: day):
            one, other = sorted((rows[id_] for id_ in pair), key=lambda row: (row.occurred_ms, row.id))
            found.append(Double(resident, one, other))
    return sorted(found, key=lambda each: (each.one.occurred_ms, each.one.id, each.other.id), reverse=True)


def double_of(c: Connection, home_id: int, zone: str, one: uuid.UUID, other: uuid.UUID) -> Double | None:
    """These two as a suspected double; None where they are none, or no longer."""
    rows = store.records_by_id(c, home_id, (one, other))
    if len(rows) != 2 or any(row.kind != doubles.DRINK or row.subject is None for row in rows.values()):
        return None
    shown = [(row.subject, row.occurred_ms, row.body) for row in rows.values()]
    if str(other) not in doubles.suspected_of(c, home_id, zone, shown).get(str(one), ()):
        return None
    first, second = sorted(rows.values(), key=lambda row: (row.occurred_ms, row.id))
    return Double(first.subject, first, second)


def conflicts(c: Connection, home_id: int, zone: str, now_ms: int) -> list[store.RecordRow]:
    """Records in which two people said different things and nobody has decided, newest first."""
    since = days.care_day(days.from_ms(now_ms), zone).toordinal() - DAYS
    query = select(folded.c.id).where(
        folded.c.home_id == home_id, folded.c.held_day >= since, folded.c.body.not_like('%"conflicts":{}%')
    )
    rows = store.records_by_id(c, home_id, c.execute(query).scalars().all()).values()
    differing = [row for row in rows if row.body["conflicts"] and row.kind not in _ELSEWHERE]
    return sorted(differing, key=lambda row: (row.seq, row.id), reverse=True)


def groups(row: store.RecordRow) -> list[list[str]]:
    """The fields in conflict, those together that only make sense together."""
    kind, left, found = kind_named(row.kind), sorted(row.body["conflicts"]), []
    while left:
        whole = next((group for group in (kind.groups if kind else ()) if left[0] in group), frozenset({left[0]}))
        found.append([name for name in left if name in whole])
        left = [name for name in left if name not in whole]
    return found


def versions(row: store.RecordRow, fields: list[str]) -> dict[str, dict[str, Any]]:
    """What each surviving submission says of these fields: submission id to values, newest first. One value for each."""
    found: dict[str, dict[str, Any]] = {}
    for name in fields:
        for said in row.body["conflicts"][name]:
            found.setdefault(said["submission"], {})[name] = said["value"]
    return found


# ---- deciding ----


def keep_both(home_id: int, double: Double, *, by: uuid.UUID, why: str, now_ms: int) -> None:
    """Both are real. Raises Problem: not_decided."""
    id_ = uuid.uuid4()
    fields = {"one": str(double.one.id), "other": str(double.other.id), "decision": BOTH_REAL, "reason": why}
    _write(home_id, intake.Statement(id=id_, record=id_, kind=doubles.DECISION, fields=fields, occurred_ms=now_ms, author=by), now_ms)


def take_out(home_id: int, row: store.RecordRow, *, by: uuid.UUID, why: str, now_ms: int) -> None:
    """This entry is the same drink as the other: it stays in the history, struck through. Raises Problem: not_decided."""
    _settle(home_id, row, {"struck_out": True}, by, why, now_ms)


def choose(home_id: int, row: store.RecordRow, fields: list[str], submission: str, *, by: uuid.UUID, why: str, now_ms: int) -> None:
    """This version of these fields is right. Raises Problem: not_decided, moved_on (it is not one of the versions)."""
    version = versions(row, fields).get(submission)
    if version is None:
        raise Problem("moved_on")
    _settle(home_id, row, version, by, why, now_ms)


def _settle(home_id: int, row: store.RecordRow, fields: dict[str, Any], by: uuid.UUID, why: str, now_ms: int) -> None:
    heads = tuple(row.body["heads"])
    with reading() as c:
        now = store.record(c, home_id, row.id)
    if now is None or tuple(now.body["heads"]) != heads:
        raise Problem("moved_on")
    said = {**fields, "correction_reason": why}
    made = intake.Statement(record=row.id, kind=row.kind, fields=said, occurred_ms=now_ms, author=by, parents=heads)
    _write(home_id, made, now_ms)


def _write(home_id: int, statement: intake.Statement, now_ms: int) -> None:
    if intake.write(home_id, [statement], now_ms=now_ms)[0].status not in ("accepted", "duplicate"):
        raise Problem("not_decided")
