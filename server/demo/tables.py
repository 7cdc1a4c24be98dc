"""What the demo remembers about a home that it made. A home without a row here is none of the demo's business."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Text

from server.db import db

demo_home = Table(
    "demo_home",
    db.metadata,
    Column("home_id", ForeignKey("home.id"), primary_key=True, autoincrement=False),
    Column("options", Text, nullable=False),  # JSON: seed, residents, first and last day, number of the home
    Column("roster", Text, nullable=False),  # JSON: what `tidemark demo` printed, PINs and passwords of made-up people included
    Column("done_ms", BigInteger, nullable=False),  # everything up to here was lived
    Column("state", Text, nullable=False),  # JSON: tablets' counters and queues, what people are about to do
    Column("sending", Text, nullable=False),  # JSON: batches decided on but perhaps not delivered
)
