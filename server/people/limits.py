"""How often one network address may try to enrol a tablet: the one limit by address in the API.

Sync is never limited by address: a home's tablets all share one. A code of an enrolment link cannot be guessed in any
number of tries, so the count may be each web process's own, in memory: it keeps a machine that guesses from being work
for everybody else, and n processes allow n times as many tries. Only tries that fail count.
"""

from __future__ import annotations

import time

from flask import Flask, Response, request
from flask_limiter import Limiter, RequestLimit

from server.problems import Problem

ENROL_TRIES, ENROL_WINDOW_S = 20, 600
# Where a proxy in front of us connects from.
LOOPBACK = ("127.0.0.1", "::1")


def address() -> str:
    """Where the request came from: what the proxy on this machine says, else the connection's other end.

    A proxy adds the address that it saw at the end; what stands before that is the client's own claim.
    """
    came_from = request.remote_addr or ""
    said = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return said if said and came_from in LOOPBACK else came_from or "unknown"


class _WhereNamed(Limiter):
    """Counts at the views that it decorates: it would look at every other request too, and a drink need not wait for that."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


_limiter = _WhereNamed(key_func=address, storage_uri="memory://", strategy="moving-window")


def register(app: Flask) -> None:
    """Count for this application."""
    _limiter.init_app(app)


def _wait(limit: RequestLimit) -> Response | None:
    # The limiter counts by the machine's own clock, and so does the wait.
    left = int(limit.reset_at - time.time()) + 1
    raise Problem("enrol_wait", retry_after=min(max(1, left), ENROL_WINDOW_S))


def _failed(answer: Response) -> bool:
    return answer.status_code >= 400


#: Decorates the view that redeems enrolment codes.
enrol_tries = _limiter.limit(f"{ENROL_TRIES} per {ENROL_WINDOW_S} seconds", deduct_when=_failed, on_breach=_wait)
