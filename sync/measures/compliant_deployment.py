"""Compliant deployment = sampled shifts that meet all of: allocation with its own reason before start, actual deployment recorded, each
delay with a response, dependency scores that are not too old ÷ shifts drawn by the server (care.md). How old a score may be is the
home's own number, 28 days where it set none.

A shift without a form fails. A form that nobody drew is shown elsewhere and not counted. A reason that is word for word the previous
shift's is copied, and is no reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sync.days import care_day, from_ms, shift_bounds, to_ms
from sync.measures.figure import Case, Figure
from sync.measures.told import field_ms, said_ms
from sync.thresholds import THRESHOLDS

NO_ALLOCATION, ALLOCATED_LATE, COPIED, NO_FORM, NO_RESPONSE, NO_SCORE = (
    "no_allocation", "allocated_late", "copied", "no_form", "no_response", "no_score",
)  # fmt: skip
#: The number of days for which a dependency score holds, and the most that a home may set.
HOLDS = "deployment.dependency_days"
MOST_DAYS = THRESHOLDS[HOLDS].high

Change = Mapping[str, Any]


@dataclass(frozen=True)
class Score:
    """The last dependency score of somebody: its day, None without one, and the days for which it holds."""

    on: date | None
    days: int

    def holds(self, day: date) -> bool:
        return self.on is not None and 0 <= (day - self.on).days <= self.days


def figure(sample: Change, allocations: Sequence[Change], forms: Iterable[Change], scores: Iterable[Score], *, zone: str) -> Figure:
    """One drawn shift. `allocations` and `forms` are the home's of this shift and the one before it, in their wire form; `scores` are
    those of everybody who lives on the unit, by the number in force when the shift starts."""
    drawn = sample["fields"]
    shift, unit = str(drawn.get("shift")), drawn.get("unit")
    starts = to_ms(shift_bounds(shift, zone)[0])
    own = [each["fields"] for each in forms if _of(each, shift, unit)]
    missed, in_the_end = _allocation(allocations, shift, unit, starts, zone)
    if not any(form.get("actual") for form in own):
        missed.append(NO_FORM)
    if not all(delay.get("response") for form in own for delay in form.get("delays") or ()):
        missed.append(NO_RESPONSE)
    on = care_day(from_ms(starts), zone)
    if not all(each.holds(on) for each in scores):
        missed.append(NO_SCORE)
    at = field_ms(drawn, "from") or starts
    about = {"record": sample["record"], "shift": shift, "unit": unit, "at": at}
    late_only = in_the_end and missed == [ALLOCATED_LATE]
    return Figure((Case(tuple(missed), late_only, about),))


def _allocation(allocations: Sequence[Change], shift: str, unit: str | None, starts: int, zone: str) -> tuple[list[str], bool]:
    """(what is missed about the allocation, whether there is one in the end)."""
    own = [each for each in allocations if _of(each, shift, unit) and _reason(each)]
    if not own:
        return [NO_ALLOCATION], False
    earlier = {_reason(each) for each in allocations if _before(each, starts, unit, zone)}
    if all(_reason(each) in earlier for each in own):
        return [COPIED], False
    in_time = any((at := said_ms(each, lambda values: bool(values.get("rationale")))) is not None and at <= starts for each in own)
    return ([] if in_time else [ALLOCATED_LATE]), True


def _reason(allocation: Change) -> str:
    return " ".join(str(allocation["fields"].get("rationale") or "").split()).casefold()


def _of(change: Change, shift: str, unit: str | None) -> bool:
    fields = change["fields"]
    return fields.get("shift") == shift and (unit is None or fields.get("unit") == unit)


def _before(change: Change, starts: int, unit: str | None, zone: str) -> bool:
    """Whether it is of the shift that ended when this one began."""
    try:
        ends = to_ms(shift_bounds(str(change["fields"].get("shift")), zone)[1])
    except ValueError:
        return False
    return ends == starts and (unit is None or change["fields"].get("unit") == unit)
