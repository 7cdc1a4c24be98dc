"""Whether a change of practice did any good: a measure after it against the same before it (care.md, The plan 6)."""

from __future__ import annotations

from collections.abc import Sequence

from sync.rules.xmr import CLAIM_POINTS, RUN, limits

BETTER, SAME, WORSE, EARLY = JUDGEMENTS = ("better", "same", "worse", "early")


def judged(before: Sequence[float], after: Sequence[float]) -> str:
    """Better or worse where the last points after the change are a shift against the mean before it, by the rule of the charts;
    with too few points on either side nobody can say. More is better in every measure of the plan."""
    if min(len(before), len(after)) < CLAIM_POINTS:
        return EARLY
    mean = limits(before)
    sides = {mean.side(value) for value in after[-RUN:]}
    return BETTER if sides == {1} else WORSE if sides == {-1} else SAME
