"""Which device is asking: its token checked, its home found, its access not ended."""

from __future__ import annotations

from flask import Flask, g

from server.clock import now_ms
from server.db import reading
from server.people import grants, store
from server.problems import Problem


def require_device(header: str | None) -> None:
    """Put `g.home`, `g.device` (its row) and `g.now_ms` in place, or refuse with 401.

    A device that this home signed but does not list was enrolled after the backup that the server was restored from: it
    is listed again, because tokens are signed, not looked up.
    """
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem("unknown")
    claimed = grants.token_home(token)
    home = claimed and store.home_by_uuid(claimed)
    said = home and grants.read_token(home.secret, token)
    if not said or said.home != home.uuid:
        raise Problem("unknown")
    now = now_ms()
    with reading() as c:
        row = store.device_row(c, home.id, said.device)
    if row is None:
        store.relist_device(home.id, said.device, now_ms=now)
        with reading() as c:
            row = store.device_row(c, home.id, said.device)
    if row.pseudo is not None:
        raise Problem("unknown")
    if row.revoked_ms is not None:  # whatever time it says: it may have been written under a wrong clock
        raise Problem("revoked")
    g.home, g.device, g.now_ms = home, row, now


def live(grant: grants.Grant) -> bool:
    """Whether this grant lets the device of this request read now."""
    if grant.home != g.home.uuid or grant.device != g.device.id or grant.expires_ms <= g.now_ms:
        return False
    with reading() as c:
        person = store.staff_one(c, g.home.id, grant.person)
    return person is not None and not person.left(g.now_ms)


def register(app: Flask) -> None:
    """Hand the check to the rights decorators."""
    app.extensions["tidemark_device"] = require_device
