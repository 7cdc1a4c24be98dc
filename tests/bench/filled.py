"""What grows with use: CPU a record in a full ledger beside an empty one, bytes written a record, draining, the first sync.

A full ledger is one real batch of drinks copied by the database itself under ids of earlier days, and those days, the records with
it: the sizes and the indexes are real, the chain of hashes is not, and nothing here reads that.
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
import uuid
from collections.abc import Iterable
from pathlib import Path

import orjson
from sqlalchemy import text

from server.db import db, writing
from server.records import store
from server.records.tables import ledger, record
from tests.bench import intake
from tests.bench.report import Cpu, Row, cpu_of
from tests.harness.apps import House, Tablet

ROWS = 1_000_000
SEED = 500
BATCH, BATCHES, ROUNDS = 100, 10, 3
QUEUED, DRAIN = 5_000, 500
HOME = 60
DAY_MS = 86_400_000
GOAL_FULL, GOAL_BYTES, GOAL_FIRST_KB, GOAL_FIRST_MS = 1.3, 10_000, 100, 300
# Each column that is not copied as it is, by database. `n` is the copy's number: one copy is one earlier day or more.
_FRESH = {
    "sqlite": {"id": "x.fresh", "hash": "randomblob(32)", "digest": "randomblob(32)"},
    "postgresql": {"id": "x.fresh", "hash": "sha256(uuid_send(x.fresh))", "digest": "sha256(uuid_send(x.fresh))"},
}


def fill(kind: str, home_id: int, rows: int, seed: int = SEED) -> None:
    """Copy the last `seed` drinks that are there until the home has `rows` more, with the records that they add up to."""

    def work(c) -> None:
        head = store.head(c, home_id).seq
        number = "BLOB" if kind == "sqlite" else "UUID"
        c.execute(text(f"CREATE TEMPORARY TABLE x (n BIGINT, seq BIGINT, id {number}, fresh {number})"))
        copied = store.rows_after(c, home_id, head - seed)
        ids = ((n, row.seq, row.id, intake.id_of_a_tablet(row.occurred_ms - n * DAY_MS)) for n in range(1, rows // seed + 1) for row in copied)
        _hold(c, kind, ids)
        fresh = {**_FRESH[kind], "seq": f"{head} + (x.n - 1) * {seed} + x.seq - {head - seed}"}
        _copy(c, ledger.name, [column.name for column in ledger.columns], {**fresh, "record": "x.fresh"}, home_id)
        days = {"id": "x.fresh", "seq": fresh["seq"], "day": "t.day - x.n", "held_day": "t.held_day - x.n"}
        _copy(c, record.name, [column.name for column in record.columns], days, home_id)
        c.execute(text(f"UPDATE counter SET seq = {head + rows} WHERE home_id = {home_id}"))
        c.execute(text(f"UPDATE follower SET cursor = {head + rows} WHERE home_id = {home_id}"))
        c.execute(text("DROP TABLE x"))

    writing(work)
    with db.engine.connect() as c, c.begin():
        c.execute(text("ANALYZE"))


def _hold(c, kind: str, ids: Iterable[tuple[int, int, uuid.UUID, uuid.UUID]]) -> None:
    if kind == "sqlite":
        rows = ((n, seq, id_.bytes, fresh.bytes) for n, seq, id_, fresh in ids)
        c.connection.driver_connection.executemany("INSERT INTO x VALUES (?, ?, ?, ?)", rows)
        return
    with c.connection.driver_connection.cursor() as cursor, cursor.copy("COPY x FROM STDIN") as copy:
        for row in ids:
            copy.write_row(row)


def _copy(c, table: str, names: list[str], fresh: dict[str, str], home_id: int) -> None:
    listed = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(fresh.get(name, f't."{name}"') for name in names)
    c.execute(text(f"INSERT INTO {table} ({listed}) SELECT {values} FROM {table} t JOIN x ON x.id = t.id WHERE t.home_id = {home_id}"))


def one_database(kind: str, url: str, folder: Path, server_pid: int | None) -> list[Row]:
    house, home, person, residents = intake.fresh(kind, url, folder)
    cpu = Cpu(server_pid)

    def a_record(name: str) -> float:
        best = []
        for number in range(ROUNDS):
            tablet = home.tablet(f"{name} {number}")
            tablet.unlock(person)
            batches = [intake.drinks(tablet, residents, BATCH) for _ in range(BATCHES)]
            best.append(cpu_of(cpu, lambda: [intake.submit(home, tablet, batch) for batch in batches]))
            intake.follow_all(home)
        return min(best) / (BATCH * BATCHES) * 1e6

    rows = []
    try:
        with house.app.app_context():
            seed = home.tablet("Seed")
            seed.unlock(person)
            intake.submit(home, seed, intake.drinks(seed, residents, SEED))
            intake.follow_all(home)
            intake.as_in_use(kind)
            empty = a_record("Empty")
            last = home.tablet("Last")
            last.unlock(person)
            if kind == "sqlite":
                rows.append(_bytes(home, person, residents, folder))
            rows.append(_drain(house, home, person, residents, cpu, kind))
            rows += _first_sync(house, home, person, cpu, kind)
            intake.follow_all(home)
            intake.submit(home, last, intake.drinks(last, residents, SEED))  # the rows that are copied
            fill(kind, home.id, ROWS)
            full = a_record("Full")
    finally:
        house.close()
    rows.insert(0, Row(
        f"{kind}: CPU a record at intake with {ROWS:,} stored", f"{full:.0f} µs, {full / empty:.2f}× of an empty home",
        f"{empty:.0f} µs (the empty home)", f"≤ {GOAL_FULL}×", full / empty <= GOAL_FULL,
    ))  # fmt: skip
    return rows


def _written() -> int:
    """Bytes that this process has given to the disk."""
    said = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(said["wchar"])


def _checkpoint() -> None:
    with db.engine.connect() as c:
        c.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _bytes(home, person, residents: list[uuid.UUID], folder: Path) -> Row:
    tablet = home.tablet("Bytes")
    tablet.unlock(person)
    batches = [intake.drinks(tablet, residents, BATCH) for _ in range(BATCHES)]
    _checkpoint()
    before = _written()
    for batch in batches:
        intake.submit(home, tablet, batch)
    intake.follow_all(home)
    _checkpoint()  # what stands in the log is written once more, into the pages
    each = (_written() - before) / (BATCH * BATCHES)
    before = _written()
    _raw(batches, "sqlite")
    _checkpoint()
    floor = (_written() - before) / (BATCH * BATCHES)
    return Row("sqlite: bytes written a record (log and pages; ledger, record and folds)", f"{each:,.0f}",
               f"{floor:,.0f} (the driver's own inserts)", f"≤ {GOAL_BYTES:,}", each <= GOAL_BYTES)  # fmt: skip


def _raw(batches: list[list[dict]], kind: str) -> None:
    """The driver's own inserts of the same text, committed as often."""
    floor = intake.Floor()
    with db.engine.begin() as c:
        c.execute(text("DELETE FROM floor"))
    for batch in batches:
        floor.insert([orjson.dumps(item) for item in batch], kind)


