"""A person, a care day and what is written down about it, in few words for the tests of the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sync.alerts import Existing, Judgement, Step, judge, reconcile
from sync.days import write_time, to_ms
from sync.facts import Breach, Entry, Facts
from sync.rules.catalogue import RULES
from sync.thresholds import Values

# A Sunday in November: the home's clock shows UTC. The plan was made long ago.
DAY = date(2026, 11, 22)
PLAN = {"monitoring": True, "monitored_from": "2026-10-01", "target_ml": 1600}
ALL_ON = Values([{"record": f"on-{name}", "fields": {"name": f"rule.{name}", "value": "on", "from": "2026-01-01"}} for name in RULES])


def at(clock: str, day: date = DAY) -> datetime:
    """`at("14:00")` on the care day; times before 7am belong to the morning that ends it."""
    hours, minutes, *seconds = (int(part) for part in clock.split(":"))
    on = day + timedelta(days=1) if hours < 7 else day
    return datetime(on.year, on.month, on.day, hours, minutes, *seconds, tzinfo=UTC)


CLOSE = at("07:00", DAY + timedelta(days=1))


def entry(clock: str, outcome: str = "drank", ml: int | None = None, *, day: date = DAY, saved: str | None = None,
          got: str | None = None, id: str | None = None, **more: Any) -> Entry:  # fmt: skip
    """One check; saved and received when it happened unless said otherwise. `drank` is 200ml unless said otherwise."""
    occurred = at(clock, day)
    recorded = at(saved, day) if saved else occurred
    amount = ml if ml is not None else (200 if outcome == "drank" else None)
    received = at(got, day) if got else max(recorded, occurred)
    return Entry(
        id=id or f"{day}-{clock}-{outcome}-{amount}", outcome=outcome, occurred=occurred, recorded=recorded, received=received,
        drunk_ml=amount, **{"device": "tablet-1", "drink": "tea", **more},
    )  # fmt: skip


def full_day(day: date, ml: int = 230, *, but: tuple[str, ...] = ()) -> tuple[Entry, ...]:
    """A drink in every window of a day (seven of them), so that the chart is complete."""
    clocks = ("08:00", "11:00", "13:00", "15:30", "18:30", "20:30")
    return tuple(entry(clock, ml=ml, day=day) for clock in clocks if clock not in but) + (entry("23:30", "asleep", day=day),)


# The two days before were well recorded and went well.
BEFORE = full_day(DAY - timedelta(days=2), 300) + full_day(DAY - timedelta(days=1), 300)


def person(*entries: Entry, plan: dict[str, Any] | None = None, before: tuple[Entry, ...] = BEFORE, **more: Any) -> Facts:
    return Facts("edith", DAY, plan={**PLAN, **(plan or {})}, person={"sex": "female"}, entries=before + entries, **more)


def breach(facts: Facts, rule: str, now: datetime, values: Values = ALL_ON) -> Breach | None:
    """What stands of a rule at an instant."""
    return next((each for each in judge(facts, values, now).breaches if each.rule == rule), None)


def breached(facts: Facts, now: datetime, values: Values = ALL_ON) -> set[str]:
    """The rules that stand breached, without their stream's name."""
    return {each.rule.removeprefix("hydration.") for each in judge(facts, values, now).breaches}


def steps(facts: Facts, existing: tuple[Existing, ...], now: datetime, values: Values = ALL_ON) -> tuple[Step, ...]:
    found: Judgement = judge(facts, values, now)
    return reconcile(facts, values, found, existing, now)


def step(facts: Facts, existing: tuple[Existing, ...], now: datetime, rule: str, values: Values = ALL_ON) -> Step | None:
    return next((each for each in steps(facts, existing, now, values) if each.rule == rule), None)


def written(done: Step, before: Existing | None = None, *, now: datetime, rung: int | None = None) -> Existing:
    """The alert as it stands when a step has been written."""
    from_before = dict(before.fields) if before else {}
    fields = {name: value for name, value in {**from_before, **done.fields}.items() if value is not None}
    status = fields["status"]
    return Existing(
        rule=fields["rule"], status=status, opening=fields["opening"], opened_at=datetime.fromisoformat(fields["opened_at"]),
        happened_at=datetime.fromisoformat(fields["happened_at"]), fields=fields,
        rung=rung if rung is not None else (before.rung if before else (1 if done.pages else 0)),
        closed_at=now if status in ("resolved", "withdrawn") else None,
    )  # fmt: skip


def opened(facts: Facts, rule: str, now: datetime, values: Values = ALL_ON) -> Existing:
    """The alert of a rule as the facts open it at an instant."""
    done = step(facts, (), now, rule, values)
    assert done is not None and done.kind == "open", f"nothing opened: {breached(facts, now, values)}"
    return written(done, now=now)


def said(alert: Existing, status: str, when: datetime, **more: Any) -> Existing:
    """The alert after a person has said something about it."""
    closed = when if status in ("resolved", "withdrawn") else None
    return replace(alert, status=status, fields={**alert.fields, "status": status, **more}, closed_at=closed)


def iso(when: datetime) -> str:
    return write_time(to_ms(when))
