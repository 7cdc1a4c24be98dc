"""How much help a person needs, by which tool, and the manager's own judgement beside the number."""

from __future__ import annotations

from sync.fields import DayOrTime, Label, Number, Open, Ref, Text, schema_of
from sync.kinds import NEVER, Kind
from sync.roles import PLANNERS_OF_ROTA

FIELDS = schema_of(
    "dependency_score",
    {
        "resident": Ref(),
        "tool": Text(),
        "tool_version": Label(),
        "score": Open(),
        "hours_required": Number(),
        "scored_on": DayOrTime(),
        "judgement": Text(),
    },
)

KIND = Kind(
    name="dependency_score",
    fields=FIELDS,
    writers=PLANNERS_OF_ROTA,
    holds=NEVER,
    subject="resident",
    refers=("resident",),
)