def _drain(house: House, home, person, residents: list[uuid.UUID], cpu: Cpu, kind: str) -> Row:
    """Two tablets' queues over HTTP: one may send 3,000 an hour."""
    calls, batches, count = [], [], QUEUED // DRAIN
    for half in range(2):
        tablet = home.tablet(f"Drain {half}")
        tablet.unlock(person)
        mine = [intake.drinks(tablet, residents, DRAIN) for _ in range(count // 2)]
        batches += mine
        calls += [intake.one_request(house, tablet, *batch) for batch in mine]
    took = cpu_of(cpu, lambda: [call() for call in calls])
    floor = cpu_of(cpu, lambda: _raw(batches, kind))
    intake.follow_all(home)
    return Row(f"{kind}: draining {QUEUED:,} entries over HTTP by {DRAIN}", f"{QUEUED / took:,.0f} a CPU-second",
               f"{QUEUED / floor:,.0f} (the driver's own inserts)")  # fmt: skip


def _first_sync(house: House, home, person, cpu: Cpu, kind: str) -> list[Row]:
    """A home of sixty in its first days: five drinks for everybody, read by a tablet that holds nothing."""
    fresh = house.home("Sixty")
    carer = fresh.staff()
    people = [fresh.resident(f"Resident {number}", room=str(number)) for number in range(HOME)]
    giver = fresh.tablet("Giver")
    giver.unlock(carer)
    giver.sync(intake.drinks(giver, people, HOME * 5))
    tablet = fresh.tablet("New")
    tablet.unlock(carer)
    sizes: list[int] = []
    answers: list[bytes] = []

    def first(one: Tablet) -> None:
        more = True
        while more:
            answer = one.post(one.envelope([]))
            one.cursor, more = answer.json["cursor"], answer.json["more"]
            answers.append(answer.data)
            sizes.append(len(gzip.compress(answer.data, 6)))

    ms = cpu_of(cpu, lambda: first(tablet)) * 1000
    floor_ms = cpu_of(cpu, lambda: [(orjson.loads(data), gzip.compress(data, 6)) for data in answers]) * 1000
    facts = orjson.dumps([change["fields"] for data in answers for change in orjson.loads(data)["changes"]])
    kilobytes, floor_kb = sum(sizes) / 1000, len(gzip.compress(facts, 6)) / 1000
    return [
        Row(f"{kind}: first sync of {HOME} people: size", f"{kilobytes:.0f} kB gz",
            f"{floor_kb:.0f} kB (the records' own fields)", f"≤ {GOAL_FIRST_KB} kB", kilobytes <= GOAL_FIRST_KB),
        Row(f"{kind}: first sync of {HOME} people: pulling the changes, client's parsing and packing included", f"{ms:.0f} ms CPU",
            f"{floor_ms:.0f} ms (parsing and packing alone)", f"≤ {GOAL_FIRST_MS} ms", ms <= GOAL_FIRST_MS),
    ]  # fmt: skip


def run(postgres) -> list[Row]:
    folder = Path(tempfile.mkdtemp(prefix="tidemark-bench-filled-"))
    try:
        rows = one_database("sqlite", f"sqlite:///{folder / 'filled.sqlite'}", folder, None)
        postmaster = int((Path(postgres.folder) / "data" / "postmaster.pid").read_text().split()[0])
        return rows + one_database("postgresql", postgres.create("tidemark_filled"), folder, postmaster)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
