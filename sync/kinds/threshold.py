"""A home's own value for one of the numbers in `sync/thresholds.py`: dated, owned, reasoned, approved.

Never through sync: it decides when somebody is called, so it is set on a page, by name.
"""

from __future__ import annotations

from sync.fields import DayOrTime, Open, Ref, Text, schema_of
from sync.kinds import ALWAYS, Kind

FIELDS = schema_of(
    "threshold",
    {
        "name": Text(),
        "value": Open(),
        "unit_or_person": Text(),
        "from": DayOrTime(),
        "owner": Ref(),
        "reason": Text(),
        "proposed_by": Ref(),
        "approved_by": Ref(),
    },
)

KIND = Kind(
    name="threshold",
    fields=FIELDS,
    writers=frozenset(),
    holds=ALWAYS,
    refers=("owner", "proposed_by", "approved_by"),
)
