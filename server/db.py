"""The database: one handle, the column types, and how a transaction begins.

`db` is Flask-SQLAlchemy's and is named only here. Everything else asks for a connection:

    with reading() as c: ...          # a snapshot; never writes
    result = writing(lambda c: ...)   # BEGIN IMMEDIATE on SQLite; retried when the database says "again"

Both raise `Busy` when the database itself fails, and give that connection up: the next one is opened afresh.

SQLite runs with WAL and `synchronous=FULL`, so what was acknowledged survives a power cut, and with one writer at a
time: taking the write lock before the first read is what keeps two writers from both reading an old counter.
PostgreSQL runs READ COMMITTED; the home's counter row is the lock (architecture.md, "Growing"). Each statement of such a
transaction sees what is committed by then, so reading needs no transaction there: a BEGIN and an end would only be two
more round trips.
"""

from __future__ import annotations

import logging
import random
import select
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from flask_sqlalchemy import SQLAlchemy
from psycopg.types.numeric import Int8Dumper
from sqlalchemy import BLOB, Connection, Engine, MetaData, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.types import TypeDecorator

log = logging.getLogger(__name__)
T = TypeVar("T")

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
}
db = SQLAlchemy(metadata=MetaData(naming_convention=NAMES), session_options={"autoflush": False})

# Attempts before a busy database becomes a 503 that tells the tablet to come back.
WRITE_ATTEMPTS = 6
# What the drivers raise by themselves, where `server/fast.py` speaks to them directly.
DRIVER_ERRORS = (DBAPIError, sqlite3.Error, psycopg.Error)
# Of these, the ones that say that what was to be written cannot be stored. All others are the database's own trouble.
UNFIT_ERRORS = (
    sqlite3.DataError, sqlite3.IntegrityError, sqlite3.ProgrammingError,
    psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError,
)  # fmt: skip
# PostgreSQL: no permission, no such column, no such table.
ASTRAY_STATES = {"42501", "42703", "42P01"}
# PostgreSQL: serialization failure, deadlock, lock not available.
RETRY_STATES = {"40001", "40P01", "55P03"}


class Busy(Exception):
    """The database stayed busy through every attempt, or failed. Nothing was kept, as far as it could still say."""


class Id(TypeDecorator):
    """A UUID: 16 bytes on SQLite, native on PostgreSQL; `uuid.UUID` in Python."""

    impl = BLOB(16)
    cache_ok = True

    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID(as_uuid=True))
        return dialect.type_descriptor(BLOB(16))

    def process_bind_param(self, value, dialect):
        if value is None or dialect.name == "postgresql":
            return value
        return value.bytes

    def process_result_value(self, value, dialect):
        if value is None or isinstance(value, uuid.UUID):
            return value
        return uuid.UUID(bytes=bytes(value))


def configure_engine(engine: Engine) -> None:
    """Give every connection of this engine the settings that durability and fairness need."""
    (_configure_sqlite if engine.dialect.name == "sqlite" else _configure_postgres)(engine)
    # Made once: the same pool, with a word on what a transaction is for.
    engine.for_reading = engine.execution_options(tidemark_read=True)
    engine.for_writing = engine.execution_options(tidemark_write=True)
    engine.for_snapshots = engine.execution_options(tidemark_snapshot=True)


def _configure_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection, _record):
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=5000",
            "foreign_keys=ON",
            "wal_autocheckpoint=4000",
            "cache_size=-65536",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection):
        immediate = connection.get_execution_options().get("tidemark_write")
        connection.connection.driver_connection.execute("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _configure_postgres(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection, _record):
        connection.autocommit = True  # we say BEGIN ourselves
        # Every number as one type: a statement is prepared once, and not again for each size of number in it.
        connection.adapters.register_dumper(int, Int8Dumper)

    @event.listens_for(engine, "begin")
    def _on_begin(connection):
        options = connection.get_execution_options()
        if not options.get("tidemark_read"):
            level = " ISOLATION LEVEL REPEATABLE READ" if options.get("tidemark_snapshot") else ""
            connection.connection.driver_connection.execute(f"BEGIN{level}")

    @event.listens_for(engine, "checkout")
    def _on_checkout(connection, _record, _proxy):
        # Nothing was asked: if something has come all the same, the server has hung up. To look costs no round trip.
        waiting = select.poll()
        if not connection.closed:
            waiting.register(connection.fileno(), select.POLLIN)
        if connection.closed or waiting.poll(0):
            raise InvalidatePoolError


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    """A connection from the pool. It does not go back there when the database failed under it."""
    with engine.connect() as connection:
        try:
            yield connection
        except DRIVER_ERRORS as error:
            if not _unfit(error) and not _worth_repeating(error):
                connection.invalidate(error)
            raise


@contextmanager
def reading() -> Iterator[Connection]:
    """A connection for reading: one snapshot on SQLite, READ COMMITTED on PostgreSQL. Raises `Busy` when the database fails."""
    try:
        with _connected(db.engine.for_reading) as connection, connection.begin():
            yield connection
    except DRIVER_ERRORS as error:
        if _unfit(error) or _astray(error):
            raise
        raise _failed(error) from error


def writing(work: Callable[[Connection], T], *, repeatable: bool = False) -> T:
    """Run `work(connection)` in one transaction and return its result after the commit.

    `work` may run more than once: it must keep no state of its own. When the connection is lost in the commit itself, it
    may be there already: then it is done again only where it is `repeatable`, and once more comes to the same. Raises `Busy`
    when the database stays busy, or fails on a second connection too. Any other driver's error is about what was written.
    """
    failed = False
    for attempt in range(WRITE_ATTEMPTS):
        worked = False
        try:
            with _connected(db.engine.for_writing) as connection:
                with connection.begin():
                    result = work(connection)
                    worked = True
            return result
        except DRIVER_ERRORS as error:
            if _worth_repeating(error):
                time.sleep(random.uniform(0.01, 0.05) * 2**attempt)
            elif _unfit(error) or (worked and not repeatable):
                raise
            elif failed:
                raise _failed(error) from error
            else:
                failed = True
    raise Busy


def _cause(error: Exception) -> Any:
    return getattr(error, "orig", None) or error


def _worth_repeating(error: Exception) -> bool:
    cause = _cause(error)
    text = str(cause)
    return getattr(cause, "sqlstate", None) in RETRY_STATES or "database is locked" in text or "database is busy" in text


def _unfit(error: Exception) -> bool:
    return isinstance(_cause(error), UNFIT_ERRORS) and not _astray(error)


def _astray(error: Exception) -> bool:
    # The database is not as this program knows it: it lacks a table, or so. No entry is to blame for that.
    cause = _cause(error)
    return getattr(cause, "sqlstate", None) in ASTRAY_STATES or getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR


def _failed(error: Exception) -> Busy:
    # The driver's own first words: they name no value.
    log.error("the database failed: %s", str(_cause(error)).partition("\n")[0])
    return Busy()
