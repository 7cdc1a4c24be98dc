"""Fill every projection again from the ledger: the same bytes as before, no alert raised, no actor's cursor moved."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import orjson
from sqlalchemy import Connection, delete, select

from server import fast
from server.db import writing
from server.people.store import Home
from server.people.tables import staff
from server.records import doubles, fold, intake, projections
from server.records.tables import drink_place, ledger, record, waiting
from sync import merge
from sync.kinds import kind as kind_named

# Records folded and written at once.
CHUNK = 1_000


def rebuild(home_id: int) -> int:
    """Rebuild one home in one transaction, writers of that home waiting meanwhile. Returns how many records it has."""

    def work(c: Connection) -> int:
        for name in projections.FOLDS:
            projections.lock(c, home_id, name)
        lock = intake.lock_home(c, home_id)
        for table in (record, waiting, staff, drink_place):
            c.execute(delete(table).where(table.c.home_id == home_id))
        count = _records(c, lock.home)
        projections.refill(c, home_id)
        return count

    return writing(work)


def _records(c: Connection, home: Home) -> int:
    born, count = _born(c, home.id), 0
    places = doubles.Refill(c, home.id)
    chunk: list[tuple[uuid.UUID, merge.Folded]] = []
    for id_, rows in _by_record(c, home.id):
        found = merge.fold(kind_named, rows)
        if found is None:
            continue
        chunk.append((id_, found))
        count += 1
        if len(chunk) == CHUNK:
            _write(c, home, chunk, born)
            places.take(chunk)
            chunk = []
    _write(c, home, chunk, born)
    places.take(chunk)
    places.done()
    return count


def _write(c: Connection, home: Home, chunk: list[tuple[uuid.UUID, merge.Folded]], born: dict[uuid.UUID, int]) -> None:
    rows, waits, people = [], [], []
    for id_, found in chunk:
        named = fold.named(found, home)
        missing = {other: flag for other, flag in named.items() if other not in born}
        found.seq = max([found.seq, *(born[other] for other in named if other in born)])
        rows.append(fold.record_row(home, id_, found, missing.values()))
        waits += [(home.id, other, id_) for other in missing]
        if found.kind == "staff_member":
            people.append(fold.staff_row(home, id_, found))
    fast.insert(c, record, rows)
    fast.insert(c, waiting, waits)
    fast.insert(c, staff, people)


def _born(c: Connection, home_id: int) -> dict[uuid.UUID, int]:
    """Every record that shows, and the `seq` at which its first creating row came."""
    found: dict[uuid.UUID, int] = {}
    names = (ledger.c.seq, ledger.c.id, ledger.c.record)
    mine = (ledger.c.home_id == home_id) & ledger.c.submission.is_not(None)
    for seq, id_, record_id in c.execute(select(*names).where(mine, ledger.c.id == ledger.c.record)):
        found[record_id] = seq
    later = select(*names, ledger.c.submission).where(mine, ledger.c.id != ledger.c.record)
    for seq, _, record_id, text in c.execute(later):
        repairs = orjson.loads(text).get("repairs") if '"repairs"' in text else None
        if repairs and uuid.UUID(repairs) == record_id:
            found[record_id] = min(seq, found.get(record_id, seq))
    return found


def _by_record(c: Connection, home_id: int) -> Iterator[tuple[uuid.UUID, list[merge.Row]]]:
    """Each record's rows, read in pages of records so that a long ledger does not have to fit into memory."""
    query = select(ledger.c.record).where(ledger.c.home_id == home_id).distinct().order_by(ledger.c.record)
    ids = [row[0] for row in c.execute(query)]
    for start in range(0, len(ids), CHUNK):
        rows: dict[uuid.UUID, list[merge.Row]] = {}
        for id_, row in fold.stored_rows(c, home_id, ids[start : start + CHUNK]):
            rows.setdefault(id_, []).append(row)
        yield from rows.items()
