"""Writing the plan: an action added or changed, a review recorded, and a closed action that slid opened again.

Everything is a submission through the one door, on the heads that were shown: where somebody has written since, it is refused and
the person looks again.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from server.db import reading
from server.improvement import filing, numbers
from server.improvement import store as plan_store
from server.people.store import Home
from server.records import intake, store
from sync import days
from sync.rules import plan

#: What a decision makes of an action's status.
_STATUS = {plan.STAY_OPEN: None, plan.CHANGE: "changed", plan.ESCALATE: "escalated", plan.CLOSE: "closed", plan.LASTED: None, plan.OPEN_AGAIN: "open"}


def add(home_id: int, fields: Mapping[str, Any], *, by: uuid.UUID, now_ms: int) -> uuid.UUID:
    """A new action; returns its id."""
    id_ = uuid.uuid4()
    filing.write(home_id, [filing.new(id_, plan_store.ACTION, {**fields, "status": "open"}, by, now_ms)], now_ms)
    return id_


def change(home_id: int, row: store.RecordRow, fields: Mapping[str, Any], seen: str, *, by: uuid.UUID, now_ms: int) -> None:
    """Set what differs. `seen` are the heads that were shown. Raises Problem: moved_on."""
    filing.still(home_id, row.id, seen)
    if differing := filing.changed(row, fields):
        filing.write(home_id, [filing.later(row, differing, by, now_ms)], now_ms)


def review(home_id: int, row: store.RecordRow, fields: Mapping[str, Any], seen: str, *, check_on: str | None, by: uuid.UUID, now_ms: int) -> None:
    """A review, and what its decision makes of the action, in one transaction. Raises Problem: moved_on.

    Whether it may close, or has lasted, is the caller's to ask (`sync.rules.plan.closing`, `lasting`).
    """
    filing.still(home_id, row.id, seen)
    decision, id_ = fields["decision"], uuid.uuid4()
    said = [filing.new(id_, plan_store.REVIEW, {"action": str(row.id), **fields}, by, now_ms)]
    changes: dict[str, Any] = {"status": _STATUS[decision]} if _STATUS[decision] else {}
    if decision == plan.CLOSE:
        changes |= {"closed_by": str(by), "sustain_check_on": check_on}
    if decision == plan.LASTED:
        changes["sustain_check_on"] = check_on
    if decision == plan.OPEN_AGAIN:
        changes |= {"closed_by": None, "sustain_check_on": None}
    if decision in (plan.CHANGE, plan.ESCALATE, plan.OPEN_AGAIN):
        changes["review_every_days"] = plan.WEEKLY
    if changes:
        said.append(filing.later(row, changes, by, now_ms))
    filing.write(home_id, said, now_ms)


def reopen_slid(home: Home, now_ms: int) -> int:
    """Open again the closed actions whose measures fell back, each once a closing, with a review that says so; returns how many."""
    with reading() as c:
        closed = [row for row in plan_store.actions(c, home.id) if row.fields.get("status") == "closed" and plan.measures_of(row.fields)]
        reviews = plan_store.reviews(c, home.id, [row.id for row in closed])
        number, slid = numbers.of(c, home.id, home.zone, days.care_day(days.from_ms(now_ms), home.zone)), []
        for row in closed:
            closing = next((each for each in reversed(reviews[row.id]) if each.fields.get("decision") == plan.CLOSE), None)
            if closing is None:
                continue
            since, target = days.care_day(days.from_ms(closing.occurred_ms), home.zone), plan.target_percent(row.fields)
            stands = {}
            for name in plan.measures_of(row.fields):
                rebased = plan_store.rebases(reviews[row.id], name)
                series = plan_store.history(c, home.id, name).since(plan_store.charted_from(plan_store.on_day(row, home.zone)))
                after = [each for each in series if each.on > since]
                found = plan_store.reached(series, target, rebased, number)
                enough = len(plan_store.charted(after)) >= number("plan.slide_days")
                stands[name] = plan.Reached(plan_store.total(plan_store.lately(after, number)).percent, found.variation if enough else None)
            if plan.slid(target, list(stands.values())):
                slid.append((row, closing, stands))
    for row, closing, stands in slid:
        id_ = uuid.uuid5(closing.id, plan.REOPEN)
        figures = [{"measure": name, "percent": None if each.percent is None else round(each.percent, 1)} for name, each in stands.items()]
        intake.write(home.id, opened_again(row, id_, {"figures": figures}, now_ms), now_ms=now_ms, origin="system")
    return len(slid)


def opened_again(row: store.RecordRow, review: uuid.UUID, because: Mapping[str, Any], now_ms: int) -> list[intake.Statement]:
    """What Tidemark says when it opens a closed action again: a review of that id with the reason, and the action as it stands then."""
    said = {"action": str(row.id), "decision": plan.REOPEN, **because}
    status = {"status": "open", "review_every_days": plan.WEEKLY, "closed_by": None, "sustain_check_on": None}
    return [
        intake.Statement(record=review, id=review, kind=plan_store.REVIEW, fields=said, occurred_ms=now_ms),
        intake.Statement(record=row.id, id=uuid.uuid5(review, "action"), kind=plan_store.ACTION, fields=status, occurred_ms=now_ms),
    ]
