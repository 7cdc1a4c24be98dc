"""An alert as the pages show it: in a list, and with every step it took."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from sqlalchemy import Connection

from server.pages import entries
from server.pages import store as pages_store
from server.pages.names import Names, as_id
from server.pages.words import clock_time, code, date_text, from_text, roles, say, shift_words, span, when
from server.records import store
from sync.alert_words import Said, say_alert
from sync.kinds.escalation import DECIDED
from sync.messages import word
from sync.rules.catalogue import ACTIVITY_RULES, DUTY_RULES, MATTER_RULES, TABLET_RULES
from sync.rules.decisions import is_about
from sync.standing import existing_of
from sync.told import told_of

# How each state of a message in the outbox is said (server/alerts/tables.py).
DELIVERY = {
    "pending": "waiting", "sending": "waiting", "accepted": "sent", "shown": "shown", "opened": "opened",
    "failed": "failed", "dead": "failed", "cancelled": "cancelled",
}  # fmt: skip
# Where several messages went to one person, the furthest tells most.
FURTHEST = ("opened", "shown", "sent", "waiting", "failed", "cancelled")
ABOUT_TABLETS = {**TABLET_RULES, **ACTIVITY_RULES}
WORST_FIRST = {"critical": 0, "urgent": 1, "senior": 2, "nudge": 3}
# Fields of an alert that its steps do not repeat: the page shows them elsewhere, or they are the ladder's own counters.
NOT_A_STEP = {"rule", "subject", "care_day", "facts", "next_at", "next_roles", "told", "received_at", "rung", "loop", "opening",
              "correction_reason", "threshold_version", "happened_at", "opened_at", "based_on_until", "silent_devices", "silent_tablets", "matters"}  # fmt: skip


def said(fields: dict[str, Any], zone: str) -> Said:
    """What the alert says, in the words that tablets use; for a rule that this version does not know, its name alone."""
    try:
        words = say_alert(fields, zone)
    except KeyError:
        return Said(code("rule", fields.get("rule")), "", "")
    return words if fields.get("facts") else Said(words.title, "", words.next)


def line(row: store.RecordRow, names: Names, zone: str, now: int) -> dict[str, Any]:
    """One alert of a list."""
    fields = row.fields
    opened = from_text(fields.get("opened_at")) or row.occurred_ms
    return {
        "id": row.id,
        "title": said(fields, zone).title,
        "person": subject(fields, names),
        "place": names.place(fields.get("subject")),
        "level": fields.get("severity"),
        "level_words": code("severity", fields.get("severity")),
        "status_words": code("status", fields.get("status") or "open"),
        "open_for": span(now - opened),
        "next": next_step(row, names, zone, now),
    }


def subject(fields: dict[str, Any], names: Names) -> str:
    """Whom an alert is about: a person, a tablet, a unit and its shift, else the whole home."""
    if fields.get("rule") in ABOUT_TABLETS:
        return names.device(fields.get("subject")) or say("set_aside.unknown_tablet")
    if fields.get("rule") in DUTY_RULES:
        return str((fields.get("facts") or {}).get("duty") or "")
    if fields.get("rule") not in MATTER_RULES or as_id(fields.get("subject")) in names.residents():
        return names.resident(fields.get("subject"))
    facts = fields.get("facts") or {}
    unit = facts.get("unit") or say("alert.whole_home")
    return say("alert.of_unit", unit=unit, shift=shift_words(facts["shift"])) if facts.get("shift") else unit


def urgency(row: store.RecordRow) -> tuple:
    """Sorts open alerts: unowned before owned, worst first, then the next step that comes soonest."""
    fields = row.fields
    soon = from_text(fields.get("next_at")) or 1 << 60
    return (bool(fields.get("owner")), WORST_FIRST.get(fields.get("severity"), 9), soon, row.occurred_ms)


def next_step(row: store.RecordRow, names: Names, zone: str, now: int) -> str:
    """Who has it, or who is told next and when."""
    fields = row.fields
    taken = owners(row, names)
    if len(taken) > 1:
        return say("overview.two_owners", names=", ".join(taken))
    if taken:
        return say("overview.owned_by", name=taken[0])
    next_ms, next_roles = from_text(fields.get("next_at")), fields.get("next_roles")
    if next_ms and next_roles:
        if next_ms <= now:
            return say("overview.told_now", roles=roles(next_roles))
        return say("overview.told_next", roles=roles(next_roles), time=clock_time(next_ms, zone))
    return say("overview.nobody_next") if fields.get("told") else say("overview.watch_only")


def owner_ids(row: store.RecordRow) -> list[str]:
    """Who has taken it on: one, or each of several who did so without seeing each other."""
    said = row.body.get("conflicts", {}).get("owner")
    values = [entry.get("value") for entry in said] if said else [row.fields.get("owner")]
    return list(dict.fromkeys(value for value in values if value))


def owners(row: store.RecordRow, names: Names) -> list[str]:
    """The same by name."""
    return [names.staff(value) for value in owner_ids(row)]


def detail(c: Connection, home_id: int, zone: str, row: store.RecordRow, names: Names, now: int) -> dict[str, Any]:
    """Everything about one alert: what it says, who was told and whether it arrived, each step, the entries behind it."""
    fields = row.fields
    history, words = pages_store.submissions(c, home_id, [row.id])[row.id], said(fields, zone)
    about_tablet = fields.get("rule") in ABOUT_TABLETS
    resident, day = None if about_tablet or fields.get("rule") in DUTY_RULES else as_id(fields.get("subject")), _ordinal(fields.get("care_day"))
    return {
        **line(row, names, zone, now),
        "says": words.says,
        "to_do": words.next if row.open else "",
        "summary": _summary(row, names, zone, now),
        "conflict": bool(row.body.get("conflicts")),
        "told": _told(c, home_id, zone, row, names, now),
        "steps": [_step(entry, zone, names, now) for entry in history],
        "decisions": _decisions(c, home_id, zone, row, names, now),
        "wants_decision": fields.get("rule") in DECIDED,
        "decided": bool(decisions(c, home_id, row)),
        "entries": entries.of_day(c, home_id, resident, day, names, now) if resident and day else None,
        "person_id": resident if resident in names.residents() else None,
        "tablet_id": as_id(fields.get("subject")) if about_tablet else None,
    }


def _ordinal(care_day: Any) -> int | None:
    try:
        return date.fromisoformat(care_day).toordinal()
    except (TypeError, ValueError):
        return None


def _summary(row: store.RecordRow, names: Names, zone: str, now: int) -> list[tuple[str, str]]:
    fields = row.fields
    place = names.place(fields.get("subject"))
    who = subject(fields, names)
    lines = [
        (say("alert.about"), f"{who} ({place})" if place else who),
        (say("alert.happened"), when(from_text(fields.get("happened_at")), zone, now)),
        (say("alert.opened"), when(from_text(fields.get("opened_at")), zone, now)),
        (say("alert.owner"), ", ".join(owners(row, names)) or say("alert.nobody")),
    ]
    if row.open and not fields.get("owner"):
        lines.append((say("alert.next"), next_step(row, names, zone, now)))
    lines += [
        (say(f"alert.{name}"), entries.shown(name, fields[name], zone, names)) for name in ("outcome", "evidence") if fields.get(name)
    ]
    if fields.get("based_on_until"):
        lines.append((say("alert.based_on"), when(from_text(fields["based_on_until"]), zone, now)))
    if silent := fields.get("silent_devices"):
        lines.append((say("alert.silent_devices"), ", ".join(names.device(item) or str(item) for item in silent)))
    version = fields.get("threshold_version")
    if version:
        lines.append((say("alert.threshold"), say("alert.threshold_default" if version == "default" else "alert.threshold_set")))
    lines += [(code("facts", name), _fact(name, value, zone, now)) for name, value in sorted((fields.get("facts") or {}).items())]
    return [(label, value) for label, value in lines if value]


def _fact(name: str, value: Any, zone: str, now: int) -> str:
    if name in ("tablet", "numbers", "unit"):
        return str(value)
    if name == "shift":
        return shift_words(value)
    if name == "breach":
        return code("rule", value)
    if name == "role":
        return code("roles", value)
    if name in ("week", "scored_on"):
        return date_text(value)
    if isinstance(value, bool):
        return say("person.yes") if value else say("person.no")
    if name.endswith("_ml") and isinstance(value, int):
        return say("person.ml", ml=f"{value:,}")
    if name.endswith("_ms") and isinstance(value, int):
        return when(value, zone, now)
    if name.endswith(("_minutes", "minutes")) and isinstance(value, int):
        return span(value * 60_000)
    if isinstance(value, str):
        ms = from_text(value)
        return when(ms, zone, now) if ms is not None else code("facts", value)
    if isinstance(value, list):
        return ", ".join(_fact(name, item, zone, now) for item in value)
    return "" if value is None or isinstance(value, dict) else str(value)


def decisions(c: Connection, home_id: int, row: store.RecordRow, *, every: bool = False) -> list[store.RecordRow]:
    """The decisions about an alert as it stands; with `every` those about earlier breaches of it and struck out ones too."""
    rows = [each for each in store.records(c, home_id, "escalation", subject=row.subject) if each.fields.get("alert") == str(row.id)]
    happened = existing_of(row.body).happened_at
    return rows if every else [each for each in rows if not each.struck and is_about(told_of(each.body), str(row.id), happened)]


def _decisions(c: Connection, home_id: int, zone: str, row: store.RecordRow, names: Names, now: int) -> list[dict[str, str]]:
    """What was decided about this alert, by whom and when, and what came of it; about this breach of it, and about those before."""
    return [
        {
            "says": ". ".join(str(each.fields[name]).rstrip(".") for name in ("decision", "advice", "person_outcome") if each.fields.get(name)) + ".",
            "by": say("alert.decided_by", name=names.author(each.body), when=when(from_text(each.fields.get("decided_at")) or each.occurred_ms, zone, now)),
        }
        for each in decisions(c, home_id, row, every=True)
        if not each.struck
    ]  # fmt: skip


def _told(c: Connection, home_id: int, zone: str, row: store.RecordRow, names: Names, now: int) -> list[dict[str, Any]]:
    reached: dict[Any, set[str]] = {}
    for message in pages_store.messages_about(c, home_id, row.id):
        if message.what == "told":
            reached.setdefault(message.staff, set()).add(DELIVERY.get(message.state, "waiting"))
    lines = []
    for told in row.fields.get("told") or ():
        staff: uuid.UUID | None = as_id(told.get("staff"))
        states = reached.get(staff, set()) if staff else set()
        best = next((state_ for state_ in FURTHEST if state_ in states), "none")
        lines.append({
            "role": code("roles", told.get("role")),
            "name": names.staff(staff) if staff else "–",
            "at": when(from_text(told.get("at")), zone, now),
            "delivery": say("alert.held_until", when=when(from_text(told["held_until"]), zone, now)) if told.get("held_until") and best in ("none", "waiting")
            else say(f"alert.delivery.{best}") if staff and (best != "none" or told.get("reached", True)) else say("alert.not_reached"),
        })  # fmt: skip
    return lines


def _step(row: store.LedgerRow, zone: str, names: Names, now: int) -> dict[str, Any]:
    body = row.submission or {}
    sets = body.get("fields") or {}
    lines = []
    for told in sets.get("told") or ():
        who = names.staff(told.get("staff")) if told.get("staff") else say("alert.nobody_reached")
        lines.append(say("alert.told_line", role=code("roles", told.get("role")), name=who))
    for name, value in sets.items():
        if name in NOT_A_STEP or value is None:
            continue
        shown = entries.shown(name, value, zone, names)
        if name == "reason":
            shown = word(f"alerts.reasons.{value}", code("reasons", value))
        lines.append(say("alert.set_field", field=code("fields", name), value=shown))
    if next_ms := from_text(sets.get("next_at")):
        lines.append(say("alert.next_line", roles=roles(sets.get("next_roles")), time=when(next_ms, zone, now)))
    happened = from_text(body.get("occurred_at")) or row.occurred_ms
    return {
        "when": when(happened, zone, now),
        "who": names.author(body) if body else say("names.erased"),
        "lines": lines or [say("alert.no_change")],
        "row": say("alert.ledger_row", seq=f"{row.seq:,}"),
    }
