"""From facts to what an alert says: judge them, compare with the alert that stands, and name the steps to write.

    judgement = judge(facts, values, now)
    steps = reconcile(facts, values, judgement, existing, now)      # existing: `existing_of(change)` of that person and day

Pure: the same facts and instant give the same answer, whatever order the entries came in. A step is written as an
`alert` submission on the record `alert_id(...)`; who is told, and when, is the ladder's (`sync/ladder.py`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sync.canonical import canonical
from sync.days import to_ms, write_time
from sync.facts import UTC_MIN, Breach, Facts
from sync.kinds.alert import OPENED, WITHDRAWN
from sync.putting_right import CHANGED_SINCE, LATE_ENTRY, what_put_right
from sync.rules import judging
from sync.rules.catalogue import RULES, Rule, switched
from sync.rules.hydration import monitored_span, nil_by_mouth_span
from sync.rules.scene import Scene
from sync.severities import NUDGE, SEVERITIES
from sync.standing import Existing, existing_of
from sync.thresholds import DEFAULT, OFF, ON, Values, read_day_or_time

OPEN, CHANGE, LATE, WITHDRAW, REOPEN = "open", "change", "late", "withdraw", "reopen"

LATE_ARRIVAL, DECIDED = "late_arrival", "decided"
# What one alert of a rule is about today; when it changes, something else has happened.
_EPISODE = ("entry", "checked_at", "since", "last_at")
# Rules whose alert says what the day has come to since.
_DAY_SO_FAR = "drunk_ml"


@dataclass(frozen=True)
class Judgement:
    """What is breached now (`breaches`, at most one a rule), what was for a while and has ended (`ended`, oldest first),
    and when to look again although nothing arrives (`next_look`; None once the care day has closed)."""

    breaches: tuple[Breach, ...]
    ended: tuple[Breach, ...] = ()
    next_look: datetime | None = None


@dataclass(frozen=True)
class Step:
    """One thing to write about one rule's alert. `fields` are the submission's, without the ladder's own.

    `pages`: for open and reopen, the ladder starts; for a change, the severity rose and the graver ladder starts; for
    withdraw and late, whoever was told is told of it. `rung` is how many rungs count as reached when the ladder starts:
    a reopening within the hour tells again the rung it had reached, and climbs on from there.
    """

    kind: str
    rule: str
    fields: Mapping[str, Any]
    pages: bool
    rung: int = 0


def alert_id(home: uuid.UUID, rule: str, resident: str, care_day: date | str) -> uuid.UUID:
    """The one record of an alert: person (or tablet) + rule + care day."""
    return uuid.uuid5(home, f"alert/{rule}/{str(resident).lower()}/{care_day}")


def step_id(alert: uuid.UUID, step: Step, heads: Sequence[str] = ()) -> uuid.UUID:
    """The submission id of a step: derived from what it states and the record's heads that it stands on, so that a
    repeat is a duplicate and the same words at another time are not. The opening is the record's own id."""
    if step.kind == OPEN:
        return alert
    said = canonical({"step": step.kind, "fields": dict(step.fields), "heads": sorted(map(str, heads))})
    return uuid.uuid5(alert, said.decode())


# ---- judging ----


def judge(facts: Facts, values: Values, now: datetime) -> Judgement:
    """What the person's records and silence breach on that care day, as known at `now`."""
    scene = Scene(facts, values, now)
    standing: dict[str, Breach] = {}
    ended: list[Breach] = []
    for rule in judging.EVERY:
        for found in rule(scene):
            breach = _breach(found, scene)
            if breach is None:
                continue
            if breach.ended is not None:
                ended.append(breach)
            elif breach.rule not in standing or _newness(breach) >= _newness(standing[breach.rule]):
                standing[breach.rule] = breach
    order = {name: place for place, name in enumerate(RULES)}
    return Judgement(
        tuple(sorted(standing.values(), key=lambda each: order[each.rule])),
        tuple(sorted(ended, key=lambda each: (order[each.rule], each.happened_at))),
        _next_look(scene),
    )


def _newness(breach: Breach) -> tuple[datetime, datetime, str]:
    """The latest to come to light is what an alert is about."""
    return breach.received_at or UTC_MIN, breach.happened_at, str(breach.facts.get("entry") or "")


