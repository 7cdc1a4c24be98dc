"""The outbox: which message waits for which device, who is sending it now, and what became of it.

A row is written in the transaction of the step it belongs to, leased before it is sent, and marked after. A sender that
dies leaves its lease to run out and the row is sent again: a repeat is invisible (same tag, same Topic), silence is not.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import Connection, and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from server.alerts import bundling, payload
from server.alerts.classify import BREAK_LONGEST_S
from server.alerts.tables import SKEW_MS, breaker, contact, deadline, delivery_log, delivery_state, fallback, outbox, subscription, vapid_key
from server.people.tables import device
from server.records import store as records

# A lease outlives the longest POST (5 s to connect, 10 s to answer) four times over.
LEASE_MS = 60_000
# How far ahead of the next step a message is still worth delivering, and the bounds of its life (alerts.md, 5).
TTL_EXTRA_MS, TTL_MIN_MS, TTL_MAX_MS = 600_000, 300_000, 3_600_000
# Statuses in which an alert still looks for somebody.
STILL_LOOKING = ("open", "unhandled")
REACHED = ("sending", "accepted", "shown", "opened")
PUSH = "push"
#: The reason of a message that waits for the end of the quiet hours (`server/alerts/quiet.py`).
QUIET = "quiet"


@dataclass(frozen=True)
class Claimed:
    """One leased message with all that is needed to send it. Endpoint and target are secrets: log the host at most.

    For another channel than push, `device` and `subscription` are the contact's id, and `endpoint` is its target.
    """

    home_id: int
    id: uuid.UUID
    lease: uuid.UUID
    device: uuid.UUID
    subscription: uuid.UUID
    attempts: int
    notice: payload.Notice
    minimal: bool
    endpoint: str
    origin: str
    p256dh: str
    auth: str
    private_pem: str
    expires_ms: int
    claimed_ms: int
    channel: str = PUSH
    in_doubt: bool = False  # the clock has just jumped: nothing is too late by it
    also: tuple[uuid.UUID, ...] = ()  # messages to the same device that go out as this one
    staff: uuid.UUID | None = None  # whom it calls
    opening: int = 0


def life_ms(next_at_ms: int | None, now_ms: int) -> int:
    """How long a message lives: until ten minutes after the next step, five minutes at least, an hour at most."""
    until = TTL_MAX_MS if next_at_ms is None else next_at_ms - now_ms + TTL_EXTRA_MS
    return max(TTL_MIN_MS, min(TTL_MAX_MS, until))


def put(c: Connection, home_id: int, messages: Iterable[dict[str, Any]], now_ms: int) -> None:
    """Queue messages. Each is {alert, opening, step, what, level, device, staff, role, values, expires_ms}, and `channel`
    where it is not push, `quiet_until_ms` where it waits until then.

    The id is derived from alert, opening, step, kind and device: queuing it again changes nothing.
    """
    rows = [
        {
            "home_id": home_id,
            "id": message_id(each["alert"], each["opening"], each["step"], each["what"], each["device"]),
            "channel": PUSH,
            **{name: value for name, value in each.items() if name != "quiet_until_ms"},
            "values": orjson.dumps(each["values"]).decode(),
            "state": "pending",
            "attempts": 0,
            "next_at_ms": each.get("quiet_until_ms") or now_ms,
            "lease_until_ms": 0,
            "set_ms": now_ms,
            "lease": None,
            "minimal": False,
            "made_ms": now_ms,
            "reason": QUIET if each.get("quiet_until_ms") else None,
        }
        for each in messages
    ]
    for row in rows:
        notice_of(row["id"], row)  # what may not be said is refused here already, in the transaction that would queue it
    if rows:
        bundling.hold(c, home_id, rows, now_ms)
        c.execute(insert_into(c, outbox).on_conflict_do_nothing(), rows)
        log_states(c, home_id, [(row["id"], 0) for row in rows], "pending", now_ms)


def message_id(alert: uuid.UUID | None, opening: int, step: str, what: str, to: uuid.UUID) -> uuid.UUID:
    """The same message always has the same id."""
    return uuid.uuid5(alert or to, f"push:{opening}:{step}:{what}:{to}")


def notice_of(id_: uuid.UUID, row: Any) -> payload.Notice:
    """The message of an outbox row (a mapping)."""
    return payload.Notice(id_, row["what"], alert=row["alert"], level=row["level"], **orjson.loads(row["values"]))


def cancel(c: Connection, home_id: int, alert: uuid.UUID, reason: str, now_ms: int) -> None:
    """Call back what has not left yet about an alert, and look for no other way to tell anybody."""
    mine = and_(outbox.c.home_id == home_id, outbox.c.alert == alert, outbox.c.what == "told")
    called_back = update(outbox).where(mine, outbox.c.state == "pending").values(state="cancelled", reason=reason)
    ids = [(row.id, row.attempts) for row in c.execute(called_back.returning(outbox.c.id, outbox.c.attempts))]
    log_states(c, home_id, ids, "cancelled", now_ms, reason)
    c.execute(fallback.delete().where(fallback.c.home_id == home_id, fallback.c.alert == alert))


def told_devices(c: Connection, home_id: int, alert: uuid.UUID, opening: int) -> list[Any]:
    """Each device or contact that was sent a call about this opening, or is being sent one: (device, staff, role, channel)."""
    mine = and_(outbox.c.home_id == home_id, outbox.c.alert == alert, outbox.c.opening == opening, outbox.c.what == "told")
    query = select(outbox.c.device, outbox.c.staff, outbox.c.role, outbox.c.channel).where(mine, outbox.c.state.in_(REACHED))
    return list({row.device: row for row in c.execute(query)}.values())


def newest_test(c: Connection, home_id: int, to: uuid.UUID) -> Any:
    """The last test that was sent to a device or contact, or None."""
    mine = and_(outbox.c.home_id == home_id, outbox.c.device == to, outbox.c.what == "test")
    return c.execute(select(outbox).where(mine).order_by(outbox.c.made_ms.desc()).limit(1)).first()


# ---- claiming ----

_DUE = lambda now: or_(  # noqa: E731
    and_(outbox.c.state == "pending", outbox.c.next_at_ms <= now),
    and_(outbox.c.state == "sending", outbox.c.lease_until_ms < now),
    outbox.c.set_ms > now + SKEW_MS,
)


def homes_with_work(c: Connection, now_ms: int) -> list[int]:
    """Homes in which a message waits to be sent now."""
    return list(c.execute(select(outbox.c.home_id).where(outbox.c.state.in_(("pending", "sending")), _DUE(now_ms)).distinct()).scalars())


def claim(c: Connection, home_id: int, now_ms: int, limit: int, *, in_doubt: bool = False) -> list[Claimed]:
    """Lease up to `limit` due messages of a home. What is no longer wanted, or can reach nobody, is settled instead; while
    the clock is `in_doubt`, nothing is out of date by it."""
    query = (
        select(outbox)
        .where(outbox.c.home_id == home_id, outbox.c.state.in_(("pending", "sending")), _DUE(now_ms))
        .order_by(outbox.c.next_at_ms, outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = c.execute(query).mappings().all()
    if not rows:
        return []
    to = {row["device"] for row in rows}
    ways = _ways(c, home_id, to) | _contacts(c, home_id, to)
    wanted = _still_wanted(c, home_id, rows)
    closed = _closed(c, home_id, now_ms)
    lease, claimed = uuid.uuid4(), []
    for row in rows:
        way = ways.get(row["device"])
        if row["what"] == "told" and row["id"] not in wanted:
            _settle(c, home_id, row, "cancelled", "no_longer_open", now_ms)
        elif row["expires_ms"] <= now_ms and not in_doubt:
            _settle(c, home_id, row, "failed", "out_of_date", now_ms)
        elif way is None:
            _settle(c, home_id, row, "dead", "no_subscription" if row["channel"] == PUSH else "removed", now_ms)
        elif (shut := closed.get(way.origin if row["channel"] == PUSH else contact_origin(way.id), 0)) > now_ms:
            _wait(c, home_id, row["id"], shut if in_doubt else min(shut, row["expires_ms"]), now_ms)
        else:
            claimed.append(_claimed(home_id, row, way, lease, now_ms, in_doubt))
    ids = [each.id for each in claimed]
    tries = [(each.id, each.attempts) for each in claimed]
    claimed = _together(claimed, {row["id"] for row in rows if row["reason"] in (bundling.HELD, QUIET)})
    if claimed:
        held = {"state": "sending", "lease": lease, "lease_until_ms": now_ms + LEASE_MS, "set_ms": now_ms, "attempts": outbox.c.attempts + 1}
        c.execute(update(outbox).where(outbox.c.home_id == home_id, outbox.c.id.in_(ids)).values(held))
        log_states(c, home_id, tries, "sending", now_ms)
    return claimed


def _closed(c: Connection, home_id: int, now_ms: int) -> dict[str, int]:
    """Until when each service that refuses us is left alone: never for longer than the longest pause that we make."""
    mine = and_(breaker.c.home_id == home_id, breaker.c.set_ms <= now_ms + SKEW_MS, breaker.c.until_ms <= now_ms + BREAK_LONGEST_S * 1000)
    return dict(c.execute(select(breaker.c.origin, breaker.c.until_ms).where(mine)).all())


def _claimed(home_id: int, row: Any, way: Any, lease: uuid.UUID, now_ms: int, in_doubt: bool) -> Claimed:
    attempts, notice, until = row["attempts"] + 1, notice_of(row["id"], row), row["expires_ms"]
    push = row["channel"] == PUSH
    # Each contact is an origin by itself: one that refuses us closes the way to no other.
    secrets = (way.endpoint, way.origin, way.p256dh, way.auth, way.private_pem) if push else (way.target, contact_origin(way.id), "", "", "")
    return Claimed(
        home_id, row["id"], lease, row["device"], way.id, attempts, notice, row["minimal"], *secrets, until, now_ms, row["channel"], in_doubt,
        staff=row["staff"], opening=row["opening"],
    )


def contact_origin(id_: uuid.UUID) -> str:
    """What a contact is called in the breaker's table."""
    return f"contact:{id_}"


