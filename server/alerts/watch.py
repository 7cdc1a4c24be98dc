"""Who watches the watcher: what should have happened and has not, and who is told outside.

Other code than that which takes the steps reads the same rows once a minute (alerts.md, 1: self-audit). While all is well
it says so to each dead-man address that a home has entered: silence there is the alarm.
"""

from __future__ import annotations

import logging
import threading

import requests
from flask import current_app
from sqlalchemy import Connection, select

from server.alerts import contacts, endpoints, outbox, ticks
from server.alerts.session import TIMEOUT_S, GuardedSession
from server.alerts.tables import deadline
from server.alerts.tables import outbox as messages
from server.db import reading, writing
from sync import roles

log = logging.getLogger(__name__)

HOUR_MS = 3_600_000
# No push service has answered for so long, with something to send: the way out of the building is shut.
PUSH_DOWN_MS = 60_000
# A tick that is older than this is told on every page: an alert may climb late.
LATE_TICK_MS = 180_000
# Who is told outside that alerts are late.
_TOLD = (contacts.ANY, roles.REGISTERED_MANAGER)


def stuck_homes(c: Connection, now_ms: int) -> list[int]:
    """Homes with an alert whose step was due two minutes ago."""
    query = select(deadline.c.home_id).where(deadline.c.next_at_ms < now_ms - ticks.OVERDUE_MS)
    return sorted(c.execute(query.distinct()).scalars())


def may_be_late(c: Connection, now_ms: int) -> bool:
    """Whether nobody can be sure that alerts still climb: no fresh tick, or a step that is overdue."""
    last = ticks.last_ms(c, now_ms)
    return last is None or now_ms - last > LATE_TICK_MS or bool(stuck_homes(c, now_ms))


def push_is_down(c: Connection, home_id: int, now_ms: int) -> bool:
    """Whether messages wait because no push service can be reached from this building."""
    mine = (messages.c.home_id == home_id) & (messages.c.channel == outbox.PUSH) & (messages.c.state == "pending")
    old = (messages.c.attempts > 0) & (messages.c.made_ms < now_ms - PUSH_DOWN_MS) & (messages.c.expires_ms > now_ms)
    return c.execute(select(messages.c.id).where(mine, old).limit(1)).first() is not None


def audit(now_ms: int) -> int:
    """Tell the managers of every home with a stuck step, once an hour; how many homes those are."""
    with reading() as c:
        stuck = stuck_homes(c, now_ms)
    for home_id in stuck:
        log.critical("home %s: an alert's step is more than two minutes overdue", home_id)
        writing(lambda c, h=home_id: _tell(c, h, now_ms))
    return len(stuck)


def _tell(c: Connection, home_id: int, now_ms: int) -> None:
    outbox.put(c, home_id, [
        {
            "alert": None, "opening": 0, "step": f"watch:{now_ms // HOUR_MS}", "what": "watch", "level": 0, "device": to.id,
            "channel": to.channel, "staff": None, "role": to.role, "values": {"words": "escalator_late"}, "expires_ms": now_ms + HOUR_MS,
        }
        for to in contacts.of(c, home_id, contacts.TOLD)
        if to.role in _TOLD
    ], now_ms)  # fmt: skip


def say_that_all_is_well(now_ms: int) -> None:
    """Ask each dead-man address; one after another, each with its own limits, in a thread of its own."""
    with reading() as c:
        due = contacts.dead_men(c)
    if due:
        app = current_app._get_current_object()
        threading.Thread(target=_ping, args=(app, due, now_ms), name="dead-man", daemon=True).start()


def _ping(app, due: list, now_ms: int) -> None:
    allow = app.extensions["tidemark"].push_allow_loopback
    with app.app_context(), GuardedSession(endpoints.public, allow_loopback=allow, timeout_s=TIMEOUT_S) as session:
        for to in due:
            went = {"accepted_ms": now_ms} if ping(session, to.target) else {"failed_ms": now_ms}
            writing(lambda c, to=to, went=went: outbox.note_contact(c, to.home_id, to.id, **went))


def ping(session: GuardedSession, url: str) -> bool:
    """Whether the address took it."""
    try:
        return 200 <= session.get(url).status_code <= 299
    except (requests.RequestException, endpoints.Refused):
        return False
