"""One action of the improvement plan: from which finding, against which baseline, and what would show that it worked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.fields import Code, DayOrTime, ListOf, Number, Open, Ref, Text, schema_of, texts
from sync.kinds import NEVER, Kind
from sync.roles import GOVERNORS

FIELDS = schema_of(
    "improvement_action",
    {
        "source": Text(),
        "finding_ref": Text(),
        "risk": Text(),
        "risk_reason": Text(),
        "quality_area": Open(),
        "tags": texts(),
        # The id of the framework from which the tags were chosen.
        "framework": Text(),
        "baseline_issue": Text(),
        "baseline_numerator": Number(),
        "baseline_denominator": Number(),
        "baseline_period": Open(),
        "baseline_source": Text(),
        "corrective_action": Text(),
        "owner": Ref(),
        "deputy": Ref(),
        "due_on": DayOrTime(),
        "measures": ListOf(Open()),
        "target": Open(),
        "evidence_required": ListOf(Open()),
        "difference_for_people": Text(),
        "review_every_days": Number(),
        "status": Code("open", "closed", "escalated", "changed"),
        "closed_by": Ref(),
        "sustain_check_on": DayOrTime(),
        # Which trigger wrote it, and the version of the triggers' tests; the numbers and theirs stand in its reason.
        "trigger": Text(),
        "trigger_version": Number(),
    },
)


def not_by_people(fields: Mapping[str, Any]) -> list[str]:
    """Closing, from outside: only the plan's own pages ask for the evidence first (care.md, The plan 2)."""
    return ["status"] if fields.get("status") == "closed" else []


KIND = Kind(
    name="improvement_action",
    fields=FIELDS,
    writers=GOVERNORS,
    holds=NEVER,
    refers=("owner", "deputy", "closed_by"),
    not_by_people=not_by_people,
    still_open=lambda values: values.get("status") != "closed",
)
