"""What the records of some care days say by the hour of the day (`sync/measures/by_hour.py`), in one question."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from server.improvement.gather import SHIFT_BEFORE
from server.people.store import Home
from server.records import store
from sync.measures.by_hour import ByHour, by_hour
from sync.thresholds import Values

FORM, SAMPLE, INCIDENT = "deployment_observation", "shift_sample", "incident"


def of_days(c: Connection, home: Home, first: date, last: date) -> ByHour:
    """Of the care days from `first` to `last`. A part of a night may be drawn on the day before its form, or the day after."""
    days = range(first.toordinal(), last.toordinal() + 1)
    rows = store.of_days(c, home.id, days.start - SHIFT_BEFORE, days.stop, (FORM, SAMPLE, INCIDENT))
    of = {kind: [row.body for row in rows if row.kind == kind and not row.struck and (kind == SAMPLE or row.day in days)] for kind in (FORM, SAMPLE, INCIDENT)}
    values = Values((row.body for row in store.records(c, home.id, "threshold")), home.zone)
    return by_hour(of[FORM], of[SAMPLE], of[INCIDENT], values=values, zone=home.zone)
