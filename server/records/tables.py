"""The ledger, what it folds to, and what was set aside.

Times are integer milliseconds UTC; a `day` is the ordinal (`date.toordinal()`) of a care day in the home's zone.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, text

from server.db import Id, db


def _home(**options):
    return Column("home_id", ForeignKey("home.id"), primary_key=True, autoincrement=False, **options)


# The home's lock: whoever appends holds this row until commit.
counter = Table(
    "counter",
    db.metadata,
    _home(),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),  # of row `seq`; 32 zero bytes before row 1
    Column("ledger", Id, nullable=False),
    Column("safe", BigInteger),  # seq that a verified backup off this machine holds
)

# One row a ledger id: the first when the home is made, another at every restore.
ledger_life = Table(
    "ledger_life",
    db.metadata,
    _home(),
    Column("ledger", Id, primary_key=True),
    Column("from_seq", BigInteger, nullable=False),  # rows from here carry this id
    Column("began_ms", BigInteger, nullable=False),
    Column("cut_seq", BigInteger),  # head of what the restore replaced, where it could still be read
    Column("cut_hash", LargeBinary),
    Column("carried", Text),  # JSON: what that restore kept of what it replaced, and what must be done again (replaced.py)
)

ledger = Table(
    "ledger",
    db.metadata,
    _home(),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Id, nullable=False),
    Column("record", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("device", Id, nullable=False),
    Column("author", Id),
    Column("digest", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("grant_id", Text),
    Column("role", Text),  # JSON list, sorted; null for an emergency entry
    Column("origin", Text, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("offset_ms", BigInteger),  # the one used; null where none was known
    Column("occurred_ms", BigInteger, nullable=False),  # corrected
    Column("recorded_ms", BigInteger, nullable=False),  # corrected
    Column("marks", Text),  # JSON list of what is said about this row: time_in_doubt, sign_in_expired …
    Column("submission", Text),  # RFC 8785 form as sent, without the grant; null after erasure
    UniqueConstraint("home_id", "id", name="uq_ledger_id"),
    Index("ix_ledger_record", "home_id", "record"),
)

# Said as a literal: a partial index serves only queries that repeat its condition.
NOT_A_DRINK = text("kind <> 'hydration_check'")
# Of all that is recorded only people leave: any question about their day implies it.
LEFT = text("ends_day IS NOT NULL")

# What the submissions about one id add up to.
record = Table(
    "record",
    db.metadata,
    _home(),
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),  # of its newest change; several records may share one
    Column("subject", Id),
    Column("day", Integer),
    Column("occurred_ms", BigInteger, nullable=False),
    Column("struck", Boolean, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("held_day", Integer, nullable=False),  # last care day on which a tablet holds it; -1 never
    Column("ends_day", Integer),  # for people: the day from which they have left
    Column("body", Text, nullable=False),  # the change of protocol.md, canonical JSON
    Index("ix_record_seq", "home_id", "seq", "id"),
    Index("ix_record_held", "home_id", "held_day", "seq"),
    Index("ix_record_about", "home_id", "kind", "subject", "day"),
    Index("ix_record_ends", "home_id", "ends_day", sqlite_where=LEFT, postgresql_where=LEFT),
    # A day of everything but its drinks, which are a hundred times as many and are found by person.
    Index("ix_record_log", "home_id", "day", "kind", sqlite_where=NOT_A_DRINK, postgresql_where=NOT_A_DRINK),
)

# `record` names `missing`, which has not arrived: when it does, the record is folded again.
waiting = Table(
    "waiting",
    db.metadata,
    _home(),
    Column("missing", Id, primary_key=True),
    Column("record", Id, primary_key=True),
    Index("ix_waiting_record", "home_id", "record"),
)

# Where a drink lies, or ever lay, among the home's: what may be its double lies at the same place or one beside it.
drink_place = Table(
    "drink_place",
    db.metadata,
    _home(),
    Column("place", BigInteger, primary_key=True, autoincrement=False),  # of person, drink, amount and quarter of an hour
    Column("record", Id, primary_key=True),
    Column("device", Id, nullable=False),  # on which the record was made: one tablet makes no doubles
    Column("seq", BigInteger, nullable=False),  # of the record's newest row
    Index("ix_drink_place_record", "home_id", "record"),
)

quarantine = Table(
    "quarantine",
    db.metadata,
    _home(),
    Column("key", LargeBinary, primary_key=True),  # SHA-256 of device and digest (or bytes): a repeat is no second copy
    Column("id", Id),
    Column("device", Id, nullable=False),
    Column("digest", LargeBinary),
    Column("same", LargeBinary, nullable=False),  # what sameness is judged by: the digest, else SHA-256 of the bytes
    Column("body", LargeBinary, nullable=False),  # as it came, without the grant where it could be read
    Column("errors", Text, nullable=False),
    Column("verdict", Text),  # JSON: grant id, roles and expiry where a grant proved them, clock offset at arrival
    Column("claimed", Text),  # of a sealed row that could not be opened: the digest that it gives itself, which proves nothing
    Column("received_ms", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # open, accepted, repaired
    Column("state_by", Id),  # the submission that ended it
    Index("ix_quarantine_id", "home_id", "id"),
    Index("ix_quarantine_state", "home_id", "state", "received_ms"),
)

# Where each follower stands in each home's ledger.
follower = Table(
    "follower", db.metadata, _home(), Column("name", Text, primary_key=True), Column("cursor", BigInteger, nullable=False)
)

# Fold "totals": one row a person and care day.
hydration_day = Table(
    "hydration_day",
    db.metadata,
    _home(),
    Column("resident", Id, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("least_ml", Integer, nullable=False),  # suspected doubles counted once
    Column("most_ml", Integer, nullable=False),  # and counted both
    Column("to_check", Integer, nullable=False),  # entries that may be the same drink as another
    Column("food_ml", Integer, nullable=False),
    Column("offered", Integer, nullable=False),  # offers made
    Column("refused", Integer, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("in_doubt", Integer, nullable=False),  # entries whose amount two people say differently
    Column("last_drink_ms", BigInteger),
    Column("last_offer_ms", BigInteger),
    Index("ix_hydration_day_day", "home_id", "day"),
)

# A photographed letter itself; what it is and belongs to is said by the `attachment` record of the same id.
letter = Table(
    "letter",
    db.metadata,
    _home(),
    Column("id", Id, primary_key=True),
    Column("sha256", LargeBinary, nullable=False),
    Column("type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("device", Id, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index("ix_letter_device", "home_id", "device", "received_ms"),
)

# The small picture of a resident, a JPEG; whose it is, and why it may be kept, is said by the `resident` record that names it.
photo = Table(
    "photo",
    db.metadata,
    _home(),
    Column("sha256", Text, primary_key=True),  # lower-case hex, as the record says it
    Column("received_ms", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
