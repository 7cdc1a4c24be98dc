"""The twelve triggers fire at their number and not below it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.rules.triggers import TRIGGERS, Seen


def fires(name: str, **seen):
    return TRIGGERS[name].fires(Seen(**seen))


def many(kind: str, count: int, **fields):
    return {"records": {kind: [fields] * count}}


@pytest.mark.parametrize(
    ("name", "below", "at", "found"),
    [
        ("incomplete_monitoring", {"met": 17, "due": 20}, {"met": 16, "due": 20}, (4, 20)),
        ("low_intake_without_escalation", {"undecided": 1}, {"undecided": 2}, (2, 2)),
        ("guidance_not_followed", many("practice_observation", 1, topic="hydration", met=False), many("practice_observation", 2, topic="hydration", met=False), (2, 2)),
        ("missing_outcomes", {"missed": {"outcome": 1}, "due": 9}, {"missed": {"outcome": 2}, "due": 9}, (2, 9)),
        ("delayed_follow_up", {"missed": {"evidenced": 1}, "due": 9}, {"missed": {"evidenced": 1, "allocated": 1}, "due": 9}, (2, 9)),
        ("poor_communication", many("contact", 2, chasing=True), many("contact", 3, chasing=True), (3, 3)),
        ("advice_not_changing_support", {"missed": {"outcome": 5}, "due": 9}, {"missed": {"care_plan": 1}, "due": 9}, (1, 9)),
        ("unmet_need", many("deployment_observation", 1, unmet_need=True), many("deployment_observation", 2, unmet_need="yes"), (2, 2)),
        ("weak_rationale", {"missed": {"copied": 1}, "due": 9}, {"missed": {"copied": 1, "no_allocation": 1}, "due": 9}, (2, 9)),
        ("incidents_linked_to_staffing", many("incident", 1, staffing_related=True), many("incident", 2, staffing_related=True), (2, 2)),
    ],
)
def test_it_fires_at_its_number_and_not_below_it(name, below, at, found):
    assert fires(name, **below) is None and fires(name, **at) == found


@pytest.mark.parametrize(("name", "theme"), [("poor_feedback_on_drinks", "support_to_drink"), ("poor_feedback_on_staffing", "rushed"), ("poor_communication", "communication")])
def test_poor_feedback_is_a_mean_of_two_and_a_half_of_five_answers_or_any_one(name, theme):
    def said(*scores, about=theme):
        return {"records": {"feedback": [{"theme": about, "score": score} for score in scores]}}

    assert fires(name, **said(2, 2, 3, 3, 2)) == (3, 5) and fires(name, **said(5, 5, 5, 1)) == (1, 4)
    assert fires(name, **said(2, 2, 2, 2)) is None and fires(name, **said(3, 3, 3, 3, 2)) is None
    assert fires(name, **said(1, 1, about="other")) is None


def test_few_checks_say_nothing_of_monitoring_and_not_sure_is_no_yes():
    assert fires("incomplete_monitoring", met=0, due=19) is None
    assert fires("unmet_need", **many("deployment_observation", 9, unmet_need="unsure")) is None


@given(st.sampled_from(sorted(TRIGGERS)))
def test_where_nothing_happened_nothing_fires(name):
    assert fires(name) is None and fires(name, met=100, due=100) is None
