"""A change is judged by what came after it: better, the same, worse, or too early to say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync.rules.changes import BETTER, EARLY, SAME, WORSE, judged

BEFORE = [70.0, 75.0] * 5


def test_seven_points_beyond_the_mean_before_the_change_are_better_or_worse_and_a_mixture_is_the_same():
    assert judged(BEFORE, [70.0] * 2 + [90.0] * 7) == BETTER and judged(BEFORE, [70.0] * 2 + [60.0] * 7) == WORSE
    assert judged(BEFORE, [90.0] * 6 + [70.0, 90.0]) == SAME and judged([80.0] * 8, [80.0] * 8) == SAME


def test_with_few_points_on_either_side_nobody_can_say():
    assert judged(BEFORE, [99.0] * 7) == EARLY and judged(BEFORE[:7], [99.0] * 20) == EARLY and judged([], []) == EARLY


WHOLE = st.lists(st.integers(0, 100), max_size=30)


@given(WHOLE, WHOLE)
def test_what_is_better_one_way_up_is_worse_the_other(before, after):
    turned = judged([-each for each in before], [-each for each in after])
    assert {BETTER: WORSE, WORSE: BETTER}.get(turned, turned) == judged(before, after)
