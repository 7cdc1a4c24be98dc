"""The calendar of duties: each round is written when it begins, done by the record that it asks for, told when it is late.

A round's record has an id derived from home, duty and period: whoever writes it again states a duplicate. Nothing is
written for the past: what fell due before the home had this calendar is nobody's miss. Idle, it reads a few rows a minute.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import Connection

from server.alerts import act, follow
from server.alerts.judging import Planned
from server.db import reading, writing
from server.people import store as people
from server.people.store import Home
from server.records import intake, projections, store
from server.wire import rfc3339
from sync import alerts as rules
from sync import days
from sync.fields import time_ms
from sync.kinds.alert import OPENED, WITHDRAWN
from sync.messages import text
from sync.rules import duties
from sync.rules.catalogue import DUTY_LATE, DUTY_RULES, switched
from sync.rules.duties import DUTIES, Period, Recurring
from sync.thresholds import ON, Values

KIND = "duty"
#: What does the weekly review of high-risk actions, and which risk is meant (care.md, Duties).
REVIEW, HIGH = "review", "high"
# No round of any duty is open for longer than this before it is done or missed: two months and a little.
LONGEST_DAYS = 70


def duty_id(home: uuid.UUID, name: str, key: str) -> uuid.UUID:
    """The record of one round of a duty: one, whoever writes to it."""
    return uuid.uuid5(home, f"duty:{name}:{key}")


def keep(home: Home, now_ms: int, *, holder: str = "") -> int:
    """Write what the calendar has to say now; how many statements that were."""
    now, written = days.from_ms(now_ms), 0
    with reading() as c:
        statements = _begin(c, home, now) + _move(c, home, now)
    if statements:
        results = intake.write(home.id, statements, now_ms=now_ms, origin="system")
        written = sum(result.status == "accepted" for result in results)
    with reading() as c:
        planned = _tell(c, home, now_ms)
    if planned:

        def work(c: Connection) -> None:
            projections.lock(c, home.id, follow.NAME)
            intake.lock_home(c, home.id)
            act.take(c, home, planned, now_ms, holder)

        writing(work)
    return written + len(planned)


# ---- rounds ----


def _begin(c: Connection, home: Home, now: datetime) -> list[intake.Statement]:
    """The rounds that have begun and have no record yet."""
    rounds = {duty_id(home.uuid, duty.name, each.key): (duty, each) for duty in DUTIES.values() for each in [duties.period(duty, now, home.zone)]}
    there = store.records_by_id(c, home.id, rounds)
    # Where no high-risk action is open, nobody owes a review of one.
    missing = {id_: (duty, each) for id_, (duty, each) in rounds.items() if id_ not in there and (duty.proof != REVIEW or _risky(c, home, each))}
    staff = people.staff_of(c, home.id) if missing else []
    found = []
    for id_, (duty, each) in missing.items():
        fields = {
            "what": duty.name, "role": duty.owner, "from": _text(each.start), "due_at": _text(each.due), "counts": {"stream": duty.serves},
        } | _named("owner", staff, duty.owner) | _named("deputy", staff, duty.deputy)  # fmt: skip
        found.append(intake.Statement(record=id_, id=id_, kind=KIND, fields=fields, occurred_ms=days.to_ms(each.start)))
    return found


def _named(field: str, staff: list, role: str) -> dict[str, str]:
    """The person, where one alone holds the role; a shift's is whoever leads it."""
    held = [one for one in staff if role in one.roles and one.ends_ms is None]
    return {field: str(held[0].id)} if len(held) == 1 else {}


def open_rounds(c: Connection, home: Home, now: datetime) -> list[tuple[store.RecordRow, Recurring, Period]]:
    """Rounds that are neither done nor missed, oldest first."""
    today = days.care_day(now, home.zone).toordinal()
    found = []
    for row in store.records(c, home.id, KIND, days=(today - LONGEST_DAYS, today + 1)):
        duty, begins = DUTIES.get(str(row.fields.get("what"))), row.fields.get("from")
        if duty and isinstance(begins, str) and not (row.struck or row.fields.get("done_at") or row.fields.get("missed_reason")):
            found.append((row, duty, duties.period(duty, days.from_ms(time_ms(begins)), home.zone)))
    return found


def _move(c: Connection, home: Home, now: datetime) -> list[intake.Statement]:
    """What has been done since, and what can no longer be done in time."""
    found = []
    for row, duty, each in open_rounds(c, home, now):
        last = _last(c, home, duty, each, now)
        proof = _proof(c, home, duty, each, last)
        if proof is not None:
            # An audit is drawn before it is made: it says itself when that was, and by whom.
            done_at, done_by = proof.fields.get("done_at"), proof.fields.get("done_by")
            fields = {"done_at": done_at or _text(days.from_ms(proof.occurred_ms)), "done_by": done_by or proof.body.get("author")}
        elif now >= last:
            fields = {"missed_reason": text("pages.duties.not_done_in_time" if duty.every == duties.MONTH else "pages.duties.not_done")}
        else:
            continue
        fields = {name: value for name, value in fields.items() if value}
        # A repeat by another process at the same moment is the same statement.
        id_ = uuid.uuid5(row.id, "/".join(sorted(fields)))
        found.append(intake.Statement(record=row.id, id=id_, kind=KIND, fields=fields, occurred_ms=days.to_ms(now)))
    return found


