"""What an evidence pack rests on: all that a home can show for some care days, read once.

A fixed number of questions, however many people and entries. It holds records, figures and proofs, no words: the pages put it into
tables (`server/pages/pack_tables.py`), and every format of the pack is made from those.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from server.alerts import silence
from server.improvement import hours, numbers
from server.improvement import store as plan_store
from server.improvement.store import Day, Series
from server.people.store import Home
from server.records import proof, record_systems, store
from sync import days
from sync.fields import time_ms
from sync.measures import MEASURES
from sync.measures.by_hour import ByHour
from sync.rules.sampling import rank
from sync.rules.triggers import Number
from sync.thresholds import Values

ENTRY = "hydration_check"
#: What stands beside records and audits, by kind.
BESIDE = ("audit", "minute", "feedback", "staff_account", "practice_observation", "complaint", "incident")
#: Care days of a pack where nobody says otherwise (the article's eight weeks), and at most.
PACK_DAYS, MOST_DAYS = 56, 184
#: Entries drawn for the pack from all, and as many again of those that were changed, struck out or late.
DRAWN, DRAWN_CHANGED = 15, 15
MINUTE_MS = 60_000


@dataclass(frozen=True)
class Pack:
    """The evidence of care days `first` to `last`, as at `now_ms` and the ledger's head."""

    home: Home
    first: date
    last: date
    now_ms: int
    head: store.Head
    days: dict[str, list[tuple[Day, dict[str, Any]]]]  # by measure, oldest first
    before: dict[str, list[tuple[int, int, int]]]  # by measure, the days before `first` on which anything was due: limits rest on them
    actions: list[store.RecordRow]
    reviews: dict[uuid.UUID, list[store.RecordRow]]
    beside: dict[str, list[store.RecordRow]]  # by kind of BESIDE, oldest first
    entries: list[store.RecordRow]  # every drink's entry, struck-out ones too
    drawn: list[store.RecordRow]
    rows: dict[uuid.UUID, list[store.LedgerRow]]  # of each drawn entry
    proofs: dict[int, proof.Proof]
    silent: tuple[silence.Tablet, ...]
    waiting: int  # entries that are set aside
    systems: dict[str, str]  # the other systems that are the home's record, by type of entry
    number: Number  # the home's own numbers of the plan
    by_hour: ByHour
    standards: list[store.RecordRow]
    late: frozenset[uuid.UUID]  # entries that were written down later than what is still near the bedside


def gather(c: Connection, home: Home, first: date, last: date, now_ms: int) -> Pack:
    """Read all of it, in one transaction's view."""
    values = Values((row.body for row in store.records(c, home.id, "threshold")), home.zone)
    near_ms = round(values.value("hydration.bedside_minutes", at=days.from_ms(now_ms)) * MINUTE_MS)
    actions = plan_store.actions(c, home.id)
    beside: dict[str, list[store.RecordRow]] = {kind: [] for kind in BESIDE}
    for row in store.of_days(c, home.id, first.toordinal(), last.toordinal(), BESIDE):
        if not row.struck:
            beside[row.kind].append(row)
    people = [row.id for row in store.records(c, home.id, "resident")]
    entries = store.many_about(c, home.id, ENTRY, people, days=(first.toordinal(), last.toordinal()))
    late = frozenset(row.id for row in entries if (time_ms(row.body["recorded_at"]) or row.occurred_ms) - row.occurred_ms > near_ms)
    drawn = draw(f"{home.secret.hex()}/{first}/{last}", entries, late)
    rows: dict[uuid.UUID, list[store.LedgerRow]] = defaultdict(list)
    for row in store.rows_of(c, home.id, [each.id for each in drawn]):
        rows[row.record].append(row)
    return Pack(
        home, first, last, now_ms, store.head(c, home.id),
        days={name: plan_store.between(c, home.id, name, first, last) for name in MEASURES},
        before={name: plan_store.earlier(c, home.id, name, first) for name in MEASURES},
        actions=actions, reviews=plan_store.reviews(c, home.id, [row.id for row in actions]), beside=beside, entries=entries,
        drawn=drawn, rows=rows, proofs=proof.of(c, home.id, {row.seq for of in rows.values() for row in of}),
        standards=plan_store.standards(c, home.id), silent=silence.of(c, home.id, now_ms, home.zone, values).tablets, waiting=len(store.set_aside(c, home.id, limit=10_000)), late=late,
        number=numbers.of(c, home.id, home.zone, days.care_day(days.from_ms(now_ms), home.zone)), systems=record_systems.elsewhere(c, home.id),
        by_hour=hours.of_days(c, home, first, last),
    )  # fmt: skip


def series(pack: Pack, measure: str, since: date = date.min) -> Series:
    """A measure's days of the pack, for a chart that begins on `since`."""
    return Series(tuple(day for day, _ in pack.days[measure]), tuple(pack.before[measure])).since(since)


def draw(seed: str, entries: list[store.RecordRow], late: frozenset[uuid.UUID]) -> list[store.RecordRow]:
    """The entries that are shown with their history, oldest first: some of all, some of the changed and late ones.

    Drawn by the home's own seed and the days asked for, so that nobody chooses, and asking again draws the same.
    """
    ranked = sorted(entries, key=lambda row: rank(seed, row.id))
    chosen = {row.id for row in ranked[:DRAWN]}
    told = (row for row in ranked[DRAWN:] if changed(row) or row.struck or row.id in late)
    chosen |= {row.id for _, row in zip(range(DRAWN_CHANGED), told, strict=False)}
    return [row for row in entries if row.id in chosen]


def changed(row: store.RecordRow) -> bool:
    """Whether anybody has written about the record since it was made."""
    return "history" in row.body


def usual(today: date) -> tuple[date, date]:
    """The care days of a pack where nobody says otherwise: the last that are over."""
    return today - timedelta(days=PACK_DAYS), today - timedelta(days=1)
