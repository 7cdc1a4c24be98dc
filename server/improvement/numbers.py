"""A home's own numbers of the plan on a day: what judges an action says by which number, and in which version."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy import Connection

from server.records import store
from sync import days
from sync.rules.triggers import Numbers
from sync.thresholds import Values


def of(c: Connection, home_id: int, zone: str, today: date) -> Numbers:
    """The numbers in force by the end of a day: one that counts from that day is among them."""
    values = Values((row.body for row in store.records(c, home_id, "threshold")), zone)
    return Numbers(values, days.local(today, time(23, 59), zone))
