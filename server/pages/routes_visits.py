"""Appointments: what each still asks of the home, open follow-ups, and the letters that were photographed."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, abort, g, render_template

from server.clock import now_ms
from server.db import reading
from server.pages import visits_view as view
from server.pages.names import Names
from server.people.rights import signed_in
from server.records import letters
from sync.rules.appointments import COMING, DONE

blueprint = Blueprint("pages_visits", __name__, template_folder="templates")

ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}


@blueprint.get("/appointments")
@signed_in("records.see")
def appointments():
    """The home's appointments with their state, and who has what to do."""
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    with reading() as c:
        names = Names(c, home_id)
        found = view.visits(c, home_id, zone, now)
        todo = view.follow_ups(c, home_id, zone, names, now)
        lines = [(visit.standing.state, view.line(visit, names, zone, now)) for visit in found]
    return render_template(
        "pages/appointments.html",
        asked=[line for state, line in lines if state not in (COMING, DONE)],
        coming=[line for state, line in lines if state == COMING],
        done=[line for state, line in lines if state == DONE],
        follow_ups=todo,
    )


@blueprint.get("/letters/<uuid:id_>")
@signed_in("letters.see")
def letter(id_: uuid.UUID):
    """A photographed letter; a PDF is saved rather than shown. Nothing keeps it on the way."""
    with reading() as c:
        found = letters.one(c, g.person.home_id, id_)
    if found is None:
        abort(404)
    answer = Response(found.content, content_type=found.type)
    shown = "inline" if found.type.startswith("image/") else "attachment"
    answer.headers["Content-Disposition"] = f"{shown}; filename=letter.{ENDINGS[found.type]}"
    answer.headers["Cache-Control"] = "no-store"
    return answer
