"""Sync: one round trip that takes what a tablet has and tells it what changed; and what a tablet needs to begin."""

from __future__ import annotations

import base64
import shutil
import uuid
from functools import partial
from typing import Any, NamedTuple

from flask import current_app, g
from flask_smorest import Blueprint

from server.db import reading
from server.people import devices, grants, home_keys
from server.people import store as people
from server.people.api import body, done, problem
from server.people.rights import device_required, token_required
from server.people.schemas import AgencyIn, AgencyOut, RenewIn, WhereAmIOut
from server.problems import Problem
from server.records import agency, call_numbers, changes, envelope_in, intake, letters, numbers, photos, store
from server.records.schemas import LetterIn, LetterOut, PhotosIn, PhotosOut, SyncIn, SyncOut
from server.wire import SYNC_BODY_BYTES, answer, raw_body, rfc3339, small_body
from sync.clock import OFF_MS as CLOCK_OFF_MS
from sync.roles import SUPPORT_WORKER

blueprint = Blueprint("records", __name__, url_prefix="/api/v1", description="Records")

# Below this share of the disk free, nothing is taken in: a full disk must never cost what was acknowledged.
DISK_FREE_SHARE = 0.10
# How old "last seen" may be before a request that brings nothing new writes it down.
SEEN_EVERY_MS = 60_000


@blueprint.post("/sync")
@token_required
@blueprint.doc(
    requestBody=body(SyncIn),
    security=[{"device": []}],
    responses={
        200: done("Each submission's result in order, and the changes since the cursor", SyncOut),
        400: problem("The envelope cannot be read."),
        401: problem("The token is unknown or revoked. Neither erases anything."),
        409: problem("The protocol is too old (update_required) or newer than the server's."),
        413: problem("Over 4 MB unpacked, or over 500 submissions."),
        415: problem("The body's encoding is not one we take."),
        429: problem("Over 3,000 submissions in an hour, or 20 MB set aside in a day."),
        503: problem("Busy, or too little disk: nothing was taken in."),
    },
)
def sync():
    """Push and pull in one round trip."""
    try:
        envelope = envelope_in.read(raw_body(SYNC_BODY_BYTES))
        if envelope.submissions and disk_is_full():
            raise Problem("disk_full")
    except Exception:
        devices.look_up()  # whoever may not come in is told so before anything else
        raise
    home, now = g.home, g.now_ms
    grant = grants.read_grant(home.secret, envelope.grant) if envelope.grant else None
    tell = partial(_told, home, g.device_id, envelope, grant, now)
    results: list[intake.Result] = []
    told = None
    if envelope.submissions or _has_news(devices.look_up(), envelope, now):
        # A tablet's first pages are long to read, and the home must not wait for them: those are read after the commit.
        in_step = envelope.cursor is not None or grant is None
        results, told = intake.exchange(
            home.id, g.device_id, envelope.submissions, tell if in_step else lambda c, head, runs: None, now_ms=now,
            sent_at_ms=envelope.sent_at_ms, pending=envelope.pending, last_number=envelope.last_number, keys=envelope.keys,
        )  # fmt: skip
    if told is None:
        with reading() as c:
            told = tell(c, store.head(c, home.id), changes.runs_of(c, home.id, g.device_id))
    said: dict[str, Any] = {
        "protocol": envelope_in.PROTOCOL,
        "server_time": rfc3339(now),
        "head": told.head.wire(),
        "safe": told.head.safe,
        "results": [result.wire() for result in results],
        "changes": told.pulled.changes,
        "removed": told.pulled.removed,
        "resend": told.resend,
        "cursor": told.pulled.cursor,
        "more": told.pulled.more,
        "locked": not told.unlocked,
    }
    if told.cut is not None:
        said["rewound"] = {"seq": told.cut}
    if abs(now - envelope.sent_at_ms) > CLOCK_OFF_MS:
        said["clock_off_ms"] = envelope.sent_at_ms - now
    if told.unlocked and now - grant.issued_ms > grants.GRANT_RENEW_AFTER_MS:
        said["grant"], said["grant_expires_at"] = _renewed(grant, now)
    return answer(said)


