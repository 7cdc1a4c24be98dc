"""What people, families and staff told us, in their own words. Tablets never hold it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.fields import Number, Open, Ref, Text, Time, Whole, YesNo, schema_of, sentence
from sync.kinds import NEVER, Kind, changes_what_was_said

FIELDS = schema_of(
    "feedback",
    {
        "words": Text(),
        "resident": Ref(),
        "staff_role": Text(),
        "whose": Text(),
        "relationship": Text(),
        "asked_by": Text(),
        "method": Text(),
        "anonymous": YesNo(),
        "theme": Open(),
        "score": Whole(1, 5),
        "wait_minutes": Number(),
        "about": Text(),
        "replied_at": Time(),
    },
    care=True,
)


def check(fields: Mapping[str, Any], creating: bool) -> dict[str, list[str]]:
    """It is a resident's or family's, or a role's: one of the two is always said."""
    named = fields.get("resident") is not None or fields.get("staff_role") is not None
    if not named and (creating or ("resident" in fields and "staff_role" in fields)):
        return {"resident": [sentence("resident_or_role", "resident")]}
    return {}


KIND = Kind(
    name="feedback",
    fields=FIELDS,
    required=frozenset({"words"}),
    care=True,
    holds=NEVER,
    subject="resident",
    refers=("resident", "performed_by"),
    check=check,
    corrects=changes_what_was_said,
)
