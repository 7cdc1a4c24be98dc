"""What a tablet asks every half minute, over the building's own network if need be: what is open, and whether calls go out.

When the internet is down push services cannot be reached, but the tablets can: they show alerts and say so themselves.
"""

from __future__ import annotations

from flask import g
from flask_smorest import Blueprint

from server.alerts import ticks, watch
from server.alerts.outbox import STILL_LOOKING
from server.alerts.schemas import LiveOut
from server.db import reading
from server.people.rights import device_required
from server.people.routes import done, problem
from server.records import store
from server.wire import answer, rfc3339

blueprint = Blueprint("alerts_live", __name__, url_prefix="/api/v1/alerts", description="Alerts that nobody owns yet, now")


@blueprint.get("/live")
@device_required
@blueprint.doc(
    responses={200: done("As things stand", LiveOut), 401: problem("The token is unknown or revoked.")}, security=[{"device": []}]
)
def live():
    """Alerts that still look for somebody, by id and level alone, and whether alerts may be late or phones cannot be called."""
    with reading() as c:
        rows = store.records(c, g.home.id, "alert", open_only=True)
        last = ticks.last_ms(c, g.now_ms)
        said = {
            "server_time": rfc3339(g.now_ms),
            "may_be_late": watch.may_be_late(c, g.now_ms),
            "phones_unreachable": watch.push_is_down(c, g.home.id, g.now_ms),
            "last_tick": last and rfc3339(last),
            "alerts": [
                {"alert": str(row.id), "severity": row.fields.get("severity"), "status": row.fields.get("status"), "next_at": row.fields.get("next_at")}
                for row in rows
                if not row.struck and row.fields.get("status") in STILL_LOOKING
            ],
        }
    return answer(said)
