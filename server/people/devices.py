"""Which device is asking: its token checked, its home found, its access not ended."""

from __future__ import annotations

from typing import Any

from flask import Flask, g

from server.clock import now_ms
from server.db import reading
from server.people import grants, store
from server.problems import Problem


def require_token(header: str | None) -> None:
    """Put `g.home`, `g.device_id` and `g.now_ms` in place, or refuse with 401 a token that no home of ours signed. Whether
    the device's access was ended is asked by `admit`, and stands in nobody's memory."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem("unknown")
    claimed = grants.token_home(token)
    home = claimed and store.home_by_uuid(claimed)
    said = home and grants.read_token(home.secret, token)
    if not said or said.home != home.uuid:
        raise Problem("unknown")
    g.home, g.device_id, g.now_ms = home, said.device, now_ms()


def require_device(header: str | None) -> None:
    """The same, and the device's row as `g.device`, unless its access has ended."""
    require_token(header)
    look_up()


def look_up() -> store.DeviceRow:
    """The row of the device whose token this is, as `g.device`, or 401.

    A device that this home signed but does not list was enrolled after the backup that the server was restored from: it
    is listed again, because tokens are signed, not looked up.
    """
    with reading() as c:
        row = store.device_row(c, g.home.id, g.device_id)
    if row is None:
        store.relist_device(g.home.id, g.device_id, now_ms=g.now_ms)
        with reading() as c:
            row = store.device_row(c, g.home.id, g.device_id)
    admit(row)
    g.device = row
    return row


def admit(row: Any) -> None:
    """Refuse with 401 a device (its row, or what has `pseudo` and `revoked_ms` of it) that nobody may speak through."""
    if row.pseudo is not None:
        raise Problem("unknown")
    if row.revoked_ms is not None:  # whatever time it says: it may have been written under a wrong clock
        raise Problem("revoked")


def live(grant: grants.Grant) -> bool:
    """Whether this grant lets the device of this request read now."""
    if grant.home != g.home.uuid or grant.device != g.device_id or grant.expires_ms <= g.now_ms:
        return False
    with reading() as c:
        person = store.staff_one(c, g.home.id, grant.person)
    return person is not None and not person.left(g.now_ms)


def register(app: Flask) -> None:
    """Hand the checks to the rights decorators."""
    app.extensions["tidemark_device"] = require_device
    app.extensions["tidemark_token"] = require_token
