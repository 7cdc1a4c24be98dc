"""Guest links: a registered manager lets an inspector or commissioner read the evidence, sees what was opened, and ends it."""

from __future__ import annotations

import uuid
from datetime import time, timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request

from server.clock import now_ms
from server.db import reading
from server.pages import session as who
from server.pages.names import Names
from server.pages.words import DAY_MS, at, say, when
from server.people import guests
from server.people.rights import may, public, signed_in
from sync import days
from sync.rules.plan import read_day

blueprint = Blueprint("pages_guests", __name__, template_folder="templates")

#: Lines of the log on one page, and when a link ends where nobody says otherwise.
LINES, USUAL_DAYS, USUAL_TIME = 500, 1, "17:00"


# ---- the manager's side ----


@blueprint.get("/guests")
@signed_in("guests.see")
def listed():
    """Every link with who it is for, until when, and how much was opened."""
    now, zone = now_ms(), g.person.zone
    with reading() as c:
        names, counted = Names(c, g.person.home_id), guests.counted(c, g.person.home_id)
        lines = [_line(link, names, counted.get(link.id, (0, None)), now, zone) for link in guests.links(c, g.person.home_id)]
    return render_template("pages/guests.html", links=lines, may_make=may(g.person.roles, "guests.make"))


@blueprint.get("/guests/add")
@signed_in("guests.make")
def add():
    """Ask who it is for, and until when."""
    return _form({"until_day": (at(now_ms(), g.person.zone).date() + timedelta(days=USUAL_DAYS)).isoformat(), "until_time": USUAL_TIME})


@blueprint.post("/guests/add")
@signed_in("guests.make")
def make():
    """Make the link and show it, this once: only its hash is kept."""
    now, zone, form = now_ms(), g.person.zone, request.form
    who_for = " ".join(form.get("who_for", "").split())
    until_ms = _until(form, zone)
    wrong = {}
    if not 0 < len(who_for) <= guests.LONGEST_NAME:
        wrong["who_for"] = say("guests.need.who_for", n=guests.LONGEST_NAME)
    if until_ms is None or not now < until_ms <= now + guests.MOST_DAYS * DAY_MS:
        wrong["until_day"] = say("guests.need.until", n=guests.MOST_DAYS)
    if wrong:
        return _form(form, wrong)
    token = guests.make(g.person.home_id, who_for, until_ms=until_ms, initials=form.get("names") != "full", by=g.person.staff, now_ms=now)
    link = f"{'https' if who.https() else 'http'}://{request.host}/guest/{token}"
    return render_template("pages/guest_link.html", link=link, who_for=who_for, until=when(until_ms, zone))


@blueprint.get("/guests/<uuid:id_>")
@signed_in("guests.see")
def opened(id_: uuid.UUID):
    """Every page that a guest asked for, newest first."""
    now, zone = now_ms(), g.person.zone
    with reading() as c:
        link, names = _link(c, id_), Names(c, g.person.home_id)
        counted = guests.counted(c, g.person.home_id).get(id_, (0, None))
        rows = guests.openings(c, g.person.home_id, id_, LINES)
    lines = [{"when": when(row.at_ms, zone, now), "page": _page(row.path), "path": row.path, "refused": row.refused} for row in rows]
    return render_template("pages/guest.html", link=_line(link, names, counted, now, zone), openings=lines, more=counted[0] > len(lines))


@blueprint.get("/guests/<uuid:id_>/end")
@signed_in("guests.end")
def ask_end(id_: uuid.UUID):
    """Ask whether it really ends now."""
    with reading() as c:
        link = _link(c, id_)
    return render_template(
        "pages/confirm.html", title=say("guests.end"), lines=[link.who_for, say("guests.end_says")], action=request.path, button=say("guests.end"),
        cancel=say("guests.keep"), cancel_href="/guests", back_text=say("guests.back"), warning=True,
    )  # fmt: skip


@blueprint.post("/guests/<uuid:id_>/end")
@signed_in("guests.end")
def end(id_: uuid.UUID):
    """End it from the guest's next page on."""
    with reading() as c:
        _link(c, id_)
    ended = guests.end(g.person.home_id, id_, by=g.person.staff, now_ms=now_ms())
    flash(say("guests.ended_now") if ended else say("guests.ended_already"))
    return redirect("/guests", 303)


# ---- the guest's side ----


@blueprint.get("/guest/<token>")
@public
def arrive(token: str):
    """What a link leads to. It tells nobody whether the link is good, and looking at it opens nothing."""
    return render_template("pages/guest_arrive.html", token=token)


@blueprint.post("/guest/<token>")
@public
def enter(token: str):
    """Start reading, or hear that the access has ended."""
    now, link = now_ms(), guests.by_token(token)
    if link is None:
        abort(404)
    who.let_in(link)  # a link that is over is told so, with its time, on the next page
    guests.note(link, request.path.rpartition("/")[0], refused=link.over_ms(now) is not None, now_ms=now)
    return redirect("/plan", 303)


# ---- what they share ----


def _link(c: Any, id_: uuid.UUID) -> guests.Link:
    return guests.one(c, g.person.home_id, id_) or abort(404)


def _line(link: guests.Link, names: Names, counted: tuple[int, int | None], now: int, zone: str) -> dict[str, Any]:
    over, (n, last) = link.over_ms(now), counted
    return {
        "id": link.id,
        "who_for": link.who_for,
        "by": names.staff(link.made_by),
        "made": when(link.made_ms, zone, now),
        "until": when(link.until_ms, zone, now),
        "over": say("guests.over", time=when(over, zone, now)) if over is not None else "",
        "people": say("pack.initials") if link.initials else say("pack.full_names"),
        "opened": say("guests.opened_one" if n == 1 else "guests.opened_n", n=n, time=when(last, zone, now)) if n else say("guests.not_opened"),
    }


def _page(path: str) -> str:
    """What a page is called, by where it stands."""
    first, _, rest = path.strip("/").partition("/")
    known = {"guest": "entered", "plan": "questions" if rest == "questions" else "action" if rest else "plan", "measures": "measures", "pack": "pack",
             "show-me": "show_me"}  # fmt: skip
    return say(f"guests.pages.{known.get(first, 'other')}")


def _until(form: Any, zone: str) -> int | None:
    on = read_day(form.get("until_day"))
    try:
        return days.to_ms(days.local(on, time.fromisoformat(form.get("until_time", "")), zone)) if on else None
    except ValueError:
        return None


def _form(said: Any, wrong: dict[str, str] | None = None) -> Response:
    wrong = wrong or {}
    page = render_template(
        "pages/guest_add.html", said=said, field_errors=wrong, errors=[{"field": field, "text": text} for field, text in wrong.items()], most=guests.MOST_DAYS
    )
    return Response(page, 400 if wrong else 200)
