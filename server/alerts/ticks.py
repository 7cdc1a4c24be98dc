"""The heartbeat's trace: that it beats, and that nothing is left undone."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from server.alerts.outbox import insert_into
from server.alerts.tables import SKEW_MS, deadline, tick
from server.db import reading, writing

# Overdue by more than this, something is wrong with the escalator itself.
OVERDUE_MS = 120_000
KEEP_MS = 30 * 86_400_000


def write(holder: str, **values: int | None) -> None:
    """Say that this process went round at `now_ms`."""
    row = {"at_ms": values.pop("now_ms"), **values}

    def work(c):
        made = insert_into(c, tick).values(holder=holder, **row)
        c.execute(made.on_conflict_do_update(index_elements=["holder"], set_=row))

    writing(work)


def last_ms(c, now_ms: int) -> int | None:
    """When any escalator last went round. A round that was made under a clock ahead of this one says nothing about when."""
    return c.execute(select(func.max(tick.c.at_ms)).where(tick.c.at_ms <= now_ms + SKEW_MS)).scalar()


def stepped_ms(c, last_ms: int) -> int | None:
    """When an escalator that runs last saw the server's clock jump, by the clock it jumped to; None where it has not."""
    query = select(tick.c.stepped_ms).where(tick.c.at_ms >= last_ms - SKEW_MS, tick.c.stepped_ms.is_not(None))
    return c.execute(query.order_by(tick.c.at_ms.desc()).limit(1)).scalar()


def overdue(c, now_ms: int) -> int:
    """How many alerts should have taken a step two minutes ago."""
    query = select(func.count()).select_from(deadline).where(deadline.c.next_at_ms < now_ms - OVERDUE_MS)
    return c.execute(query).scalar_one()


def prune(now_ms: int) -> None:
    """Forget processes that ended a month ago."""
    with reading() as c:
        old = c.execute(select(func.count()).select_from(tick).where(tick.c.at_ms < now_ms - KEEP_MS)).scalar_one()
    if old:
        writing(lambda c: c.execute(delete(tick).where(tick.c.at_ms < now_ms - KEEP_MS)))
