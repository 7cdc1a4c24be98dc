"""To check: drinks that may be written down twice, and entries of which two people say different things."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request

from server.clock import now_ms
from server.db import reading
from server.pages import to_check_view as view
from server.pages.names import Names
from server.pages.words import say
from server.people.rights import may, signed_in
from server.problems import Problem
from server.records import deciding, store
from sync.messages import text

blueprint = Blueprint("pages_check", __name__, template_folder="templates")

LONGEST_REASON = 1_000
BOTH = "both"


@blueprint.get("/to-check")
@signed_in("records.see")
def to_check():
    """Everything that waits for somebody to decide."""
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    with reading() as c:
        names = Names(c, home_id)
        doubles = [view.double(each, zone, names, now) for each in deciding.undecided_doubles(c, home_id, zone, now)]
        versions = [
            view.conflict(row, fields, zone, names, now)
            for row in deciding.conflicts(c, home_id, zone, now)
            for fields in deciding.groups(row)
        ]
    return render_template("pages/to_check.html", doubles=doubles, versions=versions, may_decide=may(g.person.roles, "entries.decide"))


def count(c, home_id: int, zone: str, now: int) -> int:
    """How much waits for a decision."""
    return len(deciding.undecided_doubles(c, home_id, zone, now)) + len(deciding.conflicts(c, home_id, zone, now))


@blueprint.get("/to-check/doubles/<uuid:one>/<uuid:other>")
@signed_in("entries.decide")
def ask_double(one: uuid.UUID, other: uuid.UUID):
    """Both entries side by side, and what to do."""
    return _ask_double(_double(one, other))


@blueprint.post("/to-check/doubles/<uuid:one>/<uuid:other>")
@signed_in("entries.decide")
def decide_double(one: uuid.UUID, other: uuid.UUID):
    """Keep both, or take one out of the totals: on the word of whoever is signed in."""
    found, me = _double(one, other), g.person
    if found is None:
        return _gone()
    what, why, problem = _answer([BOTH, str(found.one.id), str(found.other.id)])
    if problem:
        return _ask_double(found, what, why, problem, 400)
    said: dict[str, Any] = {"by": me.staff, "why": why, "now_ms": now_ms()}
    try:
        if what == BOTH:
            deciding.keep_both(me.home_id, found, **said)
        else:
            # This one is right: the other is the same drink.
            deciding.take_out(me.home_id, found.other if what == str(found.one.id) else found.one, **said)
    except Problem as refused:
        return _ask_double(_double(one, other), what, why, _refused(refused), refused.status)
    flash(say("to_check.done"))
    return redirect("/to-check", 303)


@blueprint.get("/to-check/versions/<uuid:record>/<field>")
@signed_in("entries.decide")
def ask_version(record: uuid.UUID, field: str):
    """The versions side by side."""
    row, fields = _conflict(record, field)
    return _gone() if row is None else _ask_version(row, fields)


@blueprint.post("/to-check/versions/<uuid:record>/<field>")
@signed_in("entries.decide")
def decide_version(record: uuid.UUID, field: str):
    """One version is right: on the word of whoever is signed in."""
    row, fields = _conflict(record, field)
    if row is None:
        return _gone()
    if request.form.get("seen") != _seen(row):
        return _ask_version(row, fields, "", request.form.get("why", ""), ("what", text("problems.moved_on.detail")), 409)
    what, why, problem = _answer(list(deciding.versions(row, fields)))
    if problem:
        return _ask_version(row, fields, what, why, problem, 400)
    try:
        deciding.choose(g.person.home_id, row, fields, what, by=g.person.staff, why=why, now_ms=now_ms())
    except Problem as refused:
        return _ask_version(*_conflict(record, field), what, why, _refused(refused), refused.status)
    flash(say("to_check.done"))
    return redirect("/to-check", 303)


# ---- what the two forms share ----


def _answer(choices: list[str]) -> tuple[str, str, tuple[str, str] | None]:
    """(what was chosen, why, what is wrong with it)."""
    what, why = request.form.get("what", ""), request.form.get("why", "").strip()
    if what not in choices:
        return what, why, ("what", say("to_check.need_choice"))
    if not why or len(why) > LONGEST_REASON:
        return what, why, ("why", say("to_check.need_why" if not why else "accept.long_why"))
    return what, why, None


def _refused(problem: Problem) -> tuple[str, str]:
    return "what", text(f"problems.{problem.code}.detail")


def _gone() -> Response:
    """Somebody else decided meanwhile: nothing is left to do here."""
    flash(say("to_check.gone"))
    return redirect("/to-check", 303)


def _double(one: uuid.UUID, other: uuid.UUID) -> deciding.Double | None:
    with reading() as c:
        return deciding.double_of(c, g.person.home_id, g.person.zone, one, other)


def _conflict(record: uuid.UUID, field: str) -> tuple[store.RecordRow | None, list[str]]:
    with reading() as c:
        row = store.record(c, g.person.home_id, record)
    if row is None:
        abort(404)
    fields = next((group for group in deciding.groups(row) if field in group), None)
    return (row, fields) if fields else (None, [])


def _seen(row: store.RecordRow) -> str:
    return ",".join(row.body["heads"])


def _ask_double(found, what: str = "", why: str = "", problem=None, status: int = 200) -> Response:
    if found is None:
        return _gone()
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    with reading() as c:
        item = view.double(found, zone, Names(c, home_id), now)
    first, second = (str(row.id) for row in (found.one, found.other))
    choices = [(BOTH, say("to_check.keep_both")), (first, say("to_check.first_right")), (second, say("to_check.second_right"))]
    return _form(item, say("to_check.double_title"), say("to_check.double_text"), choices, what, why, problem, status)


def _ask_version(row, fields, what: str = "", why: str = "", problem=None, status: int = 200) -> Response:
    if row is None:
        return _gone()
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    with reading() as c:
        item = view.conflict(row, fields, zone, Names(c, home_id), now)
    choices = [(version["id"], say("to_check.this_right", version=head)) for version, head in zip(item["versions"], item["heads"], strict=True)]
    title, words = say("to_check.version_title"), say("to_check.version_text")
    return _form(item, title, words, choices, what, why, problem, status, seen=_seen(row))


def _form(item, title: str, words: str, choices, what: str, why: str, problem, status: int, seen: str = "") -> Response:
    page = render_template(
        "pages/decide.html",
        item=item,
        title=title,
        words=words,
        choices=[{"value": value, "text": said} for value, said in choices],
        what=what,
        why=why,
        seen=seen,
        errors=[{"field": problem[0], "text": problem[1]}] if problem else [],
        field_errors=dict([problem]) if problem else {},
    )
    return Response(page, status)
