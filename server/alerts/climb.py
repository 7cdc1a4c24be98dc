"""The climb of an alert: who is told now, who next and when; each step once, at its stored deadline.

The rung is turned into people at this moment: who is signed on, for that unit, with a device that has shown a message. A
rung without anybody is passed at once and leaves its trace in `told`; a device there that never showed one is sent to all
the same. However late we come, an alert takes one step at a
time, and the step after it counts from now: an outage ends in no burst.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from server.alerts import calling, fallback, outbox, quiet, schedule
from server.alerts.moment import Moment
from server.alerts.outbox import insert_into
from server.alerts.tables import step_event
from server.people.store import Home
from server.records import intake, store
from sync import days, ladder, owning, roles
from sync.kinds.alert import ACKNOWLEDGED, OPENED, SNOOZED, UNHANDLED

# What nobody was told for this long is for the shift report: a call about yesterday helps nobody.
TOO_LATE_MS = 24 * 3_600_000
# A deadline whose alert cannot take a step is looked at again then; it should not happen.
LATER_MS = 60_000


@dataclass(frozen=True)
class Climbed:
    """One step: what the alert's record says afterwards, who is called, when the next one is due."""

    step: str
    fields: dict[str, Any]
    messages: list[dict[str, Any]]
    next_at_ms: int | None


def begin(
    moment: Moment, alert: uuid.UUID, unit: str | None, fields: Mapping[str, Any], rung: int, name: str | None = None
) -> Climbed:
    """The first step on a ladder; `rung` is how many rungs count as reached already, `name` what the step is called where
    it is not the first of its opening."""
    state = ladder.State(rung, 0, days.from_ms(moment.now_ms))
    return _step(moment, alert, unit, fields, state, late_ms=0, first=True, name=name)


def take_due(c: Connection, home: Home, now_ms: int, holder: str, *, limit: int, in_doubt: bool = False) -> list[int]:
    """Let every alert whose deadline has come take one step; how late each was. The home is locked, all rows are read."""
    moment, late = Moment(c, home, now_ms, holder, in_doubt), []
    for due in schedule.steps_due(c, home.id, now_ms, limit):
        late_ms = max(0, now_ms - due.next_at_ms)
        row = store.record(c, home.id, due.alert)
        if row is None or row.struck or row.fields.get("status") not in (OPENED, SNOOZED, ACKNOWLEDGED):
            schedule.set_step(c, home.id, due.alert, None, None, now_ms)
        elif _take(moment, row, late_ms):
            late.append(late_ms)
        else:
            schedule.set_step(c, home.id, due.alert, due.resident, now_ms + LATER_MS, now_ms)
    return late


def _take(moment: Moment, row: store.RecordRow, late_ms: int) -> bool:
    fields, now_ms = row.fields, moment.now_ms
    rung, status = fields.get("rung") or 0, fields.get("status")
    back, given = status in (SNOOZED, ACKNOWLEDGED), status == OPENED and fields.get("given_to")
    if given and (until := owning.back_at(row.body, moment.values)) and days.to_ms(until) > now_ms and moment.reaches(given):
        given = None  # there is time left to take it on: this is the ladder's own step
    if back and not fields.get("told"):
        climbed = Climbed(f"back:{row.seq}", {}, [], None)  # shown and never called: it is nobody's again
    elif given:
        climbed = _not_taken(moment, row, late_ms)
    elif late_ms > TOO_LATE_MS and not moment.in_doubt:
        climbed = Climbed(UNHANDLED, {"status": UNHANDLED, "next_at": None, "next_roles": None}, [], None)
    else:
        # What was paused is told again to the rung that it stood on.
        state = ladder.State(max(0, rung - 1) if back else rung, fields.get("loop") or 0, days.from_ms(now_ms))
        said = {SNOOZED: "resumed", ACKNOWLEDGED: "returned"}.get(status)
        name = f"{said}:{row.seq}" if said else None
        climbed = _step(moment, row.id, _unit(moment, row), fields, state, late_ms=late_ms, words=said, name=name)
    opening = fields.get("opening") or 1
    if not happens(moment, row.id, opening, climbed.step, late_ms):
        return False
    if back:
        climbed.fields.setdefault("status", OPENED)
    if status == ACKNOWLEDGED:
        climbed.fields["owner"] = None
    write(moment, row.id, uuid.uuid5(row.id, f"{opening}:{climbed.step}"), climbed.fields)
    outbox.put(moment.c, moment.home.id, climbed.messages, now_ms)
    times = [climbed.next_at_ms]
    if fields.get("given_to") and not given and status == OPENED:
        times.append(days.to_ms(owning.back_at(row.body, moment.values)))
    at_ms = min((at for at in times if at is not None), default=None)
    schedule.set_step(moment.c, moment.home.id, row.id, row.subject, at_ms, now_ms)
    return True


