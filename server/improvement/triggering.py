"""What the records of the last weeks trigger: an action opened by Tidemark, or the one that stands escalated, saying why. Where the
stream's action was closed, the concern is back: it is opened again, with its history, and no second one beside it.

Looked at once a care day and home. What is written has an id derived from the trigger and the week, so that a trigger that goes on
firing speaks once a week and two processes write once.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from server.db import reading, writing
from server.improvement import plan as acting
from server.improvement import store as plan_store
from server.people.store import Home
from server.records import intake, projections, store
from sync import days
from sync.measures import ESCALATION
from sync.messages import text
from sync.rules import plan, triggers
from sync.rules.starts import STARTS, Start
from sync.rules.triggers import Numbers, Seen, Trigger
from sync.thresholds import DEFAULT, THRESHOLDS, Threshold, Values

NAME = "triggers"


def look(home: Home, now_ms: int) -> int:
    """Look once a care day; returns how many triggers wrote something. Idle, it reads one row."""
    now = days.from_ms(now_ms)
    today = days.care_day(now, home.zone)
    with reading() as c:
        if store.cursor_of(c, home.id, NAME) >= today.toordinal():
            return 0
        values = Values((row.body for row in store.records(c, home.id, "threshold")), home.zone)
        fired = firing(c, home, triggers.STREAMS, today, values, now)
        rows = plan_store.actions(c, home.id) if fired else []
        began = _began(c, home, rows)
    grace = values.value("plan.grace_days", at=now)
    statements = [one for trigger, why in fired for one in _answer(home, trigger, why, rows, began, today, now_ms, grace)]
    if statements:
        intake.write(home.id, statements, now_ms=now_ms, origin="system")

    def looked(c: Connection) -> None:
        projections.lock(c, home.id, NAME)
        projections.move(c, home.id, NAME, today.toordinal())

    writing(looked)
    return len(fired)


def firing(c: Connection, home: Home, streams: Collection[str], today: date, values: Values, now: datetime) -> list[tuple[Trigger, str]]:
    """The triggers of these streams that fire, each with its reason and the numbers that judged it."""
    looked = (_fired(c, home.id, each, today, Numbers(values, now)) for each in triggers.TRIGGERS.values() if each.stream in streams)
    return [found for found in looked if found is not None]


def _began(c: Connection, home: Home, rows: list[store.RecordRow]) -> dict[uuid.UUID, date]:
    """The day on which each action began, or was last opened again: from then on it is given its time."""
    reviews = plan_store.reviews(c, home.id, [row.id for row in rows])
    return {row.id: plan.ran_since(plan_store.on_day(row, home.zone), plan_store.said(reviews[row.id], home.zone)) for row in rows}


def _fired(c: Connection, home_id: int, trigger: Trigger, today: date, number: Numbers) -> tuple[Trigger, str] | None:
    """The trigger and its reason, with the numbers that judged it, where it fires."""
    period = number(trigger.days)
    found = trigger.fires(_seen(c, home_id, trigger, period, trigger.first_day(today, number), today), number)
    return None if found is None else (trigger, said(trigger.name, *found, period, number.asked))


def _seen(c: Connection, home_id: int, trigger: Trigger, period: int, since: date, today: date) -> Seen:
    first = since.toordinal()
    measure = STARTS[trigger.stream].measures[0]
    series = [each for each in plan_store.series(c, home_id, measure, limit=period) if each.on.toordinal() >= first]
    records: dict[str, list[Mapping[str, Any]]] = {}
    for row in store.of_days(c, home_id, first, today.toordinal(), triggers.KINDS):
        if not row.struck:
            records.setdefault(row.kind, []).append(row.fields)
    whole = plan_store.total(series)
    undecided = _missed(c, home_id, ESCALATION, first)[triggers.UNDECIDED] if trigger.stream == triggers.HYDRATION else 0
    return Seen(whole.numerator, whole.denominator, _missed(c, home_id, measure, first), undecided, records)


def _missed(c: Connection, home_id: int, measure: str, first: int) -> Counter[str]:
    return Counter(why for each in plan_store.details(c, home_id, measure, first) for miss in each["misses"] for why in miss["missed"])


def _answer(
    home: Home, trigger: Trigger, why: str, rows: list[store.RecordRow], began: Mapping[uuid.UUID, date], today: date, now_ms: int, grace: int
) -> list[intake.Statement]:  # fmt: skip
    """A new action where the stream never had one; the last one that was closed opened again; else the one that stands is escalated,
    once it has had its time."""
    start = STARTS[trigger.stream]
    own = [row for row in rows if set(plan.measures_of(row.fields)) & set(start.measures)]
    standing = next((row for row in own if row.fields.get("status") != "closed"), None)
    week = today - timedelta(days=today.weekday())
    id_ = uuid.uuid5(home.uuid, f"trigger/{trigger.name}/{week.isoformat()}")
    because = {"challenge": why, "trigger": trigger.name, "trigger_version": triggers.VERSION}
    if standing is None and own:
        return acting.opened_again(own[-1], uuid.uuid5(id_, plan.REOPEN), because, now_ms)
    if standing is None:
        # One action a stream: what fires beside it on the same day is the same concern.
        action = uuid.uuid5(home.uuid, f"trigger/{trigger.stream}/{week.isoformat()}")
        return [intake.Statement(record=action, id=action, kind=plan_store.ACTION, fields=_fields(start, trigger, why, today), occurred_ms=now_ms)]
    if not triggers.had_its_time(began[standing.id], today, grace) or standing.fields.get("status") == "escalated":
        return []
    review = {"action": str(standing.id), "decision": plan.ESCALATE, **because}
    status = {"status": "escalated", "review_every_days": plan.WEEKLY}
    return [
        intake.Statement(record=id_, id=id_, kind=plan_store.REVIEW, fields=review, occurred_ms=now_ms),
        intake.Statement(record=standing.id, id=uuid.uuid5(id_, "action"), kind=plan_store.ACTION, fields=status, occurred_ms=now_ms),
    ]


def _fields(start: Start, trigger: Trigger, why: str, today: date) -> dict[str, Any]:
    """An action as the article's example starts it; the owner is for the registered manager to name."""
    words = {name: text(f"pages.plan.starts.{start.name}.{name}") for name in ("baseline_issue", "corrective_action", "difference_for_people")}
    evidence = [{"id": name, "what": text(f"pages.plan.starts.{start.name}.evidence.{name}"), "category": category} for name, category in start.evidence]
    return {
        **words, "status": "open", "source": text("pages.plan.trigger_source"), "finding_ref": why, "risk": start.risk, "quality_area": start.area,
        "measures": list(start.measures), "target": {"percent": start.percent}, "due_on": (today + timedelta(weeks=start.weeks)).isoformat(),
        "evidence_required": evidence, "tags": list(start.tags), "review_every_days": plan.WEEKLY, "trigger": trigger.name,
        "trigger_version": triggers.VERSION,
    }  # fmt: skip


def said(name: str, count: int, of: int, period: int, asked: Mapping[str, tuple[Any, str]]) -> str:
    """Why a trigger fired, by which numbers in which version, in words that stay in the record."""
    numbers = "; ".join(_number(THRESHOLDS[each], *asked[each]) for each in asked)
    return text(f"pages.plan.triggers.{name}", n=count, of=of, days=period) + " " + text("pages.plan.trigger_numbers", numbers=numbers)


def _number(number: Threshold, value: Any, version: str) -> str:
    """'Drink checks due under which their share says nothing: 20 (default)'."""
    whose = text("pages.plan.trigger_default") if version == DEFAULT else text("pages.plan.trigger_version", version=version[:8])
    return text("pages.plan.trigger_number", words=number.words, value=text(f"pages.thresholds.units.{number.unit}", n=value), whose=whose)
