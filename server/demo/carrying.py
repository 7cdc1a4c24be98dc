"""While the demo is lived its made-up people carry their tablets; afterwards nobody does.

Alerts call whoever is signed on at a device that can be reached. So that the history's alerts were heard by somebody, the
demo's tablets count as reachable while it is made and topped up, and are laid down at its end: nothing is ever sent to
them, and an alert of today calls only tablets and phones that somebody really enrolled.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, update

from server.alerts import vapid
from server.alerts.tables import outbox, subscription
from server.demo.people import MAIL_DOMAIN, DemoHome
from server.demo.seeded import named_id

# A name that is reserved for examples and never resolves.
ORIGIN = f"https://push.{MAIL_DOMAIN}"


def take_up(c: Connection, home_id: int, home: DemoHome, now_ms: int) -> None:
    """The home's demo tablets can be reached from now on."""
    lay_down(c, home_id, home)
    key = vapid.current(c, home_id, now_ms).id
    c.execute(insert(subscription), [
        {
            "home_id": home_id, "device": tablet.id, "id": named_id("subscription", tablet.id), "endpoint": f"{ORIGIN}/{tablet.id}",
            "origin": ORIGIN, "p256dh": "", "auth": "", "vapid_key": key, "state": "live", "saved_ms": now_ms, "changed_ms": now_ms,
            "receipt_ms": now_ms,
        }
        for tablet in home.tablets
    ])  # fmt: skip


def lay_down(c: Connection, home_id: int, home: DemoHome) -> None:
    """Nobody carries the demo's tablets any more; what was queued for them is not sent."""
    tablets = [tablet.id for tablet in home.tablets]
    c.execute(delete(subscription).where(subscription.c.home_id == home_id, subscription.c.device.in_(tablets)))
    waiting = (outbox.c.home_id == home_id) & outbox.c.device.in_(tablets) & (outbox.c.state == "pending")
    c.execute(update(outbox).where(waiting).values(state="cancelled", reason="demo"))
