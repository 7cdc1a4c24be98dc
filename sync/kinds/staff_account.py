"""What someone on the staff answered to a short question, by role and never by name."""

from __future__ import annotations

from sync.fields import Open, Text, schema_of
from sync.kinds import NEVER, Kind

FIELDS = schema_of("staff_account", {"question": Text(), "role": Text(), "score": Open(), "topic": Text(), "words": Text()})

KIND = Kind(name="staff_account", fields=FIELDS, holds=NEVER)