def _not_taken(moment: Moment, row: store.RecordRow, late_ms: int) -> Climbed:
    """Whoever it was given to has not taken it on, or cannot be reached: the on-call manager is called, and the ladder's
    own clock goes on as it stood. Where the ladder had ended, it is unhandled again."""
    fields, unit, name = row.fields, _unit(moment, row), f"not_accepted:{row.seq}"
    ladder_ms, opening = schedule.ladder_ms(fields), fields.get("opening") or 1
    reachable = moment.reachable(unit)
    on_call = next(([role] for role in owning.ON_CALL if role in reachable), [])
    absent = [] if on_call else list(owning.ON_CALL)
    here = moment.sent(on_call or absent, unit)
    values = {"words": "not_accepted"}
    if ladder_ms is None or ladder_ms > moment.now_ms:
        told = [*(fields.get("told") or ()), *calling.trace(moment, unit, on_call or absent[:1])]
        changed, messages, next_ms = {"told": told}, [], ladder_ms
        if ladder_ms is None and fields.get("told"):
            changed["status"] = UNHANDLED
        fallback.plan(
            moment.c, moment.home.id, row.id, opening, name, called=on_call, passed=absent, always=False,
            level=fields.get("rung") or 0, values=values, next_at_ms=next_ms, now_ms=moment.now_ms,
        )  # fmt: skip
    else:
        state = ladder.State(fields.get("rung") or 0, fields.get("loop") or 0, days.from_ms(moment.now_ms))
        step = _step(
            moment, row.id, unit, fields, state, late_ms=late_ms, words="not_accepted", name=name, also=on_call, absent=absent
        )
        changed, messages, next_ms = step.fields, step.messages, step.next_at_ms
    called = {each["device"] for each in messages}
    more = calling.calls(here, row.id, opening, name, changed.get("rung") or fields.get("rung") or 0, values, next_ms, moment.now_ms)
    messages += [each for each in more if each["device"] not in called]
    return Climbed(name, {**changed, "given_to": None}, messages, next_ms)


def happens(moment: Moment, alert: uuid.UUID, opening: int, step: str, late_ms: int = 0) -> bool:
    """Whether this step happens now, for the first and only time."""
    row = {
        "home_id": moment.home.id, "alert": alert, "opening": opening, "step": step, "at_ms": moment.now_ms,
        "late_ms": late_ms, "holder": moment.holder,
    }  # fmt: skip
    made = insert_into(moment.c, step_event).values(row).on_conflict_do_nothing().returning(step_event.c.step)
    return moment.c.execute(made).first() is not None


def write(
    moment: Moment, alert: uuid.UUID, id_: uuid.UUID, fields: Mapping[str, Any], parents: tuple[str, ...] | None = None
) -> None:
    """Append one alert submission. ValueError where our own statement is not fit: the step is then undone as a whole."""
    said = intake.Statement(record=alert, kind="alert", fields=fields, occurred_ms=moment.now_ms, id=id_, parents=parents)
    (result,) = intake.append(moment.c, moment.home.id, [said], now_ms=moment.now_ms, origin="system")
    if result.status == "quarantined":
        raise ValueError(f"an alert's step was not fit: {result.errors}")


# ---- one step ----


def _step(
    moment: Moment, alert: uuid.UUID, unit: str | None, fields: Mapping[str, Any], state: ladder.State, *,
    late_ms: int, first: bool = False, words: str | None = None, name: str | None = None,
    also: Iterable[str] = (), absent: Iterable[str] = (),
) -> Climbed:  # fmt: skip
    """`also` are roles that the caller calls beside the rung's, `absent` those in which it found nobody to call."""
    rungs = ladder.own_ladder(fields.get("facts") or {}, fields["severity"]) or moment.ladder(fields["severity"], unit)
    now = days.from_ms(moment.now_ms)
    following = ladder.next_step(rungs, state, now, moment.reachable(unit))
    if following is None:
        return Climbed(UNHANDLED, {"status": UNHANDLED, "next_at": None, "next_roles": None}, [], None)
    skipped = [role for roles in following.skipped for role in roles]
    severity = fields["severity"]
    told = [*(fields.get("told") or ()), *calling.trace(moment, unit, skipped, severity)]
    called = list(following.tell)
    if late_ms > sum((rung.after for rung in rungs.rungs), start=now - now).total_seconds() * 1000 and called:
        called += [role for role in rungs.rungs[-1].roles if role not in called]  # later than the whole chain: the top too
    told += calling.trace(moment, unit, called, severity)
    after = following.state
    next_ms = None if after.next_at is None or following.unhandled else days.to_ms(after.next_at)
    changed: dict[str, Any] = {
        "rung": after.rung,
        "loop": after.loop,
        "told": told,
        "next_at": None if next_ms is None else days.write_time(next_ms),
        "next_roles": list(following.next_roles) or None,
    }
    if following.unhandled:
        changed["status"] = UNHANDLED
    name = name or (UNHANDLED if following.unhandled else f"climbed:{after.loop}.{after.rung}")
    values = calling.words(moment, fields, next_ms, late_ms, first=first, own=words)
    level = min(after.loop * len(rungs.rungs) + after.rung, 999)
    opening = fields.get("opening") or 1
    messages = calling.messages(moment, alert, unit, [*called, *skipped], opening, name, level, values, calling.known(fields), next_ms, severity)
    passed = rungs.everyone if following.unhandled else skipped
    fallback.plan(
        moment.c, moment.home.id, alert, opening, name, called=dict.fromkeys([*called, *also]), passed=dict.fromkeys([*passed, *absent]),
        level=level, values=values,
        always=any(channel != outbox.PUSH for channel in following.channels), next_at_ms=next_ms, now_ms=moment.now_ms,
        waits={role: until for role in roles.ROLES if (until := quiet.until_ms(moment, severity, role, unit))},
    )  # fmt: skip
    if "rung" not in fields:  # nothing stands there yet that null could clear
        changed = {key: value for key, value in changed.items() if value is not None}
    return Climbed(name, changed, messages, next_ms)


def _unit(moment: Moment, row: store.RecordRow) -> str | None:
    return quiet.unit_of(moment.c, moment.home.id, row)
