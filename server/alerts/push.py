"""The one sender of Web Push: encrypts, signs, posts and judges the answer. Nothing here touches the database."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests
from pywebpush import WebPusher

from server.alerts import classify, endpoints, payload, session, vapid
from server.alerts.outbox import TTL_MAX_MS, TTL_MIN_MS, Claimed


@dataclass(frozen=True)
class Tried:
    """What one try came to: for the outbox and the delivery log."""

    sent: Claimed
    verdict: classify.Verdict
    host: str
    took_ms: int
    skew_s: float | None


class Sender:
    """Sends messages for any home. Safe to share between threads: each has its own connections."""

    def __init__(self, *, subject: str, allow_loopback: bool, timeout_s: tuple[float, float] = session.TIMEOUT_S):
        self.subject = subject
        self.allow_loopback = allow_loopback
        self.timeout_s = timeout_s
        self._threads = threading.local()

    def send(self, sent: Claimed, now_ms: int) -> Tried:
        """Post one message. Never raises for what a push service, a network or a subscription does."""
        began = time.monotonic()
        host, skew = urlsplit(sent.endpoint).hostname or "", None
        try:
            response = self._post(sent, now_ms)
            headers = response.headers
            real_now = datetime.now(UTC)  # a Date or Retry-After is in real time, whatever a test's clock says
            verdict = classify.answer(response.status_code, response.text, headers.get("Retry-After"), real_now)
            skew = _skew_s(headers.get("Date"), real_now)
        except endpoints.Refused:
            verdict = classify.Verdict(classify.NOT_SENT, reason="endpoint_refused")
        except requests.RequestException as error:
            verdict = classify.no_answer(error)
        except (ValueError, IndexError, TypeError) as error:  # keys that were saved before a check was made stricter
            verdict = classify.Verdict(classify.NOT_SENT, reason=type(error).__name__)
        return Tried(sent, verdict, host, round((time.monotonic() - began) * 1000), skew)

    def _post(self, sent: Claimed, now_ms: int) -> requests.Response:
        origin = endpoints.origin(sent.endpoint, allow_loopback=self.allow_loopback)
        # A token's life is counted in real time: the push service does not know of a test's clock.
        token = vapid.signer(sent.private_pem).sign(vapid.claims(self.subject, origin, time.time()))
        left_ms = max(TTL_MIN_MS, min(TTL_MAX_MS, sent.expires_ms - now_ms))
        headers = {**token, "Urgency": sent.notice.urgency, "Topic": sent.notice.tag}
        where = {"endpoint": sent.endpoint, "keys": {"p256dh": sent.p256dh, "auth": sent.auth}}
        body = payload.build(sent.notice, minimal=sent.minimal)
        return WebPusher(where, requests_session=self._session()).send(
            body, headers, ttl=left_ms // 1000, timeout=self.timeout_s, content_encoding="aes128gcm"
        )

    def _session(self) -> session.GuardedSession:
        if not hasattr(self._threads, "session"):
            self._threads.session = session.GuardedSession(
                endpoints.origin, allow_loopback=self.allow_loopback, timeout_s=self.timeout_s
            )
        return self._threads.session


def _skew_s(date: str | None, now: datetime) -> float | None:
    """Our clock minus theirs, by the answer's Date."""
    try:
        return round((now - parsedate_to_datetime(date)).total_seconds(), 1) if date else None
    except (TypeError, ValueError):
        return None
