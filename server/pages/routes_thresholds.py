"""Rules and numbers: what applies, who decided it and why; one person proposes a change and another approves it."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request

from server.clock import now_ms
from server.db import reading
from server.pages import plan_waits_view, proposals
from server.pages import store as pages_store
from server.pages import thresholds_view as view
from server.pages.names import Names
from server.pages.words import at, say
from server.people import store as people_store
from server.people.rights import may, signed_in
from server.problems import Problem
from server.records import intake, store
from sync import days
from sync.thresholds import CLOCK, OFF, ON, SCORE, TEXT, WATCH, at_once

blueprint = Blueprint("pages_thresholds", __name__, template_folder="templates")

LONGEST_REASON = 1_000
# A rule is put off for so long at most: after that it is decided again.
LONGEST_OFF_DAYS = 90
_TENTHS = re.compile(r"[0-9]\.[0-9]")


@blueprint.get("/thresholds")
@signed_in("thresholds.see")
def thresholds():
    """Everything that can be set, as it stands."""
    me, now = g.person, at(now_ms(), g.person.zone)
    with reading() as c:
        names, rows = Names(c, me.home_id), view.records(c, me.home_id)
        values = pages_store.thresholds(c, me.home_id, me.zone)
        started = date.fromisoformat(people_store.home(me.home_id).started_on)
        page = {
            "waiting": view.waiting(rows, names, me.staff, may(me.roles, "thresholds.approve")),
            "plans": plan_waits_view.of_home(c, people_store.home(me.home_id), names, me.staff, now_ms()),
            "rules": view.rules(c, me.home_id, rows, values, names, now, me.zone, started),
            "numbers": view.numbers(rows, values, names, now, me.zone),
        }
    return render_template("pages/thresholds.html", view=page)


@blueprint.get("/thresholds/<name>")
@signed_in("thresholds.propose")
def ask_change(name: str):
    """The form for one of them."""
    return _form(_setting(name))


@blueprint.post("/thresholds/<name>")
@signed_in("thresholds.propose")
def propose(name: str):
    """A proposal, on the word of whoever is signed in. It waits for a second person unless it only turns a rule on."""
    asked, me = _setting(name), g.person
    fields, problems = _read(asked)
    if problems:
        return _form(asked, problems, 400)
    id_ = uuid.uuid4()
    said = {"name": asked.name, **fields, "owner": str(me.staff), "proposed_by": str(me.staff)}
    proposals.write(intake.Statement(id=id_, record=id_, kind="threshold", fields=said, occurred_ms=now_ms(), author=me.staff))
    flash(say("thresholds.proposed_now" if at_once(asked.name, fields["value"]) else "thresholds.proposed"))
    return redirect("/thresholds", 303)


@blueprint.post("/thresholds/<uuid:record>/approve")
@signed_in("thresholds.approve")
def approve(record: uuid.UUID):
    """A second person agrees: from now, or from the later day that was proposed."""
    row, me, now = proposals.waiting("threshold", record), g.person, now_ms()
    if row is None:
        return _gone()
    if str(row.fields.get("proposed_by")) == str(me.staff):
        raise Problem("forbidden")
    fields: dict[str, Any] = {"approved_by": str(me.staff)}
    today = days.care_day(at(now, me.zone), me.zone).isoformat()
    # What was judged before somebody agreed stays judged as it was.
    if not at_once(str(row.fields["name"]), row.fields.get("value")) and str(row.fields.get("from") or "")[:10] <= today:
        fields["from"] = days.write_time(now)
    proposals.write(intake.Statement(record=row.id, kind="threshold", fields=fields, occurred_ms=now, author=me.staff))
    flash(say("thresholds.approved"))
    return redirect("/thresholds", 303)


@blueprint.post("/thresholds/<uuid:record>/withdraw")
@signed_in("thresholds.propose")
def withdraw(record: uuid.UUID):
    """Whoever proposed it takes it back, or a second person declines it: it stays in the ledger, struck through."""
    row, me = proposals.waiting("threshold", record), g.person
    if row is None:
        return _gone()
    mine = str(row.fields.get("proposed_by")) == str(me.staff)
    if not mine and not may(me.roles, "thresholds.approve"):
        raise Problem("forbidden")
    why = say("thresholds.withdrawn_reason" if mine else "thresholds.declined_reason")
    fields = {"struck_out": True, "correction_reason": why}
    proposals.write(intake.Statement(record=row.id, kind="threshold", fields=fields, occurred_ms=now_ms(), author=me.staff))
    flash(say("thresholds.withdrawn"))
    return redirect("/thresholds", 303)


# ---- what they share ----


def _setting(name: str) -> view.Setting:
    found = view.setting(name)
    if found is None:
        abort(404)
    return found


def _gone() -> Response:
    flash(say("thresholds.gone"))
    return redirect("/thresholds", 303)


def _today() -> date:
    return days.care_day(at(now_ms(), g.person.zone), g.person.zone)


def _read(asked: view.Setting) -> tuple[dict[str, Any], dict[str, str]]:
    """(fields of the proposal, sentences by field of the form)."""
    form, problems, fields = request.form, {}, {}
    if asked.rule:
        switch = form.get("value", "")
        if switch not in (ON, WATCH, OFF):
            problems["value"] = say("thresholds.need_switch")
        fields["value"] = switch
        if switch == OFF:
            until = _date(form.get("until", ""))
            if until is None or not _today() < until <= _today() + timedelta(days=LONGEST_OFF_DAYS):
                problems["until"] = say("thresholds.need_until", days=LONGEST_OFF_DAYS)
            else:
                fields["value"] = {"switch": OFF, "until": until.isoformat()}
    else:
        value = _value(form.get("value", "").strip(), asked)
        if not asked.number.allows(value):
            problems["value"] = say("thresholds.need_value", bounds=view.bounds(asked.number))
        fields["value"] = value
    since = _date(form.get("from", "")) if form.get("from") else _today()
    if since is None or not _today() <= since <= _today() + timedelta(days=365):
        problems["from"] = say("thresholds.need_from")
    else:
        fields["from"] = since.isoformat()
    where = form.get("where", "")
    if where and where not in {value for value, _ in _places(asked)}:
        problems["where"] = say("thresholds.need_where")
    elif where:
        fields["unit_or_person"] = where
    reason = form.get("reason", "").strip()
    if not reason or len(reason) > LONGEST_REASON:
        problems["reason"] = say("thresholds.need_reason" if not reason else "thresholds.long_reason")
    fields["reason"] = reason
    return fields, problems


def _value(text: str, asked: view.Setting) -> Any:
    if asked.number.unit in (CLOCK, TEXT):
        return text
    if asked.number.unit == SCORE and _TENTHS.fullmatch(text):
        return float(text)
    digits = text.replace(",", "")
    return int(digits) if digits.isascii() and digits.isdigit() else None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _places(asked: view.Setting) -> list[tuple[str, str]]:
    """(value, words) of every unit and every person that may have a value of their own."""
    if asked.of_home:
        return []
    home_id = g.person.home_id
    with reading() as c:
        people = [row for row in store.records(c, home_id, "resident") if not row.struck and not row.fields.get("left_on")]
        units = store.units(c, home_id)
    named = [(str(row.id), row.fields.get("preferred_name") or say("names.unknown_resident")) for row in people]
    return [(unit, unit) for unit in units] + sorted(named, key=lambda one: one[1])


def _form(asked: view.Setting, problems: dict[str, str] | None = None, status: int = 200) -> Response:
    problems = problems or {}
    page = render_template(
        "pages/threshold.html",
        asked=asked,
        level=view.code("severity", asked.rule.severity) if asked.rule else "",
        bounds="" if asked.rule else view.bounds(asked.number),
        source="" if asked.rule else asked.number.source,
        places=[{"value": "", "text": say("thresholds.whole_home")}, *({"value": value, "text": words} for value, words in _places(asked))],
        switches=[{"value": each, "text": say(f"thresholds.choice.{each}")} for each in (ON, WATCH, OFF)],
        today=_today().isoformat(),
        said=request.form,
        errors=[{"field": field, "text": text} for field, text in problems.items()],
        field_errors=problems,
    )
    return Response(page, status)
