"""What stood on people's charts at each line of the ledger, worked out anew and as simply as can be: beside the rules, not with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from server.demo.people import ZONE
from server.records.store import LedgerRow
from sync import days
from sync.fields import time_ms
from sync.rules.judging import INCOMPLETE, MEASURED, PROVISIONAL
from sync.thresholds import THRESHOLDS

COMPLETE = THRESHOLDS["hydration.complete_percent"].default / 100
# An alert of these says that somebody has drunk little or nothing.
LOW = frozenset({
    "hydration.no_offer", "hydration.nothing_drunk_6h", "hydration.nothing_drunk_8h", "hydration.behind_pace", "hydration.low_at_close",
    "hydration.low_two_days", "hydration.very_low_day", "hydration.red_flag_low_intake",
})  # fmt: skip
TWO_DAYS = "hydration.low_two_days"


class Said(NamedTuple):
    """An alert about low intake, as it was stated at one line of the ledger."""

    seq: int
    rule: str
    resident: str
    sure: bool
    #: The chart by then: windows with an entry, and windows that needed one.
    filled: int
    due: int

    @property
    def on_gaps(self) -> bool:
        return self.filled < COMPLETE * self.due


class Charts:
    """The ledger, read line by line."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, dict[str, Any]]] = {}

    def read(self, rows: Iterable[LedgerRow]) -> Iterator[Said]:
        """Every statement of an alert about low intake, with the chart that it was made on."""
        for row in rows:
            stands = self._take(row)
            states = row.kind == "alert" and row.submission["fields"].get("reason") in (MEASURED, PROVISIONAL, INCOMPLETE)
            if states and stands["rule"] in LOW:
                yield self._said(row.seq, stands)

    def _take(self, row: LedgerRow) -> dict[str, Any]:
        said = row.submission["fields"]
        fields = self.records.setdefault(row.kind, {}).setdefault(str(row.record), {"at": row.occurred_ms})
        fields.update(said)
        if "occurred_at" in said:
            fields["at"] = days.corrected_ms(time_ms(said["occurred_at"]), row.offset_ms)
        return fields

    def _said(self, seq: int, alert: dict[str, Any]) -> Said:
        at = datetime.fromisoformat(alert["happened_at"])
        day = date.fromisoformat(alert["care_day"])
        looked_at = [day, day - timedelta(days=1)] if alert["rule"] == TWO_DAYS else [day]
        # Of two days, the one with the worse chart.
        filled, due = min((self.chart(alert["subject"], each, at) for each in looked_at), key=lambda one: one[0] / (one[1] or 1))
        return Said(seq, alert["rule"], alert["subject"], alert["reason"] != INCOMPLETE, filled, due)

    def chart(self, resident: str, day: date, by: datetime) -> tuple[int, int]:
        """(windows with an entry, windows that needed one) of a care day, as far as they had ended."""
        entries = [one for one in self._about("hydration_check", resident) if not one.get("struck_out") and _fills(one)]
        filled = due = 0
        for window in days.windows(day, ZONE):
            start, end = days.to_ms(window.start), days.to_ms(window.end)
            if window.end > by or self._excused(resident, start, end):
                continue
            due += 1
            filled += any(start <= one["at"] < end for one in entries)
        return filled, due

    def _about(self, kind: str, resident: str) -> Iterator[dict[str, Any]]:
        return (fields for fields in self.records.get(kind, {}).values() if fields.get("resident") == resident and not fields.get("struck_out"))

    def _excused(self, resident: str, start: int, end: int) -> bool:
        """Whether the person was away, nil by mouth or dying for more than half of it."""
        spans = [(one["from"], one.get("to")) for one in self._about("absence", resident)]
        for plan in self._about("hydration_plan", resident):
            spans += [(plan.get("nil_by_mouth_from"), plan.get("nil_by_mouth_until"))]
            if plan.get("end_of_life_from") and time_ms(plan["end_of_life_from"]) <= start:
                return True
        covered = sum(max(0, min(end, time_ms(last) if last else end) - max(start, time_ms(first))) for first, last in spans if first)
        return 2 * covered > end - start


def _fills(one: dict[str, Any]) -> bool:
    """Whether somebody looked and wrote down what came of it."""
    outcome = one.get("outcome")
    return one.get("drunk_ml") is not None if outcome == "given" else outcome != "not_observed"
