"""Numbers to call in an emergency: a unit's phone, the on-call manager's, the provider's. Tablets show them without a PIN."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request

from server.clock import now_ms
from server.db import reading
from server.pages.words import say
from server.people import store as people
from server.people.rights import may, signed_in
from server.records import call_numbers, store
from sync.kinds.call_number import ON_CALL, PROVIDER, UNIT

blueprint = Blueprint("pages_numbers", __name__, template_folder="templates")

LONGEST = 24


@blueprint.get("/numbers")
@signed_in("numbers.see")
def numbers():
    """Whose phone has which number; a form for whoever may change them."""
    return _page(_lines())


@blueprint.post("/numbers")
@signed_in("numbers.change")
def change():
    """Set them, on the word of whoever is signed in."""
    lines, problems = _lines(), []
    for line in lines:
        line["number"] = " ".join(request.form.get(line["name"], "").split())
        if line["number"] and (len(line["number"]) > LONGEST or not call_numbers.is_number(line["number"])):
            line["problem"] = say("numbers.bad", label=line["label"])
            problems.append({"field": line["name"], "text": line["problem"]})
    if problems:
        return _page(lines, problems, 400)
    wanted = {(line["whose"], line["unit"]): line["number"] for line in lines}
    changed = call_numbers.change(people.home(g.person.home_id), wanted, by=g.person.staff, now_ms=now_ms())
    flash(say("numbers.saved" if changed else "numbers.same"))
    return redirect("/numbers", 303)


def _lines() -> list[dict[str, Any]]:
    """One line a phone: the units' by name, then the two on-call ones. A unit that nobody lives on any more is left out."""
    with reading() as c:
        units = store.units(c, g.person.home_id)
        known = {(one.whose, one.unit): one.number for one in call_numbers.numbers(c, g.person.home_id)}
    which = [*((UNIT, unit) for unit in units), (ON_CALL, None), (PROVIDER, None)]
    return [
        {
            "name": f"n{place}",
            "whose": whose,
            "unit": unit,
            "label": say(f"numbers.{whose}", unit=unit),
            "number": known.get((whose, unit), ""),
        }
        for place, (whose, unit) in enumerate(which)
    ]


def _page(lines: list[dict[str, Any]], problems: list[dict[str, str]] | None = None, status: int = 200) -> Response:
    may_change = may(g.person.roles, "numbers.change")
    page = render_template("pages/numbers.html", lines=lines, errors=problems or [], may_change=may_change, longest=LONGEST)
    return Response(page, status)
