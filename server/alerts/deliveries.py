"""What became of an alert's steps and messages, read back from what was written at the time: for the pages."""

from __future__ import annotations

import uuid
from typing import NamedTuple

from sqlalchemy import Connection, and_, select

from server.alerts.tables import delivery_state, outbox, receipt, step_event

CLIMBED = "climbed"


class Step(NamedTuple):
    """`kind` is climbed, resumed, unhandled …; `rung` is how far a climb came, else 0; `late_ms` after its deadline."""

    at_ms: int
    kind: str
    rung: int
    late_ms: int


class State(NamedTuple):
    """A message came into this state. For a receipt, `device_ms` is the device's clock and `gap_ms` how long it waited to
    be sent to us."""

    at_ms: int
    state: str
    channel: str
    to: uuid.UUID
    staff: uuid.UUID | None
    role: str | None
    device_ms: int | None
    gap_ms: int


#: Steps that the timeline tells; the others are told by the ledger's own rows.
TOLD_STEPS = (CLIMBED, "resumed", "unhandled")


def steps(c: Connection, home_id: int, alert: uuid.UUID) -> list[Step]:
    """The climb of an alert, oldest first."""
    mine = and_(step_event.c.home_id == home_id, step_event.c.alert == alert)
    found = []
    for row in c.execute(select(step_event).where(mine).order_by(step_event.c.at_ms)):
        kind, _, where = row.step.partition(":")
        if kind in TOLD_STEPS:
            found.append(Step(row.at_ms, kind, int(where.partition(".")[2] or 0) if kind == CLIMBED else 0, row.late_ms))
    return found


def states(c: Connection, home_id: int, alert: uuid.UUID) -> list[State]:
    """Every state of every call about an alert, oldest first."""
    same = and_(outbox.c.home_id == delivery_state.c.home_id, outbox.c.id == delivery_state.c.message)
    said = and_(
        receipt.c.home_id == delivery_state.c.home_id, receipt.c.message == delivery_state.c.message, receipt.c.event == delivery_state.c.state
    )
    query = (
        select(
            delivery_state.c.at_ms, delivery_state.c.state, outbox.c.channel, outbox.c.device, outbox.c.staff, outbox.c.role,
            receipt.c.at_ms.label("device_ms"),
        )
        .select_from(delivery_state.join(outbox, same).outerjoin(receipt, said))
        .where(outbox.c.home_id == home_id, outbox.c.alert == alert, outbox.c.what == "told")
        .order_by(delivery_state.c.at_ms)
    )  # fmt: skip
    return [
        State(row.at_ms, row.state, row.channel, row.device, row.staff, row.role, row.device_ms,
              max(0, row.at_ms - row.device_ms) if row.device_ms is not None else 0)
        for row in c.execute(query)
    ]  # fmt: skip
