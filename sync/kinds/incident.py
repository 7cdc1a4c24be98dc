"""An accident or incident, recorded here or brought over from where the home records them."""

from __future__ import annotations

from sync.fields import Open, Ref, Text, Time, schema_of
from sync.kinds import RECENT, Kind, changes_what_was_said

FIELDS = schema_of(
    "incident",
    {
        "happened_at": Time(),
        "type": Text(),
        "unit": Text(),
        "resident": Ref(),
        "harm": Text(),
        "shift": Text(),
        "staffing_related": Open(),
        "hydration_related": Open(),
        "source_ref": Text(),
    },
    care=True,
)

KIND = Kind(
    name="incident",
    fields=FIELDS,
    required=frozenset({"happened_at", "type"}),
    care=True,
    holds=RECENT,
    subject="resident",
    refers=("resident", "performed_by"),
    corrects=changes_what_was_said,
)
