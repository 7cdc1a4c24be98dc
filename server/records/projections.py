"""Folds: followers that turn the ledger into tables. They write no submission, and can be emptied and refilled at will.

`FOLDS` is what the escalator runs and what `ledger rebuild` refills; `step` moves one of them on in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, Table, delete

from server import fast
from server.db import writing
from server.records import store, totals
from server.records.tables import follower

# Rows that a fold reads in one transaction: short enough that a request never waits long for it.
STEP_ROWS = 500


@dataclass(frozen=True)
class Fold:
    """A fold: the tables that are its alone, and what it does with the ledger's next rows."""

    name: str
    tables: tuple[Table, ...]
    run: Callable[[Connection, int, list[store.LedgerRow]], None]


FOLDS: dict[str, Fold] = {"totals": Fold("totals", totals.TABLES, totals.fold)}
#: What else is filled again from the records once they stand: projections that an actor keeps in its own transactions.
REFILLS: list[Callable[[Connection, int], None]] = []


def step(home_id: int, name: str) -> bool:
    """Let a fold read its next rows. True when there may be more."""
    fold = FOLDS[name]

    def work(c: Connection) -> bool:
        cursor = lock(c, home_id, name)
        rows = store.rows_after(c, home_id, cursor, STEP_ROWS)
        if rows:
            fold.run(c, home_id, rows)
            move(c, home_id, name, rows[-1].seq)
        return len(rows) == STEP_ROWS

    return writing(work)


def lock(c: Connection, home_id: int, name: str) -> int:
    """Lock a follower's row, made where it is missing, and return its cursor. Taken before the home's row."""
    mine = f"home_id = ? AND name = ?{' FOR UPDATE' if fast.is_postgres(c) else ''}"
    found = fast.select_where(c, ("cursor",), follower, mine, (home_id, name))
    if not found:
        fast.run(c, "INSERT INTO follower (home_id, name, cursor) VALUES (?, ?, 0) ON CONFLICT DO NOTHING", (home_id, name))
        found = fast.select_where(c, ("cursor",), follower, mine, (home_id, name))
    return found[0][0]


def move(c: Connection, home_id: int, name: str, cursor: int) -> None:
    """Say how far a follower has read."""
    fast.run(c, "UPDATE follower SET cursor = ? WHERE home_id = ? AND name = ?", (cursor, home_id, name))


def refill(c: Connection, home_id: int) -> None:
    """Empty every fold's tables for this home and fill them again from the ledger."""
    for fold in FOLDS.values():
        for table in fold.tables:
            c.execute(delete(table).where(table.c.home_id == home_id))
        cursor = 0
        while rows := store.rows_after(c, home_id, cursor, STEP_ROWS):
            fold.run(c, home_id, rows)
            cursor = rows[-1].seq
        lock(c, home_id, fold.name)
        move(c, home_id, fold.name, cursor)
    for again in REFILLS:
        again(c, home_id)
