"""Every primary and unique key begins with the home, so that nothing crosses homes and a database can spread them."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from sqlalchemy import UniqueConstraint

import server
from server.db import db

# Stand above homes, or belong to the process and hold nothing of anybody.
EXEMPT = {"home", "provider", "alembic_version", "tick"}


def all_tables():
    for module in pkgutil.walk_packages(server.__path__, "server."):
        if module.name.endswith(".tables"):
            importlib.import_module(module.name)
    return sorted(db.metadata.tables.values(), key=lambda table: table.name)


TABLES = [table for table in all_tables() if table.name not in EXEMPT]


def test_the_tables_are_all_here():
    assert {"ledger", "record", "device", "deadline", "outbox"} <= {table.name for table in TABLES}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_primary_key_begins_with_the_home(table):
    assert [column.name for column in table.primary_key.columns][:1] == ["home_id"]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_unique_key_begins_with_the_home(table):
    unique = [list(c.columns) for c in table.constraints if isinstance(c, UniqueConstraint)]
    unique += [list(index.columns) for index in table.indexes if index.unique]
    assert [[column.name for column in key][:1] for key in unique] == [["home_id"] for _ in unique]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_foreign_key_stays_inside_the_home(table):
    for constraint in table.foreign_key_constraints:
        if constraint.referred_table.name not in EXEMPT:
            assert "home_id" in [column.name for column in constraint.columns]
