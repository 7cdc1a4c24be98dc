"""Is it well: the database answers, the escalation tick is fresh and no alert's step is overdue. Anyone may ask; it tells
nothing about a home."""

from __future__ import annotations

from flask import Response
from flask_smorest import Blueprint
import orjson
from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError

from server.alerts import ticks
from server.clock import now_ms
from server.db import Busy, reading
from server.people.rights import public

blueprint = Blueprint("health", __name__, url_prefix="/api/v1", description="Is Tidemark well")
# Older than this, nobody can be sure that an alert still climbs.
TICK_FRESH_MS = 60_000


@blueprint.get("/health")
@public
@blueprint.doc(responses={200: {"description": "Well"}, 503: {"description": "The database or the escalator is not well"}})
def health():
    """200 only when the database answers, the last escalation tick is fresh and no step of an alert should have been taken
    two minutes ago; says how old the tick is, how many steps are overdue and when the clock was last seen to jump."""
    now = now_ms()
    database, age_ms, overdue, stepped = False, None, None, None
    try:
        with reading() as c:
            c.execute(text("SELECT 1"))
            database = True
            last = _last_tick_ms(c, now)
            age_ms = None if last is None else max(0, now - last)
            overdue = None if last is None else ticks.overdue(c, now)
            stepped = None if last is None else ticks.stepped_ms(c, last)
    except (SQLAlchemyError, Busy):
        pass
    well = database and age_ms is not None and age_ms <= TICK_FRESH_MS and not overdue
    body = {
        "status": "ok" if well else "not_ok",
        "database": "ok" if database else "not_ok",
        "escalation_tick_age_seconds": None if age_ms is None else round(age_ms / 1000, 1),
        "escalation_steps_overdue": overdue,
        "server_clock_stepped_at": stepped,
        "server_time": now,
    }
    answer = Response(orjson.dumps(body), 200 if well else 503, content_type="application/json")
    answer.headers["Cache-Control"] = "no-store"
    if not well:
        answer.headers["Retry-After"] = "5"
    return answer


def _last_tick_ms(c, now_ms: int) -> int | None:
    """When the heartbeat last went round, whoever runs it; None while there has been none."""
    return ticks.last_ms(c, now_ms) if inspect(c).has_table("tick") else None
