"""What the managers of the demo decided on their pages: which rules call somebody, from when, and why.

A proposal and its approval are two people. Decisions are stated when they were made, in the course of the history.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from server.demo import plans
from server.demo.people import DemoHome
from server.demo.seeded import named_id
from server.demo.shifts import wall_ms
from sync import roles


@dataclass(frozen=True)
class Decision:
    """Something written on a page, at `at_ms`: a threshold set, where no other kind is named. `record` is what it changes, None for
    something new."""

    id: uuid.UUID
    at_ms: int
    author: uuid.UUID
    fields: dict[str, Any]
    kind: str = "threshold"
    record: uuid.UUID | None = None

    def said(self) -> dict[str, Any]:
        return {
            "id": str(self.id), "at_ms": self.at_ms, "author": str(self.author), "fields": self.fields, "kind": self.kind,
            "record": None if self.record is None else str(self.record),
        }  # fmt: skip


# (name, value, share of the history gone, reason)
_DECIDED = (
    ("rule.hydration.nothing_drunk_8h", "on", 0.02,
     "Two people went a whole day without a drink recorded in the month before: we want to be called from the start."),
    ("rule.hydration.nothing_drunk_6h", "on", 0.12,
     "In the first week the list showed four people who had drunk nothing since breakfast. Senior carers asked to be told."),
    ("rule.hydration.low_two_days", "on", 0.12, "Agreed with the GP surgery: two low days running are rung through by ten."),
    ("rule.hydration.behind_pace", "on", 0.36, "Tried on paper for a fortnight: found people early enough to help by tea time."),
    ("rule.hydration.low_at_close", "on", 0.50,
     "Charts are complete enough now for a day's total to mean something."),
    ("rule.hydration.three_refusals", "on", 0.62,
     "Weekly audit: drinks that were refused were offered again in the same way. The nutrition lead wants to hear."),
)  # fmt: skip


@lru_cache(maxsize=8)
def decisions(home: DemoHome, seed: int, span: plans.Span) -> tuple[Decision, ...]:
    """Every decision of the history, oldest first."""
    manager, lead = home.first(roles.REGISTERED_MANAGER), home.first(roles.NUTRITION_LEAD)
    found = []
    for number, (name, value, share, reason) in enumerate(_DECIDED):
        day = span.day(share)
        day += timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > 4 else 0)  # managers decide on weekdays
        at_ms = wall_ms(day, 11 * 60 + 7 * number)
        fields = {
            "name": name, "value": value, "from": plans.iso(at_ms), "owner": str(lead.id), "reason": reason,
            "proposed_by": str(lead.id), "approved_by": str(manager.id),
        }  # fmt: skip
        found.append(Decision(named_id(seed, "threshold", home.number, name), at_ms, manager.id, fields))
    return tuple(found)


def decided_between(home: DemoHome, seed: int, span: plans.Span, after_ms: int, until_ms: int) -> list[Decision]:
    return [decision for decision in decisions(home, seed, span) if after_ms < decision.at_ms <= until_ms]