def _last(c: Connection, home: Home, duty: Recurring, each: Period, now: datetime) -> datetime:
    """When the round can no longer be done in time nor late. The home's own number is asked for once a monthly duty is late."""
    if duty.every != duties.MONTH or now < each.due:
        return duties.missed_at(duty, each.due, home.zone)
    values = Values((row.body for row in store.records(c, home.id, "threshold")), home.zone)
    return duties.missed_at(duty, each.due, home.zone, month_days=values.value(duties.MONTH_MISSED, at=each.due))


def _proof(c: Connection, home: Home, duty: Recurring, each: Period, until: datetime) -> store.RecordRow | None:
    if duty.proof is None:
        return None
    first, last = (days.care_day(at, home.zone).toordinal() for at in (each.start, until))
    rows = store.of_days(c, home.id, first, last, {duty.proof})
    if duty.proof == REVIEW:
        return _last_review(rows, _risky(c, home, each), str(home.tidemark))
    return next((row for row in rows if not row.struck and duties.proves(duty, row.kind, row.fields, each.key)), None)


def _risky(c: Connection, home: Home, each: Period) -> set[uuid.UUID]:
    """The high-risk actions that are open now and were there when the round began."""
    began = days.to_ms(each.start)
    rows = [row for row in store.records(c, home.id, "improvement_action") if not row.struck and row.fields.get("status") != "closed"]
    return {row.id for row in rows if row.fields.get("risk") == HIGH and row.occurred_ms < began}


def _last_review(rows: list[store.RecordRow], risky: set[uuid.UUID], tidemark: str) -> store.RecordRow | None:
    """The review with which the last of these actions was looked at; None while any was not. What Tidemark writes by itself is nobody's
    review; an action that a review closed is reviewed."""
    first: dict[uuid.UUID | None, store.RecordRow] = {}
    for row in rows:
        if not row.struck and row.body["author"] not in (None, tidemark):
            first.setdefault(row.subject, row)
    return max(first.values(), key=lambda row: row.occurred_ms, default=None) if risky <= first.keys() else None


# ---- telling ----


def _tell(c: Connection, home: Home, now_ms: int) -> list[Planned]:
    """An alert for each round that is late, and its end once the duty is done or missed."""
    now, found = days.from_ms(now_ms), []
    late = {row.id: (row, duty, each) for row, duty, each in open_rounds(c, home, now) if each.due <= now}
    ids = {row.id: rules.alert_id(home.uuid, DUTY_LATE, str(row.id), days.care_day(each.due, home.zone)) for row, _, each in late.values()}
    there = store.records_by_id(c, home.id, ids.values())
    for row, duty, each in late.values():
        if ids[row.id] not in there:
            found.append(Planned(ids[row.id], row.id, None, _opening(c, home, row, duty, each, now), None))
    for alert in store.records(c, home.id, "alert", open_only=True):
        if alert.fields.get("rule") == DUTY_LATE and not alert.struck and alert.subject not in late:
            fields = {"status": WITHDRAWN, "reason": rules.DECIDED}
            found.append(Planned(alert.id, alert.subject, None, rules.Step(rules.WITHDRAW, DUTY_LATE, fields, pages=True), alert))
    return found


def _opening(c: Connection, home: Home, row: store.RecordRow, duty: Recurring, each: Period, now: datetime) -> rules.Step:
    """`facts` name the two who are told, in turn: the ladder of a late duty is its owner's, and no other (climb.py)."""
    values = Values((each.body for each in store.records(c, home.id, "threshold")), home.zone)
    began = days.care_day_bounds(date.fromisoformat(home.started_on), home.zone)[0]
    rule = DUTY_RULES[DUTY_LATE]
    setting, version = switched(rule, values, person=None, unit=None, at=now, started=began, incomplete=False)
    fields = {
        "rule": DUTY_LATE, "subject": str(row.id), "severity": rule.severity, "status": OPENED, "opened_at": _text(now),
        "happened_at": _text(each.due), "care_day": days.care_day(each.due, home.zone).isoformat(), "opening": 1,
        "facts": {
            "duty": text(f"pages.duties.names.{duty.name}"), "due_at": _text(each.due), "owner_role": duty.owner,
            "deputy_role": duty.deputy, "manager_role": duty.manager,
            "manager_minutes": round(duties.MANAGER_AFTER[duty.every].total_seconds() / 60),
        },
        "reason": "measured", "threshold_version": version,
    }  # fmt: skip
    return rules.Step(rules.OPEN, DUTY_LATE, fields, pages=setting == ON)


def _text(at: datetime) -> str:
    return rfc3339(days.to_ms(at))
