"""Being on shift, or a duty that comes round: whose it is, when it is due, when it was done or why it was missed.

With `what` = `on_shift`: `staff` works as `role` on `unit` from `from` (until `to`, once they sign off) and is reached at
`device`.
"""

from __future__ import annotations

from sync.fields import Open, Ref, Text, Time, schema_of
from sync.kinds import ALWAYS, Kind

FIELDS = schema_of(
    "duty",
    {
        "what": Text(),
        "staff": Ref(),
        "role": Text(),
        "unit": Text(),
        "from": Time(),
        "to": Time(),
        "device": Text(),
        "owner": Ref(),
        "deputy": Ref(),
        "due_at": Time(),
        "done_at": Time(),
        "done_by": Ref(),
        "missed_reason": Text(),
        "counts": Open(),
    },
    care=True,
)

KIND = Kind(
    name="duty",
    fields=FIELDS,
    required=frozenset({"what"}),
    care=True,
    holds=ALWAYS,
    subject="staff",
    refers=("staff", "owner", "deputy", "done_by", "performed_by"),
)
