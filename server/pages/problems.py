"""Refusals as pages in plain words, for whoever asked for a page; whoever asked the API gets problem details.

The pages replace only the form of an answer that `server.problems` has decided; status and headers stay.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, g, redirect, render_template, request, session
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from server.db import Busy
from server.pages.words import say
from server.people.rights import SignInNeeded
from server.problems import Problem
from sync.messages import section

KEPT_HEADERS = ("Retry-After", "Allow")


def register(app: Flask) -> None:
    """Put pages in front of the handlers that are registered so far. Call it after `server.problems.register`."""
    known = app.error_handler_spec[None][None]
    for kind in (Problem, Busy, HTTPException, Exception):
        app.register_error_handler(kind, _as_page(known[kind]))
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(SignInNeeded, _to_sign_in)


def _as_page(plain: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def answer(error: Any):
        decided = current_app.make_response(plain(error))
        if decided.status_code < 400 or request.path.startswith("/api/"):
            return decided
        refused_guest = decided.status_code == 403 and g.get("guest") is not None
        return _page("guest" if refused_guest else str(decided.status_code), decided.status_code, decided.headers)

    return answer


def _page(name: str, status: int, headers=()) -> Response:
    words = section("pages")["problem"]
    name = name if name in words else ("500" if status >= 500 else "400")
    body = render_template(
        "pages/problem.html", title=say(f"problem.{name}.title"), detail=say(f"problem.{name}.text"), menu=(), me=g.get("person"), guest=g.get("guest")
    )
    answer = Response(body, status, content_type="text/html; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    for header in KEPT_HEADERS:
        if header in headers:
            answer.headers[header] = headers[header]
    return answer


def _stale_form(_error: CSRFError):
    return _page("expired", 400)


def _to_sign_in(_error: SignInNeeded):
    # The page asked for is kept in the session, not in the address: nothing to leak, and nowhere else to be sent.
    if request.method == "GET":
        session["next"] = request.path
    session.setdefault("said", "sign_in.needed")
    return redirect("/sign-in", 303)
