"""Somebody who may decide says of two entries that look like one drink: both are real.

"This one is right" needs no record of this kind: it strikes the other entry out. Striking this record out takes the
decision back, and the two are suspected again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sync import flags
from sync.fields import Code, Ref, Text, schema_of, sentence
from sync.kinds import RECENT, Kind
from sync.record import Row

BOTH_REAL = "both_real"
#: Two names without the decision, or one name of another pair, would decide about entries that nobody looked at.
THE_DECISION = frozenset({"one", "other", "decision"})

FIELDS = schema_of(
    "double_check",
    {"one": Ref(), "other": Ref(), "decision": Code(BOTH_REAL), "reason": Text()},
    care=True,
)


def check(fields: Mapping[str, Any], creating: bool) -> dict[str, list[str]]:
    """An entry is no double of itself."""
    one, other = fields.get("one"), fields.get("other")
    if isinstance(one, str) and isinstance(other, str) and one.lower() == other.lower():
        return {"other": [sentence("same_entry", "other")]}
    return {}


def marks(rows: Iterable[Row]) -> tuple[str, ...]:
    """Marked when it decides nothing: its last word is from somebody who may not decide."""
    said = [row for row in rows if not THE_DECISION.isdisjoint(row.fields)]
    last = max(said, key=lambda row: (row.clock, row.id), default=None)
    return () if last is not None and last.decides else (flags.DECIDES_NOTHING,)


def decided(change: Mapping[str, Any]) -> tuple[str, str] | None:
    """The two entries that a record in its wire form says are both real; None where it decides nothing (now)."""
    said = change.get("fields") or {}
    if change.get("struck_out") or said.get("decision") != BOTH_REAL or flags.DECIDES_NOTHING in (change.get("flags") or ()):
        return None
    one, other = said.get("one"), said.get("other")
    return (one, other) if isinstance(one, str) and isinstance(other, str) else None


KIND = Kind(
    name="double_check",
    fields=FIELDS,
    required=THE_DECISION,
    groups=(THE_DECISION,),
    care=True,
    holds=RECENT,
    subject="one",
    refers=("one", "other", "performed_by"),
    check=check,
    marks=marks,
)
