"""An audit by its template: what was sampled, what was found, and which sources it covered."""

from __future__ import annotations

from sync.fields import DayOrTime, ListOf, Open, Text, schema_of
from sync.kinds import NEVER, Kind
from sync.roles import GOVERNORS

FIELDS = schema_of(
    "audit",
    {
        "template": Text(),
        "version": Open(),
        "sources_covered": ListOf(Open()),
        "sample": ListOf(Open()),
        "answers": ListOf(Open()),
        "due_on": DayOrTime(),
    },
)

KIND = Kind(name="audit", fields=FIELDS, writers=GOVERNORS, holds=NEVER)
