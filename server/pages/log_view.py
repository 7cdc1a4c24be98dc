"""A care day as the daily management log tells it: what was written down, what was decided, and what is still open."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from sqlalchemy import Connection

from server.pages import alerts_view, entries
from server.pages.names import Names, as_id
from server.pages.words import at, clock_time, code, from_text, say
from server.records import store

# What makes the log of a day. Drinks are on each resident's page; a duty is shown by what it did, not by itself.
LOGGED = frozenset({
    "absence", "alert", "allocation", "appointment_outcome", "contact", "deployment_observation", "emergency_look", "emergency_note",
    "escalation", "feedback", "follow_up", "handover", "incident", "log_entry", "shift_hydration_check",
})  # fmt: skip
# What stays open from one day to the next until somebody ends it.
LASTING = ("escalation", "follow_up", "appointment_outcome")
# The fields of each that say what it was, in this order; of the others, everything but ids.
SHOWN_FIRST = {
    "log_entry": ("words",),
    "shift_hydration_check": ("finding", "windows_due", "windows_on_time", "windows_late"),
    "escalation": ("decision", "no_escalation_reason", "contacted", "advice", "person_outcome"),
    "follow_up": ("what", "owner", "due_at", "status"),
    "feedback": ("words", "theme"),
    "appointment_outcome": ("attendance", "advice", "care_plan_change"),
}  # fmt: skip
# They only say where a record hangs, or are said beside it.
NOT_TOLD = {"resident", "subject", "correction_reason", "struck_out", "anonymous", "based_on_until", "silent_devices", "breached_at"}
# The record that a care day's sign-off is: a duty of this name.
DUTY = "daily_log"


def signed_id(home: uuid.UUID, day: date) -> uuid.UUID:
    """The duty of signing a care day's log: one record a day, whoever writes to it."""
    return uuid.uuid5(home, f"duty:{DUTY}:{day.isoformat()}")


def timeline(c: Connection, home_id: int, zone: str, day: date, names: Names, now: int, signed_ms: int | None) -> list[dict[str, Any]]:
    """The day in the order in which it happened; what was added after the log was signed says so."""
    rows = store.of_days(c, home_id, day.toordinal(), day.toordinal(), LOGGED)
    return [_line(row, zone, names, now, signed_ms) for row in rows]


def _line(row: store.RecordRow, zone: str, names: Names, now: int, signed_ms: int | None) -> dict[str, Any]:
    body, fields = row.body, row.fields
    recorded = from_text(body.get("recorded_at")) or row.occurred_ms
    made_by_tidemark = row.kind == "alert"
    anonymous = fields.get("anonymous") is True
    return {
        "at": clock_time(row.occurred_ms, zone),
        "kind": code("kinds", row.kind),
        "person": names.resident(fields["resident"]) if fields.get("resident") else "",
        "place": names.place(fields.get("resident")) or str(fields.get("unit") or ""),
        "says": _alert(row, zone, names, now) if row.kind == "alert" else _told(row, zone, names),
        "href": f"/alerts/{row.id}" if row.kind == "alert" else None,
        "by": "" if made_by_tidemark else say("log.anonymous") if anonymous else names.author(body),
        "struck": row.struck,
        "tags": [
            *([say("person.struck")] if row.struck else []),
            *([say("person.conflict")] if body.get("conflicts") else []),
            *([say("log.after_signing")] if signed_ms is not None and recorded > signed_ms else []),
            *(code("flags", mark) for mark in body.get("flags") or ()),
        ],
    }  # fmt: skip


def _alert(row: store.RecordRow, zone: str, names: Names, now: int) -> str:
    line = alerts_view.line(row, names, zone, now)
    return say("log.alert", title=line["title"], person=line["person"], status=line["status_words"])


def _told(row: store.RecordRow, zone: str, names: Names) -> str:
    """'Gaps. Windows due: 6. Windows on time: 4.': what a reader needs of the record, in words."""
    first = SHOWN_FIRST.get(row.kind)
    wanted = first if first else [name for name in row.fields if name not in NOT_TOLD]
    parts = []
    for name in wanted:
        value = row.fields.get(name)
        if value is None or value == [] or (first is None and as_id(value) is not None):
            continue
        shown = entries.shown(name, value, zone, names)
        # What people wrote, and codes that speak for themselves, stand without a label.
        parts.append(shown if name in ("words", "finding", "decision", "what", "attendance") else f"{code('fields', name)}: {shown}")
    return ". ".join(part.rstrip(".") for part in parts) + ("." if parts else "")


def open_now(c: Connection, home_id: int, zone: str, names: Names, now: int) -> list[dict[str, Any]]:
    """What nobody has ended yet, whatever the day: alerts first, then what waits longest."""
    alerts = sorted((row for row in store.records(c, home_id, "alert", open_only=True) if not row.struck), key=alerts_view.urgency)
    rest = [row for kind in LASTING for row in store.records(c, home_id, kind, open_only=True) if not row.struck]
    return [_line(row, zone, names, now, None) | {"at": _when(row.occurred_ms, zone)} for row in [*alerts, *sorted(rest, key=lambda row: row.occurred_ms)]]


def _when(ms: int, zone: str) -> str:
    """'5:30pm on 6 August': the year is the page's."""
    on = at(ms, zone)
    return say("time.at_on", time=clock_time(ms, zone), date=f"{on.day} {say(f'months.{on.month}')}")


def signed(c: Connection, home_id: int, home: uuid.UUID, day: date, names: Names, zone: str) -> dict[str, Any] | None:
    """Who signed the day's log and when; None while nobody has."""
    row = store.record(c, home_id, signed_id(home, day))
    done = from_text(row.fields.get("done_at")) if row is not None and not row.struck else None
    if row is None or done is None:
        return None
    return {"ms": done, "says": say("log.signed", name=names.staff(row.fields.get("done_by")), when=_when(done, zone))}
