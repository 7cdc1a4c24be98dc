"""A review of an improvement action: the evidence weighed, the challenge, the decision, and what changed."""

from __future__ import annotations

from sync.fields import DayOrTime, ListOf, Number, Open, Text, schema_of
from sync.kinds import NEVER, Kind
from sync.roles import GOVERNORS

FIELDS = schema_of(
    "review",
    {
        "action": Text(),
        "decision": Text(),
        "evidence_weighed": ListOf(Open()),
        "challenge": Text(),
        # What was changed in practice: [{what, on, rebases, record}]; `record` is the one that was changed, where somebody named it.
        "changed": ListOf(Open()),
        "intervened_by": Text(),
        "protection": Text(),
        "learning": Text(),
        "next_review_on": DayOrTime(),
        # Where each measure stood when it was decided: [{measure, percent}], with what it `says` where nothing was due.
        "figures": ListOf(Open()),
        # Which trigger wrote it, and the version of the triggers' tests; the numbers and theirs stand in its reason.
        "trigger": Text(),
        "trigger_version": Number(),
    },
)

KIND = Kind(name="review", fields=FIELDS, writers=GOVERNORS, holds=NEVER, subject="action")
