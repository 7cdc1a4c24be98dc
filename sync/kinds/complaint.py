"""A complaint: whose, about what, and how it was answered."""

from __future__ import annotations

from sync.fields import Ref, Text, Time, schema_of
from sync.kinds import NEVER, Kind

FIELDS = schema_of(
    "complaint",
    {
        "words": Text(),
        "whose": Text(),
        "resident": Ref(),
        "about": Text(),
        "received_at": Time(),
        "answered_at": Time(),
        "outcome": Text(),
    },
)

KIND = Kind(name="complaint", fields=FIELDS, holds=NEVER, subject="resident", refers=("resident",))
