"""What the app on a tablet says of itself: its version, whether the browser keeps its data, how old its oldest unsent
entry is. Operational state for managers; nothing about people, and no submission."""

from __future__ import annotations

from flask import Response, g
from marshmallow import fields, validate
from sqlalchemy import update

from server.db import writing
from server.people.api import body, problem
from server.people.rights import device_required
from server.people.routes import REFUSALS, blueprint
from server.people.schemas import Strict
from server.people.tables import device
from server.wire import small_body

# A terabyte and more: whatever a browser says beyond it is no news.
MOST_MB = 2**31 - 1


class ReportIn(Strict):
    version = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=80))
    installed = fields.Boolean(load_default=None, allow_none=True)
    persisted = fields.Boolean(load_default=None, allow_none=True)
    storage_free_mb = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=0, max=MOST_MB))
    oldest_unsent_at = fields.AwareDateTime(load_default=None, allow_none=True, metadata={"description": "By the device's clock."})


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
    mine = (device.c.home_id == g.home.id) & (device.c.id == g.device.id)
    writing(lambda c: c.execute(update(device).where(mine).values(**values)))
    return Response(status=204)
