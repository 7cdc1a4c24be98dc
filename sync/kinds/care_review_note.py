"""A note for the review of a person's care."""

from __future__ import annotations

from sync.fields import Ref, Text, schema_of
from sync.kinds import RECENT, Kind, changes_what_was_said

FIELDS = schema_of(
    "care_review_note", {"resident": Ref(), "words": Text(), "about": Text(), "ref": Text()}, care=True
)

KIND = Kind(
    name="care_review_note",
    fields=FIELDS,
    required=frozenset({"resident", "words"}),
    care=True,
    holds=RECENT,
    subject="resident",
    refers=("resident", "performed_by"),
    corrects=changes_what_was_said,
)
