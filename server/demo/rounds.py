"""What comes round by itself while the demo is lived, as the escalator's calendar does it: the drawn shift, the duties, the audits.

The draws hang on the demo's seed, so that the same seed makes the same history; the calendar of a served home finds them made.
"""

from __future__ import annotations

from datetime import timedelta

from server.alerts import duties
from server.db import reading
from server.demo import auditors, plans, staffing
from server.demo.acts import Act
from server.demo.people import ZONE, DemoHome
from server.demo.shifts import MINUTE_MS
from server.people.store import Home
from server.records import sampling, store
from sync import days
from sync.rules.duties import DUTIES, period


def come_round(row: Home, home: DemoHome, seed: int, span: plans.Span, at_ms: int) -> list[Act]:
    """Write what is due at a step; returns what people will do about it: the forms of the shifts that were drawn just now."""
    if _begins(row, at_ms):
        duties.keep(row, at_ms)
    auditors.draw_due(row, home, seed, span, at_ms)
    sampling.draw_due(auditors.by_seed(row, seed), at_ms)
    today = plans.day_of(at_ms)
    drawn = {sampling.sample_id(row, day) for day in (today - timedelta(days=1), today)}
    with reading() as c:
        fresh = [found for found in store.records_by_id(c, row.id, drawn).values() if found.occurred_ms == at_ms]
    forms = [staffing.form_of(home, seed, span, str(found.id), found.fields) for found in fresh]
    return [act for act in forms if act is not None and act.at_ms > at_ms + MINUTE_MS]


def _begins(row: Home, at_ms: int) -> bool:
    """Whether a day or a shift has begun whose duties are not written yet."""
    now = days.from_ms(at_ms)
    wanted = {duties.duty_id(row.uuid, name, period(DUTIES[name], now, ZONE).key) for name in ("hydration_check", "daily_log")}
    with reading() as c:
        return len(store.records_by_id(c, row.id, wanted)) < len(wanted)
