"""The senior carer's look over a shift's drinks for one person."""

from __future__ import annotations

from sync.fields import Code, Item, ListOf, Open, Ref, Text, Whole, schema_of, texts
from sync.kinds import RECENT, Kind, changes_what_was_said

FIELDS = schema_of(
    "shift_hydration_check",
    {
        "shift": Text(),
        "resident": Ref(),
        "finding": Code("complete", "gaps", "low_intake"),
        "windows_due": Whole(),
        "windows_on_time": Whole(),
        "windows_late": Whole(),
        "gaps": ListOf(Item({"window": Text(), "decision": Text(), "not_needed_because": Text()})),
        "escalation": Ref(),
        "based_on_until": Open(),
        "silent_devices": texts(),
    },
    care=True,
)

KIND = Kind(
    name="shift_hydration_check",
    fields=FIELDS,
    required=frozenset({"shift", "resident", "finding"}),
    sets=frozenset({"silent_devices"}),
    care=True,
    holds=RECENT,
    subject="resident",
    refers=("resident", "escalation", "performed_by"),
    corrects=changes_what_was_said,
)
