"""What the pages ask the database beside what the features' own stores answer.

Every question names the home of the person signed in: other homes' ids are simply unknown.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Connection, case, func, select

from server.alerts.tables import outbox
from server.people.store import Staff
from server.people.tables import account, device, device_number, pin
from server.records import store
from server.records.store import RecordRow
from server.records.tables import hydration_day, ledger, quarantine
from sync.thresholds import Values


# Open entries that one page looks through; a home that has more has another worry.
OPEN_ASIDE = 1_000


def one(c: Connection, home_id: int, kind: str, id_: uuid.UUID) -> RecordRow | None:
    """The record of that id in this home, when it is of that kind."""
    row = store.record(c, home_id, id_)
    return row if row is not None and row.kind == kind else None


def moved_away(
    c: Connection, home_id: int, kind: str, person: uuid.UUID, day: int, everyone: Iterable[uuid.UUID]
) -> list[RecordRow]:
    """Changed records of other people's care day whose history names this person."""
    others = store.about(c, home_id, kind, set(everyone) - {person}, days=(day, day))
    named = str(person)
    return [row for row in others if any(step["fields"].get("resident") == named for step in row.body.get("history") or ())]


def submissions(c: Connection, home_id: int, records: list[uuid.UUID]) -> dict[uuid.UUID, list[store.LedgerRow]]:
    """The ledger rows about each of these records, in the ledger's order."""
    rows: dict[uuid.UUID, list[store.LedgerRow]] = defaultdict(list)
    for row in store.rows_of(c, home_id, records):
        rows[row.record].append(row)
    return rows


def day_totals(c: Connection, home_id: int, day: int) -> dict[uuid.UUID, Any]:
    """Each resident's row of `hydration_day` for one care day."""
    query = select(hydration_day).where(hydration_day.c.home_id == home_id, hydration_day.c.day == day)
    return {row.resident: row for row in c.execute(query)}


def number_runs(c: Connection, home_id: int) -> dict[uuid.UUID, list[tuple[int, int]]]:
    """The runs of each device's numbers that have arrived."""
    runs: dict[uuid.UUID, list[tuple[int, int]]] = defaultdict(list)
    query = select(device_number).where(device_number.c.home_id == home_id).order_by(device_number.c.first)
    for row in c.execute(query):
        runs[row.device].append((row.first, row.last))
    return runs


def device_names(c: Connection, home_id: int) -> dict[uuid.UUID, str]:
    """The names of the home's tablets and phones, removed ones too."""
    query = select(device.c.id, device.c.name).where(device.c.home_id == home_id, device.c.pseudo.is_(None))
    return {row.id: row.name for row in c.execute(query)}


def with_pin(c: Connection, home_id: int) -> set[uuid.UUID]:
    """Who has a PIN."""
    return set(c.execute(select(pin.c.staff).where(pin.c.home_id == home_id)).scalars())


def with_account(c: Connection, home_id: int) -> set[uuid.UUID]:
    """Who can sign in on these pages."""
    return set(c.execute(select(account.c.staff).where(account.c.home_id == home_id)).scalars())


def added_by(c: Connection, home_id: int, people: list[Staff]) -> dict[uuid.UUID, str]:
    """Who added each agency worker, by name, where their record says so."""
    names = {str(person.id): person.name for person in people}
    found = store.records_by_id(c, home_id, [person.id for person in people if person.agency])
    return {id_: names[by] for id_, row in found.items() if (by := row.fields.get("added_by")) in names}


def restores(c: Connection, home_id: int) -> list[tuple[int, int]]:
    """(last row kept, when) of every restore from a backup, oldest first."""
    return [(life.from_seq - 1, life.began_ms) for life in store.lives(c, home_id)[1:]]


