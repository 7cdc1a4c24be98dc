"""Delivery: lease, send, write the outcome. Each in its own moment, so that no post holds a transaction.

    0. wake whoever may sleep on no longer (`quiet.wake`); queue what must be told in another way (`fallback.take_due`)
    1. read which homes have a message due
    2. lease some, home by home (`outbox.claim`: still open? still reachable?)
    3. send them at once, several at a time
    4. write what became of each
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from flask import current_app
from sqlalchemy import Connection

from server.alerts import classify, fallback, lock_screen, mail, outbox, quiet, vapid
from server.alerts.channels import Channels
from server.alerts.push import Sender, Tried
from server.db import reading, writing

log = logging.getLogger(__name__)

SENDERS = 8
# A message that could not be posted this soon after it was leased is given back and asked for again.
CLAIM_FRESH_S = 5.0


class Delivery:
    """The sending side of one process."""

    def __init__(self, sender: Channels, *, threads: int = SENDERS):
        self.sender = sender
        self.threads = threads
        self.in_doubt = False  # the clock has just jumped: see `outbox.claim`
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="push")
        self._flying: dict[Future, outbox.Claimed] = {}

    def round(self, now: Callable[[], int], *, wait_s: float = 0.0) -> int:
        """Write down what has come back, lease and start what is due; how many messages are on their way now.

        Waits up to `wait_s` for one of them to come back. `now()` is the moment in ms; a lease begins at the moment at which
        it is had, not at that from before the wait for it.
        """
        self._collect(wait_s)
        free = self.threads - len(self._flying)
        if free > 0:
            now_ms = now()
            with reading() as c:
                another_way, asleep = fallback.homes_due(c, now_ms), quiet.homes_waiting(c, now_ms)
            for home_id in asleep:
                writing(lambda c, h=home_id: quiet.wake(c, h, now_ms))
            for home_id in another_way:
                writing(lambda c, h=home_id: fallback.take_due(c, h, now_ms))
            with reading() as c:
                homes = outbox.homes_with_work(c, now_ms)
            for home_id in homes:
                for claimed in writing(lambda c, h=home_id, n=free: self._claim(c, h, now(), n)):
                    self._flying[self._pool.submit(self._send, claimed, claimed.claimed_ms, time.monotonic())] = claimed
                    free -= 1
                if free <= 0:
                    break
        return len(self._flying)

    def drain(self, now_ms: int) -> int:
        """Send everything that is due at `now_ms` and write every outcome; how many posts were made."""
        posted = 0
        while True:
            before = set(self._flying)
            flying = self.round(lambda: now_ms)
            posted += len(set(self._flying) - before)
            if not flying:
                with reading() as c:
                    if not outbox.homes_with_work(c, now_ms):
                        return posted
            self._collect(1.0)

    def close(self) -> None:
        """Let what is on its way come back, and write it down."""
        self._pool.shutdown(wait=True)
        self._collect(0)

    def _claim(self, c: Connection, home_id: int, now_ms: int, limit: int) -> list[outbox.Claimed]:
        claimed = outbox.claim(c, home_id, now_ms, limit, in_doubt=self.in_doubt)
        with_tokens = claimed and current_app.extensions["tidemark"].lock_screen
        return lock_screen.with_tokens(c, home_id, claimed, now_ms) if with_tokens else claimed

    def _send(self, claimed: outbox.Claimed, now_ms: int, leased_at: float) -> Tried | None:
        return self.sender.send(claimed, now_ms) if time.monotonic() - leased_at <= CLAIM_FRESH_S else None

    def _collect(self, wait_s: float) -> None:
        if not self._flying:
            return
        done, _ = wait(self._flying, timeout=wait_s, return_when=FIRST_COMPLETED)
        by_home: dict[int, list] = {}
        for future in done:
            claimed = self._flying.pop(future)
            by_home.setdefault(claimed.home_id, []).append((claimed, future.result(), claimed.claimed_ms))
        for landed in by_home.values():
            writing(lambda c, landed=landed: _write(c, landed))


def _write(c: Connection, landed: Iterable[tuple[outbox.Claimed, Tried | None, int]]) -> None:
    for claimed, tried, now_ms in landed:
        if tried is None:
            outbox.release(c, claimed, now_ms)
        else:
            settle(c, tried, now_ms)


def settle(c: Connection, tried: Tried, now_ms: int) -> None:
    """Write what became of one try: the response table of alerts.md 3.4, one line a row."""
    sent, verdict = tried.sent, tried.verdict
    outbox.log_try(
        c, sent, at_ms=now_ms, host=tried.host, result=verdict.what, status=verdict.status, took_ms=tried.took_ms,
        skew_s=tried.skew_s,
    )  # fmt: skip
    match verdict.what:
        case classify.ACCEPTED:
            outbox.accept(c, sent, now_ms)
            outbox.forget_refusal(c, sent.home_id, sent.origin)
        case classify.GONE:
            outbox.end_subscription(c, sent, "dead", now_ms)
            outbox.end(c, sent, "dead", "gone", now_ms)
        case classify.STALE_KEY:
            outbox.end_subscription(c, sent, "stale_key", now_ms)
            outbox.end(c, sent, "dead", "stale_key", now_ms)
        case classify.REFUSED_US:
            times = outbox.refusals(c, sent.home_id, sent.origin) + 1
            until = now_ms + classify.break_s(times) * 1000
            outbox.remember_refusal(c, sent.home_id, sent.origin, until, times, "refused_us", now_ms)
            outbox.again(c, sent, until, "refused_us", now_ms)
            log.error("service %s refuses us (%s); its clock differs by %s s", tried.host, verdict.status, tried.skew_s)
        case classify.TOO_LARGE if not sent.minimal:
            outbox.again(c, sent, now_ms, "too_large", now_ms, minimal=True)
            log.error("service %s finds a message too large", tried.host)
        case classify.SLOW_DOWN:
            outbox.again(c, sent, now_ms + round(verdict.wait_s * 1000), "slow_down", now_ms)
        case classify.TRY_AGAIN:
            pause_s = max(verdict.wait_s or 0.0, classify.retry_wait_s(sent.attempts))
            outbox.again(c, sent, now_ms + round(pause_s * 1000), verdict.reason or "try_again", now_ms)
        case _:
            outbox.end(c, sent, "failed", verdict.reason or verdict.what, now_ms)
            log.error("service %s cannot take a message (%s)", tried.host, verdict.status or verdict.reason)


def sender() -> Channels:
    """A sender by this app's settings."""
    settings = current_app.extensions["tidemark"]
    allow = settings.push_allow_loopback
    return Channels(
        Sender(subject=settings.vapid_subject, allow_loopback=allow), mail_server=mail.read(settings.smtp_url, settings.mail_from),
        public_url=settings.public_url, allow_loopback=allow,
    )  # fmt: skip


def deliver(now_ms: int) -> int:
    """Send all that is due now and return how many posts were made (commands and tests; the escalator keeps a `Delivery`)."""
    delivery = Delivery(sender())
    try:
        return delivery.drain(now_ms)
    finally:
        delivery.close()


def check_settings() -> bool:
    """Raise `vapid.BadSubject` for a contact address that services refuse, `mail.BadMailServer` for a mail server that
    cannot be one; False when no contact address is set at all."""
    settings = current_app.extensions["tidemark"]
    mail.read(settings.smtp_url, settings.mail_from)
    subject = settings.vapid_subject
    if vapid.is_placeholder(subject):
        return False
    vapid.check_subject(subject)
    return True
