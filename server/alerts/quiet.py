"""Who is left to sleep now: the calls that wait until the quiet hours are over (`sync/rules/quiet.py`).

A call waits only while somebody awake in the home can be reached; that is asked again for as long as it waits, and what was
taken on meanwhile is never sent.
"""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import Connection, and_, select, update

from server.alerts.fallback import WAITING
from server.alerts.moment import Moment
from server.alerts.outbox import QUIET
from server.alerts.tables import fallback, outbox
from server.people import store as people
from server.records import store
from sync import days
from sync.rules import quiet

_WAITS = and_(outbox.c.state == "pending", outbox.c.reason == QUIET)


def until_ms(moment: Moment, severity: str | None, role: str | None, unit: str | None) -> int | None:
    """Until when a call to this role about a person on that unit waits; None where it goes out now."""
    if not quiet.may_wait(severity, role):
        return None
    over = quiet.over_at(moment.values, days.from_ms(moment.now_ms), moment.home.zone)
    return days.to_ms(over) if over is not None and somebody_awake(moment, unit) else None


def somebody_awake(moment: Moment, unit: str | None) -> bool:
    """Whether somebody on the floor can be reached for a person on that unit."""
    return any(one.role in quiet.AWAKE and one.answers_for(unit) and one.device in moment.proven for one in moment.everyone)


def homes_waiting(c: Connection, now_ms: int) -> list[int]:
    """Homes in which a call waits for the end of the quiet hours."""
    return list(c.execute(select(outbox.c.home_id).where(_WAITS, outbox.c.next_at_ms > now_ms).distinct()).scalars())


def wake(c: Connection, home_id: int, now_ms: int) -> int:
    """Send now what may wait no longer, because nobody awake can be reached or the hours were changed; how much that was."""
    moment, woken = Moment(c, people.home(home_id), now_ms, ""), 0
    rows = c.execute(select(outbox).where(_WAITS, outbox.c.home_id == home_id, outbox.c.next_at_ms > now_ms)).all()
    alerts = store.records_by_id(c, home_id, {row.alert for row in rows})
    for row in rows:
        about = alerts.get(row.alert)
        severity = about.fields.get("severity") if about else None
        if until_ms(moment, severity, row.role, unit_of(c, home_id, about)) is not None:
            continue
        same = and_(outbox.c.home_id == home_id, outbox.c.id == row.id, _WAITS)
        woken += c.execute(update(outbox).where(same).values(next_at_ms=now_ms, set_ms=now_ms)).rowcount
        others = and_(fallback.c.home_id == home_id, fallback.c.alert == row.alert, fallback.c.step.endswith(WAITING))
        c.execute(update(fallback).where(others).values(due_ms=now_ms, set_ms=now_ms))
    return woken


def unit_of(c: Connection, home_id: int, alert: Any) -> str | None:
    """The unit of the person that an alert is about."""
    subject: uuid.UUID | None = alert.subject if alert else None
    person = store.record(c, home_id, subject) if subject else None
    return person.fields.get("unit") if person else None
