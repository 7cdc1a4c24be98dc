"""What every test may ask for: `database` (each test on SQLite and on PostgreSQL) and `house` (an app on it)."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

import server
from server.config import Config
from server.db import db
from tests.harness import quick
from tests.harness.apps import Database, House, copy_template
from tests.harness.order import arranged
from tests.harness.postgres import Postgres

TEMPLATE = "tidemark_template"
quick.make_quick()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Where several workers share the tests, the files are handed out in this order (`--no-loadscope-reorder` keeps it)."""
    if hasattr(config, "workerinput"):
        items[:] = arranged(items)


def _migrate(url: str, folder: Path) -> None:
    app = server.create_app(Config(data=folder, database_url=url))
    server.db_upgrade(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as c:
                c.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template():
    folder = Path(tempfile.mkdtemp(prefix="tidemark-sqlite-"))
    _migrate(f"sqlite:///{folder / 'template.sqlite'}", folder)
    yield folder / "template.sqlite"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """One PostgreSQL a session, with a migrated template database in it."""
    made = Postgres()
    try:
        _migrate(made.create(TEMPLATE), tmp_path_factory.mktemp("pg"))
        yield made
    finally:
        made.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """An empty, migrated database: each test that asks runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield Database("sqlite", copy_template(request.getfixturevalue("sqlite_template"), tmp_path), tmp_path)
        return
    postgres = request.getfixturevalue("postgres")
    name, url = postgres.fresh(TEMPLATE)
    yield Database("postgresql", url, tmp_path)
    postgres.drop(name)


@pytest.fixture
def house(database):
    made = House(database)
    yield made
    made.close()


@pytest.fixture
def home(house):
    """A home called Larkfield."""
    return house.home()
