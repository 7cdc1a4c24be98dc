"""Somebody opened a person's safety facts on a locked tablet, without a PIN: the look itself is the record.

Without a `resident` it was a look at the list of names and rooms, which comes before any person's facts.
"""

from __future__ import annotations

from sync.fields import Ref, schema_of
from sync.kinds import RECENT, Kind

FIELDS = schema_of("emergency_look", {"resident": Ref()}, care=True)

KIND = Kind(
    name="emergency_look",
    fields=FIELDS,
    care=True,
    holds=RECENT,
    subject="resident",
    refers=("resident", "performed_by"),
)
