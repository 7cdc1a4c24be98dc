"""Set-up: what a home needs before its first drink can be recorded, what it has of it, and where the rest is written."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template
from sqlalchemy import Connection

from server.clock import now_ms
from server.db import reading
from server.pages import rota_view
from server.pages import store as pages_store
from server.pages.routes_filed import wire
from server.pages.set_up_forms import SET_UP
from server.pages.words import say
from server.people import store as people_store
from server.people.rights import signed_in
from server.records import store
from sync import days

blueprint = Blueprint("pages_set_up", __name__, template_folder="templates")

for _each in SET_UP.values():
    wire(blueprint, _each)


@blueprint.get("/set-up")
@signed_in("people.see")
def set_up():
    """The steps in the order in which they are taken, each with what stands already."""
    with reading() as c:
        steps = _steps(c, g.person.home_id, g.person.zone)
    return render_template("pages/set_up.html", steps=steps)


def _steps(c: Connection, home_id: int, zone: str) -> list[dict[str, Any]]:
    people = {row.id for row in store.records(c, home_id, "resident") if not row.struck and not row.fields.get("left_on")}
    planned = people & {row.subject for row in store.records(c, home_id, "hydration_plan") if not row.struck}
    cups = [row for row in store.records(c, home_id, "vessel") if not row.struck and not row.fields.get("retired")]
    staff = {person.id for person in people_store.staff_list(home_id, now_ms=now_ms())}
    without_pin = staff - pages_store.with_pin(c, home_id)
    tablets = [row for row in people_store.devices(home_id) if row.revoked_ms is None]
    filled, wanted = rota_view.ahead(c, home_id, zone, now_ms())
    watched = pages_store.thresholds(c, home_id, zone).value("alerts.watch_days", at=days.from_ms(now_ms()))
    numbers = [row for row in store.records(c, home_id, "call_number") if not row.struck]
    return [
        _step("people", "/set-up/residents", len(people), bool(people)),
        _step("plans", "/set-up/plans", len(planned), bool(people) and planned == people, len(people)),
        _step("cups", "/set-up/cups", len(cups), bool(cups)),
        _step("staff", "/staff", len(staff), len(staff) > 1 and not without_pin, len(without_pin)),
        _step("rota", "/set-up/rota", filled, filled == wanted, wanted),
        _step("tablets", "/tablets", len(tablets), bool(tablets)),
        _step("numbers", "/numbers", len(numbers), bool(numbers)),
        {"name": say("set_up.rules.name"), "href": "/thresholds", "says": say("set_up.rules.says", days=watched), "done": None},
        {"name": say("set_up.ladder.name"), "href": "/ladder", "says": say("set_up.ladder.says"), "done": None},
        {"name": say("set_up.dependency.name"), "href": "/set-up/dependency", "says": say("set_up.dependency.says"), "done": None},
        {"name": say("set_up.systems.name"), "href": "/set-up/systems", "says": say("set_up.systems.says"), "done": None},
    ]


def _step(name: str, href: str, n: int, done: bool, of: int | None = None) -> dict[str, Any]:
    return {"name": say(f"set_up.{name}.name"), "href": href, "says": say(f"set_up.{name}.says", n=n, of=of), "done": done}
