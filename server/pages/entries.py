"""A resident's entries as a table shows them: what, how much, by whom, and all that is said about the entry.

An entry's history comes from the ledger rows themselves, so that a manager reads what was first written, not a summary.
"""

from __future__ import annotations

import uuid
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import Connection

from server.pages import store as pages_store
from server.pages.names import Names
from server.pages.words import clock_time, code, from_text, say, span, when
from server.records import store
from sync import flags

# What an entry is marked with, and the colour of its tag.
TAGS = {
    flags.TIME_IN_DOUBT: ("person.time_in_doubt", "yellow"),
    flags.TIME_NOT_PROVEN: ("person.time_not_proven", "yellow"),
    flags.UNVERIFIED: ("person.unverified", "yellow"),
    flags.SIGN_IN_EXPIRED: ("person.expired", "grey"),
    flags.NO_REASON: ("person.no_reason", "yellow"),
    flags.WAITING: ("person.waiting", "grey"),
    flags.LEFT: ("person.had_left", "yellow"),
    flags.ABOVE_VESSEL: ("person.above_vessel", "orange"),
    flags.ABOVE_LIMIT: ("person.above_limit", "red"),
}
# Fields that say nothing to a reader, or that the table shows by itself.
NOT_SHOWN = {"resident", "correction_reason", "plan_version"}


def of_day(c: Connection, home_id: int, zone: str, resident: uuid.UUID, day: int, names: Names) -> list[dict[str, Any]]:
    """The person's entries of one care day, newest first, struck-out ones in their place."""
    rows = store.records(c, home_id, "hydration_check", subject=resident, days=(day, day))
    changed = [row.id for row in rows if row.body.get("history") or row.struck]
    said = pages_store.submissions(c, home_id, changed)
    return [_entry(row, said.get(row.id, []), zone, names) for row in reversed(rows)]


def _entry(row: store.RecordRow, said: list[store.LedgerRow], zone: str, names: Names) -> dict[str, Any]:
    fields = row.fields
    happened = escape(clock_time(row.occurred_ms, zone))
    return {
        "time_html": Markup("<s>{}</s>").format(happened) if row.struck else happened,
        "what": what(fields),
        "amount": amount(fields),
        "by": names.author(row.body) or "",
        "struck": row.struck,
        "tags": _tags(row, said),
        "history": _history(said, zone, names) if len(said) > 1 else [],
    }


def what(fields: dict[str, Any]) -> str:
    """'Drank: tea, mug 200ml', 'Refused: not thirsty'."""
    head = code("outcome", fields.get("outcome"))
    detail = [code("drinks", fields.get("drink")).lower()] if fields.get("drink") else []
    if fields.get("vessel_ml"):
        detail.append(say("person.vessel", ml=f"{fields['vessel_ml']:,}"))
    if fields.get("reason"):
        detail.append(code("reason", fields["reason"]).lower())
    red = [code("red_flags", flag) for flag in fields.get("red_flags") or ()]
    return ": ".join([head, ", ".join([*detail, *red])]) if detail or red else head


def amount(fields: dict[str, Any]) -> str:
    """The millilitres that somebody said were drunk; words where nobody has."""
    if isinstance(fields.get("drunk_ml"), int):
        return say("person.ml", ml=f"{fields['drunk_ml']:,}")
    return say("person.unfinished") if fields.get("outcome") in ("given", "left_within_reach") else "–"


def _tags(row: store.RecordRow, said: list[store.LedgerRow]) -> list[tuple[str, str]]:
    marks = row.body.get("flags") or []
    tags = [(say("person.struck"), "red")] if row.struck else []
    if row.body.get("conflicts"):
        tags.append((say("person.conflict"), "orange"))
    if len(said) > 1 and not row.struck:
        tags.append((say("person.corrected"), "blue"))
    if flags.LATE in marks:
        late = (from_text(row.body.get("recorded_at")) or row.occurred_ms) - row.occurred_ms
        tags.append((say("person.late", span=span(late)), "yellow"))
    tags += [(say(TAGS[mark][0]), TAGS[mark][1]) for mark in marks if mark in TAGS]
    if row.fields.get("source") == "paper":
        tags.append((say("person.paper"), "grey"))
    return tags


def _history(said: list[store.LedgerRow], zone: str, names: Names) -> list[dict[str, Any]]:
    steps, so_far = [], {}
    for place, row in enumerate(said):
        body = row.submission or {}
        sets = body.get("fields") or {}
        lines = [
            {
                "field": code("fields", name),
                "was": shown(name, so_far[name], zone, names) if so_far.get(name) is not None else None,
                "now": shown(name, value, zone, names),
            }
            for name, value in sets.items()
            if name not in NOT_SHOWN and (place == 0 or so_far.get(name) != value)
        ]
        steps.append({
            "label": say("person.first") if place == 0 else say("person.change"),
            "when": when(from_text(body.get("recorded_at")) or row.received_ms, zone),
            "who": names.author(body) if body else say("names.erased"),
            "lines": lines,
            "reason": sets.get("correction_reason"),
        })  # fmt: skip
        so_far.update(sets)
    return steps


def shown(name: str, value: Any, zone: str, names: Names) -> str:
    """One field's value in words."""
    if value is None:
        return say("person.cleared")
    if isinstance(value, bool):
        return say("person.yes") if value else say("person.no")
    if name.endswith("_ml") and isinstance(value, int):
        return say("person.ml", ml=f"{value:,}")
    if name in ("performed_by", "owner", "staff", "checked_by", "key_worker", "done_by", "author"):
        return names.staff(value) if _is_id(value) else str(value)
    if isinstance(value, str) and (ms := from_text(value)) is not None:
        return when(ms, zone)
    if isinstance(value, list):
        return ", ".join(shown(name, item, zone, names) for item in value) or say("person.none_listed")
    if isinstance(value, dict):
        return ", ".join(f"{code('fields', key)}: {shown(key, item, zone, names)}" for key, item in value.items())
    return code(name, value) if isinstance(value, str) else str(value)


def _is_id(value: Any) -> bool:
    try:
        return bool(uuid.UUID(str(value)))
    except ValueError:
        return False
