"""When what is due: looks at people and tablets, steps of alerts, and what is absurdly far away.

Due is what lies behind us, and what was set in the future: it was written under a wrong clock, and waiting for it could
mean never.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, or_, select, union

from server import fast
from server.alerts.outbox import insert_into
from server.alerts.tables import SKEW_MS, deadline, look, matter_look
from server.people.tables import device
from server.records import store as records
from sync import days, owning
from sync.fields import time_ms
from sync.kinds.alert import OPENED
from sync.thresholds import Values

Day = tuple[uuid.UUID, int]
#: What matters are judged together: a stream and which one of it (`server/alerts/matters.py`).
Subject = tuple[str, str]
# Where things wait for their time: steps of alerts, looks at people, at matters, at tablets.
_WAITING = (deadline, look, matter_look, device)


def _columns(table: Table) -> tuple[str, str]:
    return ("look_at_ms", "look_set_ms") if table is device else ("next_at_ms", "set_ms")


def _due(table: Table, now_ms: int):
    at, set_ = (table.c[name] for name in _columns(table))
    return and_(at.is_not(None), or_(at <= now_ms, set_ > now_ms + SKEW_MS))


def homes_due(c: Connection, now_ms: int) -> list[int]:
    """Homes in which a look or a step is due."""
    return list(c.execute(union(*(select(t.c.home_id).where(_due(t, now_ms)) for t in _WAITING))).scalars())


def anything_due(c: Connection, home_id: int, now_ms: int) -> bool:
    """Whether a look or a step of this home is due. Asked before and after every round, and so without SQLAlchemy."""
    mine = "home_id = ? AND {0} IS NOT NULL AND ({0} <= ? OR {1} > ?) LIMIT 1"
    values = (home_id, now_ms, now_ms + SKEW_MS)
    asked = [fast.Question(("home_id",), table, mine.format(*_columns(table)), values) for table in _WAITING]
    return any(fast.ask(c, *asked))


# ---- looks ----


def looks_due(c: Connection, home_id: int, now_ms: int, limit: int) -> list[Day]:
    """People's days that must be judged now, longest overdue first."""
    mine = and_(look.c.home_id == home_id, _due(look, now_ms))
    query = select(look.c.resident, look.c.day).where(mine).order_by(look.c.next_at_ms, look.c.resident).limit(limit)
    return [(row.resident, row.day) for row in c.execute(query)]


def looks_of(c: Connection, home_id: int, people: Iterable[uuid.UUID]) -> dict[Day, int]:
    """When each day of these people is looked at next."""
    wanted = list(people)
    if not wanted:
        return {}
    query = select(look.c.resident, look.c.day, look.c.next_at_ms)
    rows = c.execute(query.where(look.c.home_id == home_id, look.c.resident.in_(wanted)))
    return {(row.resident, row.day): row.next_at_ms for row in rows}


def set_looks(c: Connection, home_id: int, looks: Mapping[Day, int | None], now_ms: int) -> None:
    """Look at these days then; None is never again."""
    rows = [
        {"home_id": home_id, "resident": person, "day": day, "next_at_ms": at, "set_ms": now_ms}
        for (person, day), at in looks.items()
        if at is not None
    ]
    if rows:
        made = insert_into(c, look)
        fresh = {"next_at_ms": made.excluded.next_at_ms, "set_ms": made.excluded.set_ms}
        c.execute(made.on_conflict_do_update(index_elements=["home_id", "resident", "day"], set_=fresh), rows)
    for (person, day), at in looks.items():
        if at is None:
            c.execute(delete(look).where(look.c.home_id == home_id, look.c.resident == person, look.c.day == day))


def matters_due(c: Connection, home_id: int, now_ms: int, limit: int) -> list[Subject]:
    """Whose matters must be judged now, longest overdue first."""
    mine = and_(matter_look.c.home_id == home_id, _due(matter_look, now_ms))
    query = select(matter_look.c.stream, matter_look.c.key).where(mine).order_by(matter_look.c.next_at_ms, matter_look.c.key).limit(limit)
    return [(row.stream, row.key) for row in c.execute(query)]


