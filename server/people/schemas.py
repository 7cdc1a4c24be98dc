"""What sign-in and enrolment take and answer, as marshmallow schemas: checked by them and documented from them."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate


# A terabyte and more: whatever a browser says beyond it is no news.
MOST_MB = 2**31 - 1


HOME_KEY = {"description": "The home's public key as a JWK with its kid."}


class Strict(Schema):
    """Unknown members are refused."""

    class Meta:
        unknown = RAISE


class UnlockIn(Strict):
    staff = fields.String(required=True, validate=validate.Length(max=100))
    pin = fields.String(required=True, validate=validate.Length(max=100), metadata={"description": "Six digits."})


class PersonOut(Schema):
    id = fields.UUID()
    name = fields.String()
    roles = fields.List(fields.String())


class UnlockKeyOut(Schema):
    """A person's key pair for unlocking offline. Bytes are base64url without padding."""

    salt = fields.String()
    rounds = fields.Integer(metadata={"description": "Of PBKDF2-SHA256 over the PIN and the salt."})
    public = fields.Dict(metadata={"description": "A P-256 JWK."})
    box = fields.String(metadata={"description": "12 bytes of iv, then the private JWK by AES-256-GCM under the PIN's key."})


class UnlockOut(Schema):
    grant = fields.String(metadata={"description": "Opaque; goes with each submission and with each sync that reads."})
    expires_at = fields.String(metadata={"format": "date-time"})
    home_key = fields.Dict(metadata=HOME_KEY)
    unlock_key = fields.Nested(UnlockKeyOut)
    staff = fields.Nested(PersonOut)


class GrantIn(Strict):
    grant = fields.String(required=True, validate=validate.Length(max=4000))


class OfflinePersonOut(UnlockKeyOut):
    staff = fields.UUID()
    name = fields.String()
    roles = fields.List(fields.String())
    online_at = fields.String(metadata={"format": "date-time"})
    grant = fields.String(metadata={"description": "A JWE to `public` that holds grant, expires_at and home_key."})


class OfflineKeysOut(Schema):
    people = fields.List(fields.Nested(OfflinePersonOut))


class AgencyIn(Strict):
    grant = fields.String(required=True, validate=validate.Length(max=4000))
    name = fields.String(required=True)
    pin = fields.String(required=True, validate=validate.Length(max=100), metadata={"description": "Six digits."})
    until = fields.String(load_default=None, allow_none=True, metadata={"format": "date-time"})
    id = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "Made on the tablet: the same request again adds nobody twice."}
    )


class RenewIn(Strict):
    grant = fields.String(required=True, validate=validate.Length(max=4000))
    valid_until = fields.String(required=True, metadata={"format": "date-time", "description": "The end that the tablet shows: said twice, it renews once."})


class AgencyOut(Schema):
    staff = fields.Nested(PersonOut)
    valid_until = fields.String(metadata={"format": "date-time"})


class EnrolIn(Strict):
    code = fields.String(required=True, validate=validate.Length(min=1, max=200))
    name = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=80))


class HomeOut(Schema):
    id = fields.UUID()
    name = fields.String()
    zone = fields.String()
    units = fields.List(fields.String())


class HomeNamedOut(Schema):
    id = fields.UUID()
    name = fields.String()
    zone = fields.String()


class DeviceOut(Schema):
    id = fields.UUID()
    name = fields.String()


class CallOut(Schema):
    """A number to call in an emergency, shown without a PIN. Only a unit's names its unit."""

    whose = fields.String(metadata={"enum": ["unit", "on_call", "provider"]})
    unit = fields.String(allow_none=True)
    number = fields.String()


class EnrolOut(Schema):
    device = fields.Nested(DeviceOut)
    token = fields.String()
    home = fields.Nested(HomeNamedOut)
    home_key = fields.Dict(metadata=HOME_KEY)


class WhereAmIOut(Schema):
    device = fields.Nested(DeviceOut)
    home = fields.Nested(HomeOut)
    tablets = fields.List(fields.Nested(DeviceOut))
    staff = fields.List(fields.Nested(PersonOut))
    call = fields.List(fields.Nested(CallOut))
    home_key = fields.Dict(metadata=HOME_KEY)
    server_time = fields.String(metadata={"format": "date-time"})


class ReportIn(Strict):
    """What the app on a device says of itself. Nothing about people."""

    version = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=80))
    installed = fields.Boolean(load_default=None, allow_none=True)
    persisted = fields.Boolean(load_default=None, allow_none=True)
    storage_free_mb = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=0, max=MOST_MB))
    oldest_unsent_at = fields.AwareDateTime(load_default=None, allow_none=True, metadata={"description": "By the device's clock."})


class ProblemOut(Schema):
    """RFC 9457 problem details."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    code = fields.String()
    errors = fields.Dict()
