"""The measures: how many of how many, every miss named, and from any figure to the entries that it rests on in three steps."""

from __future__ import annotations

import uuid
from datetime import date

from flask import Blueprint, abort, g, render_template

from server.clock import now_ms
from server.db import reading
from server.improvement import auditing, numbers
from server.improvement import store as plan_store
from server.pages import audit_scores, changes_view, chart_view, entries, measures_view, originals_view
from server.pages import store as pages_store
from server.pages.initials import names_for
from server.pages.words import at, say
from server.pages.words import day as day_words
from server.people.rights import signed_in
from sync.days import care_day
from sync.measures import MEASURES
from sync.measures.compliant_deployment import HOLDS

blueprint = Blueprint("pages_measures", __name__, template_folder="templates")


@blueprint.get("/measures")
@signed_in("plan.see", guests=True)
def measures():
    """Each measure's last two weeks in one line."""
    with reading() as c:
        number = numbers.of(c, g.person.home_id, g.person.zone, _today())
        lines = [measures_view.line(name, plan_store.series(c, g.person.home_id, name), number) for name in MEASURES]
    return render_template("pages/measures.html", lines=lines)


@blueprint.get("/measures/<name>")
@signed_in("plan.see", guests=True)
def measure(name: str):
    """One measure: its chart, what may be claimed of it, and every day in a table."""
    asked = MEASURES.get(name)
    if asked is None:
        abort(404)
    home_id, zone = g.person.home_id, g.person.zone
    with reading() as c:
        days = plan_store.series(c, home_id, name)
        rows = plan_store.actions(c, home_id)
        reviews = [each for of in plan_store.reviews(c, home_id, [row.id for row in rows if name in (row.fields.get("measures") or ())]).values() for each in of]
        signs = audit_scores.signs(auditing.audits(c, home_id, _today()), name)
        number = numbers.of(c, home_id, zone, _today())
        standards = plan_store.standards(c, home_id)
    rebased, changes = plan_store.rebases(reviews, name), changes_view.lines(reviews, standards, name, zone)
    return render_template(
        "pages/measure.html",
        name=name,
        title=say(f"measures.names.{name}"),
        means=say(f"measures.means.{name}", days=number(HOLDS)),
        standing=measures_view.line(name, days, number),
        signs=signs,
        chart=chart_view.chart(days, asked.target_percent, rebased, changes),
        rows=[measures_view.day_line(each, zone) for each in reversed(days)],
        as_at=measures_view.as_at(days, zone, now_ms()),
    )


@blueprint.get("/measures/<name>/<on>")
@signed_in("plan.see", guests=True)
def one_day(name: str, on: str):
    """One care day: what was due, what was missed and why, what was left out."""
    which, home_id, zone = _day(name, on), g.person.home_id, g.person.zone
    with reading() as c:
        found = plan_store.day(c, home_id, name, which)
        if found is None:
            abort(404)
        day, detail = found
        names = names_for(c)
        misses = [measures_view.miss(name, which, each, names, zone) for each in detail["misses"]]
        people = measures_view.people(detail["misses"], names) if name == "complete_monitoring" else []
        cases = originals_view.cases(c, home_id, name, which, names, zone)
    return render_template(
        "pages/measure_day.html",
        name=name,
        title=say(f"measures.names.{name}"),
        on=day_words(which),
        figure=measures_view.day_line(day, zone),
        misses=misses,
        cases=cases,
        people=people,
        left_out=[{"why": say(f"measures.left_out.{why}"), "n": n} for why, n in sorted(detail["left_out"].items())],
    )


@blueprint.get("/measures/<name>/<on>/<uuid:resident>")
@signed_in("records.see", guests=True)
def one_person(name: str, on: str, resident: uuid.UUID):
    """The entries of one person's care day as they were made, with every change: what the figure rests on."""
    which, home_id = _day(name, on), g.person.home_id
    with reading() as c:
        if pages_store.one(c, home_id, "resident", resident) is None:
            abort(404)
        names = names_for(c)
        made = entries.of_day(c, home_id, resident, which.toordinal(), names, now_ms(), prove=True)
        person = {"name": names.resident(resident), "place": names.place(resident)}
    return render_template(
        "pages/measure_person.html", back_to=f"/measures/{name}/{which.isoformat()}", person=person, id=resident, on=day_words(which), made=made
    )


def _today() -> date:
    return care_day(at(now_ms(), g.person.zone), g.person.zone)


def _day(name: str, on: str) -> date:
    if name not in MEASURES:
        abort(404)
    try:
        return date.fromisoformat(on)
    except ValueError:
        abort(404)
