"""The three weekly audits of the article as data: who makes each, from which sources, and what is asked of each source.

A template never changes under its number: other words, another question or another source is a new `version` beside the old one, and
an audit is read by the version that it was drawn under. The words of questions stand in the message file (`pages.audits.questions`);
a question whose meaning changes gets another name, so that scores over time compare the same question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sync import roles
from sync.rules.starts import STARTS

HYDRATION, APPOINTMENTS, DEPLOYMENT = "hydration", "appointments", "deployment"

#: The sources that the article names, in its order.
CHARTS, CARE_PLANS, ESCALATIONS, FEEDBACK = "charts", "care_plans", "escalations", "feedback"
VISITS, DAILY_NOTES, PLAN_UPDATES = "visits", "daily_notes", "plan_updates"
ROTAS, DEPENDENCY, DAILY_LOGS, INCIDENTS = "rotas", "dependency", "daily_logs", "incidents"


@dataclass(frozen=True)
class Question:
    """One question, answered from one source. Names are fixed: they stand in records."""

    name: str
    source: str


@dataclass(frozen=True)
class Template:
    """An audit: `lead` is the role that the article gives it to; `stands_in` may make it in the lead's stead."""

    name: str
    version: int
    lead: str
    stands_in: frozenset[str]
    questions: tuple[Question, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source that the article names for it, once, in its order."""
        return tuple(dict.fromkeys(question.source for question in self.questions))

    @property
    def auditors(self) -> frozenset[str]:
        return self.stands_in | {self.lead}

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures of the plan that it bears on."""
        return STARTS[self.name].measures

    @property
    def duty(self) -> str:
        """The recurring duty that it does."""
        return f"audit_{self.name}"

    def of(self, source: str) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.source == source)


def _questions(*of: tuple[str, tuple[str, ...]]) -> tuple[Question, ...]:
    return tuple(Question(name, source) for source, names in of for name in names)


_STANDS_IN = frozenset({roles.DEPUTY_MANAGER, roles.REGISTERED_MANAGER})

#: Every version of every template.
ALL = (
    Template(
        HYDRATION, 1, roles.NUTRITION_LEAD, _STANDS_IN,
        _questions(
            (CHARTS, ("checks_filled", "saved_at_bedside", "refusals_explained")),
            (CARE_PLANS, ("plan_clear", "preferences_held")),
            (ESCALATIONS, ("decided_in_time", "advice_acted_on")),
            (FEEDBACK, ("drinks_as_wished", "feedback_answered")),
        ),
    ),
    Template(
        APPOINTMENTS, 1, roles.CARE_COORDINATOR, _STANDS_IN,
        _questions(
            (VISITS, ("outcome_told", "advice_written", "actions_owned")),
            (DAILY_NOTES, ("note_agrees",)),
            (PLAN_UPDATES, ("plan_holds_advice", "advice_in_practice")),
            (FEEDBACK, ("people_informed", "chasers_answered")),
        ),
    ),
    Template(
        DEPLOYMENT, 1, roles.REGISTERED_MANAGER, frozenset({roles.DEPUTY_MANAGER}),
        _questions(
            (ROTAS, ("own_reason", "fits_need")),
            (DEPENDENCY, ("scored_lately",)),
            (DAILY_LOGS, ("actual_told", "delays_answered")),
            (INCIDENTS, ("incident_timing_used",)),
            (FEEDBACK, ("no_rush", "pressure_answered")),
        ),
    ),
)  # fmt: skip

#: The newest version of each, by name.
TEMPLATES: Mapping[str, Template] = {each.name: each for each in sorted(ALL, key=lambda each: each.version)}
#: Roles that make any of them.
AUDITORS = frozenset().union(*(each.auditors for each in TEMPLATES.values()))

_BY_VERSION = {(each.name, each.version): each for each in ALL}


def template(name: object, version: object) -> Template | None:
    """The template that an audit was drawn under; None where this code does not know it."""
    return _BY_VERSION.get((name, version)) if isinstance(name, str) and isinstance(version, int) else None
