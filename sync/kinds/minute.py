"""A line of oversight minutes: a challenge, an assurance or a decision, and when it was answered."""

from __future__ import annotations

from sync.fields import Code, DayOrTime, Text, Time, schema_of
from sync.kinds import NEVER, Kind
from sync.roles import GOVERNORS

FIELDS = schema_of(
    "minute",
    {
        "meeting": Text(),
        "held_on": DayOrTime(),
        "about": Text(),
        "type": Code("challenge", "assurance", "decision"),
        "words": Text(),
        "due_on": DayOrTime(),
        "answered_at": Time(),
        # What was done about it.
        "answer": Text(),
    },
)

KIND = Kind(name="minute", fields=FIELDS, writers=GOVERNORS, holds=NEVER, subject="about")
