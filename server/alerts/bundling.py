"""Holds a call back that may wait, so that no device is called so often that nobody listens (`sync/rules/fatigue.py`).

What is held is not lost: it goes out with whatever else waits for the device by then, and what would come too late for its
step counts as a call that did not arrive, so that the next rung is told.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, select

from server.alerts.tables import SKEW_MS, outbox
from server.records import store
from sync.rules import fatigue

#: The reason of a message that waits for its bundle, and of one that went out with another.
HELD, BUNDLED = "held", "bundled"
# One that waits for the morning is no call that this device is going to have, for whoever must be called before.
_NO_CALL = (BUNDLED, "quiet")
_NOT_SENT = ("cancelled", "failed", "dead")


def hold(c: Connection, home_id: int, rows: list[dict[str, Any]], now_ms: int) -> None:
    """Put later the rows of the outbox (about to be written) that may wait and have to."""
    calls = [row for row in rows if row["what"] == "told" and row["reason"] is None]
    alerts = store.records_by_id(c, home_id, {row["alert"] for row in calls}) if calls else {}
    for row in calls:
        about = alerts.get(row["alert"])
        if about is None or not fatigue.may_wait(about.fields):
            continue
        at_ms = fatigue.not_before(_calls(c, home_id, row, now_ms), now_ms)
        if at_ms > now_ms:
            row["next_at_ms"], row["reason"] = at_ms, HELD


def _calls(c: Connection, home_id: int, row: dict[str, Any], now_ms: int) -> list[int]:
    """When this device was called in the time that the longest cap looks at, and when it is going to be. A call that was
    made or planned under a clock ahead of this one says nothing about when."""
    mine = and_(outbox.c.home_id == home_id, outbox.c.device == row["device"], outbox.c.made_ms > now_ms - fatigue.CAPS[-1][1])
    sent = and_(mine, outbox.c.what == "told", outbox.c.state.not_in(_NOT_SENT), outbox.c.id != row["id"], outbox.c.set_ms <= now_ms + SKEW_MS)
    query = select(outbox.c.made_ms, outbox.c.next_at_ms, outbox.c.reason, outbox.c.state).where(sent)
    return [max(each.made_ms, each.next_at_ms) for each in c.execute(query) if each.reason not in _NO_CALL]
