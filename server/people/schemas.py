"""What sign-in and enrolment take and answer, as marshmallow schemas: checked by them and documented from them."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate


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


class UnlockOut(Schema):
    grant = fields.String(metadata={"description": "Opaque; goes with each submission and with each sync that reads."})
    expires_at = fields.String(metadata={"format": "date-time"})
    home_key = fields.Dict(metadata={"description": "The home's public key as a JWK with its kid."})
    staff = fields.Nested(PersonOut)


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


class EnrolOut(Schema):
    device = fields.Nested(DeviceOut)
    token = fields.String()
    home = fields.Nested(HomeNamedOut)


class WhereAmIOut(Schema):
    device = fields.Nested(DeviceOut)
    home = fields.Nested(HomeOut)
    tablets = fields.List(fields.Nested(DeviceOut))
    staff = fields.List(fields.Nested(PersonOut))
    server_time = fields.String(metadata={"format": "date-time"})


class ProblemOut(Schema):
    """RFC 9457 problem details."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    code = fields.String()
    errors = fields.Dict()
