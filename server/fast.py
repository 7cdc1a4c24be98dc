"""Driver-level statements for the one path that runs for every drink: SQLAlchemy's own cost is several times theirs.

Everything here runs inside a transaction that `server.db` opened. Values are plain: UUID, bytes, int, bool, str, None.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any, NamedTuple

import orjson
import psycopg
from sqlalchemy import Connection, LargeBinary, Table

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


class Question(NamedTuple):
    """The named columns of a table's rows where `where` holds. Its parameters are written `?`, a list of them `IN ?`."""

    names: tuple[str, ...]
    table: Table
    where: str
    values: tuple[Any, ...]

    @property
    def empty(self) -> bool:
        """Whether it asks for one of none."""
        for value in self.values:
            if type(value) is list and not value:
                return True
        return False


def one_of(
    names: tuple[str, ...], table: Table, column: str, home_id: int, wanted: Iterable[Any], tail: str = "", values: tuple[Any, ...] = ()
) -> Question:  # fmt: skip
    """Ask for the home's rows whose `column` is one of `wanted`. `tail` goes on behind that, with `values` of its own."""
    return Question(names, table, f"home_id = ? AND {column} IN ?{tail}", (home_id, list(wanted), *values))


def ask(c: Connection, *questions: Question) -> list[list[tuple]]:
    """The rows that answer each question, ids as UUID. PostgreSQL is asked once for them all: a round trip costs more there
    than most answers."""
    real = [question for question in questions if not question.empty]
    if len(real) < 2 or not is_postgres(c):
        return [_rows(c, question) for question in questions]
    flush(c)
    statement = _together(tuple((question.names, question.table.name, question.where) for question in real))
    found = _said(c, statement, [value for question in real for value in question.values]).fetchone()
    told = {id(question): _read(question, text) for question, text in zip(real, found, strict=True)}
    return [told.get(id(question), []) for question in questions]


def select_in(
    c: Connection, names: Sequence[str], table: Table, column: str, home_id: int, wanted: Iterable[Any], tail: str = "",
    values: Sequence[Any] = (),
) -> list[tuple]:  # fmt: skip
    """`one_of`, asked by itself."""
    return _rows(c, one_of(tuple(names), table, column, home_id, wanted, tail, tuple(values)))


def select_where(c: Connection, names: Sequence[str], table: Table, where: str, values: Sequence[Any]) -> list[tuple]:
    """The named columns of the rows where `where` holds."""
    return _rows(c, Question(tuple(names), table, where, tuple(values)))


def _rows(c: Connection, question: Question) -> list[tuple]:
    if question.empty:
        return []
    names, table, where, values = question
    statement = f"SELECT {', '.join(names)} FROM {table.name} WHERE {where}"
    if is_postgres(c):
        flush(c)
        return _said(c, _marked(statement), values).fetchall()
    plain: list[Any] = []
    for value in values:
        if type(value) is list:
            statement = statement.replace("IN ?", f"IN ({','.join('?' * len(value))})", 1)
            plain += [one.bytes for one in value] if type(value[0]) is uuid.UUID else value
        else:
            plain.append(value.bytes if type(value) is uuid.UUID else value)
    return _with_ids(raw(c).execute(statement, plain).fetchall(), _ids_of(table, names))


def _said(c: Connection, statement: str, values: Sequence[Any]) -> psycopg.RawCursor:
    """Have PostgreSQL do a statement whose parameters are numbered already: psycopg would look for its own marks in it, each time
    anew where it is as long as ours."""
    return psycopg.RawCursor(raw(c)).execute(statement, values)


@lru_cache(maxsize=512)
def _marked(statement: str) -> str:
    """A statement's parameters numbered, as PostgreSQL knows them. Kept for so many: what is written together has ever new shapes."""
    first, *rest = statement.replace("IN ?", "= ANY(?)").split("?")
    return first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))


@lru_cache(maxsize=256)
def _together(asked: tuple[tuple[tuple[str, ...], str, str], ...]) -> str:
    """One statement whose columns are the answers to several questions, each as JSON."""
    parts = (
        f"(SELECT json_agg(json_build_array({', '.join(names)}))::text FROM (SELECT {', '.join(names)} FROM {table} WHERE {where}) AS found)"
        for names, table, where in asked
    )
    return _marked(f"SELECT {', '.join(parts)}")


