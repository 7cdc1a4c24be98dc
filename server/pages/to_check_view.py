"""What waits for a decision as the pages show it: both versions side by side, in plain words."""

from __future__ import annotations

from typing import Any

from server.pages import entries
from server.pages.names import Names
from server.pages.words import code, from_text, say, when
from server.records import deciding, store
from server.records.deciding import Double
from sync import days


def double(found: Double, zone: str, names: Names, now: int) -> dict[str, Any]:
    """Two entries that may be one drink."""
    return {
        "person": names.resident(found.resident),
        "place": names.place(found.resident),
        "href": f"/to-check/doubles/{found.one.id}/{found.other.id}",
        "old": old(max(_received(found.one), _received(found.other)), zone, now),
        "versions": [_entry(row, zone, names, now) for row in (found.one, found.other)],
        "heads": [say("to_check.first"), say("to_check.second")],
        "rows": _table([_entry(row, zone, names, now) for row in (found.one, found.other)]),
    }


def conflict(row: store.RecordRow, fields: list[str], zone: str, names: Names, now: int) -> dict[str, Any]:
    """Versions of one record that differ in these fields."""
    told = {step["submission"]: step for step in row.body.get("history") or ()}
    versions = []
    for submission, values in deciding.versions(row, fields).items():
        step = told.get(submission, row.body)
        lines = [(code("fields", name), entries.shown(name, value, zone, names)) for name, value in values.items()]
        versions.append({"id": submission, "lines": [*lines, *_said(step, zone, names, now)]})
    about = row.fields.get("resident") or (str(row.id) if row.kind == "resident" else None)
    return {
        "person": names.resident(about) if about else "",
        "place": names.place(about) if about else "",
        "kind": code("kinds", row.kind),
        "href": f"/to-check/versions/{row.id}/{fields[0]}",
        "old": old(_received(row), zone, now),
        "versions": versions,
        "heads": [say("to_check.version", n=place + 1) for place in range(len(versions))],
        "rows": _table(versions),
    }


def old(received_ms: int, zone: str, now: int) -> bool:
    """Whether the shift in which something came in has ended."""
    shift = days.shift_of(days.from_ms(received_ms), zone)
    return days.to_ms(days.shift_bounds(shift, zone)[1]) <= now


def _received(row: store.RecordRow) -> int:
    told = row.body.get("history") or ()
    return max((from_text(step["received_at"]) or 0 for step in told), default=from_text(row.body["received_at"]) or row.occurred_ms)


def _entry(row: store.RecordRow, zone: str, names: Names, now: int) -> dict[str, Any]:
    lines = [
        (say("person.what"), entries.what(row.fields)),
        (say("person.amount"), entries.amount(row.fields)),
        (say("to_check.happened"), when(row.occurred_ms, zone, now)),
    ]
    step = {**row.body, "fields": row.fields}
    return {"id": str(row.id), "lines": [*lines, *_said(step, zone, names, now)]}


def _said(step: dict[str, Any], zone: str, names: Names, now: int) -> list[tuple[str, str]]:
    """Who said it, when it was saved, and on which tablet."""
    lines = [
        (say("person.by"), names.author(step)),
        (say("person.recorded"), when(from_text(step["recorded_at"]), zone, now)),
        (say("set_aside.tablet"), names.device(step["device"]) or say("to_check.page")),
    ]
    why = step["fields"].get("correction_reason")
    return [*lines, (say("person.reason"), why)] if why else lines


def _table(versions: list[dict[str, Any]]) -> list[list[dict[str, str]]]:
    """One row for each thing that is said, one cell for each version."""
    labels = list(dict.fromkeys(label for version in versions for label, _ in version["lines"]))
    said = [dict(version["lines"]) for version in versions]
    return [[{"text": label}, *({"text": each.get(label, "–")} for each in said)] for label in labels]
