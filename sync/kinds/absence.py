"""A person is away: hospital, family, an outing. It takes their windows out of what is due."""

from __future__ import annotations

from sync.fields import Ref, Text, Time, schema_of
from sync.kinds import ALWAYS, Kind

FIELDS = schema_of(
    "absence", {"resident": Ref(), "type": Text(), "from": Time(), "to": Time(), "source": Text()}, care=True
)

KIND = Kind(
    name="absence",
    fields=FIELDS,
    required=frozenset({"resident", "type", "from"}),
    care=True,
    holds=ALWAYS,
    subject="resident",
    refers=("resident", "performed_by"),
)
