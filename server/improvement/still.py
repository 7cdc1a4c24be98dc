"""What the records still say against closing an action, however its evidence was weighed (care.md, The plan 2).

A figure of 100 % says that entries were made. What Tidemark's own triggers find in the same records, and how long people wait, says
whether care is any better.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from server.improvement import triggering
from server.people.store import Home
from server.records import store
from sync.messages import text
from sync.rules import waits
from sync.rules.triggers import DEPLOYMENT, Numbers
from sync.thresholds import Values

_LOOKED_AT = frozenset({"shift_sample", "deployment_observation"})


def against(c: Connection, home: Home, streams: Iterable[str], began: date, today: date, now: datetime) -> list[str]:
    """A sentence for each trigger of these streams that fires now, and one where people wait as they did when the action began."""
    values = Values((row.body for row in store.records(c, home.id, "threshold")), home.zone)
    own = set(streams)
    said = [why for _, why in triggering.firing(c, home, own, today, values, now)]
    return said + ([found] if DEPLOYMENT in own and (found := _waits(c, home, began, today, Numbers(values, now))) else [])


def _waits(c: Connection, home: Home, began: date, today: date, number: Numbers) -> str | None:
    span = timedelta(days=number("plan.waits_days"))
    # Before an action nobody looked often: the weeks on both sides of its first day are where it started from.
    before, now = (_counted(c, home, first, last, number) for first, last in ((began - span, min(began + span, today - span)), (today - span, today)))
    if not waits.unchanged(before, now, number):
        return None
    words = text("pages.plan.waits", n=now[0], of=now[1], days=span.days)
    return f"{words} {text('pages.plan.waited', n=before[0], of=before[1])}" if before[1] else words


def _counted(c: Connection, home: Home, first: date, last: date, number: Numbers) -> waits.Counted:
    """Of the days from `first` up to and without `last`."""
    rows = [row for row in store.of_days(c, home.id, first.toordinal(), last.toordinal() - 1, _LOOKED_AT) if not row.struck]
    forms, samples = ([row.fields for row in rows if row.kind == kind] for kind in ("deployment_observation", "shift_sample"))
    return waits.counted(forms, samples, number)
