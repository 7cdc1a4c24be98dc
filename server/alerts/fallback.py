"""The other way to tell somebody: when a phone does not answer for it, a mailbox or another channel is told.

    at once     nobody in the role can be reached by push; a phone's subscription is dead; the rung names other channels
    in a while  push was sent, and no phone of the role has said that it showed it

What waits stands in a row that is written with the step it belongs to, so that neither can exist without the other.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, and_, or_, select

from server.alerts import contacts, outbox
from server.alerts.outbox import PUSH, insert_into
from server.alerts.tables import SKEW_MS, fallback
from server.alerts.tables import outbox as messages

# A phone that sleeps deeply shows a message of high urgency within a minute; two say that it will not (alerts.md, R9).
RECEIPT_WAIT_MS = 120_000
#: What a step's row of other ways is called that waits until the quiet hours are over.
WAITING = ":quiet"
# Rows that one transaction takes.
AT_ONCE = 50
_SEEN = ("shown", "opened")


def plan(
    c: Connection, home_id: int, alert: uuid.UUID, opening: int, step: str, *, called: Iterable[str], passed: Iterable[str],
    always: bool, level: int, values: Mapping[str, Any], next_at_ms: int | None, now_ms: int, waits: Mapping[str, int] | None = None,
) -> None:  # fmt: skip
    """Write down, with a step, who may have to be told in another way.

    `called` are the roles that push was sent to, `passed` those in which nobody can be reached; `always` says that the
    rung names other channels beside push; `waits` until when roles are left to sleep: no other way wakes them either.
    """
    row = {
        "home_id": home_id, "alert": alert, "opening": opening, "level": level, "values": orjson.dumps(values).decode(),
        "expires_ms": now_ms + outbox.life_ms(next_at_ms, now_ms), "set_ms": now_ms,
    }  # fmt: skip
    waits, called, passed = waits or {}, list(called), list(passed)
    rows = []

    def add(name: str, roles: list[str], always: bool, since_ms: int, **more: int) -> None:
        if roles:
            due_ms = since_ms if always else since_ms + RECEIPT_WAIT_MS
            rows.append({**row, "step": name, "roles": orjson.dumps(roles).decode(), "always": always, "due_ms": due_ms, **more})

    add(step, [role for role in called if role not in waits], always, now_ms)
    add(f"{step}:passed", [role for role in passed if role not in waits], True, now_ms)
    if waits:
        until = max(waits.values())
        later = {"expires_ms": until + outbox.TTL_MAX_MS}
        add(f"{step}{WAITING}", [role for role in called if role in waits], always, until, **later)
        add(f"{step}:passed{WAITING}", [role for role in passed if role in waits], True, until, **later)
    if rows:
        c.execute(insert_into(c, fallback).on_conflict_do_nothing(), rows)


def _due(now_ms: int):
    """What lies behind us, and what was set in the future: that was another clock."""
    return or_(fallback.c.due_ms <= now_ms, fallback.c.set_ms > now_ms + SKEW_MS)


def homes_due(c: Connection, now_ms: int) -> list[int]:
    """Homes in which somebody may have to be told in another way now."""
    return list(c.execute(select(fallback.c.home_id).where(_due(now_ms)).distinct()).scalars())


def take_due(c: Connection, home_id: int, now_ms: int) -> int:
    """Queue messages to the contacts of every role that no phone has answered for; how many rows were settled."""
    query = select(fallback).where(fallback.c.home_id == home_id, _due(now_ms))
    rows = c.execute(query.order_by(fallback.c.due_ms).limit(AT_ONCE).with_for_update(skip_locked=True)).all()
    if not rows:
        return 0
    known = contacts.of(c, home_id, contacts.TOLD)
    for row in rows:
        wanted = set(orjson.loads(row.roles))
        if not row.always:
            wanted -= _answered_for(c, row)
        outbox.put(c, home_id, [_message(row, one) for one in known if wanted and one.role in (*wanted, contacts.ANY)], now_ms)
        same = and_(fallback.c.alert == row.alert, fallback.c.opening == row.opening, fallback.c.step == row.step)
        c.execute(fallback.delete().where(fallback.c.home_id == home_id, same))
    return len(rows)


def _answered_for(c: Connection, row: Any) -> set[str]:
    """Roles of the step in which a phone has said that it showed the call."""
    same = and_(
        messages.c.home_id == row.home_id, messages.c.alert == row.alert, messages.c.opening == row.opening,
        messages.c.step == row.step.removesuffix(WAITING), messages.c.channel == PUSH, messages.c.state.in_(_SEEN),
    )  # fmt: skip
    return set(c.execute(select(messages.c.role).where(same)).scalars())


def _message(row: Any, to: Any) -> dict[str, Any]:
    return {
        "alert": row.alert, "opening": row.opening, "step": row.step, "what": "told", "level": row.level,
        "channel": to.channel, "device": to.id, "staff": None, "role": to.role, "values": orjson.loads(row.values),
        "expires_ms": row.expires_ms,
    }  # fmt: skip
