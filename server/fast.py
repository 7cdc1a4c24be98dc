"""Driver-level statements for the one path that runs for every drink: SQLAlchemy's own cost is several times theirs.

Everything here runs inside a transaction that `server.db` opened. Values are plain: UUID, bytes, int, bool, str, None.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table

from server import ids
from server.db import Id

# From so many rows on, PostgreSQL takes them by COPY; below it the extra round trips cost more than they save.
COPY_FROM = 8


def is_postgres(c: Connection) -> bool:
    return c.dialect.name == "postgresql"


def raw(c: Connection) -> Any:
    """The driver's own connection: sqlite3 or psycopg, both with `execute`."""
    return c.connection.driver_connection


@cache
def _ids_of(table: Table, names: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(place for place, name in enumerate(names) if isinstance(table.c[name].type, Id))


def select_in(
    c: Connection, names: Sequence[str], table: Table, column: str, home_id: int, wanted: Iterable[Any], tail: str = "",
    values: Sequence[Any] = (),
) -> list[tuple]:  # fmt: skip
    """The named columns of the home's rows whose `column` is one of `wanted`; ids come back as UUID. `tail` goes on behind
    that, with `values` for its own parameters, written `?`."""
    wanted = list(wanted)
    if not wanted:
        return []
    what = f"SELECT {', '.join(names)} FROM {table.name} WHERE home_id = "
    if is_postgres(c):
        statement = f"{what}%s AND {column} = ANY(%s){tail.replace('?', '%s')}"
        return raw(c).execute(statement, (home_id, wanted, *values)).fetchall()
    if isinstance(wanted[0], uuid.UUID):
        wanted = [value.bytes for value in wanted]
    marks = ",".join("?" * len(wanted))
    rows = raw(c).execute(f"{what}? AND {column} IN ({marks}){tail}", (home_id, *wanted, *values)).fetchall()
    return _with_ids(rows, _ids_of(table, tuple(names)))


def select_where(c: Connection, names: Sequence[str], table: Table, where: str, values: Sequence[Any]) -> list[tuple]:
    """The named columns of the rows where `where` holds; its parameters are written `?`."""
    statement = f"SELECT {', '.join(names)} FROM {table.name} WHERE {where}"
    if is_postgres(c):
        return raw(c).execute(statement.replace("?", "%s"), values).fetchall()
    plain = [value.bytes if isinstance(value, uuid.UUID) else value for value in values]
    return _with_ids(raw(c).execute(statement, plain).fetchall(), _ids_of(table, tuple(names)))


def _with_ids(rows: list[tuple], places: tuple[int, ...]) -> list[tuple]:
    if not places:
        return rows
    if len(places) == 1:
        at = places[0]
        return [(*row[:at], row[at] and ids.of_bytes(row[at]), *row[at + 1 :]) for row in rows]
    found = []
    for row in rows:
        row = list(row)
        for at in places:
            if row[at] is not None:
                row[at] = ids.of_bytes(row[at])
        found.append(tuple(row))
    return found


def run(c: Connection, statement: str, values: Sequence[Any]) -> Any:
    """One statement whose parameters are written `?`."""
    if is_postgres(c):
        return raw(c).execute(statement.replace("?", "%s"), values)
    return raw(c).execute(statement, [value.bytes if isinstance(value, uuid.UUID) else value for value in values])


def insert(c: Connection, table: Table, rows: list[tuple], *, upsert: bool = False) -> None:
    """Insert whole rows, in the table's column order; with `upsert`, rows with the same primary key are replaced."""
    if not rows:
        return
    names = _names(table)
    if is_postgres(c):
        with raw(c).cursor() as cursor:
            if len(rows) >= COPY_FROM and not upsert:
                with cursor.copy(f"COPY {table.name} ({_quoted(names)}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                cursor.executemany(_insert(table, names, "%s", upsert), rows)
        return
    places = _ids_of(table, names)
    plain = []
    for row in rows:
        row = list(row)
        for at in places:
            if row[at] is not None:
                row[at] = row[at].bytes
        plain.append(row)
    raw(c).executemany(_insert(table, names, "?", upsert), plain)


@cache
def _names(table: Table) -> tuple[str, ...]:
    return tuple(str(column.name) for column in table.columns)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


@cache
def _insert(table: Table, names: tuple[str, ...], mark: str, upsert: bool) -> str:
    statement = f"INSERT INTO {table.name} ({_quoted(names)}) VALUES ({', '.join([mark] * len(names))})"
    if not upsert:
        return statement
    keys = [column.name for column in table.primary_key.columns]
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in keys)
    return f"{statement} ON CONFLICT ({_quoted(keys)}) DO {'UPDATE SET ' + sets if sets else 'NOTHING'}"
