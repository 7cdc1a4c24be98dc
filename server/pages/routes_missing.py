"""Missing checks by hour: when gaps come about, and whose they are."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request

from server.clock import now_ms
from server.db import reading
from server.pages import missing_view as view
from server.pages import store as pages_store
from server.pages import tablets_view
from server.pages.names import Names
from server.pages.words import when
from server.people.rights import signed_in
from server.records import store

blueprint = Blueprint("pages_missing", __name__, template_folder="templates")


@blueprint.get("/missing")
@signed_in("records.see")
def missing():
    """The last 24 hours or the last night, of all or of one unit."""
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    which = request.args.get("view") if request.args.get("view") in view.VIEWS else view.DAY
    with reading() as c:
        units = store.units(c, home_id)
        unit = request.args.get("unit") if request.args.get("unit") in units else None
        start, end = view.span(which, now, zone)
        page = {
            "hours": view.hours(c, home_id, zone, unit, start, end, now, Names(c, home_id)),
            "may_be_on": tablets_view.may_be_on(c, home_id, zone, now, pages_store.thresholds(c, home_id, zone), "overview.may_be_on"),
            "from": when(start, zone, now), "to": when(end, zone, now), "view": which, "unit": unit or "", "units": units,
        }  # fmt: skip
    return render_template("pages/missing.html", page=page)
