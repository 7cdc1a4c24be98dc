"""Taking an alert on from the lock screen (alerts.md, 3.8): by a token that a call carries to one phone, and nowhere else.

A token is good for one alert as it stands, one device, the person whose call it was, once, and a quarter of an hour. Only its
digest is kept. Never on a tablet: whoever picks that up is not whoever was called.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, and_, delete, insert, select, update

from server.alerts import duty
from server.alerts.outbox import Claimed
from server.alerts.tables import SKEW_MS, lock_screen_token
from server.people.store import PHONE, Home
from server.people.tables import device
from server.problems import Problem
from server.records import intake, store
from sync import days
from sync.kinds.alert import ACKNOWLEDGED, LOCK_SCREEN, OPENED, UNHANDLED

LIFE_MS = 15 * 60_000


def with_tokens(c: Connection, home_id: int, claimed: Iterable[Claimed], now_ms: int) -> list[Claimed]:
    """The same messages, those that call somebody on a phone about one alert with a token."""
    found = list(claimed)
    phones = _phones(c, home_id, {each.device for each in found})
    made = []
    for place, each in enumerate(found):
        if each.notice.what != "told" or each.notice.alert is None or each.staff is None or each.device not in phones:
            continue
        token = secrets.token_urlsafe(24)
        found[place] = replace(each, notice=replace(each.notice, token=token))
        made.append({
            "home_id": home_id, "digest": _digest(token), "alert": each.notice.alert, "opening": each.opening,
            "device": each.device, "staff": each.staff, "made_ms": now_ms,
        })  # fmt: skip
    if made:
        c.execute(delete(lock_screen_token).where(lock_screen_token.c.home_id == home_id, lock_screen_token.c.made_ms < now_ms - LIFE_MS))
        c.execute(insert(lock_screen_token), made)
    return found


def take_on(c: Connection, home: Home, device_id: uuid.UUID, token: str, now_ms: int) -> uuid.UUID:
    """The alert, taken on by whoever the token was sent to: a submission like any other, under the home's lock.

    Raises `Problem` where the token is spent, another device's or too old, where the alert has moved on, or where its person
    has signed off since.
    """
    intake.lock_home(c, home.id)
    mine = and_(lock_screen_token.c.home_id == home.id, lock_screen_token.c.digest == _digest(token))
    kept = c.execute(select(lock_screen_token).where(mine, lock_screen_token.c.device == device_id)).first()
    if kept is None or kept.used_ms is not None or not -SKEW_MS <= now_ms - kept.made_ms <= LIFE_MS:
        raise Problem("token_spent")
    row = store.record(c, home.id, kept.alert)
    asks = row is not None and not row.struck and row.fields.get("status") in (OPENED, UNHANDLED) and (row.fields.get("opening") or 1) == kept.opening
    today = days.care_day(days.from_ms(now_ms), home.zone).toordinal()
    if not asks or not any(one.staff == kept.staff for one in duty.on_duty(c, home.id, today, now_ms)):
        raise Problem("token_spent")
    c.execute(update(lock_screen_token).where(mine).values(used_ms=now_ms))
    fields = {"status": ACKNOWLEDGED, "owner": str(kept.staff), "via": LOCK_SCREEN, **({"given_to": None} if row.fields.get("given_to") else {})}
    said = intake.Statement(record=kept.alert, kind="alert", fields=fields, occurred_ms=now_ms, author=kept.staff)
    if any(each.status != "accepted" for each in intake.append(c, home.id, [said], now_ms=now_ms, origin="page")):
        raise Problem("not_acted")
    return kept.alert


def _phones(c: Connection, home_id: int, ids: set[uuid.UUID]) -> set[uuid.UUID]:
    query = select(device.c.id).where(device.c.home_id == home_id, device.c.id.in_(ids), device.c.form == PHONE)
    return set(c.execute(query).scalars())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
