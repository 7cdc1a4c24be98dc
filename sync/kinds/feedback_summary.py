"""The quality monitoring summary: the themes that the deputy manager draws from what people and staff told us, and what is done about them."""

from __future__ import annotations

from sync.fields import DayOrTime, Text, schema_of
from sync.kinds import NEVER, Kind
from sync.roles import GOVERNORS

FIELDS = schema_of(
    "feedback_summary",
    {
        "from": DayOrTime(),
        "to": DayOrTime(),
        "topic": Text(),
        "themes": Text(),
        # "You said, we did": what is done, and who was told.
        "response": Text(),
        "told": Text(),
        # The action of the plan that it bears on.
        "about": Text(),
    },
)

KIND = Kind(name="feedback_summary", fields=FIELDS, required=frozenset({"themes"}), writers=GOVERNORS, holds=NEVER, subject="about")
