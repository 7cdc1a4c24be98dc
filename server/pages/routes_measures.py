"""The measures: how many of how many, every miss named, and from any figure to the entries that it rests on in three steps."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta

from flask import Blueprint, abort, g, render_template
from sqlalchemy import Connection

from server.clock import now_ms
from server.db import reading
from server.improvement import auditing, hours, numbers
from server.improvement import store as plan_store
from server.pages import audit_scores, changes_view, chart_view, entries, hours_view, measures_view, originals_view
from server.pages import store as pages_store
from server.pages.initials import names_for
from server.pages.words import at, say
from server.pages.words import day as day_words
from server.people import store as people_store
from server.people.rights import signed_in
from server.records import store
from sync.days import care_day
from sync.measures import DEPLOYMENT, MEASURES

blueprint = Blueprint("pages_measures", __name__, template_folder="templates")


@blueprint.get("/measures")
@signed_in("plan.see", guests=True)
def measures():
    """Each measure's last two weeks in one line."""
    with reading() as c:
        number = numbers.of(c, g.person.home_id, g.person.zone, _today())
        reviews = _reviews(c, MEASURES)
        lines = [measures_view.line(name, plan_store.history(c, g.person.home_id, name), number, plan_store.rebases(reviews[name], name)) for name in MEASURES]
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
        days = plan_store.history(c, home_id, name)
        reviews = _reviews(c, [name])[name]
        signs = audit_scores.signs(auditing.audits(c, home_id, _today()), name)
        number = numbers.of(c, home_id, zone, _today())
        by_hour = hours_view.view(hours.of_days(c, people_store.home(home_id), *_hour_days()), *_hour_days()) if name == DEPLOYMENT else None
        standards = plan_store.standards(c, home_id)
    rebased, changes = plan_store.rebases(reviews, name), changes_view.lines(reviews, standards, name, zone)
    return render_template(
        "pages/measure.html",
        name=name,
        title=say(f"measures.names.{name}"),
        means=measures_view.means(name, number),
        standing=measures_view.line(name, days, number, rebased),
        signs=signs,
        chart=chart_view.chart(days, asked.target_percent, rebased, changes),
        rows=[measures_view.day_line(each, zone) for each in reversed(days)],
        as_at=measures_view.as_at(days, zone, now_ms()),
        hours=by_hour,
    )


@blueprint.get("/measures/by-hour/<int:hour>")
@signed_in("plan.see", guests=True)
def one_hour(hour: int):
    """What was seen in one hour of the day, over the days of the chart: every look at it and every incident."""
    first, last = _hour_days()
    with reading() as c:
        found = hours.of_days(c, people_store.home(g.person.home_id), first, last)
        which = next((each for each in found.hours() if each.hour == hour), None)
        if which is None:
            abort(404)
        shown = hours_view.one_hour(which, names_for(c), g.person.zone)
    period = say("measures.period", start=day_words(first), end=day_words(last))
    return render_template("pages/measure_hour.html", name=DEPLOYMENT, title=say(f"measures.names.{DEPLOYMENT}"), hour=shown, period=period)


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


def _reviews(c: Connection, measures: Iterable[str]) -> dict[str, list[store.RecordRow]]:
    """The reviews of the actions that are bound to each of these measures: what they changed is on its chart."""
    rows = plan_store.actions(c, g.person.home_id)
    found = plan_store.reviews(c, g.person.home_id, [row.id for row in rows])
    return {name: [each for row in rows if name in (row.fields.get("measures") or ()) for each in found[row.id]] for name in measures}


def _hour_days() -> tuple[date, date]:
    """The care days that are looked at by the hour: as many as a chart has, today's so far with them."""
    return _today() - timedelta(days=plan_store.CHART_DAYS - 1), _today()


def _today() -> date:
    return care_day(at(now_ms(), g.person.zone), g.person.zone)


def _day(name: str, on: str) -> date:
    if name not in MEASURES:
        abort(404)
    try:
        return date.fromisoformat(on)
    except ValueError:
        abort(404)
