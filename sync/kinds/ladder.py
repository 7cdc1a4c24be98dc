"""Who is told of an alert, after how long, and by which channels. Never through sync: set on a page, by name."""

from __future__ import annotations

from sync.fields import Code, Item, ListOf, Number, Text, Whole, schema_of, texts
from sync.kinds import ALWAYS, Kind
from sync.severities import SEVERITIES

FIELDS = schema_of(
    "ladder",
    {
        "severity": Code(*SEVERITIES),
        "rungs": ListOf(Item({"roles": texts(), "after_minutes": Number(), "channels": texts()})),
        "repeat_minutes": Number(),
        "loops": Whole(),
        "shift": Text(),
    },
)

KIND = Kind(name="ladder", fields=FIELDS, writers=frozenset(), holds=ALWAYS)
