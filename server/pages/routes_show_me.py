"""Show me: the original records that a claim rests on, with their history, late marks and the proof of each ledger row."""

from __future__ import annotations

import uuid

from flask import Blueprint, abort, g, render_template

from server.clock import now_ms
from server.db import reading
from server.pages import originals_view
from server.pages.initials import names_for
from server.people.rights import signed_in

blueprint = Blueprint("pages_show_me", __name__, template_folder="templates")


@blueprint.get("/show-me/<uuid:id_>")
@signed_in("records.see", guests=True)
def originals(id_: uuid.UUID):
    """One record and what belongs to it, as they were written."""
    home_id, zone = g.person.home_id, g.person.zone
    with reading() as c:
        found = originals_view.find(c, home_id, id_)
        if found is None:
            abort(404)
        shown = originals_view.view(c, home_id, found, names_for(c), zone, now_ms())
    alert = id_ if found.rows[0].kind == "alert" else None
    return render_template("pages/originals.html", originals=shown, missing=found.missing, alert=alert)
