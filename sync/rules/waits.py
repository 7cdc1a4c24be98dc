"""Whether people wait less than when an action on staffing began: forms may reach 100 % while nobody comes any sooner.

Counted over the shifts that Tidemark drew, so that nobody chooses the quiet ones (care.md, The plan 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sync.rules.staffing import yes
from sync.rules.triggers import Number

Values = Mapping[str, Any]
#: (drawn shifts on which somebody waited too long, drawn shifts that were looked at).
Counted = tuple[int, int]


def counted(forms: Iterable[Values], samples: Iterable[Values], number: Number) -> Counted:
    """The drawn shifts that somebody looked at, and those on which somebody waited too long, was rushed, or went without."""
    drawn = {(each.get("shift"), each.get("unit")) for each in samples}
    seen: dict[tuple[Any, Any], bool] = {}
    for form in forms:
        own = (form.get("shift"), form.get("unit"))
        asked = own if own in drawn else (own[0], None)
        if asked in drawn:
            seen[asked] = seen.get(asked, False) or waited(form, number("deployment.response_minutes"))
    return sum(seen.values()), len(seen)


def waited(form: Values, standard_minutes: float) -> bool:
    """Whether a form tells of a wait beyond the home's standard, of rushed support or of a need that was not met."""
    delays = [each for each in form.get("delays") or () if isinstance(each, Mapping)]
    slow = any(isinstance(each.get("minutes"), (int, float)) and each["minutes"] > standard_minutes for each in delays)
    return slow or yes(form.get("rushed_support")) or yes(form.get("unmet_need"))


def unchanged(before: Counted, now: Counted, number: Number) -> bool:
    """Whether people still wait, and hardly less than before; where nobody looked before, any pattern of waits is unchanged."""
    if now[0] < number("plan.waits_shifts"):
        return False
    return not before[1] or now[0] * before[1] * 100 > number("plan.waits_percent") * before[0] * now[1]
