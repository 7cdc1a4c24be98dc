"""What is wrong with a tablet, by example and in general: nothing is raised twice, nothing is left open that is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.alert_words import say_alert
from sync.rules.catalogue import MISSING_ENTRIES, SET_ASIDE, SILENT, TABLET_RULES, TWO_TABLETS
from sync.standing import Existing
from sync.tablets import Gap, TabletFacts, judge, reconcile
from sync.thresholds import Values

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
VALUES = Values()
MINUTES = timedelta(minutes=1)
CALM = TabletFacts("0193b0d2-0000-7000-8000-000000000001", "Oak lounge", heard=NOON, signed_on=True, unsent=0)


def rules(facts: TabletFacts, now: datetime, values: Values = VALUES) -> set[str]:
    return {trouble.rule for trouble in judge(facts, values, now).troubles}


def existing(fields: dict, at: datetime, status: str = "open") -> Existing:
    return Existing(fields["rule"], status, fields["opening"], at, at, {**fields, "status": status}, 0, at if status in ("resolved", "withdrawn") else None)


def test_an_expected_tablet_is_silent_from_the_sixtieth_minute_on():
    assert rules(CALM, NOON + 59 * MINUTES) == set() and judge(CALM, VALUES, NOON).next_look == NOON + 60 * MINUTES
    assert rules(CALM, NOON + 60 * MINUTES) == {SILENT}


@pytest.mark.parametrize("change", [{"signed_on": False}, {"phone": True}, {"removed": True}, {"phone": True, "unsent": 4}])
def test_a_tablet_that_nobody_expects_is_not_missed(change):
    found = judge(replace(CALM, **change), VALUES, NOON + 600 * MINUTES)
    assert not found.troubles and found.next_look is None


@pytest.mark.parametrize("night", [datetime(2026, 10, 24, 23, 40, tzinfo=UTC), datetime(2027, 3, 28, 0, 40, tzinfo=UTC)])
def test_an_hour_is_an_hour_on_both_nights_on_which_the_clocks_change(night):
    facts = replace(CALM, heard=night)
    assert rules(facts, night + 59 * MINUTES) == set() and rules(facts, night + 60 * MINUTES) == {SILENT}


def test_only_gaps_older_than_an_hour_are_told_and_the_younger_ones_wait_their_turn():
    facts = replace(CALM, signed_on=False, gaps=(Gap(3, 5, NOON), Gap(9, 9, NOON + 30 * MINUTES)))
    found = judge(facts, VALUES, NOON + 70 * MINUTES)
    (trouble,) = found.troubles
    assert trouble.rule == MISSING_ENTRIES and trouble.facts["missing"] == 3 and trouble.facts["numbers"] == "3-5"
    assert found.next_look == NOON + 90 * MINUTES


def test_a_home_may_choose_another_time_within_bounds():
    def values(minutes):
        return Values([{"fields": {"name": "tablets.silent_minutes", "value": minutes, "from": "2026-01-01"}, "heads": ["h"], "seq": 1}])

    assert rules(CALM, NOON + 30 * MINUTES, values(30)) == {SILENT}
    assert rules(CALM, NOON + 61 * MINUTES, values(100_000)) == {SILENT}, "a slip of the finger silences nothing"


def test_every_sentence_about_a_tablet_is_filled():
    facts = replace(CALM, unsent=3, gaps=(Gap(2, 4, NOON),), twice_at=NOON, aside=2, aside_since=NOON)
    now = NOON + timedelta(hours=13)
    found = judge(facts, VALUES, now)
    steps = reconcile(facts, VALUES, found, {}, now)
    assert {step.rule for step in steps} == set(TABLET_RULES) == {SILENT, MISSING_ENTRIES, TWO_TABLETS, SET_ASIDE}
    for step in steps:
        for words in say_alert(step.fields):
            assert words and "?" not in words and "{" not in words, (step.rule, words)
        for reason in ("tablet_heard", "tablet_not_expected", "tablet_removed", "tablet_arrived", "tablet_filed"):
            assert all(say_alert({**step.fields, "reason": reason}))


TIMES = st.integers(-1000, 1000).map(lambda minutes: NOON + minutes * MINUTES)
GAPS = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 5), TIMES), max_size=4).map(
    lambda found: tuple(Gap(first, first + more, since) for first, more, since in found)
)
FACTS = st.builds(
    TabletFacts, device=st.just(CALM.device), name=st.just("Oak"), heard=TIMES, phone=st.booleans(), removed=st.booleans(),
    signed_on=st.booleans(), unsent=st.none() | st.integers(0, 9), gaps=GAPS, twice_at=st.none() | TIMES, fell_at=st.none() | TIMES,
    aside=st.integers(0, 3), aside_since=st.none() | TIMES,
)  # fmt: skip


@given(FACTS, TIMES)
def test_judging_again_writes_nothing_again(facts, now):
    found = judge(facts, VALUES, now)
    steps = reconcile(facts, VALUES, found, {}, now)
    assert len({step.rule for step in steps}) == len(steps)
    there = {step.rule: existing(dict(step.fields), now) for step in steps}
    assert reconcile(facts, VALUES, found, there, now) == ()


@given(FACTS, TIMES)
def test_the_next_look_is_the_first_moment_at_which_time_alone_brings_anything(facts, now):
    found = judge(facts, VALUES, now)
    here = {trouble.rule for trouble in found.troubles}
    if found.next_look is None:
        assert rules(facts, now + timedelta(days=3)) == here
    else:
        assert found.next_look > now and rules(facts, found.next_look - timedelta(milliseconds=1)) == here


@given(FACTS, TIMES)
def test_what_somebody_closed_stays_closed_while_nothing_new_happens(facts, now):
    steps = reconcile(facts, VALUES, judge(facts, VALUES, now), {}, now)
    closed = {step.rule: existing(dict(step.fields), now, "resolved") for step in steps}
    assert reconcile(facts, VALUES, judge(facts, VALUES, now), closed, now) == ()


@given(FACTS, TIMES, TIMES)
def test_a_silence_is_over_only_when_the_tablet_is_heard_with_nothing_missing_or_nobody_expects_it(facts, now, heard):
    facts = replace(facts, signed_on=True, phone=False, removed=False)
    steps = [step for step in reconcile(facts, VALUES, judge(facts, VALUES, now), {}, now) if step.rule == SILENT]
    if not steps:
        return
    alert = {SILENT: existing(dict(steps[0].fields), now)}
    later = replace(facts, heard=max(now, heard), unsent=facts.unsent)
    after = [step for step in reconcile(later, VALUES, judge(later, VALUES, later.heard), alert, later.heard) if step.rule == SILENT]
    withdrawn = any(step.fields.get("status") == "withdrawn" for step in after)
    assert withdrawn == (not later.unsent and not later.gaps)
