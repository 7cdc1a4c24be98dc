"""Standards, observations of practice, staff accounts, complaints, incidents and minutes: added, seen, corrected, struck out.

One list, one page and one form for each kind of `filed_forms.FILED`, each under the rights that the kind names.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request
from sqlalchemy import Connection

from server.clock import now_ms
from server.db import reading
from server.improvement import filing
from server.pages import filed_read, filed_view, plan_waits_view, standards_view
from server.pages import store as pages_store
from server.pages.filed_forms import CHOSEN, FILED, PERSON, Filed
from server.pages.names import Names
from server.pages.words import at, roles, say
from server.people import store as people_store
from server.people.rights import signed_in
from server.problems import Problem
from server.records import plans, store
from server.wire import rfc3339
from sync import days
from sync.fields import time_ms
from sync.roles import KEY_WORKER, SENIOR_CARER, SHIFT_LEADER, SUPPORT_WORKER
from sync.rules import sampling

blueprint = Blueprint("pages_filed", __name__, template_folder="templates")

LONGEST_REASON = 500
#: Care days that a list goes back. What is older is in the record and in the evidence pack.
LISTED_DAYS = 366
#: Whose account is asked for, and how many a day are drawn.
ASKED_ROLES, ASKED = frozenset({SUPPORT_WORKER, SENIOR_CARER, SHIFT_LEADER, KEY_WORKER}), 2


def wire(blueprint: Blueprint, filed: Filed) -> None:
    """The views of one kind, each with the right that opens it."""

    def add(rule: str, name: str, right: str, view: Callable[..., Any], *methods: str) -> None:
        blueprint.add_url_rule(filed.path + rule, f"{filed.kind}_{name}", signed_in(right)(view), methods=list(methods or ("GET",)))

    def every():
        return _list(filed)

    def ask():
        return _form(filed, None, {**_fresh(filed), **request.args.to_dict()})

    def save():
        return _add(filed)

    def one(id_: uuid.UUID):
        return _one(filed, id_)

    def ask_again(id_: uuid.UUID):
        row = _standing(filed, id_)
        return _form(filed, row, filed_read.as_form(filed, row.fields, row.occurred_ms, g.person.zone))

    def correct(id_: uuid.UUID):
        return _correct(filed, id_)

    def strike(id_: uuid.UUID):
        return _strike(filed, id_)

    add("", "list", filed.see, every)
    add("/new", "new", filed.change, ask)
    add("/new", "add", filed.change, save, "POST")
    add("/<uuid:id_>", "one", filed.see, one)
    if filed.strikes:
        add("/<uuid:id_>/strike", "strike", filed.change, strike, "POST")
    if not filed.signed:
        add("/<uuid:id_>/correct", "ask_again", filed.change, ask_again)
        add("/<uuid:id_>/correct", "correct", filed.change, correct, "POST")


for _each in FILED.values():
    wire(blueprint, _each)


@blueprint.post("/minutes/<uuid:id_>/answer")
@signed_in("minutes.answer")
def answer(id_: uuid.UUID):
    """What was done about a challenge. The minute itself stays as it was signed."""
    filed = FILED["minute"]
    row, words = _standing(filed, id_), request.form.get("answer", "").strip()
    if row.fields.get("answered_at"):
        raise Problem("moved_on")
    if not words or len(words) > filed_read.LONGEST:
        return _one(filed, id_, {"answer": say("filed.minute.need.answer")}, request.form, 400)
    now = now_ms()
    filing.still(g.person.home_id, id_, request.form.get("version", ""))
    filing.write(g.person.home_id, [filing.later(row, {"answered_at": rfc3339(now), "answer": words}, g.person.staff, now)], now)
    flash(say("filed.answered"))
    return redirect(f"{filed.path}/{id_}", 303)


# ---- the views ----


def _list(filed: Filed) -> str:
    today = days.care_day(at(now_ms(), g.person.zone), g.person.zone).toordinal()
    with reading() as c:
        # A standard counts from the day it was agreed until it is struck out, however long ago that was.
        within = None if filed.standing or filed.kind == "standard" else (today - LISTED_DAYS, today + 1)
        rows = store.records(c, g.person.home_id, filed.kind, days=within)
        lines = filed_view.listed(rows, filed, Names(c, g.person.home_id), g.person.zone)
        read = standards_view.read_by(c, g.person.home_id, rows, now_ms()) if filed.kind == "standard" else {}
    return render_template("pages/filed_list.html", filed=filed, lines=lines, read=read, ask=_whom_to_ask() if filed.kind == "staff_account" else [])


def _whom_to_ask() -> list[str]:
    """Today's draw among those who care by hand. It is shown and kept nowhere: an account holds a role and no name."""
    home, now = people_store.home(g.person.home_id), now_ms()
    staff = {str(one.id): one for one in people_store.staff_list(home.id, now_ms=now) if not ASKED_ROLES.isdisjoint(one.roles)}
    today = days.care_day(at(now, home.zone), home.zone)
    return [say("plan.person", name=staff[id_].name, roles=roles(staff[id_].roles)) for id_ in sampling.drawn(str(home.uuid), today, list(staff), ASKED)]


def _one(filed: Filed, id_: uuid.UUID, wrong: Mapping[str, str] | None = None, said: Mapping[str, str] | None = None, status: int = 200) -> Response:
    with reading() as c:
        row = _row(filed, id_)
        view = filed_view.one(row, filed, Names(c, g.person.home_id), g.person.zone)
        read = standards_view.read_by(c, g.person.home_id, [row], now_ms()).get(id_) if filed.kind == "standard" else None
        waits = _waits(c, row) if filed.kind == plans.KIND else []
    errors = [{"field": name, "text": text} for name, text in (wrong or {}).items()]
    return Response(render_template("pages/filed_one.html", filed=filed, one=view, read=read, waits=waits, errors=errors, wrong=wrong or {}, said=said or {}), status)


