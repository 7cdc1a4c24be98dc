"""What was decided about a breach, by whom, whom they called, and what came of it (care.md, Alerts 10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.fields import Label, Open, Ref, Text, Time, schema_of
from sync.kinds import OPEN, Kind

# Rules whose every breach ends in one decision; the tablet's list is held to this one by a test.
DECIDED = frozenset({
    "hydration.nothing_drunk_6h", "hydration.nothing_drunk_8h", "hydration.behind_pace", "hydration.low_at_close",
    "hydration.low_two_days", "hydration.very_low_day", "hydration.red_flag", "hydration.red_flag_low_intake",
})  # fmt: skip

FIELDS = schema_of(
    "escalation",
    {
        "resident": Ref(),
        "alert": Ref(),
        "tier": Label(),
        "breached_at": Time(),
        "decision": Text(),
        "decided_at": Time(),
        "no_escalation_reason": Text(),
        "contacted": Open(),
        "contacted_at": Time(),
        "channel": Text(),
        "sbard": Open(),
        "advice": Text(),
        "advice_due_at": Time(),
        "advice_received_at": Time(),
        "acted_on_at": Time(),
        "person_outcome": Text(),
    },
    care=True,
)


def still_open(values: Mapping[str, Any]) -> bool:
    """Until the result for the person is known; "no escalation because" is a decision and closes it too."""
    return not values.get("person_outcome") and not values.get("no_escalation_reason")


KIND = Kind(
    name="escalation",
    fields=FIELDS,
    required=frozenset({"resident", "decision"}),
    care=True,
    holds=OPEN,
    subject="resident",
    refers=("resident", "alert", "performed_by"),
    still_open=still_open,
)
