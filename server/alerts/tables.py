"""What the actor, the ladder and the sender remember. Times are integer milliseconds UTC.

`deadline` is a projection of the alert records (a rebuild refills it). `look`, `step_event` and the push tables are
operational: a rebuild leaves them alone, so it raises no alert and sends nothing.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, Table, Text

from server.db import Id, db

# Two machines' clocks may differ by this much without anything being wrong. What was set further in the future than this
# was set under a wrong clock, and is not waited for.
SKEW_MS = 60_000


def _home(**options):
    return Column("home_id", ForeignKey("home.id"), primary_key=True, autoincrement=False, **options)


# When a person's care day must be judged again although nothing may have arrived: a drink that never came enters here.
# Each day judged leaves a row for the next one, so that nobody on monitoring is ever without one.
look = Table(
    "look",
    db.metadata,
    _home(),
    Column("resident", Id, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),  # ordinal of the care day
    Column("next_at_ms", BigInteger, nullable=False),
    Column("set_ms", BigInteger, nullable=False),  # one that was set in the future was set under a wrong clock
    Index("ix_look_due", "next_at_ms", "home_id"),
    Index("ix_look_set", "set_ms", "home_id"),
)

# When the matters of a person's appointments, of a shift, of a unit or of the home must be judged (matters.py).
matter_look = Table(
    "matter_look",
    db.metadata,
    _home(),
    Column("stream", Text, primary_key=True),  # person, follow_up, shift, unit, home
    Column("key", Text, primary_key=True),  # which one, as its stream names it
    Column("next_at_ms", BigInteger, nullable=False),
    Column("set_ms", BigInteger, nullable=False),
    Index("ix_matter_look_due", "next_at_ms", "home_id"),
    Index("ix_matter_look_set", "set_ms", "home_id"),
)

# When an open alert takes its next step. One row an alert; no row, no climb.
deadline = Table(
    "deadline",
    db.metadata,
    _home(),
    Column("alert", Id, primary_key=True),
    Column("resident", Id),
    Column("next_at_ms", BigInteger, nullable=False),
    Column("set_ms", BigInteger, nullable=False),
    Index("ix_deadline_due", "next_at_ms", "home_id"),
    Index("ix_deadline_set", "set_ms", "home_id"),
)

# Each visible step of an alert, once: this key alone makes a step happen exactly once, whoever runs.
step_event = Table(
    "step_event",
    db.metadata,
    _home(),
    Column("alert", Id, primary_key=True),
    Column("opening", Integer, primary_key=True, autoincrement=False),
    Column("step", Text, primary_key=True),  # opened, climbed:<loop>.<rung>, withdrawn, unhandled …
    Column("at_ms", BigInteger, nullable=False),
    Column("late_ms", BigInteger, nullable=False),  # after its deadline; 0 for a step without one
    Column("holder", Text, nullable=False),  # the process that took it
)

vapid_key = Table(
    "vapid_key",
    db.metadata,
    _home(),
    Column("id", Id, primary_key=True),
    Column("private_pem", Text, nullable=False),
    Column("public", Text, nullable=False),  # uncompressed point, base64url: the client's applicationServerKey
    Column("made_ms", BigInteger, nullable=False),
    Column("retired_ms", BigInteger),  # an old key goes on serving the subscriptions made under it
)

# One subscription a device. The endpoint is a capability: it is never logged beyond its host.
subscription = Table(
    "subscription",
    db.metadata,
    _home(),
    Column("device", Id, primary_key=True),
    Column("id", Id, nullable=False),  # new whenever endpoint or keys change
    Column("endpoint", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("p256dh", Text, nullable=False),
    Column("auth", Text, nullable=False),
    Column("vapid_key", Id, nullable=False),
    Column("state", Text, nullable=False),  # live, dead, stale_key
    Column("saved_ms", BigInteger, nullable=False),
    Column("accepted_ms", BigInteger),  # a push service last took a message for it
    Column("receipt_ms", BigInteger),  # its own service worker last said that it showed one: proof
    Column("changed_ms", BigInteger, nullable=False),  # when `state` last changed
    Column("reason", Text),  # why it is not live, as a code
)

# Where somebody is told when their phone stays silent: a mailbox or an Apprise target that answers for a role, and the
# dead-man address that is told that all is well. Settings with secrets in them, so they stand in no ledger and no export.
contact = Table(
    "contact",
    db.metadata,
    _home(),
    Column("id", Id, primary_key=True),
    Column("channel", Text, nullable=False),  # email, apprise, dead_man
    Column("target", Text, nullable=False),  # never logged or shown again beyond `contacts.shown`
    Column("role", Text, nullable=False),  # the role of the ladder that it answers for; "any" for all of them
    Column("by", Id, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("accepted_ms", BigInteger),  # the last time that something was taken there
    Column("failed_ms", BigInteger),  # the last time that it was not
    Column("ended_ms", BigInteger),
    Column("ended_by", Id),
)

# A step of an alert whose people may have to be told in another way: looked at when it is due.
fallback = Table(
    "fallback",
    db.metadata,
    _home(),
    Column("alert", Id, primary_key=True),
    Column("opening", Integer, primary_key=True, autoincrement=False),
    Column("step", Text, primary_key=True),
    Column("roles", Text, nullable=False),  # JSON list: whom the step calls, those without anybody reachable too
    Column("always", Boolean, nullable=False),  # the rung names other channels: they are used whatever push does
    Column("level", Integer, nullable=False),
    Column("values", Text, nullable=False),  # as in the outbox
    Column("expires_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("set_ms", BigInteger, nullable=False, server_default="0"),  # when that was decided: a time still to come was a wrong clock's
    Index("ix_fallback_due", "due_ms", "home_id"),
)

# One message to one device or contact. Only codes stand here; the words are put together when it is sent.
outbox = Table(
    "outbox",
    db.metadata,
    _home(),
    Column("id", Id, primary_key=True),  # derived from alert, opening, step and device: a repeat is the same row
    Column("alert", Id),  # null for a test
    Column("opening", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("what", Text, nullable=False),  # told, colleague, withdrawn, late, test: see payload.py
    Column("level", Integer, nullable=False),
    Column("channel", Text, nullable=False, server_default="push"),  # push, email, apprise
    Column("device", Id, nullable=False),  # or the contact, for another channel than push
    Column("staff", Id),
    Column("role", Text),
    Column("values", Text, nullable=False),  # JSON of the few values that payload.py allows
    Column("state", Text, nullable=False),  # pending sending accepted shown opened failed dead cancelled
    Column("attempts", Integer, nullable=False),
    Column("next_at_ms", BigInteger, nullable=False),  # not before this
    Column("lease_until_ms", BigInteger, nullable=False),
    Column("set_ms", BigInteger, nullable=False, server_default="0"),  # when the two above were: a time still to come was a wrong clock's
    Column("lease", Id),  # who holds it: a mark by a lease that has passed on counts for nothing
    Column("expires_ms", BigInteger, nullable=False),  # not after this: the next step has taken over
    Column("minimal", Boolean, nullable=False),  # 413 was answered once: only id and tag from now on
    Column("made_ms", BigInteger, nullable=False),
    Column("shown_ms", BigInteger),  # by our clock, as are all times here
    Column("reason", Text),
    Index("ix_outbox_due", "state", "next_at_ms", "home_id"),
    Index("ix_outbox_device", "home_id", "device", "made_ms"),
    Index("ix_outbox_alert", "home_id", "alert", "opening"),
)

# One row a try. The host is named, never the endpoint.
delivery_log = Table(
    "delivery_log",
    db.metadata,
    _home(),
    Column("message", Id, primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("host", Text, nullable=False),
    Column("result", Text, nullable=False),  # a verdict of classify.py
    Column("status", Integer),  # HTTP status, where there was an answer
    Column("took_ms", Integer, nullable=False),
    Column("skew_s", Float),  # our clock minus the service's `Date`: over four hours slow, every send fails
)

# Every state that a message has been in, in order, and never changed: what became of a call can be shown afterwards.
delivery_state = Table(
    "delivery_state",
    db.metadata,
    _home(),
    Column("message", Id, primary_key=True),
    Column("state", Text, primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("reason", Text),
)

receipt = Table(
    "receipt",
    db.metadata,
    _home(),
    Column("message", Id, primary_key=True),
    Column("event", Text, primary_key=True),  # shown, opened
    Column("device", Id, nullable=False),
    Column("at_ms", BigInteger, nullable=False),  # by the device's clock
    Column("received_ms", BigInteger, nullable=False),
)

# By which an alert may be taken on from one phone's lock screen, once and for a quarter of an hour (lock_screen.py).
lock_screen_token = Table(
    "lock_screen_token",
    db.metadata,
    _home(),
    Column("digest", Text, primary_key=True),  # of the token, which stands in the message and nowhere else
    Column("alert", Id, nullable=False),
    Column("opening", Integer, nullable=False),
    Column("device", Id, nullable=False),
    Column("staff", Id, nullable=False),  # whose call it was: it is taken on in their name
    Column("made_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
)

# A push service that refuses us as such (401, 403): no more tries before `until_ms`.
breaker = Table(
    "breaker",
    db.metadata,
    _home(),
    Column("origin", Text, primary_key=True),
    Column("until_ms", BigInteger, nullable=False),
    Column("set_ms", BigInteger, nullable=False, server_default="0"),  # when it was: a time still to come was a wrong clock's
    Column("times", Integer, nullable=False),
    Column("reason", Text, nullable=False),
)

# The heartbeat of each escalator, process-wide: how old the newest is decides /api/v1/health.
tick = Table(
    "tick",
    db.metadata,
    Column("holder", Text, primary_key=True),  # host:pid:start
    Column("started_ms", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("late_ms", BigInteger, nullable=False),  # of the most overdue step taken in the last round
    Column("count", BigInteger, nullable=False),
    Column("stepped_ms", BigInteger),  # the server's clock was seen to jump then
    Index("ix_tick_at", "at_ms"),
)
