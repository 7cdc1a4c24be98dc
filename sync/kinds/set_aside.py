"""The server's own note that it put an entry aside: which one (if it had an id), its digest (if it had one), and why.

A manager who accepts the entry as it stands, or puts it away for good, says so on the same note, with a reason.
"""

from __future__ import annotations

from sync.fields import Open, Text, schema_of
from sync.kinds import NEVER, Kind

FIELDS = schema_of(
    "set_aside", {"of": Text(), "digest": Text(), "reason": Open(), "accepted_because": Text(), "put_away_because": Text()}
)

KIND = Kind(name="set_aside", fields=FIELDS, writers=frozenset(), holds=NEVER)
