"""An appointment or visit, planned or happening now."""

from __future__ import annotations

from sync.fields import Ref, Text, Time, schema_of
from sync.kinds import OPEN, Kind

FIELDS = schema_of(
    "appointment",
    {
        "resident": Ref(),
        "type": Text(),
        "starts_at": Time(),
        "with": Text(),
        "place": Text(),
        "escort": Ref(),
        "origin": Text(),
        "reviewer": Text(),
        "arises_from": Text(),
    },
    care=True,
)

KIND = Kind(
    name="appointment",
    fields=FIELDS,
    required=frozenset({"resident", "type", "starts_at"}),
    care=True,
    holds=OPEN,
    subject="resident",
    refers=("resident", "escort", "performed_by"),
    dated_by="starts_at",
)
