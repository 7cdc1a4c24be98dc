"""Each leader's work by the article: which duties come round for a role, and what it otherwise opens the plan for.

A duty stands under its owner and its deputy (`duties.py`). Beside duties, each role has work that no calendar owes: what it looks at,
week by week or month by month (domain.md 8). `href` is the page where it is done; its words stand under `pages.work.tasks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sync import roles
from sync.rules.duties import DAY, DUTIES, MONTH, SHIFT, WEEK, Recurring


@dataclass(frozen=True)
class Task:
    """Work of a role that no calendar owes: how often, and where it is done."""

    name: str
    every: str
    href: str


TASKS: Mapping[str, tuple[Task, ...]] = {
    roles.SENIOR_CARER: (Task("gaps", SHIFT, "/missing"), Task("alerts", SHIFT, "/overview")),
    roles.SHIFT_LEADER: (Task("deployment", SHIFT, "/log"), Task("alerts", SHIFT, "/overview")),
    roles.DUTY_MANAGER: (Task("outcomes", DAY, "/appointments"), Task("unresolved", DAY, "/log")),
    roles.KEY_WORKER: (Task("preferences", MONTH, "/app/"),),
    roles.NUTRITION_LEAD: (Task("baseline_drinks", WEEK, "/measures/complete_monitoring"), Task("watch", WEEK, "/observations")),
    roles.CARE_COORDINATOR: (Task("baseline_visits", WEEK, "/measures/appointment_follow_up"), Task("outcomes", DAY, "/appointments")),
    roles.ROTA_COORDINATOR: (Task("rationale", WEEK, "/measures/compliant_deployment"),),
    roles.DEPUTY_MANAGER: (Task("feedback", WEEK, "/feedback"), Task("summary", WEEK, "/feedback/summaries"), Task("accounts", WEEK, "/staff-accounts"), Task("complaints", WEEK, "/complaints")),
    roles.REGISTERED_MANAGER: (
        Task("plan", WEEK, "/plan"), Task("standards", MONTH, "/standards"), Task("numbers", MONTH, "/thresholds"), Task("challenges", WEEK, "/minutes"),
    ),
    roles.PROVIDER_QUALITY_LEAD: (Task("homes", MONTH, "/provider"), Task("report", MONTH, "/oversight"), Task("disagree", MONTH, "/oversight/beside")),
    roles.PROVIDER_LEAD: (Task("homes", MONTH, "/provider"), Task("effective", MONTH, "/plan/questions"), Task("minutes", MONTH, "/minutes")),
    roles.NOMINATED_INDIVIDUAL: (Task("homes", MONTH, "/provider"), Task("challenge", MONTH, "/minutes"), Task("weak", MONTH, "/plan")),
}  # fmt: skip


#: Where a duty is done; the others are said as done on the page of duties.
WHERE: Mapping[str, str] = {
    "hydration_check": "/missing", "appointment_check": "/appointments", "daily_log": "/log", "risk_review": "/plan", "provider_review": "/oversight",
    "oversight_minutes": "/minutes",
}  # fmt: skip


def duties_of(held: Iterable[str]) -> tuple[list[Recurring], list[Recurring]]:
    """(duties that these roles own, duties for which they stand in), in the order in which they come round."""
    mine = set(held)
    owned = [duty for duty in DUTIES.values() if duty.owner in mine]
    return owned, [duty for duty in DUTIES.values() if duty.deputy in mine and duty not in owned]


def tasks_of(held: Iterable[str]) -> list[Task]:
    """The work of these roles beside their duties, each once, most often first."""
    found = {each.name: each for role in roles.ROLES if role in set(held) for each in TASKS.get(role, ())}
    return sorted(found.values(), key=lambda each: (SHIFT, DAY, WEEK, MONTH).index(each.every))
