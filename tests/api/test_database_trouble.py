"""When the database itself fails, nothing is set aside for it: the same request tries once more, or the tablet is told to come back."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy import exc

from server import create_app, fast, health
from server.config import Config
from server.db import db, reading
from server.records import aside
from tests.harness.apps import House, copy_template

only_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
#: What a database says that fails, by each driver and as SQLAlchemy passes it on.
TROUBLES = {
    "the disk": sqlite3.OperationalError("disk I/O error"),
    "a full disk": sqlite3.OperationalError("database or disk is full"),
    "a damaged file": sqlite3.DatabaseError("database disk image is malformed"),
    "the driver": sqlite3.InterfaceError("bad parameter or other API misuse"),
    "a lost line": psycopg.OperationalError("the connection is lost"),
    "an end by its keeper": psycopg.errors.AdminShutdown("terminating connection due to administrator command"),
    "its insides": psycopg.errors.InternalError_("could not read block 7"),
    "passed on": exc.OperationalError("INSERT", {}, sqlite3.OperationalError("disk I/O error")),
}


def statuses(answer):
    return [result["status"] for result in answer["results"]]


def aside_now(home):
    return home.sql("SELECT COUNT(*) FROM quarantine")[0][0]


def told_to_come_back(answer):
    assert answer.status_code == 503, answer.get_data(as_text=True)
    return answer.json["code"] == "busy" and int(answer.headers["Retry-After"]) > 0


@pytest.fixture
def cut(request, house: House):
    """End every connection that the server has to its database, as a restart of the database does."""
    name = house.database.url.rsplit("/", 1)[-1]
    return lambda: request.getfixturevalue("postgres").admin(
        f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'"
    )


def failing(work, times, trouble):
    """`work`, of which so many calls meet `trouble` first."""
    left = iter(range(times))

    def tried(*given, **named):
        if next(left, None) is not None:
            trouble()
        return work(*given, **named)

    return tried


@only_postgresql
def test_a_database_that_was_started_again_between_two_requests_costs_no_tablet_anything(house, home, tablet, edith, cut):
    for _ in range(3):
        with house.app.app_context(), reading(), reading():
            pass  # more than one connection that waits
        cut()
        assert statuses(tablet.sync([tablet.drink(edith)])) == ["accepted"]
        cut()
        assert tablet.client.get("/api/v1/device", headers=tablet.auth).status_code == 200
    assert aside_now(home) == 0


@only_postgresql
def test_a_connection_that_is_lost_in_the_middle_of_a_drink_is_replaced_and_the_drink_is_taken(home, tablet, edith, cut, monkeypatch):
    keep = aside.keep
    for size in (1, 3):
        monkeypatch.setattr(aside, "keep", failing(keep, 1, cut))
        assert statuses(tablet.sync([tablet.drink(edith) for _ in range(size)])) == ["accepted"] * size
    assert aside_now(home) == 0


@only_postgresql
@pytest.mark.parametrize("size", [1, 3])
def test_a_database_that_goes_away_again_and_again_is_come_back_to(home, tablet, edith, cut, monkeypatch, size):
    batch, rows = [tablet.drink(edith) for _ in range(size)], len(home.rows())
    with monkeypatch.context() as failed:
        failed.setattr(aside, "keep", failing(aside.keep, 99, cut))
        assert told_to_come_back(tablet.post(tablet.envelope(batch)))
    assert (aside_now(home), len(home.rows())) == (0, rows)
    assert statuses(tablet.sync(batch)) == ["accepted"] * size


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_trouble_of_the_database_sets_no_drink_aside(home, tablet, edith, monkeypatch, trouble):
    def meet_it():
        raise trouble

    first, batch, insert = tablet.drink(edith), [tablet.drink(edith), tablet.drink(edith)], fast.insert
    monkeypatch.setattr(fast, "insert", failing(insert, 1, meet_it))
    assert statuses(tablet.sync([first])) == ["accepted"], "it was not tried once more"
    rows = len(home.rows())
    for sent in (batch[:1], batch):
        monkeypatch.setattr(fast, "insert", failing(insert, 99, meet_it))
        assert told_to_come_back(tablet.post(tablet.envelope(sent)))
    monkeypatch.setattr(fast, "insert", insert)
    assert (aside_now(home), len(home.rows())) == (0, rows)
    assert statuses(tablet.sync(batch)) == ["accepted", "accepted"]


def test_an_entry_that_the_database_cannot_hold_is_set_aside_alone(home, tablet, edith, monkeypatch):
    insert, unfit = fast.insert, sqlite3.DataError if home.house.database.kind == "sqlite" else psycopg.DataError

    def refuse(c, table, rows, **how):
        if table.name == "ledger" and any("unbearable" in str(row) for row in rows):
            raise unfit("it cannot be stored")
        insert(c, table, rows, **how)

    monkeypatch.setattr(fast, "insert", refuse)
    odd = tablet.statement("hydration_check", {"resident": str(edith), "outcome": "drank", "drunk_ml": 9, "note": "unbearable"})
    answer = tablet.sync([tablet.drink(edith), odd, tablet.drink(edith)])
    assert statuses(answer) == ["accepted", "quarantined", "accepted"]
    assert aside_now(home) == 1


def test_a_database_that_lacks_a_table_sets_no_drink_aside(home, tablet, edith):
    drink = tablet.drink(edith)
    home.sql("ALTER TABLE drink_place RENAME TO elsewhere")
    assert told_to_come_back(tablet.post(tablet.envelope([drink])))
    home.sql("ALTER TABLE elsewhere RENAME TO drink_place")
    assert aside_now(home) == 0
    assert statuses(tablet.sync([drink])) == ["accepted"]


def test_a_drink_whose_commit_was_never_answered_is_there_once_and_a_page_s_word_is_not_said_twice(home, tablet, edith, monkeypatch):
    with home.house.app.app_context():
        dialect = db.engine.dialect
    commit = dialect.do_commit

    def unanswered(connection):
        commit(connection)
        monkeypatch.setattr(dialect, "do_commit", commit)
        raise (sqlite3 if home.house.database.kind == "sqlite" else psycopg).OperationalError("the connection is lost")

    drink = tablet.drink(edith)
    monkeypatch.setattr(dialect, "do_commit", unanswered)
    assert statuses(tablet.sync([drink])) == ["duplicate"]
    rows = len(home.rows())
    assert [row["submission"]["id"] for row in home.rows()].count(drink["id"]) == 1
    monkeypatch.setattr(dialect, "do_commit", unanswered)
    with pytest.raises(exc.OperationalError):
        home.resident("Harold")
    assert len(home.rows()) == rows + 1


def test_health_says_that_the_database_is_not_well(house, home, monkeypatch):
    def fails(_c, _now_ms):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(health, "_last_tick_ms", fails)
    answer = house.app.test_client().get("/api/v1/health")
    assert answer.status_code == 503 and answer.json["status"] == "not_ok" and answer.headers["Retry-After"]


def test_what_was_acknowledged_is_on_the_disk_and_not_only_on_its_way_there(sqlite_template, tmp_path):
    app = create_app(Config(data=tmp_path, database_url=copy_template(sqlite_template, tmp_path)))
    with app.app_context():
        with reading() as c:
            said = [c.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("synchronous", "journal_mode")]
        db.engine.dispose()
    assert said == [2, "wal"]
