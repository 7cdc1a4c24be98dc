"""Whether alerts are still worth hearing (alerts.md 6, 10): how many reach people, how many led to anything, and which do not.

Pure: alerts in, figures out. An alert *reached* somebody when its ladder told anybody; it was *acted on* when somebody took
it on or closed it with a result other than "no action needed".
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync.kinds.alert import ACKNOWLEDGED, RESOLVED, SNOOZED

NO_ACTION = "no_action"
# From so many alerts of one rule about one person, with so few acted on, their threshold is worth a review.
REVIEW_FROM, REVIEW_PERCENT = 5, 40


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
