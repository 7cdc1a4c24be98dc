"""What good practice is here: the wording, whom it was agreed with, and from when it counts. Tablets hold it, for staff to confirm,
and say what it has them say where the work is done (`sync/rules/prompts.py`)."""

from __future__ import annotations

from sync.fields import Code, DayOrTime, Item, ListOf, Text, Time, schema_of
from sync.kinds import ALWAYS, Kind
from sync.roles import GOVERNORS

#: Where a tablet says what a standard has it say: after a refused drink, over low intake in the shift's check, and on top of forms.
PROMPTS = ("refusal", "escalation", "appointment_outcome", "contact", "allocation", "deployment_observation")

FIELDS = schema_of(
    "standard",
    {
        "topic": Text(),
        "words": Text(),
        "agreed_with": Text(),
        "reviewer": Text(),
        "filed_under": Text(),
        "effective_from": DayOrTime(),
        # Every text that it ever put on tablets, each from its time on; an empty one takes the words away.
        "prompts": ListOf(Item({"name": Code(*PROMPTS), "value": Text(), "from": Time()})),
    },
)

KIND = Kind(name="standard", fields=FIELDS, writers=GOVERNORS, holds=ALWAYS)
