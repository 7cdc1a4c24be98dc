"""Intake at batch 1 and 100 beside the raw floor of the same database in the same run, and the whole path with followers.

The floor is the driver's own `executemany` of the same JSON into a table with the ledger's two keys, committed as often. Rounds of both
alternate, so that whatever else the machine does falls on both.
"""

from __future__ import annotations

import io
import itertools
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path

import orjson
from sqlalchemy import text

import server
from server import clock, gathering
from server.alerts import follow
from server.db import db, reading, writing
from server.people import store as people
from server.records import intake, projections
from server.records.tables import hydration_day
from sync.fields import check_fields, plan_of
from sync.kinds import kind as kind_named
from tests.bench.report import Cpu, Row, cpu_of
from tests.harness.apps import Database, Home, House, Person, Tablet, config_for

ROUNDS = 8
BATCH = 100
BATCHES_A_ROUND = 5
SINGLES_A_ROUND = 60
RESIDENTS = 50
GOAL_INTAKE_A_SECOND = 4000
GOAL_WHOLE_A_SECOND = 2000
GOAL_SINGLE_MS = {"sqlite": 1.0, "postgresql": 2.5}
GOAL_TOTALS_MS = 1.0
GOAL_VALIDATION_US = 12
VALIDATIONS = 20_000
ELEVEN = {
    "resident": str(uuid.uuid4()), "outcome": "drank", "drunk_ml": 150, "drink": "tea", "vessel": str(uuid.uuid4()), "vessel_ml": 200,
    "fraction": 0.75, "basis": "estimated", "from_food": False, "iddsi_level": 2, "note": "slowly, with a straw",
}  # fmt: skip


def fresh(kind: str, url: str, folder: Path) -> tuple[House, Home, Person, list[uuid.UUID]]:
    """A migrated database with one home, fifty people and a senior carer."""
    database = Database(kind, url, folder)
    server.db_upgrade(server.create_app(config_for(database)))
    house = House(database)
    home = house.home()
    residents = [home.resident(f"Resident {number}") for number in range(RESIDENTS)]
    person = home.staff()
    with house.app.app_context(), db.engine.begin() as c:
        binary = "BLOB" if kind == "sqlite" else "BYTEA"
        c.execute(text(f"CREATE TABLE floor (home INTEGER, seq BIGINT, id {binary}, body TEXT, PRIMARY KEY (home, seq), UNIQUE (home, id))"))
    return house, home, person, residents


_given = itertools.count()


def id_of_a_tablet(made_ms: int) -> uuid.UUID:
    """UUIDv7, as `pwa/src/ids.ts` makes them: ids of one time lie beside each other in an index, and that is much of what a row costs."""
    octets = bytearray(made_ms.to_bytes(6) + os.urandom(10))
    octets[6], octets[8] = octets[6] & 0x0F | 0x70, octets[8] & 0x3F | 0x80
    return uuid.UUID(bytes=bytes(octets))


def drinks(tablet: Tablet, residents: list[uuid.UUID], count: int) -> list[dict]:
    """As many drinks as a tablet would send: each of its own record, spread over the people. No two are alike, as nobody is
    given one cup a hundred times within the hour: looking for doubles is in the figure, finding hundreds of them is not."""
    rounds = (divmod(next(_given), len(residents)) for _ in range(count))
    return [tablet.drink(residents[number], 100 + turn % 900, seen=None, id=str(id_of_a_tablet(clock.now_ms()))) for turn, number in rounds]


class Floor:
    """Raw inserts of the same text."""

    def __init__(self) -> None:
        self.seq = 0

    def insert(self, batch: list[bytes], kind: str) -> None:
        rows = []
        for body in batch:
            self.seq += 1
            rows.append((1, self.seq, id_of_a_tablet(clock.now_ms()).bytes, body.decode()))
        marks = "?, ?, ?, ?" if kind == "sqlite" else "%s, %s, %s, %s"

        def work(c) -> None:
            c.exec_driver_sql(f"INSERT INTO floor VALUES ({marks})", rows)

        writing(work)


def as_in_use(kind: str) -> None:
    """What a server has behind it after its first minute: `web` has settled, and PostgreSQL has looked at its tables (autovacuum does,
    each minute). Before that it takes a home's rows for few, and reads them all for each question."""
    gathering.settle()
    if kind == "postgresql":
        with db.engine.connect() as c, c.begin():
            c.execute(text("ANALYZE"))


def submit(home: Home, tablet: Tablet, batch: list[dict]) -> None:
    with reading() as c:
        row = people.device_row(c, home.id, tablet.id)
    now = clock.now_ms()
    results = intake.submit(home.id, row, batch, sent_at_ms=now, now_ms=now, pending=0, last_number=tablet.number)
    assert all(result.status == "accepted" for result in results), results[0]


def follow_all(home: Home) -> None:
    """Let every follower read to the end, at this moment."""
    for name in projections.FOLDS:
        while projections.step(home.id, name):
            pass
    while follow.follow(home.id, clock.now_ms()):
        pass


