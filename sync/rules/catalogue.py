"""Every rule of all streams: how grave each is, whether it goes on by itself, and what may take it back.

Which of them call anybody is a home's decision after its first fourteen days (care.md, Alerts 3); what is true for all
homes is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync.severities import CRITICAL, NUDGE, SENIOR, URGENT
from sync.thresholds import ON, WATCH, Values

NO_OFFER = "hydration.no_offer"
NOTHING_DRUNK_6H = "hydration.nothing_drunk_6h"
NOTHING_DRUNK_8H = "hydration.nothing_drunk_8h"
BEHIND_PACE = "hydration.behind_pace"
LOW_AT_CLOSE = "hydration.low_at_close"
LOW_TWO_DAYS = "hydration.low_two_days"
VERY_LOW_DAY = "hydration.very_low_day"
THREE_REFUSALS = "hydration.three_refusals"
RED_FLAG = "hydration.red_flag"
RED_FLAG_LOW_INTAKE = "hydration.red_flag_low_intake"
OVER_LIMIT = "hydration.over_limit"
THICKNESS = "hydration.thickness"
SILENT = "tablets.silent"
MISSING_ENTRIES = "tablets.missing_entries"
TWO_TABLETS = "tablets.two_with_one_identity"
SET_ASIDE = "tablets.set_aside"
DOUBLE_UNDECIDED = "hydration.double_undecided"
VAGUE_REFUSALS = "hydration.vague_refusals"
NO_DECISION = "hydration.no_decision"
ADVICE_LATE = "hydration.advice_late"
COMPLETE_BUT_LOW = "hydration.complete_but_low"
COPIED = "hydration.copied_estimates"
NOT_REVIEWED = "hydration.pause_not_reviewed"
PLAN_NOT_CONFIRMED = "hydration.plan_not_confirmed"
OUTCOME_AT_SHIFT_END = "appointments.outcome_at_shift_end"
OUTCOME_MISSING = "appointments.outcome_missing"
UNALLOCATED = "appointments.follow_up_unallocated"
OVERDUE = "appointments.follow_up_overdue"
UPDATE_LATE = "appointments.update_late"
UPDATE_REPEATED = "appointments.update_repeated"
CARE_PLAN = "appointments.care_plan_unchanged"
NOT_BOOKED = "appointments.next_not_booked"
NOT_SUPPORTED = "appointments.not_supported"
CHASING = "appointments.chasing"
BELOW_PLAN = "deployment.below_plan"
BELOW_HOURS = "deployment.below_hours"
NOT_OBSERVED = "deployment.not_observed"
UNMET_NEED = "deployment.unmet_need"
SLOW_RESPONSE = "deployment.slow_response"
SAME_HOUR = "deployment.delays_same_hour"
UNDER_PRESSURE = "deployment.under_pressure"
DEPENDENCY_OLD = "deployment.dependency_old"
NO_REASON = "deployment.no_reason"
CONFLICT = "system.conflict"
NOBODY_REACHED = "system.nobody_reached"
ESCALATOR_LATE = "system.escalator_late"
CLOCK_STEPPED = "system.clock_stepped"


@dataclass(frozen=True)
class Rule:
    """One rule. Names are fixed: they are in alerts, settings and exports."""

    name: str
    severity: str
    #: Calls people after the watch period although no manager turned it on.
    by_itself: bool = False
    #: ... but only where the chart is complete.
    complete_only: bool = False
    #: Calls people from a new home's first day.
    from_first_day: bool = False
    #: May be withdrawn when an entry saved at the bedside merely arrived late.
    withdraws: bool = True
    #: Each new event is a matter of its own, whatever was done about the last one.
    each_event: bool = False
    #: Asks for a decision, and ends with it, whenever it comes.
    asks: bool = False
    #: Judged when the care day closes, and provisional while a tablet is silent.
    at_close: bool = False
    #: For whoever runs the shift: the first rung, the seniors on the floor, counts as reached.
    managers: bool = False
    #: It has happened and nothing can put it right: where it called nobody it ends with its care day, and stays in the log.
    passes: bool = False


_ALL = (
    Rule(NO_OFFER, NUDGE),
    Rule(NOTHING_DRUNK_6H, SENIOR),
    Rule(NOTHING_DRUNK_8H, URGENT, by_itself=True),
    Rule(BEHIND_PACE, SENIOR),
    Rule(LOW_AT_CLOSE, URGENT, at_close=True),
    Rule(LOW_TWO_DAYS, URGENT, by_itself=True, complete_only=True, at_close=True),
    Rule(VERY_LOW_DAY, CRITICAL, at_close=True),
    Rule(THREE_REFUSALS, SENIOR),
    Rule(RED_FLAG, URGENT, from_first_day=True, withdraws=False, each_event=True),
    Rule(RED_FLAG_LOW_INTAKE, CRITICAL, by_itself=True, from_first_day=True, withdraws=False, each_event=True),
    Rule(OVER_LIMIT, URGENT, by_itself=True, from_first_day=True, withdraws=False),
    Rule(THICKNESS, URGENT, by_itself=True, from_first_day=True, withdraws=False, each_event=True),
    Rule(VAGUE_REFUSALS, SENIOR),
    Rule(DOUBLE_UNDECIDED, NUDGE, asks=True),
)

RULES: Mapping[str, Rule] = {rule.name: rule for rule in _ALL}

# What can be wrong with a tablet. Not about care, but care records hang on it: they go on by themselves.
_TABLETS = (
    Rule(SILENT, SENIOR, by_itself=True),
    Rule(MISSING_ENTRIES, SENIOR, by_itself=True),
    Rule(TWO_TABLETS, SENIOR, by_itself=True, withdraws=False),
    Rule(SET_ASIDE, SENIOR, by_itself=True),
)

TABLET_RULES: Mapping[str, Rule] = {rule.name: rule for rule in _TABLETS}

# What records should say by a certain time and do not, or say and should not (`sync/matters.py`). But for three they are
# listed in the daily log until a manager turns them on.
_MATTERS = (
    Rule(NO_DECISION, SENIOR),
    Rule(ADVICE_LATE, SENIOR),
    Rule(COMPLETE_BUT_LOW, SENIOR),
    Rule(COPIED, NUDGE, managers=True),
    Rule(NOT_REVIEWED, SENIOR),
    Rule(PLAN_NOT_CONFIRMED, SENIOR, by_itself=True, managers=True, asks=True),
    Rule(OUTCOME_AT_SHIFT_END, SENIOR),
    Rule(OUTCOME_MISSING, SENIOR, by_itself=True),
    Rule(UNALLOCATED, SENIOR, managers=True),
    Rule(OVERDUE, SENIOR, by_itself=True),
    Rule(UPDATE_LATE, SENIOR),
    Rule(UPDATE_REPEATED, SENIOR),
    Rule(CARE_PLAN, SENIOR),
    Rule(NOT_BOOKED, SENIOR),
    Rule(NOT_SUPPORTED, SENIOR, each_event=True),
    Rule(CHASING, SENIOR, each_event=True),
    Rule(BELOW_PLAN, SENIOR, managers=True, each_event=True),
    Rule(BELOW_HOURS, SENIOR, managers=True, each_event=True),
    Rule(NOT_OBSERVED, SENIOR, managers=True),
    Rule(UNMET_NEED, SENIOR, managers=True, each_event=True),
    Rule(SLOW_RESPONSE, SENIOR, managers=True, each_event=True),
    Rule(SAME_HOUR, SENIOR, managers=True, each_event=True),
    Rule(UNDER_PRESSURE, SENIOR, managers=True, each_event=True),
    Rule(DEPENDENCY_OLD, SENIOR, managers=True),
    Rule(NO_REASON, SENIOR, managers=True),
    Rule(CONFLICT, SENIOR, managers=True),
    Rule(NOBODY_REACHED, SENIOR, managers=True, each_event=True, passes=True),
    Rule(ESCALATOR_LATE, SENIOR, managers=True, each_event=True, passes=True),
    Rule(CLOCK_STEPPED, SENIOR, managers=True, each_event=True, passes=True),
)

MATTER_RULES: Mapping[str, Rule] = {rule.name: rule for rule in _MATTERS}

# About a tablet that floods the home with red flags (server/alerts/unusual.py): it calls for all of them once.
UNUSUAL = "tablets.unusual_activity"
ACTIVITY_RULES: Mapping[str, Rule] = {UNUSUAL: Rule(UNUSUAL, URGENT, from_first_day=True, withdraws=False)}

# About the home's own duties, and nobody's drinking: told to the duty's owner, then to their manager.
DUTY_LATE = "duties.late"
DUTY_RULES: Mapping[str, Rule] = {DUTY_LATE: Rule(DUTY_LATE, SENIOR, by_itself=True, asks=True)}

#: Every rule there is, by name.
EVERY_RULE: Mapping[str, Rule] = {**RULES, **TABLET_RULES, **MATTER_RULES, **DUTY_RULES, **ACTIVITY_RULES}


def switched(
    rule: Rule, values: Values, *, person: str | None, unit: str | None, at: datetime, started: datetime | None, incomplete: bool
) -> tuple[str, str]:  # fmt: skip
    """(on, off or watch, version of the decision) for one rule and person at an instant; version "default" when nobody decided.

    `started` is when the home began; without it the watch period is over.
    """
    said, version = values.switch(rule.name, person, unit, at=at)
    if said is not None:
        return said, version
    watching = started is not None and at < started + timedelta(days=values.value("alerts.watch_days", at=at))
    if watching:
        return (ON if rule.from_first_day else WATCH), version
    alone = rule.from_first_day or (rule.by_itself and not (rule.complete_only and incomplete))
    return (ON if alone else WATCH), version
