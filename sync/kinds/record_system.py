"""Which system is the home's record of one type of entry: Tidemark, or another one that the home names (care.md, Recording 6).

Never through sync: a manager says so on a page. Tablets show it on the forms concerned, so that nobody charts a thing twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.fields import Text, schema_of, sentence
from sync.kinds import ALWAYS, Kind

#: The record types of which another system may be the record, in the order in which they are shown.
OF = (
    "hydration_check", "appointment_outcome", "daily_note", "care_review_note", "incident", "absence", "feedback", "contact", "allocation",
    "deployment_observation",
)  # fmt: skip

#: `system` is the other system's name; without one, Tidemark is the record.
FIELDS = schema_of("record_system", {"of": Text(), "system": Text()})


def check(fields: Mapping[str, Any], creating: bool) -> dict[str, list[str]]:
    """Of a type that tablets record: what Tidemark alone holds has no other record. (The words for a type are its kind's.)"""
    return {"of": [sentence("code", "of")]} if fields.get("of") is not None and fields["of"] not in OF else {}


KIND = Kind(name="record_system", fields=FIELDS, required=frozenset({"of"}), writers=frozenset(), holds=ALWAYS, check=check)
