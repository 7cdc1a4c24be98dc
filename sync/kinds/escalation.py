"""What was decided about a breach, by whom, whom they called, and what came of it (care.md, Alerts 10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.fields import Label, Open, Ref, Text, Time, schema_of
from sync.kinds import OPEN, Kind

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
