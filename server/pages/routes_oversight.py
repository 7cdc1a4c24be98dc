"""Oversight: the monthly report that drafts itself and that somebody signs, the minutes, and what stands beside the records."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson
from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request
from sqlalchemy import Connection

from server.clock import now_ms
from server.db import reading
from server.improvement import beside, monthly, numbers
from server.improvement.monthly import Month
from server.pages import beside_view, filed_view, plan_view, report_view
from server.pages.filed_forms import FILED
from server.pages.names import Names
from server.pages.words import at, say
from server.people import store as people_store
from server.people.rights import may, signed_in
from sync import days

blueprint = Blueprint("pages_oversight", __name__, template_folder="templates")

#: Months that the front page lists.
MONTHS = 6
LONGEST = 2_000
DECISIONS = ("assured", "further_action")


@blueprint.get("/oversight")
@signed_in("oversight.see")
def front():
    """The months with their reports, open challenges, and the way to everything that stands beside the records."""
    me, today = g.person, _today()
    with reading() as c:
        names, signed = Names(c, me.home_id), monthly.signed(c, me.home_id)
        waiting = [filed_view.line(row, FILED["minute"], names, me.zone) for row in monthly.open_challenges(c, me.home_id)]
        months = [_month_line(month, signed.get(month.name, []), names, me.zone, today) for month in _months(today)]
    lists = [{"href": each.path, "name": say(f"filed.{kind}.title")} for kind, each in FILED.items() if may(me.roles, each.see)]
    return render_template("pages/oversight.html", months=months, waiting=waiting, lists=lists)


@blueprint.get("/oversight/beside")
@signed_in("oversight.see")
def side_by_side():
    """What different sources say of each stream, disagreements first."""
    with reading() as c:
        number = numbers.of(c, g.person.home_id, g.person.zone, _today())
        found = beside.lately(c, g.person.home_id, _today(), number)
    return render_template("pages/beside.html", streams=beside_view.streams(found), days=number("plan.beside_days"), key=beside_view.key(number))


@blueprint.get("/oversight/<month>")
@signed_in("oversight.see")
def report(month: str):
    """The report of a month: as it was signed, and as it reads from the records now."""
    return _report(_known(month))


@blueprint.post("/oversight/<month>")
@signed_in("oversight.sign")
def sign(month: str):
    """Sign the text as it stands now, with one's own words. A month is signed when it is over."""
    me, asked, form = g.person, _known(month), request.form
    if not asked.over(_today()):
        abort(404)
    words, decision = form.get("words", "").strip(), form.get("decision", "")
    wrong = {"decision": say("report.need.decision")} if decision not in DECISIONS else {}
    if not words or len(words) > LONGEST:
        wrong["words"] = say("report.need.words")
    if wrong:
        return _report(asked, form, wrong, 400)
    now = now_ms()
    with reading() as c:
        sections = report_view.kept(_draft(c, asked, now))
    if form.get("version") != _version(sections):
        return _report(asked, form, {"words": say("report.need.read_again")}, 409)
    monthly.sign(people_store.home(me.home_id), asked, sections, decision, words, by=me.staff, now_ms=now)
    flash(say("report.signed"))
    return redirect(f"/oversight/{asked.name}", 303)


# ---- what they share ----


def _today() -> date:
    return days.care_day(at(now_ms(), g.person.zone), g.person.zone)


def _known(name: str) -> Month:
    """A month from before today to the one that runs; everything else is unknown."""
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", name) or Month(name).first > _today():
        abort(404)
    return Month(name)


def _months(today: date) -> list[Month]:
    """The month that runs and those before it, newest first."""
    found = [Month(today.isoformat()[:7])]
    while len(found) < MONTHS:
        found.append(found[-1].before)
    return found


def _month_line(month: Month, signed: list[Any], names: Names, zone: str, today: date) -> dict[str, Any]:
    by = [report_view.signature(row, names, zone) for row in signed]
    state = say("report.signed_by", names=", ".join(each["by"] for each in by)) if by else say("report.to_sign" if month.over(today) else "report.runs")
    return {"href": f"/oversight/{month.name}", "name": report_view.title(month), "state": state, "open": not by and month.over(today)}


def _draft(c: Connection, month: Month, now: int) -> list[report_view.Section]:
    me = g.person
    facts = monthly.facts(c, people_store.home(me.home_id), month, days.from_ms(now))
    return report_view.draft(month, facts, plan_view.actions(c, me.home_id, me.zone, _today()))


def _version(sections: list[report_view.Section]) -> str:
    """Names a text: nobody signs another than the one that they read."""
    return hashlib.sha256(orjson.dumps(sections)).hexdigest()


def _report(month: Month, said: Mapping[str, str] | None = None, wrong: Mapping[str, str] | None = None, status: int = 200) -> Response:
    me, now, today = g.person, now_ms(), _today()
    with reading() as c:
        names = Names(c, me.home_id)
        rows = monthly.signed(c, me.home_id).get(month.name, [])
        signed = [report_view.signature(row, names, me.zone) for row in rows]
        sections = _draft(c, month, now)
    kept = report_view.kept(sections)
    mine = any(row.body["author"] == str(me.staff) for row in rows)
    page = render_template(
        "pages/report.html",
        title=report_view.title(month),
        href=f"/oversight/{month.name}",
        signed=signed,
        sections=sections,
        changed=bool(signed) and signed[-1]["sections"] != kept,
        version=_version(kept),
        over=month.over(today),
        may_sign=month.over(today) and not mine and may(me.roles, "oversight.sign"),
        decisions=[{"value": name, "text": say(f"report.decision.{name}")} for name in DECISIONS],
        said=said or {},
        wrong=wrong or {},
        errors=[{"field": field, "text": text} for field, text in (wrong or {}).items()],
    )
    return Response(page, status)
