"""Something to do after an appointment, a finding or a breach: who owns it, when it is due, what proves it was done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.fields import Code, Item, Ref, Text, Time, schema_of
from sync.kinds import OPEN, Kind
from sync.kinds.appointment import KEEPS_DAYS

FIELDS = schema_of(
    "follow_up",
    {
        "about": Text(),
        "resident": Ref(),
        "what": Text(),
        # `book` stands for an appointment that was promised, `letter` for reading one; none is any other action.
        "asks": Text(),
        # What somebody said that a hydration plan should hold: the field of the plan and the words.
        "suggests": Item({"field": Text(), "words": Text()}),
        "owner": Ref(),
        "due_at": Time(),
        "allocated_at": Time(),
        "allocated_by": Ref(),
        "status": Code("open", "done", "not_needed"),
        "done_at": Time(),
        "evidence": Text(),
        "evidence_kind": Text(),
        "not_needed_reason": Text(),
        "verified_by": Ref(),
    },
    care=True,
)


def still_open(values: Mapping[str, Any]) -> bool:
    return values.get("status") not in ("done", "not_needed")


KIND = Kind(
    name="follow_up",
    fields=FIELDS,
    required=frozenset({"about", "what"}),
    care=True,
    holds=OPEN,
    keeps_days=KEEPS_DAYS,
    subject="about",
    refers=("resident", "owner", "allocated_by", "verified_by", "performed_by"),
    still_open=still_open,
)