def _contacts(c: Connection, home_id: int, ids: set[uuid.UUID]) -> dict[uuid.UUID, Any]:
    query = select(contact).where(contact.c.home_id == home_id, contact.c.id.in_(ids), contact.c.ended_ms.is_(None))
    return {row.id: row for row in c.execute(query)}


def _together(claimed: list[Claimed], held: set[uuid.UUID]) -> list[Claimed]:
    """Of the messages that waited for one device, one: it says how many there are, and opens the list."""
    found: list[Claimed] = [each for each in claimed if each.id not in held]
    waited: dict[uuid.UUID, list[Claimed]] = {}
    for each in claimed:
        if each.id in held:
            waited.setdefault(each.device, []).append(each)
    for first, *others in waited.values():
        if others:
            level = max(each.notice.level for each in (first, *others))
            several = payload.Notice(first.id, "told", "several", level=level, count=1 + len(others))
            first = replace(first, notice=several, also=tuple(each.id for each in others), expires_ms=min(e.expires_ms for e in (first, *others)))
        found.append(first)
    return found


def _ways(c: Connection, home_id: int, devices: set[uuid.UUID]) -> dict[uuid.UUID, Any]:
    key = and_(vapid_key.c.home_id == subscription.c.home_id, vapid_key.c.id == subscription.c.vapid_key)
    owner = and_(device.c.home_id == subscription.c.home_id, device.c.id == subscription.c.device)
    query = select(subscription, vapid_key.c.private_pem).select_from(
        subscription.join(vapid_key, key).join(device, owner)
    )
    usable = and_(subscription.c.state == "live", device.c.revoked_ms.is_(None))
    found = c.execute(query.where(subscription.c.home_id == home_id, subscription.c.device.in_(devices), usable))
    return {row.device: row for row in found}


