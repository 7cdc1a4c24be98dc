"""Who is signed in on the pages: a signed cookie that holds ids and times, and nothing else.

The cookie's key is derived from a secret that lives in the database, so that any number of web processes on any number
of machines read each other's sessions. What the cookie claims is looked up on every request: a person whose access
ended, or whose password changed, is out at once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass

from flask import Flask, Request, g, request, session
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from server.clock import now_ms
from server.db import Busy, reading
from server.pages.words import roles, say, when
from server.people import guests, store
from server.people.tables import account
from server.problems import Problem

# The NHS manual's floor for an inactivity limit (ux.md, section 1).
IDLE_LIMIT_MS = 20 * 3_600_000


@dataclass(frozen=True)
class Person:
    """Who is signed in, and where. `doors` are all the (home, staff) pairs that the password opened."""

    home_id: int
    staff: uuid.UUID
    name: str
    roles: tuple[str, ...]
    zone: str
    home_name: str
    made_by: str | None
    doors: tuple[tuple[int, uuid.UUID], ...]
    initials: bool = False  # whether people are shown to this person by their initials alone

    @property
    def role(self) -> str:
        return roles(self.roles)


@dataclass(frozen=True)
class Guest(Person):
    """Whoever holds a guest link: no role, and so no button. `staff` is the link's id, `name` whom it was made for."""

    until_ms: int = 0

    @property
    def role(self) -> str:
        return say("guests.role", time=when(self.until_ms, self.zone))


class PageSessions(SecureCookieSessionInterface):
    """Flask's own signed cookie, for pages alone; marked Secure whenever the page came over https."""

    def open_session(self, app: Flask, asked: Request):
        if asked.path.startswith(("/api/", "/app/")):
            return None  # no cookie is read or written there
        app.secret_key = _key(app)
        return super().open_session(app, asked)

    def get_cookie_secure(self, app: Flask) -> bool:
        return https()

    def get_cookie_httponly(self, app: Flask) -> bool:
        return True

    def get_cookie_samesite(self, app: Flask) -> str:
        return "Lax"


def https() -> bool:
    """Whether the browser used https, here or at the proxy in front. A false claim only hardens the liar's own cookie."""
    return request.is_secure or request.headers.get("X-Forwarded-Proto", "").split(",")[0].strip() == "https"


def _key(app: Flask) -> bytes:
    known = app.extensions.get("tidemark_session_key")
    if known:
        return known
    try:
        homes = store.homes()
    except (SQLAlchemyError, Busy):
        homes = []  # before the first migration there is nobody to sign in either
    if not homes:
        return app.extensions.setdefault("tidemark_session_key_until_a_home_exists", secrets.token_bytes(32))
    key = hmac.digest(homes[0].secret, b"tidemark pages session", "sha256")
    app.extensions["tidemark_session_key"] = key
    return key


def register(app: Flask) -> None:
    """Use our sessions, and find out before each view of a page who is signed in."""
    app.session_interface = PageSessions()
    app.extensions["tidemark_guest"] = _admit
    app.before_request(_who)


def _who() -> None:
    g.person = g.guest = None
    if request.path.startswith(("/api/", "/app/")):
        return
    now = now_ms()
    if "guest" in session:
        g.guest = _link(now)
        return
    if "doors" not in session:
        return
    if not 0 <= now - session.get("seen", 0) <= IDLE_LIMIT_MS:
        sign_out()
        session["said"] = "sign_in.expired"
        return
    g.person = _person(now)
    if g.person is None:
        sign_out()
        session["said"] = "sign_in.removed"
        return
    session["seen"] = now


def _person(now: int) -> Person | None:
    try:
        doors = tuple((int(home_id), uuid.UUID(staff)) for home_id, staff in session["doors"])
        return _behind(doors[session.get("at", 0)], doors, now)
    except (ValueError, TypeError, IndexError, KeyError):
        return None


def everywhere(now: int) -> list[tuple[int, Person]]:
    """(which door, the person behind it) for every home that the password opened and still opens, in the order of `doors`."""
    doors = g.person.doors
    found = [(at, _behind(door, doors, now)) for at, door in enumerate(doors)]
    return [(at, person) for at, person in found if person is not None]


def _behind(door: tuple[int, uuid.UUID], doors: tuple[tuple[int, uuid.UUID], ...], now: int) -> Person | None:
    """Who is behind a door now; None once they left, or once the password that opened it has changed. KeyError: no such home."""
    home_id, staff = door
    home = store.home(home_id)
    with reading() as c:
        who = store.staff_one(c, home_id, staff)
        print_ = _password_print(c, home_id, staff)
    if who is None or who.left(now) or print_ is None or print_ not in session.get("prints", ()):
        return None
    return Person(home_id, staff, who.name, who.roles, home.zone, home.name, home.made_by, doors)


def _password_print(c: Connection, home_id: int, staff: uuid.UUID) -> str | None:
    """A short digest of the person's password hash: it changes when the password does, and tells nothing about it."""
    hashed = c.execute(select(account.c.hash).where(account.c.home_id == home_id, account.c.staff == staff)).scalar()
    return hashlib.sha256(hashed.encode()).hexdigest()[:16] if hashed else None


# ---- guests ----


def _link(now: int) -> guests.Link | None:
    """The guest's link as it stands now; where it is over, the session ends and says since when."""
    try:
        home_id, id_ = int(session["guest"][0]), uuid.UUID(session["guest"][1])
    except (ValueError, TypeError, IndexError):
        sign_out()
        return None
    with reading() as c:
        link = guests.one(c, home_id, id_)
    over = link.over_ms(now) if link else now
    if over is None:
        return link
    sign_out()
    session["said"], session["said_time"] = "guests.ended", when(over, store.home(home_id).zone, now)
    return None


def _admit(*, allowed: bool) -> None:
    """Write down what the guest asks for, then let the view run as for `g.person`, or refuse. Called by `rights.signed_in`."""
    link: guests.Link = g.guest
    guests.note(link, request.path, refused=not allowed, now_ms=now_ms())
    if not allowed:
        raise Problem("forbidden")
    home = store.home(link.home_id)
    g.person = Guest(
        link.home_id, link.id, link.who_for, (), home.zone, home.name, home.made_by, (), initials=link.initials, until_ms=link.until_ms
    )


def let_in(link: guests.Link) -> None:
    """Start a guest's session. What the old session held is dropped."""
    session.clear()
    session.permanent = False
    session["guest"] = [link.home_id, str(link.id)]


# ---- managers ----


def sign_in(doors: list[tuple[int, uuid.UUID]], now: int) -> None:
    """Start a session for the (home, staff) pairs that a password opened. What the old session held is dropped."""
    session.clear()
    session.permanent = False
    with reading() as c:
        session["prints"] = [_password_print(c, *door) for door in doors]
    session["doors"] = [[home_id, str(staff)] for home_id, staff in doors]
    session["seen"] = now
    go_to(0, now)


def go_to(at: int, now: int) -> None:
    """Go through one of the doors that the password opened."""
    session["at"] = at
    g.person = _person(now)


def sign_out() -> None:
    """End the session."""
    session.clear()
    g.person = g.guest = None
