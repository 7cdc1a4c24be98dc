"""The daily management log: it writes itself; the duty manager adds to it and signs the day."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request

from server.clock import now_ms
from server.db import reading
from server.pages import log_view
from server.pages.names import Names
from server.pages.words import at, day, say
from server.people import store as people_store
from server.people.rights import signed_in
from server.records import intake, store
from server.wire import rfc3339
from sync import days

blueprint = Blueprint("pages_log", __name__, template_folder="templates")

LONGEST_LINE = 2_000


@blueprint.get("/log")
@signed_in("log.see")
def today():
    """The care day that it is now."""
    return _page(_today())


@blueprint.get("/log/<on>")
@signed_in("log.see")
def one_day(on: str):
    """One care day, what is open now, and the sign-off."""
    return _page(_day(on))


@blueprint.post("/log/<on>/lines")
@signed_in("log.write")
def add_line(on: str):
    """A line in the log of today or yesterday, on the word of whoever is signed in."""
    which, now, words = _open_day(on), now_ms(), request.form.get("words", "").strip()
    if not words or len(words) > LONGEST_LINE:
        return _page(which, words, say("log.need_words" if not words else "log.long_words"), 400)
    id_ = uuid.uuid4()
    # Yesterday's log ends with its day: a line for it stands at the end and keeps when it was really written.
    ended = days.to_ms(days.care_day_bounds(which, g.person.zone)[1]) - 1
    made = intake.Statement(id=id_, record=id_, kind="log_entry", fields={"words": words}, occurred_ms=min(now, ended), author=g.person.staff)
    intake.write(g.person.home_id, [made], now_ms=now)
    flash(say("log.added"))
    return redirect(f"/log/{which.isoformat()}", 303)


@blueprint.post("/log/<on>/sign")
@signed_in("log.sign")
def sign(on: str):
    """The day's log is read and right. The first to sign has signed; what comes later is marked."""
    me, which, now = g.person, _open_day(on), now_ms()
    home = people_store.home(me.home_id)
    with reading() as c:
        before = log_view.signed(c, me.home_id, home.uuid, which, Names(c, me.home_id), me.zone)
    if before is None:
        start, end = days.care_day_bounds(which, me.zone)
        fields = {
            "what": log_view.DUTY, "from": rfc3339(days.to_ms(start)), "due_at": rfc3339(days.to_ms(end)),
            "done_at": rfc3339(now), "done_by": str(me.staff),
        }  # fmt: skip
        record = log_view.signed_id(home.uuid, which)
        with reading() as c:
            begun = store.record(c, me.home_id, record) is not None  # the calendar of duties has written it already
        said = {"done_at": fields["done_at"], "done_by": fields["done_by"]} if begun else fields
        intake.write(me.home_id, [intake.Statement(record=record, **({} if begun else {"id": record}), kind="duty", fields=said, occurred_ms=now, author=me.staff)], now_ms=now)
    flash(say("log.is_signed"))
    return redirect(f"/log/{which.isoformat()}", 303)


def _today() -> date:
    return days.care_day(at(now_ms(), g.person.zone), g.person.zone)


def _day(on: str) -> date:
    try:
        return date.fromisoformat(on)
    except ValueError:
        abort(404)


def _open_day(on: str) -> date:
    """A day whose log may still be written: today's and yesterday's."""
    which = _day(on)
    if not _today() - timedelta(days=1) <= which <= _today():
        abort(404)
    return which


def _page(which: date, words: str = "", problem: str = "", status: int = 200) -> Response:
    me, now, this = g.person, now_ms(), _today()
    if which > this:
        abort(404)
    with reading() as c:
        names, home = Names(c, me.home_id), people_store.home(me.home_id)
        signed = log_view.signed(c, me.home_id, home.uuid, which, names, me.zone)
        view = {
            "day": day(which),
            "on": which.isoformat(),
            "is_today": which == this,
            "may_write": which >= this - timedelta(days=1),
            "before": (which - timedelta(days=1)).isoformat(),
            "after": (which + timedelta(days=1)).isoformat() if which < this else None,
            "signed": signed["says"] if signed else None,
            "lines": log_view.timeline(c, me.home_id, me.zone, which, names, now, signed["ms"] if signed else None),
            "open": log_view.open_now(c, me.home_id, me.zone, names, now) if which == this else [],
        }
    errors = [{"field": "words", "text": problem}] if problem else []
    return Response(render_template("pages/log.html", log=view, words=words, problem=problem, errors=errors), status)
