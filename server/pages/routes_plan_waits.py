"""A second person confirms a change of a hydration plan, or rejects it with a reason (care.md, Duties). Each step is in the ledger.

Whoever wrote a change never confirms it. Where nobody else may, somebody outside confirms by name, and whoever asked them says how.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, request

from server.clock import now_ms
from server.db import reading
from server.improvement import filing
from server.pages import plan_waits_view as view
from server.pages.words import say
from server.people import store as people_store
from server.people.rights import signed_in
from server.problems import Problem
from server.records import plans, store
from sync.facts import Waiting
from sync.rules.in_force import BY_NAME, OUTSIDE

blueprint = Blueprint("pages_plan_waits", __name__, template_folder="templates")

LONGEST = 500


@blueprint.post("/set-up/plans/<uuid:record>/confirm")
@signed_in("plans.confirm")
def confirm(record: uuid.UUID):
    """Somebody else than its author says that a change is right: what waited is in force from now."""
    row, waiting = _waiting(record)
    if any(waits.author == str(g.person.staff) for waits in waiting):
        raise Problem("own_change")
    return _write(row, {"confirms": [waiting[0].submission]}, "plan_waits.is_confirmed")


@blueprint.post("/set-up/plans/<uuid:record>/outside")
@signed_in("plans.confirm")
def outside(record: uuid.UUID):
    """Nobody else here may confirm: somebody outside did, by name."""
    row, waiting = _waiting(record)
    with reading() as c:
        able = view.may_confirm(c, people_store.home(g.person.home_id), now_ms())
    if {str(each) for each in able} - {waiting[0].author}:
        raise Problem("somebody_here")
    said = {name: request.form.get(name, "").strip() for name in OUTSIDE}
    if not all(0 < len(words) <= LONGEST for words in said.values()):
        raise Problem("outside_words")
    return _write(row, {"confirms": [waiting[0].submission], **said}, "plan_waits.is_confirmed")


@blueprint.post("/set-up/plans/<uuid:record>/reject")
@signed_in("plans.confirm")
def reject(record: uuid.UUID):
    """What stood before is written back, with the reason. That may loosen what holds already: then it waits in its turn."""
    row, waiting = _waiting(record)
    reason = request.form.get("reason", "").strip()
    if not reason or len(reason) > LONGEST:
        raise Problem("reject_reason")
    back: dict[str, Any] = {}
    for waits in sorted(waiting, key=lambda each: not each.loosens):
        # What holds is set back to what it took the place of; what only waits, to what holds.
        to = waits.holds if waits.loosens else waits.before
        back |= {name: to.get(name) for name in BY_NAME[waits.group].fields}
    struck = row.struck and all(waits.loosens for waits in waiting)
    differing = {"struck_out": False} if struck else filing.changed(row, back)
    return _write(row, {**differing, "rejects": [waiting[0].submission], "correction_reason": reason}, "plan_waits.is_rejected")


def _waiting(record: uuid.UUID) -> tuple[store.RecordRow, list[Waiting]]:
    """The plan, and what the submission that the form names made wait. Raises Problem moved_on where nothing does any more."""
    home, submission = people_store.home(g.person.home_id), request.form.get("submission", "")
    with reading() as c:
        row = view.row_of(c, home, record)
        if row is None or row.subject is None:
            abort(404)
        waiting = view.find(plans.of_people(c, home, {row.subject}).get(row.subject), submission)
    if not waiting or waiting[0].record != str(record):
        raise Problem("moved_on")
    return row, waiting


def _write(row: store.RecordRow, fields: dict[str, Any], said: str) -> Response:
    now, home, id_ = now_ms(), people_store.home(g.person.home_id), uuid.uuid4()
    filing.write(home.id, [replace(filing.later(row, fields, g.person.staff, now), id=id_)], now)
    with reading() as c:
        more = view.after(c, home, plans.of_people(c, home, {row.subject}).get(row.subject), str(id_), now)
    flash(" ".join(filter(None, (say(said), more))))
    return redirect(f"/set-up/plans/{row.id}", 303)
