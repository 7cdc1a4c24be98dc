"""What a home's monthly governance report drafts itself from: one calendar month of records, and the text that somebody signed.

Costs what the month and the plan hold, whatever lies before. Signing keeps the text as it stood: a figure that changes later shows
in the draft, never in what was signed.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from server.improvement import beside, filing
from server.improvement import store as plan_store
from server.improvement.store import Total
from server.people.store import Home
from server.records import store
from sync import days
from sync.fields import time_ms
from sync.kinds.alert import UNHANDLED
from sync.rules.duties import DUTIES, month_before
from sync.rules.plan import CLOSE, ESCALATE, LASTED, OPEN_AGAIN, REOPEN, read_day

REPORT = "governance_report"


@dataclass(frozen=True)
class Month:
    """A calendar month of care days, `2026-10`, and the one before it."""

    name: str

    @property
    def first(self) -> date:
        return date.fromisoformat(f"{self.name}-01")

    @property
    def last(self) -> date:
        return (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    @property
    def before(self) -> Month:
        return Month(month_before(self.first))

    def over(self, today: date) -> bool:
        return self.last < today

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Facts:
    """What a month held. Rows are standing records of the month; `decided` are (action, review) pairs made in it."""

    measures: Mapping[str, tuple[Total, Total]]  # this month, the month before
    actions: Sequence[store.RecordRow]  # the whole plan
    opened: Sequence[store.RecordRow]
    decided: Mapping[str, Sequence[tuple[store.RecordRow, store.RecordRow]]]  # by decision, the gravest first
    unhandled: Sequence[store.RecordRow]
    missed: Sequence[store.RecordRow]
    incidents: Sequence[store.RecordRow]
    complaints: Sequence[store.RecordRow]
    minutes: Sequence[store.RecordRow]
    sides: Mapping[str, list[beside.Side]]


def facts(c: Connection, home: Home, month: Month, now: datetime) -> Facts:
    """Everything that the report of a month tells of. `now` decides which duties' time has come."""
    span = (month.first.toordinal(), month.last.toordinal())
    held: dict[str, list[store.RecordRow]] = {kind: [] for kind in ("alert", "duty", "incident", "complaint")}
    for row in store.of_days(c, home.id, *span, held):
        if not row.struck:
            held[row.kind].append(row)
    before = plan_store.totals(c, home.id, month.before.first, month.before.last)
    actions = plan_store.actions(c, home.id)
    reviews = plan_store.reviews(c, home.id, [row.id for row in actions])
    decided = {
        decision: [(row, each) for row in actions for each in reviews[row.id] if each.fields.get("decision") == decision and month.holds(_on(each, home.zone))]
        for decision in (ESCALATE, REOPEN, OPEN_AGAIN, CLOSE, LASTED)
    }
    return Facts(
        {name: (now, before[name]) for name, now in plan_store.totals(c, home.id, month.first, month.last).items()},
        actions,
        [row for row in actions if month.holds(_on(row, home.zone))],
        decided,
        [row for row in held["alert"] if row.fields.get("status") == UNHANDLED],
        [row for row in held["duty"] if _missed(row, now)],
        held["incident"],
        held["complaint"],
        [row for row in open_challenges(c, home.id) if (on := read_day(row.fields.get("held_on"))) is None or on <= month.last],
        beside.sides(c, home.id, month.first, month.last),
    )


def open_challenges(c: Connection, home_id: int) -> list[store.RecordRow]:
    """Challenges of oversight that nobody has answered, oldest first."""
    rows = store.records(c, home_id, "minute")
    return [row for row in rows if not row.struck and row.fields.get("type") == "challenge" and not row.fields.get("answered_at")]


def _on(row: store.RecordRow, zone: str) -> date:
    return days.care_day(days.from_ms(row.occurred_ms), zone)


def _missed(row: store.RecordRow, now: datetime) -> bool:
    """A round that was not done although its time has come: missed, or late now."""
    due = time_ms(str(row.fields.get("due_at") or ""))
    return row.fields.get("what") in DUTIES and not row.fields.get("done_at") and due is not None and due <= days.to_ms(now)


# ---- what was signed ----


def signed(c: Connection, home_id: int) -> dict[str, list[store.RecordRow]]:
    """The signed reports by month, each month's oldest first."""
    found: dict[str, list[store.RecordRow]] = {}
    for row in store.records(c, home_id, REPORT):
        if not row.struck:
            found.setdefault(str(row.fields.get("month")), []).append(row)
    return found


def sign(home: Home, month: Month, sections: list[dict[str, Any]], decision: str, words: str, *, by: uuid.UUID, now_ms: int) -> uuid.UUID:
    """Keep the text as it stands with the signer's own words. A person signs a month once: again is the same record."""
    id_ = uuid.uuid5(home.uuid, f"{REPORT}:{month.name}:{by}")
    fields = {"month": month.name, "sections": sections, "decision": decision, "words": words}
    filing.write(home.id, [filing.new(id_, REPORT, fields, by, now_ms)], now_ms)
    return id_
