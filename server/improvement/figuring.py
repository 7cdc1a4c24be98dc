"""Keeps the figures of every measure: each care day once it is over, and again when a record that bears on it comes or changes.

    follow   reads the ledger after its own cursor and notes which days' figures the rows bear on
    settle   works out the days that have ended, those that rows bear on, and those in which something fell due

A day's first figure is kept beside the present one, so that a late or corrected record changes a figure openly. The heartbeat's
calendar calls `keep` every minute. Nothing here writes to the ledger.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

import orjson
from sqlalchemy import Connection, func, insert, or_, select, update

from server.db import reading, writing
from server.improvement import gather
from server.improvement.tables import measure_day
from server.people.store import Home
from server.records import projections, store
from sync import days
from sync.fields import time_ms
from sync.measures import DEPLOYMENT, ESCALATION, FOLLOW_UP, MEASURES, MONITORING, Measure
from sync.measures.compliant_deployment import MOST_DAYS

NAME = "measures"
#: Rows read, and days worked out, in one transaction.
ROWS, DAYS = 1_000, 7
#: Care days that a home's measures reach back when they are first worked out.
BACK_DAYS = 400
HOUR_MS = 3_600_000

Touched = Counter[tuple[str, int]]


def keep(home: Home, now_ms: int) -> int:
    """Bring every figure up to date; returns how many were worked out."""
    while _follow(home):
        pass
    count = 0
    for measure in MEASURES.values():
        while done := _settle(home, measure, now_ms):
            count += done
    return count


# ---- which days rows bear on ----


def _follow(home: Home) -> bool:
    def work(c: Connection) -> bool:
        cursor = projections.lock(c, home.id, NAME)
        rows = store.rows_after(c, home.id, cursor, ROWS)
        if not rows:
            return False
        _note(c, home.id, _touched(c, home, rows))
        projections.move(c, home.id, NAME, rows[-1].seq)
        return len(rows) == ROWS

    with reading() as c:
        if not store.behind_of(c, home.id, NAME):
            return False
    return writing(work)


def _note(c: Connection, home_id: int, touched: Touched) -> None:
    """Days that no figure stands for yet need no note: they are worked out when they end."""
    for (measure, day), count in sorted(touched.items()):
        mine = (measure_day.c.home_id == home_id) & (measure_day.c.measure == measure) & (measure_day.c.day == day)
        c.execute(update(measure_day).where(mine).values(stale_rows=measure_day.c.stale_rows + count))


def _touched(c: Connection, home: Home, rows: list[store.LedgerRow]) -> Touched:
    touched: Touched = Counter()
    records = store.records_by_id(c, home.id, {row.record for row in rows if row.kind in _BEARS})
    parents = _parents(c, home.id, records.values())
    for row in rows:
        if (bears := _BEARS.get(row.kind)) is not None:
            now = records.get(row.record)
            for day in bears(row, now, parents, home.zone):
                for measure in _MEASURES_OF[row.kind]:
                    touched[measure, day] += 1
    return touched


def _parents(c: Connection, home_id: int, rows: Iterable[store.RecordRow]) -> dict[uuid.UUID, store.RecordRow]:
    """What these records are about, and what that is about: a follow-up's outcome, and the outcome's appointment."""
    known: dict[uuid.UUID, store.RecordRow] = {}
    wanted = {row.subject for row in rows if row.kind in ("appointment_outcome", "follow_up") and row.subject}
    for _ in range(2):
        found = store.records_by_id(c, home_id, wanted - known.keys())
        known |= found
        wanted = {row.subject for row in found.values() if row.kind == "appointment_outcome" and row.subject}
    return known


def _own_days(row: store.LedgerRow, now: store.RecordRow | None, _parents: Any, zone: str) -> set[int]:
    """The day on which it stands, and the one that this row speaks of: it may have been moved."""
    said = {_care_day(row.occurred_ms, zone)} if row.id == row.record else set()
    return said | ({now.day} if now is not None and now.day is not None else set())


def _from_then_on(row: store.LedgerRow, now: store.RecordRow | None, _parents: Any, zone: str) -> set[int]:
    """A plan or a person changes every day from then to today; a threshold from when it applies."""
    fields = now.fields if now is not None else {}
    since = fields.get("from") if row.kind in ("threshold", "absence") else None
    first = _ordinal(since) or _care_day(row.occurred_ms, zone)
    until = _ordinal(fields.get("to")) if row.kind == "absence" else None
    last = _care_day(row.received_ms, zone)
    return set(range(max(first, last - BACK_DAYS), min(until or last, last) + 1))


def _breach(row: store.LedgerRow, now: store.RecordRow | None, _parents: Any, zone: str) -> set[int]:
    """An alert's own care day; a decision's is that of the breach, and of the day before, whose close it may be."""
    if now is None:
        return set()
    if row.kind == "alert":
        day = _ordinal(now.fields.get("care_day"))
        return {day} if day else set()
    breached = time_ms(now.fields.get("breached_at") or "") or row.occurred_ms
    return {_care_day(breached, zone) - 1, _care_day(breached, zone)}


def _visit(row: store.LedgerRow, now: store.RecordRow | None, parents: dict[uuid.UUID, store.RecordRow], _zone: str) -> set[int]:
    """The day of the appointment, and where it was before somebody moved it."""
    found, at = now, {_ordinal(_field(row, "starts_at"))} if row.kind == "appointment" else set()
    while found is not None and found.kind != "appointment":
        found = parents.get(found.subject) if found.subject else None
    return {day for day in (*at, found.day if found is not None else None) if day}


def _shift(row: store.LedgerRow, now: store.RecordRow | None, _parents: Any, zone: str) -> set[int]:
    """The shift's day, and the one after, whose reason may be a copy of it."""
    if row.kind == "dependency_score":
        scored = _ordinal(now.fields.get("scored_on")) if now is not None else None
        return set(range(scored, scored + MOST_DAYS + 1)) if scored else set()
    day = (gather.shift_day(now.fields) if now is not None else None) or _care_day(row.occurred_ms, zone)
    return {day, day + 1}