def one_database(kind: str, url: str, folder: Path, server_pid: int | None) -> list[Row]:
    house, home, person, residents = fresh(kind, url, folder)
    cpu, floor = Cpu(server_pid), Floor()
    spent = {"floor": 0.0, "intake": 0.0, "whole": 0.0, "one": 0.0, "floor one": 0.0}
    try:
        with house.app.app_context():
            warm = home.tablet("Warm")
            warm.unlock(person)
            submit(home, warm, drinks(warm, residents, BATCH))
            follow_all(home)
            as_in_use(kind)
            for number in range(ROUNDS):
                # A device may send 3,000 an hour: each round has one of its own.
                tablet = home.tablet(f"Tablet {number}")
                tablet.unlock(person)
                made = [drinks(tablet, residents, BATCH) for _ in range(BATCHES_A_ROUND)]
                raw = [[orjson.dumps(item) for item in batch] for batch in made]
                spent["floor"] += cpu_of(cpu, lambda: [floor.insert(batch, kind) for batch in raw])
                took = cpu_of(cpu, lambda: [submit(home, tablet, batch) for batch in made])
                spent["intake"] += took
                spent["whole"] += took + cpu_of(cpu, lambda: follow_all(home))
                spent["floor one"] += cpu_of(cpu, lambda: [floor.insert([line], kind) for line in raw[0][:SINGLES_A_ROUND]])
                singles = [one_request(house, tablet, item) for item in drinks(tablet, residents, SINGLES_A_ROUND)]
                spent["one"] += cpu_of(cpu, lambda: [call() for call in singles])
                follow_all(home)
            totals_ms, question_ms = todays_totals_ms(home)
    finally:
        house.close()
    batched, single = ROUNDS * BATCHES_A_ROUND * BATCH, ROUNDS * SINGLES_A_ROUND
    micro = {name: spent[name] / batched * 1e6 for name in ("floor", "intake", "whole")}
    one_ms, one_floor = spent["one"] / single * 1000, spent["floor one"] / single * 1000
    return [
        Row(f"{kind}: intake, batch {BATCH}", f"{micro['intake']:.0f} µs CPU a record, {1e6 / micro['intake']:,.0f} a CPU-second",
            f"{micro['floor']:.0f} µs", f"≥ {GOAL_INTAKE_A_SECOND:,} a CPU-second", 1e6 / micro["intake"] >= GOAL_INTAKE_A_SECOND),
        Row(f"{kind}: whole path (intake, totals, rules, alerts), batch {BATCH}",
            f"{micro['whole']:.0f} µs CPU a record, {1e6 / micro['whole']:,.0f} a CPU-second",
            f"{micro['floor']:.0f} µs", f"≥ {GOAL_WHOLE_A_SECOND:,} a CPU-second", 1e6 / micro["whole"] >= GOAL_WHOLE_A_SECOND),
        Row(f"{kind}: one drink in a request of its own", f"{one_ms:.2f} ms CPU", f"{one_floor:.2f} ms",
            f"≤ {GOAL_SINGLE_MS[kind]} ms", one_ms <= GOAL_SINGLE_MS[kind]),
        Row(f"{kind}: today's totals for {RESIDENTS} people", f"{totals_ms:.2f} ms CPU",
            f"{question_ms:.2f} ms (an empty question)", f"≤ {GOAL_TOTALS_MS} ms", totals_ms <= GOAL_TOTALS_MS),
    ]  # fmt: skip


def one_request(house: House, tablet: Tablet, *items: dict) -> Callable[[], None]:
    """POST /api/v1/sync with these drinks, straight through the WSGI application: no client of ours in the figure."""
    body = json.dumps(tablet.envelope(list(items), grant=None)).encode()

    def call() -> None:
        said: list[str] = []
        environ = {
            "REQUEST_METHOD": "POST", "PATH_INFO": "/api/v1/sync", "QUERY_STRING": "", "SCRIPT_NAME": "",
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0), "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
            "wsgi.errors": io.StringIO(), "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": "application/json", "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1",
            "HTTP_AUTHORIZATION": f"Bearer {tablet.token}",
        }  # fmt: skip
        answer = house.app.wsgi_app(environ, lambda status, _headers, _info=None: said.append(status))
        b"".join(answer)
        assert said[0].startswith("200"), said

    return call


def todays_totals_ms(home: Home) -> tuple[float, float]:
    """(reading today's totals of everyone, as the pages and tablets ask for them; asking for nothing)."""
    with reading() as c:
        newest = c.execute(text("SELECT MAX(day) FROM hydration_day")).scalar()
        query = hydration_day.select().where(hydration_day.c.home_id == home.id, hydration_day.c.day == newest)
        times = 200
        took = cpu_of(Cpu(), lambda: [c.execute(query).all() for _ in range(times)])
        floor = cpu_of(Cpu(), lambda: [c.execute(text("SELECT 1")).all() for _ in range(times)])
    return took / times * 1000, floor / times * 1000


def validation() -> Row:
    """The fields of one entry, as every entry's are checked."""
    plan, raw = plan_of(kind_named("hydration_check").fields), orjson.dumps(ELEVEN)
    assert check_fields(plan, ELEVEN)[1] == {}
    best = {
        name: min(cpu_of(Cpu(), lambda work=work: [work() for _ in range(VALIDATIONS)]) for _ in range(ROUNDS)) / VALIDATIONS * 1e6
        for name, work in {"ours": lambda: check_fields(plan, ELEVEN), "floor": lambda: orjson.loads(raw)}.items()
    }
    return Row(f"validation of an entry of {len(ELEVEN)} fields", f"{best['ours']:.1f} µs CPU", f"{best['floor']:.1f} µs (reading its JSON)",
               f"≤ {GOAL_VALIDATION_US} µs", best["ours"] <= GOAL_VALIDATION_US)  # fmt: skip


def run(postgres) -> list[Row]:
    folder = Path(tempfile.mkdtemp(prefix="tidemark-bench-"))
    try:
        rows = [validation(), *one_database("sqlite", f"sqlite:///{folder / 'bench.sqlite'}", folder, None)]
        postmaster = int((Path(postgres.folder) / "data" / "postmaster.pid").read_text().split()[0])
        rows += one_database("postgresql", postgres.create("tidemark_bench"), folder, postmaster)
        return rows
    finally:
        shutil.rmtree(folder, ignore_errors=True)
