"""Push on a device: its key, its subscription, its receipts, and a message to try it with. Each asks for the device token."""

from __future__ import annotations

import uuid

import orjson
from flask import current_app, g
from flask_smorest import Blueprint
from marshmallow import ValidationError

from server.alerts import endpoints, lock_screen, subscriptions, tested, vapid
from server.alerts.schemas import KeyOut, ReceiptIn, ReceiptsOut, SubscriptionIn, SubscriptionOut, TakeIn, TakeOut, TestOut
from server.db import reading, writing
from server.people.rights import device_required
from server.people.routes import REFUSALS, body, done, problem
from server.problems import Problem
from server.wire import SMALL_BODY_BYTES, answer, raw_body, rfc3339, small_body
from sync.days import to_ms
from sync.messages import text

blueprint = Blueprint("push", __name__, url_prefix="/api/v1/push", description="Alerts on this phone or tablet")

RECEIPTS_AT_ONCE = 200
TOKEN = {401: problem("The token is unknown or revoked.")}
DEVICE = {"security": [{"device": []}]}


@blueprint.get("/key")
@device_required
@blueprint.doc(responses={200: done("The home's key", KeyOut), **TOKEN, 503: REFUSALS[503]}, **DEVICE)
def key():
    """The key to subscribe with. A device subscribed under another one unsubscribes and subscribes again."""
    row = writing(lambda c: vapid.current(c, g.home.id, g.now_ms))
    return answer({"key": row.public, "key_id": str(row.id)})


@blueprint.get("/subscription")
@device_required
@blueprint.doc(responses={200: done("What is known of this device", SubscriptionOut), **TOKEN}, **DEVICE)
def subscription():
    """Whether this device can be reached, and since when that is proven."""
    with reading() as c:
        return answer(_wire(subscriptions.of(c, g.home.id, g.device.id)))


@blueprint.put("/subscription")
@device_required
@blueprint.doc(
    requestBody=body(SubscriptionIn),
    responses={200: done("Saved in place of any before", SubscriptionOut), **TOKEN, **REFUSALS},
    **DEVICE,
)
def save_subscription():
    """Say where this device can be reached."""
    given = small_body(SubscriptionIn)
    allow = current_app.extensions["tidemark"].push_allow_loopback

    def work(c):
        before = subscriptions.of(c, g.home.id, g.device.id)
        subscriptions.save(
            c, g.home.id, g.device.id, endpoint=given["endpoint"], p256dh=given["keys"]["p256dh"],
            auth=given["keys"]["auth"], key=given["key"], allow_loopback=allow, now_ms=g.now_ms,
        )  # fmt: skip
        saved = subscriptions.of(c, g.home.id, g.device.id)
        if before is not None and before.receipt_ms and not saved.receipt_ms:
            # A browser renews its subscription by itself: what the old one had proved is proved again without anybody.
            tested.put(c, g.home.id, g.device.id, f"renewed:{saved.id}", g.now_ms)
        return saved

    try:
        return answer(_wire(writing(work)))
    except endpoints.Refused as refused:
        sentence = text(f"push.refusals.{refused.field}")
        raise Problem("bad_request", errors={refused.field: [sentence]}) from None


@blueprint.delete("/subscription")
@device_required
@blueprint.doc(responses={200: done("Forgotten", SubscriptionOut), **TOKEN, 503: REFUSALS[503]}, **DEVICE)
def end_subscription():
    """Forget where this device can be reached."""
    writing(lambda c: subscriptions.end(c, g.home.id, g.device.id))
    return answer(_wire(None))


@blueprint.post("/receipts")
@device_required
@blueprint.doc(
    requestBody={
        "required": True,
        "content": {"application/json": {"schema": {"type": "array", "maxItems": RECEIPTS_AT_ONCE, "items": ReceiptIn}}},
    },
    responses={200: done("Written down", ReceiptsOut), **TOKEN, **REFUSALS},
    **DEVICE,
)
def receipts():
    """What this device's service worker has shown, and what was opened: a list (or `{"receipts": […]}`), again if need be."""
    said = _receipts()
    return answer({"taken": writing(lambda c: subscriptions.note_receipts(c, g.home.id, g.device.id, said, g.now_ms))})


@blueprint.post("/take")
@device_required
@blueprint.doc(
    requestBody=body(TakeIn),
    responses={200: done("Taken on", TakeOut), **TOKEN, 409: problem("The token is spent, or the alert has moved on."), **REFUSALS},
    **DEVICE,
)
def take():
    """Take an alert on from this phone's lock screen, in the name of whoever the call was for."""
    given = small_body(TakeIn)
    return answer({"alert": str(writing(lambda c: lock_screen.take_on(c, g.home, g.device.id, given["token"], g.now_ms)))})


@blueprint.post("/test")
@device_required
@blueprint.doc(
    responses={202: done("On its way", TestOut), **TOKEN, 409: problem("This device has no subscription."), 503: REFUSALS[503]},
    **DEVICE,
)
def test():
    """Send this device a message, so that its receipt proves it can be reached."""

    message = writing(lambda c: tested.put(c, g.home.id, g.device.id, uuid.uuid4().hex, g.now_ms))
    if message is None:
        raise Problem("no_subscription")
    return answer({"message": str(message)}, 202)


def _receipts() -> list[dict]:
    try:
        found = orjson.loads(raw_body(SMALL_BODY_BYTES))
    except orjson.JSONDecodeError:
        raise Problem("unreadable") from None
    found = found.get("receipts") if isinstance(found, dict) else found
    if not isinstance(found, list):
        raise Problem("bad_request", errors={"receipts": [text("push.refusals.receipts")]})
    if len(found) > RECEIPTS_AT_ONCE:
        raise Problem("bad_request", errors={"receipts": [text("push.refusals.too_many", n=RECEIPTS_AT_ONCE)]})
    try:
        return [{**each, "at_ms": to_ms(each["at"])} for each in ReceiptIn(many=True).load(found)]
    except (ValidationError, OverflowError):  # the second for a date outside the calendar
        raise Problem("bad_request", errors={"receipts": [text("push.refusals.receipts")]}) from None


def _wire(row) -> dict:
    if row is None:
        return {"state": "none", "key_id": None, "accepted_at": None, "shown_at": None}
    return {
        "state": row.state,
        "key_id": str(row.vapid_key),
        "accepted_at": row.accepted_ms and rfc3339(row.accepted_ms),
        "shown_at": row.receipt_ms and rfc3339(row.receipt_ms),
    }
