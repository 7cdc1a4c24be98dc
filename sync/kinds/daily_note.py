"""A note about a person's day."""

from __future__ import annotations

from sync.fields import Ref, Text, schema_of
from sync.kinds import RECENT, Kind, changes_what_was_said

FIELDS = schema_of(
    "daily_note", {"resident": Ref(), "words": Text(), "about": Text(), "ref": Text()}, care=True
)

KIND = Kind(
    name="daily_note",
    fields=FIELDS,
    required=frozenset({"resident", "words"}),
    care=True,
    holds=RECENT,
    subject="resident",
    refers=("resident", "performed_by"),
    corrects=changes_what_was_said,
)