_BEARS = {
    "hydration_check": _own_days, "hydration_plan": _from_then_on, "absence": _from_then_on, "resident": _from_then_on,
    "threshold": _from_then_on, "alert": _breach, "escalation": _breach, "appointment": _visit, "appointment_outcome": _visit,
    "follow_up": _visit, "shift_sample": _shift, "allocation": _shift, "deployment_observation": _shift, "dependency_score": _shift,
}  # fmt: skip
_MEASURES_OF = {
    "hydration_check": (MONITORING,), "hydration_plan": (MONITORING, ESCALATION), "absence": (MONITORING,),
    "resident": (MONITORING, DEPLOYMENT), "threshold": tuple(MEASURES), "alert": (ESCALATION,), "escalation": (ESCALATION,),
    "appointment": (FOLLOW_UP,), "appointment_outcome": (FOLLOW_UP,), "follow_up": (FOLLOW_UP,), "shift_sample": (DEPLOYMENT,),
    "allocation": (DEPLOYMENT,), "deployment_observation": (DEPLOYMENT,), "dependency_score": (DEPLOYMENT,),
}  # fmt: skip


def _field(row: store.LedgerRow, name: str) -> Any:
    return ((row.submission or {}).get("fields") or {}).get(name)


def _ordinal(value: Any) -> int | None:
    try:
        return date.fromisoformat(str(value)[:10]).toordinal() if value else None
    except ValueError:
        return None


def _care_day(ms: int, zone: str) -> int:
    return days.care_day(days.from_ms(ms), zone).toordinal()


# ---- working days out ----


def _settle(home: Home, measure: Measure, now_ms: int) -> int:
    """Work out up to `DAYS` days of a measure. An idle call reads two indexes."""
    with reading() as c:
        wanted = _wanted(c, home, measure, now_ms)
        if not wanted:
            return 0
        stale = _stale(c, home.id, measure, wanted)
        found = gather.GATHER[measure.name](c, home, wanted, now_ms)

    def work(c: Connection) -> int:
        projections.lock(c, home.id, NAME)
        for day, each in found.items():
            _write(c, home.id, measure, day, each, stale.get(day, 0), now_ms)
        return len(found)

    return writing(work)


def _wanted(c: Connection, home: Home, measure: Measure, now_ms: int) -> list[int]:
    mine = (measure_day.c.home_id == home.id) & (measure_day.c.measure == measure.name)
    again = mine & or_(measure_day.c.stale_rows > 0, measure_day.c.look_ms <= now_ms)
    due = list(c.execute(select(measure_day.c.day).where(again).order_by(measure_day.c.day).limit(DAYS)).scalars())
    last = c.execute(select(func.max(measure_day.c.day)).where(mine)).scalar()
    ended = _care_day(now_ms - measure.settles_hours * HOUR_MS, home.zone) - 1
    first = max(date.fromisoformat(home.started_on).toordinal(), ended - BACK_DAYS) if last is None else last + 1
    # Old days far apart would read all that lies between them: one stretch at a time.
    due = [day for day in due if day - due[0] < DAYS]
    return due or list(range(first, min(first + DAYS, ended + 1)))


def _stale(c: Connection, home_id: int, measure: Measure, wanted: list[int]) -> dict[int, int]:
    query = select(measure_day.c.day, measure_day.c.stale_rows).where(
        measure_day.c.home_id == home_id, measure_day.c.measure == measure.name, measure_day.c.day.in_(wanted)
    )
    return {row.day: row.stale_rows for row in c.execute(query)}


def _write(c: Connection, home_id: int, measure: Measure, day: int, found: gather.Found, stale: int, now_ms: int) -> None:
    figure = found.figure
    detail = {
        "misses": [{"missed": case.missed, "in_the_end": case.in_the_end, "about": dict(case.about)} for case in figure.misses],
        "left_out": dict(figure.left_out),
    }
    values = {
        "numerator": figure.numerator, "denominator": figure.denominator, "in_the_end": figure.in_the_end,
        "left_out": sum(figure.left_out.values()), "worked_out_ms": now_ms, "look_ms": found.look_ms, "detail": orjson.dumps(detail).decode(),
    }  # fmt: skip
    mine = (measure_day.c.home_id == home_id) & (measure_day.c.measure == measure.name) & (measure_day.c.day == day)
    # What came while we were reading stays stale.
    counted = {"changed_rows": measure_day.c.changed_rows + stale, "stale_rows": measure_day.c.stale_rows - stale}
    if c.execute(update(measure_day).where(mine).values(**values, **counted)).rowcount:
        return
    first = {"first_numerator": figure.numerator, "first_denominator": figure.denominator, "first_ms": now_ms}
    c.execute(insert(measure_day).values(
        home_id=home_id, measure=measure.name, day=day, **values, **first, changed_rows=0, stale_rows=0
    ))  # fmt: skip
