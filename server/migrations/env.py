"""Alembic's entry: the connection is handed in by `server.migrate`."""

from alembic import context

from server.db import db

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=db.metadata,
    render_as_batch=True,
    user_module_prefix="server.db.",
    compare_type=False,
)
with context.begin_transaction():
    context.run_migrations()
