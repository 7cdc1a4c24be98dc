"""The early warning signs that the article names in each example: which rules see them, so that they stand on the action they concern.

A sign is a rule's alert, whether or not it called anybody: a rule that only watches sees it too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sync.kinds.alert import WITHDRAWN
from sync.rules import catalogue
from sync.rules.triggers import APPOINTMENTS, DEPLOYMENT, HYDRATION

SIGNS: Mapping[str, tuple[str, ...]] = {
    # Repeated low totals, vague refusals, delayed advice; and charts that improve while people go on drinking little.
    HYDRATION: (
        catalogue.LOW_AT_CLOSE, catalogue.LOW_TWO_DAYS, catalogue.VERY_LOW_DAY, catalogue.VAGUE_REFUSALS, catalogue.ADVICE_LATE,
        catalogue.NO_DECISION, catalogue.COMPLETE_BUT_LOW,
    ),
    # Missing outcomes, relatives chasing, repeated "awaiting update"; and advice that changes no care.
    APPOINTMENTS: (catalogue.OUTCOME_MISSING, catalogue.CHASING, catalogue.UPDATE_REPEATED, catalogue.UPDATE_LATE, catalogue.CARE_PLAN),
    # Rushed support and staff pressure, delays at predictable times; and a need that was not met.
    DEPLOYMENT: (catalogue.UNDER_PRESSURE, catalogue.SAME_HOUR, catalogue.SLOW_RESPONSE, catalogue.UNMET_NEED),
}  # fmt: skip


def counted(alerts: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """How often each rule saw something, of the values of standing alerts; what withdrew itself was nothing."""
    return Counter(str(each.get("rule")) for each in alerts if each.get("status") != WITHDRAWN)


def of(streams: Iterable[str], seen: Mapping[str, int]) -> list[tuple[str, int]]:
    """(rule, times) of the signs that were seen of these streams, in the article's order."""
    bound = set(streams)
    return [(rule, seen[rule]) for stream, rules in SIGNS.items() if stream in bound for rule in rules if seen.get(rule)]
