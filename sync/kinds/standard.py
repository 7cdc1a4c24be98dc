"""What good practice is here: the wording, whom it was agreed with, and from when it counts. Tablets hold it, for staff to confirm."""

from __future__ import annotations

from sync.fields import DayOrTime, Text, schema_of
from sync.kinds import ALWAYS, Kind
from sync.roles import GOVERNORS

FIELDS = schema_of(
    "standard",
    {
        "topic": Text(),
        "words": Text(),
        "agreed_with": Text(),
        "reviewer": Text(),
        "filed_under": Text(),
        "effective_from": DayOrTime(),
    },
)

KIND = Kind(name="standard", fields=FIELDS, writers=GOVERNORS, holds=ALWAYS)
