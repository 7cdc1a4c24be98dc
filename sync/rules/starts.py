"""What a manager starts an action from: the article's three examples. Their words stand in the message file (`pages.plan.starts`).

Tags are slugs of quality statements and regulations as CQC names them now; a home may write others (domain.md 5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sync import measures
from sync.rules.plan import EXPERIENCE, OBSERVATION, OUTCOMES, PROCESSES, STAFF


@dataclass(frozen=True)
class Start:
    """A template: which measures it is bound to, what proves it (name in the message file, category), and its tags."""

    name: str
    risk: str
    area: str
    measures: tuple[str, ...]
    evidence: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]

    @property
    def percent(self) -> int:
        """The highest target that the article sets for one of its measures."""
        return max(measures.MEASURES[name].target_percent for name in self.measures)

    @property
    def weeks(self) -> int:
        return max(measures.MEASURES[name].weeks for name in self.measures)


_ALL = (
    Start(
        "hydration", "high", "care_planning", (measures.MONITORING, measures.ESCALATION),
        (("records", PROCESSES), ("audit", PROCESSES), ("feedback", EXPERIENCE), ("practice", OBSERVATION), ("advice", OUTCOMES)),
        ("delivering-evidence-based-care-and-treatment", "monitoring-and-improving-outcomes", "responding-to-peoples-immediate-needs", "reg-14", "reg-12"),
    ),
    Start(
        "appointments", "high", "care_planning", (measures.FOLLOW_UP,),
        (("records", PROCESSES), ("audit", PROCESSES), ("feedback", EXPERIENCE), ("practice", OBSERVATION), ("changed", OUTCOMES)),
        ("safe-systems-pathways-and-transitions", "how-staff-teams-and-services-work-together", "reg-9", "reg-12"),
    ),
    Start(
        "deployment", "medium", "staffing", (measures.DEPLOYMENT,),
        (("records", PROCESSES), ("audit", PROCESSES), ("feedback", EXPERIENCE), ("staff", STAFF), ("delays", OUTCOMES)),
        ("safe-and-effective-staffing", "person-centred-care", "governance-management-and-sustainability", "reg-18", "reg-17"),
    ),
)  # fmt: skip

STARTS: Mapping[str, Start] = {each.name: each for each in _ALL}
