"""What was done for somebody whom the tablet could not show: by the room, under a typed name.

It stays open, and counts as nothing, until a senior says who did it; `resident` is whom they file it under.
"""

from __future__ import annotations

from sync.fields import Ref, Text, schema_of
from sync.kinds import OPEN, Kind, changes_what_was_said

FIELDS = schema_of("emergency_note", {"room": Text(), "words": Text(), "resident": Ref()}, care=True)

KIND = Kind(
    name="emergency_note",
    fields=FIELDS,
    required=frozenset({"room", "words"}),
    care=True,
    holds=OPEN,
    still_open=lambda values: values.get("performed_by") is None,
    subject="resident",
    refers=("resident", "performed_by"),
    corrects=changes_what_was_said,
)
