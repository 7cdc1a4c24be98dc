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
from server.db import reading
from server.pages.words import roles
from server.people import store
from server.people.tables import account

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
    except SQLAlchemyError:
        homes = []  # before the first migration there is nobody to sign in either
    if not homes:
        return app.extensions.setdefault("tidemark_session_key_until_a_home_exists", secrets.token_bytes(32))
    key = hmac.digest(homes[0].secret, b"tidemark pages session", "sha256")
    app.extensions["tidemark_session_key"] = key
    return key


def register(app: Flask) -> None:
    """Use our sessions, and find out before each view of a page who is signed in."""
    app.session_interface = PageSessions()
    app.before_request(_who)


def _who() -> None:
    g.person = None
    if request.path.startswith(("/api/", "/app/")) or "doors" not in session:
        return
    now = now_ms()
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
        home_id, staff = doors[session.get("at", 0)]
        home = store.home(home_id)
    except (ValueError, TypeError, IndexError, KeyError):
        return None
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


def sign_in(doors: list[tuple[int, uuid.UUID]], now: int) -> None:
    """Start a session for the (home, staff) pairs that a password opened. What the old session held is dropped."""
    session.clear()
    session.permanent = False
    with reading() as c:
        session["prints"] = [_password_print(c, *door) for door in doors]
    session["doors"] = [[home_id, str(staff)] for home_id, staff in doors]
    session["at"] = 0
    session["seen"] = now


def sign_out() -> None:
    """End the session."""
    session.clear()
    g.person = None