def _breach(found: judging.Found, scene: Scene) -> Breach | None:
    rule, facts = RULES[found.rule], scene.facts
    setting, version = switched(
        rule, scene.values, person=facts.resident, unit=facts.unit, at=found.happened_at, started=facts.home_started,
        incomplete=found.incomplete,
    )  # fmt: skip
    if setting == OFF:
        return None
    severity = found.severity or rule.severity
    recent = scene.now - found.happened_at <= timedelta(hours=scene.values.value("alerts.page_within_hours", at=found.happened_at))
    said = dict(found.facts)
    # Not what has been drunk by now: a follower writes when something changed, and not with every drink.
    if found.incomplete:
        said["incomplete"] = True
    if found.ended is not None:
        said["ended_at"] = _text(found.ended)
    versions = [scene.version(name) for name in found.thresholds] + [version]
    return Breach(
        rule=found.rule,
        severity=severity,
        subject=facts.resident,
        care_day=facts.care_day,
        happened_at=found.happened_at,
        facts=said,
        reason=judging.reason_of(found, scene),
        incomplete=found.incomplete,
        ended=found.ended,
        received_at=found.received_at,
        threshold_version=next((each for each in versions if each != DEFAULT), DEFAULT),
        pages=setting == ON and severity != NUDGE and recent,
    )


def _next_look(scene: Scene) -> datetime | None:
    """The next instant of the care day at which the judgement can change although nothing arrives."""
    if scene.now >= scene.end:
        return None
    plan, zone = scene.plan, scene.zone
    times = [*judging.times_ahead(scene), scene.values.changes_after(scene.now)]
    for absence in scene.facts.absences:
        times += [absence.start, absence.end]
    times += [*(monitored_span(plan, zone) or ()), *(nil_by_mouth_span(plan, zone) or ())]
    times.append(read_day_or_time(plan.get("end_of_life_from"), zone))
    times += [each.since for each in scene.facts.plans]
    return min((at for at in times if at is not None and scene.now < at <= scene.end), default=None)


# ---- reconciling ----


def reconcile(facts: Facts, values: Values, judgement: Judgement, existing: Iterable[Existing], now: datetime) -> tuple[Step, ...]:
    """The steps that bring the alerts of that person and care day to what the judgement says; none when they are there."""
    standing = {breach.rule: breach for breach in judgement.breaches}
    there = {alert.rule: alert for alert in existing if alert.rule in RULES}
    steps = []
    for name, rule in RULES.items():
        breach, alert = standing.get(name), there.get(name)
        if alert is None:
            step = _opened(breach, facts, now) if breach else None
        elif alert.closed:
            step = _reopened(alert, breach, facts, values, now) if breach and _recurs(rule, alert, breach) else None
        else:
            step = _kept(rule, alert, breach, judgement, facts, values, now)
        if step:
            steps.append(step)
    return tuple(steps)


def _kept(
    rule: Rule, alert: Existing, breach: Breach | None, judgement: Judgement, facts: Facts, values: Values, now: datetime
) -> Step | None:  # fmt: skip
    """What becomes of an alert that is still open."""
    if breach and rule.each_event and alert.status != OPENED and _recurs(rule, alert, breach):
        return _reopened(alert, breach, facts, values, now)  # another event than the one that somebody has in hand
    current = breach or _ended_of(alert, judgement)
    if current:
        return _changed(alert, current, facts)
    return _put_right(rule, alert, facts, values, now)


def _ended_of(alert: Existing, judgement: Judgement) -> Breach | None:
    """The breach that an alert was true of, now ended: its own, else the last one of its rule."""
    ended = [breach for breach in judgement.ended if breach.rule == alert.rule]
    same = [breach for breach in ended if _episode(breach.facts) == _episode(alert.facts)]
    return (same or ended or [None])[-1]


def _episode(facts: Mapping[str, Any]) -> Any:
    return next((facts[name] for name in _EPISODE if name in facts), None)


def _recurs(rule: Rule, alert: Existing, breach: Breach) -> bool:
    """Whether a breach is another one than what the alert was closed over (or taken on for)."""
    same = _episode(alert.facts) == _episode(breach.facts)
    if alert.status == WITHDRAWN:
        return True
    if same:
        return False
    seen_until = alert.closed_at or alert.opened_at
    return (breach.received_at or breach.happened_at) > seen_until


