"""What a person should drink, how, and how closely it is watched: dated, with a source and a review.

Each change is a decision by somebody, so two that nobody has put side by side stay in conflict: a tablet stops at them
rather than show the newest (care.md, Recording 3). What loosens a plan, or is set on a clinician's word, waits for a second person: what is in force is not
always what was last written.
"""

from __future__ import annotations

from sync.fields import ClockTime, DayOrTime, ListOf, Open, Ref, Text, Whole, schema_of
from sync.kinds import ALWAYS, Kind
from sync.roles import PLANNERS

FIELDS = schema_of(
    "hydration_plan",
    {
        "resident": Ref(),
        "monitoring": Open(),
        "monitoring_reason": Text(),
        "monitored_from": DayOrTime(),
        "monitored_until": DayOrTime(),
        "at_risk": Open(),
        "target_ml": Whole(),
        "limit_ml": Whole(),
        "basis": Text(),
        "check_every_minutes": Whole(),
        # Names of the standard windows, or {name, from, to} in the home's time (`days.windows`).
        "windows": ListOf(Open()),
        "wakes_at": ClockTime(),
        "sleeps_at": ClockTime(),
        "route": Text(),
        "iddsi_level": Whole(0, 4),
        "nil_by_mouth_from": DayOrTime(),
        "nil_by_mouth_until": DayOrTime(),
        "end_of_life_from": DayOrTime(),
        "preferences": Open(),
        "preferences_asked_at": DayOrTime(),
        "preferences_asked_by": Text(),
        "support": Open(),
        "source_document": Text(),
        "checked_by": Text(),
        "review_on": DayOrTime(),
        # Submissions about this person's plan that a second person confirms, or rejects and sets back (`sync/rules/in_force.py`).
        "confirms": ListOf(Ref()),
        "rejects": ListOf(Ref()),
        # Who confirmed from outside, where nobody here may: all three, and only on the server's pages.
        "outside_name": Text(),
        "outside_role": Text(),
        "outside_how": Text(),
    },
)

KIND = Kind(
    name="hydration_plan",
    fields=FIELDS,
    required=frozenset({"resident"}),
    writers=PLANNERS,
    sets=frozenset({"confirms", "rejects"}),
    # Moved to somebody else it would leave its own person unguarded, and no second person would have been asked.
    stays=frozenset({"resident"}),
    holds=ALWAYS,
    subject="resident",
    refers=("resident",),
)
