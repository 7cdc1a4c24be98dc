"""What came of an appointment: attendance, advice, and who has to do and know what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.fields import Code, Open, Ref, Text, Time, schema_of, texts
from sync.kinds import OPEN, Kind
from sync.kinds.appointment import KEEPS_DAYS

FIELDS = schema_of(
    "appointment_outcome",
    {
        "appointment": Ref(),
        "resident": Ref(),
        # When the appointment is or was: what is recorded ahead of it, a cancellation say, is held as long as it is.
        "appointment_at": Time(),
        "attendance": Code(
            "attended", "attended_part", "late_not_seen", "person_declined", "cancelled_by_service",
            "cancelled_by_provider", "not_supported_to_attend", "rescheduled", "awaiting_update",
        ),
        "professional": Text(),
        "accompanied_by": Text(),
        "advice": Text(),
        "actions_required": Code("listed", "none"),
        "no_action_reason": Text(),
        "letter": Text(),
        "medicine_change": Open(),
        "care_plan_change": Code("needed", "not_needed", "done"),
        "care_plan_ref": Text(),
        "care_plan_updated_at": Time(),
        "care_plan_checked_by": Text(),
        "seen_in_practice_at": Time(),
        "told": texts(),
        "next_promised": Open(),
        "next_chase_at": Time(),
        "service_caused": Open(),
        "safeguarding_decision": Text(),
        "person_view": Text(),
    },
    care=True,
)  # fmt: skip


def still_open(values: Mapping[str, Any]) -> bool:
    """While the update is awaited, or a care plan still has to change."""
    return values.get("attendance") == "awaiting_update" or values.get("care_plan_change") == "needed"


KIND = Kind(
    name="appointment_outcome",
    fields=FIELDS,
    required=frozenset({"appointment", "attendance"}),
    sets=frozenset({"told"}),
    care=True,
    holds=OPEN,
    keeps_days=KEEPS_DAYS,
    subject="appointment",
    refers=("appointment", "resident", "performed_by"),
    dated_by="appointment_at",
    still_open=still_open,
)
