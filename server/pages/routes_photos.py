"""A resident's photo: added with the ground on which it is kept, changed, removed; and the picture itself for the pages."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request

from sqlalchemy import Connection

from server.clock import now_ms
from server.db import reading
from server.improvement import filing
from server.pages import filed_read, filed_view
from server.pages import store as pages_store
from server.pages.names import Names
from server.pages.routes_filed import LONGEST_REASON
from server.pages.set_up_forms import PHOTO_OF
from server.pages.words import say
from server.people import store as people
from server.people.rights import signed_in
from server.problems import Problem
from server.records import photos, picture, store
from sync.kinds.resident import KIND, PHOTO
from sync.messages import text

blueprint = Blueprint("pages_photos", __name__, template_folder="templates")


@blueprint.get("/photos/<uuid:resident>")
@signed_in("records.see")
def photo(resident: uuid.UUID):
    """The picture of a resident, by an address that says nothing of whom it shows. Nothing keeps it on the way."""
    with reading() as c:
        row = _row(c, resident)
        found = photos.one(c, g.person.home_id, row.fields.get("photo"))
    if found is None:
        abort(404)
    answer = Response(found, content_type=picture.TYPE)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/set-up/residents/<uuid:resident>/photo")
@signed_in("set_up.change")
def ask(resident: uuid.UUID):
    """The photo that stands, a form for another, and one to remove it."""
    return _page(_standing(resident), request.args)


@blueprint.post("/set-up/residents/<uuid:resident>/photo")
@signed_in("set_up.change")
def save(resident: uuid.UUID):
    """Keep a photo, or say anew why the one that stands is kept."""
    row, now = _standing(resident), now_ms()
    file, had = _file(), row.fields.get("photo")
    allowed = {asked.name: asked.codes for asked in PHOTO_OF.asked}
    fields, wrong = filed_read.fields(PHOTO_OF, request.form, allowed, g.person.zone, now)
    if file is None and not (had and _is_here(had)):
        wrong["photo"] = say("filed.resident.need.photo")
    reason = _reason("reason") if had else None
    if had and reason is None:
        wrong["reason"] = say("filed.need_reason")
    if wrong:
        return _page(row, request.form, wrong, 400)
    filing.still(g.person.home_id, row.id, request.form.get("version", ""))
    try:
        digest = had if file is None else photos.keep(g.person.home_id, file, now_ms=now)
    except Problem as refused:
        return _page(row, request.form, {"photo": text(f"problems.{refused.code}.detail")}, refused.status)
    _write(row, {"photo": digest, **fields}, reason, now)
    flash(say("photo.saved"))
    return redirect(f"{PHOTO_OF.path}/{row.id}", 303)


@blueprint.post("/set-up/residents/<uuid:resident>/photo/remove")
@signed_in("set_up.change")
def remove(resident: uuid.UUID):
    """Take the photo away, and with it the ground on which it was kept."""
    row, reason = _standing(resident), _reason("remove_reason")
    if not row.fields.get("photo"):
        raise Problem("moved_on")
    if reason is None:
        return _page(row, request.form, {"remove_reason": say("filed.need_reason")}, 400)
    filing.still(g.person.home_id, row.id, request.form.get("version", ""))
    _write(row, dict.fromkeys(PHOTO), reason, now_ms())
    flash(say("photo.removed"))
    return redirect(f"{PHOTO_OF.path}/{row.id}", 303)


# ---- what they share ----


def _row(c: Connection, resident: uuid.UUID) -> store.RecordRow:
    """The resident of that id in this home; another home's is unknown."""
    row = pages_store.one(c, g.person.home_id, KIND.name, resident)
    return row if row is not None else abort(404)


def _standing(resident: uuid.UUID) -> store.RecordRow:
    with reading() as c:
        row = _row(c, resident)
    if row.struck:
        raise Problem("moved_on")
    return row


def _file() -> bytes | None:
    """The photo that was sent, and one byte more where it is longer than we read; None where none was."""
    given = request.files.get("photo")
    return given.stream.read(picture.MOST_BYTES + 1) if given is not None and given.filename else None


def _reason(field: str) -> str | None:
    """Why, in the words of whoever changes it; None where nothing is said, or too much."""
    said = request.form.get(field, "").strip()
    return said if 0 < len(said) <= LONGEST_REASON else None


def _is_here(digest: str) -> bool:
    with reading() as c:
        return photos.one(c, g.person.home_id, digest) is not None


def _write(row: store.RecordRow, fields: Mapping[str, object], reason: str | None, now: int) -> None:
    """Say it in the ledger, then erase the picture that it takes the place of."""
    said = {**fields, **({"correction_reason": reason} if reason else {})}
    filing.write(g.person.home_id, [filing.later(row, said, g.person.staff, now)], now)
    photos.tidy(people.home(g.person.home_id), now, gone=row.fields.get("photo"))


def _page(row: store.RecordRow, said: Mapping[str, str], wrong: Mapping[str, str] | None = None, status: int = 200) -> Response:
    with reading() as c:
        names = Names(c, g.person.home_id)
        offered = filed_view.options(c, g.person.home_id, PHOTO_OF, names, row)
        name = names.resident(row.id)
    page = render_template(
        "pages/photo.html",
        one=row.id, name=name, has=bool(row.fields.get("photo")), here=_is_here(row.fields.get("photo", "")), back=f"{PHOTO_OF.path}/{row.id}",
        version=said.get("version") or filing.seen(row), said=said, offered=offered,
        errors=[{"field": field, "text": sentence} for field, sentence in (wrong or {}).items()], wrong=wrong or {},
    )  # fmt: skip
    return Response(page, status)