def _read(question: Question, text: str | None) -> list[tuple]:
    """Rows out of their JSON."""
    if text is None:
        return []
    kinds = _json_of(question.table, question.names)
    return [
        tuple(value if read is None or value is None else read(value) for read, value in zip(kinds, row, strict=True))
        for row in orjson.loads(text)
    ]


@cache
def _json_of(table: Table, names: tuple[str, ...]) -> tuple[Callable[[str], Any] | None, ...]:
    """How each column is read out of PostgreSQL's JSON."""
    types = [table.c[name].type for name in names]
    return tuple(ids.read if isinstance(kind, Id) else _octets if isinstance(kind, LargeBinary) else None for kind in types)


def _octets(text: str) -> bytes:
    return bytes.fromhex(text[2:])  # behind \\x


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


# ---- writing ----

_LATER = "tidemark_later"
_WRITES = re.compile(r"(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)")


@contextmanager
def gathered(c: Connection) -> Iterator[None]:
    """Inside, what is written goes to PostgreSQL together: when something is asked, and at the end. Ask by this module only."""
    if not is_postgres(c):
        yield
        return
    info = c.info  # of a connection that was lost meanwhile, nobody can ask for it
    info[_LATER] = []
    try:
        yield
        flush(c)
    finally:
        info.pop(_LATER, None)


def flush(c: Connection) -> None:
    """Write what was gathered: as one statement, as long as it has no table twice."""
    later = c.info.get(_LATER)
    if not later:
        return
    c.info[_LATER] = []
    for group in _apart(later):
        statement = _as_one(tuple(statement for statement, _ in group))
        _said(c, statement, [value for _, values in group for value in values])


def _apart(written: list[tuple[str, Sequence[Any]]]) -> list[list[tuple[str, Sequence[Any]]]]:
    """In their order, in groups that name no table twice: the parts of one statement do not see each other."""
    groups: list[list[tuple[str, Sequence[Any]]]] = [[]]
    seen: set[str] = set()
    for each in written:
        table = _WRITES.match(each[0]).group(1)
        if table in seen:
            groups.append([])
            seen.clear()
        seen.add(table)
        groups[-1].append(each)
    return groups


@lru_cache(maxsize=256)
def _as_one(statements: tuple[str, ...]) -> str:
    *first, last = statements
    parts = ", ".join(f"part{number} AS ({statement})" for number, statement in enumerate(first))
    return _marked(f"WITH {parts} {last}" if parts else last)


def _write(c: Connection, statement: str, values: Sequence[Any]) -> None:
    """Write now, or with what is gathered; on PostgreSQL."""
    later = c.info.get(_LATER)
    if later is None:
        _said(c, _marked(statement), values)
    else:
        later.append((statement, values))


def run(c: Connection, statement: str, values: Sequence[Any]) -> None:
    """One statement that writes. Its parameters are written `?`."""
    if is_postgres(c):
        _write(c, statement, values)
    else:
        raw(c).execute(statement, [value.bytes if type(value) is uuid.UUID else value for value in values])


def insert(c: Connection, table: Table, rows: list[tuple], *, upsert: bool = False) -> None:
    """Insert whole rows, in the table's column order; with `upsert`, rows with the same primary key are replaced."""
    if not rows:
        return
    names = _names(table)
    if is_postgres(c):
        if len(rows) < COPY_FROM:
            _write(c, _insert(table, names, upsert, len(rows)), [value for row in rows for value in row])
            return
        flush(c)
        with psycopg.RawCursor(raw(c)) as cursor:
            if upsert:
                cursor.executemany(_marked(_insert(table, names, upsert)), rows)
                return
            with cursor.copy(f"COPY {table.name} ({_quoted(names)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        return
    places = _ids_of(table, names)
    plain = []
    for row in rows:
        row = list(row)
        for at in places:
            if row[at] is not None:
                row[at] = row[at].bytes
        plain.append(row)
    raw(c).executemany(_insert(table, names, upsert), plain)


@cache
def _names(table: Table) -> tuple[str, ...]:
    return tuple(str(column.name) for column in table.columns)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


@cache
def _insert(table: Table, names: tuple[str, ...], upsert: bool, count: int = 1) -> str:
    row = f"({', '.join('?' * len(names))})"
    statement = f"INSERT INTO {table.name} ({_quoted(names)}) VALUES {', '.join([row] * count)}"
    if not upsert:
        return statement
    keys = [column.name for column in table.primary_key.columns]
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in keys)
    return f"{statement} ON CONFLICT ({_quoted(keys)}) DO {'UPDATE SET ' + sets if sets else 'NOTHING'}"
