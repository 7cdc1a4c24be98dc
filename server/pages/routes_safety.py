"""The paper that a shift begins with: what keeps each person safe, whom to call, and blank charts. For A4, without scripts."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from flask import Blueprint, g, render_template

from server.clock import now_ms
from server.db import reading
from server.pages import plans_view
from server.pages.plans_view import Plan
from server.pages.words import at, clock_time, code, day, say, when
from server.people import store as people_store
from server.people.rights import signed_in
from server.records import call_numbers, store
from server.records.store import RecordRow
from sync import days
from sync.kinds.call_number import UNIT
from sync.messages import section
from sync.rules import hydration

blueprint = Blueprint("pages_safety", __name__, template_folder="templates")

# Lines of a person's blank chart: about one drink an hour of a shift.
CHART_LINES = 10
# The cell that says each group of a plan's fields.
_CELLS = {"thickness": "thickness", "nil_by_mouth": "nil", "limit": "limit"}


@blueprint.get("/safety-list")
@signed_in("records.see")
def safety_list():
    """Everyone who lives here now, by unit and room, as the plan in force says at this moment."""
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    here, today = at(now, zone), at(now, zone).date().isoformat()
    shift = days.shift_of(here, zone)
    with reading() as c:
        plans = plans_view.by_person(people_store.home(home_id), store.records(c, home_id, "hydration_plan"))
        units: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in store.records(c, home_id, "resident"):
            if not row.struck and not ("" < (row.fields.get("left_on") or "")[:10] <= today):
                unit = row.fields.get("unit") or say("residents.no_unit")
                units[unit].append(_person(row, plans.get(row.id), zone, now))
        numbers = [
            (say(f"numbers.{one.whose}", unit=one.unit), one.number)
            for one in call_numbers.numbers(c, home_id)
            if one.whose != UNIT or one.unit in units
        ]
    starts, ends = (clock_time(days.to_ms(bound), zone) for bound in days.shift_bounds(shift, zone))
    named = say(f"safety.{shift.partition('/')[2]}", date=day(date.fromisoformat(shift[:10])))
    return render_template(
        "pages/safety_list.html",
        shift=say("safety.for", shift=named, **{"from": starts, "to": ends}),
        printed=say("safety.printed", when=when(now, zone), name=g.person.name),
        units=[(unit, sorted(units[unit], key=lambda one: one["order"])) for unit in sorted(units)],
        numbers=numbers,
        lines=range(CHART_LINES),
    )


def _person(row: RecordRow, plan: Plan | None, zone: str, now: int) -> dict[str, Any]:
    room = row.fields.get("room") or ""
    said = {name: say("safety.no_plan") for name in ("thickness", "nil", "limit")}
    if plan is not None:
        said = {"thickness": _thickness(plan), "nil": _nil(plan, zone, now), "limit": _limit(plan)}
        for waits in plan.waiting:
            if waits.loosens and waits.group in _CELLS:
                # What is in force is printed; that a change of it waits tells whoever heard of the change why it is not here.
                said[_CELLS[waits.group]] += f". {say('plan_waits.in_short')}"
    support = (plan.fields.get("support") if plan else None) or ""
    return {
        "room": room or "–",
        "name": row.fields.get("preferred_name") or say("names.unknown_resident"),
        "order": (not room.isdigit(), int(room) if room.isdigit() else 0, room),
        "support": support if isinstance(support, str) else ", ".join(map(str, support)),
        **said,
    }


def _either(plan: Plan, names: tuple[str, ...], words: str, shown) -> str:
    """The value in words; where two people said different things, both of them, and never the newest silently."""
    said = [value for name in names for value in plan.said.get(name, ())]
    return say("safety.check", values=", ".join(shown(value) for value in said)) if said else words


def _thickness(plan: Plan) -> str:
    return _either(plan, ("iddsi_level",), _level(plan.fields.get("iddsi_level") or 0), _level)


def _level(value: Any) -> str:
    levels = section("app")["levels"]
    known = type(value) is int and 0 <= value < len(levels)
    return f"{say('person.level', n=value)}: {levels[value]}" if known else str(value)


def _limit(plan: Plan) -> str:
    limit = plan.fields.get("limit_ml")
    return _either(plan, ("limit_ml",), _ml(limit) if limit is not None else say("safety.no_limit"), _ml)


def _ml(value: Any) -> str:
    return f"{value:,}ml" if type(value) is int else say("safety.no_limit")


def _nil(plan: Plan, zone: str, now: int) -> str:
    span, moment = hydration.nil_by_mouth_span(plan.fields, zone), days.from_ms(now)
    words = say("safety.no")
    if span and (span[1] is None or span[1] > moment):
        words = say("safety.nil_now") if span[0] <= moment else say("safety.nil_from", when=when(days.to_ms(span[0]), zone, now))
    return _either(plan, ("nil_by_mouth_from", "nil_by_mouth_until"), words, lambda value: code("", value) if value else "–")
