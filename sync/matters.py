"""Matters: what records should say by a certain time and do not, or say and should not; about a person, a shift or the home.

    standing, next_look = judge(matters, scope, values, now)
    steps = reconcile(standing, existing, scope, now, by_then)

The rules (`sync/rules/visits.py`, `decisions.py`, `staffing.py`, `system.py`) name each matter with the instant from which
it is one for people, which may lie ahead. Pure, as `sync/alerts.py` is for people's drinking; a step is written the same
way, on the record of subject, rule and care day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sync.alerts import CHANGE, DECIDED, LATE, LATE_ARRIVAL, LATE_ENTRY, OPEN, REOPEN, WITHDRAW, Step
from sync.days import LONDON, care_day, to_ms, write_time
from sync.kinds.alert import OPENED, WITHDRAWN
from sync.rules.catalogue import MATTER_RULES, Rule, switched
from sync.severities import NUDGE
from sync.standing import Existing
from sync.thresholds import DEFAULT, OFF, ON, Values

DONE_SINCE, DAY_OVER = "done_since", "day_over"
# What has been a matter for longer opens nothing any more: it is history, and the records have it.
OLDEST = timedelta(days=14)

#: What an alert is: rule, subject, care day.
Key = tuple[str, str, date]


@dataclass(frozen=True)
class Matter:
    """One thing that is a matter for people from `due` on. `about` is the record it is about: another record is another
    matter of the same alert. `received` is when what was said came, for what was said."""

    rule: str
    subject: str
    due: datetime
    about: str
    facts: Mapping[str, Any]
    numbers: tuple[str, ...] = ()
    received: datetime | None = None


@dataclass(frozen=True)
class Scope:
    """Where matters are judged: whose settings apply, and how far the records reach. `person` is None for a shift or the home."""

    person: str | None = None
    unit: str | None = None
    zone: str = LONDON
    started: datetime | None = None
    based_on_until: datetime | None = None
    silent_tablets: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Standing:
    """The matters of one alert, the first to come due first, and whether it calls people."""

    key: Key
    matters: tuple[Matter, ...]
    pages: bool
    threshold_version: str
    ids: tuple[str, ...]

    @property
    def first(self) -> Matter:
        return self.matters[0]


def judge(matters: Iterable[Matter], scope: Scope, values: Values, now: datetime) -> tuple[dict[Key, Standing], datetime | None]:
    """What stands at `now`, by alert, and the next instant at which something will although nothing arrives."""
    found: dict[Key, list[Matter]] = {}
    ahead = []
    for matter in matters:
        if matter.due > now:
            ahead.append(matter.due)
        elif _setting(matter, scope, values)[0] != OFF:
            found.setdefault((matter.rule, matter.subject, care_day(matter.due, scope.zone)), []).append(matter)
    ahead.append(values.changes_after(now)) if ahead or found else None
    standing = {key: _standing(key, mine, scope, values, now) for key, mine in found.items()}
    return standing, min((at for at in ahead if at is not None), default=None)


def _setting(matter: Matter, scope: Scope, values: Values) -> tuple[str, str]:
    rule = MATTER_RULES[matter.rule]
    return switched(
        rule, values, person=scope.person, unit=scope.unit, at=matter.due, started=scope.started, incomplete=False
    )  # fmt: skip


def _standing(key: Key, matters: list[Matter], scope: Scope, values: Values, now: datetime) -> Standing:
    matters.sort(key=lambda each: (each.due, each.about))
    last = matters[-1]
    setting, version = _setting(last, scope, values)
    versions = [values.get(name, scope.person, scope.unit, at=last.due)[1] for name in last.numbers] + [version]
    within = timedelta(hours=values.value("alerts.page_within_hours", at=now))
    calls = setting == ON and MATTER_RULES[key[0]].severity != NUDGE and now - last.due <= within
    ids = tuple(sorted({each.about for each in matters}))
    return Standing(key, tuple(matters), calls, next((each for each in versions if each != DEFAULT), DEFAULT), ids)


def joined(found: Standing, alert: Existing) -> Standing:
    """What has just happened beside what the day's alert already names: `found` alone is not all that stands."""
    return replace(found, ids=tuple(sorted({*found.ids, *(alert.fields.get("matters") or ())})))


# ---- reconciling ----


def reconcile(
    standing: Mapping[Key, Standing], existing: Mapping[Key, Existing], scope: Scope, values: Values, now: datetime,
    by_then: Callable[[datetime], Iterable[Key]],
) -> list[tuple[Key, Step]]:  # fmt: skip
    """The steps that bring alerts to what stands. `existing` are the alerts that this judgement speaks for; `by_then(at)`
    judges again by what had been saved at an instant, which tells a record that merely came late from one written late."""
    steps = []
    for key in sorted({*standing, *existing}, key=str):
        found, alert, rule = standing.get(key), existing.get(key), MATTER_RULES[key[0]]
        step = None
        if alert is None:
            step = _opened(found, rule, scope, now) if found and now - found.first.due <= OLDEST else None
        elif found and (alert.closed or (rule.each_event and alert.status != OPENED)) and _recurs(alert, found):
            step = _reopened(alert, found, rule, scope, values, now)
        elif found and not alert.closed:
            step = _changed(alert, found)
        elif not alert.closed:
            step = _passed(rule, alert, key, scope, now) if rule.passes else _over(rule, alert, key, by_then)
        if step:
            steps.append((key, step))
    return steps


