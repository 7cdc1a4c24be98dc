"""The sync protocol's shapes, for the API's own description: the intake judges by protocol.md's rules, which say more."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from server.people.schemas import Strict
from server.records import photos

_TIME = {"format": "date-time"}


class HeadSchema(Schema):
    ledger = fields.UUID(required=True)
    seq = fields.Integer(required=True)
    hash = fields.String(required=True, metadata={"description": "Lower-case hex."})


class SubmissionSchema(Schema):
    """An immutable statement by a person, made on a device, about one record. Each is judged by itself."""

    id = fields.UUID(required=True)
    record = fields.UUID(required=True)
    kind = fields.String(required=True)
    schema = fields.Integer(required=True)
    parents = fields.List(fields.UUID(), required=True)
    author = fields.UUID(required=True, allow_none=True)
    grant = fields.String(allow_none=True)
    occurred_at = fields.String(required=True, metadata=_TIME)
    recorded_at = fields.String(required=True, metadata=_TIME)
    offset_ms = fields.Integer(required=True, allow_none=True)
    seen = fields.Integer(required=True, allow_none=True)
    clock = fields.String(required=True)
    nonce = fields.String(required=True, validate=validate.Length(equal=32))
    number = fields.Integer(required=True, validate=validate.Range(min=1))
    fields_ = fields.Dict(required=True, data_key="fields")
    repairs = fields.UUID(allow_none=True)
    author_name = fields.String(allow_none=True, validate=validate.Length(min=1, max=80))


class SealedSchema(Schema):
    """A submission sealed to a session key, which is itself sealed to the home's key in `keys`. Opened, it is judged alike."""

    id = fields.UUID(required=True)
    number = fields.Integer(required=True, validate=validate.Range(min=1))
    digest = fields.String(required=True, metadata={"description": "Of the submission inside, in lower-case hex."})
    kid = fields.String(required=True, metadata={"description": "Which of `keys` opens it."})
    sealed = fields.String(required=True, metadata={"description": "Compact JWE, dir and A256GCM."})


#: What the description names by reference alone.
NAMED = {"Submission": SubmissionSchema, "Sealed": SealedSchema}


class SyncIn(Schema):
    protocol = fields.Integer(required=True)
    sent_at = fields.String(required=True, metadata=_TIME)
    grant = fields.String(allow_none=True)
    cursor = fields.String(required=True, allow_none=True)
    head = fields.Nested(HeadSchema, allow_none=True)
    keys = fields.Dict(allow_none=True, metadata={"description": "Session keys by kid: compact JWE to the home's key."})
    pending = fields.Integer(required=True, validate=validate.Range(min=0))
    last_number = fields.Integer(required=True, validate=validate.Range(min=0))
    submissions = fields.List(
        fields.Raw(metadata={"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in NAMED]}),
        required=True,
        validate=validate.Length(max=500),
    )


class ResultSchema(Schema):
    id = fields.String(allow_none=True)
    status = fields.String(validate=validate.OneOf(["accepted", "duplicate", "quarantined", "retry"]))
    digest = fields.String(allow_none=True)
    seq = fields.Integer()
    hash = fields.String()
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


class ChangeSchema(Schema):
    record = fields.UUID()
    kind = fields.String()
    seq = fields.Integer()
    author = fields.UUID(allow_none=True)
    device = fields.UUID()
    occurred_at = fields.String(metadata=_TIME)
    recorded_at = fields.String(metadata=_TIME)
    received_at = fields.String(metadata=_TIME)
    fields_ = fields.Dict(data_key="fields")
    heads = fields.List(fields.UUID())
    conflicts = fields.Dict()
    struck_out = fields.Boolean()
    flags = fields.List(fields.String())
    history = fields.List(fields.Dict())
    # Of a plan that somebody loosened and no second person confirmed: the fields in force.
    in_force = fields.Dict()


class SyncOut(Schema):
    protocol = fields.Integer()
    server_time = fields.String(metadata=_TIME)
    head = fields.Nested(HeadSchema)
    safe = fields.Integer(allow_none=True)
    results = fields.List(fields.Nested(ResultSchema))
    changes = fields.List(fields.Nested(ChangeSchema))
    removed = fields.List(fields.UUID())
    resend = fields.List(fields.List(fields.Integer()))
    cursor = fields.String(allow_none=True)
    more = fields.Boolean()
    locked = fields.Boolean()
    rewound = fields.Dict(metadata={"description": "Only when the head returned is not in this ledger: {seq}."})
    grant = fields.String(metadata={"description": "Only when the grant was renewed."})
    grant_expires_at = fields.String(metadata=_TIME)
    clock_off_ms = fields.Integer(metadata={"description": "Only when the device's clock is over five minutes out."})


class LetterIn(Strict):
    type = fields.String(required=True, metadata={"description": "image/jpeg, image/png or application/pdf."})
    content = fields.String(required=True, metadata={"description": "The file, base64url."})


class LetterOut(Schema):
    id = fields.UUID()


class PhotosIn(Strict):
    grant = fields.String(required=True, validate=validate.Length(max=4000))
    sha256 = fields.List(
        fields.String(validate=validate.Regexp(r"[0-9a-f]{64}\Z")),
        required=True,
        validate=validate.Length(max=photos.MOST_AT_ONCE),
        metadata={"description": "As `resident` records name them in `photo`."},
    )


class PhotoSchema(Schema):
    sha256 = fields.String()
    content = fields.String(metadata={"description": "The picture, a JPEG, base64."})


class PhotosOut(Schema):
    photos = fields.List(fields.Nested(PhotoSchema), metadata={"description": "Those that are here, of people who live here now."})
