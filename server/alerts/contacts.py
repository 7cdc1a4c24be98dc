"""Whom to tell when phones stay silent: mailboxes, Apprise targets, and the address that is told that all is well.

A contact answers for a role of the ladder, and is nobody's in particular: what is sent there names nobody either.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, select, update

from server.alerts import apprised, endpoints
from server.alerts.tables import contact
from sync import roles

EMAIL, APPRISE, DEAD_MAN = "email", "apprise", "dead_man"
CHANNELS = (EMAIL, APPRISE, DEAD_MAN)
TOLD = (EMAIL, APPRISE)  # those that alerts are sent to
ANY = "any"
ROLES = (ANY, roles.SENIOR_CARER, roles.DUTY_MANAGER, roles.DEPUTY_MANAGER, roles.REGISTERED_MANAGER,
         roles.PROVIDER_LEAD, roles.NOMINATED_INDIVIDUAL)  # fmt: skip
# More than this many at once is a mistake, and each of them is sent something at every alert.
MOST = 40
LONGEST_MAILBOX, LONGEST_TARGET = 254, 1024
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")


class NotUsable(ValueError):
    """A contact that cannot be kept; `why` is a key of `pages.reach.refusals`."""

    def __init__(self, why: str):
        super().__init__(why)
        self.why = why


def add(
    c: Connection, home_id: int, *, channel: str, target: str, role: str, by: uuid.UUID, allow_loopback: bool, now_ms: int
) -> uuid.UUID:  # fmt: skip
    """Keep a contact; one that is there already is not kept twice. Raises `NotUsable`."""
    target = target.strip()
    check(channel, target, allow_loopback=allow_loopback)
    if role not in ROLES:
        raise NotUsable("role")
    known = of(c, home_id)
    role = ANY if channel == DEAD_MAN else role
    same = [one.id for one in known if (one.channel, one.target, one.role) == (channel, target, role)]
    if same:
        return same[0]
    if len(known) >= MOST:
        raise NotUsable("too_many")
    id_ = uuid.uuid4()
    row = {"home_id": home_id, "id": id_, "channel": channel, "target": target, "role": role, "by": by, "made_ms": now_ms}
    c.execute(contact.insert().values(row))
    return id_


def check(channel: str, target: str, *, allow_loopback: bool) -> None:
    """Raise `NotUsable` for an address that would never be sent to."""
    if channel not in CHANNELS:
        raise NotUsable("channel")
    if not target:
        raise NotUsable("empty")
    if channel == EMAIL:
        if len(target) > LONGEST_MAILBOX or not _MAILBOX.fullmatch(target):
            raise NotUsable(EMAIL)
        return
    try:
        if len(target) > LONGEST_TARGET:
            raise endpoints.Refused("target")
        if channel == DEAD_MAN:
            endpoints.public(target, allow_loopback=allow_loopback)
        else:
            apprised.check(target, allow_loopback=allow_loopback)
    except endpoints.Refused:
        raise NotUsable(channel) from None


def remove(c: Connection, home_id: int, id_: uuid.UUID, *, by: uuid.UUID, now_ms: int) -> bool:
    """Send nothing there any more; the row stays, so that what was sent there can still be explained."""
    mine = (contact.c.home_id == home_id) & (contact.c.id == id_) & contact.c.ended_ms.is_(None)
    # The address is forgotten with it: it may be a person's own, or hold a secret.
    ended = {"ended_ms": now_ms, "ended_by": by, "target": ""}
    return c.execute(update(contact).where(mine).values(ended)).rowcount == 1


def of(c: Connection, home_id: int, channels: Iterable[str] = CHANNELS) -> list[Any]:
    """The home's contacts on these channels, oldest first."""
    mine = (contact.c.home_id == home_id) & contact.c.ended_ms.is_(None) & contact.c.channel.in_(list(channels))
    return list(c.execute(select(contact).where(mine).order_by(contact.c.made_ms, contact.c.id)))


def dead_men(c: Connection) -> list[Any]:
    """The dead-man addresses of every home."""
    return list(c.execute(select(contact).where(contact.c.channel == DEAD_MAN, contact.c.ended_ms.is_(None))))


def one(c: Connection, home_id: int, id_: uuid.UUID) -> Any:
    """A contact of the home that is in use, or None."""
    return next((each for each in of(c, home_id) if each.id == id_), None)


def shown(channel: str, target: str) -> str:
    """As much of an address as may stand on a page or in a log: a mailbox, or the kind of channel and its host."""
    if channel == EMAIL:
        return target
    parts = urlsplit(target)
    host = parts.hostname or ""
    if channel == APPRISE:
        named = parts.scheme in apprised.OWN_HOST and "." in host  # elsewhere an account or a key stands in the host's place
        return f"{parts.scheme}://{host if named else '…'}"
    return f"https://{host}/…"
