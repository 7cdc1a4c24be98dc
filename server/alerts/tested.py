"""A test alert at every sign-on: whoever begins a shift with a phone sees at once whether it can be woken.

On duty means signed on with a tested device; the page of who would be woken turns red while the test is not confirmed.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from sqlalchemy import Connection

from server.alerts import outbox, subscriptions
from server.records.store import LedgerRow

# A sign-on that is heard of later than this is no moment to ring a phone.
FRESH_MS = 600_000
# A test that has not come by then did not come.
LIFE_MS = 300_000


def put(c: Connection, home_id: int, device: uuid.UUID, step: str, now_ms: int) -> uuid.UUID | None:
    """Queue a test for a device and return the message's id; None where it cannot be reached at all."""
    if device not in subscriptions.reachable(c, home_id, [device]):
        return None
    outbox.put(c, home_id, [{
        "alert": None, "opening": 0, "step": step, "what": "test", "level": 0, "device": device, "staff": None, "role": None,
        "values": {"words": "test"}, "expires_ms": now_ms + LIFE_MS,
    }], now_ms)  # fmt: skip
    return outbox.message_id(None, 0, step, "test", device)


def sign_ons(c: Connection, home_id: int, rows: Iterable[LedgerRow], now_ms: int) -> None:
    """Test the device of everyone who has just signed on, once a sign-on."""
    for row in rows:
        if row.kind != "duty" or row.id != row.record or now_ms - row.received_ms > FRESH_MS:
            continue
        said = (row.submission or {}).get("fields") or {}
        device = _id(said.get("device"))
        if said.get("what") == "on_shift" and device is not None:
            put(c, home_id, device, f"sign_on:{row.record}", now_ms)


def _id(value: object) -> uuid.UUID | None:
    try:
        return uuid.UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
