"""The recurring duties of the article (care.md, Duties): what comes round, whose it is, when it is due and what proves it.

Pure. A duty is done by the record that it asks for (a signed check, a saved audit, a review), or where it asks for none
by whoever says so. One that is not done by its time is late; one that is not done before the next falls due is missed, and one of a
month after as many days as the home allows: four weeks late would be no review of the month any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sync import days, roles
from sync.thresholds import THRESHOLDS

SHIFT, DAY, WEEK, MONTH = "shift", "day", "week", "month"
#: The number of days after its time at which a monthly duty is missed.
MONTH_MISSED = "plan.month_missed_days"
#: The duty that nobody's record does: somebody looked at the day's appointments, and says so.
APPOINTMENT_CHECK = "appointment_check"
# How long after the owner their manager is told.
MANAGER_AFTER = {SHIFT: timedelta(minutes=60), DAY: timedelta(hours=4), WEEK: timedelta(hours=24), MONTH: timedelta(hours=24)}
MANAGER = {
    roles.SENIOR_CARER: roles.DUTY_MANAGER, roles.DUTY_MANAGER: roles.REGISTERED_MANAGER, roles.CARE_COORDINATOR: roles.REGISTERED_MANAGER,
    roles.NUTRITION_LEAD: roles.REGISTERED_MANAGER, roles.ROTA_COORDINATOR: roles.REGISTERED_MANAGER,
    roles.REGISTERED_MANAGER: roles.PROVIDER_QUALITY_LEAD, roles.PROVIDER_QUALITY_LEAD: roles.NOMINATED_INDIVIDUAL,
    roles.NOMINATED_INDIVIDUAL: roles.PROVIDER_LEAD,
}  # fmt: skip


@dataclass(frozen=True)
class Recurring:
    """One duty. `proof` is the kind whose record does it, `template` the audit that is meant; `serves` the stream of the
    plan that a miss counts against."""

    name: str
    every: str
    owner: str
    deputy: str
    serves: str
    proof: str | None = None
    template: str | None = None

    @property
    def manager(self) -> str:
        return MANAGER[self.owner]


_HYDRATION, _APPOINTMENTS, _DEPLOYMENT, _GOVERNANCE = "hydration", "appointments", "deployment", "governance"

DUTIES: Mapping[str, Recurring] = {
    duty.name: duty
    for duty in (
        Recurring("hydration_check", SHIFT, roles.SENIOR_CARER, roles.SHIFT_LEADER, _HYDRATION, "shift_hydration_check"),
        Recurring(APPOINTMENT_CHECK, DAY, roles.CARE_COORDINATOR, roles.DUTY_MANAGER, _APPOINTMENTS),
        Recurring("daily_log", DAY, roles.DUTY_MANAGER, roles.DEPUTY_MANAGER, _GOVERNANCE),
        Recurring("audit_hydration", WEEK, roles.NUTRITION_LEAD, roles.DEPUTY_MANAGER, _HYDRATION, "audit", "hydration"),
        Recurring("audit_appointments", WEEK, roles.CARE_COORDINATOR, roles.DEPUTY_MANAGER, _APPOINTMENTS, "audit", "appointments"),
        Recurring("audit_deployment", WEEK, roles.REGISTERED_MANAGER, roles.DEPUTY_MANAGER, _DEPLOYMENT, "audit", "deployment"),
        Recurring("risk_review", WEEK, roles.REGISTERED_MANAGER, roles.DEPUTY_MANAGER, _GOVERNANCE, "review"),
        Recurring("provider_review", MONTH, roles.PROVIDER_QUALITY_LEAD, roles.PROVIDER_LEAD, _GOVERNANCE, "governance_report"),
        Recurring("oversight_minutes", MONTH, roles.NOMINATED_INDIVIDUAL, roles.PROVIDER_LEAD, _GOVERNANCE, "minute"),
    )
}


@dataclass(frozen=True)
class Period:
    """One coming round of a duty: `key` names it (`2026-11-22`, `2026-11-22/night`), it runs from `start` and is due at `due`."""

    key: str
    start: datetime
    due: datetime


def period(duty: Recurring, at: datetime, zone: str | ZoneInfo = days.LONDON) -> Period:
    """The round that an instant falls in: a shift, a care day, or a week or month of care days (weeks begin on Monday)."""
    if duty.every == SHIFT:
        shift = days.shift_of(at, zone)
        return Period(shift, *days.shift_bounds(shift, zone))
    day = days.care_day(at, zone)
    first, after = _run(duty.every, day)
    return Period(first.isoformat(), days.care_day_bounds(first, zone)[0], days.care_day_bounds(after, zone)[0])


def _run(every: str, day: date) -> tuple[date, date]:
    if every == WEEK:
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=7)
    if every == MONTH:
        first = day.replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1)
    return day, day + timedelta(days=1)


def month_before(day: date) -> str:
    """The month before that of a day, as `2026-10`."""
    return (day.replace(day=1) - timedelta(days=1)).isoformat()[:7]


def missed_at(duty: Recurring, due: datetime, zone: str | ZoneInfo = days.LONDON, *, month_days: int = THRESHOLDS[MONTH_MISSED].default) -> datetime:
    """What is not done by then was missed: when the next round falls due, of a monthly duty `month_days` after its own time."""
    if duty.every == MONTH:
        return days.care_day_bounds(days.care_day(due, zone) + timedelta(days=month_days), zone)[0]
    return period(duty, due, zone).due


def proves(duty: Recurring, kind: str, fields: Mapping[str, object], key: str) -> bool:
    """Whether a record of the right time does this round of the duty. A sample that was drawn and not answered does nothing."""
    if kind != duty.proof:
        return False
    if duty.every == SHIFT:
        return fields.get("shift") == key
    if kind == "governance_report":
        # The round of a month looks back at the one before: that one is over.
        return fields.get("month") == month_before(date.fromisoformat(key))
    if kind == "minute" and fields.get("held_on"):
        return str(fields["held_on"])[:7] == key[:7]
    if duty.template is None:
        return True
    drawn_only = fields.get("drawn_at") is not None and not fields.get("answers")
    return fields.get("template") == duty.template and fields.get("round") in (None, key) and not drawn_only
