"""The page for people at `/`, and managers' sign-in and sign-out."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, session
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from server.clock import now_ms
from server.db import reading
from server.pages import menu
from server.pages import session as who
from server.pages.words import say, span
from server.people import signin, store
from server.people.rights import public

blueprint = Blueprint("pages_front", __name__, template_folder="templates")

# Where one may go in another home at once: nowhere that a link from outside could name.
ONWARD = {"/plan", "/oversight"}

# Wrong tries at one address, whether or not it is known here: so that "too many" tells nobody which ones are. The
# account itself counts too, in the database; this count only has to hide that difference.
WRONG_TRIES = RateLimitItemPerMinute(signin.PASSWORD_TRIES, signin.WAIT_FIRST_MS // 60_000)


@blueprint.get("/")
@public
def front():
    """What Tidemark is, and the two doors in. It names nobody."""
    homes = store.homes()
    demo = bool(homes) and all(home.made_by == "demo" for home in homes)
    return render_template("pages/front.html", front=True, demo=demo)


@blueprint.get("/sign-in")
@public
def sign_in():
    """The form; somebody who is signed in already goes on."""
    if g.person:
        return redirect(menu.onward(g.person), 303)
    said = session.pop("said", None)
    return _form(notice=say(said, time=session.pop("said_time", "")) if said else None)


@blueprint.post("/sign-in")
@public
def do_sign_in():
    """Check address and password. Wrong, unknown and departed are one answer."""
    email, password = request.form.get("email", "").strip(), request.form.get("password", "")
    missing = [("email", say("sign_in.need_email"))] * (not email) + [("password", say("sign_in.need_password"))] * (not password)
    if missing:
        return _form(missing, email=email, status=400)
    now = now_ms()
    key = hashlib.sha256(email.lower().encode("utf-8", "surrogatepass")).hexdigest()
    tries = _wrong_tries()
    if not tries.test(WRONG_TRIES, key):
        return _wait(email, signin.WAIT_FIRST_MS)
    doors, wait_ms = signin.check_account(email, password, now_ms=now)
    if wait_ms:
        return _wait(email, wait_ms)
    doors = [door for door in doors if _still_here(*door, now)]
    if not doors:
        tries.hit(WRONG_TRIES, key)
        return _form([("email", say("sign_in.wrong"))], email=email, status=403)
    tries.clear(WRONG_TRIES, key)
    wanted = session.get("next")
    who.sign_in(doors, now)
    return redirect(menu.onward(g.person, wanted), 303)


@blueprint.post("/sign-out")
@public
def sign_out():
    """End the session, if there is one."""
    who.sign_out()
    session["said"] = "sign_in.signed_out"
    return redirect("/sign-in", 303)


@blueprint.post("/choose-home")
@public
def choose_home():
    """Go to another of the homes that this person's password opened."""
    if g.person is None:
        return redirect("/sign-in", 303)
    wanted = request.form.get("home", "")
    if wanted.isdigit() and int(wanted) < len(g.person.doors):
        who.go_to(int(wanted), now_ms())
    onward = request.form.get("to", "")
    return redirect(menu.onward(g.person, onward if onward in ONWARD else None), 303)


def _wrong_tries() -> MovingWindowRateLimiter:
    """This application's count of wrong tries by address."""
    known = current_app.extensions
    if "tidemark_wrong_tries" not in known:
        known["tidemark_wrong_tries"] = MovingWindowRateLimiter(MemoryStorage())
    return known["tidemark_wrong_tries"]


def _still_here(home_id: int, staff, now: int) -> bool:
    with reading() as c:
        person = store.staff_one(c, home_id, staff)
    return person is not None and not person.left(now)


def _form(errors=(), *, email: str = "", status: int = 200, notice: str | None = None) -> Response:
    page = render_template(
        "pages/sign_in.html",
        errors=[{"field": field, "text": text} for field, text in errors],
        field_errors=dict(errors),
        email=email,
        notice=notice,
    )
    return Response(page, status)


def _wait(email: str, wait_ms: int) -> Response:
    minutes = -(-wait_ms // 60_000) * 60_000
    answer = _form([("email", say("sign_in.too_many", minutes=span(minutes)))], email=email, status=429)
    answer.headers["Retry-After"] = str(-(-wait_ms // 1000))
    return answer
