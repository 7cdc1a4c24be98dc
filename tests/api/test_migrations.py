"""A database made by the migrations has exactly the tables that the code speaks of, and migrating twice is no harm."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import server
from server.db import db


def test_the_migrations_make_exactly_the_tables_that_the_code_knows(house):
    with house.app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, db.metadata) == []


def test_migrating_again_changes_nothing_and_keeps_the_data(house, home):
    home.resident("Edith")
    server.db_upgrade(house.app)
    assert len(home.rows()) == 1
