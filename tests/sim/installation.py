"""The server of a schedule: the real application on a database of its own, started, killed and restored in this process.

One migrated database with a home in it is made once and copied for every schedule. The server reads the virtual clock, and
chance inside it (ids, nonces) comes from the schedule's seed, so that a seed gives the same ledger to the last byte.
"""

from __future__ import annotations

import random
import secrets
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import event

import server
from server import clock
from server.alerts import follow
from server.db import db, reading
from server.people import devices, grants, home_keys, store
from server.problems import Problem
from server.records import backup, ledger, projections, rescue, store as records
from server.records.entries import Result
from server.records.intake import Statement, write
from server.records.tables import counter
from tests.harness.apps import Database, House, config_for

#: When every schedule begins: a Sunday morning.
BEGIN_MS = 1_795_338_000_000
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
TABLETS = 12
#: Rounds in which an escalator must be through with what is due at one moment.
AT_ONCE = 100
ROLES = {
    "Sue": ["registered_manager"], "Ama": ["senior_carer"], "Ben": ["support_worker"], "Cleo": ["support_worker"],
    "Dan": ["shift_leader"],
}  # fmt: skip
TEMPLATE = "tidemark_sim"


class Killed(BaseException):
    """The server's process ended, as by kill -9."""


@dataclass(frozen=True)
class Facts:
    """Who and what is in the home that every schedule begins with."""

    home_id: int
    home: uuid.UUID
    secret: bytes
    staff: dict[str, uuid.UUID]
    residents: list[uuid.UUID]
    tablets: list[tuple[uuid.UUID, str]]


@contextmanager
def chance(seed: int) -> Iterator[None]:
    """While this lasts, what the server draws by chance comes from the seed."""
    draw = random.Random(f"server {seed}")  # another row of numbers than the tablets draw from: an id must not come twice
    before = uuid.uuid4, secrets.token_hex, secrets.token_bytes, secrets.randbits
    uuid.uuid4 = lambda: uuid.UUID(int=draw.getrandbits(128), version=4)
    secrets.token_hex = lambda size=32: draw.randbytes(size).hex()
    secrets.token_bytes = lambda size=32: draw.randbytes(size)
    secrets.randbits = draw.getrandbits
    try:
        yield
    finally:
        uuid.uuid4, secrets.token_hex, secrets.token_bytes, secrets.randbits = before