def _still_wanted(c: Connection, home_id: int, rows: Iterable[Any]) -> set[uuid.UUID]:
    """Calls whose alert is, by the ledger as it stands now, still open, unowned and at the same opening."""
    alerts = records.records_by_id(c, home_id, {row["alert"] for row in rows if row["what"] == "told"})
    wanted = set()
    for row in rows:
        alert = alerts.get(row["alert"])
        if alert is not None and alert.fields.get("status") in STILL_LOOKING and (alert.fields.get("opening") or 1) == row["opening"]:
            wanted.add(row["id"])
    return wanted


# ---- settling ----


def accept(c: Connection, sent: Claimed, now_ms: int) -> None:
    """The push service, mail server or channel took it. A receipt that was quicker than we are is not undone."""
    if sent.channel != PUSH:
        _mark(c, sent, now_ms, state="accepted")
        _say_bundled(c, sent)
        note_contact(c, sent.home_id, sent.device, accepted_ms=now_ms)
    elif _mark(c, sent, now_ms, state="accepted"):
        _say_bundled(c, sent)
        mine = and_(subscription.c.home_id == sent.home_id, subscription.c.device == sent.device)
        c.execute(update(subscription).where(mine, subscription.c.id == sent.subscription).values(accepted_ms=now_ms))


