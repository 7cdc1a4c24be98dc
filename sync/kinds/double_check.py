"""Somebody looked at two entries that may be one drink, and says that both are real."""

from __future__ import annotations

from sync.fields import Code, Ref, Text, schema_of
from sync.kinds import RECENT, Kind
from sync.roles import DECIDERS

FIELDS = schema_of("double_check", {"one": Ref(), "other": Ref(), "decision": Code("both_real"), "reason": Text()})

KIND = Kind(
    name="double_check",
    fields=FIELDS,
    required=frozenset({"one", "other", "decision"}),
    writers=DECIDERS,
    holds=RECENT,
    refers=("one", "other"),
)
