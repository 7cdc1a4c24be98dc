"""Nothing due is no figure of 100 %, and keeps an action open for ever only where records cannot show that nothing was due."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.measures import DEPLOYMENT, FOLLOW_UP, MONITORING
from sync.rules import plan, xmr
from sync.rules.nothing_due import MAY_BE_NONE, Stretch, asked, lacks, shown
from sync.rules.plan import Reached
from tests.rules.test_plan import ACTION, GOOD, HELD, LATER, TODAY

QUIET = Stretch(56, checks=1000, on_time=970, monitored=[12] * 56, gone=[0] * 56)


def test_weeks_of_complete_records_with_nobody_low_show_that_there_was_nothing_to_judge():
    assert asked(QUIET) and lacks(QUIET) == () and shown(QUIET)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"days": 55}, ("short",)),
        ({"on_time": 949}, ("gaps",)),
        ({"on_time": 0, "checks": 0}, ("gaps",)),
        ({"monitored": [12] * 50 + [11] * 6}, ("fewer",)),
        ({"monitored": [12] * 20 + [0] + [12] * 35}, ("nobody", "fewer")),
        ({"monitored": [], "gone": []}, ("nobody",)),
        ({"put_off": True}, ("put_off",)),
    ],
)
def test_what_the_records_lack_to_show_it_is_said(changed, why):
    assert lacks(replace(QUIET, **changed)) == why and not shown(replace(QUIET, **changed))


def test_people_who_left_the_home_are_no_fall_and_people_who_came_hide_none():
    assert shown(replace(QUIET, monitored=[12] * 50 + [11] * 6, gone=[0] * 50 + [1] * 6))
    assert lacks(replace(QUIET, monitored=[12] * 50 + [10] * 6, gone=[0] * 50 + [1] * 6)) == ("fewer",)


def test_a_few_low_intakes_that_were_decided_in_time_are_too_few_for_a_chart_and_a_single_miss_is_judged():
    assert shown(replace(QUIET, due=3, met=3, days_due=3))
    assert not asked(replace(QUIET, due=3, met=2, days_due=3))
    assert not asked(replace(QUIET, due=8, met=8, days_due=8)), "as many days as a chart may claim something of"


@pytest.mark.parametrize("measure", [MONITORING, FOLLOW_UP])
def test_weeks_without_an_appointment_or_without_anybody_on_monitoring_are_nothing_to_judge_and_fewer_weeks_are_not(measure):
    assert shown(Stretch(56, measure=measure, looked=56)) and lacks(Stretch(55, measure=measure, looked=55)) == ("short",)
    assert shown(Stretch(56, due=3, met=3, days_due=2, measure=measure, looked=56)), "a few, and each met"
    assert not asked(Stretch(56, due=3, met=2, days_due=2, measure=measure, looked=56)), "a miss is judged"


def test_appointments_that_nobody_looked_for_are_not_shown_to_be_none():
    assert shown(Stretch(60, measure=FOLLOW_UP, looked=54)) and lacks(Stretch(60, measure=FOLLOW_UP, looked=53)) == ("unchecked",)


def test_where_nobody_was_watched_no_low_intake_could_be_a_case_and_a_rule_put_off_is_still_told():
    unwatched = Stretch(56, monitored=[0] * 56, gone=[0] * 56)
    assert shown(unwatched) and lacks(replace(unwatched, put_off=True)) == ("put_off",)
    assert lacks(replace(unwatched, monitored=[1] + [0] * 55, checks=7, on_time=7)) == ("nobody", "fewer"), "whoever was watched on the first day is missing since"


def test_a_shift_is_drawn_every_day_so_that_none_drawn_is_never_nothing_to_judge():
    assert DEPLOYMENT not in MAY_BE_NONE


@pytest.mark.parametrize("before", [[], [50.0], [90.0, 100.0] * 6, [100.0] * 12])
def test_with_as_many_good_days_as_a_chart_may_claim_something_of_the_chart_says_what_the_few_are_let_through_for(before):
    for target in (95, 100):
        said = xmr.chart([*before, *[100.0] * xmr.CLAIM_POINTS], target=target)
        assert Reached(100.0, said.variation, said.assurance).improves


NOTHING = Reached(None, nothing_due=True)


def closing(*reached: Reached, **more):
    said = {"closer": "sue", "check_on": LATER, "today": TODAY, **more}
    return plan.closing(ACTION, said.pop("weighed", HELD), reached, **said)


def test_nothing_due_by_itself_keeps_no_action_open_and_stands_in_for_no_other_measure():
    assert closing(*GOOD, NOTHING) == () and closing(*GOOD, Reached(None)) == ("target", "signal")
    assert closing(Reached(60.0, xmr.COMMON), NOTHING) == ("target", "signal")
    assert closing(Reached(96.0, xmr.COMMON, xmr.HIT_OR_MISS), NOTHING) == ("signal",)


def test_whoever_reviews_still_weighs_the_evidence():
    assert closing(*GOOD, NOTHING, weighed=HELD[:1]) == ("not_held", "one_sided", "no_people")
    assert closing(*GOOD, NOTHING, weighed=[*HELD, {"id": "c", "category": "outcomes", "strength": "against"}]) == ("contradicted",)


def test_a_closed_action_with_nothing_due_since_may_be_said_to_have_lasted():
    assert plan.lasting(ACTION, (), [*GOOD, NOTHING], closer="sue", today=TODAY) == ()
    assert plan.lasting(ACTION, (), [*GOOD, Reached(None)], closer="sue", today=TODAY) == ("target",)


@given(
    st.builds(
        lambda days, due, missed, days_due, on_time, monitored, put_off: Stretch(days, due, max(0, due - missed), min(days_due, due), 100, on_time, monitored, [0] * len(monitored), put_off),
        st.integers(0, 84), st.integers(0, 20), st.integers(0, 3), st.integers(0, 20), st.integers(0, 100), st.lists(st.integers(0, 20), max_size=5), st.booleans(),
    )
)  # fmt: skip
def test_a_miss_a_gap_a_fall_or_too_few_days_are_never_taken_for_nothing_due(stretch):
    if shown(stretch):
        assert stretch.met == stretch.due and stretch.days >= 56 and stretch.on_time >= 95 and min(stretch.monitored) >= max(1, stretch.monitored[0]) and not stretch.put_off
