"""What staffing was really like for part of a shift: who was there, what was delayed, what was done about it."""

from __future__ import annotations

from sync.fields import Item, ListOf, Number, Open, Ref, Text, Time, Whole, YesNo, schema_of
from sync.kinds import RECENT, Kind, changes_what_was_said

FIELDS = schema_of(
    "deployment_observation",
    {
        "shift": Text(),
        "unit": Text(),
        "from": Time(),
        "to": Time(),
        "actual": ListOf(Item({"role": Text(), "count": Number(), "agency": Open()})),
        "planned": ListOf(Item({"role": Text(), "count": Number()})),
        "sample": Text(),
        "allocation": Ref(),
        "hours_required": Number(),
        "hours_deployed": Number(),
        "one_to_one_minutes": Whole(),
        "one_to_one_commissioned_minutes": Whole(),
        "delays": ListOf(
            Item({"id": Text(), "what": Text(), "for": Open(), "at": Time(), "minutes": Number(), "response": Text()})
        ),
        "no_delays_confirmed": YesNo(),
        "unmet_need": Open(),
        "rushed_support": Open(),
        "staff_pressure": Open(),
        "redeployment": Open(),
        # What people and staff said of it on that shift.
        "feedback_heard": Text(),
        "incidents": ListOf(Open()),
        "cause": Text(),
        "action": Text(),
    },
    care=True,
)

KIND = Kind(
    name="deployment_observation",
    fields=FIELDS,
    required=frozenset({"shift", "unit", "from", "to", "actual"}),
    lists=frozenset({"delays"}),
    care=True,
    holds=RECENT,
    refers=("allocation", "performed_by"),
    corrects=changes_what_was_said,
)
