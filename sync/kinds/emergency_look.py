"""Somebody opened a person's safety facts on a locked tablet, without a PIN: the look itself is the record."""

from __future__ import annotations

from sync.fields import Ref, schema_of
from sync.kinds import RECENT, Kind

FIELDS = schema_of("emergency_look", {"resident": Ref()}, care=True)

KIND = Kind(
    name="emergency_look",
    fields=FIELDS,
    required=frozenset({"resident"}),
    care=True,
    holds=RECENT,
    subject="resident",
    refers=("resident", "performed_by"),
)
