"""The rota: a week at a time, one shift on one unit at a time, and last week's once more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request

from server.clock import now_ms
from server.db import reading
from server.improvement import filing
from server.pages import filed_read, rota_view
from server.pages.names import Names
from server.pages.rota_view import FAR, WEEK, Slot
from server.pages.words import at, code, day, say, shift_words
from server.people import store as people_store
from server.people.rights import may, signed_in
from server.problems import Problem
from sync.roles import ROLES
from sync.rules.plan import read_day

blueprint = Blueprint("pages_rota", __name__, template_folder="templates")


@blueprint.get("/set-up/rota")
@signed_in("rota.see")
def rota():
    """Who is planned, shift by shift."""
    first = _week(request.args.get("week", ""))
    now, me = now_ms(), g.person
    with reading() as c:
        found = rota_view.slots(c, me.home_id, me.zone, first, rota_view.units(c, me.home_id, first))
        tables = rota_view.week(found, Names(c, me.home_id), now)
    return render_template(
        "pages/rota.html", tables=tables, first=first, title=say("rota.week_of", day=day(first)), before=first - WEEK, after=first + WEEK,
        may_change=may(me.roles, "rota.change"), may_copy=not all(each.begun(now) for each in found),
    )  # fmt: skip


@blueprint.post("/set-up/rota/copy")
@signed_in("rota.change")
def copy():
    """Last week's rota in this week's shifts that are still empty."""
    first, now, me = _week(request.form.get("week", "")), now_ms(), g.person
    with reading() as c:
        on_units = rota_view.units(c, me.home_id, first - WEEK)
        last, this = (rota_view.slots(c, me.home_id, me.zone, each, on_units) for each in (first - WEEK, first))
    staff = {one.id: one for one in people_store.staff_list(me.home_id)}
    statements = rota_view.copied(last, this, staff, me.staff, now)
    if statements:
        filing.write(me.home_id, statements, now)
    flash(say("rota.copied", n=len(statements)) if statements else say("rota.nothing_to_copy"))
    return redirect(f"/set-up/rota?week={first}", 303)


@blueprint.get("/set-up/rota/<on>/<shift>")
@signed_in("rota.see")
def one(on: str, shift: str):
    """One shift on one unit, with a form for whoever may change it."""
    slot = _slot(f"{on}/{shift}", request.args.get("unit", ""))
    return _page(slot, rota_view.form(slot))


@blueprint.post("/set-up/rota/<on>/<shift>")
@signed_in("rota.change")
def change(on: str, shift: str):
    """Make the lines of one shift what the form says."""
    slot, now, said = _slot(f"{on}/{shift}", request.form.get("unit", "")), now_ms(), filed_read.said_in(request.form)
    if slot.begun(now):
        return _page(slot, rota_view.form(slot), {"": say("rota.begun")}, 409)
    if said.get("version", "") != slot.seen:
        raise Problem("moved_on")
    staff = {each.id: each for each in people_store.staff_list(g.person.home_id, now_ms=slot.starts_ms)}
    statements, wrong = rota_view.told(slot, said, staff, g.person.staff, now)
    if wrong:
        return _page(slot, said, wrong, 400)
    if statements:
        filing.write(g.person.home_id, statements, now)
    flash(say("rota.saved" if statements else "rota.same"))
    return redirect(f"/set-up/rota?week={rota_view.monday(date.fromisoformat(on))}", 303)


def _week(said: str) -> date:
    """The Monday of the week that was asked for; of this one where that cannot be read, or lies too far away."""
    today = at(now_ms(), g.person.zone).date()
    on = read_day(said)
    return rota_view.monday(on if on is not None and abs(on - today) <= FAR else today)


def _slot(shift: str, unit: str) -> Slot:
    """The shift on that unit; what is no shift of this home, or no unit, is not found."""
    try:
        empty = rota_view.slot(shift, unit, g.person.zone)
    except ValueError:
        abort(404)
    first = date.fromisoformat(shift.partition("/")[0])
    if abs(first - at(now_ms(), g.person.zone).date()) > FAR + WEEK:
        abort(404)
    with reading() as c:
        if unit not in rota_view.units(c, g.person.home_id, rota_view.monday(first)):
            abort(404)
        found = rota_view.slots(c, g.person.home_id, g.person.zone, first, [unit], 1)
    return next((each for each in found if each.shift == empty.shift), None) or abort(404)


def _page(slot: Slot, said: Mapping[str, str], wrong: Mapping[str, str] | None = None, status: int = 200) -> Response:
    now, wrong, home_id = now_ms(), wrong or {}, g.person.home_id
    staff = [(str(each.id), each.name) for each in people_store.staff_list(home_id, now_ms=max(now, slot.starts_ms))]
    known = {id_ for id_, _ in staff}
    with reading() as c:
        names = Names(c, home_id)
        # Whoever is planned stays to be seen, even if they will have left by then.
        staff += [(id_, names.staff(id_)) for id_ in {str(row.fields["staff"]) for row in slot.lines if row.fields.get("staff")} - known]
        lines = rota_view.week([slot], names, now)[0]["days"][0]["shifts"][0]["lines"]
    keys = [name.removeprefix("role-") for name in rota_view.form(slot) if name.startswith("role-")]
    page = render_template(
        "pages/rota_shift.html", slot=slot, shift=shift_words(slot.shift), unit=rota_view.unit_words(slot.unit), keys=keys, said=said, lines=lines, staff=staff,
        roles=[(role, code("roles", role)) for role in ROLES], week=rota_view.monday(date.fromisoformat(slot.shift.partition("/")[0])), wrong=wrong,
        errors=[{"field": name, "text": text} for name, text in wrong.items()], stands={str(row.id) for row in slot.lines},
        may_change=may(g.person.roles, "rota.change") and not slot.begun(now), begun=slot.begun(now),
    )  # fmt: skip
    return Response(page, status)
