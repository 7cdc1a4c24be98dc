"""A person who works here, and every role they hold.

Never through sync: what someone may do comes from here, so it is written by the server alone, on a page or at the online
request of a senior carer, shift leader or manager.
"""

from __future__ import annotations

from sync.fields import DayOrTime, Open, Ref, Text, codes, schema_of
from sync.kinds import ALWAYS, Kind
from sync.roles import ROLES

FIELDS = schema_of(
    "staff_member",
    {
        "name": Text(),
        "roles": codes(ROLES),
        "agency": Open(),
        "valid_until": DayOrTime(),
        "added_by": Ref(),
        "left_on": DayOrTime(),
    },
)

KIND = Kind(
    name="staff_member",
    fields=FIELDS,
    required=frozenset({"name", "roles"}),
    writers=frozenset(),
    holds=ALWAYS,
    refers=("added_by",),
)
