"""The server's own note that it put an entry aside: which one (if it had an id), its digest (if it had one), and why."""

from __future__ import annotations

from sync.fields import Open, Text, schema_of
from sync.kinds import NEVER, Kind

FIELDS = schema_of("set_aside", {"of": Text(), "digest": Text(), "reason": Open()})

KIND = Kind(name="set_aside", fields=FIELDS, writers=frozenset(), holds=NEVER)
