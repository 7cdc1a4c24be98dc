"""What one shift hands to the next: built from what the tablet held, added to by people, accepted by the incoming lead.

`lines` are said as they stood when they were handed over, each with the part of the handover that it belongs to; the
records that they came from may change later, this does not.
"""

from __future__ import annotations

from sync.fields import Item, ListOf, Open, Ref, Text, Time, schema_of, texts
from sync.kinds import RECENT, Kind

FIELDS = schema_of(
    "handover",
    {
        "shift": Text(),
        "from": Time(),
        "to": Time(),
        "lines": ListOf(Item({"id": Text(), "part": Text(), "words": Text(), "about": Ref()})),
        "silent_devices": texts(),
        "based_on_until": Open(),
        "given_to": Ref(),
        "accepted_by": Ref(),
        "accepted_at": Time(),
    },
    care=True,
)

KIND = Kind(
    name="handover",
    fields=FIELDS,
    required=frozenset({"shift", "from", "to"}),
    lists=frozenset({"lines"}),
    sets=frozenset({"silent_devices"}),
    care=True,
    holds=RECENT,
    groups=(frozenset({"accepted_by", "accepted_at"}),),
    refers=("given_to", "accepted_by", "performed_by"),
)
