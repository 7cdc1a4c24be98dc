"""The monthly report of a home as somebody signed it: the text that stood there, and their own words."""

from __future__ import annotations

from sync.fields import Code, Item, ListOf, Text, schema_of, texts
from sync.kinds import NEVER, Kind
from sync.roles import PROVIDER

FIELDS = schema_of(
    "governance_report",
    {
        # `2026-10`: the calendar month that it tells of.
        "month": Text(),
        "sections": ListOf(Item({"title": Text(), "lines": texts()})),
        "decision": Code("assured", "further_action"),
        "words": Text(),
    },
)

KIND = Kind(name="governance_report", fields=FIELDS, required=frozenset({"month", "sections", "decision", "words"}), writers=PROVIDER, holds=NEVER)
