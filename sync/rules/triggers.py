"""The twelve triggers (care.md, The plan 1): what opens or escalates an action by itself. Each has a number, a period and a test.

The numbers are the home's own (`sync/thresholds.py`, `plan.…`); a change of a test is a new `VERSION`, which stands in what it wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sync.measures import appointment_follow_up as follow_up
from sync.measures import compliant_deployment as deployment
from sync.measures import timely_escalation as escalation
from sync.thresholds import THRESHOLDS, Values

VERSION = 1
HYDRATION, APPOINTMENTS, DEPLOYMENT = STREAMS = ("hydration", "appointments", "deployment")
#: What feedback is about, in each stream.
THEMES = {
    HYDRATION: frozenset({"drink_preference", "support_to_drink"}),
    APPOINTMENTS: frozenset({"communication"}),
    DEPLOYMENT: frozenset({"waiting", "rushed", "pressure", "skill_mix", "breaks", "teamwork"}),
}


@dataclass(frozen=True)
class Seen:
    """What happened over a trigger's period. `met` of `due` and the reasons of the misses are of the stream's first measure;
    `undecided` breaches are of the escalation measure; the rest are the values of standing records by kind."""

    met: int = 0
    due: int = 0
    missed: Mapping[str, int] = field(default_factory=dict)
    undecided: int = 0
    records: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)


Number = Callable[[str], Any]
Found = tuple[int, int]
Test = Callable[[Seen, Number], Found | None]


def by_default(name: str) -> Any:
    """A number as it is where a home has set none."""
    return THRESHOLDS[name].default


class Numbers:
    """A home's numbers at an instant. It keeps which were asked for and in which version: what is judged by them says so."""

    def __init__(self, values: Values, at: datetime):
        self._values, self._at = values, at
        self.asked: dict[str, tuple[Any, str]] = {}

    def __call__(self, name: str) -> Any:
        self.asked[name] = self._values.get(name, at=self._at)
        return self.asked[name][0]


@dataclass(frozen=True)
class Trigger:
    """One trigger. `days` names its period; its test gives (how many, of how many) where it fires, else None. Names are fixed:
    they stand in records."""

    name: str
    stream: str
    days: str
    test: Test

    def fires(self, seen: Seen, number: Number = by_default) -> Found | None:
        return self.test(seen, number)

    def first_day(self, today: date, number: Number = by_default) -> date:
        """The first care day that is looked at."""
        return today - timedelta(days=number(self.days))


def had_its_time(begun: date, today: date, grace_days: int) -> bool:
    """Whether an action that began then has been given the days after which what goes on escalates it."""
    return (today - begun).days >= grace_days


def _share_under(percent: str, least: str) -> Test:
    def fires(seen: Seen, number: Number) -> Found | None:
        return (seen.due - seen.met, seen.due) if seen.due >= number(least) and seen.met * 100 < number(percent) * seen.due else None

    return fires


def _undecided(least: str) -> Test:
    return lambda seen, number: (seen.undecided, seen.undecided) if seen.undecided >= number(least) else None


def _missed(least: str, *why: str) -> Test:
    def fires(seen: Seen, number: Number) -> Found | None:
        count = sum(seen.missed.get(each, 0) for each in why)
        return (count, seen.due) if count >= number(least) else None

    return fires


def _records(least: str, kind: str, holds: Callable[[Mapping[str, Any]], bool]) -> Test:
    def fires(seen: Seen, number: Number) -> Found | None:
        every = seen.records.get(kind, ())
        count = sum(holds(each) for each in every)
        return (count, len(every)) if count >= number(least) else None

    return fires


def poor(scores: Sequence[int], number: Number, least: int = 1) -> bool:
    """Whether answers from 1 to 5 are poor: in their mean, where there are `least` of them, or because of a single one."""
    mean, worst = number("plan.feedback_mean"), number("plan.feedback_worst")
    return any(score <= worst for score in scores) or (len(scores) >= least and sum(scores) <= mean * len(scores))


def _poor_feedback(stream: str) -> Test:
    def fires(seen: Seen, number: Number) -> Found | None:
        scores = [each["score"] for each in _about(seen.records.get("feedback", ()), stream) if isinstance(each.get("score"), int)]
        if not poor(scores, number, number("plan.feedback_answers")):
            return None
        return sum(score <= number("plan.feedback_mean") for score in scores), len(scores)

    return fires


def _about(feedback: Iterable[Mapping[str, Any]], stream: str) -> list[Mapping[str, Any]]:
    return [each for each in feedback if each.get("theme") in THEMES[stream]]


def _yes(value: Any) -> bool:
    return value in (True, "yes")


def _either(*tests: Test) -> Test:
    return lambda seen, number: next((found for test in tests if (found := test(seen, number)) is not None), None)


_ALL = (
    Trigger("incomplete_monitoring", HYDRATION, "plan.incomplete_monitoring_days", _share_under("plan.incomplete_monitoring_percent", "plan.incomplete_monitoring_checks")),
    Trigger("low_intake_without_escalation", HYDRATION, "plan.low_intake_without_escalation_days", _undecided("plan.low_intake_without_escalation_times")),
    Trigger("poor_feedback_on_drinks", HYDRATION, "plan.feedback_days", _poor_feedback(HYDRATION)),
    Trigger("guidance_not_followed", HYDRATION, "plan.guidance_not_followed_days", _records("plan.guidance_not_followed_times", "practice_observation", lambda each: each.get("topic") == HYDRATION and each.get("met") in (False, "no"))),
    Trigger("missing_outcomes", APPOINTMENTS, "plan.missing_outcomes_days", _missed("plan.missing_outcomes_times", follow_up.OUTCOME)),
    Trigger("delayed_follow_up", APPOINTMENTS, "plan.delayed_follow_up_days", _missed("plan.delayed_follow_up_times", follow_up.ALLOCATED, follow_up.EVIDENCED)),
    Trigger("poor_communication", APPOINTMENTS, "plan.feedback_days", _either(_records("plan.poor_communication_times", "contact", lambda each: _yes(each.get("chasing"))), _poor_feedback(APPOINTMENTS))),
    Trigger("advice_not_changing_support", APPOINTMENTS, "plan.advice_not_changing_support_days", _missed("plan.advice_not_changing_support_times", follow_up.CARE_PLAN)),
    Trigger("unmet_need", DEPLOYMENT, "plan.unmet_need_days", _records("plan.unmet_need_times", "deployment_observation", lambda each: _yes(each.get("unmet_need")))),
    Trigger("poor_feedback_on_staffing", DEPLOYMENT, "plan.feedback_days", _poor_feedback(DEPLOYMENT)),
    Trigger("weak_rationale", DEPLOYMENT, "plan.weak_rationale_days", _missed("plan.weak_rationale_times", deployment.NO_ALLOCATION, deployment.COPIED, deployment.ALLOCATED_LATE)),
    Trigger("incidents_linked_to_staffing", DEPLOYMENT, "plan.incidents_linked_to_staffing_days", _records("plan.incidents_linked_to_staffing_times", "incident", lambda each: _yes(each.get("staffing_related")))),
)  # fmt: skip

TRIGGERS: Mapping[str, Trigger] = {each.name: each for each in _ALL}
#: The kinds of records that triggers read.
KINDS = ("feedback", "practice_observation", "contact", "deployment_observation", "incident")
#: Why a breach counts as undecided in the escalation measure.
UNDECIDED = escalation.UNDECIDED