def messages_about(c: Connection, home_id: int, alert: uuid.UUID) -> list:
    """What was put out to be delivered about an alert, oldest first."""
    query = select(
        outbox.c.staff, outbox.c.role, outbox.c.device, outbox.c.what, outbox.c.opening, outbox.c.state, outbox.c.made_ms,
        outbox.c.shown_ms,
    ).where(outbox.c.home_id == home_id, outbox.c.alert == alert)  # fmt: skip
    return list(c.execute(query.order_by(outbox.c.made_ms)))


def received_ms(c: Connection, home_id: int, seq: int) -> int | None:
    """When a ledger row was received."""
    return c.execute(select(ledger.c.received_ms).where(ledger.c.home_id == home_id, ledger.c.seq == seq)).scalar()


def set_aside(c: Connection, home_id: int, *, skip: int, limit: int) -> tuple[list, int]:
    """What was set aside, what still waits for somebody first and then newest first, and how many there are in all."""
    mine = quarantine.c.home_id == home_id
    total = c.execute(select(func.count()).select_from(quarantine).where(mine)).scalar() or 0
    waiting_first = case((quarantine.c.state == "open", 0), else_=1)
    query = select(quarantine).where(mine).order_by(waiting_first, quarantine.c.received_ms.desc(), quarantine.c.key)
    return list(c.execute(query.offset(skip).limit(limit))), total


def set_aside_one(c: Connection, home_id: int, key: bytes) -> Any:
    """One thing that was set aside, by its key; None when this home has none of that key."""
    return c.execute(select(quarantine).where(quarantine.c.home_id == home_id, quarantine.c.key == key)).first()


def not_filed(c: Connection, home_id: int, resident: uuid.UUID) -> int:
    """How many entries about a person are set aside and not put right yet: they count in no total."""
    count, about = 0, set()
    for row in store.set_aside(c, home_id, limit=OPEN_ASIDE):
        said = _read(bytes(row.body))
        fields = said.get("fields")
        named = as_id(fields.get("resident")) if isinstance(fields, dict) else None
        if named is None:
            about.add((row.key, as_id(said.get("record"))))
        else:
            count += named == resident
    known = store.records_by_id(c, home_id, {record for _, record in about if record is not None})
    return count + sum(record in known and known[record].subject == resident for _, record in about)


def _read(raw: bytes) -> dict[str, Any]:
    """What was set aside, where it is a JSON object; {} where it is not."""
    try:
        said = orjson.loads(raw)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def as_id(value: Any) -> uuid.UUID | None:
    """The id that a field holds, or None where it holds none."""
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None


def ledger_row(c: Connection, home_id: int, id_: uuid.UUID) -> Any:
    """Which record a submission in the ledger speaks of, and what it says; None where there is none."""
    query = select(ledger.c.record, ledger.c.submission)
    return c.execute(query.where(ledger.c.home_id == home_id, ledger.c.id == id_)).first()


def submission(c: Connection, home_id: int, id_: uuid.UUID) -> dict[str, Any] | None:
    """What a ledger row says; None when there is no such row, or when it was erased."""
    said = c.execute(select(ledger.c.submission).where(ledger.c.home_id == home_id, ledger.c.id == id_)).scalar()
    return orjson.loads(said) if said else None


def from_device(c: Connection, home_id: int, device_id: uuid.UUID, limit: int) -> list[tuple[Any, int | None]]:
    """The last ledger rows that a device sent, newest first, each with the number that the device gave it."""
    mine = (ledger.c.home_id == home_id) & (ledger.c.device == device_id)
    names = (ledger.c.seq, ledger.c.kind, ledger.c.author, ledger.c.recorded_ms, ledger.c.received_ms, ledger.c.submission)
    rows = c.execute(select(*names).where(mine).order_by(ledger.c.seq.desc()).limit(limit))
    return [(row, orjson.loads(row.submission).get("number") if row.submission else None) for row in rows]


def thresholds(c: Connection, home_id: int, zone: str) -> Values:
    """What applies in this home: its `threshold` records over the defaults."""
    return Values((row.body for row in store.records(c, home_id, "threshold")), zone)
