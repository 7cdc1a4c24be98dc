"""Five minutes watching practice against the standard: what was expected, what was seen, whether someone was coached."""

from __future__ import annotations

from sync.fields import Open, Ref, Text, schema_of
from sync.kinds import NEVER, Kind
from sync.roles import GOVERNORS

FIELDS = schema_of(
    "practice_observation",
    {
        "topic": Text(),
        "standard": Ref(),
        "observed_role": Text(),
        "expected": Text(),
        "seen": Text(),
        "met": Open(),
        "coached": Open(),
    },
)

KIND = Kind(name="practice_observation", fields=FIELDS, writers=GOVERNORS, holds=NEVER, refers=("standard",))
