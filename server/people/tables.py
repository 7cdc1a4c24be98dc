"""Homes, devices, PINs and accounts: operational state, and the `staff` projection that sign-in reads.

Times are integer milliseconds UTC. Every key begins with the home; `provider` and `home` are what homes are made of.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from server.db import Id, db

provider = Table(
    "provider",
    db.metadata,
    Column("id", Integer, primary_key=True),
    Column("uuid", Id, nullable=False, unique=True),
    Column("name", Text, nullable=False),
)

home = Table(
    "home",
    db.metadata,
    Column("id", Integer, primary_key=True),
    Column("uuid", Id, nullable=False, unique=True),
    Column("provider", ForeignKey("provider.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False),  # IANA name: care days and shifts are local to the home
    Column("started_on", Text, nullable=False),  # date: rules judge nothing before it
    Column("secret", LargeBinary, nullable=False),  # 32 bytes: signs device tokens and grants
    Column("private_key", Text, nullable=False),  # PEM, P-256: the first key that opens sealed entries; in every backup
    Column("made_by", Text),  # "demo" when the demo made it
    # A hydration plan that was received before is in force as it was written; from then on a second person confirms (care.md, Duties).
    Column("two_people_ms", BigInteger),
)

# The keys of a home after its first: the newest is what tablets seal to, and every older one still opens.
home_key = Table(
    "home_key",
    db.metadata,
    Column("home_id", ForeignKey("home.id"), primary_key=True, autoincrement=False),
    Column("kid", Text, primary_key=True),  # RFC 7638 thumbprint
    Column("private_key", Text, nullable=False),  # PEM, P-256; in every backup
    Column("made_ms", BigInteger, nullable=False),  # the key before it was retired then
)

device = Table(
    "device",
    db.metadata,
    Column("home_id", ForeignKey("home.id"), primary_key=True, autoincrement=False),
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("pseudo", Text),  # page, import or system: the home's own; null for a tablet or phone
    Column("enrolled_ms", BigInteger, nullable=False),
    Column("enrolled_by", Id),
    Column("revoked_ms", BigInteger),
    Column("revoked_by", Id),
    Column("last_seen_ms", BigInteger),  # any request with its token
    Column("last_sent_ms", BigInteger),  # the last one that delivered entries
    Column("pending", Integer),  # what it said stays queued after its last batch
    Column("last_number", BigInteger, nullable=False, server_default="0"),  # highest number it has used
    Column("offset_ms", BigInteger),  # server time minus its clock at the last request
    Column("number_clash_ms", BigInteger),  # last seen one number under two ids
    Column("number_fell_ms", BigInteger),  # last seen `last_number` below what it said before
    Column("hour_from_ms", BigInteger, nullable=False, server_default="0"),
    Column("hour_count", Integer, nullable=False, server_default="0"),
    Column("day_from_ms", BigInteger, nullable=False, server_default="0"),
    Column("day_bytes", BigInteger, nullable=False, server_default="0"),
    Column("form", Text, nullable=False, server_default="tablet"),  # tablet or phone: a phone is never expected to be heard from
    Column("behind_ms", BigInteger),  # since when it says that all is sent although its highest number has not arrived
    # When its health is judged next, whatever arrives (null: nothing to wait for), and when that was set.
    Column("look_at_ms", BigInteger),
    Column("look_set_ms", BigInteger),
    # What the app on it last said of itself: operational state, nothing about people.
    Column("reported_ms", BigInteger),
    Column("app_version", Text),
    Column("installed", Boolean),
    Column("persisted", Boolean),  # false: the browser may clear what the tablet holds when space is short
    Column("storage_free_mb", BigInteger),
    Column("oldest_unsent_ms", BigInteger),
    Index("ix_device_look", "look_at_ms", "home_id"),
    Index("ix_device_look_set", "look_set_ms", "home_id"),
)

# The runs of a device's numbers that have arrived, inclusive: one row for a tablet that has lost nothing.
device_number = Table(
    "device_number",
    db.metadata,
    Column("home_id", ForeignKey("home.id"), primary_key=True, autoincrement=False),
    Column("device", Id, primary_key=True),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    Column("since_ms", BigInteger),  # when the run was first seen: since then what lies just below it is missing
)

enrolment = Table(
    "enrolment",
    db.metadata,
    Column("home_id", ForeignKey("home.id"), primary_key=True, autoincrement=False),
    Column("code_hash", LargeBinary, primary_key=True),  # SHA-256 of the one-time code
    Column("name", Text, nullable=False),
    Column("made_by", Id),
    Column("made_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
    Column("device", Id),
    Column("form", Text, nullable=False, server_default="tablet"),
)

# A projection of `staff_member` records, filled by the intake and by `ledger rebuild`: what sign-in and rights read.
staff = Table(
    "staff",
    db.metadata,
    Column("home_id", ForeignKey("home.id"), primary_key=True, autoincrement=False),
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),  # JSON list, sorted
    Column("agency", Boolean, nullable=False),
    Column("ends_ms", BigInteger),  # `valid_until`, or 0 when the record was entered in error
)

# When a person's access ends or ended, said by a manager; a row here outlives changes of the staff record.
access = Table(
    "access",
    db.metadata,
    Column("home_id", ForeignKey("home.id"), primary_key=True, autoincrement=False),
    Column("staff", Id, primary_key=True),
    Column("revoked_ms", BigInteger, nullable=False),
    Column("revoked_by", Id),
    Column("said_ms", BigInteger, nullable=False),  # when the manager said so: `revoked_ms` may lie before or after
)

pin = Table(
    "pin",
    db.metadata,
    Column("home_id", ForeignKey("home.id"), primary_key=True, autoincrement=False),
    Column("staff", Id, primary_key=True),
    Column("hash", Text, nullable=False),  # argon2id
    Column("set_ms", BigInteger, nullable=False),
)

# One a person: what lets a tablet that the person never used be unlocked offline with the same PIN.
unlock_key = Table(
    "unlock_key",
    db.metadata,
    Column("home_id", ForeignKey("home.id"), primary_key=True, autoincrement=False),
    Column("staff", Id, primary_key=True),
    Column("salt", LargeBinary, nullable=False),  # 16 bytes
    Column("rounds", Integer, nullable=False),  # of PBKDF2-SHA256
    Column("public", Text, nullable=False),  # JWK, P-256
    Column("box", LargeBinary, nullable=False),  # 12 bytes of iv, then the private JWK under a key made of the PIN
    Column("online_ms", BigInteger, nullable=False),  # the last right PIN that the server heard, on any tablet
)

pin_try = Table(
    "pin_try",
    db.metadata,
    Column("home_id", ForeignKey("home.id"), primary_key=True, autoincrement=False),
    Column("device", Id, primary_key=True),
    Column("staff", Id, primary_key=True),
    Column("wrong", Integer, nullable=False),
    Column("waits", Integer, nullable=False),  # how often the limit was reached: each wait is twice the last
    Column("until_ms", BigInteger, nullable=False),  # no try before this
    Column("last_ms", BigInteger, nullable=False),
)

account = Table(
    "account",
    db.metadata,
    Column("home_id", ForeignKey("home.id"), primary_key=True, autoincrement=False),
    Column("email", Text, primary_key=True),  # lower case
    Column("staff", Id, nullable=False),
    Column("hash", Text, nullable=False),  # argon2id
    Column("made_ms", BigInteger, nullable=False),
    Column("wrong", Integer, nullable=False, server_default="0"),
    Column("until_ms", BigInteger, nullable=False, server_default="0"),
    Index("ix_account_email", "email"),
)

# A link by which a guest of the home (an inspector, a commissioner) reads the evidence until a time; only its hash is kept.
guest_link = Table(
    "guest_link",
    db.metadata,
    Column("home_id", ForeignKey("home.id"), primary_key=True, autoincrement=False),
    Column("id", Id, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False),  # SHA-256 of the token
    Column("who_for", Text, nullable=False),
    Column("initials", Boolean, nullable=False),  # whether people are shown by their initials alone
    Column("made_by", Id, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),  # ended before its time
    Column("ended_by", Id),  # null where a restore ended it
)

# Every page that a guest asked for, written before it is shown.
guest_opening = Table(
    "guest_opening",
    db.metadata,
    Column("home_id", ForeignKey("home.id"), primary_key=True, autoincrement=False),
    Column("id", Id, primary_key=True),
    Column("link", Id, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("path", Text, nullable=False),
    Column("refused", Boolean, nullable=False),  # a page that the link does not show
    Index("ix_guest_opening_link", "home_id", "link", "at_ms"),
)
