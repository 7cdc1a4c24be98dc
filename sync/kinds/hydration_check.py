"""One moment with a drink: offered, drunk, refused, or the reason why not.

Handing a drink over (`given`) is an offer and 0 ml until someone says how much was drunk (care.md, Recording 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.fields import Code, Label, Number, Ref, Text, Time, Whole, YesNo, schema_of, sentence, texts
from sync.kinds import RECENT, Kind

# An entry in ml at one go: above this it is a slip of the finger, and protocol.md refuses it.
DRUNK_ML_MAX = 5_000

OUTCOMES = (
    "given", "drank", "refused", "asleep", "out", "unwell", "nil_by_mouth", "restriction_reached",
    "unsafe_to_swallow", "left_within_reach", "not_observed", "comfort_only", "other",
)  # fmt: skip

# What only makes sense together: half of one entry and half of another would be a drink that nobody saw.
THE_DRINK = frozenset({
    "outcome", "drink", "vessel", "vessel_ml", "fraction", "drunk_ml", "offered_ml", "basis", "from_food", "reason",
    "next_step", "iddsi_level",
})  # fmt: skip

# A cup that stands open: saying later how much was drunk finishes it and corrects nothing.
UNFINISHED = frozenset({"given", "left_within_reach"})

FIELDS = schema_of(
    "hydration_check",
    {
        "resident": Ref(),
        "outcome": Code(*OUTCOMES),
        "drunk_ml": Whole(0, DRUNK_ML_MAX),
        "offered_ml": Whole(),
        "drink": Text(),
        "vessel": Ref(),
        "vessel_ml": Whole(),
        "fraction": Number(0, 1),
        "basis": Code("estimated", "measured"),
        "route": Text(),
        "from_food": YesNo(),
        "reason": Text(),
        "next_step": Code("offer_again", "tried_another", "told_senior", "none"),
        "offer_again_at": Time(),
        "given_at": Time(),
        "iddsi_level": Whole(0, 4),
        "red_flags": texts(),
        "source": Code("bedside", "paper", "practice"),
        "plan_version": Label(),
        "override_reason": Text(),
        "note": Text(),
    },
    care=True,
)


def check(fields: Mapping[str, Any], creating: bool) -> dict[str, list[str]]:
    """A drink that was drunk says how much, and never more than its own vessel holds."""
    drunk = fields.get("drunk_ml")
    if drunk is None:
        if fields.get("outcome") == "drank" and (creating or "drunk_ml" in fields):
            return {"drunk_ml": [sentence("drank_needs_ml", "drunk_ml")]}
    else:
        vessel = fields.get("vessel_ml")
        if vessel is not None and drunk > vessel:
            return {"drunk_ml": [sentence("more_than_vessel", "drunk_ml", drunk=f"{drunk:,}", vessel=f"{vessel:,}")]}
    return {}


def corrects(seen: Mapping[str, Any], sets: Mapping[str, Any]) -> bool:
    """True when `sets` changes what an author had seen, rather than adding to it."""
    if seen.get("outcome") in UNFINISHED:
        seen = {name: value for name, value in seen.items() if name not in THE_DRINK}
    return any(seen.get(name) is not None and seen[name] != value for name, value in sets.items())


KIND = Kind(
    name="hydration_check",
    fields=FIELDS,
    required=frozenset({"resident", "outcome"}),
    groups=(THE_DRINK,),
    sets=frozenset({"red_flags"}),
    care=True,
    holds=RECENT,
    subject="resident",
    refers=("resident", "vessel", "performed_by"),
    check=check,
    corrects=corrects,
)
