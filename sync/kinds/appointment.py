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

#: What an appointment asks of the home runs on for weeks. Tablets hold it, its outcomes and its follow-ups for this many days
#: after it, so that none of the three is judged without the others (`sync/rules/appointments.py`).
KEEPS_DAYS = 28

KIND = Kind(
    name="appointment",
    fields=FIELDS,
    required=frozenset({"resident", "type", "starts_at"}),
    care=True,
    holds=OPEN,
    keeps_days=KEEPS_DAYS,
    subject="resident",
    refers=("resident", "escort", "performed_by"),
    dated_by="starts_at",
)
