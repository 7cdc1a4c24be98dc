"""A person who lives here."""

from __future__ import annotations

from sync.fields import DayOrTime, Open, Ref, Text, schema_of
from sync.kinds import ALWAYS, Kind
from sync.roles import PLANNERS

#: Which photo, and on what ground it is kept: one without the other says nothing that anybody could answer for.
PHOTO = ("photo", "photo_basis", "photo_agreed_with", "photo_agreed_on")
CONSENT, BEST_INTERESTS = "consent", "best_interests"
BASES = (CONSENT, BEST_INTERESTS)

FIELDS = schema_of(
    "resident",
    {
        "preferred_name": Text(),
        # SHA-256 of the picture in lower-case hex. The picture itself lies beside the ledger, so that it can be erased.
        "photo": Text(),
        "photo_basis": Text(),
        "photo_agreed_with": Text(),
        "photo_agreed_on": DayOrTime(),
        "room": Text(),
        "unit": Text(),
        "key_worker": Ref(),
        "born": DayOrTime(),
        "sex": Text(),
        "name_alert": Open(),
        "communication_needs": Open(),
        "left_on": DayOrTime(),
    },
)

KIND = Kind(name="resident", fields=FIELDS, writers=PLANNERS, groups=(frozenset(PHOTO),), holds=ALWAYS, refers=("key_worker",))
