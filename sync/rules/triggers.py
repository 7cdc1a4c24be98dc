"""The twelve triggers (care.md, The plan 1): what opens or escalates an action by itself. Each has a number, a period and a test.

All numbers are (D): defaults for a registered manager to sign off. A change of one is a new `VERSION`, which stands in what it wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sync.measures import appointment_follow_up as follow_up
from sync.measures import compliant_deployment as deployment
from sync.measures import timely_escalation as escalation

VERSION = 1
HYDRATION, APPOINTMENTS, DEPLOYMENT = "hydration", "appointments", "deployment"
#: What feedback is about, in each stream.
THEMES = {
    HYDRATION: frozenset({"drink_preference", "support_to_drink"}),
    APPOINTMENTS: frozenset({"communication"}),
    DEPLOYMENT: frozenset({"waiting", "rushed", "pressure", "skill_mix", "breaks", "teamwork"}),
}
#: Poor feedback: a mean of at most 2.5 of at least 5 answers, or any 1 (care.md).
POOR_MEAN, LEAST_ANSWERS, VERY_POOR = 2.5, 5, 1
#: Checks due in a week under which their share says nothing.
LEAST_DUE = 20


@dataclass(frozen=True)
class Seen:
    """What happened over a trigger's period. `met` of `due` and the reasons of the misses are of the stream's first measure;
    `undecided` breaches are of the escalation measure; the rest are the values of standing records by kind."""

    met: int = 0
    due: int = 0
    missed: Mapping[str, int] = field(default_factory=dict)
    undecided: int = 0
    records: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Trigger:
    """One trigger. Its test gives (how many, of how many) where it fires, else None. Names are fixed: they stand in records."""

    name: str
    stream: str
    days: int
    fires: Callable[[Seen], tuple[int, int] | None]


def _share_under(percent: int) -> Callable[[Seen], tuple[int, int] | None]:
    return lambda seen: (seen.due - seen.met, seen.due) if seen.due >= LEAST_DUE and seen.met * 100 < percent * seen.due else None


def _missed(least: int, *why: str) -> Callable[[Seen], tuple[int, int] | None]:
    def fires(seen: Seen) -> tuple[int, int] | None:
        count = sum(seen.missed.get(each, 0) for each in why)
        return (count, seen.due) if count >= least else None

    return fires


def _records(least: int, kind: str, holds: Callable[[Mapping[str, Any]], bool]) -> Callable[[Seen], tuple[int, int] | None]:
    def fires(seen: Seen) -> tuple[int, int] | None:
        every = seen.records.get(kind, ())
        count = sum(holds(each) for each in every)
        return (count, len(every)) if count >= least else None

    return fires


def _poor_feedback(stream: str) -> Callable[[Seen], tuple[int, int] | None]:
    def fires(seen: Seen) -> tuple[int, int] | None:
        scores = [each["score"] for each in _about(seen.records.get("feedback", ()), stream) if isinstance(each.get("score"), int)]
        poor = VERY_POOR in scores or (len(scores) >= LEAST_ANSWERS and sum(scores) <= POOR_MEAN * len(scores))
        return (sum(score <= POOR_MEAN for score in scores), len(scores)) if poor else None

    return fires


def _about(feedback: Iterable[Mapping[str, Any]], stream: str) -> list[Mapping[str, Any]]:
    return [each for each in feedback if each.get("theme") in THEMES[stream]]


def _yes(value: Any) -> bool:
    return value in (True, "yes")


def _either(*tests: Callable[[Seen], tuple[int, int] | None]) -> Callable[[Seen], tuple[int, int] | None]:
    return lambda seen: next((found for test in tests if (found := test(seen)) is not None), None)


_ALL = (
    Trigger("incomplete_monitoring", HYDRATION, 7, _share_under(85)),
    Trigger("low_intake_without_escalation", HYDRATION, 7, lambda seen: (seen.undecided, seen.undecided) if seen.undecided >= 2 else None),
    Trigger("poor_feedback_on_drinks", HYDRATION, 28, _poor_feedback(HYDRATION)),
    Trigger("guidance_not_followed", HYDRATION, 28, _records(2, "practice_observation", lambda each: each.get("topic") == HYDRATION and each.get("met") in (False, "no"))),
    Trigger("missing_outcomes", APPOINTMENTS, 14, _missed(2, follow_up.OUTCOME)),
    Trigger("delayed_follow_up", APPOINTMENTS, 14, _missed(2, follow_up.ALLOCATED, follow_up.EVIDENCED)),
    Trigger("poor_communication", APPOINTMENTS, 28, _either(_records(3, "contact", lambda each: _yes(each.get("chasing"))), _poor_feedback(APPOINTMENTS))),
    Trigger("advice_not_changing_support", APPOINTMENTS, 28, _missed(1, follow_up.CARE_PLAN)),
    Trigger("unmet_need", DEPLOYMENT, 14, _records(2, "deployment_observation", lambda each: _yes(each.get("unmet_need")))),
    Trigger("poor_feedback_on_staffing", DEPLOYMENT, 28, _poor_feedback(DEPLOYMENT)),
    Trigger("weak_rationale", DEPLOYMENT, 14, _missed(2, deployment.NO_ALLOCATION, deployment.COPIED, deployment.ALLOCATED_LATE)),
    Trigger("incidents_linked_to_staffing", DEPLOYMENT, 28, _records(2, "incident", lambda each: _yes(each.get("staffing_related")))),
)  # fmt: skip

TRIGGERS: Mapping[str, Trigger] = {each.name: each for each in _ALL}
#: The kinds of records that triggers read.
KINDS = ("feedback", "practice_observation", "contact", "deployment_observation", "incident")
#: Why a breach counts as undecided in the escalation measure.
UNDECIDED = escalation.UNDECIDED