def again(c: Connection, sent: Claimed, at_ms: int, reason: str, now_ms: int, **values: Any) -> None:
    """Try again at `at_ms`; past the message's life it has failed."""
    if at_ms >= sent.expires_ms and not sent.in_doubt:
        end(c, sent, "failed", reason, now_ms)
    else:
        _mark(c, sent, now_ms, state="pending", next_at_ms=at_ms, set_ms=now_ms, reason=reason, **values)


def end(c: Connection, sent: Claimed, state: str, reason: str, now_ms: int) -> None:
    """No more tries. When nobody else of that step can be reached, the alert takes its next step at once."""
    if sent.channel != PUSH:
        note_contact(c, sent.home_id, sent.device, failed_ms=now_ms)
    if _mark(c, sent, now_ms, state=state, reason=reason):
        ended = and_(outbox.c.home_id == sent.home_id, outbox.c.id.in_((sent.id, *sent.also)))
        for row in c.execute(select(outbox).where(ended)).mappings().all():
            _hurry(c, sent.home_id, row, now_ms)


def release(c: Connection, sent: Claimed, now_ms: int) -> None:
    """Give a lease back unused."""
    _mark(c, sent, now_ms, state="pending", attempts=sent.attempts - 1, next_at_ms=now_ms, set_ms=now_ms)


def note_contact(c: Connection, home_id: int, id_: uuid.UUID, **values: Any) -> None:
    """Remember how it went with a contact last."""
    c.execute(update(contact).where(contact.c.home_id == home_id, contact.c.id == id_).values(values))


def log_states(
    c: Connection, home_id: int, messages: Iterable[tuple[uuid.UUID, int]], state: str, at_ms: int, reason: str | None = None
) -> None:  # fmt: skip
    """Add a state to the log of each (message, attempt); one that stands there already is left as it is."""
    rows = [
        {"home_id": home_id, "message": id_, "state": state, "attempt": attempt, "at_ms": at_ms, "reason": reason}
        for id_, attempt in messages
    ]
    if rows:
        c.execute(insert_into(c, delivery_state).on_conflict_do_nothing(), rows)


def log_try(c: Connection, sent: Claimed, **values: Any) -> None:
    """Write down one try."""
    row = {"home_id": sent.home_id, "message": sent.id, "attempt": sent.attempts, "status": None, "skew_s": None, **values}
    c.execute(insert_into(c, delivery_log).on_conflict_do_nothing(), [row])


def end_subscription(c: Connection, sent: Claimed, state: str, now_ms: int) -> None:
    """The subscription that this message went to is of no use any more; one made since is left alone."""
    mine = and_(subscription.c.home_id == sent.home_id, subscription.c.device == sent.device)
    c.execute(
        update(subscription)
        .where(mine, subscription.c.id == sent.subscription)
        .values(state=state, reason=state, changed_ms=now_ms)
    )


def _say_bundled(c: Connection, sent: Claimed) -> None:
    if sent.also:
        gone = and_(outbox.c.home_id == sent.home_id, outbox.c.id.in_(sent.also))
        c.execute(update(outbox).where(gone).values(reason=bundling.BUNDLED))


