"""Where each of a provider's homes stands: its measures and the actions that need somebody, from what is kept and no history.

A home costs six questions, however long it has used Tidemark: figures are those that `figuring` keeps, of its care records none is
read, of its reviews only those of open actions, and of its audits those of the last weeks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from server.improvement import auditing, monthly, numbers
from server.improvement import store as plan_store
from server.improvement.store import Total
from server.records import store
from sync import days
from sync.rules import plan


#: Days that may lie between the drawing of an audit and its making.
DRAWN_BEFORE = 14


@dataclass(frozen=True)
class Standing:
    """One home: its measures over the days that a measure is judged on, and counts of its open actions."""

    measures: Mapping[str, Total]
    opened: int
    high: int
    escalated: int
    static: int
    overdue: int
    challenges: int

    @property
    def worst(self) -> tuple[int, int, int]:
        """What a provider looks at first: what stands still, what is escalated, what is overdue."""
        return self.static, self.escalated, self.overdue


def standing(c: Connection, home_id: int, zone: str, today: date) -> Standing:
    """Where a home stands on a day."""
    rows = [row for row in plan_store.actions(c, home_id) if row.fields.get("status") != "closed"]
    reviews = plan_store.reviews(c, home_id, [row.id for row in rows])
    number = numbers.of(c, home_id, zone, today)
    # An audit is drawn in the week in which it is made or the one before; what is older makes no action less static.
    made = auditing.finished(auditing.audits(c, home_id, today, number("plan.static_days") + DRAWN_BEFORE)) if rows else []
    eyes = [
        plan.eyes(
            row.fields, _said(reviews[row.id], zone), since=_on(row, zone), today=today, number=number,
            audited=auditing.made_on(made, plan.measures_of(row.fields), zone),
        )
        for row in rows
    ]  # fmt: skip
    return Standing(
        plan_store.judged(c, home_id, number, today),
        len(rows),
        sum(row.fields.get("risk") == plan.RISKS[0] for row in rows),
        sum(plan.ESCALATED in each for each in eyes),
        sum(plan.STATIC in each for each in eyes),
        sum(plan.OVERDUE in each or plan.PAST_DUE in each for each in eyes),
        len(monthly.open_challenges(c, home_id)),
    )


def _said(rows: list[store.RecordRow], zone: str) -> list[dict]:
    return [{**row.fields, "on": _on(row, zone)} for row in rows]


def _on(row: store.RecordRow, zone: str) -> date:
    return days.care_day(days.from_ms(row.occurred_ms), zone)
