"""Enrolling a tablet, and unlocking it with a PIN."""

from __future__ import annotations

import uuid

from flask import Response, current_app, g
from flask_smorest import Blueprint

from server.clock import now_ms
from server.db import reading
from server.people import devices, grants, home_keys, signin, store, unlock_keys
from server.people.api import body, done, problem
from server.people.limits import enrol_tries
from server.people.rights import device_required, public
from server.people.schemas import EnrolIn, EnrolOut, GrantIn, OfflineKeysOut, ReportIn, UnlockIn, UnlockOut
from server.problems import Problem
from server.wire import answer, rfc3339, small_body

blueprint = Blueprint("people", __name__, url_prefix="/api/v1", description="Tablets and sign-in")


REFUSALS = {
    400: problem("The body is not readable, or a member is missing or wrong."),
    413: problem("The body is too large."),
    415: problem("The body's encoding is not one we take."),
    503: problem("Busy: nothing was changed."),
}


@blueprint.post("/unlock")
@device_required
@blueprint.doc(
    requestBody=body(UnlockIn),
    security=[{"device": []}],
    responses={
        200: done("The PIN is right", UnlockOut),
        401: problem("The token is unknown or revoked."),
        403: problem("Wrong PIN, or nobody here by that id; says tries_left."),
        429: problem("Too many wrong PINs: wait."),
        **REFUSALS,
    },
)
def unlock():
    """A person unlocks this device with a PIN: 72 hours of recording and reading, also offline."""
    given = small_body(UnlockIn)
    who, person = _person_id(given["staff"]), None
    with reading() as c:
        person = store.staff_one(c, g.home.id, who)
    may_enter = person is not None and not person.left(g.now_ms)
    tried = signin.try_pin(g.home.id, g.device.id, who, given["pin"], may_enter=may_enter, now_ms=g.now_ms)
    if tried.wait_ms:
        raise Problem("pin_wait", retry_after=-(-tried.wait_ms // 1000))
    if not tried.right:
        raise Problem("wrong_pin", tries_left=tried.tries_left)
    text, grant = grants.issue_grant(
        g.home.secret, g.home.uuid, g.device.id, person.id, list(person.roles), g.now_ms
    )
    rounds = current_app.extensions["tidemark"].unlock_rounds
    key = unlock_keys.at_unlock(g.home.id, who, given["pin"], tried.hashed, rounds=rounds, now_ms=g.now_ms)
    if key is None:
        raise Problem("busy")  # the PIN was changed just now: what was typed is no longer it
    return answer({
        "grant": text,
        "expires_at": rfc3339(grant.expires_ms),
        "home_key": home_keys.newest_jwk(g.home.id),
        "unlock_key": key.wire(),
        "staff": {"id": str(person.id), "name": person.name, "roles": list(person.roles)},
    })  # fmt: skip


@blueprint.post("/device/keys")
@device_required
@blueprint.doc(
    requestBody=body(GrantIn),
    security=[{"device": []}],
    responses={
        200: done("Who can unlock this device offline, each with a grant that only their PIN opens", OfflineKeysOut),
        401: problem("The token is unknown or revoked."),
        403: problem("The grant is not a live one of this device."),
        **REFUSALS,
    },
)
def device_keys():
    """What lets everyone who unlocked a tablet of the home online within 14 days unlock this one offline."""
    grant = grants.read_grant(g.home.secret, small_body(GrantIn)["grant"])
    if grant is None or not devices.live(grant):
        raise Problem("forbidden")
    return answer({"people": unlock_keys.people_for(g.home, g.device.id, now_ms=g.now_ms)})


@blueprint.post("/enrol")
@public
@blueprint.doc(
    requestBody=body(EnrolIn),
    responses={
        200: done("The device is enrolled; the token is shown this once", EnrolOut),
        403: problem("The code is wrong, used or out of date."),
        429: problem("Too many tries from this address: wait."),
        **REFUSALS,
    },
)
@enrol_tries
def enrol():
    """A tablet redeems the one-time code of its enrolment link."""
    given = small_body(EnrolIn)
    name = (given["name"] or "").strip() or None
    made = store.redeem(given["code"], name, now_ms=now_ms())
    if made is None:
        raise Problem("enrolment_code")
    home, device, token = made
    return answer({
        "device": {"id": str(device), "name": store.device_name(home.id, device)},
        "token": token,
        "home": {"id": str(home.uuid), "name": home.name, "zone": home.zone},
        "home_key": home_keys.newest_jwk(home.id),
    })  # fmt: skip


@blueprint.post("/device/report")
@device_required
@blueprint.doc(
    requestBody=body(ReportIn),
    security=[{"device": []}],
    responses={204: {"description": "Kept"}, 401: problem("The token is unknown or revoked."), **REFUSALS},
)
def report():
    """A tablet says how it is. The last word replaces the one before."""
    said = small_body(ReportIn)
    oldest = said["oldest_unsent_at"]
    # By its own clock, as it is known to be off: how old the entry is does not depend on how wrong the clock is.
    oldest_ms = None if oldest is None else round(oldest.timestamp() * 1000) + (g.device.offset_ms or 0)
    values = {
        "reported_ms": g.now_ms, "app_version": said["version"], "installed": said["installed"], "persisted": said["persisted"],
        "storage_free_mb": said["storage_free_mb"], "oldest_unsent_ms": oldest_ms, "last_seen_ms": g.now_ms,
    }  # fmt: skip
    store.note_report(g.home.id, g.device.id, values)
    return Response(status=204)


def _person_id(text: str) -> uuid.UUID:
    """The staff id that a tablet named. What is no id at all stands for somebody who is not here."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid5(uuid.NAMESPACE_OID, text.encode("utf-8", "backslashreplace").decode())
