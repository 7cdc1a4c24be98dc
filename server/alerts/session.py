"""An HTTP session that cannot be steered: no redirect, no proxy from the environment, no address inside a network."""

from __future__ import annotations

import logging
from collections.abc import Callable

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError
from urllib3.util.connection import create_connection

from server.alerts import endpoints

# To connect, and between bytes: no push service takes longer, and a sender that hangs is a sender lost.
TIMEOUT_S = (5.0, 10.0)
# As much of an answer as is worth reading.
LARGEST_ANSWER = 4096
# At DEBUG these write whole addresses and keys, which are secrets: whoever holds an endpoint can send to it.
for _noisy in ("urllib3", "pywebpush"):
    logging.getLogger(_noisy).setLevel(logging.INFO)


class GuardedSession(requests.Session):
    """Goes where `judge` lets it, and nowhere else. One a thread.

    `judge(url, allow_loopback=…)` is one of `endpoints`: `origin` for push services, `public` for what a manager entered.
    """

    def __init__(self, judge: Callable[..., str], *, allow_loopback: bool, timeout_s: tuple[float, float] = TIMEOUT_S):
        super().__init__()
        self.trust_env = False
        self.judge = judge
        self.allow_loopback = allow_loopback
        self.timeout_s = timeout_s
        self.mount("https://", _Adapter(allow_loopback))
        self.mount("http://", _Adapter(allow_loopback))

    def request(self, method, url, **options):
        """As `requests`, to an allowed endpoint, with an answer cut at `LARGEST_ANSWER`. Raises `endpoints.Refused`."""
        self.judge(url, allow_loopback=self.allow_loopback)
        options |= {"allow_redirects": False, "timeout": self.timeout_s, "stream": True, "proxies": {}, "verify": True}
        response = super().request(method, url, **options)
        try:
            response._content = response.raw.read(LARGEST_ANSWER, decode_content=True) or b""
            response._content_consumed = True
        finally:
            if response.raw is not None and response.raw._fp is not None and not _all_read(response):
                response.raw.close()  # a longer answer is not waited for
            response.raw.release_conn()
        return response


def _all_read(response: requests.Response) -> bool:
    fp = response.raw._fp
    return getattr(fp, "isclosed", lambda: True)()


class _Adapter(HTTPAdapter):
    def __init__(self, allow_loopback: bool):
        self.allow_loopback = allow_loopback
        super().__init__(max_retries=0, pool_maxsize=4)

    def init_poolmanager(self, connections, maxsize, block=False, **options):
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **options)
        self.poolmanager.pool_classes_by_scheme = _pools(self.allow_loopback)


def _pools(allow_loopback: bool) -> dict:
    def connect(self):
        """To an address that was judged, whatever the name says a moment later."""
        try:
            where = endpoints.addresses(self.host, self.port, allow_loopback=allow_loopback)
            return create_connection((where[0], self.port), self.timeout, socket_options=self.socket_options)
        except (OSError, endpoints.Refused) as error:
            raise NewConnectionError(self, type(error).__name__) from error

    class Plain(HTTPConnection):
        _new_conn = connect

    class Secure(HTTPSConnection):
        _new_conn = connect

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
