"""A proxy on loopback that loses, delays and falsifies answers the way a care home's network does.

    proxy = FaultProxy(tidemark.url).start()
    proxy.next(lose_reply)           # the server acts, the tablet never hears of it
    proxy.always(captive_portal)     # every answer is a log-in page with status 200
    proxy.always(None)               # clean again

It knows nothing of what it carries. Only loopback is ever asked.
"""

from __future__ import annotations

import http.client
import socket
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PORTAL = b"<!doctype html><title>Welcome to guest Wi-Fi</title><form>Accept the terms to go online</form>"
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-authorization"}


@dataclass
class Answer:
    """What goes back to the browser; `reset` cuts the connection instead."""

    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    reset: bool = False


#: A fault gets `forward()`, which asks the real server and returns its answer, and decides what the browser sees.
Fault = Callable[[Callable[[], Answer]], Answer]


def lose_reply(forward: Callable[[], Answer]) -> Answer:
    """The server acts and answers; the answer is lost on the way back."""
    forward()
    return Answer(reset=True)


def lose_request(forward: Callable[[], Answer]) -> Answer:
    """The request never arrives."""
    return Answer(reset=True)


def server_error(forward: Callable[[], Answer]) -> Answer:
    """Something between tablet and server answers 500."""
    return Answer(500, [("Content-Type", "text/html")], b"<h1>Internal Server Error</h1>")


def error_after_acting(forward: Callable[[], Answer]) -> Answer:
    """The server acts, and a gateway turns its answer into 502."""
    forward()
    return Answer(502, [("Content-Type", "text/html")], b"<h1>Bad Gateway</h1>")


def captive_portal(forward: Callable[[], Answer]) -> Answer:
    """A log-in page with status 200 where JSON was expected."""
    return Answer(200, [("Content-Type", "text/html")], PORTAL)


def cut_short(forward: Callable[[], Answer]) -> Answer:
    """The server acts, and half of its answer arrives under the full length."""
    answer = forward()
    return Answer(answer.status, answer.headers, answer.body[: len(answer.body) // 2])


def slow(seconds: float) -> Fault:
    """The answer comes late."""

    def fault(forward: Callable[[], Answer]) -> Answer:
        time.sleep(seconds)
        return forward()

    return fault


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that was killed, reloaded or lost patience has hung up on us: that is the storm, and no error of ours."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class FaultProxy:
    """Listens on a port of its own for as long as a test lives, the real server alive or dead behind it."""

    def __init__(self, upstream: str):
        parts = urlsplit(upstream)
        assert parts.hostname == "127.0.0.1", "only loopback"
        self._upstream = (parts.hostname, parts.port)
        self._once: deque[Fault] = deque()
        self._standing: Fault | None = None
        self._path = "/api/v1/sync"
        self._lock = threading.Lock()
        #: (method, path, status as the browser saw it; 0 when the connection was cut)
        self.seen: list[tuple[str, str, int]] = []

    def start(self) -> FaultProxy:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def handle_one(self) -> None:
                proxy._carry(self)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_one

        self._server = _Listener(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def next(self, *faults: Fault) -> None:
        """Let the next requests to `/api/v1/sync` meet these faults, one each, in order."""
        with self._lock:
            self._once.extend(faults)

    def always(self, fault: Fault | None) -> None:
        """Let every request to `/api/v1/sync` meet this fault, until `always(None)`."""
        with self._lock:
            self._standing = fault

    @property
    def faults_left(self) -> int:
        return len(self._once)

    def _pick(self, path: str) -> Fault | None:
        if not path.startswith(self._path):
            return None
        with self._lock:
            return self._once.popleft() if self._once else self._standing

    def _carry(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        fault = self._pick(request.path)
        answer = fault(lambda: self._ask(request, body)) if fault else self._ask(request, body)
        self.seen.append((request.command, request.path, 0 if answer.reset else answer.status))
        if answer.reset:
            # A hard reset, not a polite end: what a lost connection looks like to fetch().
            request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            request.close_connection = True
            request.connection.close()
            return
        request.send_response_only(answer.status)
        for name, value in answer.headers:
            request.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in answer.headers):
            request.send_header("Content-Length", str(len(answer.body)))
        # Never a kept connection: Chromium itself repeats a POST whose reused connection was reset, and we count requests.
        request.send_header("Connection", "close")
        request.end_headers()
        request.wfile.write(answer.body)
        request.close_connection = True

    def _ask(self, request: BaseHTTPRequestHandler, body: bytes) -> Answer:
        connection = http.client.HTTPConnection(*self._upstream, timeout=30)
        try:
            headers = {k: v for k, v in request.headers.items() if k.lower() not in HOP_BY_HOP}
            connection.request(request.command, request.path, body or None, headers)
            reply = connection.getresponse()
            content = reply.read()
            kept = [(k, v) for k, v in reply.getheaders() if k.lower() not in HOP_BY_HOP | {"content-length"}]
            return Answer(reply.status, [*kept, ("Content-Length", str(len(content)))], content)
        except (OSError, http.client.HTTPException):
            return Answer(reset=True)  # the server is dead: the browser sees what it would see without us
        finally:
            connection.close()
