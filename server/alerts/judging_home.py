"""What is known of the home itself: answers nobody has decided between, estimates that look copied, steps that failed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from server.alerts import schedule
from server.alerts.cases import Case, Moment, rules_of, subject_of
from server.people.store import Home
from server.records import deciding, store
from sync import days
from sync.fields import time_ms
from sync.matters import Matter
from sync.rules import catalogue as rules
from sync.rules import copied, system
from sync.thresholds import THRESHOLDS, Values

HOME = "home"
OF_THE_HOME = rules_of("system.")
WEEK = timedelta(days=7)
# More rows than one round writes.
MOST_ROWS = 500


def touched(c: Connection, home: Home, rows: Sequence[store.LedgerRow], now_ms: int) -> set[schedule.Subject]:
    """The home, where its people or settings change, and where something is put right while differing answers stand."""
    if any(row.kind in ("resident", "threshold") for row in rows):
        return {(HOME, "")}
    corrects = any(row.id != row.record and row.kind != "alert" for row in rows)
    return {(HOME, "")} if corrects and _stands(c, home, now_ms) else set()


def _stands(c: Connection, home: Home, now_ms: int) -> bool:
    today = days.care_day(days.from_ms(now_ms), home.zone).toordinal()
    mine = store.about(c, home.id, "alert", [home.uuid], days=(today - deciding.DAYS, today))
    return any(row.open and row.fields.get("rule") == rules.CONFLICT for row in mine)


def homes(moment: Moment, keys: list[str]) -> Iterator[Case]:
    """The home's cases: at every change of shift, and each unit's estimates on the day after a week has closed."""
    home, now = moment.home, moment.now
    ends = days.shift_bounds(days.shift_of(now, home.zone), home.zone)[1]
    differing = [(str(row.id), _since(row)) for row in deciding.conflicts(moment.c, home.id, home.zone, moment.now_ms)]
    found = tuple(system.conflicts(str(home.uuid), differing, moment.values, now))
    # Who decides between two answers does so by looking at both, whenever that is: nothing here is a late entry.
    for key in keys:
        yield Case((HOME, key), home.uuid, found, moment.scope(), OF_THE_HOME, lambda at: (), ends)
    today = date.fromordinal(moment.today)
    if today.weekday() == 0:
        yield from _estimates(moment, today, ends)


def _since(row: store.RecordRow) -> datetime:
    """Since when two answers have stood side by side: when the newest of them came."""
    said = {each["submission"] for values in row.body["conflicts"].values() for each in values}
    came = [time_ms(each["received_at"]) for each in row.body.get("history") or () if each["submission"] in said]
    return days.from_ms(max(came, default=row.occurred_ms))


def _estimates(moment: Moment, monday: date, again: datetime) -> Iterator[Case]:
    """The drinks of each unit's last week, by who lives there now."""
    c, home, last = moment.c, moment.home, monday.toordinal() - 1
    living: dict[str, list[uuid.UUID]] = {}
    for row in store.records(c, home.id, "resident"):
        if not row.struck and row.fields.get("unit"):
            living.setdefault(row.fields["unit"], []).append(row.id)
    for unit, people in sorted(living.items()):
        subject = subject_of(home, "unit", unit)
        checks = store.about(c, home.id, "hydration_check", people, days=(last - 6, last))
        judged = copied.estimates((row.fields for row in checks if not row.struck), moment.values, at=moment.now, unit=unit)
        closed = days.care_day_bounds(monday, home.zone)[0]
        found: tuple[Matter, ...] = tuple(copied.matter(str(subject), unit, (monday - WEEK).isoformat(), judged, closed))
        yield Case((HOME, ""), subject, found, moment.scope(None, unit), frozenset({rules.COPIED}), lambda at: (), again)


# ---- what has just happened ----


def just_happened(c: Connection, home: Home, from_seq: int, late_ms: Sequence[int], now_ms: int) -> list[Matter]:
    """What the steps that were just written say of the ladder itself: rungs with nobody, and steps that came late."""
    subject, now = home.uuid, days.from_ms(now_ms)
    said = days.write_time(now_ms)
    added = {}
    for row in store.rows_after(c, home.id, from_seq, MOST_ROWS):
        told = ((row.submission or {}).get("fields") or {}).get("told") or () if row.kind == "alert" and row.author == home.tidemark else ()
        new = [each for each in told if each.get("at") == said]
        if any(not each.get("reached") for each in new):
            added[row.record] = new
    found: list[Matter] = []
    stands = store.records_by_id(c, home.id, added)
    for alert, new in added.items():
        # An alert that says so is told of to nobody as well: once is enough.
        if alert in stands and stands[alert].fields.get("rule") != rules.NOBODY_REACHED:
            found += system.nobody_reached(str(subject), str(alert), new, now)
    if late_ms and max(late_ms) >= 1000 * THRESHOLDS["system.late_seconds"].low:
        values = Values((row.body for row in store.records(c, home.id, "threshold")), home.zone)
        found += system.late_steps(str(subject), late_ms, values, now)
    return found
