"""A line of the daily management log."""

from __future__ import annotations

from sync.fields import Text, schema_of
from sync.kinds import NEVER, Kind

FIELDS = schema_of("log_entry", {"about": Text(), "words": Text(), "shift": Text(), "unit": Text()})

KIND = Kind(name="log_entry", fields=FIELDS, holds=NEVER, subject="about")
