"""Someone asked about a person: who, about what, and when they had an answer."""

from __future__ import annotations

from sync.fields import Open, Ref, Text, Time, schema_of
from sync.kinds import RECENT, Kind, changes_what_was_said

FIELDS = schema_of(
    "contact",
    {"resident": Ref(), "about": Text(), "who": Text(), "chasing": Open(), "answered_at": Time()},
    care=True,
)

KIND = Kind(
    name="contact",
    fields=FIELDS,
    required=frozenset({"resident", "about"}),
    care=True,
    holds=RECENT,
    subject="resident",
    refers=("resident", "performed_by"),
    corrects=changes_what_was_said,
)
