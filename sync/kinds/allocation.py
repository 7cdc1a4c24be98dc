"""Who works where on a shift, and why: written before care starts, changed when needs change."""

from __future__ import annotations

from sync.fields import Open, Text, refs, schema_of
from sync.kinds import ALWAYS, Kind

FIELDS = schema_of(
    "allocation",
    {
        "shift": Text(),
        "unit": Text(),
        "staff": refs(),
        "dependency": Open(),
        "routines": Open(),
        "pressure_points": Open(),
        "rationale": Text(),
        "changed_because": Text(),
        "senior_oversight": Open(),
    },
    care=True,
)

KIND = Kind(
    name="allocation",
    fields=FIELDS,
    required=frozenset({"shift", "unit", "rationale"}),
    care=True,
    holds=ALWAYS,
    refers=("performed_by",),
)
