"""XmR charts say what the NHS tools say of the same figures, and never more than the figures bear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.rules import xmr
from sync.rules.xmr import COMMON, CONCERN, FAIL, HIT_OR_MISS, IMPROVEMENT, NEUTRAL_HIGH, OUTSIDE, PASS, SHIFT, TREND, TWO_OF_THREE

# NHSRplotthedots (MIT), tests/testthat/test-ptd_spc_standard.R: R's `set.seed(123); rnorm(20)`.
NORMAL = [
    -0.56047565, -0.23017749, 1.55870831, 0.07050839, 0.12928774, 1.71506499, 0.46091621, -1.26506123, -0.68685285, -0.44566197,
    1.22408180, 0.35981383, 0.40077145, 0.11068272, -0.55584113, 1.78691314, 0.49785048, -1.96661716, 0.70135590, -0.47279141,
]  # fmt: skip
OUTLIER = [*NORMAL[:14], 10.0, *NORMAL[15:]]
DEVIATIONS = [1, 2, 1, 2, 10, *[1, 2] * 6, 1]

percents = st.lists(st.integers(0, 100), min_size=2, max_size=60)


@pytest.mark.parametrize(
    ("values", "screen", "mean", "lower", "upper"),
    [
        (NORMAL, True, 0.1416238, -3.01138, 3.294627),
        (OUTLIER, True, 0.6694159, -2.383666, 3.722497),
        (OUTLIER, False, 0.6694159, -4.596625, 5.935457),
        (DEVIATIONS, True, 1.94, -0.72, 4.60),
        (DEVIATIONS, False, 1.94, -3.06, 6.95),
        ([3, 1, 4, 1, 5, 9, 2], False, 3.5714, -6.6252, 13.7681),
    ],
)
def test_mean_and_limits_are_the_published_ones(values, screen, mean, lower, upper):
    places = max(len(str(figure).partition(".")[2]) for figure in (mean, lower, upper))
    found = xmr.limits(values, screen=screen)
    off = 0.6 * 10 ** -min(places, 5)
    assert (found.mean, found.lower, found.upper) == pytest.approx((mean, lower, upper), abs=off)


def signals(values, **options):
    return [point.signals for point in xmr.chart(values, lock_after=None, **options).points]


@pytest.mark.parametrize(("run", "found"), [(6, False), (7, True), (8, True)])
def test_seven_points_on_one_side_of_the_mean_are_a_shift_and_six_are_none(run, found):
    values = [40, 60] * 6 + [50 - run, *[51] * run] + [40, 60] * 6
    assert sum(values) / len(values) == 50
    held = [SHIFT in each for each in signals(values)]
    # The 60 just before the low point and the 40 after the run stand on other sides.
    assert held == [found and 13 <= place < 13 + run for place in range(len(values))]


def test_a_point_on_the_mean_breaks_a_shift():
    values = [40, 60] * 6 + [44, *[51] * 3, 50, *[51] * 3] + [40, 60] * 6
    assert sum(values) / len(values) == 50
    assert not any(SHIFT in each for each in signals(values))


@pytest.mark.parametrize(
    ("values", "found"),
    [([1, 2, 3, 4, 5, 6], 0), ([1, 2, 3, 3, 4, 5, 6], 0), ([1, 2, 3, 4, 5, 6, 7], 7), ([2, 1, 2, 3, 4, 5, 6, 7, 3], 7), ([7, 6, 5, 4, 3, 2, 1], 7), ([2, 7, 6, 5, 4, 3, 2, 1, 3], 7)],
)  # fmt: skip
def test_seven_points_that_all_rise_or_all_fall_are_a_trend_and_a_tie_breaks_it(values, found):
    assert sum(TREND in each for each in signals(values)) == found


def test_two_of_three_in_the_outer_third_are_a_signal_only_when_all_three_are_on_one_side():
    # test-ptd_spc_standard.R: two points near the limits on opposite sides are common cause.
    both = [1, -1] * 7 + [5.5, -5.5]
    assert xmr.chart(both, lock_after=None, screen=True).points[-1].signals == ()
    steady = [1, -1] * 15
    near = xmr.limits(steady).upper * 0.8
    same = xmr.chart([*steady, near, 0.5, near], lock_after=30).points[-3:]
    assert [TWO_OF_THREE in each.signals for each in same] == [True, False, True]
    other = xmr.chart([*steady, near, -0.5, near], lock_after=30).points[-3:]
    assert not any(TWO_OF_THREE in each.signals for each in other)


def test_the_signals_of_one_point_are_told_in_the_nhs_order():
    values = [50, 51] * 6 + [52, 60, 70, 80, 90, 100, 110]
    assert xmr.chart(values).points[-1].signals == (OUTSIDE, TREND, SHIFT)


def test_a_rise_is_better_or_worse_or_neither_by_what_the_measure_wants():
    values = [50, 51] * 6 + [99]
    assert [xmr.chart(values, better=better).variation for better in (1, -1, 0)] == [IMPROVEMENT, CONCERN, NEUTRAL_HIGH]
    assert xmr.chart([50, 51] * 6).variation == COMMON


@pytest.mark.parametrize(("target", "found"), [(40, PASS), (50, HIT_OR_MISS), (60, FAIL)])
def test_a_target_beyond_the_limits_is_met_or_missed_whatever_the_day(target, found):
    values = [50, 51] * 6
    assert xmr.chart(values, target=target).assurance == found
    assert xmr.chart(values, target=101 - target, better=-1).assurance == found
    assert xmr.chart(values).assurance is None and xmr.chart(values, target=target, better=0).assurance is None


def test_a_process_that_never_moved_from_its_target_meets_it_and_one_that_moved_onto_it_meets_it_on_some_days():
    assert xmr.chart([100] * 20, target=100).assurance == PASS and xmr.chart([0] * 20, target=0, better=-1).assurance == PASS
    assert xmr.chart([100] * 11 + [90], target=100).assurance == HIT_OR_MISS


def test_under_eight_points_nothing_is_claimed_and_under_two_there_is_no_chart():
    assert xmr.chart([90]) is None and xmr.chart([]) is None
    few = xmr.chart([90, 40, 90, 10, 95, 20, 99], target=95)
    assert few.variation is None and few.assurance is None and few.limits.trial
    assert xmr.chart([90, 91] * 4, target=95).variation == COMMON


def test_limits_stand_still_after_twelve_points_and_are_on_trial_before():
    eleven, twelve = xmr.chart([50, 52] * 5 + [50]), xmr.chart([50, 52] * 6)
    assert eleven.limits.trial and not twelve.limits.trial
    later = xmr.chart([50, 52] * 6 + [80, 90, 70])
    assert later.limits == twelve.limits, "what came after does not widen what it is judged by"


def test_a_rebase_begins_a_new_period_whose_limits_are_on_trial_again():
    values = [50, 52] * 6 + [80, 82] * 3
    found = xmr.chart(values, rebase_at=[12])
    assert not found.points[11].limits.trial and found.points[12].limits.trial
    assert found.limits.mean == 81 and found.variation is None, "six points of the new period claim nothing yet"
    assert xmr.chart(values, rebase_at=[1, 17]).points[0].limits == xmr.chart(values).limits, "one point is no period"


def test_a_baseline_in_which_nothing_moved_does_not_make_the_next_small_change_an_alarm():
    values = [100] * 12 + [99, 100, 99]
    found = xmr.chart(values)
    assert found.limits.upper > found.limits.mean > found.limits.lower
    flat = xmr.chart([100] * 20, target=95)
    assert flat.variation == COMMON and flat.assurance == PASS


def test_a_limit_may_pass_100_percent_it_is_calculated_as_it_is():
    assert xmr.chart([90, 100] * 6).limits.upper > 100


@given(percents)
def test_turning_the_scale_round_turns_better_into_worse_and_changes_nothing_else(values):
    up, down = xmr.chart(values, better=1, target=90), xmr.chart([-v for v in values], better=-1, target=-90)
    assert up.variation == down.variation and up.assurance == down.assurance
    assert [p.signals for p in up.points] == [p.signals for p in down.points]


@given(percents, st.integers(-50, 50))
def test_moving_every_value_by_the_same_moves_the_lines_and_no_signal(values, by):
    # Eighths are exact in binary, so that a tie stays one.
    one = xmr.chart([v / 8 for v in values])
    two = xmr.chart([v / 8 + by for v in values])
    assert two.limits.mean == pytest.approx(one.limits.mean + by)
    clear = [p for p in one.points if min(abs(p.value - line) for line in (p.limits.mean, p.limits.upper, p.limits.lower)) > 1e-6]
    if len(clear) == len(one.points):
        assert [OUTSIDE in p.signals for p in one.points] == [OUTSIDE in p.signals for p in two.points]


@given(percents)
def test_screening_never_widens_limits_and_never_collapses_them(values):
    plain, screened = xmr.limits(values), xmr.limits(values, screen=True)
    assert screened.upper - screened.lower <= plain.upper - plain.lower + 1e-9
    assert (screened.upper > screened.lower) == (len(set(values)) > 1)


@given(percents, st.lists(st.integers(0, 70), max_size=4))
def test_every_point_has_lines_round_its_mean_and_a_signal_has_a_way(values, rebases):
    found = xmr.chart(values, rebase_at=rebases)
    assert len(found.points) == len(values)
    for point in found.points:
        assert point.limits.lower <= point.limits.mean <= point.limits.upper
        assert (point.way == 0) == (not point.signals)


MOVED = percents.filter(lambda values: len(values) >= xmr.LOCK_POINTS and len(set(values[: xmr.LOCK_POINTS])) > 1)


@given(MOVED, percents, st.lists(st.integers(0, 70), max_size=3))
def test_days_that_come_later_change_no_limit_that_stands_and_take_no_signal_away(values, later, rebases):
    """Only the last six points may still become part of a run, and a period with fewer than 12 points is still on trial."""
    rebases = [place for place in rebases if place <= len(values) - xmr.LOCK_POINTS]
    for longer in range(len(later) + 1):
        now, then = (xmr.chart(each, rebase_at=rebases).points for each in (values, values + later[:longer]))
        for place, (one, other) in enumerate(zip(now, then, strict=False)):
            flat = one.limits.lower == one.limits.upper
            if one.limits.trial or flat:
                continue
            assert one.limits == other.limits
            assert set(one.signals) <= set(other.signals)
            if place < len(values) - xmr.RUN + 1:
                assert one == other


@given(percents, st.lists(st.integers(0, 70), max_size=3), st.integers(2, 70))
def test_what_is_said_of_a_point_does_not_depend_on_how_many_points_are_shown(values, rebases, shown):
    whole, part = xmr.chart(values, rebase_at=rebases, target=90), xmr.chart(values, rebase_at=rebases, target=90, last=shown)
    assert part.points == whole.points[-shown:] and (part.variation, part.assurance) == (whole.variation, whole.assurance)
