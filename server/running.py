"""An application for a command: wired as it is served, its database brought up to date first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from server import create_app, migrate
from server.config import load


def application() -> Flask:
    """The application, on a database that has every table."""
    app = create_app(load())
    migrate.upgrade(app)
    return app


@contextmanager
def app_context() -> Iterator[Flask]:
    """Run a command's work inside the application."""
    app = application()
    with app.app_context():
        yield app