class _Told(NamedTuple):
    """What a device is answered beside its results. `cut` is where its ledger parts from this one, None where it does not."""

    head: store.Head
    unlocked: bool
    cut: int | None
    resend: list[list[int]]
    pulled: changes.Pulled


def _told(
    home: people.Home, device: uuid.UUID, envelope: envelope_in.Envelope, grant: grants.Grant | None, now: int, c, head: store.Head,
    runs: list[numbers.Run],
) -> _Told:  # fmt: skip
    live = grant is not None and grant.home == home.uuid and grant.device == device and now < grant.expires_ms
    unlocked = live and changes.may_read(c, home, grant.person, now)
    cut = _cut(c, home.id, envelope, head)
    cursor = None if cut is not None else envelope.cursor
    if unlocked and cut is None:
        pulled = changes.pull(c, home, device, cursor, head, now)
    else:
        kept = None if cut is not None else envelope.cursor_text
        pulled = changes.Pulled([], changes.removed(c, home, cursor, now), kept, cut is not None and unlocked)
    return _Told(head, unlocked, cut, numbers.missing(runs), pulled)


@blueprint.post("/staff/agency")
@device_required
@blueprint.doc(
    requestBody=body(AgencyIn),
    security=[{"device": []}],
    responses={
        201: done("The worker can unlock this home's tablets until then", AgencyOut),
        400: problem("The body is not readable, or the name, PIN or time does not fit."),
        401: problem("The token is unknown or revoked."),
        403: problem("The grant is not a live one of this device, or its role may not add anybody."),
        413: problem("The body is too large."),
        415: problem("The body's encoding is not one we take."),
        503: problem("Busy: nothing was changed."),
    },
)
def add_agency():
    """A senior carer, shift leader or manager adds an agency worker with a PIN for this shift."""
    said = small_body(AgencyIn)
    grant = grants.read_grant(g.home.secret, said["grant"])
    if grant is None or not devices.live(grant):
        raise Problem("forbidden")
    added = agency.add(g.home, grant, said, now_ms=g.now_ms)
    who = {"id": str(added.id), "name": added.name, "roles": [SUPPORT_WORKER]}
    return answer({"staff": who, "valid_until": rfc3339(added.until_ms)}, 201)


@blueprint.post("/staff/agency/<uuid:id_>/renew")
@device_required
@blueprint.doc(
    requestBody=body(RenewIn),
    security=[{"device": []}],
    responses={
        200: done("The worker can unlock this home's tablets until then", AgencyOut),
        400: problem("The body is not readable, nobody from an agency has this id, or their access was ended."),
        401: problem("The token is unknown or revoked."),
        403: problem("The grant is not a live one of this device, or its role may not add anybody."),
        413: problem("The body is too large."),
        415: problem("The body's encoding is not one we take."),
        503: problem("Busy: nothing was changed."),
    },
)
def renew_agency(id_: uuid.UUID):
    """A senior carer, shift leader or manager gives an agency worker one shift more."""
    said = small_body(RenewIn)
    grant = grants.read_grant(g.home.secret, said["grant"])
    if grant is None or not devices.live(grant):
        raise Problem("forbidden")
    renewed = agency.renew(g.home, grant, id_, said["valid_until"], now_ms=g.now_ms)
    who = {"id": str(renewed.id), "name": renewed.name, "roles": [SUPPORT_WORKER]}
    return answer({"staff": who, "valid_until": rfc3339(renewed.until_ms)})


@blueprint.put("/letters/<uuid:id_>")
@device_required
@blueprint.doc(
    requestBody=body(LetterIn),
    security=[{"device": []}],
    responses={
        200: done("The letter is kept; said again for one that is here already", LetterOut),
        400: problem("The body is not readable."),
        401: problem("The token is unknown or revoked."),
        409: problem("No attachment record of this id is here yet, or it names another file."),
        413: problem("Over 2 MB."),
        415: problem("Neither a JPEG, a PNG nor a PDF."),
        429: problem("Over 50 MB from this device in a day."),
        503: problem("Busy, or too little disk: nothing was kept."),
    },
)
def put_letter(id_: uuid.UUID):
    """A photographed letter, after the `attachment` record that names it."""
    said = small_body(LetterIn, letters.BODY_BYTES)
    if disk_is_full():
        raise Problem("disk_full")
    letters.keep(g.home.id, g.device.id, id_, said["type"], said["content"], now_ms=g.now_ms)
    return answer({"id": str(id_)})


