"""What the home is measured by: numerators, denominators and exclusions, as care.md defines them word for word.

Each measure has a file here. It is given records, says of each case that was due whether it was met, and reads no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MONITORING = "complete_monitoring"
ESCALATION = "timely_escalation"
FOLLOW_UP = "appointment_follow_up"
DEPLOYMENT = "compliant_deployment"


@dataclass(frozen=True)
class Measure:
    """A measure and the target that the article starts from. Names are fixed: they stand in actions and exports."""

    name: str
    target_percent: int
    #: Weeks that the article gives to reach it.
    weeks: int
    #: Hours after the end of a care day at which its cases can first be judged.
    settles_hours: int


_ALL = (
    Measure(MONITORING, 95, 8, 1),
    Measure(ESCALATION, 95, 8, 2),
    Measure(FOLLOW_UP, 95, 10, 48),
    Measure(DEPLOYMENT, 90, 8, 4),
)

MEASURES: Mapping[str, Measure] = {each.name: each for each in _ALL}
