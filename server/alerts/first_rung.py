"""Whether the first call of a ladder would arrive: somebody of its roles with a device that has proved it can be reached."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from sqlalchemy import Connection, select

from server.alerts.duty import SIGN_ON_DAYS
from server.alerts.tables import subscription
from server.people.tables import device
from server.records import store


def tested(c: Connection, home_id: int, roles: Iterable[str], today: int) -> bool:
    """True when somebody signed on in one of these roles, in the last days, at a device that has shown a message. `today`
    is the ordinal of the care day."""
    wanted = set(roles)
    duties = store.records(c, home_id, "duty", days=(today - SIGN_ON_DAYS, today + 1))
    used = {row.fields.get("device") for row in duties if not row.struck and row.fields.get("role") in wanted}
    return not used.isdisjoint(map(str, _proven(c, home_id)))


def _proven(c: Connection, home_id: int) -> set[uuid.UUID]:
    mine = (subscription.c.home_id == device.c.home_id) & (subscription.c.device == device.c.id)
    live = (subscription.c.state == "live") & subscription.c.receipt_ms.is_not(None) & device.c.revoked_ms.is_(None)
    return set(c.execute(select(device.c.id).select_from(device.join(subscription, mine)).where(device.c.home_id == home_id, live)).scalars())
