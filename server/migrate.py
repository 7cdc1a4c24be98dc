"""Alembic, told where our migrations and our database are."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from flask import Flask

from server.db import db

SCRIPTS = Path(__file__).resolve().parent / "migrations"


def _config() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(SCRIPTS))
    return config


def upgrade(app: Flask) -> None:
    """Bring the app's database to the newest schema. Nothing happens when it is there."""
    with app.app_context(), db.engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def revision(app: Flask, message: str, id_: str) -> None:
    """Write a migration from the difference between the tables and the app's database (for developers)."""
    with app.app_context(), db.engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.revision(config, message, autogenerate=True, rev_id=id_)
