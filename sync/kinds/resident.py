"""A person who lives here."""

from __future__ import annotations

from sync.fields import DayOrTime, Open, Ref, Text, schema_of
from sync.kinds import ALWAYS, Kind
from sync.roles import PLANNERS

FIELDS = schema_of(
    "resident",
    {
        "preferred_name": Text(),
        "photo": Text(),
        "room": Text(),
        "unit": Text(),
        "key_worker": Ref(),
        "born": DayOrTime(),
        "sex": Text(),
        "name_alert": Open(),
        "communication_needs": Open(),
        "left_on": DayOrTime(),
    },
)

KIND = Kind(name="resident", fields=FIELDS, writers=PLANNERS, holds=ALWAYS, refers=("key_worker",))