def _opened(breach: Breach, facts: Facts, now: datetime, opening: int = 1) -> Step:
    fields = {
        "rule": breach.rule,
        "subject": breach.subject,
        "severity": breach.severity,
        "status": OPENED,
        "opened_at": _text(now),
        "happened_at": _text(breach.happened_at),
        "care_day": breach.care_day.isoformat(),
        "opening": opening,
        "facts": dict(breach.facts),
        "reason": breach.reason,
        "threshold_version": breach.threshold_version,
    }
    if breach.received_at:
        fields["received_at"] = _text(breach.received_at)
    if facts.based_on_until:
        fields["based_on_until"] = _text(facts.based_on_until)
    if facts.silent:
        fields["silent_devices"] = sorted(facts.silent)
    if facts.silent_tablets and RULES[breach.rule].withdraws:
        fields["silent_tablets"] = list(facts.silent_tablets)  # what looks like a gap may be lying on one of them
    return Step(OPEN, breach.rule, fields, breach.pages)


# What people said about the last opening is not about this one.
CLEARED = ("owner", "outcome", "evidence", "put_right_by", "snooze_until", "snooze_reason", "given_to", "via", "silent_tablets")


def _reopened(alert: Existing, breach: Breach, facts: Facts, values: Values, now: datetime) -> Step:
    fields = dict(_opened(breach, facts, now, alert.opening + 1).fields)
    fields |= {name: None for name in CLEARED if name not in fields and alert.fields.get(name) is not None}
    soon = timedelta(minutes=values.value("alerts.reopen_minutes", at=now))
    again = alert.closed_at is None or now - alert.closed_at <= soon
    return Step(REOPEN, breach.rule, fields, breach.pages, rung=max(0, alert.rung - 1) if again else 0)


def _changed(alert: Existing, breach: Breach, facts: Facts) -> Step | None:
    """What an open alert says that is no longer so. The number first told stays beside the new one."""
    said = dict(breach.facts)
    first = alert.facts.get("was_ml", alert.facts.get(_DAY_SO_FAR))
    if first is not None and _DAY_SO_FAR in said and first != said[_DAY_SO_FAR]:
        said["was_ml"] = first
    happened = breach.happened_at
    if breach.received_at and not RULES[alert.rule].withdraws:
        happened = min(happened, alert.happened_at)
    wanted: dict[str, Any] = {"facts": said, "reason": breach.reason, "happened_at": _text(happened), "put_right_by": None}
    rises = SEVERITIES.index(breach.severity) > SEVERITIES.index(alert.fields["severity"])
    if rises:
        wanted["severity"] = breach.severity
    if RULES[alert.rule].at_close:
        wanted["silent_devices"] = sorted(facts.silent) or None
        wanted["silent_tablets"] = list(facts.silent_tablets) or None
    fields = {name: value for name, value in wanted.items() if alert.fields.get(name) != value}
    if not fields:
        return None
    if facts.based_on_until:
        fields["based_on_until"] = _text(facts.based_on_until)
    return Step(CHANGE, alert.rule, fields, rises and breach.pages, rung=0 if rises else alert.rung)


def _put_right(rule: Rule, alert: Existing, facts: Facts, values: Values, now: datetime) -> Step | None:
    """Nothing is breached any more, and never was by what is known now: taken back, or left for a senior to check."""
    if rule.asks:
        return Step(WITHDRAW, rule.name, {"status": WITHDRAWN, "reason": DECIDED}, pages=alert.rung > 0, rung=alert.rung)

    def breached(without: Facts) -> bool:
        judged = judge(without, values, now)
        return any(breach.rule == rule.name for breach in (*judged.breaches, *judged.ended))

    why, entry = what_put_right(facts, values, alert.opened_at, alert.happened_at, breached)
    if why is None and rule.withdraws:
        fields = {"status": WITHDRAWN, "reason": LATE_ARRIVAL, "facts": {**alert.facts, "arrived_late": entry}}
        return Step(WITHDRAW, rule.name, fields, pages=alert.rung > 0, rung=alert.rung)
    wanted = {"reason": why or LATE_ENTRY, "put_right_by": entry}
    fields = {name: value for name, value in wanted.items() if alert.fields.get(name) != value}
    return Step(LATE, rule.name, fields, pages=alert.rung > 0, rung=alert.rung) if fields else None


def _text(at: datetime) -> str:
    return write_time(to_ms(at))


__all__ = [
    "CHANGE", "CHANGED_SINCE", "DECIDED", "LATE", "LATE_ARRIVAL", "LATE_ENTRY", "OPEN", "REOPEN", "WITHDRAW", "Existing", "Judgement",
    "Step", "alert_id", "existing_of", "judge", "reconcile", "step_id",
]  # fmt: skip
