"""What a push service's answer means and what to do about it: one table, no answer left out (alerts.md, 3.4)."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Seconds until the next try after a passing failure; the last one repeats until the message is out of date.
RETRY_S = (2, 10, 30, 60, 120)
JITTER = 0.2
# How long a push service that refuses us as such is left alone, doubling to the longest.
BREAK_S, BREAK_LONGEST_S = 60, 3600
# How Apple, Google and Mozilla say that the subscription was made under another key of ours.
_OTHER_KEY = ("vapidpkhashmismatch", "do not correspond", "key mismatch")
# What a 429 without Retry-After waits.
SLOW_DOWN_S = 60

ACCEPTED, GONE, STALE_KEY, REFUSED_US, BAD_MESSAGE, TOO_LARGE = (
    "accepted", "gone", "stale_key", "refused_us", "bad_message", "too_large")  # fmt: skip
SLOW_DOWN, TRY_AGAIN, NOT_SENT = "slow_down", "try_again", "not_sent"


@dataclass(frozen=True)
class Verdict:
    """`what` is one of the codes above; `wait_s` is how long the service asked us to wait; `status` is HTTP's."""

    what: str
    status: int | None = None
    wait_s: float | None = None
    reason: str | None = None


def answer(status: int, body: str, retry_after: str | None, now: datetime) -> Verdict:
    """Judge an HTTP answer. `now` is only for a Retry-After that is a date."""
    if 200 <= status <= 299:
        return Verdict(ACCEPTED, status)  # taken, not delivered: only our own service worker can say that
    if status in (404, 410):
        return Verdict(GONE, status)
    if status in (400, 401, 403) and any(words in body.lower() for words in _OTHER_KEY):
        return Verdict(STALE_KEY, status)
    if status in (401, 403):
        return Verdict(REFUSED_US, status)  # our clock, key or contact address: the subscription is innocent
    if status == 413:
        return Verdict(TOO_LARGE, status)
    if status == 429:
        return Verdict(SLOW_DOWN, status, _wait(retry_after, now) or SLOW_DOWN_S)
    if status >= 500:
        return Verdict(TRY_AGAIN, status, _wait(retry_after, now))
    # 400 and every other 3xx and 4xx: never followed, never a reason to unsubscribe. It speaks of one message, so it does
    # not close the way for the home's other phones, as 401 and 403 do.
    return Verdict(BAD_MESSAGE, status)


def no_answer(error: Exception) -> Verdict:
    """Judge a time-out, a reset or a refused connection."""
    return Verdict(TRY_AGAIN, reason=type(error).__name__)


def mail_answer(code: int) -> Verdict:
    """Judge what a mail server said to one message: 4xx passes (RFC 5321, 4.2.1), 5xx is for good."""
    return Verdict(TRY_AGAIN, code) if 400 <= code < 500 else Verdict(BAD_MESSAGE, code, reason="refused")


def retry_wait_s(attempts: int, rng: random.Random | None = None) -> float:
    """Seconds until the next try after `attempts` tries, spread so that a service that comes back is not stormed."""
    base = RETRY_S[min(max(attempts, 1), len(RETRY_S)) - 1]
    return base * (rng or random).uniform(1 - JITTER, 1 + JITTER)


def break_s(times: int) -> int:
    """Seconds for which an origin is left alone after refusing us `times` times running."""
    return min(BREAK_LONGEST_S, BREAK_S * 2 ** min(max(times - 1, 0), 10))


def _wait(retry_after: str | None, now: datetime) -> float | None:
    """Retry-After is whole seconds or an HTTP date; both are seen. None where it says nothing usable."""
    if not retry_after:
        return None
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        at = parsedate_to_datetime(retry_after)
    except (TypeError, ValueError):
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())
