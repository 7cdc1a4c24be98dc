"""A shift that the server drew for observation. Tidemark alone draws."""

from __future__ import annotations

from sync.fields import Open, Text, Time, schema_of
from sync.kinds import RECENT, Kind

FIELDS = schema_of(
    "shift_sample", {"shift": Text(), "unit": Text(), "from": Time(), "to": Time(), "drawn_at": Time(), "because": Open()}
)

KIND = Kind(name="shift_sample", fields=FIELDS, writers=frozenset(), holds=RECENT, dated_by="from")
