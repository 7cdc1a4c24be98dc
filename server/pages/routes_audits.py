"""Weekly audits: drawn by Tidemark, answered by the lead whose audit it is, and looked at over time.

Whoever works in the office sees them; each is drawn for and answered by its own lead, or who stands in for them.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request
from werkzeug.datastructures import MultiDict

from server.clock import now_ms
from server.db import reading
from server.improvement import auditing, filing, numbers
from server.pages import audit_form, audit_scores, audits_view
from server.pages import store as pages_store
from server.pages.audit_entries import Entries
from server.pages.names import Names
from server.pages.words import at, say
from server.people import store as people_store
from server.people.rights import signed_in
from server.problems import Problem
from server.records import store
from sync import days
from sync.audits import TEMPLATES, Template, scoring

blueprint = Blueprint("pages_audits", __name__, template_folder="templates")

REASON = "correction_reason"


@blueprint.get("/audits")
@signed_in("audits.see")
def audits():
    """What is due, late and done, audit by audit."""
    me = g.person
    with reading() as c:
        found = audits_view.board(c, me.home_id, me.zone, now_ms(), Names(c, me.home_id), list(me.roles))
    return render_template("pages/audits.html", audits=found)


@blueprint.post("/audits/<name>/<round_>/draw")
@signed_in("audits.make")
def draw(name: str, round_: str):
    """Draw the sample of a round that runs, or that is late."""
    asked, me, now = TEMPLATES.get(name), g.person, now_ms()
    if asked is None or audits_view.open_round(asked, round_, now, me.zone) is None:
        abort(404)
    _may_make(asked)
    id_ = auditing.draw(people_store.home(me.home_id), asked, round_, by=me.staff, now_ms=now)
    return redirect(f"/audits/{id_}/answers", 303)


@blueprint.get("/audits/<uuid:id_>")
@signed_in("audits.see")
def one(id_: uuid.UUID):
    """One audit: the sample, the answers, and what it rests on."""
    row, asked = _audit(id_)
    return render_template("pages/audit.html", audit=_view(row, asked), may_make=not asked.auditors.isdisjoint(g.person.roles))


@blueprint.get("/audits/<uuid:id_>/answers")
@signed_in("audits.make")
def ask(id_: uuid.UUID):
    """The form: each question beside the entries that it is answered from."""
    row, asked = _audit(id_)
    _may_make(asked)
    return _form(row, asked, audit_form.as_form(row.fields))


@blueprint.post("/audits/<uuid:id_>/answers")
@signed_in("audits.make")
def answer(id_: uuid.UUID):
    """Every answer in one submission. A correction says why; who answered beside somebody else is told so, and both stand."""
    row, asked = _audit(id_)
    _may_make(asked)
    form, me = request.form, g.person
    said, wrong = audit_form.answers(form, asked, row.fields)
    reason = form.get(REASON, "").strip()
    shown = form.get("seen", "")
    if auditing.answered(row, shown) and not reason:
        wrong[REASON] = say("audits.need.reason")
    if wrong:
        return _form(row, asked, form, wrong, 400)
    beside = auditing.answer(me.home_id, row, said, shown, reason=reason or None, by=me.staff, now_ms=now_ms())
    flash(say("audits.beside" if beside else "audits.saved"))
    return redirect(f"/audits/{id_}", 303)


@blueprint.get("/audits/<uuid:id_>/entries/<item>")
@signed_in("audits.see")
def entry(id_: uuid.UUID, item: str):
    """One entry of the sample as it was recorded, with every change."""
    row, _ = _audit(id_)
    with reading() as c:
        found = _entries(c, row).open(item)
    if found is None:
        abort(404)
    return render_template("pages/audit_entry.html", audit=id_, entry=found)


@blueprint.get("/audits/scores")
@signed_in("audits.see")
def scores():
    """Each audit's score week by week."""
    return render_template("pages/audit_scores.html", lines=audit_scores.overview(_audits()))


@blueprint.get("/audits/scores/<name>")
@signed_in("audits.see")
def scores_of(name: str):
    """One audit's questions week by week."""
    asked = TEMPLATES.get(name)
    if asked is None:
        abort(404)
    with reading() as c:
        number = numbers.of(c, g.person.home_id, g.person.zone, _today())
    return render_template("pages/audit_questions.html", audit=audit_scores.by_question(_audits(), asked, number))


# ---- what they share ----


def _today() -> date:
    return days.care_day(at(now_ms(), g.person.zone), g.person.zone)


def _audits() -> list[store.RecordRow]:
    with reading() as c:
        return auditing.audits(c, g.person.home_id, _today())


def _audit(id_: uuid.UUID) -> tuple[store.RecordRow, Template]:
    """The audit and the template that it was drawn under; another home's, and one that nobody drew, is unknown."""
    with reading() as c:
        row = pages_store.one(c, g.person.home_id, auditing.KIND, id_)
    asked = audits_view.of(row) if row is not None and not row.struck else None
    if row is None or asked is None:
        abort(404)
    return row, asked


def _may_make(asked: Template) -> None:
    if asked.auditors.isdisjoint(g.person.roles):
        raise Problem("forbidden")


def _entries(c: Any, row: store.RecordRow) -> Entries:
    return Entries(c, g.person.home_id, g.person.zone, row, Names(c, g.person.home_id), now_ms())


def _view(row: store.RecordRow, asked: Template) -> dict[str, Any]:
    with reading() as c:
        return audits_view.one(row, asked, _entries(c, row), g.person.zone, now_ms())


def _form(row: store.RecordRow, asked: Template, said: MultiDict[str, str], wrong: dict[str, str] | None = None, status: int = 200) -> Response:
    wrong, view = wrong or {}, _view(row, asked)
    asks = {question["name"]: question["asks"] for source in view["sources"] for question in source["questions"]}
    seen = said.get("seen") or filing.seen(row)
    page = render_template(
        "pages/audit_form.html",
        audit=view,
        said=said,
        seen=seen,
        # Somebody who was answering when another finished is no corrector: both answers stand.
        correcting=auditing.answered(row, seen),
        answers=[{"value": name, "text": say(f"audits.answer.{name}")} for name in scoring.ANSWERS],
        errors=[{"field": field, "text": _of_question(field, text, asks)} for field, text in wrong.items()],
        field_errors=wrong,
    )
    return Response(page, status)


def _of_question(field: str, text: str, asks: Mapping[str, str]) -> str:
    """What is wrong, as the list at the top says it: nine of the same sentence would tell nobody where to look."""
    question = field.partition("-")[2]
    return say("audits.wrong", question=asks.get(question, question), what=text) if question else text
