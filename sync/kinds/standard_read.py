"""One member of staff has read and understood one wording of a standard (care.md, The plan 4): who it is, its author says."""

from __future__ import annotations

from sync.fields import Ref, Whole, schema_of
from sync.kinds import ALWAYS, Kind

FIELDS = schema_of(
    "standard_read",
    {
        "standard": Ref(),
        # The ledger row of the wording that was shown: other words ask to be read again.
        "version": Whole(1, 2**53),
    },
)

KIND = Kind(
    name="standard_read", fields=FIELDS, required=frozenset({"standard", "version"}), holds=ALWAYS, subject="standard", refers=("standard",)
)
