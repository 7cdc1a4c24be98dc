"""An agency worker added at the bedside: who may add one, for how long, the record and PIN that come of it, and one shift more."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from server.db import writing
from server.people import rights, signin
from server.people import store as people
from server.people.grants import Grant
from server.people.store import Home
from server.problems import Problem
from server.records import intake, store
from server.wire import rfc3339
from sync import days
from sync.fields import time_ms
from sync.messages import text
from sync.readable import bad_text
from sync.roles import SUPPORT_WORKER

LONGEST_NAME = 80
LONGEST_MS = 24 * 3_600_000


@dataclass(frozen=True)
class Added:
    """Who was added, and until when (milliseconds UTC) they may record."""

    id: uuid.UUID
    name: str
    until_ms: int


def add(home: Home, grant: Grant, said: dict[str, Any], *, now_ms: int) -> Added:
    """Add an agency support worker with a PIN, on the word of whoever holds this live grant.

    `said` has name, pin and, perhaps, until and id. The record and the PIN come in one transaction. The same id again, after
    an answer that was lost, adds nobody and changes nothing: whoever was added under it is answered. Raises Problem 403 and 400.
    """
    if not rights.may(grant.roles, "people.add_agency"):
        raise Problem("forbidden")
    name, pin, errors = said["name"].strip(), said["pin"], {}
    until_ms = _until(home, said.get("until"), now_ms)
    if not 1 <= len(name) <= LONGEST_NAME or bad_text(name):
        errors["name"] = [text("problems.agency.name")]
    if not signin.is_pin(pin) or len(set(pin)) == 1:
        errors["pin"] = [text("problems.agency.pin")]
    if until_ms is None:
        errors["until"] = [text("problems.agency.until")]
    if errors:
        raise Problem("bad_request", errors=errors)
    hashed, id_ = signin.hash_secret(pin), said.get("id") or uuid.uuid4()
    fields = {
        "name": name, "roles": [SUPPORT_WORKER], "agency": True, "valid_until": rfc3339(until_ms), "added_by": str(grant.person),
    }  # fmt: skip
    stated = intake.Statement(
        record=id_, id=id_, kind="staff_member", fields=fields, occurred_ms=now_ms, author=grant.person, roles=grant.roles
    )

    def work(c: Connection) -> Added:
        (result,) = intake.append(c, home.id, [stated], now_ms=now_ms, origin="page")
        if result.status == "duplicate":
            return _added_before(c, home, id_, grant)
        if result.status != "accepted":
            raise ValueError(f"an agency worker's record was not fit: {result.errors}")
        signin.put_pin(c, home.id, id_, hashed, now_ms=now_ms)
        return Added(id_, name, until_ms)

    return writing(work)


def renew(home: Home, grant: Grant, id_: uuid.UUID, seen: str, *, now_ms: int) -> Added:
    """One shift more for an agency worker, on the word of whoever holds this live grant.

    `seen` is the end that was on the screen. Said again, after an answer that was lost or by two seniors at once, it gives no second
    shift: whoever asks is told the end that stands. Whose access a manager has ended stays out. Raises Problem 403 and 400.
    """
    if not rights.may(grant.roles, "people.add_agency"):
        raise Problem("forbidden")

    def work(c: Connection) -> Added:
        intake.lock_home(c, home.id)
        row = store.record(c, home.id, id_)
        fields = row.fields if row is not None and row.kind == "staff_member" and not row.struck else {}
        ends_ms, person = time_ms(fields.get("valid_until") or ""), people.staff_one(c, home.id, id_)
        if person is None or not fields.get("agency") or ends_ms is None or person.ends_ms != ends_ms:
            raise Problem("bad_request", errors={"id": [text("problems.agency.renew")]})
        if time_ms(seen) != ends_ms:
            return Added(id_, person.name, ends_ms)
        until_ms = _shift_ends(home, max(now_ms, ends_ms))
        if until_ms > _shift_ends(home, _shift_ends(home, now_ms)):
            raise Problem("bad_request", errors={"until": [text("problems.agency.renewed")]})
        said = intake.Statement(
            record=id_, kind="staff_member", fields={"valid_until": rfc3339(until_ms)}, occurred_ms=now_ms, author=grant.person, roles=grant.roles
        )
        (result,) = intake.append(c, home.id, [said], now_ms=now_ms, origin="page")
        if result.status != "accepted":
            raise ValueError(f"one shift more was not fit: {result.errors}")
        return Added(id_, person.name, until_ms)

    return writing(work)


def _added_before(c: Connection, home: Home, id_: uuid.UUID, grant: Grant) -> Added:
    """Whom the same person added under this id. It says nothing about the PIN: whoever asks could try one after another."""
    row = store.record(c, home.id, id_)
    fields = row.fields if row is not None and row.kind == "staff_member" else {}
    until_ms = time_ms(fields.get("valid_until") or "")
    if fields.get("added_by") != str(grant.person) or not fields.get("agency") or until_ms is None:
        raise Problem("bad_request", errors={"id": [text("problems.agency.id")]})
    return Added(id_, fields["name"], until_ms)


def _until(home: Home, given: str | None, now_ms: int) -> int | None:
    """The end of this shift, or the time given where that is within 24 hours; None where it is not."""
    if given is None:
        return _shift_ends(home, now_ms)
    wanted = time_ms(given)
    return wanted if wanted is not None and now_ms < wanted <= now_ms + LONGEST_MS else None


def _shift_ends(home: Home, at_ms: int) -> int:
    """The end of the shift in which this moment lies."""
    return days.to_ms(days.shift_bounds(days.shift_of(days.from_ms(at_ms), home.zone), home.zone)[1])
