"""A fault proxy that also reads what a tablet offers, and answers from a script where the real server can't be brought to it.

    proxy.next(problem(429, "hourly_limit", retry_after=2))        # refused, the server never asked
    proxy.always(altered(lambda body, offer: body.update(...)))    # the server's own answer, changed on the way
    proxy.offered                                                  # every body that reached /api/v1/sync, in order
"""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.harness.proxy import Answer, Fault, FaultProxy

JSON = [("Content-Type", "application/json")]


def problem(status: int, code: str, *, retry_after: int | None = None, **members: Any) -> Fault:
    """A refusal in the server's own form."""
    headers = [("Content-Type", "application/problem+json")]
    if retry_after is not None:
        headers.append(("Retry-After", str(retry_after)))
    body = {"type": f"/problems/{code}", "title": code, "status": status, "detail": code, "code": code, **members}
    return lambda _forward: Answer(status, headers, json.dumps(body).encode())


def gateway(status: int, *, retry_after: int | None = None) -> Fault:
    """A refusal by something on the way, which speaks HTML."""
    headers = [("Content-Type", "text/html")]
    if retry_after is not None:
        headers.append(("Retry-After", str(retry_after)))
    return lambda _forward: Answer(status, headers, f"<h1>{status}</h1>".encode())


def foreign(body: Any) -> Fault:
    """Status 200 with JSON that is not our server's; the request arrives nowhere."""
    return lambda _forward: Answer(200, JSON, json.dumps(body).encode())


class ScriptedProxy(FaultProxy):
    """A `FaultProxy` whose faults may look at what is offered."""

    def __init__(self, upstream: str):
        super().__init__(upstream)
        #: (when on the monotonic clock, body)
        self.offered: list[tuple[float, dict[str, Any]]] = []
        #: How many requests to /api/v1/sync were under way at once, at most.
        self.most_at_once = 0
        self._now = 0
        self._count = threading.Lock()
        self._here = threading.local()

    def clean(self) -> None:
        """Forget every fault and everything offered."""
        with self._lock:
            self._once.clear()
            self._standing = None
        self.offered, self.most_at_once = [], 0

    def offer(self) -> dict[str, Any]:
        """What the request that is being answered offers."""
        return self._here.body

    def altered(self, change: Callable[[dict[str, Any], dict[str, Any]], None]) -> Fault:
        """The server acts; `change(answer, offer)` changes its answer on the way back."""

        def fault(forward: Callable[[], Answer]) -> Answer:
            answer = forward()
            body = json.loads(answer.body)
            change(body, self.offer())
            return Answer(answer.status, JSON, json.dumps(body).encode())

        return fault

    def refusing(self, wrong: Callable[[list[dict[str, Any]]], bool], fault: Fault) -> Fault:
        """`fault` for offers whose submissions are `wrong`; all others arrive."""
        return lambda forward: fault(forward) if wrong(self.offer()["submissions"]) else forward()

    def numbers(self) -> list[list[int]]:
        """The submissions' numbers of each offer that held any, in order."""
        return [[one["number"] for one in body["submissions"]] for _at, body in list(self.offered) if body["submissions"]]

    def times(self) -> list[float]:
        return [at for at, body in list(self.offered)]

    def _carry(self, request: BaseHTTPRequestHandler) -> None:
        if request.path != self._path:
            return super()._carry(request)
        content = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        request.rfile = io.BytesIO(content)
        self._here.body = json.loads(content)
        with self._count:
            self.offered.append((time.monotonic(), self._here.body))
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            super()._carry(request)
        finally:
            with self._count:
                self._now -= 1
