"""Which system is the record: for each type of entry Tidemark, or another one that the home names."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request

from server.clock import now_ms
from server.db import reading
from server.pages.words import code, say
from server.people import store as people
from server.people.rights import may, signed_in
from server.records import record_systems
from sync.kinds.record_system import OF
from sync.readable import bad_text

blueprint = Blueprint("pages_systems", __name__, template_folder="templates")

LONGEST = 60
DRINKS = "hydration_check"


@blueprint.get("/set-up/systems")
@signed_in("systems.see")
def systems():
    """Type by type, with a form for whoever may change it."""
    return _page(_lines())


@blueprint.post("/set-up/systems")
@signed_in("systems.change")
def change():
    """Say it, on the word of whoever is signed in."""
    lines, problems = _lines(), []
    for line in lines:
        line["system"] = " ".join(request.form.get(line["name"], "").split())
        if len(line["system"]) > LONGEST or bad_text(line["system"]):
            line["problem"] = say("systems.bad", label=line["label"], n=LONGEST)
            problems.append({"field": line["name"], "text": line["problem"]})
    if problems:
        return _page(lines, problems, 400)
    wanted = {line["name"]: "" if line["system"].casefold() == say("brand").casefold() else line["system"] for line in lines}
    changed = record_systems.change(people.home(g.person.home_id), wanted, by=g.person.staff, now_ms=now_ms())
    flash(say("systems.saved" if changed else "systems.same"))
    return redirect("/set-up/systems", 303)


def _lines() -> list[dict[str, Any]]:
    with reading() as c:
        known = record_systems.elsewhere(c, g.person.home_id)
    return [{"name": of, "label": code("kinds", of), "system": known.get(of, "")} for of in OF]


def _page(lines: list[dict[str, Any]], problems: list[dict[str, str]] | None = None, status: int = 200) -> Response:
    may_change = may(g.person.roles, "systems.change")
    drinks = next(line["system"] for line in lines if line["name"] == DRINKS)
    return Response(render_template("pages/systems.html", lines=lines, errors=problems or [], may_change=may_change, longest=LONGEST, drinks=drinks), status)
