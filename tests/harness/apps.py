"""A Tidemark with one home to talk to, on whichever database the test is given.

    home = house.home("Larkfield")
    tablet = home.tablet("Willow 1")
    ama = home.staff("Ama", ["senior_carer"])
    tablet.unlock(ama)
    tablet.sync([tablet.drink(resident, 150)])
"""

from __future__ import annotations

import copy
import json
import shutil
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event

import server
from server import clock
from server.config import Config
from server.db import db, reading
from server.people import store
from server.records import intake, ledger
from server.records import store as records
from tests.harness import quick

PIN = "314159"


@dataclass
class Database:
    """An empty, migrated database of one test: `kind` is sqlite or postgresql."""

    kind: str
    url: str
    folder: Path


def config_for(database: Database, **options: Any) -> Config:
    quick = {"unlock_rounds": 1_000, **options}
    return Config(data=database.folder, database_url=database.url, push_allow_loopback=True, **quick)


def rfc3339(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")


@cache
def _wired() -> Flask:
    return server.wire()


def application(settings: Config) -> Flask:
    """As `server.create_app` makes it. The views are wired once a process, which is most of the work; the settings, the
    database and whatever requests leave behind are this application's own."""
    app = copy.copy(_wired())
    app.config, app.extensions = copy.copy(app.config), dict(app.extensions)
    app.teardown_appcontext_funcs, app.shell_context_processors = [], []
    for limiter in app.extensions["limiter"]:
        limiter.reset()
    stood = server.stand_on(app, settings)
    if quick.wanted() and settings.is_sqlite:
        with stood.app_context():
            event.listen(db.engine, "connect", quick.wait_for_no_disk)
    return stood


class House:
    """An application on a database, and the homes in it."""

    def __init__(self, database: Database, **options: Any):
        self.database = database
        self.app = application(config_for(database, **options))
        self.provider: int | None = None

    def home(self, name: str = "Larkfield") -> Home:
        with self.app.app_context():
            if self.provider is None:
                self.provider = store.create_provider("Saltmarsh Care")
            made = store.create_home(name, provider_id=self.provider, started_on="2026-01-01", now_ms=clock.now_ms())
        return Home(self, made)

    def close(self) -> None:
        with self.app.app_context():
            db.engine.dispose()


@dataclass
class Person:
    id: uuid.UUID
    name: str
    roles: list[str]
    pin: str = PIN


class Home:
    """One home: make people and tablets in it, and ask the database about it."""

    def __init__(self, house: House, row: store.Home):
        self.house, self.row, self.id, self.uuid = house, row, row.id, row.uuid

    def append(self, *statements: intake.Statement, origin: str = "page") -> list[intake.Result]:
        with self.house.app.app_context():
            return intake.write(self.id, statements, now_ms=clock.now_ms(), origin=origin)

    def staff(self, name: str = "Ama Mensah", roles: list[str] | None = None, pin: str | None = PIN, **fields: Any) -> Person:
        roles, id_ = roles or ["senior_carer"], uuid.uuid4()
        statement = intake.Statement(
            id=id_, record=id_, kind="staff_member", fields={"name": name, "roles": roles, **fields}, occurred_ms=clock.now_ms()
        )
        assert self.append(statement)[0].status == "accepted"
        if pin:
            with self.house.app.app_context():
                store.set_pin(self.id, id_, pin, now_ms=clock.now_ms())
        return Person(id_, name, roles, pin or "")

    def resident(self, name: str = "Edith", **fields: Any) -> uuid.UUID:
        id_ = uuid.uuid4()
        statement = intake.Statement(
            id=id_, record=id_, kind="resident", fields={"preferred_name": name, "unit": "Willow", **fields},
            occurred_ms=clock.now_ms(),
        )  # fmt: skip
        result = self.append(statement)[0]
        assert result.status == "accepted", result
        return id_

    def tablet(self, name: str = "Willow 1", form: str = "tablet") -> Tablet:
        with self.house.app.app_context():
            id_, token = store.enrol_device(self.id, name, now_ms=clock.now_ms(), form=form)
        return Tablet(self, id_, token)

    def rows(self) -> list[dict[str, Any]]:
        """The ledger as `ledger export` writes it."""
        with self.house.app.app_context():
            return [json.loads(line) for line in ledger.export(self.id)]

    def record(self, id_: Any) -> dict[str, Any] | None:
        with self.house.app.app_context(), reading() as c:
            row = records.record(c, self.id, uuid.UUID(str(id_)))
            return row.body if row else None

    def sql(self, statement: str) -> list:
        with self.house.app.app_context(), db.engine.begin() as c:
            done = c.exec_driver_sql(statement)
            return list(done) if done.returns_rows else []


@dataclass
class Tablet:
    """A tablet as the protocol sees one. It makes submissions by hand: it shares no code with the app."""

    home: Home
    id: uuid.UUID
    token: str
    grant: str | None = None
    person: Person | None = None
    number: int = 0
    cursor: str | None = None
    head: dict | None = None
    seen: int | None = None
    offset_ms: int | None = 0
    client: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.client = self.home.house.app.test_client()

    @property
    def auth(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def unlock(self, person: Person, pin: str | None = None):
        answer = self.client.post(
            "/api/v1/unlock", json={"staff": str(person.id), "pin": pin or person.pin}, headers=self.auth
        )
        if answer.status_code == 200:
            self.grant, self.person = answer.json["grant"], person
        return answer

    def statement(self, kind: str, fields: dict[str, Any], /, **members: Any) -> dict[str, Any]:
        """A submission on a record of its own, unless `record` says otherwise."""
        self.number += 1
        id_, now = str(uuid.uuid4()), clock.now_ms()
        made = {
            "id": id_,
            "record": id_,
            "kind": kind,
            "schema": 1,
            "parents": [],
            "author": str(self.person.id) if self.person else None,
            "grant": self.grant,
            "occurred_at": rfc3339(now - 5000),
            "recorded_at": rfc3339(now),
            "offset_ms": self.offset_ms,
            "seen": self.seen,
            "clock": f"{now:013d}-0000-{self.id}",
            "nonce": uuid.uuid4().hex,
            "number": self.number,
            "fields": fields,
        }
        for name, value in members.items():
            if value is ...:
                made.pop(name, None)
            else:
                made[name] = value
        if "record" not in members and "repairs" not in members:
            made["record"] = made.get("id")
        return made

    def drink(self, resident: Any, ml: int = 150, /, **members: Any) -> dict[str, Any]:
        return self.statement("hydration_check", {"resident": str(resident), "outcome": "drank", "drunk_ml": ml}, **members)

    def envelope(self, submissions: list[Any], /, **members: Any) -> dict[str, Any]:
        made = {
            "protocol": 1,
            "sent_at": rfc3339(clock.now_ms()),
            "grant": self.grant,
            "cursor": self.cursor,
            "head": self.head,
            "pending": 0,
            "last_number": self.number,
            "submissions": submissions,
        }
        for name, value in members.items():
            if value is ...:
                made.pop(name, None)
            else:
                made[name] = value
        return made

    def post(self, body: Any, **headers: str):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(
            "/api/v1/sync", data=data, headers={**self.auth, "Content-Type": "application/json", **headers}
        )

    def sync(self, submissions: list[Any] | None = None, **members: Any) -> dict[str, Any]:
        """One round trip that must succeed; remembers cursor and head as a tablet does."""
        answer = self.post(self.envelope(submissions or [], **members))
        assert answer.status_code == 200, (answer.status_code, answer.get_data(as_text=True))
        body = answer.json
        if body["cursor"] is not None:
            self.cursor = body["cursor"]
        self.head = body["head"]
        return body


def copy_template(template: Path, folder: Path) -> str:
    target = folder / "tidemark.sqlite"
    shutil.copyfile(template, target)
    return f"sqlite:///{target}"
