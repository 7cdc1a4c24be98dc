"""Tablets and phones: what was last heard of each, a one-time link for a new one, and ending a lost one's access."""

from __future__ import annotations

import uuid

import segno
from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request
from markupsafe import Markup

from server.alerts import silence
from server.clock import now_ms
from server.db import reading
from server.pages import restored_view
from server.pages import session as who
from server.pages import store as pages_store
from server.pages import tablets_view
from server.pages.names import Names
from server.pages.words import clock_time, say
from server.people import store
from server.people.rights import may, signed_in
from server.problems import Problem
from server.records import rescue
from sync.messages import text

blueprint = Blueprint("pages_tablets", __name__, template_folder="templates")

LONGEST_NAME = 60


@blueprint.get("/tablets")
@signed_in("devices.see")
def tablets():
    """Each tablet, and whether anything is missing from it."""
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    with reading() as c:
        in_use = tablets_view.in_use(c, home_id, zone, now, pages_store.thresholds(c, home_id, zone))
        restored = restored_view.of_tablets(c, home_id, zone, now)
    return render_template(
        "pages/tablets.html",
        tablets=in_use,
        restored=restored,
        removed=tablets_view.removed(home_id, zone, now),
        may_change=may(g.person.roles, "devices.enrol"),
        may_rescue=may(g.person.roles, "devices.rescue"),
    )


@blueprint.get("/tablets/<uuid:device>")
@signed_in("devices.see")
def tablet(device: uuid.UUID):
    """One tablet: how it is, and how long its last entries were on their way."""
    home_id, zone, now, row = g.person.home_id, g.person.zone, now_ms(), _device(device)
    with reading() as c:
        silent = device in {one.id for one in silence.of(c, home_id, now, zone, pages_store.thresholds(c, home_id, zone)).tablets}
        shown = tablets_view.line(row, pages_store.number_runs(c, home_id).get(device, []), silent, zone, now)
        entries = tablets_view.recent(c, home_id, device, zone, now, Names(c, home_id))
    return render_template("pages/tablet.html", tablet=shown, entries=entries)


@blueprint.get("/tablets/add")
@signed_in("devices.enrol")
def add():
    """Ask for the new tablet's name."""
    return _form("", store.TABLET)


@blueprint.post("/tablets/add")
@signed_in("devices.enrol")
def make_link():
    """Make the one-time link and show it, this once: only its hash is kept."""
    now = now_ms()
    name = " ".join(request.form.get("name", "").split())
    form = store.PHONE if request.form.get("form") == store.PHONE else store.TABLET
    problem = _name_problem(name, now)
    if problem:
        return _form(name, form, problem)
    code = store.new_enrolment_code(g.person.home_id, name, now_ms=now, by=g.person.staff, form=form)
    scheme = "https" if who.https() else "http"
    link = f"{scheme}://{request.host}/app/#enrol={code}"
    return render_template(
        "pages/enrol_link.html",
        name=name,
        link=link,
        qr=Markup(segno.make(link, error="m").svg_inline(scale=6, border=4, dark="#000", light="#fff", omitsize=True)),
        until=clock_time(now + store.ENROLMENT_LIFE_MS, g.person.zone),
    )


@blueprint.get("/tablets/rescue")
@signed_in("devices.rescue")
def ask_rescue():
    """Ask for the rescue file of a tablet that can no longer send."""
    return _rescue()


@blueprint.post("/tablets/rescue")
@signed_in("devices.rescue")
def take_rescue():
    """Take the file in, and say what became of its rows. Doing it twice is free of harm."""
    given = request.files.get("file")
    if given is None or not given.filename:
        return _rescue(say("rescue.need_file"), 400)
    try:
        file = rescue.read(given.stream.read(rescue.MOST_BYTES + 1))
        done = rescue.take(store.home(g.person.home_id), file, now_ms=now_ms())
    except Problem as refused:
        return _rescue(text(f"problems.{refused.code}.detail"), refused.status)
    reasons = {sentence for each in done.results for said in (each.errors or {}).values() for sentence in said}
    rows = [[{"text": say(f"rescue.{name}")}, {"text": f"{count:,}"}] for name, count in done.counts.items()]
    view = {"summary": say("rescue.done", n=f"{len(done.results):,}"), "rows": rows, "reasons": sorted(reasons)}
    return render_template("pages/rescue.html", errors=[], done=view)


def _rescue(problem: str | None = None, status: int = 200) -> Response:
    errors = [{"field": "file", "text": problem}] if problem else []
    return Response(render_template("pages/rescue.html", errors=errors, done=None), status)


@blueprint.get("/tablets/<uuid:device>/remove")
@signed_in("devices.revoke")
def ask_remove(device: uuid.UUID):
    """Say what ending a tablet's access means, and ask."""
    row = _device(device)
    if row.revoked_ms is not None:
        flash(say("revoke.already"))
        return redirect("/tablets", 303)
    lines = [say("revoke.text", name=row.name), say("revoke.text_2")]
    if row.pending:
        lines.append(say("revoke.one_unsent") if row.pending == 1 else say("revoke.unsent", n=f"{row.pending:,}"))
    return render_template(
        "pages/confirm.html", title=say("revoke.title"), lines=lines, action=request.path, button=say("revoke.button"),
        cancel=say("revoke.cancel"), cancel_href="/tablets", back_text=say("enrol.done"), warning=True,
    )  # fmt: skip


@blueprint.post("/tablets/<uuid:device>/remove")
@signed_in("devices.revoke")
def remove(device: uuid.UUID):
    """End the tablet's access from its next request on. What it sent stays; what it holds is not erased."""
    row = _device(device)
    ended = store.revoke_device(g.person.home_id, device, now_ms=now_ms(), by=g.person.staff)
    flash(say("revoke.done", name=row.name) if ended else say("revoke.already"))
    return redirect("/tablets", 303)


def _device(id_: uuid.UUID):
    with reading() as c:
        row = store.device_row(c, g.person.home_id, id_)
    if row is None or row.pseudo is not None:
        abort(404)
    return row


def _name_problem(name: str, now: int) -> str | None:
    if not name:
        return say("enrol.need_name")
    if len(name) > LONGEST_NAME:
        return say("enrol.long_name")
    taken = {row.name.casefold() for row in store.devices(g.person.home_id) if row.revoked_ms is None or row.revoked_ms > now}
    return say("enrol.taken") if name.casefold() in taken else None


def _form(name: str, form: str, problem: str | None = None) -> Response:
    page = render_template(
        "pages/enrol.html",
        name=name,
        form=form,
        errors=[{"field": "name", "text": problem}] if problem else [],
        field_errors={"name": problem} if problem else {},
    )
    return Response(page, 400 if problem else 200)
