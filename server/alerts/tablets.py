"""The actor's look at tablets: what the server knows of each, and what the rules make of it.

Done under the home's lock alone, so that a tablet that is just being heard from is not called silent. A request of a
tablet moves no deadline: the look finds out when it was last heard, and sets the next one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, func, select, update

from server.alerts import duty, schedule, silence
from server.alerts.judging import Planned
from server.people.store import PHONE, Home
from server.people.tables import device, device_number
from server.records import numbers, store
from server.records.tables import quarantine
from sync import alerts, days, tablets
from sync.rules.catalogue import TABLET_RULES, TWO_TABLETS
from sync.standing import existing_of
from sync.thresholds import Values

# A look that comes later than this says that we were away, and not the tablets: they get this long to be heard from.
AWAY_MS, AGAIN_MS = 120_000, 300_000


@dataclass
class Found:
    """Steps to write, and when each tablet is looked at next."""

    steps: list[Planned] = field(default_factory=list)
    looks: dict[uuid.UUID, int | None] = field(default_factory=dict)


def judge(c: Connection, home: Home, rows: Iterable[Any], now_ms: int) -> Found:
    """Judge these tablets (rows of `device`). Reads, and puts right what a wrong clock wrote."""
    found, wanted = Found(), []
    for row in rows:
        if row.look_set_ms <= now_ms + schedule.SKEW_MS and now_ms - row.look_at_ms > AWAY_MS:
            found.looks[row.id] = now_ms + AGAIN_MS
        elif row.pseudo is None:
            wanted.append(row)
        else:
            found.looks[row.id] = None
    if wanted:
        _judge(c, home, wanted, now_ms, found)
    return found


def _judge(c: Connection, home: Home, rows: list[Any], now_ms: int, found: Found) -> None:
    now, ids = days.from_ms(now_ms), [row.id for row in rows]
    values = Values((row.body for row in store.records(c, home.id, "threshold")), home.zone)
    signed_on = silence.signed_on_at(c, home.id, now_ms, home.zone)
    begin = duty.to_begin(c, home.id, days.care_day(now, home.zone).toordinal(), now_ms)
    tops = _tops(c, home.id, ids)
    heard = {row.id: _heard(c, home.id, row, now_ms) for row in rows}
    gaps, aside, open_ = _gaps(c, home.id, rows, heard, now_ms), _aside(c, home.id, ids), _open(c, home.id, ids)
    started = days.care_day_bounds(date.fromisoformat(home.started_on), home.zone)[0]
    for row in rows:
        count, since = aside.get(row.id, (0, None))
        if since is not None and since > now_ms + schedule.SKEW_MS:
            # It came under a wrong clock: how long it has waited is not known, and it is told at once.
            since = now_ms - round(values.value("tablets.set_aside_hours", at=now) * 3_600_000)
        said_at = {
            name: _at(_put_right(c, device, name, getattr(row, name), heard[row.id], now_ms, home_id=home.id, id=row.id))
            for name in ("number_clash_ms", "number_fell_ms")
        }
        facts = tablets.TabletFacts(
            device=str(row.id),
            name=row.name,
            heard=days.from_ms(heard[row.id]),
            phone=row.form == PHONE,
            removed=row.revoked_ms is not None,
            signed_on=row.id in signed_on,
            unsent=row.pending,
            gaps=tuple(gaps.get(row.id, ())),
            twice_at=said_at["number_clash_ms"],
            fell_at=said_at["number_fell_ms"] if row.last_number < tops.get(row.id, 0) or TWO_TABLETS in open_.get(row.id, {}) else None,
            aside=count,
            aside_since=_at(since),
            home_started=started,
            zone=home.zone,
        )
        what = tablets.judge(facts, values, now)
        standing = _standing(c, home, facts, what, open_.get(row.id, {}))
        existing = {rule: existing_of(stands.body) for rule, (_, stands) in standing.items() if stands is not None}
        for step in tablets.reconcile(facts, values, what, existing, now):
            alert, stands = standing[step.rule]
            found.steps.append(Planned(alert, row.id, None, step, stands))
        again = [what.next_look] if what.next_look else []
        if row.id in begin:
            again.append(days.from_ms(begin[row.id]))
        if what.troubles or open_.get(row.id):
            again.append(now + tablets.LOOK_AGAIN)
        if max(row.look_set_ms, row.last_seen_ms or 0) > now_ms + schedule.SKEW_MS:
            again.append(now + tablets.LOOK_AGAIN)  # one of the two clocks was wrong, perhaps this one: do not trust a "never"
        found.looks[row.id] = max(days.to_ms(min(again)), now_ms + 1) if again else None


def _at(ms: int | None) -> Any:
    return None if ms is None else days.from_ms(ms)


def _heard(c: Connection, home_id: int, row: Any, now_ms: int) -> int:
    """When the tablet was last heard from."""
    heard = _put_right(c, device, "last_seen_ms", row.last_seen_ms, now_ms, now_ms, home_id=home_id, id=row.id)
    return min(row.enrolled_ms, now_ms) if heard is None else heard


def _put_right(c: Connection, table: Table, column: str, ms: int | None, at_ms: int, now_ms: int, **key: Any) -> int | None:
    """This time of the row with that key. One that lies ahead was written under a wrong clock and is taken for `at_ms`, for good:
    or a tablet could be silent, or numbers missing, for as long as the clock was ahead, and nobody would know."""
    if ms is None or ms <= now_ms + schedule.SKEW_MS:
        return None if ms is None else min(ms, now_ms)
    c.execute(update(table).where(*(table.c[name] == value for name, value in key.items())).values({column: at_ms}))
    return at_ms


def _gaps(
    c: Connection, home_id: int, rows: list[Any], heard: dict[uuid.UUID, int], now_ms: int
) -> dict[uuid.UUID, list[tablets.Gap]]:
    """What is missing of each tablet's numbers: below the highest that arrived, and above it where all is said to be sent. What
    was noticed under a wrong clock was noticed by the time at which the tablet was last heard."""
    query = select(device_number).where(device_number.c.home_id == home_id, device_number.c.device.in_([row.id for row in rows]))
    runs: dict[uuid.UUID, list[Any]] = {}
    for run in c.execute(query.order_by(device_number.c.first)):
        runs.setdefault(run.device, []).append(run)
    found: dict[uuid.UUID, list[tablets.Gap]] = {}
    for row in rows:
        mine = runs.get(row.id, [])
        key = {"home_id": home_id, "device": row.id}
        since = {
            run.first - 1: _put_right(c, device_number, "since_ms", run.since_ms or 0, heard[row.id], now_ms, **key, first=run.first)
            for run in mine
        }
        gaps = [
            tablets.Gap(first, last, days.from_ms(since[last])) for first, last in numbers.missing([(r.first, r.last) for r in mine])
        ]
        top = mine[-1].last if mine else 0
        if row.behind_ms is not None and row.last_number > top:
            behind_ms = _put_right(c, device, "behind_ms", row.behind_ms, heard[row.id], now_ms, home_id=home_id, id=row.id)
            gaps.append(tablets.Gap(top + 1, row.last_number, days.from_ms(behind_ms)))
        if gaps:
            found[row.id] = gaps
    return found


def _tops(c: Connection, home_id: int, ids: list[uuid.UUID]) -> dict[uuid.UUID, int]:
    """The highest number of each tablet that has arrived."""
    mine = (device_number.c.home_id == home_id) & device_number.c.device.in_(ids)
    return dict(c.execute(select(device_number.c.device, func.max(device_number.c.last)).where(mine).group_by(device_number.c.device)).all())


def _aside(c: Connection, home_id: int, ids: list[uuid.UUID]) -> dict[uuid.UUID, tuple[int, int]]:
    """How much of each tablet is set aside and open, and since when the oldest is."""
    mine = (quarantine.c.home_id == home_id) & (quarantine.c.state == "open") & quarantine.c.device.in_(ids)
    query = select(quarantine.c.device, func.count(), func.min(quarantine.c.received_ms)).where(mine)
    return {id_: (count, since) for id_, count, since in c.execute(query.group_by(quarantine.c.device))}


def _open(c: Connection, home_id: int, ids: list[uuid.UUID]) -> dict[uuid.UUID, dict[str, store.RecordRow]]:
    """The alerts that are open about each tablet, by rule."""
    found: dict[uuid.UUID, dict[str, store.RecordRow]] = {}
    for row in store.about(c, home_id, "alert", ids):
        if row.open and not row.struck and row.fields.get("rule") in TABLET_RULES:
            found.setdefault(row.subject, {})[row.fields["rule"]] = row
    return found


def _standing(
    c: Connection, home: Home, facts: tablets.TabletFacts, what: tablets.Found, open_: dict[str, store.RecordRow]
) -> dict[str, tuple[uuid.UUID, store.RecordRow | None]]:
    """The record of each rule that a step may be written on: the alert that is open, whatever its day, else the one of
    the care day on which the trouble came about."""
    found = {rule: (row.id, row) for rule, row in open_.items()}
    keys = {
        trouble.rule: alerts.alert_id(home.uuid, trouble.rule, facts.device, trouble.care_day(home.zone))
        for trouble in what.troubles
        if trouble.rule not in found
    }
    there = store.records_by_id(c, home.id, keys.values())
    return found | {rule: (id_, there.get(id_)) for rule, id_ in keys.items()}
