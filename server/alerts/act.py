"""What the actor writes: the rules' steps, and what follows from people's own moves. Always inside its transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from server.alerts import calling, climb, duty, outbox, schedule, unusual
from server.alerts.judging import Planned
from server.alerts.moment import Moment
from server.people.store import Home
from server.records import store
from sync import alerts as rules
from sync import days, owning
from sync.kinds.alert import ACKNOWLEDGED, OPENED, RESOLVED, SNOOZED
from sync.severities import CRITICAL

# How long it is worth telling somebody that there is nothing left to do.
NEWS_MS = 1_800_000


def take(c: Connection, home: Home, steps: Iterable[Planned], now_ms: int, holder: str) -> None:
    """Write the steps that the rules named, each once."""
    moment = Moment(c, home, now_ms, holder)
    for planned in unusual.quieten(c, home, steps, moment.values, now_ms):
        if planned.step.kind in (rules.OPEN, rules.REOPEN):
            _open(moment, planned)
        else:
            _change(moment, planned)


def _open(moment: Moment, planned: Planned) -> None:
    step, alert = planned.step, planned.alert
    fields = dict(step.fields)
    opening = fields.setdefault("opening", 1 + (_opening(planned) if planned.stands else 0))
    if not climb.happens(moment, alert, opening, "opened"):
        return
    climbed = None
    if step.pages:
        before = {"told": (planned.stands.fields.get("told") if planned.stands else None) or ()}
        climbed = climb.begin(moment, alert, planned.unit, {**before, **fields}, step.rung)
        fields |= climbed.fields
    elif planned.stands is not None:
        fields |= {"next_at": None, "next_roles": None}
    climb.write(moment, alert, _id(planned), fields, _parents(planned))
    if climbed is not None:
        climb.happens(moment, alert, opening, climbed.step)
        outbox.put(moment.c, moment.home.id, climbed.messages, moment.now_ms)
    at = climbed.next_at_ms if climbed else None
    schedule.set_step(moment.c, moment.home.id, alert, planned.resident, at, moment.now_ms)


def _change(moment: Moment, planned: Planned) -> None:
    step, alert, opening, home = planned.step, planned.alert, _opening(planned), moment.home
    id_ = _id(planned)
    if not climb.happens(moment, alert, opening, rules.WITHDRAW if step.kind == rules.WITHDRAW else f"{step.kind}:{id_}"):
        return
    fields, graver = dict(step.fields), None
    if step.kind == rules.WITHDRAW:
        fields |= {"next_at": None, "next_roles": None}
    elif step.kind == rules.CHANGE and step.pages and planned.stands.fields.get("status") in outbox.STILL_LOOKING:
        # It has grown graver and nobody owns it: the graver ladder starts.
        fields["status"] = OPENED
        graver = climb.begin(moment, alert, planned.unit, {**planned.stands.fields, **fields}, step.rung, f"{step.kind}:{id_}")
        fields |= graver.fields
    climb.write(moment, alert, id_, fields, _parents(planned))
    if graver is not None:
        outbox.put(moment.c, home.id, graver.messages, moment.now_ms)
        schedule.set_step(moment.c, home.id, alert, planned.resident, graver.next_at_ms, moment.now_ms)
    elif step.kind == rules.WITHDRAW:
        schedule.set_step(moment.c, home.id, alert, None, None, moment.now_ms)
        outbox.cancel(moment.c, home.id, alert, "withdrawn", moment.now_ms)
        _tell(moment, alert, opening, "withdrawn", "put_right", f"withdrawn:{id_}")
    elif step.kind == rules.LATE and step.pages:
        _tell(moment, alert, opening, "late", "late", f"late:{id_}")


def settle_moved(c: Connection, home: Home, moved: Mapping[uuid.UUID, list[tuple]], now_ms: int, holder: str) -> None:
    """People have written to these alerts: let the climb stop, wait or go on accordingly."""
    moment = Moment(c, home, now_ms, holder)
    found = store.records_by_id(c, home.id, moved)
    for alert, by in moved.items():
        row = found.get(alert)
        if row is None:
            continue  # it waits for its opening, which no device may write
        fields, status = row.fields, row.fields.get("status")
        paused = status == SNOOZED and fields.get("severity") != CRITICAL
        if row.struck or status in (ACKNOWLEDGED, RESOLVED) or paused:
            until = None if row.struck else owning.back_at(row.body, moment.values)
            schedule.set_step(c, home.id, alert, row.subject, None if until is None else days.to_ms(until), now_ms)
            outbox.cancel(c, home.id, alert, "taken", now_ms)
            _tell(moment, alert, fields.get("opening") or 1, "colleague", "colleague", f"taken:{len(fields.get('told') or ())}", by)
        elif status == OPENED and fields.get("given_to"):
            _hand_over(moment, row)
        elif status in (OPENED, SNOOZED) and fields.get("rung") and not schedule.is_on_the_ladder(c, home.id, row):
            # Whoever owned it has given it back: the ladder goes on where it stood, and at once.
            schedule.set_step(c, home.id, alert, row.subject, now_ms, now_ms)


def _hand_over(moment: Moment, row: store.RecordRow) -> None:
    """Call the person that an alert was given to. The ladder's clock is not broken: what was due stays due, and somebody
    who cannot be reached is not waited for."""
    c, home, now_ms = moment.c, moment.home, moment.now_ms
    opening = row.fields.get("opening") or 1
    name = f"given:{owning.said_at(row.body).isoformat()}"
    here = [one for one in moment.everyone if str(one.staff) == row.fields["given_to"] and one.device in moment.live]
    back = days.to_ms(owning.back_at(row.body, moment.values)) if moment.reaches(row.fields["given_to"]) else now_ms
    ladder_ms = schedule.ladder_ms(row.fields)
    at_ms = min(back, ladder_ms) if ladder_ms is not None and ladder_ms > now_ms else back
    schedule.set_step(c, home.id, row.id, row.subject, at_ms, now_ms)
    if here and climb.happens(moment, row.id, opening, name):
        outbox.put(c, home.id, calling.calls(here, row.id, opening, name, row.fields.get("rung") or 0, {"words": "given"}, back, now_ms), now_ms)


def give_back(c: Connection, home: Home, staff: Iterable[uuid.UUID], now_ms: int) -> None:
    """These people have signed off: what they own goes back to the ladder at once (care.md, Alerts 8)."""
    left = {str(each) for each in duty.signed_off(c, home, set(staff), now_ms)}
    if not left:
        return
    for row in store.records(c, home.id, "alert", open_only=True):
        if not row.struck and row.fields.get("owner") in left and row.fields.get("status") in (ACKNOWLEDGED, SNOOZED):
            schedule.set_step(c, home.id, row.id, row.subject, now_ms, now_ms)


def _tell(
    moment: Moment, alert: uuid.UUID, opening: int, what: str, words: str, step: str, by: Iterable[tuple] = ()
) -> None:
    """Tell whoever was told of this opening, but for those who did it themselves."""
    people, devices = {person for person, _ in by}, {device for _, device in by}
    outbox.put(moment.c, moment.home.id, [
        {
            "alert": alert, "opening": opening, "step": step, "what": what, "level": 0, "device": told.device,
            "staff": told.staff, "role": told.role, "values": {"words": words}, "expires_ms": moment.now_ms + NEWS_MS,
            "channel": told.channel,
        }
        for told in outbox.told_devices(moment.c, moment.home.id, alert, opening)
        if told.device not in devices and told.staff not in people
    ], moment.now_ms)  # fmt: skip


def _opening(planned: Planned) -> int:
    return (planned.stands.fields.get("opening") or 1) if planned.stands else 1


def _heads(planned: Planned) -> list[str]:
    return list(planned.stands.body["heads"]) if planned.stands else []


def _parents(planned: Planned) -> tuple[str, ...]:
    """What the step stands on is what was read when it was judged, and not what may have come since."""
    return tuple(_heads(planned))


def _id(planned: Planned) -> uuid.UUID:
    """The submission's id: the record's own for the first opening, else derived from what is stated."""
    if planned.stands is None:
        return planned.alert
    return rules.step_id(planned.alert, planned.step, _heads(planned))