@blueprint.post("/photos")
@device_required
@blueprint.doc(
    requestBody=body(PhotosIn),
    security=[{"device": []}],
    responses={
        200: done("The photos that are here; what is not named any more is left out", PhotosOut),
        400: problem("The body is not readable, or asks for more than 8 photos."),
        401: problem("The token is unknown or revoked."),
        403: problem("The grant is not a live one of this device."),
        413: problem("The body is too large."),
        415: problem("The body's encoding is not one we take."),
    },
)
def photos_of_residents():
    """A few photos of residents by their digests, for whoever has unlocked this tablet: a token alone reads none."""
    said = small_body(PhotosIn)
    grant = grants.read_grant(g.home.secret, said["grant"])
    if grant is None or not devices.live(grant):
        raise Problem("forbidden")
    with reading() as c:
        if not changes.may_read(c, g.home, grant.person, g.now_ms):
            raise Problem("forbidden")
        found = photos.of_residents(c, g.home, said["sha256"], g.now_ms)
    return answer({"photos": [{"sha256": digest, "content": base64.b64encode(content).decode()} for digest, content in found.items()]})


def disk_is_full() -> bool:
    """Whether less than a tenth of the disk that holds the data is free."""
    settings = current_app.extensions["tidemark"]
    if settings.disk_free_share is not None:
        return settings.disk_free_share < DISK_FREE_SHARE
    usage = shutil.disk_usage(settings.data)
    return usage.free < usage.total * DISK_FREE_SHARE


def _has_news(device, envelope: envelope_in.Envelope, now: int) -> bool:
    """Whether a request without submissions says something about the device that is worth writing down."""
    same = device.pending == envelope.pending and device.last_number == envelope.last_number
    # A time that lies ahead was written under a wrong clock, and is put right.
    return not same or device.last_seen_ms is None or abs(now - device.last_seen_ms) > SEEN_EVERY_MS


def _cut(c, home_id: int, envelope: envelope_in.Envelope, head: store.Head) -> int | None:
    """Where this ledger parts from what the device was told, by the head or the cursor that it returns."""
    if envelope.head is not None:
        given = envelope.head
        return changes.cut_at(c, home_id, given.ledger, given.seq, given.hash, head)
    if envelope.cursor is not None:
        return changes.cut_at(c, home_id, envelope.cursor.ledger, envelope.cursor.seq, None, head)
    return None


def _renewed(grant: grants.Grant, now: int) -> tuple[str, str]:
    """A fresh grant with the roles that the person holds now, and when it expires."""
    with reading() as c:
        person = people.staff_one(c, g.home.id, grant.person)
    text, fresh = grants.issue_grant(g.home.secret, g.home.uuid, g.device_id, person.id, list(person.roles), now)
    return text, rfc3339(fresh.expires_ms)


@blueprint.get("/device")
@device_required
@blueprint.doc(
    security=[{"device": []}],
    responses={200: done("What the first screen needs: names of staff, and nothing about residents", WhereAmIOut), 401: problem("The token is unknown or revoked.")},
)  # fmt: skip
def device():
    """Which tablet of which home this is, and who may sign in on it."""
    home, row, now = g.home, g.device, g.now_ms
    with reading() as c:
        units, numbers_to_call = store.units(c, home.id), call_numbers.numbers(c, home.id)
    staff = people.staff_list(home.id, now_ms=now)
    return answer({
        "device": {"id": str(row.id), "name": row.name},
        "home": {"id": str(home.uuid), "name": home.name, "zone": home.zone, "units": units},
        "tablets": [{"id": str(one.id), "name": one.name} for one in people.devices(home.id) if one.revoked_ms is None],
        "staff": [{"id": str(person.id), "name": person.name, "roles": list(person.roles)} for person in staff],
        "call": [one._asdict() for one in numbers_to_call],
        "home_key": home_keys.newest_jwk(home.id),
        "server_time": rfc3339(now),
    })  # fmt: skip
