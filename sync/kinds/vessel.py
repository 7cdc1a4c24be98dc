"""A cup, mug or glass of this home, measured and photographed by the home itself."""

from __future__ import annotations

from sync.fields import Open, Text, Whole, schema_of
from sync.kinds import ALWAYS, Kind
from sync.roles import PLANNERS

FIELDS = schema_of(
    "vessel",
    {
        "name": Text(),
        "ml": Whole(),
        "picture": Text(),
        "drink_default": Text(),
        "retired": Open(),
        # Ours: for whom it is offered where that is not by mouth. A feeding pump is nobody else's cup.
        "route": Text(),
    },
)

KIND = Kind(name="vessel", fields=FIELDS, writers=PLANNERS, holds=ALWAYS)
