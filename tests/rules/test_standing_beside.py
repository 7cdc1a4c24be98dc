"""Records, audits, watched practice, staff and people stand side by side: a good figure alone proves no better care."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync.rules import standing_beside as beside
from sync.rules.duties import DUTIES, proves
from sync.rules.standing_beside import GOOD, MIXED, POOR, SILENT, VERDICTS
from sync.thresholds import THRESHOLDS


def test_records_at_95_beside_practice_that_is_not_met_disagree_and_silence_disagrees_with_nobody():
    records, practice = beside.by_share(95, 100, 95), beside.by_share(1, 4, THRESHOLDS["plan.good_practice_percent"].default)
    assert (records, practice) == (GOOD, POOR) and beside.disagree([records, practice, SILENT])
    assert beside.by_share(0, 0, 95) == SILENT and not beside.disagree([records, SILENT, MIXED])
    assert beside.by_count(0) == SILENT, "that nobody complained proves nothing"


def test_one_answer_of_1_reads_poor_whatever_the_mean():
    assert beside.by_scores([5, 5, 5, 1]) == POOR and beside.by_scores([2, 3]) == POOR
    assert beside.by_scores([3, 3, 4]) == MIXED and beside.by_scores([4, 3]) == GOOD and beside.by_scores([]) == SILENT


def test_what_reads_poor_is_the_homes_own_number_as_for_the_triggers():
    numbers = {"plan.feedback_mean": 3.5, "plan.feedback_worst": 2, "plan.good_mean": 4.5}
    assert beside.by_scores([3, 3, 4], numbers.get) == POOR and beside.by_scores([5, 5, 5, 2], numbers.get) == POOR
    assert beside.by_scores([4, 4], numbers.get) == MIXED and beside.by_scores([4, 4]) == GOOD


@given(st.lists(st.sampled_from(VERDICTS)))
def test_sources_disagree_only_where_one_says_good_and_another_poor(verdicts):
    assert beside.disagree(verdicts) == (GOOD in verdicts and POOR in verdicts) == beside.disagree(reversed(verdicts))


def test_an_audit_counts_the_entries_that_it_looked_at_and_leaves_out_what_was_not_applicable():
    answers = [
        {"question": "a", "source": "x", "answer": "yes", "looked_at": 10}, {"question": "b", "source": "x", "answer": "no", "looked_at": 5, "misses": ["x", "y"]},
        {"question": "c", "source": "x", "answer": "not_applicable", "looked_at": 3}, "what a home wrote itself",
    ]  # fmt: skip
    assert beside.audited([{"answers": answers}, {}]) == (13, 15)


def test_each_record_speaks_of_one_stream_or_of_none():
    said = {
        ("feedback", "theme", "rushed"): "deployment", ("complaint", "about", "appointments"): "appointments", ("complaint", "about", "kindness"): None,
        ("practice_observation", "topic", "hydration"): "hydration", ("audit", "template", "deployment"): "deployment",
        ("incident", "hydration_related", True): "hydration", ("incident", "staffing_related", "yes"): "deployment", ("incident", "type", "fall"): None,
    }  # fmt: skip
    assert {each: beside.stream_of(each[0], {each[1]: each[2]}) for each in said} == said


def test_the_report_of_the_month_before_does_the_provider_review_and_a_minute_the_month_in_which_it_was_held():
    review, minutes = DUTIES["provider_review"], DUTIES["oversight_minutes"]
    assert proves(review, "governance_report", {"month": "2026-12"}, "2027-01-01")
    assert not proves(review, "governance_report", {"month": "2026-11"}, "2027-01-01"), "an old month signed late is no review of the last"
    assert proves(minutes, "minute", {"held_on": "2027-01-20"}, "2027-01-01") and not proves(minutes, "minute", {"held_on": "2026-12-20"}, "2027-01-01")
    assert proves(minutes, "minute", {}, "2027-01-01"), "minutes that name no day count for when they were written"
