"""Every home of a provider on one page, for whoever looks from outside: only the homes that this person's own account is of."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from server.clock import now_ms
from server.db import reading
from server.improvement import provider
from server.pages import measures_view, session
from server.pages.words import at, say
from server.people.rights import may, signed_in
from sync import days
from sync.measures import MEASURES

blueprint = Blueprint("pages_provider", __name__, template_folder="templates")

COUNTS = ("opened", "high", "escalated", "static", "overdue", "challenges")


@blueprint.get("/provider")
@signed_in("provider.see")
def homes():
    """Each home with its measures and what needs somebody; the one that needs most first."""
    now = now_ms()
    with reading() as c:
        found = [
            (person, door, provider.standing(c, person.home_id, person.zone, days.care_day(at(now, person.zone), person.zone)))
            for door, person in session.everywhere(now) if may(person.roles, "provider.see")
        ]  # fmt: skip
    found.sort(key=lambda each: (*(-n for n in each[2].worst), each[0].home_name))
    return render_template("pages/provider.html", homes=[_line(*each) for each in found])


def _line(person: session.Person, door: int, stands: provider.Standing) -> dict[str, Any]:
    measures = [
        {"name": say(f"measures.names.{name}"), "says": measures_view.said(total.numerator, total.denominator),
         "met": None if total.percent is None else total.percent >= MEASURES[name].target_percent}
        for name, total in stands.measures.items()
    ]  # fmt: skip
    return {
        "door": door, "name": person.home_name, "measures": measures,
        "counts": [{"code": name, "name": say(f"provider.counts.{name}"), "n": getattr(stands, name)} for name in COUNTS],
    }  # fmt: skip
