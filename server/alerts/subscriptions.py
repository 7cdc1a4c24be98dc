"""Which device can be reached by push: subscriptions saved, ended and proven."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, delete, select, update

from server.alerts import endpoints, vapid
from server.alerts.outbox import PUSH, insert_into, log_states
from server.alerts.tables import outbox, receipt, subscription, vapid_key
from server.people.tables import device

SHOWN, OPENED = "shown", "opened"
# A receipt never takes a message back: an opened one stays opened.
_BEFORE = {SHOWN: ("sending", "accepted", "pending"), OPENED: ("sending", "accepted", "pending", "shown")}


def save(
    c: Connection, home_id: int, device_id: uuid.UUID, *, endpoint: str, p256dh: str, auth: str, key: str | None,
    allow_loopback: bool, now_ms: int,
) -> str:  # fmt: skip
    """Keep a device's subscription in place of any before it; `key` is the public key that it was made under.

    Raises `endpoints.Refused` naming the field that cannot be used. Returns the subscription's state.
    """
    origin = endpoints.origin(endpoint, allow_loopback=allow_loopback)
    p256dh, auth = endpoints.check_keys(p256dh, auth)
    made_under = _key(c, home_id, key, now_ms)
    mine = and_(subscription.c.home_id == home_id, subscription.c.device == device_id)
    now = {"endpoint": endpoint, "origin": origin, "p256dh": p256dh, "auth": auth, "vapid_key": made_under}
    before = c.execute(select(subscription).where(mine)).mappings().first()
    if before and all(before[name] == value for name, value in now.items()) and before["state"] == "live":
        return "live"
    fresh = {
        **now, "id": uuid.uuid4(), "state": "live", "saved_ms": now_ms, "changed_ms": now_ms, "accepted_ms": None,
        "receipt_ms": None, "reason": None,
    }  # fmt: skip
    made = insert_into(c, subscription).values(home_id=home_id, device=device_id, **fresh)
    c.execute(made.on_conflict_do_update(index_elements=["home_id", "device"], set_=fresh))
    # A browser profile that was enrolled again has the same endpoint: the older device must not be called in its name.
    others = and_(subscription.c.home_id == home_id, subscription.c.device != device_id, subscription.c.endpoint == endpoint)
    c.execute(delete(subscription).where(others))
    return "live"


def _key(c: Connection, home_id: int, public: str | None, now_ms: int) -> uuid.UUID:
    if public is None:
        return vapid.current(c, home_id, now_ms).id
    query = select(vapid_key.c.id).where(vapid_key.c.home_id == home_id, vapid_key.c.public == public.rstrip("="))
    found = c.execute(query).scalar()
    if found is None:
        raise endpoints.Refused("key")
    return found


def end(c: Connection, home_id: int, device_id: uuid.UUID) -> None:
    """Forget a device's subscription."""
    c.execute(delete(subscription).where(subscription.c.home_id == home_id, subscription.c.device == device_id))


def of(c: Connection, home_id: int, device_id: uuid.UUID) -> Any:
    """The device's subscription (state, proof), or None."""
    mine = and_(subscription.c.home_id == home_id, subscription.c.device == device_id)
    return c.execute(select(subscription).where(mine)).first()


def reachable(c: Connection, home_id: int, devices: Iterable[uuid.UUID], *, proven: bool = False) -> set[uuid.UUID]:
    """Those of these devices that a message can be sent to now; with `proven`, those that have said that they showed one."""
    wanted = set(devices)
    if not wanted:
        return set()
    owner = and_(device.c.home_id == subscription.c.home_id, device.c.id == subscription.c.device)
    query = select(subscription.c.device).select_from(subscription.join(device, owner))
    live = and_(subscription.c.state == "live", device.c.revoked_ms.is_(None))
    if proven:
        live = and_(live, subscription.c.receipt_ms.is_not(None))
    return set(c.execute(query.where(subscription.c.home_id == home_id, subscription.c.device.in_(wanted), live)).scalars())


class Proof(NamedTuple):
    """When a device last said that it shows messages, and whether the last test it was sent has not been shown in time."""

    receipt_ms: int | None
    unconfirmed: bool


def proofs(c: Connection, home_id: int, tested_before_ms: int) -> dict[uuid.UUID, Proof]:
    """The proof of every device with a subscription; a test made before `tested_before_ms` should have been shown by now."""
    mine = and_(outbox.c.home_id == home_id, outbox.c.what == "test", outbox.c.channel == PUSH)
    tests: dict[uuid.UUID, Any] = {}
    for row in c.execute(select(outbox.c.device, outbox.c.shown_ms, outbox.c.made_ms).where(mine).order_by(outbox.c.made_ms)):
        tests[row.device] = row
    found = {}
    for row in c.execute(select(subscription.c.device, subscription.c.receipt_ms).where(subscription.c.home_id == home_id)):
        test = tests.get(row.device)
        late = test is not None and test.shown_ms is None and test.made_ms <= tested_before_ms and (row.receipt_ms or 0) < test.made_ms
        found[row.device] = Proof(row.receipt_ms, late)
    return found


def note_receipts(c: Connection, home_id: int, device_id: uuid.UUID, said: Iterable[dict], now_ms: int) -> int:
    """Write down what a device's service worker showed or had opened; how many were about messages sent to it.

    Each is {message, event, at_ms}. Messages to other devices are passed over in silence.
    """
    said = list(said)
    ids = {each["message"] for each in said}
    mine = and_(outbox.c.home_id == home_id, outbox.c.device == device_id)
    known = set(c.execute(select(outbox.c.id).where(mine, outbox.c.id.in_(ids))).scalars()) if ids else set()
    counted = 0
    for each in said:
        if each["message"] not in known:
            continue
        counted += 1
        row = {
            "home_id": home_id, "message": each["message"], "event": each["event"], "device": device_id,
            "at_ms": each["at_ms"], "received_ms": now_ms,
        }  # fmt: skip
        c.execute(insert_into(c, receipt).values(row).on_conflict_do_nothing())
        one = and_(mine, outbox.c.id == each["message"])
        moved = update(outbox).where(one, outbox.c.state.in_(_BEFORE[each["event"]])).values(state=each["event"])
        for row in c.execute(moved.returning(outbox.c.id, outbox.c.attempts)).all():
            log_states(c, home_id, [(row.id, row.attempts)], each["event"], now_ms)
        c.execute(update(outbox).where(one, outbox.c.shown_ms.is_(None)).values(shown_ms=now_ms))
    if counted:
        proof = and_(subscription.c.home_id == home_id, subscription.c.device == device_id)
        c.execute(update(subscription).where(proof).values(receipt_ms=now_ms))
    return counted
