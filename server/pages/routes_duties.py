"""Duties: who owes what, what is late and what was missed; said as done where no record says so, and why where it was not."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request

from server.clock import now_ms
from server.db import reading
from server.pages import duties_view as view
from server.pages import store as pages_store
from server.pages.names import Names
from server.pages.words import at, say
from server.people.rights import signed_in
from server.problems import Problem
from server.records import intake, store
from server.wire import rfc3339
from sync.rules.duties import DUTIES

blueprint = Blueprint("pages_duties", __name__, template_folder="templates")

LONGEST_REASON = 500


@blueprint.get("/duties")
@signed_in("duties.see")
def duties():
    """The rounds that run now or wait for a word, and the figures of the last 28 days."""
    return _page()


@blueprint.post("/duties/<uuid:record>/done")
@signed_in("duties.change")
def done(record: uuid.UUID):
    """A duty that no record does is done, on the word of whoever is signed in."""
    row, now = _round(record), now_ms()
    if row is None or DUTIES[row.fields["what"]].proof is not None:
        return _decided()
    return _write(row, {"done_at": rfc3339(now), "done_by": str(g.person.staff)}, now, "duties.said")


@blueprint.post("/duties/<uuid:record>/why")
@signed_in("duties.change")
def why(record: uuid.UUID):
    """Why it was not done; it stays a miss."""
    row, reason = _round(record), request.form.get("reason", "").strip()
    if row is None:
        return _decided()
    if not reason or len(reason) > LONGEST_REASON:
        return _page({"field": f"why-{record}", "text": say("duties.why_missing")}, 400)
    return _write(row, {"missed_reason": reason}, now_ms(), "duties.why_said")


def _page(error: dict[str, str] | None = None, status: int = 200) -> Response:
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    with reading() as c:
        rows, names = view.rounds(c, home_id, at(now, zone), zone), Names(c, home_id)
        lines = [view.line(row, names, zone, now) for row in rows]
    recent = [each for each in lines if each["state"] in (view.OPEN, view.LATE)]
    missed = [each for each in lines if each["state"] == view.MISSED][:20]
    page = render_template("pages/duties.html", rounds=[*recent, *missed], figures=view.figures(rows, now, zone), errors=[error] if error else [])
    return Response(page, status)


def _round(record: uuid.UUID) -> store.RecordRow | None:
    """A round that is not done; None when somebody has done it meanwhile. Another home's is unknown."""
    with reading() as c:
        row = pages_store.one(c, g.person.home_id, "duty", record)
    if row is None or row.fields.get("what") not in DUTIES:
        abort(404)
    return None if row.struck or row.fields.get("done_at") else row


def _decided() -> Response:
    flash(say("duties.decided"))
    return redirect("/duties", 303)


def _write(row: store.RecordRow, fields: dict[str, str], now: int, sentence: str) -> Response:
    made = intake.Statement(record=row.id, kind="duty", fields=fields, occurred_ms=now, author=g.person.staff)
    if intake.write(g.person.home_id, [made], now_ms=now)[0].status not in ("accepted", "duplicate"):
        raise Problem("not_decided")
    flash(say(sentence))
    return redirect("/duties", 303)
