"""Tidemark draws the shifts that are looked at, and says so in the ledger: one `shift_sample` a home and care day.

Written when its two hours begin and not before, so that nobody can staff for it. A server that was down draws what it
missed for a week back: the day counts in the denominator all the same, and `drawn_at` shows that it came late. The
record's id is derived from the home and the day: whoever draws it again, in however many processes, states a duplicate.
"""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from server.db import reading
from server.people.store import Home
from server.records import intake, store
from server.wire import rfc3339
from sync import days
from sync.rules import sampling

KIND = "shift_sample"
BACK_DAYS = 7


def sample_id(home: Home, day: date) -> uuid.UUID:
    """The record of what was drawn for a care day."""
    return uuid.uuid5(home.uuid, f"{KIND}/{day.isoformat()}")


def draw_due(home: Home, now_ms: int) -> int:
    """Write the draws that are due and not written yet; returns how many. Idle, it reads one index."""
    today = days.care_day(days.from_ms(now_ms), home.zone)
    first = max(date.fromisoformat(home.started_on), today - timedelta(days=BACK_DAYS))
    wanted = {sample_id(home, day): day for day in (first + timedelta(days=n) for n in range((today - first).days + 1))}
    with reading() as c:
        missing = [(id_, day) for id_, day in wanted.items() if id_ not in store.records_by_id(c, home.id, wanted)]
        units = store.units(c, home.id) if missing else []
    statements = []
    for id_, day in missing:
        drawn = sampling.draw(home.secret.hex(), day, units, home.zone)
        if days.to_ms(drawn.from_) > now_ms:
            continue
        fields = {
            "shift": drawn.shift, "from": rfc3339(days.to_ms(drawn.from_)), "to": rfc3339(days.to_ms(drawn.to)),
            "drawn_at": rfc3339(now_ms), "because": list(drawn.because),
        } | ({"unit": drawn.unit} if drawn.unit else {})  # fmt: skip
        statements.append(intake.Statement(record=id_, kind=KIND, fields=fields, occurred_ms=now_ms, id=id_))
    results = intake.write(home.id, statements, now_ms=now_ms, origin="system") if statements else []
    return sum(result.status == "accepted" for result in results)
