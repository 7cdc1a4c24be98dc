"""What has to follow low intake: a decision, the advice that was asked for, and a review where charts are complete and
intake stays low (care.md, Alerts 10)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sync.days import LONDON, local, read_clock, to_ms, write_time
from sync.kinds.alert import WITHDRAWN
from sync.matters import Matter
from sync.rules import catalogue as rules
from sync.rules.judging import INCOMPLETE
from sync.severities import CRITICAL, URGENT
from sync.standing import Existing
from sync.thresholds import Values
from sync.told import Told, counting, known_by

#: Alerts that end in a decision. A reminder asks for a drink and an incomplete chart for a look: neither for a decision.
ASK_FOR_ONE = frozenset({
    rules.NOTHING_DRUNK_6H, rules.NOTHING_DRUNK_8H, rules.BEHIND_PACE, rules.LOW_AT_CLOSE, rules.LOW_TWO_DAYS, rules.VERY_LOW_DAY,
    rules.RED_FLAG, rules.RED_FLAG_LOW_INTAKE,
})  # fmt: skip
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Breached:
    """An alert about a person's drinking, by its record's id."""

    id: str
    alert: Existing


@dataclass(frozen=True)
class Decisions:
    """A person's alerts of the last two weeks and what was decided about them."""

    person: str
    unit: str | None = None
    zone: str = LONDON
    breaches: tuple[Breached, ...] = ()
    escalations: tuple[Told, ...] = ()

    def known_by(self, at: datetime) -> Decisions:
        """The same with the decisions that were written by an instant."""
        return replace(self, escalations=known_by(self.escalations, at))


def matters(known: Decisions, values: Values, now: datetime) -> Iterator[Matter]:
    """Every matter of one person's low intake, those to come included."""
    decisions = counting(known.escalations)
    asking = {each.id.lower() for each in known.breaches}
    for each in known.breaches:
        if _asks(each.alert) and not any(_answers(one, each, asking) for one in decisions):
            yield _no_decision(known, each, values)
    for each in decisions:
        yield from _advice(known, each, values)
    yield from _complete_but_low(known, values, now)


def _asks(alert: Existing) -> bool:
    unsure = alert.facts.get("incomplete") or alert.fields.get("reason") == INCOMPLETE
    return alert.rule in ASK_FOR_ONE and alert.status != WITHDRAWN and (not unsure or alert.rule in (rules.RED_FLAG, rules.RED_FLAG_LOW_INTAKE))


def is_about(decision: Told, alert: str, happened_at: datetime) -> bool:
    """Whether a decision is about an alert as it stands: it names it, and was made or written down since this breach of it
    happened. The tablet's twin is `decisionOf` in pwa/src/kinds/alert_decision.ts."""
    return str(decision.fields.get("alert") or "").lower() == alert.lower() and max(decision.occurred, decision.recorded) >= happened_at


def _answers(decision: Told, breach: Breached, asking: Collection[str]) -> bool:
    """Whether a decision is about this breach: it names it, or names none and was made about this person in the day after it."""
    if str(decision.fields.get("alert") or "").lower() in asking:
        return is_about(decision, breach.id, breach.alert.happened_at)
    decided = decision.time("decided_at") or decision.occurred
    return breach.alert.happened_at <= decided <= max(breach.alert.opened_at, breach.alert.happened_at) + ONE_DAY


def _no_decision(known: Decisions, each: Breached, values: Values) -> Matter:
    alert = each.alert
    name = "hydration.decision_minutes" if alert.fields.get("severity") in (URGENT, CRITICAL) else "hydration.decision_senior_minutes"
    # Nobody can decide about what nobody knows yet.
    since = max(alert.opened_at, alert.happened_at)
    minutes = values.value(name, known.person, known.unit, at=since)
    facts = {"breach": alert.rule, "breached_at": _text(alert.happened_at), "minutes": minutes}
    return Matter(rules.NO_DECISION, known.person, since + timedelta(minutes=minutes), each.id, facts, (name,))


def _advice(known: Decisions, each: Told, values: Values) -> Iterator[Matter]:
    """Advice that was asked for and has not come by the time agreed, else by the home's own time on the next morning."""
    fields = each.fields
    if fields.get("no_escalation_reason") or fields.get("advice_received_at") or fields.get("advice"):
        return
    asked = each.time("contacted_at") or (each.occurred if fields.get("contacted") else None)
    due = each.time("advice_due_at")
    if asked is None and due is None:
        return
    due = due or _next(values.value("alerts.advice_due_at", known.person, known.unit, at=asked), asked, known.zone)
    facts = {"due_at": _text(due), **({"asked_at": _text(asked)} if asked else {})}
    yield Matter(rules.ADVICE_LATE, known.person, due, each.id, facts, ("alerts.advice_due_at",))


def _next(clock: str, after: datetime, zone: str) -> datetime:
    """The next time after an instant at which the home's clock shows `clock`."""
    day, shown = after.date() - ONE_DAY, read_clock(clock, time(10))
    while (at := local(day, shown, zone)) <= after:
        day += ONE_DAY
    return at


def _complete_but_low(known: Decisions, values: Values, now: datetime) -> Iterator[Matter]:
    """So many low days running with complete charts: each alert of two low days after another is one day more."""
    wanted = values.value("hydration.complete_but_low_days", known.person, known.unit, at=now)
    low: dict[date, Breached] = {}
    for each in known.breaches:
        alert = each.alert
        if alert.rule == rules.LOW_TWO_DAYS and alert.status != WITHDRAWN and not alert.facts.get("incomplete"):
            low[date.fromisoformat(alert.fields["care_day"])] = each
    for day, each in sorted(low.items()):
        running = 2
        while day - (running - 1) * ONE_DAY in low:
            running += 1
        if running >= wanted:
            said: Mapping[str, Any] = {name: each.alert.facts[name] for name in ("drunk_ml", "floor_ml") if name in each.alert.facts}
            facts = {"days": running, **said}
            yield Matter(rules.COMPLETE_BUT_LOW, known.person, each.alert.happened_at, each.id, facts, ("hydration.complete_but_low_days",))


def _text(at: datetime) -> str:
    return write_time(to_ms(at))