def _recurs(alert: Existing, found: Standing) -> bool:
    """Whether something else has come up than what the alert was closed over (or taken on for)."""
    return alert.status == WITHDRAWN or not set(found.ids) <= set(alert.fields.get("matters") or ())


def _said(found: Standing) -> dict[str, Any]:
    """The facts of the first matter, and how many there are."""
    return {**found.first.facts, **({"count": len(found.ids)} if len(found.ids) > 1 else {})}


def _opened(found: Standing, rule: Rule, scope: Scope, now: datetime, opening: int = 1) -> Step:
    _, subject, day = found.key
    fields: dict[str, Any] = {
        "rule": rule.name,
        "subject": subject,
        "severity": rule.severity,
        "status": OPENED,
        "opened_at": _text(now),
        "happened_at": _text(found.first.due),
        "care_day": day.isoformat(),
        "opening": opening,
        "facts": _said(found),
        "matters": list(found.ids),
        "reason": "measured",
        "threshold_version": found.threshold_version,
    }
    if found.first.received:
        fields["received_at"] = _text(found.first.received)
    if scope.based_on_until and not rule.each_event:
        fields["based_on_until"] = _text(scope.based_on_until)  # what looks missing may be lying on a tablet
        if scope.silent_tablets:
            fields["silent_devices"] = sorted(str(each["device"]) for each in scope.silent_tablets)
            fields["silent_tablets"] = list(scope.silent_tablets)
    return Step(OPEN, rule.name, fields, found.pages, rung=_rung(rule))


def _rung(rule: Rule) -> int:
    return 1 if rule.managers else 0


# What people said about the last opening is not about this one.
_CLEARED = (
    "owner", "outcome", "evidence", "put_right_by", "snooze_until", "snooze_reason", "given_to", "via", "silent_devices", "silent_tablets",
)  # fmt: skip


def _reopened(alert: Existing, found: Standing, rule: Rule, scope: Scope, values: Values, now: datetime) -> Step:
    fields = dict(_opened(found, rule, scope, now, alert.opening + 1).fields)
    fields |= {name: None for name in _CLEARED if name not in fields and alert.fields.get(name) is not None}
    soon = timedelta(minutes=values.value("alerts.reopen_minutes", at=now))
    again = alert.closed_at is None or now - alert.closed_at <= soon
    return Step(REOPEN, rule.name, fields, found.pages, rung=max(_rung(rule), alert.rung - 1 if again else 0))


def _changed(alert: Existing, found: Standing) -> Step | None:
    wanted = {"facts": _said(found), "matters": list(found.ids), "reason": "measured", "put_right_by": None}
    fields = {name: value for name, value in wanted.items() if alert.fields.get(name) != value}
    return Step(CHANGE, alert.rule, fields, pages=False, rung=alert.rung) if fields else None


def _passed(rule: Rule, alert: Existing, key: Key, scope: Scope, now: datetime) -> Step | None:
    """What only the log holds ends with its care day; what called people ends with one of them."""
    if alert.rung or care_day(now, scope.zone) <= key[2]:
        return None
    return Step(WITHDRAW, rule.name, {"status": WITHDRAWN, "reason": DAY_OVER}, pages=False, rung=0)


def _over(rule: Rule, alert: Existing, key: Key, by_then: Callable[[datetime], Iterable[Key]]) -> Step | None:
    """Nothing is the matter any more. What was saved in time and came late takes the alert back, and so does anything while
    nobody has been told; what was written or changed afterwards asks whoever was told to look (care.md, Alerts 5). What asks for a decision ends with it."""
    if rule.asks:
        return Step(WITHDRAW, rule.name, {"status": WITHDRAWN, "reason": DECIDED}, pages=alert.rung > 0, rung=alert.rung)
    in_time = not rule.each_event and key not in by_then(alert.happened_at)
    if in_time or not alert.rung:
        fields = {"status": WITHDRAWN, "reason": LATE_ARRIVAL if in_time else DONE_SINCE}
        return Step(WITHDRAW, rule.name, fields, pages=alert.rung > 0, rung=alert.rung)
    if alert.fields.get("reason") == LATE_ENTRY:
        return None
    return Step(LATE, rule.name, {"reason": LATE_ENTRY}, pages=True, rung=alert.rung)


def _text(at: datetime) -> str:
    return write_time(to_ms(at))