def _add(filed: Filed) -> Response:
    now = now_ms()
    form = filed_read.said_in(request.form)
    fields, wrong = filed_read.fields(filed, form, _allowed(filed), g.person.zone, now)
    if wrong:
        return _form(filed, None, form, wrong, 400)
    at_ms = min(now, time_ms(fields[filed.when]) or now) if filed.when else now
    said = {name: value for name, value in fields.items() if value is not None and name != "occurred_at"}
    id_ = filing.add(g.person.home_id, filed.kind, said, at_ms=at_ms, by=g.person.staff, now_ms=now)
    flash(say("filed.added") + _of_two(filed, id_))
    return redirect(f"{filed.path}/{id_}", 303)


def _correct(filed: Filed, id_: uuid.UUID) -> Response:
    row, now = _standing(filed, id_), now_ms()
    form = filed_read.said_in(request.form)
    fields, wrong = filed_read.fields(filed, form, _allowed(filed, row), g.person.zone, now, row.fields)
    reason = request.form.get("reason", "").strip()
    if not reason or len(reason) > LONGEST_REASON:
        wrong["reason"] = say("filed.need_reason")
    if wrong:
        return _form(filed, row, form, wrong, 400)
    shown = filed_read.as_form(filed, row.fields, row.occurred_ms, g.person.zone)
    # What the form says as it said it before is not set again: a time's seconds are not lost to a form of minutes.
    told = {name: value for name, value in fields.items() if name not in shown or form.get(name, "").strip() != shown[name]}
    if filed.when in told:
        told["occurred_at"] = told[filed.when]
    done = filing.correct(g.person.home_id, row, told, reason, request.form.get("version", ""), by=g.person.staff, now_ms=now)
    flash(say("filed.corrected") + _of_two(filed, id_) if done else say("filed.same"))
    return redirect(f"{filed.path}/{id_}", 303)


def _strike(filed: Filed, id_: uuid.UUID) -> Response:
    row, reason = _standing(filed, id_), request.form.get("reason", "").strip()
    if not reason or len(reason) > LONGEST_REASON:
        return _one(filed, id_, {"reason": say("filed.need_reason")}, request.form, 400)
    filing.strike(g.person.home_id, row, reason, request.form.get("version", ""), by=g.person.staff, now_ms=now_ms())
    flash(say("filed.struck") + _of_two(filed, id_))
    return redirect(f"{filed.path}/{id_}", 303)


# ---- what they share ----


def _row(filed: Filed, id_: uuid.UUID) -> store.RecordRow:
    """The record of that kind in this home; another home's is unknown."""
    with reading() as c:
        row = pages_store.one(c, g.person.home_id, filed.kind, id_)
    return row if row is not None else abort(404)


def _standing(filed: Filed, id_: uuid.UUID) -> store.RecordRow:
    row = _row(filed, id_)
    if row.struck:
        raise Problem("moved_on")
    return row


def _waits(c: Connection, row: store.RecordRow) -> list[dict[str, Any]]:
    """What of a person's plans waits for a second person."""
    return plan_waits_view.of_person(c, people_store.home(g.person.home_id), row.subject, Names(c, g.person.home_id), g.person.staff, now_ms())


def _of_two(filed: Filed, id_: uuid.UUID) -> str:
    """Of a plan that was just written: what of it holds at once, and what waits for a second person."""
    if filed.kind != plans.KIND:
        return ""
    row, home = _row(filed, id_), people_store.home(g.person.home_id)
    with reading() as c:
        version = plans.of_people(c, home, {row.subject} if row.subject else ()).get(row.subject)
        said = plan_waits_view.after(c, home, version, row.body["heads"][0], now_ms())
    return f" {said}" if said else ""


def _fresh(filed: Filed) -> dict[str, str]:
    """What a new form holds already: the time of what happened just now."""
    return filed_read.as_form(filed, {filed.when: rfc3339(now_ms())} if filed.when else {}, now_ms(), g.person.zone)


def _allowed(filed: Filed, row: store.RecordRow | None = None) -> dict[str, list[str]]:
    with reading() as c:
        found = filed_view.options(c, g.person.home_id, filed, Names(c, g.person.home_id), row)
    return {name: [value for value, _ in listed] for name, listed in found.items()}


def _form(filed: Filed, row: store.RecordRow | None, said: Mapping[str, str], wrong: Mapping[str, str] | None = None, status: int = 200) -> Response:
    with reading() as c:
        names = Names(c, g.person.home_id)
        offered = filed_view.options(c, g.person.home_id, filed, names, row)
        residents = any(not one.struck and not one.fields.get("left_on") for one in names.residents().values())
        hours = plan_waits_view.hours(c, people_store.home(g.person.home_id), now_ms()) if filed.kind == plans.KIND else 0
    page = render_template(
        "pages/filed_form.html",
        filed=filed,
        href=f"{filed.path}/{row.id}/correct" if row else f"{filed.path}/new",
        back=f"{filed.path}/{row.id}" if row else filed.path,
        new=row is None,
        version=said.get("version") or (filing.seen(row) if row else ""),
        said=said,
        offered=offered,
        nobody=next((one.name for one in filed.asked if row is None and one.how == PERSON and one.must and not offered[one.name]), ""),
        residents=residents,
        hours=hours,
        chosen=CHOSEN,
        errors=[{"field": name, "text": text} for name, text in (wrong or {}).items()],
        wrong=wrong or {},
    )
    return Response(page, status)
