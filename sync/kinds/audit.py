"""An audit by its template: what was sampled, what was found, and which sources it covered.

Tidemark draws the sample and somebody answers. Two who answer the same sample at once are both kept.
"""

from __future__ import annotations

from sync.fields import DayOrTime, ListOf, Open, Ref, Text, Time, schema_of
from sync.kinds import NEVER, Kind
from sync.roles import GOVERNORS

FIELDS = schema_of(
    "audit",
    {
        "template": Text(),
        "version": Open(),
        "sources_covered": ListOf(Open()),
        "sample": ListOf(Open()),
        "answers": ListOf(Open()),
        "due_on": DayOrTime(),
        "round": DayOrTime(),
        "from": DayOrTime(),
        "to": DayOrTime(),
        "seed": Text(),
        "drawn_at": Time(),
        "drawn_for": Ref(),
        "drawn_from": Open(),
        "done_at": Time(),
        "done_by": Ref(),
    },
)

KIND = Kind(
    name="audit",
    fields=FIELDS,
    groups=(frozenset({"answers", "sources_covered", "done_at", "done_by"}),),
    writers=GOVERNORS,
    holds=NEVER,
)
