"""The home's numbers and rules as a page shows them: what applies now, who decided it and why, and what waits for a second person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection

from server.pages.names import Names, as_id
from server.pages.words import at, code, date_text, day, say
from server.records import store
from sync import days
from sync.messages import word
from sync.rules.catalogue import EVERY_RULE, Rule, switched
from sync.thresholds import CLOCK, DEFAULT, OFF, RULE_PREFIX, TEXT, THRESHOLDS, Threshold, Values, at_once, waits

# The days over which the page counts how often each rule was breached.
COUNTED_DAYS = 28
# Numbers of the improvement plan stand in a group of their own.
PLAN_PREFIX = "plan."


@dataclass(frozen=True)
class Setting:
    """One thing that can be set: a number, or whether a rule calls anybody."""

    name: str
    rule: Rule | None = None
    number: Threshold | None = None

    @property
    def of_home(self) -> bool:
        """Whether it is the home's alone: no unit and no person has one of their own."""
        return self.name.startswith(PLAN_PREFIX)

    @property
    def title(self) -> str:
        return rule_title(self.rule.name) if self.rule else self.number.words


def setting(name: str) -> Setting | None:
    """What a name in an address stands for; None where it is none."""
    if name.startswith(RULE_PREFIX):
        rule = EVERY_RULE.get(name.removeprefix(RULE_PREFIX))
        return Setting(name, rule=rule) if rule else None
    number = THRESHOLDS.get(name)
    return Setting(name, number=number) if number else None


def rule_title(name: str) -> str:
    return word(f"alerts.rules.{name}.title", name)


def said_value(name: str, value: Any) -> str:
    """'180 minutes', '2pm', 'Calls people', 'Off until 24 December 2026'."""
    if name.startswith(RULE_PREFIX):
        switch = value.get("switch") if isinstance(value, dict) else value
        until = date_text(value.get("until")) if isinstance(value, dict) else ""
        return say("thresholds.off_until", until=until) if switch == OFF and until else say(f"thresholds.switch.{switch}")
    return say_number(THRESHOLDS[name], value)


def say_number(number: Threshold, value: Any) -> str:
    if number.unit == CLOCK:
        # Said as the clock on the wall shows it: any winter's day will do.
        return days.say_time(days.local(date(2026, 1, 1), time.fromisoformat(str(value))))
    if number.unit == TEXT and isinstance(value, str):
        return value
    return say(f"thresholds.units.{number.unit}", n=f"{value:,}" if isinstance(value, (int, float)) else value)


def bounds(number: Threshold) -> str:
    return say("thresholds.between", low=say_number(number, number.low), high=say_number(number, number.high))


def records(c: Connection, home_id: int) -> list[store.RecordRow]:
    return [row for row in store.records(c, home_id, "threshold") if not row.struck and setting(str(row.fields.get("name")))]


def waiting(rows: list[store.RecordRow], names: Names, me: Any, may_approve: bool) -> list[dict[str, Any]]:
    """Proposals that want a second person."""
    found = []
    for row in rows:
        fields = row.fields
        if not waits(fields):
            continue
        asked = setting(str(fields["name"]))
        mine = as_id(fields.get("proposed_by")) == me
        found.append({
            "id": row.id,
            "title": asked.title,
            "value": said_value(asked.name, fields.get("value")),
            "where": where(fields.get("unit_or_person"), names),
            "from": date_text(str(fields.get("from") or "")),
            "by": names.staff(fields.get("proposed_by")),
            "reason": fields.get("reason") or "",
            "applies": at_once(asked.name, fields.get("value")),
            "mine": mine,
            "may_approve": may_approve and not mine,
        })  # fmt: skip
    return found


def where(scope: Any, names: Names) -> str:
    """Whom a number is for: the whole home, a unit, or a person by name."""
    if not scope:
        return say("thresholds.whole_home")
    person = as_id(scope)
    return names.resident(person) if person else str(scope)


def rules(c: Connection, home_id: int, rows: list[store.RecordRow], values: Values, names: Names, now: datetime, zone: str, started: date) -> list[dict[str, Any]]:
    """Every rule: whether it calls people now, by whose decision, and how often it was breached of late."""
    today = days.care_day(now, zone).toordinal()
    counted = Counter(str(row.fields.get("rule")) for row in store.of_days(c, home_id, today - COUNTED_DAYS + 1, today, {"alert"}))
    began = days.care_day_bounds(started, zone)[0]
    lines = []
    for rule in EVERY_RULE.values():
        state, version = switched(rule, values, person=None, unit=None, at=now, started=began, incomplete=False)
        name = RULE_PREFIX + rule.name
        decided = _decision(rows, version)
        lines.append({
            "name": name,
            "title": rule_title(rule.name),
            "level": code("severity", rule.severity),
            "now": said_value(name, decided.fields["value"]) if decided else say(f"thresholds.switch.{state}"),
            "why": _why(decided, names, zone) or say("thresholds.by_itself" if state == "on" else "thresholds.watch_only"),
            "count": counted[rule.name],
            "others": _others(rows, name, names),
        })  # fmt: skip
    return lines


def numbers(rows: list[store.RecordRow], values: Values, names: Names, now: datetime, zone: str) -> dict[str, list[dict[str, Any]]]:
    """Every number by its group: what applies now, whose it is, its bounds and its source."""
    lines: dict[str, list[dict[str, Any]]] = {"numbers": [], "plan": []}
    for number in THRESHOLDS.values():
        value, version = values.get(number.name, at=now)
        lines["plan" if Setting(number.name).of_home else "numbers"].append({
            "name": number.name,
            "title": number.words,
            "now": say_number(number, value),
            "why": _why(_decision(rows, version), names, zone) or say("thresholds.default", source=number.source),
            "bounds": bounds(number),
            "others": _others(rows, number.name, names),
        })  # fmt: skip
    return lines


def _decision(rows: list[store.RecordRow], version: str) -> store.RecordRow | None:
    if version == DEFAULT:
        return None
    return next((row for row in rows if str(row.id) == version or version in row.body.get("heads", ())), None)


def _why(row: store.RecordRow | None, names: Names, zone: str) -> str:
    """'Helen Marchbank, since 3 November 2026: Agreed with the surgery.'"""
    if row is None:
        return ""
    fields = row.fields
    who = names.staff(fields.get("approved_by") or fields.get("proposed_by") or row.body.get("author"))
    return say("thresholds.decided", name=who, since=_since(fields.get("from"), row, zone), reason=fields.get("reason") or say("thresholds.no_reason"))


def _since(value: Any, row: store.RecordRow, zone: str) -> str:
    return date_text(value) if isinstance(value, str) and value else day(at(row.occurred_ms, zone).date())


def _others(rows: list[store.RecordRow], name: str, names: Names) -> list[str]:
    """Units and people with a value of their own."""
    found = []
    for row in rows:
        fields = row.fields
        if fields.get("name") == name and fields.get("unit_or_person") and not waits(fields):
            found.append(say("thresholds.other", where=where(fields["unit_or_person"], names), value=said_value(name, fields.get("value"))))
    return sorted(found)
