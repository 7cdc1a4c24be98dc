"""Who is told of an alert, after how long, and by which channels. Never through sync: set on a page, by name."""

from __future__ import annotations

from sync.fields import Code, DayOrTime, Item, ListOf, Number, Ref, Text, Whole, schema_of, texts
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
        # Ours: for one unit; from when; why; and the two people that it takes, as for a threshold.
        "unit": Text(),
        "from": DayOrTime(),
        "reason": Text(),
        "proposed_by": Ref(),
        "approved_by": Ref(),
    },
)

KIND = Kind(name="ladder", fields=FIELDS, writers=frozenset(), holds=ALWAYS)
