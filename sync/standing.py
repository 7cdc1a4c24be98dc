"""An alert as its record stands, read for the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sync.facts import UTC_MIN
from sync.kinds.alert import OPENED, RESOLVED, WITHDRAWN
from sync.thresholds import read_day_or_time


@dataclass(frozen=True)
class Existing:
    """An alert as its record stands. `rung` counts the rungs reached: 0 is nobody told yet."""

    rule: str
    status: str
    opening: int
    opened_at: datetime
    happened_at: datetime
    fields: Mapping[str, Any]
    rung: int = 0
    closed_at: datetime | None = None

    @property
    def facts(self) -> Mapping[str, Any]:
        found = self.fields.get("facts")
        return found if isinstance(found, Mapping) else {}

    @property
    def closed(self) -> bool:
        return self.status in (RESOLVED, WITHDRAWN)


def existing_of(change: Mapping[str, Any]) -> Existing:
    """An alert record in its wire form as the rules read it."""
    fields = change["fields"]
    status = fields.get("status") or OPENED
    opened = read_day_or_time(fields.get("opened_at")) or UTC_MIN
    return Existing(
        rule=fields["rule"],
        status=status,
        opening=fields.get("opening") or 1,
        opened_at=opened,
        happened_at=read_day_or_time(fields.get("happened_at")) or opened,
        fields=fields,
        rung=fields.get("rung") or 0,
        closed_at=_closed_at(change, status) or opened if status in (RESOLVED, WITHDRAWN) else None,
    )


def _closed_at(change: Mapping[str, Any], status: str) -> datetime | None:
    told = [row for row in change.get("history") or () if (row.get("fields") or {}).get("status") == status]
    return max((read_day_or_time(row["recorded_at"]) or UTC_MIN for row in told), default=None)