def _mark(c: Connection, sent: Claimed, now_ms: int, **values: Any) -> bool:
    """A message, and those that went out as this one, which have one lease. False when the lease is another's by now."""
    together = (sent.id, *sent.also)
    mine = and_(outbox.c.home_id == sent.home_id, outbox.c.id.in_(together))
    held = and_(outbox.c.state == "sending", outbox.c.lease == sent.lease)
    marked = c.execute(update(outbox).where(mine, held).values(lease=None, lease_until_ms=0, **values)).rowcount > 0
    if marked:
        log_states(c, sent.home_id, [(each, sent.attempts) for each in together], values["state"], now_ms, values.get("reason"))
    return marked


def _settle(c: Connection, home_id: int, row: Any, state: str, reason: str, now_ms: int) -> None:
    mine = and_(outbox.c.home_id == home_id, outbox.c.id == row["id"])
    c.execute(update(outbox).where(mine).values(state=state, reason=reason, lease=None, lease_until_ms=0))
    log_states(c, home_id, [(row["id"], row["attempts"])], state, now_ms, reason)
    if state in ("dead", "failed"):
        _hurry(c, home_id, row, now_ms)


def _wait(c: Connection, home_id: int, id_: uuid.UUID, until_ms: int, now_ms: int) -> None:
    mine = and_(outbox.c.home_id == home_id, outbox.c.id == id_)
    values = {"state": "pending", "next_at_ms": until_ms, "set_ms": now_ms, "reason": "refused_us", "lease": None}
    c.execute(update(outbox).where(mine).values(values))


def _hurry(c: Connection, home_id: int, row: Any, now_ms: int) -> None:
    """A phone that cannot be reached is not waited for, and neither is a rung of which nobody can be. One that never
    showed anything was not waited for to begin with."""
    if row["what"] != "told" or row["channel"] != PUSH:
        return
    another = and_(
        fallback.c.home_id == home_id, fallback.c.alert == row["alert"], fallback.c.opening == row["opening"],
        fallback.c.step == row["step"], fallback.c.due_ms > now_ms,
    )  # fmt: skip
    c.execute(update(fallback).where(another).values(due_ms=now_ms, set_ms=now_ms))
    proven = select(subscription.c.device).where(subscription.c.home_id == home_id, subscription.c.receipt_ms.is_not(None))
    same = and_(
        outbox.c.home_id == home_id, outbox.c.alert == row["alert"], outbox.c.opening == row["opening"],
        outbox.c.step == row["step"], outbox.c.what == "told", outbox.c.state.in_(("pending", *REACHED)),
        or_(outbox.c.channel != PUSH, outbox.c.device.in_(proven)),
    )  # fmt: skip
    counted = c.execute(proven.where(subscription.c.device == row["device"])).first() is not None
    if counted and c.execute(select(outbox.c.id).where(same).limit(1)).first() is None:
        mine = and_(deadline.c.home_id == home_id, deadline.c.alert == row["alert"], deadline.c.next_at_ms > now_ms)
        c.execute(update(deadline).where(mine).values(next_at_ms=now_ms, set_ms=now_ms))


def insert_into(c: Connection, table):
    dialect = postgresql if c.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def remember_refusal(c: Connection, home_id: int, origin: str, until_ms: int, times: int, reason: str, now_ms: int) -> None:
    """Leave a push service alone until `until_ms`."""
    values = {"until_ms": until_ms, "set_ms": now_ms, "times": times, "reason": reason}
    made = insert_into(c, breaker).values(home_id=home_id, origin=origin, **values)
    c.execute(made.on_conflict_do_update(index_elements=["home_id", "origin"], set_=values))


def refusals(c: Connection, home_id: int, origin: str) -> int:
    """How many times running a push service has refused us."""
    mine = and_(breaker.c.home_id == home_id, breaker.c.origin == origin)
    return c.execute(select(breaker.c.times).where(mine)).scalar() or 0


def forget_refusal(c: Connection, home_id: int, origin: str) -> None:
    """The push service takes messages again."""
    c.execute(breaker.delete().where(breaker.c.home_id == home_id, breaker.c.origin == origin))