def look_at_matters(c: Connection, home_id: int, looks: Mapping[Subject, int | None], now_ms: int) -> None:
    """Judge these matters then; None is not until something about them arrives."""
    rows = [
        {"home_id": home_id, "stream": stream, "key": key, "next_at_ms": at, "set_ms": now_ms}
        for (stream, key), at in looks.items()
        if at is not None
    ]
    if rows:
        made = insert_into(c, matter_look)
        fresh = {"next_at_ms": made.excluded.next_at_ms, "set_ms": made.excluded.set_ms}
        c.execute(made.on_conflict_do_update(index_elements=["home_id", "stream", "key"], set_=fresh), rows)
    for (stream, key), at in looks.items():
        if at is None:
            mine = and_(matter_look.c.home_id == home_id, matter_look.c.stream == stream, matter_look.c.key == key)
            c.execute(delete(matter_look).where(mine))


def tablets_due(c: Connection, home_id: int, now_ms: int, limit: int) -> list[Any]:
    """Tablets whose health must be judged now, longest overdue first: rows of `device`."""
    mine = and_(device.c.home_id == home_id, _due(device, now_ms))
    return list(c.execute(select(device).where(mine).order_by(device.c.look_at_ms, device.c.id).limit(limit)))


def look_at_tablets(c: Connection, home_id: int, looks: Mapping[uuid.UUID, int | None], now_ms: int) -> None:
    """Judge these tablets then; None is not until something about them changes. The home is locked."""
    for tablet, at in looks.items():
        statement = "UPDATE device SET look_at_ms = ?, look_set_ms = ? WHERE home_id = ? AND id = ? AND pseudo IS NULL"
        fast.run(c, statement, (at, None if at is None else now_ms, home_id, tablet))


# ---- steps ----


def steps_due(c: Connection, home_id: int, now_ms: int, limit: int) -> list[Any]:
    """Deadlines that have come, longest overdue first: rows of `deadline`."""
    mine = and_(deadline.c.home_id == home_id, _due(deadline, now_ms))
    return list(c.execute(select(deadline).where(mine).order_by(deadline.c.next_at_ms, deadline.c.alert).limit(limit)))


def set_step(c: Connection, home_id: int, alert: uuid.UUID, resident: uuid.UUID | None, at_ms: int | None, now_ms: int) -> None:
    """The alert takes its next step then; None is none."""
    if at_ms is None:
        fast.run(c, "DELETE FROM deadline WHERE home_id = ? AND alert = ?", (home_id, alert))
        return
    statement = (
        "INSERT INTO deadline (home_id, alert, resident, next_at_ms, set_ms) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (home_id, alert) DO UPDATE SET next_at_ms = excluded.next_at_ms, set_ms = excluded.set_ms"
    )
    fast.run(c, statement, (home_id, alert, resident, at_ms, now_ms))


def is_on_the_ladder(c: Connection, home_id: int, alert: records.RecordRow) -> bool:
    """Whether what the alert waits for is its ladder's own next step, and not the end of somebody's ownership."""
    mine = and_(deadline.c.home_id == home_id, deadline.c.alert == alert.id)
    at = c.execute(select(deadline.c.next_at_ms).where(mine)).scalar()
    return at is not None and at == ladder_ms(alert.fields)


def ladder_ms(fields: Mapping[str, Any]) -> int | None:
    """When the ladder calls next, by the alert's own record."""
    value = fields.get("next_at")
    return time_ms(value) if isinstance(value, str) else None


def next_step_ms(change: Mapping[str, Any], values: Values) -> int | None:
    """When an alert (its wire form) takes its next step: the deadline is a projection of this."""
    back, on = owning.back_at(change, values), change["fields"].get("status") == OPENED
    times = [None if back is None else days.to_ms(back), ladder_ms(change["fields"]) if on else None]
    return min((at for at in times if at is not None), default=None)


def refill(c: Connection, home_id: int) -> None:
    """Put every deadline back from the alert records (`ledger rebuild`). Sends nothing and raises nothing."""
    c.execute(delete(deadline).where(deadline.c.home_id == home_id))
    values = Values(row.body for row in records.records(c, home_id, "threshold"))
    for alert in records.records(c, home_id, "alert", open_only=True):
        at = next_step_ms(alert.body, values)
        if at is not None and not alert.struck:
            set_step(c, home_id, alert.id, alert.subject, at, _last_said_ms(alert))


def _last_said_ms(alert: records.RecordRow) -> int:
    """When the newest row of an alert was received: what it planned was planned by the clock of that moment, and not by
    the one at its opening, which may have been wrong."""
    newest = max(alert.body.get("history") or [alert.body], key=lambda row: row["seq"])
    return time_ms(newest["received_at"])
