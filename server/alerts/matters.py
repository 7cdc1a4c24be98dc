"""The actor's look at matters: which rows bear on whose, and what the rules make of them. Reads only.

A row marks what it bears on as due; the look itself is taken under the home's lock, when all that has arrived is read. Each
look sets the next one, for the instant at which something will be a matter although nothing arrives.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from server.alerts import judging_home, judging_staffing, judging_visits, schedule
from server.alerts.cases import SPOKEN_FOR_DAYS, Case, Moment
from server.alerts.judging import Planned
from server.people.store import Home
from server.records import store
from sync import alerts, days, matters
from sync.matters import Key
from sync.standing import existing_of

log = logging.getLogger(__name__)

# After an error in one judgement, it is tried again this soon.
AGAIN_MS = 60_000
_STREAMS: dict[str, Callable[[Moment, list[str]], Iterable[Case]]] = {
    judging_visits.PERSON: judging_visits.people,
    judging_visits.FOLLOW_UP: judging_visits.follow_ups,
    judging_staffing.SHIFT: judging_staffing.shifts,
    judging_staffing.UNIT: judging_staffing.units,
    judging_home.HOME: judging_home.homes,
}


@dataclass
class Found:
    """Steps to write, and when each subject's matters are judged next."""

    steps: list[Planned] = field(default_factory=list)
    looks: dict[schedule.Subject, int | None] = field(default_factory=dict)


def touched(c: Connection, home: Home, rows: Sequence[store.LedgerRow], now_ms: int) -> dict[schedule.Subject, int | None]:
    """Whose matters these rows bear on: they are due now."""
    found = {
        *judging_visits.touched(c, home, rows), *judging_staffing.touched(c, home, rows), *judging_home.touched(c, home, rows, now_ms),
    }  # fmt: skip
    return dict.fromkeys(sorted(found), now_ms)


def after_steps(steps: Iterable[Planned], now_ms: int) -> dict[schedule.Subject, int | None]:
    """Whose matters these alerts bear on, which no row tells: what Tidemark wrote itself is passed over."""
    return {(judging_visits.PERSON, str(each.resident)): now_ms for each in steps if each.step.rule in judging_visits.FOLLOWED}


def judge(c: Connection, home: Home, due: Iterable[schedule.Subject], now_ms: int) -> Found:
    """Judge these subjects' matters."""
    found, moment = Found(), Moment(c, home, now_ms)
    wanted: dict[str, list[str]] = {}
    for stream, key in due:
        wanted.setdefault(stream, []).append(key)
        found.looks[stream, key] = None
    for stream, keys in wanted.items():
        try:
            _judge(moment, list(_STREAMS[stream](moment, keys)), found)
        except Exception:
            # One stream's records must never keep the rules from the others. No id or content goes into the log.
            log.exception("judging matters failed in home %s; tried again in a minute", home.id)
            found.looks |= {(stream, key): now_ms + AGAIN_MS for key in keys}
    return found


def events(moment: Moment, about: Iterable[matters.Matter]) -> list[Planned]:
    """The steps for what has just happened and was judged by nobody: it opens, or joins the day's alert, and ends with a person."""
    standing, _ = matters.judge(about, moment.scope(), moment.values, moment.now)
    ids = {key: _id(moment.home, key) for key in standing}
    there = store.records_by_id(moment.c, moment.home.id, ids.values())
    existing = {key: existing_of(there[id_].body) for key, id_ in ids.items() if id_ in there}
    joined = {key: matters.joined(found, existing[key]) if key in existing else found for key, found in standing.items()}
    steps = matters.reconcile(joined, existing, moment.scope(), moment.values, moment.now, lambda at: ())
    return [Planned(ids[key], moment.home.uuid, None, step, there.get(ids[key])) for key, step in steps]


def _id(home: Home, key: Key) -> uuid.UUID:
    return alerts.alert_id(home.uuid, *key)


def _judge(moment: Moment, cases: list[Case], found: Found) -> None:
    home, values = moment.home, moment.values
    judged = [(case, *matters.judge(case.matters, case.scope, values, moment.now)) for case in cases]
    open_: dict[uuid.UUID, list[store.RecordRow]] = {}
    days_back = (moment.today - SPOKEN_FOR_DAYS, moment.today + 1)
    for row in store.about(moment.c, home.id, "alert", {case.subject for case in cases}, days=days_back):
        if row.open and not row.struck:
            open_.setdefault(row.subject, []).append(row)
    wanted = {_id(home, key) for _, standing, _ in judged for key in standing}
    there = store.records_by_id(moment.c, home.id, wanted)
    for case, standing, next_look in judged:
        rows = {key: there[id_] for key in standing if (id_ := _id(home, key)) in there}
        rows |= {_key(row): row for row in open_.get(case.subject, ()) if row.fields["rule"] in case.rules and _key(row) not in rows}

        def by_then(at, case: Case = case) -> Iterable[Key]:
            return matters.judge(case.by_then(at), case.scope, values, at)[0]

        existing = {key: existing_of(row.body) for key, row in rows.items()}
        for key, step in matters.reconcile(standing, existing, case.scope, values, moment.now, by_then):
            found.steps.append(Planned(_id(home, key), case.subject, case.scope.unit, step, rows.get(key)))
        ahead = [at for at in (next_look, case.again) if at is not None]
        if ahead:
            found.looks[case.look] = max(days.to_ms(min(ahead)), moment.now_ms + 1)


def _key(row: store.RecordRow) -> Key:
    return row.fields["rule"], row.fields["subject"], date.fromisoformat(row.fields["care_day"])
