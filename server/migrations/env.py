"""Alembic's entry: the connection is handed in by `server.migrate`."""

import importlib
import pkgutil

from alembic import context

import server
from server.db import db

for module in pkgutil.walk_packages(server.__path__, "server."):
    if module.name.endswith(".tables"):
        importlib.import_module(module.name)

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=db.metadata, render_as_batch=True, user_module_prefix="")
with context.begin_transaction():
    context.run_migrations()