class Installation:
    """One server. `now_ms` is true time; `skew_ms` is how far the server's own clock is out."""

    def __init__(self, folder: Path, postgres: Any = None):
        self.folder, self.postgres = folder, postgres
        self.now_ms, self.skew_ms = BEGIN_MS, 0
        self.die_at_commit = False
        self._name: str | None = None
        self._template = folder / "template.sqlite"
        self.live = folder / "live"
        self.live.mkdir(parents=True, exist_ok=True)
        with self._time():
            self.facts = self._prepare()
        if postgres is None:
            self.app = self._application(f"sqlite:///{self.live / 'tidemark.sqlite'}")

    # ---- one schedule ----

    @contextmanager
    def schedule(self, seed: int) -> Iterator[Installation]:
        """A fresh server for as long as a schedule lasts."""
        self.now_ms, self.skew_ms, self.die_at_commit = BEGIN_MS, 0, False
        with self._time(), chance(seed):
            self._fresh()
            with self.app.app_context():
                try:
                    yield self
                finally:
                    db.engine.dispose()
            self._drop()

    def server_ms(self) -> int:
        return self.now_ms + self.skew_ms

    @contextmanager
    def _time(self) -> Iterator[None]:
        before = clock.now_ms, devices.now_ms
        clock.now_ms = devices.now_ms = self.server_ms
        try:
            yield
        finally:
            clock.now_ms, devices.now_ms = before

    # ---- the process ----

    def post(self, token: str, body: bytes, path: str = "/api/v1/sync") -> tuple[int, dict[str, str], bytes]:
        """A request that reaches the server. Raises Killed when it dies over it."""
        answer = self.app.test_client().post(
            path, data=body, headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        )
        return answer.status_code, dict(answer.headers), answer.get_data()

    def rescue(self, raw: bytes) -> list[Result] | None:
        """A manager brings a tablet's rescue file: what became of its rows, or None where it is refused whole."""
        home = store.home_by_uuid(self.facts.home)
        try:
            return rescue.take(home, rescue.read(raw), now_ms=self.server_ms()).results
        except Problem:
            return None

    def restart(self) -> None:
        """What a new process knows: what is on the disk."""
        db.engine.dispose()
        for kept in ("tidemark_homes", "tidemark_home_keys"):
            self.app.extensions.pop(kept, None)
        grants.read_grant.cache_clear()
        grants.read_token.cache_clear()

    def full_disk(self, full: bool) -> None:
        settings = self.app.extensions["tidemark"]
        self.app.extensions["tidemark"] = replace(settings, disk_free_share=0.05 if full else 0.9)

    def back_up(self, name: str, *, safe: bool) -> int:
        """Make a backup; `safe` is one that was verified off this machine. Returns up to which seq it holds."""
        made = backup.make(self.app.extensions["tidemark"], self.folder / name, now_ms=self.server_ms())
        seq = made["homes"][0]["seq"]
        if safe:
            with db.engine.begin() as c:
                c.execute(counter.update().values(safe=seq))
        return seq

    def restore(self, name: str) -> None:
        """Put a backup back over what there is."""
        backup.restore(self.app.extensions["tidemark"], self.folder / name, overwrite=True, now_ms=self.server_ms())
        self.restart()

    # ---- its followers and its pages ----

    def escalate(self) -> None:
        """One round of an escalator: folds, then alerts."""
        home, now = self.facts.home_id, self.server_ms()
        self.fold()
        while follow.follow(home, now):
            pass
        for _ in range(AT_ONCE):
            if not follow.fire(home, lambda: now).more:
                return
        raise AssertionError(f"an escalator found something due {AT_ONCE} times over at one moment")

    def fold(self) -> None:
        """Bring the totals up to date."""
        for name in projections.FOLDS:
            while projections.step(self.facts.home_id, name):
                pass

    def say(
        self, kind: str, fields: dict[str, Any], *, id_: uuid.UUID | None = None, record: uuid.UUID | None = None,
        by: str | None = None,
    ) -> uuid.UUID:  # fmt: skip
        """Something a page states. A new record unless one is named."""
        id_ = id_ or uuid.uuid4()
        statement = Statement(
            record=record or id_, id=id_, kind=kind, fields=fields, occurred_ms=self.server_ms(),
            author=self.facts.staff[by] if by else None,
        )  # fmt: skip
        result = write(self.facts.home_id, [statement], now_ms=self.server_ms())[0]
        assert result.status == "accepted", result
        return id_

    def grant(self, tablet: uuid.UUID, name: str) -> tuple[str, int] | None:
        """What an online unlock with the right PIN gives: (grant, when it expires); None for who has left."""
        with reading() as c:
            person = store.staff_one(c, self.facts.home_id, self.facts.staff[name])
        if person is None or person.left(self.server_ms()):
            return None
        text, made = grants.issue_grant(
            self.facts.secret, self.facts.home, tablet, person.id, list(person.roles), self.server_ms()
        )
        return text, made.expires_ms

    def home_key(self) -> dict[str, str]:
        """The public key that tablets seal to."""
        with reading() as c:
            return home_keys.public_jwk(home_keys.all_of(c, self.facts.home_id)[0])

    def rotate_home_key(self) -> None:
        home_keys.rotate(self.facts.home_id, now_ms=self.server_ms())

    def enrol(self) -> tuple[uuid.UUID, str]:
        return store.enrol_device(self.facts.home_id, "Another tablet", now_ms=self.server_ms())

    # ---- what it holds ----

    def head(self) -> records.Head:
        with reading() as c:
            return records.head(c, self.facts.home_id)

    def rows(self, table: Any, *names: str, of: uuid.UUID | None = None) -> list[tuple]:
        """The home's rows of a table, sorted; `of` an id those alone that have it, or none."""
        marks = ", ".join(names) or ", ".join(column.name for column in table.columns)
        where = "" if of is None else f" AND (id = {self._literal(of)} OR id IS NULL)"
        with reading() as c:
            found = c.exec_driver_sql(f"SELECT {marks} FROM {table.name} WHERE home_id = {self.facts.home_id}{where}")
            return sorted((tuple(row) for row in found), key=repr)

    def _literal(self, id_: uuid.UUID) -> str:
        return f"x'{id_.hex}'" if self.postgres is None else f"'{id_}'"

    def verify(self) -> ledger.Verified:
        return ledger.verify(self.facts.home_id)

    # ---- making it ----

    def _application(self, url: str):
        app = server.create_app(config_for(Database("any", url, self.live), disk_free_share=0.9))
        with app.app_context():
            event.listen(db.engine, "commit", self._at_commit)
            if self.postgres is None:
                # No schedule cuts the power: waiting for the disk would be most of the time.
                event.listen(db.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
        return app

    def _at_commit(self, _connection: Any) -> None:
        if self.die_at_commit:
            self.die_at_commit = False
            raise Killed

    def _fresh(self) -> None:
        if self.postgres is None:
            for suffix in ("-wal", "-shm"):
                (self.live / f"tidemark.sqlite{suffix}").unlink(missing_ok=True)
            shutil.copyfile(self._template, self.live / "tidemark.sqlite")
        else:
            self._name, url = self.postgres.fresh(TEMPLATE)
            self.app = self._application(url)
        with self.app.app_context():
            self.restart()
        self.full_disk(False)

    def _drop(self) -> None:
        if self.postgres is not None:
            self.postgres.drop(self._name)

    def _prepare(self) -> Facts:
        """The migrated database with a home in it."""
        if self.postgres is None:
            url = f"sqlite:///{self._template}"
        else:
            self.postgres.drop(TEMPLATE)
            url = self.postgres.create(TEMPLATE)
        database = Database("any", url, self.live)
        server.db_upgrade(server.create_app(config_for(database)))
        with chance(0):
            house = House(database)
            home = house.home()
            staff = {name: home.staff(name, roles, pin=None).id for name, roles in ROLES.items()}
            residents = [home.resident(name) for name in ("Joan", "Arthur", "Edith")]
            for number, resident in enumerate(residents[:2]):
                plan = {
                    "resident": str(resident), "monitoring": True, "monitoring_reason": "Low intake",
                    "monitored_from": "2026-11-21T07:00:00+00:00", **({"limit_ml": 400, "basis": "GP"} if number else {"target_ml": 1500}),
                }  # fmt: skip
                home.append(Statement(id=(id_ := uuid.uuid4()), record=id_, kind="hydration_plan", fields=plan, occurred_ms=BEGIN_MS))
            tablets = [(tablet.id, tablet.token) for tablet in (home.tablet(f"Tablet {n}") for n in range(TABLETS + 1))]
        with house.app.app_context():
            if self.postgres is None:
                with db.engine.connect() as c:
                    c.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        house.close()
        return Facts(home.id, home.uuid, home.row.secret, staff, residents, tablets)
