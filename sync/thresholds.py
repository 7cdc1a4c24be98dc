"""Every clinical and operational number, once: its name, unit, bounds, default and where it comes from.

A home's own value is a `threshold` record; with none the default applies and the alert says `default`. A value for a
person stands before one for their unit, and that before the home's. None of these numbers is a national standard:
each is a starting point that a home signs off ((D) in the design's sense).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sync import messages
from sync.days import LONDON, local

DEFAULT = "default"

ML, SECONDS, MINUTES, HOURS, DAYS = "ml", "seconds", "minutes", "hours", "days"
PERCENT, COUNT, SCORE, CLOCK, TEXT = "percent", "count", "score", "time of day", "text"


@dataclass(frozen=True)
class Threshold:
    """One number. `source` says whose it is; `words` what it decides, for whoever signs it off."""

    name: str
    unit: str
    default: Any
    low: Any
    high: Any
    source: str
    words: str

    def allows(self, value: Any) -> bool:
        """True when `value` is of the right sort and inside the bounds."""
        if self.unit == CLOCK:
            return isinstance(value, str) and bool(_CLOCK_TIME.fullmatch(value)) and self.low <= value <= self.high
        if self.unit == TEXT:
            return isinstance(value, str) and self.low <= len(value.strip()) <= self.high
        return isinstance(value, (int, float)) and not isinstance(value, bool) and self.low <= value <= self.high


_CLOCK_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")

_CARE, _DOMAIN, _UX = "care.md (D)", "domain.md 2d (D)", "ux.md (D)"
_VISITS, _STAFFING = "domain.md 3 (D)", "domain.md 4 (D)"
_PLAN, _FEEDBACK = "a starting point for care.md, The plan 1 (D)", "care.md, The plan 1 (D)"
_CLOSING, _BESIDE = "a starting point for care.md, The plan 2 (D)", "a starting point for care.md, The plan 5 (D)"
_ESPEN = "ESPEN guideline on clinical nutrition and hydration in geriatrics, grade B"

_ALL = (
    Threshold("hydration.target_female_ml", ML, 1600, 500, 4000, _ESPEN, "Drinks a day to offer a woman without a figure of her own"),
    Threshold("hydration.target_male_ml", ML, 2000, 500, 4000, _ESPEN, "Drinks a day to offer a man without a figure of his own"),
    Threshold("hydration.target_floor_ml", ML, 1500, 500, 4000, "Common UK minimum, domain.md 2a (D)", "Drinks a day where neither a figure nor the sex is known"),
    Threshold("hydration.wakes_at", CLOCK, "07:00", "04:00", "12:00", _CARE, "Start of waking hours"),
    Threshold("hydration.sleeps_at", CLOCK, "21:00", "17:00", "23:59", _CARE, "End of waking hours"),
    Threshold("hydration.due_minutes", MINUTES, 120, 30, 360, _UX, "Time without an offer after which a drink is due on the list"),
    Threshold("hydration.no_offer_minutes", MINUTES, 180, 60, 480, _DOMAIN, "Waking time without an offer that is a nudge, and late on the list"),
    Threshold("hydration.nothing_drunk_senior_minutes", MINUTES, 360, 120, 720, _DOMAIN, "Waking time with nothing drunk that a senior hears of"),
    Threshold("hydration.nothing_drunk_urgent_minutes", MINUTES, 480, 180, 840, _DOMAIN, "Waking time with nothing drunk that is urgent"),
    Threshold("hydration.pace_percent", PERCENT, 50, 10, 90, _DOMAIN, "Share of what was expected by now, under which a person is behind"),
    Threshold("hydration.first_check_at", CLOCK, "14:00", "10:00", "16:59", _DOMAIN, "First time of day at which the pace is judged"),
    Threshold("hydration.second_check_at", CLOCK, "17:00", "12:00", "22:00", _DOMAIN, "Second time of day at which the pace is judged"),
    Threshold("hydration.low_day_ml", ML, 1000, 300, 2000, _DOMAIN, "Intake in a care day under which it is low at its close"),
    Threshold("hydration.very_low_day_ml", ML, 500, 100, 1500, _DOMAIN, "Intake in a care day that calls for advice the same day"),
    Threshold("hydration.low_target_percent", PERCENT, 75, 30, 100, _DOMAIN, "Share of the target under which two days running are low"),
    Threshold("hydration.limit_floor_percent", PERCENT, 75, 10, 100, _CARE, "Share of a limit or a clinician's figure that no floor exceeds"),
    Threshold("hydration.refusals", COUNT, 3, 2, 10, _DOMAIN, "Refusals in a care day that ask for a review of preferences"),
    Threshold("hydration.complete_percent", PERCENT, 80, 50, 100, _CARE, "Share of windows with an entry under which a chart is incomplete"),
    Threshold("hydration.bedside_minutes", MINUTES, 30, 5, 120, _CARE, "Time from the bedside to saving within which an entry is on time"),
    Threshold("hydration.open_cup_minutes", MINUTES, 240, 30, 720, _CARE, "Time within which an open cup can be finished as seen"),
    Threshold("hydration.vague_refusals", COUNT, 3, 2, 20, "domain.md 2d: vague refusal notes are an early warning (D)", "Refusals without a reason in 3 care days that a senior asks about"),
    Threshold("hydration.decision_minutes", MINUTES, 60, 10, 720, _CARE, "Time from an urgent alert about low intake to a decision"),
    Threshold("hydration.decision_senior_minutes", MINUTES, 240, 30, 1440, _CARE, "Time from a senior's alert about low intake to a decision"),
    Threshold("hydration.complete_but_low_days", DAYS, 3, 2, 14, "domain.md 2d: charts improve, care does not (D)", "Low days running with a complete chart that call for a review"),
    Threshold("hydration.old_plan_minutes", MINUTES, 720, 60, 1440, "care.md, Recording 3 (D)", "Age of what a tablet knows of a plan, from which a drink is stopped for"),
    Threshold("hydration.a_lot_ml", ML, 1000, 300, 4000, "ux.md, interruption page (D)", "Amount of one drink above which a tablet asks whether it is right"),
    Threshold("hydration.long_ago_minutes", MINUTES, 720, 60, 1440, "ux.md, interruption page (D)", "Time after which a tablet asks whether a drink of so long ago is right"),
    Threshold("hydration.double_minutes", MINUTES, 2, 0, 15, _CARE, "Same drink and amount from two tablets within this time may be one drink"),
    Threshold("appointments.outcome_hours", HOURS, 24, 1, 72, _VISITS, "Time after an appointment within which its outcome is recorded"),
    Threshold("appointments.allocate_hours", HOURS, 24, 1, 72, _VISITS, "Time within which an action has an owner and a date"),
    Threshold("appointments.update_hours", HOURS, 72, 12, 336, _VISITS, "Time that an update may be awaited before it is late"),
    Threshold("appointments.care_plan_hours", HOURS, 72, 12, 336, _VISITS, "Time within which a care plan follows advice that changes care"),
    Threshold("appointments.update_times", COUNT, 2, 2, 10, _VISITS, "Times that an update is awaited or chased before somebody looks"),
    Threshold("appointments.book_hours", HOURS, 72, 12, 336, _VISITS, "Time within which a promised next appointment is booked"),
    Threshold("appointments.chasing_times", COUNT, 2, 1, 10, _VISITS, "Times that relatives chase before somebody looks"),
    Threshold("appointments.chasing_days", DAYS, 14, 1, 28, _VISITS, "Days over which relatives' chasing is counted"),
    Threshold("appointments.letter_hours", HOURS, 24, 1, 168, "care.md, Recording 7 (D)", "Time within which a senior confirms what a letter asks"),
    Threshold("hydration.copied_all_percent", PERCENT, 85, 60, 100, _CARE, "Share of a unit's week recorded as all, over which estimates look copied"),
    Threshold("hydration.copied_least_drinks", COUNT, 50, 10, 1000, "Fewer say nothing of a habit (D)", "Drinks in a unit's week from which their estimates are looked at"),
    Threshold("deployment.response_minutes", MINUTES, 10, 2, 60, _STAFFING, "This home's standard: the longest that somebody waits for a response"),
    Threshold("deployment.recurring_times", COUNT, 3, 2, 20, _STAFFING, "Shifts with a delay in the same hour, or under pressure, that make a pattern"),
    Threshold("deployment.recurring_days", DAYS, 28, 7, 28, _STAFFING, "Days over which such shifts on a unit are counted"),
    Threshold("deployment.dependency_days", DAYS, 28, 7, 90, _STAFFING, "Age at which a dependency score is old"),
    Threshold("system.conflict_hours", HOURS, 12, 1, 72, "a shift of this home (D)", "Time that different answers may stand before somebody is told"),
    Threshold("system.late_seconds", SECONDS, 60, 30, 900, "alerts.md 5 (D)", "Lateness of an alert's step from which the escalator is late"),
    Threshold("escalation.senior_minutes", MINUTES, 60, 15, 240, "Last rung of the ladder, care.md, Alerts 6 (D)", "Time within which somebody decides about low intake that a senior hears of"),
    Threshold("escalation.urgent_minutes", MINUTES, 40, 10, 240, "Last rung of the ladder, care.md, Alerts 6 (D)", "Time within which somebody decides about urgent low intake or a red flag"),
    Threshold("alerts.watch_days", DAYS, 14, 0, 60, _CARE, "Days in which a new home's rules list without calling anyone"),
    Threshold("alerts.put_off_days", DAYS, 28, 1, 90, _CARE, "Days after which a rule put off without an end date applies again"),
    Threshold("alerts.reopen_minutes", MINUTES, 60, 0, 480, _CARE, "Time after closing within which an alert opens again at the rung it had reached"),
    Threshold("alerts.page_within_hours", HOURS, 24, 1, 72, "protocol.md, Rewind; alerts.md 5 (D)", "Age beyond which what comes to light calls nobody and is listed"),
    Threshold("alerts.own_urgent_minutes", MINUTES, 30, 5, 120, "alerts.md 1 (D)", "Time to close an urgent alert that somebody took on, before others are called again"),
    Threshold("alerts.own_minutes", MINUTES, 120, 15, 480, "alerts.md 1 (D)", "Time to close any other alert that somebody took on, before others are called again"),
    Threshold("alerts.accept_minutes", MINUTES, 15, 5, 60, _CARE, "Time to take on an alert that was handed over, before the on-call manager is called"),
    Threshold("alerts.unusual_red_flags", COUNT, 5, 3, 20, "issue 5 (D)", "Red flags from one tablet in 15 minutes, after which one alert about the tablet calls for all"),
    Threshold("alerts.review_absence_hours", HOURS, 72, 12, 336, "care.md, Alerts 1 (D)", "Time after which somebody is asked about an absence without an end"),
    Threshold("alerts.review_nil_hours", HOURS, 24, 2, 72, "care.md, Alerts 1 (D)", "Time after which somebody is asked about nil by mouth without an end"),
    Threshold("alerts.review_end_of_life_days", DAYS, 14, 1, 28, "care.md, Alerts 1 (D)", "Days after which somebody is asked about end of life, where its plan names no review"),
    Threshold("alerts.plan_confirm_hours", HOURS, 24, 1, 72, "care.md, Duties (D)", "Time within which a second person confirms a change of a hydration plan, before the duty manager is told"),
    Threshold("alerts.quiet_from", CLOCK, "07:00", "00:00", "23:59", "alerts.md 1 (D)", "Start of quiet hours, in which a manager is not woken for what can wait; the same as their end: none"),
    Threshold("alerts.quiet_until", CLOCK, "07:00", "00:00", "23:59", "alerts.md 1 (D)", "End of quiet hours, 12 hours after their start at most"),
    Threshold("alerts.advice_due_at", CLOCK, "10:00", "08:00", "18:00", _DOMAIN, "When advice after a low day is recorded by"),
    Threshold("texts.red_flag", TEXT, messages.text("app.drink.red_now"), 20, 300, "care.md, Recording 4: signed by a named clinician (D)", "What a tablet says at once when somebody is in danger"),
    Threshold("tablets.silent_minutes", MINUTES, 60, 15, 720, _UX, "Time without hearing from an expected tablet after which it is silent"),
    Threshold("tablets.missing_minutes", MINUTES, 60, 15, 1440, "issue 3; protocol.md, ledger of numbers (D)", "Time that a tablet's number may be missing before somebody is told"),
    Threshold("tablets.set_aside_hours", HOURS, 12, 1, 72, "a shift of this home (D)", "Time that an entry may stay set aside before somebody is told"),
    Threshold("plan.incomplete_monitoring_percent", PERCENT, 85, 50, 100, _PLAN, "Share of drink checks on time under which monitoring is incomplete"),
    Threshold("plan.incomplete_monitoring_checks", COUNT, 20, 1, 500, _PLAN, "Drink checks due under which their share says nothing"),
    Threshold("plan.incomplete_monitoring_days", DAYS, 7, 2, 90, _PLAN, "Days of drink checks that are looked at"),
    Threshold("plan.low_intake_without_escalation_times", COUNT, 2, 1, 50, _PLAN, "Low intakes without a decision that trigger an action"),
    Threshold("plan.low_intake_without_escalation_days", DAYS, 7, 2, 90, _PLAN, "Days of low intakes that are looked at"),
    Threshold("plan.guidance_not_followed_times", COUNT, 2, 1, 50, _PLAN, "Observations of support to drink that missed the standard and trigger an action"),
    Threshold("plan.guidance_not_followed_days", DAYS, 28, 2, 90, _PLAN, "Days of observed practice that are looked at"),
    Threshold("plan.missing_outcomes_times", COUNT, 2, 1, 50, _PLAN, "Appointments without an outcome that trigger an action"),
    Threshold("plan.missing_outcomes_days", DAYS, 14, 2, 90, _PLAN, "Days of appointments that are looked at for outcomes"),
    Threshold("plan.delayed_follow_up_times", COUNT, 2, 1, 50, _PLAN, "Delays of follow-up that trigger an action"),
    Threshold("plan.delayed_follow_up_days", DAYS, 14, 2, 90, _PLAN, "Days of appointments that are looked at for follow-up"),
    Threshold("plan.poor_communication_times", COUNT, 3, 1, 50, _PLAN, "Calls of relatives who chase that trigger an action"),
    Threshold("plan.advice_not_changing_support_times", COUNT, 1, 1, 50, _PLAN, "Advice without a change of the care plan that triggers an action"),
    Threshold("plan.advice_not_changing_support_days", DAYS, 28, 2, 90, _PLAN, "Days of appointments that are looked at for advice"),
    Threshold("plan.unmet_need_times", COUNT, 2, 1, 50, _PLAN, "Staffing forms that tell of unmet need that trigger an action"),
    Threshold("plan.unmet_need_days", DAYS, 14, 2, 90, _PLAN, "Days of staffing forms that are looked at"),
    Threshold("plan.weak_rationale_times", COUNT, 2, 1, 50, _PLAN, "Drawn shifts with a weak reason for allocation that trigger an action"),
    Threshold("plan.weak_rationale_days", DAYS, 14, 2, 90, _PLAN, "Days of drawn shifts that are looked at"),
    Threshold("plan.incidents_linked_to_staffing_times", COUNT, 2, 1, 50, _PLAN, "Incidents linked to staffing that trigger an action"),
    Threshold("plan.incidents_linked_to_staffing_days", DAYS, 28, 2, 90, _PLAN, "Days of incidents that are looked at"),
    Threshold("plan.feedback_mean", SCORE, 2.5, 1, 4.5, _FEEDBACK, "Mean of the answers up to which feedback is poor"),
    Threshold("plan.feedback_answers", COUNT, 5, 1, 100, _FEEDBACK, "Answers under which their mean says nothing"),
    Threshold("plan.feedback_worst", SCORE, 1, 1, 3, _FEEDBACK, "Single answer up to which feedback is poor whatever the mean"),
    Threshold("plan.feedback_days", DAYS, 28, 2, 90, _FEEDBACK, "Days of feedback, and of relatives' chasing, that are looked at"),
    Threshold("plan.waits_shifts", COUNT, 3, 1, 14, "care.md, The plan 2 (D)", "Drawn shifts of the last weeks with a long wait that keep an action on staffing open"),
    Threshold("plan.waits_days", DAYS, 14, 7, 56, "care.md, The plan 2 (D)", "Days of drawn shifts over which waits are compared with those when an action on staffing began"),
    Threshold("plan.waits_percent", PERCENT, 75, 10, 100, "care.md, The plan 2 (D)", "Share of the waits at an action's start above which people wait as before"),
    Threshold("plan.grace_days", DAYS, 14, 1, 56, _PLAN, "Days that an action is given before what goes on escalates it"),
    Threshold("plan.static_days", DAYS, 21, 7, 56, "care.md, The plan 6 (D)", "Days without new evidence after which an action is static"),
    Threshold("plan.judged_days", DAYS, 14, 7, 56, _CLOSING, "Days over which a measure is judged against its target"),
    Threshold("plan.nothing_due_days", DAYS, 56, 28, 84, _CLOSING, "Days with complete records over which a measure with nothing due keeps no action open"),
    Threshold("plan.slide_days", DAYS, 7, 3, 28, _CLOSING, "Days with a figure after closing before a fall opens an action again"),
    Threshold("plan.duties_missed_percent", PERCENT, 10, 0, 50, "a starting point for care.md, Duties (D)", "Share of a duty's rounds of 28 days that may be missed before the action that it serves cannot close"),
    Threshold("plan.month_missed_days", DAYS, 7, 1, 28, "care.md, Duties (D): no later than a weekly duty", "Days after its time at which a monthly duty that nobody has done is missed"),
    Threshold("plan.beside_days", DAYS, 28, 7, 90, _BESIDE, "Days over which audits, practice and answers stand beside the records"),
    Threshold("plan.good_audit_percent", PERCENT, 90, 50, 100, _BESIDE, "Share of audited entries that are right from which audits read good"),
    Threshold("plan.good_practice_percent", PERCENT, 80, 50, 100, _BESIDE, "Share of observations that meet the standard from which practice reads good"),
    Threshold("plan.good_mean", SCORE, 3.5, 2, 5, _BESIDE, "Mean of the answers from which feedback reads good"),
)  # fmt: skip

THRESHOLDS: Mapping[str, Threshold] = {each.name: each for each in _ALL}

RULE_PREFIX = "rule."
ON, OFF, WATCH = "on", "off", "watch"


@dataclass(frozen=True)
class _Set:
    since: datetime
    seq: int
    version: str
    value: Any


class Values:
    """What applies when: the home's `threshold` records laid over the defaults.

    Made from the records' wire form (a change as protocol.md has it). A value outside its bounds never applies: one
    that a person can exceed by a slip must not be able to silence a rule.
    """

    def __init__(self, changes: Iterable[Mapping[str, Any]] = (), zone: str = LONDON):
        self.zone = zone
        self._sets: dict[tuple[str, str], list[_Set]] = {}
        for change in changes:
            fields = change.get("fields") or {}
            name, since = fields.get("name"), read_day_or_time(fields.get("from"), zone) or _ALWAYS
            if change.get("struck_out") or not isinstance(name, str) or not _usable(name, fields.get("value")):
                continue
            if waits(fields) and not at_once(name, fields["value"]):
                continue
            heads = change.get("heads") or ()
            version = str(heads[0] if len(heads) == 1 else change.get("record") or DEFAULT)
            scope = str(fields.get("unit_or_person") or "")
            self._sets.setdefault((name, scope), []).append(_Set(since, int(change.get("seq") or 0), version, fields["value"]))
        for found in self._sets.values():
            found.sort(key=lambda each: (each.since, each.seq, each.version))

    def get(self, name: str, person: str | None = None, unit: str | None = None, *, at: datetime) -> tuple[Any, str]:
        """(value, version) of a threshold at an instant; the version is "default" when the home set none."""
        found = self._in_force(name, person, unit, at)
        return (found.value, found.version) if found else (THRESHOLDS[name].default, DEFAULT)

    def value(self, name: str, person: str | None = None, unit: str | None = None, *, at: datetime) -> Any:
        """The value alone."""
        return self.get(name, person, unit, at=at)[0]

    def switch(self, rule: str, person: str | None = None, unit: str | None = None, *, at: datetime) -> tuple[str | None, str]:
        """(on, off or watch, version) as somebody set it for a rule, or (None, "default") when nobody has.

        A rule put off names its end (`{"switch": "off", "until": "2026-12-24"}`); without one it lapses by itself.
        """
        found = self._in_force(RULE_PREFIX + rule, person, unit, at)
        if found is None:
            return None, DEFAULT
        said, until = _switch(found.value), None
        if isinstance(found.value, Mapping):
            until = read_day_or_time(found.value.get("until"), self.zone)
        if said == OFF:
            lapses = found.since.timestamp() + 86_400 * self.value("alerts.put_off_days", at=at)
            ends = until.timestamp() if until else lapses
            if at.timestamp() >= ends:
                return None, DEFAULT
        return said, found.version

    def changes_after(self, at: datetime) -> datetime | None:
        """The next instant at which a value that is already recorded comes into force or a put-off rule applies again."""
        times = []
        for (name, _), found in self._sets.items():
            for each in found:
                times.append(each.since)
                if name.startswith(RULE_PREFIX) and isinstance(each.value, Mapping):
                    times.append(read_day_or_time(each.value.get("until"), self.zone) or _ALWAYS)
        return min((when for when in times if when > at), default=None)

    def _in_force(self, name: str, person: str | None, unit: str | None, at: datetime) -> _Set | None:
        if not self._sets:
            return None
        for scope in (person, unit, ""):
            if scope is None:
                continue
            for found in reversed(self._sets.get((name, str(scope)), ())):
                if found.since <= at:
                    return found
        return None


_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


def _switch(value: Any) -> Any:
    return value.get("switch") if isinstance(value, Mapping) else value


def _usable(name: str, value: Any) -> bool:
    if name.startswith(RULE_PREFIX):
        return _switch(value) in (ON, OFF, WATCH)
    known = THRESHOLDS.get(name)
    return known is not None and known.allows(value)


def waits(fields: Mapping[str, Any]) -> bool:
    """True while a proposal has no second person: whoever proposed it cannot approve it (care.md, Duties)."""
    proposed, approved = fields.get("proposed_by"), fields.get("approved_by")
    return bool(proposed) and (not approved or approved == proposed)


def at_once(name: str, value: Any) -> bool:
    """True for what only makes the watch tighter, a rule turned on: it applies before a second person has confirmed it."""
    return name.startswith(RULE_PREFIX) and _switch(value) == ON


def read_day_or_time(value: Any, zone: str = LONDON) -> datetime | None:
    """The instant that a date (its start, home time) or an RFC 3339 time stands for; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        if len(value) == 10:
            return local(date.fromisoformat(value), time(0), zone)
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None
