"""Fold "totals": what each person drank on each care day, ready to be read without scanning history.

A day is added up again from its records whenever a row of the ledger touches one of them, so that a correction of 100 ml
to 110 ml can never total 210 ml, and any order of arrival gives the same row.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, select

from server import fast, ids
from server.people.tables import home
from server.records import doubles, store
from server.records.tables import hydration_day
from sync import days
from sync.fields import time_ms
from sync.rules.doubles import Drink, Total

TABLES = (hydration_day,)
KIND = "hydration_check"
#: An offer was made: the person could have drunk.
OFFERS = frozenset({"given", "drank", "refused"})

Day = tuple[uuid.UUID, int]
_SUMS = tuple(column.name for column in hydration_day.columns)[3:]


def fold(c: Connection, home_id: int, rows: list[store.LedgerRow]) -> None:
    """Add up again every person's day that these rows touch, or that their records may have stood on before."""
    touched = {row.record for row in rows if row.kind == KIND} | _decided_about(c, home_id, rows)
    everything = _asks_otherwise(c, home_id, rows)
    if not touched and not everything:
        return
    zone = c.execute(select(home.c.zone).where(home.c.id == home_id)).scalar_one()
    stale = _days(c, home_id, touched, zone)
    if everything:
        mine = hydration_day.c.home_id == home_id
        stale |= {tuple(row) for row in c.execute(select(hydration_day.c.resident, hydration_day.c.day).where(mine))}
    beside = _records_of(c, home_id, stale)
    asked = doubles.Asked(c, home_id, zone)
    made = []
    for resident, day in stale:
        total = add_up(beside.get((resident, day), []), lambda drinks, day=day: asked.total(drinks, day))
        if total["entries"]:
            made.append((home_id, resident, day, *(total[name] for name in _SUMS)))
        else:
            fast.run(c, "DELETE FROM hydration_day WHERE home_id = ? AND resident = ? AND day = ?", (home_id, resident, day))
    fast.insert(c, hydration_day, made, upsert=True)


def _records_of(c: Connection, home_id: int, wanted: set[Day]) -> dict[Day, list[store.RecordRow]]:
    """The records of these people's days, oldest first: one question a day, however many people."""
    people: dict[int, set[uuid.UUID]] = {}
    for resident, day in wanted:
        people.setdefault(day, set()).add(resident)
    found: dict[Day, list[store.RecordRow]] = {}
    for day, residents in people.items():
        for row in store.about(c, home_id, KIND, residents, days=(day, day)):
            found.setdefault((row.subject, day), []).append(row)
    return found


def _decided_about(c: Connection, home_id: int, rows: list[store.LedgerRow]) -> set[uuid.UUID]:
    """The entries that a decision among these rows speaks of, or spoke of before."""
    decisions = {row.record for row in rows if row.kind == doubles.DECISION}
    said = [(row.submission or {}).get("fields") or {} for row in store.rows_of(c, home_id, decisions)]
    return {ids.read(fields[name]) for fields in said for name in ("one", "other") if isinstance(fields.get(name), str)}


def _asks_otherwise(c: Connection, home_id: int, rows: list[store.LedgerRow]) -> bool:
    """Whether one of these rows may change how far apart two entries are still asked about."""
    changed = {row.record for row in rows if row.kind == "threshold"}
    said = [(row.submission or {}).get("fields") or {} for row in store.rows_of(c, home_id, changed)]
    return any(fields.get("name") == doubles.SETTING for fields in said)


def _days(c: Connection, home_id: int, touched: set[uuid.UUID], zone: str) -> set[Day]:
    """Every (person, care day) that one of these records stands on, or that any of its rows ever said."""
    found: set[Day] = set()
    changed = set()
    for id_, row in store.records_by_id(c, home_id, touched).items():
        if row.subject is not None and row.day is not None:
            found.add((row.subject, row.day))
        if row.body.get("history"):
            changed.add(id_)
    said: dict[uuid.UUID, tuple[set[uuid.UUID], set[int]]] = {}
    for row in store.rows_of(c, home_id, changed):
        people, on = said.setdefault(row.record, (set(), set()))
        on.add(_care_day(row.occurred_ms, zone))
        fields = (row.submission or {}).get("fields") or {}
        if isinstance(fields.get("resident"), str):
            people.add(uuid.UUID(fields["resident"]))
        moved = time_ms(fields["occurred_at"]) if isinstance(fields.get("occurred_at"), str) else None
        if moved is not None:
            on.add(_care_day(days.corrected_ms(moved, row.offset_ms), zone))
    for people, on in said.values():
        found |= {(person, day) for person in people for day in on}
    return found


def _care_day(ms: int, zone: str) -> int:
    return days.care_day(days.from_ms(ms), zone).toordinal()


def add_up(records: list[store.RecordRow], total: Callable[[list[Drink]], Total]) -> dict[str, Any]:
    """The totals of one person's records of one care day; `total` adds up their drinks. Struck-out records count nowhere,
    and a drink handed over is an offer and 0 ml: only what somebody said was drunk counts."""
    standing = [record for record in records if not record.struck]
    drinks = {record.id: one for record in standing if (one := doubles.drink_of(record.body, record.occurred_ms)) is not None}
    drunk = total(list(drinks.values()))
    sums = {"least_ml": drunk.least_ml, "most_ml": drunk.most_ml, "to_check": drunk.to_check, "food_ml": 0, "offered": 0, "refused": 0, "entries": len(standing), "in_doubt": 0}
    last_drink = last_offer = None
    for record in standing:
        said = record.fields
        ml, outcome = drinks[record.id].ml if record.id in drinks else 0, said.get("outcome")
        if said.get("from_food") is True:
            sums["food_ml"] += ml
        if outcome in OFFERS:
            sums["offered"] += 1
            last_offer = max(last_offer or 0, record.occurred_ms)
        if outcome == "refused":
            sums["refused"] += 1
        if "drunk_ml" in record.body["conflicts"]:
            sums["in_doubt"] += 1
        if ml > 0:
            last_drink = max(last_drink or 0, record.occurred_ms)
    return {**sums, "last_drink_ms": last_drink, "last_offer_ms": last_offer}
