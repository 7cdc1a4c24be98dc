"""Handovers as they were given: one page each, to read or to print."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, g, render_template

from server.clock import now_ms
from server.db import reading
from server.pages import store as pages_store
from server.pages.names import Names
from server.pages.words import at, code, from_text, say, shift_words, when
from server.people.rights import signed_in
from server.records import store
from sync import days

blueprint = Blueprint("pages_handovers", __name__, template_folder="templates")

KIND = "handover"
BACK_DAYS = 14


@blueprint.get("/handovers")
@signed_in("records.see")
def handovers():
    """Those of the last two weeks, newest first."""
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    today = days.care_day(at(now, zone), zone)
    with reading() as c:
        rows = store.records(c, home_id, KIND, days=((today - timedelta(days=BACK_DAYS)).toordinal(), today.toordinal()))
        names = Names(c, home_id)
        found = [_line(row, names, zone) for row in reversed(rows) if not row.struck]
    return render_template("pages/handovers.html", handovers=found)


@blueprint.get("/handovers/<uuid:handover>")
@signed_in("records.see")
def one(handover: uuid.UUID):
    """One handover: its lines by part, what it may miss, who gave it and who accepted it."""
    home_id, zone = g.person.home_id, g.person.zone
    with reading() as c:
        row = pages_store.one(c, home_id, KIND, handover)
        if row is None:
            abort(404)
        names = Names(c, home_id)
        view = _line(row, names, zone) | {
            "from_to": say("handovers.from_to", start=when(from_text(row.fields.get("from")), zone), end=when(from_text(row.fields.get("to")), zone)),
            "parts": _parts(row.fields.get("lines") or ()),
            "silent": list(row.fields.get("silent_devices") or ()),
            "struck": row.struck,
        }
    return render_template("pages/handover.html", handover=view)


def _line(row: store.RecordRow, names: Names, zone: str) -> dict[str, Any]:
    by, accepted = row.fields.get("accepted_by"), from_text(row.fields.get("accepted_at"))
    return {
        "id": row.id,
        "shift": shift_words(row.fields.get("shift")),
        "given": say("handovers.given", name=names.author(row.body), time=when(from_text(row.body.get("recorded_at")), zone)),
        "accepted": say("handovers.accepted", name=names.staff(by), time=when(accepted, zone)) if by else say("handovers.not_accepted"),
        "waits": not by,
    }


def _parts(lines: Any) -> list[dict[str, Any]]:
    """The lines under their headings, in the order in which the headings first come."""
    parts: dict[str, list[str]] = {}
    for line in lines:
        parts.setdefault(str(line.get("part") or "added"), []).append(str(line.get("words") or ""))
    return [{"heading": code("handover_part", part), "lines": said} for part, said in parts.items()]
