"""The twelve triggers fire at their number and not below it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.rules.triggers import TRIGGERS, Numbers, Seen
from sync.thresholds import DEFAULT, THRESHOLDS, Values

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


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


def own(**values) -> Numbers:
    """A home's own numbers, each set by the record "t1"."""
    changes = [{"record": "t1", "heads": ["t1"], "fields": {"name": f"plan.{name}", "value": value, "from": "2026-11-01"}} for name, value in values.items()]
    return Numbers(Values(changes), NOW)


@pytest.mark.parametrize(
    ("name", "number", "value", "seen", "found"),
    [
        ("incomplete_monitoring", "incomplete_monitoring_percent", 95, {"met": 18, "due": 20}, (2, 20)),
        ("incomplete_monitoring", "incomplete_monitoring_checks", 10, {"met": 5, "due": 10}, (5, 10)),
        ("low_intake_without_escalation", "low_intake_without_escalation_times", 1, {"undecided": 1}, (1, 1)),
        ("guidance_not_followed", "guidance_not_followed_times", 1, many("practice_observation", 1, topic="hydration", met=False), (1, 1)),
        ("missing_outcomes", "missing_outcomes_times", 1, {"missed": {"outcome": 1}, "due": 9}, (1, 9)),
        ("delayed_follow_up", "delayed_follow_up_times", 1, {"missed": {"evidenced": 1}, "due": 9}, (1, 9)),
        ("poor_communication", "poor_communication_times", 2, many("contact", 2, chasing=True), (2, 2)),
        ("unmet_need", "unmet_need_times", 1, many("deployment_observation", 1, unmet_need=True), (1, 1)),
        ("weak_rationale", "weak_rationale_times", 1, {"missed": {"copied": 1}, "due": 9}, (1, 9)),
        ("incidents_linked_to_staffing", "incidents_linked_to_staffing_times", 1, many("incident", 1, staffing_related=True), (1, 1)),
        ("poor_feedback_on_drinks", "feedback_mean", 3.5, many("feedback", 5, theme="support_to_drink", score=3), (5, 5)),
        ("poor_feedback_on_staffing", "feedback_answers", 2, many("feedback", 2, theme="rushed", score=2), (2, 2)),
        ("poor_feedback_on_drinks", "feedback_worst", 2, many("feedback", 1, theme="support_to_drink", score=2), (1, 1)),
    ],
)
def test_a_home_that_sets_its_own_number_is_judged_by_it_and_the_version_is_known(name, number, value, seen, found):
    by = own(**{number: value})
    assert fires(name, **seen) is None, "not by the default"
    assert TRIGGERS[name].fires(Seen(**seen), by) == found
    assert by.asked[f"plan.{number}"] == (value, "t1")
    assert {version for asked, (_, version) in by.asked.items() if asked != f"plan.{number}"} <= {DEFAULT}


def test_advice_may_be_given_more_than_one_chance_and_every_period_is_a_number_too():
    once = {"missed": {"care_plan": 1}, "due": 9}
    assert fires("advice_not_changing_support", **once) == (1, 9)
    assert TRIGGERS["advice_not_changing_support"].fires(Seen(**once), own(advice_not_changing_support_times=2)) is None
    assert {each.name: THRESHOLDS[each.days].default for each in TRIGGERS.values()} == {
        "incomplete_monitoring": 7, "low_intake_without_escalation": 7, "poor_feedback_on_drinks": 28, "guidance_not_followed": 28,
        "missing_outcomes": 14, "delayed_follow_up": 14, "poor_communication": 28, "advice_not_changing_support": 28, "unmet_need": 14,
        "poor_feedback_on_staffing": 28, "weak_rationale": 14, "incidents_linked_to_staffing": 28,
    }  # fmt: skip


@given(st.sampled_from(sorted(TRIGGERS)))
def test_where_nothing_happened_nothing_fires(name):
    assert fires(name) is None and fires(name, met=100, due=100) is None
