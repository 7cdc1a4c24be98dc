"""What the push API takes and answers: checked by these schemas and documented from them."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from server.alerts.subscriptions import OPENED, SHOWN


class Loose(Schema):
    """Browsers add members of their own to what they hand out."""

    class Meta:
        unknown = EXCLUDE


class KeysIn(Loose):
    p256dh = fields.String(required=True, validate=validate.Length(max=200))
    auth = fields.String(required=True, validate=validate.Length(max=100))


class SubscriptionIn(Loose):
    """`PushSubscription.toJSON()`, and the key that it was made under."""

    endpoint = fields.String(required=True, validate=validate.Length(min=1, max=2048))
    keys = fields.Nested(KeysIn, required=True)
    key = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=200))


class ReceiptIn(Loose):
    message = fields.UUID(required=True)
    event = fields.String(required=True, validate=validate.OneOf([SHOWN, OPENED]))
    at = fields.AwareDateTime(required=True, format="iso")


class KeyOut(Schema):
    key = fields.String(metadata={"description": "The home's applicationServerKey, base64url without padding."})
    key_id = fields.UUID()


class SubscriptionOut(Schema):
    state = fields.String(metadata={"description": "none, live, dead or stale_key."})
    key_id = fields.UUID(allow_none=True)
    accepted_at = fields.String(allow_none=True, metadata={"format": "date-time"})
    shown_at = fields.String(
        allow_none=True, metadata={"format": "date-time", "description": "When this device last proved that it shows messages."}
    )


class TakeIn(Loose):
    token = fields.String(required=True, validate=validate.Length(min=1, max=64), metadata={"description": "As the call carried it."})


class TakeOut(Schema):
    alert = fields.UUID(metadata={"description": "The alert that is now theirs whom the call was for."})


class ReceiptsOut(Schema):
    taken = fields.Integer(metadata={"description": "How many were about messages sent to this device."})


class TestOut(Schema):
    message = fields.UUID(metadata={"description": "Its receipt proves that this device can be reached."})


class LiveAlertOut(Schema):
    alert = fields.UUID()
    severity = fields.String()
    status = fields.String(metadata={"description": "open or unhandled: nobody owns it."})
    next_at = fields.String(allow_none=True, metadata={"format": "date-time", "description": "When the next step of its ladder is due."})


class LiveOut(Schema):
    server_time = fields.String(metadata={"format": "date-time"})
    may_be_late = fields.Boolean(metadata={"description": "No fresh tick, or a step that is overdue."})
    phones_unreachable = fields.Boolean(metadata={"description": "Messages wait because no push service answers."})
    last_tick = fields.String(allow_none=True, metadata={"format": "date-time"})
    alerts = fields.List(fields.Nested(LiveAlertOut))
