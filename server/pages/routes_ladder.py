"""Who is called, in which order and after how long: one person proposes a change and another approves it."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request

from server.alerts import first_rung
from server.clock import now_ms
from server.db import reading
from server.pages import ladder_view as view
from server.pages import proposals
from server.pages.names import Names
from server.pages.words import at, code, say
from server.people.rights import may, signed_in
from server.problems import Problem
from server.records import intake, store
from sync import days, roles
from sync.ladder import faults
from sync.messages import text

blueprint = Blueprint("pages_ladder", __name__, template_folder="templates")

LONGEST_REASON = 1_000
# Steps that the form has room for, and whom it offers: people who answer for more than their own residents.
STEPS = 5
CALLED = (roles.SENIOR_CARER, roles.SHIFT_LEADER, roles.DUTY_MANAGER, roles.DEPUTY_MANAGER, roles.REGISTERED_MANAGER,
          roles.PROVIDER_QUALITY_LEAD, roles.PROVIDER_LEAD, roles.NOMINATED_INDIVIDUAL)  # fmt: skip
# The first step calls at the home; those after it reach people elsewhere, by whatever else they have given.
OTHER_CHANNELS = ["push", "email", "sms"]


@blueprint.get("/ladder")
@signed_in("ladder.see")
def ladders():
    """Every ladder as it stands, and what waits for a second person."""
    me = g.person
    with reading() as c:
        rows, names = view.records(c, me.home_id), Names(c, me.home_id)
        page = {
            "waiting": view.waiting(rows, names, me.staff, may(me.roles, "ladder.approve")),
            "ladders": view.all_of(rows, store.units(c, me.home_id), names, _today(), me.zone),
        }
    return render_template("pages/ladder.html", view=page)


@blueprint.get("/ladder/change/<severity>/<shift>")
@signed_in("ladder.propose")
def ask_change(severity: str, shift: str):
    """The form for one ladder, as it stands now."""
    return _form(*_which(severity, shift))


@blueprint.post("/ladder/change/<severity>/<shift>")
@signed_in("ladder.propose")
def propose(severity: str, shift: str):
    """A proposal, on the word of whoever is signed in."""
    _which(severity, shift)
    fields, problems = _read(severity, shift)
    if problems:
        return _form(severity, shift, problems, 400)
    id_, me = uuid.uuid4(), g.person
    proposals.write(intake.Statement(id=id_, record=id_, kind="ladder", fields={**fields, "proposed_by": str(me.staff)}, occurred_ms=now_ms(), author=me.staff))
    flash(say("thresholds.proposed"))
    return redirect("/ladder", 303)


@blueprint.post("/ladder/<uuid:record>/approve")
@signed_in("ladder.approve")
def approve(record: uuid.UUID):
    """A second person agrees: it holds from now. Refused while nobody of the first step could be reached."""
    row, me, now = proposals.waiting("ladder", record), g.person, now_ms()
    if row is None:
        return _gone()
    if str(row.fields.get("proposed_by")) == str(me.staff):
        raise Problem("forbidden")
    if not _reaches(row.fields["rungs"]):
        flash(say("ladder.no_tested_device"))
        return redirect("/ladder", 303)
    fields = {"approved_by": str(me.staff), "from": days.write_time(now)}
    proposals.write(intake.Statement(record=row.id, kind="ladder", fields=fields, occurred_ms=now, author=me.staff))
    flash(say("thresholds.approved"))
    return redirect("/ladder", 303)


@blueprint.post("/ladder/<uuid:record>/withdraw")
@signed_in("ladder.propose")
def withdraw(record: uuid.UUID):
    """Taken back by whoever proposed it, or declined by another: it stays in the ledger, struck through."""
    row, me = proposals.waiting("ladder", record), g.person
    if row is None:
        return _gone()
    mine = str(row.fields.get("proposed_by")) == str(me.staff)
    why = say("thresholds.withdrawn_reason" if mine else "thresholds.declined_reason")
    proposals.write(intake.Statement(record=row.id, kind="ladder", fields={"struck_out": True, "correction_reason": why}, occurred_ms=now_ms(), author=me.staff))
    flash(say("thresholds.withdrawn"))
    return redirect("/ladder", 303)


# ---- what they share ----


def _which(severity: str, shift: str) -> tuple[str, str]:
    if severity not in view.CALLS or shift not in view.SHIFTS:
        abort(404)
    return severity, shift


def _today() -> date:
    return days.care_day(at(now_ms(), g.person.zone), g.person.zone)


def _gone() -> Response:
    flash(say("thresholds.gone"))
    return redirect("/ladder", 303)


def _reaches(rungs: list[dict[str, Any]]) -> bool:
    with reading() as c:
        return first_rung.tested(c, g.person.home_id, rungs[0]["roles"], _today().toordinal())


def _read(severity: str, shift: str) -> tuple[dict[str, Any], dict[str, str]]:
    """(fields of the proposal, sentences by field of the form)."""
    form, problems, rungs = request.form, {}, []
    for step in range(STEPS):
        who, after = form.getlist(f"roles{step}"), form.get(f"after{step}", "").strip()
        if who:
            # What is no whole number is none: `faults` says what the steps must be.
            minutes = int(after) if after.isascii() and after.isdigit() else (0 if step == 0 else -1)
            rungs.append({"roles": who, "after_minutes": minutes, "channels": OTHER_CHANNELS if step else ["push"]})
    fields: dict[str, Any] = {"severity": severity, "shift": shift, "rungs": rungs}
    for name, field in (("repeat", "repeat_minutes"), ("loops", "loops")):
        said = form.get(name, "").strip()
        fields[field] = int(said) if said.isascii() and said.isdigit() else -1
    for fault in faults(fields):
        problems[{"repeat": "repeat", "loops": "loops"}.get(fault, "after0")] = text(f"alerts.ladder.{fault}")
    if not problems and not _reaches(rungs):
        problems["after0"] = say("ladder.no_tested_device")
    unit = form.get("unit", "")
    if unit:
        with reading() as c:
            if unit not in store.units(c, g.person.home_id):
                problems["unit"] = say("ladder.need_unit")
        fields["unit"] = unit
    reason = form.get("reason", "").strip()
    if not reason or len(reason) > LONGEST_REASON:
        problems["reason"] = say("thresholds.need_reason" if not reason else "thresholds.long_reason")
    return fields | {"reason": reason, "from": _today().isoformat()}, problems


def _form(severity: str, shift: str, problems: dict[str, str] | None = None, status: int = 200) -> Response:
    problems, me, said = problems or {}, g.person, request.form
    unit = said.get("unit") or request.args.get("unit", "")
    with reading() as c:
        units = store.units(c, me.home_id)
        now = view.in_force(view.records(c, me.home_id), severity, shift, unit or None, _today(), me.zone)
    steps, minutes = [], 0
    for step in range(STEPS):
        rung = now.rungs[step] if step < len(now.rungs) else None
        minutes += round(rung.after.total_seconds() / 60) if rung else 0
        chosen = said.getlist(f"roles{step}") if said else list(rung.roles) if rung else []
        steps.append({
            "n": step + 1, "after": said.get(f"after{step}", "") if said else str(minutes) if rung else "",
            "roles": [{"value": role, "text": code("roles", role), "checked": role in chosen} for role in CALLED],
        })  # fmt: skip
    page = render_template(
        "pages/ladder_change.html",
        title=view.title(severity, shift, None),
        action=f"/ladder/change/{severity}/{shift}",
        steps=steps,
        units=[{"value": "", "text": say("thresholds.whole_home")}, *({"value": each, "text": each} for each in units)],
        unit=unit,
        repeat=said.get("repeat") if said else round(now.repeat.total_seconds() / 60),
        loops=said.get("loops") if said else now.loops,
        reason=said.get("reason", ""),
        errors=[{"field": field, "text": sentence} for field, sentence in problems.items()],
        field_errors=problems,
    )
    return Response(page, status)
