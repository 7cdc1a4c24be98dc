"""Timely escalation = breaches with a decision inside the tier's limit ÷ all breaches on monitored people (care.md).

A breach is an alert of low intake or a red flag; one that came to light by a late entry counts from when it happened. "No escalation
because…" is a decision. What withdrew itself, because the entry was saved at the bedside and merely arrived late, was no breach.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sync.days import from_ms
from sync.fields import time_ms
from sync.kinds.alert import WITHDRAWN as TAKEN_BACK
from sync.measures.figure import Case, Figure
from sync.measures.told import field_ms
from sync.rules import catalogue
from sync.severities import SENIOR
from sync.thresholds import Values
from sync.told import told_of

#: Low intake and red flags (care.md, Alerts 10). An offer that is late is a nudge, and thickness and limits have measures of their own.
BREACHES = frozenset({
    catalogue.NOTHING_DRUNK_6H, catalogue.NOTHING_DRUNK_8H, catalogue.BEHIND_PACE, catalogue.LOW_AT_CLOSE, catalogue.LOW_TWO_DAYS,
    catalogue.VERY_LOW_DAY, catalogue.RED_FLAG, catalogue.RED_FLAG_LOW_INTAKE,
})  # fmt: skip
UNDECIDED, LATE = "undecided", "decided_late"
WITHDRAWN, NOT_MONITORED = "withdrawn", "not_monitored"
MINUTE_MS = 60_000


def figure(
    alert: Mapping[str, Any], escalations: Iterable[Mapping[str, Any]], *, monitored: bool, values: Values, at: datetime
) -> Figure:  # fmt: skip
    """One alert, a record in its wire form, with the `escalation` records that name it; struck-out ones are left out by the
    caller, and those about an earlier breach of the same alert here."""
    fields = alert["fields"]
    if fields.get("rule") not in BREACHES:
        return Figure()
    if fields.get("status") == TAKEN_BACK:
        return Figure((), {WITHDRAWN: 1})
    if not monitored:
        return Figure((), {NOT_MONITORED: 1})
    happened = field_ms(fields, "happened_at") or time_ms(alert["occurred_at"]) or 0
    decided = min((ms for each in escalations if _since(each, happened) and (ms := _decided_ms(each)) is not None), default=None)
    limit = values.value(f"escalation.{_tier(fields)}_minutes", at=at)
    about = {"record": alert["record"], "resident": fields.get("subject"), "at": happened, "rule": fields["rule"]}
    if decided is None:
        return Figure((Case((UNDECIDED,), False, about),))
    in_time = decided - happened <= limit * MINUTE_MS
    return Figure((Case(() if in_time else (LATE,), True, {**about, "decided": decided}),))


def _tier(fields: Mapping[str, Any]) -> str:
    return SENIOR if fields.get("severity") == SENIOR else "urgent"


def _since(escalation: Mapping[str, Any], happened_ms: int) -> bool:
    said = told_of(escalation)
    return max(said.occurred, said.recorded) >= from_ms(happened_ms)


def _decided_ms(escalation: Mapping[str, Any]) -> int | None:
    return field_ms(escalation["fields"], "decided_at") or time_ms(escalation["occurred_at"])
