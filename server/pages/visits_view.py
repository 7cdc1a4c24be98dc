"""Appointments and follow-ups as the pages show them: what each still asks, in words, from the folded records."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from server.pages import store as pages_store
from server.pages.names import Names
from server.pages.words import code, from_text, say, when
from server.records import letters, store
from sync import days
from sync.rules import appointments as rule

#: Care days that the page looks back, as far as tablets do, and ahead.
BACK, AHEAD = 28, 60


@dataclass(frozen=True)
class Visit:
    """An appointment with its outcomes and follow-ups, and where it stands."""

    row: store.RecordRow
    outcomes: list[store.RecordRow]
    follow_ups: list[store.RecordRow]
    letters: list[uuid.UUID]
    standing: rule.Standing


def visits(c: Connection, home_id: int, zone: str, now: int) -> list[Visit]:
    """Every appointment of the last weeks and the coming ones, the most pressing first."""
    today = days.care_day(days.from_ms(now), zone).toordinal()
    rows = [row for row in store.records(c, home_id, "appointment", days=(today - BACK, today + AHEAD)) if not row.struck]
    outcomes = _by_subject(store.about(c, home_id, "appointment_outcome", [row.id for row in rows]))
    told = [each.id for of in outcomes.values() for each in of]
    todo = _by_subject(store.about(c, home_id, "follow_up", [*(row.id for row in rows), *told]))
    files = _by_subject(store.about(c, home_id, "attachment", told))
    arrived = letters.here(c, home_id, [each.id for of in files.values() for each in of])
    booked = {row.fields.get("arises_from") for row in rows}
    limits = rule.Limits.of(pages_store.thresholds(c, home_id, zone), days.from_ms(now))
    found = []
    for row in rows:
        own = outcomes[row.id]
        follow_ups = [each for about in (row, *own) for each in todo[about.id]]
        standing = rule.judge(
            from_text(row.fields.get("starts_at")) or row.occurred_ms, map(_said, own), [_said(each) for each in follow_ups],
            booked=str(row.id) in booked, now_ms=now, limits=limits,
        )  # fmt: skip
        kept = [each.id for about in own for each in files[about.id] if each.id in arrived]
        found.append(Visit(row, own, follow_ups, kept, standing))
    places = {name: place for place, name in enumerate((*rule.ORDER, rule.DONE))}
    return sorted(found, key=lambda each: (places[each.standing.state], each.row.occurred_ms, each.row.id))


def _said(row: store.RecordRow) -> rule.Said:
    # An outcome stands on the appointment's own day; it was said when it happened.
    return rule.Said(row.occurred_ms, row.fields)


def _by_subject(rows: list[store.RecordRow]) -> dict[uuid.UUID, list[store.RecordRow]]:
    found: dict[uuid.UUID, list[store.RecordRow]] = defaultdict(list)
    for row in rows:
        if not row.struck and row.subject is not None:
            found[row.subject].append(row)
    return found


def line(visit: Visit, names: Names, zone: str, now: int) -> dict[str, Any]:
    """One appointment as a row of the page."""
    fields, standing = visit.row.fields, visit.standing
    resident = pages_store.as_id(fields.get("resident"))
    asked = [_asked(name, name in standing.late) for name in standing.open] or [code("visit_states", rule.DONE)]
    if standing.days_waiting is not None:
        asked.append(say("visits.one_day_waiting" if standing.days_waiting == 1 else "visits.days_waiting", n=standing.days_waiting))
        if standing.chase_ms is not None:
            asked.append(say("visits.chase", time=when(standing.chase_ms, zone, now)))
    return {
        "resident": resident,
        "person": names.resident(resident) if resident else say("names.unknown_resident"),
        "what": ", ".join(part for part in (code("visit_types", fields.get("type")), fields.get("with")) if part),
        "when": when(from_text(fields.get("starts_at")), zone, now),
        "asked": asked,
        "late": bool(standing.late),
        "outcomes": [_outcome(each, names, zone, now) for each in visit.outcomes],
        "letters": visit.letters,
    }


def _asked(name: str, late: bool) -> str:
    words = code("visit_states", name)
    return say("visits.late", what=words) if late else words


def _outcome(row: store.RecordRow, names: Names, zone: str, now: int) -> str:
    """'Attended: to drink more (Ama Mensah, 2pm)'."""
    attendance, advice = code("attendance", row.fields.get("attendance")), row.fields.get("advice")
    what = say("visits.outcome", attendance=attendance, advice=advice) if advice else attendance
    return say("visits.by", what=what, name=names.author(row.body), time=when(row.occurred_ms, zone, now))


def follow_ups(c: Connection, home_id: int, zone: str, names: Names, now: int) -> list[dict[str, Any]]:
    """The home's open follow-ups, the first due first; those without a day last."""
    limits = rule.Limits.of(pages_store.thresholds(c, home_id, zone), days.from_ms(now))
    rows = store.records(c, home_id, "follow_up", open_only=True)
    above = store.records_by_id(c, home_id, [row.subject for row in rows if row.subject is not None])
    found = []
    for row in rows:
        asks = rule.follow_up(_said(row), now, limits)
        if asks is None:
            continue
        due = from_text(row.fields.get("due_at"))
        about = above.get(row.subject)
        resident = pages_store.as_id(row.fields.get("resident") or (about.fields.get("resident") if about else None))
        owner = row.fields.get("owner")
        found.append({
            "what": row.fields.get("what"),
            "resident": resident,
            "person": names.resident(resident) if resident else "–",
            "owner": names.staff(owner) if owner else say("visits.nobody"),
            "due": when(due, zone, now) if due is not None else say("visits.no_day"),
            "asked": _asked(asks.open, asks.late),
            "late": asks.late,
            "place": (due is None, due or 0, row.occurred_ms),
        })  # fmt: skip
    return sorted(found, key=lambda each: each["place"])
