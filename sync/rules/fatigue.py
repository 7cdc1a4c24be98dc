"""Whether alerts are still worth hearing (alerts.md 6, 10): how many reach people, how many led to anything, and which do not.

Pure: alerts in, figures out. An alert *reached* somebody when its ladder told anybody; it was *acted on* when somebody took
it on or closed it with a result other than "no action needed".
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sync.kinds.alert import ACKNOWLEDGED, RESOLVED, SNOOZED
from sync.rules.catalogue import RED_FLAG, RED_FLAG_LOW_INTAKE
from sync.severities import CRITICAL
from sync.thresholds import Values

MINUTE_MS = 60_000
# What comes to one device within this time of its last call is told together with what else comes.
BUNDLE_MS = 2 * MINUTE_MS
# No device is called more often than this, (calls, time): alerts.md, 5.
CAPS = ((5, 15 * MINUTE_MS), (11, 60 * MINUTE_MS), (21, 180 * MINUTE_MS))
# A person in danger waits for no bundle and no cap.
_AT_ONCE = frozenset({RED_FLAG, RED_FLAG_LOW_INTAKE})
NO_ACTION = "no_action"
# From so many alerts of one rule about one person, with so few acted on, their threshold is worth a review.
REVIEW_FROM, REVIEW_PERCENT = 5, 40


def may_wait(fields: Mapping[str, Any]) -> bool:
    """Whether a call about this alert may be bundled with others, and held back by a cap."""
    return fields.get("severity") != CRITICAL and fields.get("rule") not in _AT_ONCE


def is_flood(flags: int, values: Values, at: datetime) -> bool:
    """Whether so many red flags from one tablet within a quarter of an hour are called for by one alert about the tablet."""
    return flags > values.value("alerts.unusual_red_flags", at=at)


def not_before(calls_ms: Iterable[int], now_ms: int) -> int:
    """When a device may be called next, by the times of its earlier calls and of those already planned: at once where it was
    quiet; with the call that is planned already; else at the end of the bundle's time, or when a cap allows it."""
    times = sorted(set(calls_ms))
    if times and times[-1] > now_ms:
        return times[-1]  # several that wait go out as one
    at = now_ms
    if times and now_ms - times[-1] < BUNDLE_MS:
        at = times[-1] + BUNDLE_MS
    for calls, within in CAPS:
        if len(times) >= calls:
            at = max(at, times[-calls] + within)
    return at


@dataclass(frozen=True)
class Figures:
    """`shifts` maps a shift to its alerts; `rules` are (rule, alerts, acted on), noisiest first; `reviews` are (rule, person,
    alerts, acted on) whose threshold may be wrong for that person. `per_hour` is per manager-hour, None without hours."""

    alerts: int
    acted: int
    shifts: Mapping[str, int]
    rules: Sequence[tuple[str, int, int]]
    reviews: Sequence[tuple[str, str, int, int]]
    per_hour: float | None

    @property
    def without_action(self) -> int:
        """Percent of alerts that led to nothing."""
        return round(100 * (self.alerts - self.acted) / self.alerts) if self.alerts else 0


def reached(fields: Mapping[str, Any]) -> bool:
    return any(each.get("reached") for each in fields.get("told") or ())


def acted_on(fields: Mapping[str, Any]) -> bool:
    status = fields.get("status")
    return status in (ACKNOWLEDGED, SNOOZED) or (status == RESOLVED and fields.get("outcome") != NO_ACTION)


def figures(alerts: Iterable[tuple[str, Mapping[str, Any]]], manager_hours: float) -> Figures:
    """`alerts` are (shift in which it opened, the record's fields); those that called nobody are left out."""
    heard = [(shift, fields) for shift, fields in alerts if reached(fields)]
    by_rule, by_person = defaultdict(list), defaultdict(list)
    for _, fields in heard:
        by_rule[str(fields.get("rule"))].append(acted_on(fields))
        by_person[str(fields.get("rule")), str(fields.get("subject"))].append(acted_on(fields))
    rules = sorted(((rule, len(of), sum(of)) for rule, of in by_rule.items()), key=lambda each: (each[2] - each[1], each[0]))
    reviews = [
        (rule, person, len(of), sum(of))
        for (rule, person), of in sorted(by_person.items())
        if len(of) >= REVIEW_FROM and 100 * sum(of) < REVIEW_PERCENT * len(of)
    ]
    acted = sum(acted_on(fields) for _, fields in heard)
    per_hour = len(heard) / manager_hours if manager_hours else None
    return Figures(len(heard), acted, Counter(shift for shift, _ in heard), rules, reviews, per_hour)
