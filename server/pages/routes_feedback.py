"""Feedback by theme: what the deputy manager gathers each week, and the way to the quality monitoring summary that they file."""

from __future__ import annotations

from flask import Blueprint, g, render_template

from server.clock import now_ms
from server.db import reading
from server.improvement import numbers
from server.pages import feedback_view
from server.pages.names import Names
from server.pages.words import at
from server.people.rights import signed_in
from sync import days

blueprint = Blueprint("pages_feedback", __name__, template_folder="templates")


@blueprint.get("/feedback")
@signed_in("feedback.see")
def themes():
    """The last weeks, theme by theme, beside as many days before."""
    home_id, zone = g.person.home_id, g.person.zone
    today = days.care_day(at(now_ms(), zone), zone)
    with reading() as c:
        number = numbers.of(c, home_id, zone, today)
        view = feedback_view.themes(c, home_id, zone, today, number, Names(c, home_id))
    return render_template("pages/feedback.html", feedback=view)
