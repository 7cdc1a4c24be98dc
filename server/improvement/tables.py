"""The figures of each measure and care day, kept so that no page ever scans history."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from server.db import db

# One row a measure and care day. `first_*` is what was first told of the day, kept so that a change of it is said openly.
measure_day = Table(
    "measure_day",
    db.metadata,
    Column("home_id", ForeignKey("home.id"), primary_key=True, autoincrement=False),
    Column("measure", Text, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),  # ordinal of the care day
    Column("numerator", Integer, nullable=False),  # met in time
    Column("denominator", Integer, nullable=False),
    Column("in_the_end", Integer, nullable=False),  # met by now, late entries included
    Column("left_out", Integer, nullable=False),
    Column("first_numerator", Integer, nullable=False),
    Column("first_denominator", Integer, nullable=False),
    Column("first_ms", BigInteger, nullable=False),
    Column("worked_out_ms", BigInteger, nullable=False),
    Column("changed_rows", Integer, nullable=False),  # ledger rows since then that bear on the day and are in the figure
    Column("stale_rows", Integer, nullable=False),  # ... and that are not in it yet
    Column("look_ms", BigInteger),  # when something falls due that no row of the ledger announces
    Column("detail", Text, nullable=False),  # JSON {misses: [{missed, in_the_end, about}], left_out: {why: count}}
    Index("ix_measure_day_stale", "home_id", "stale_rows"),
    Index("ix_measure_day_look", "home_id", "look_ms"),
)
