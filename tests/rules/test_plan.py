"""An action closes only when everything that was asked for is there, and never by the one who did the work."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.rules import plan, xmr
from sync.rules.plan import Reached, closing, eyes, ran_since, slid
from sync.rules.starts import STARTS
from sync.rules.triggers import by_default
from sync.rules.wording import vague

TODAY = date(2026, 11, 27)
LATER = TODAY + timedelta(days=42)
ACTION = {
    "status": "open", "owner": "nina", "deputy": "dan", "target": {"percent": 95}, "difference_for_people": "Joan says drinks come when she asks",
    "evidence_required": [{"id": "a", "what": "Weekly audit", "category": "processes"}, {"id": "b", "what": "Feedback", "category": "experience"}],
    "due_on": "2026-12-31", "review_every_days": 7,
}  # fmt: skip
HELD = [{"id": "a", "category": "processes", "strength": "strong"}, {"id": "b", "category": "experience", "strength": "adequate"}]
GOOD = [Reached(96.0, xmr.IMPROVEMENT, xmr.HIT_OR_MISS)]


def blocked(action=ACTION, weighed=HELD, reached=GOOD, closer="sue", check_on=LATER, **more):
    return closing(action, weighed, reached, closer=closer, check_on=check_on, today=TODAY, **more)


def test_an_action_with_all_that_was_asked_for_may_close():
    assert blocked() == ()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"weighed": HELD[:1]}, ("not_held", "one_sided", "no_people")),
        ({"weighed": [HELD[0], {**HELD[1], "strength": "weak"}]}, ("not_held", "one_sided", "no_people")),
        ({"reached": [Reached(94.9, xmr.IMPROVEMENT)]}, ("target",)),
        ({"reached": [*GOOD, Reached(60.0, xmr.COMMON)]}, ("target", "signal")),
        ({"reached": [Reached(96.0, xmr.COMMON, xmr.HIT_OR_MISS)]}, ("signal",)),
        ({"reached": [Reached(96.0, None, None)]}, ("signal",)),
        ({"reached": []}, ("target", "signal")),
        ({"reached": [Reached(None)]}, ("target", "signal")),
        ({"weighed": [*HELD, {"id": "c", "category": "outcomes", "strength": "against"}]}, ("contradicted",)),
        ({"closer": "nina"}, ("doer",)),
        ({"closer": "dan"}, ("doer",)),
        ({"closer": "ola", "did": ["ola", "nina"]}, ("did",)),
        ({"closer": "nina", "did": ["ola", "nina"]}, ("doer",)),
        ({"duties": [(0, 56), (1, 4)]}, ("duties",)),
        ({"duties": [(6, 56)]}, ("duties",)),
        ({"weighed": [HELD[0], {**HELD[1], "as_of": "2026-10-31"}], "since": date(2026, 11, 1)}, ("not_held", "one_sided", "no_people")),
        ({"check_on": None}, ("no_check",)),
        ({"check_on": TODAY}, ("no_check",)),
        ({"action": {**ACTION, "difference_for_people": " "}}, ("no_difference",)),
        ({"action": {**ACTION, "evidence_required": []}}, ("not_held",)),
        ({"action": {**ACTION, "target": None}}, ("target",)),
    ],
)
def test_what_is_missing_keeps_it_open_and_is_said(changed, why):
    assert blocked(**changed) == why


def test_evidence_of_the_day_on_which_an_action_began_or_was_opened_again_counts():
    assert blocked(weighed=[HELD[0], {**HELD[1], "as_of": "2026-11-01"}], since=date(2026, 11, 1)) == ()


def test_an_action_runs_from_its_first_day_or_from_the_last_on_which_it_was_opened_again():
    began, later, last = date(2026, 9, 1), date(2026, 10, 5), date(2026, 10, 20)
    reviews = [{"decision": "stay_open", "on": date(2026, 10, 30)}, {"decision": "open_again", "on": later}, {"decision": "reopen", "on": last}]
    assert ran_since(began, []) == ran_since(began, reviews[:1]) == began
    assert ran_since(began, reviews[:2]) == later and ran_since(began, reviews) == ran_since(began, reversed(reviews)) == last


def test_a_duty_that_is_kept_as_the_home_asks_is_in_nobodys_way_and_the_share_is_the_homes_own():
    assert blocked(duties=[(5, 56), (0, 4), (0, 0)]) == ()
    assert blocked(duties=[(1, 4)], number={"plan.duties_missed_percent": 25}.get) == ()
    assert blocked(duties=[(1, 56)], number={"plan.duties_missed_percent": 0}.get) == ("duties",)


def test_a_closed_action_has_lasted_while_the_figures_and_duties_say_so_and_somebody_else_looks():
    def said(weighed=(), reached=GOOD, closer="sue", **more):
        return plan.lasting(ACTION, weighed, reached, closer=closer, today=TODAY, **more)

    assert said() == () and said(reached=[Reached(96.0, xmr.COMMON)]) == (), "a change that lasted shows no new change"
    assert said(reached=[Reached(94.0, xmr.COMMON)]) == ("target",) and said(closer="nina") == ("doer",)
    assert said(weighed=[{"category": "experience", "strength": "against"}]) == ("contradicted",) and said(duties=[(2, 4)]) == ("duties",)
    assert said(closer="ola", did=["ola"]) == ("did",)


def test_process_alone_never_closes_however_much_of_it_there_is():
    forms = [{"id": id_, "category": category, "strength": "strong"} for id_, category in (("a", "processes"), ("b", "staff"))]
    assert blocked(weighed=forms) == ("no_people",)


def test_a_process_that_meets_its_target_whatever_the_day_needs_no_signal_of_change():
    assert blocked(reached=[Reached(100.0, xmr.COMMON, xmr.PASS)]) == ()
    assert blocked(reached=[Reached(96.0, xmr.CONCERN, xmr.PASS)]) == ("signal",)


STRENGTHS = st.sampled_from(plan.STRENGTHS)
EVIDENCE = st.lists(st.fixed_dictionaries({"id": st.sampled_from("abc"), "category": st.sampled_from(plan.CATEGORIES), "strength": STRENGTHS}), max_size=6)


@given(EVIDENCE, st.sampled_from(["nina", "dan", "sue"]), st.floats(0, 100), st.sampled_from([xmr.COMMON, xmr.IMPROVEMENT, xmr.CONCERN, None]))
def test_nothing_closes_without_people_two_categories_target_signal_and_somebody_else(weighed, closer, percent, variation):
    if blocked(weighed=weighed, closer=closer, reached=[Reached(percent, variation)]):
        return
    held = [each for each in weighed if each["strength"] in ("strong", "adequate")]
    categories = {each["category"] for each in held}
    assert closer == "sue" and percent >= 95 and variation == xmr.IMPROVEMENT
    assert {each["id"] for each in held} >= {"a", "b"} and len(categories) >= 2 and categories & {"experience", "outcomes"}
    assert len([each for each in weighed if each["strength"] == "against"]) == 0


def test_a_closed_action_slides_when_its_figure_falls_below_the_target_and_there_are_days_enough_to_say_so():
    assert slid(95, [Reached(94.0, xmr.COMMON)]) and slid(95, [GOOD[0], Reached(80.0, xmr.CONCERN)])
    assert not slid(95, GOOD) and not slid(95, [Reached(94.0, None)]) and not slid(None, [Reached(10.0, xmr.CONCERN)])


# ---- what needs an eye ----


def review(days_ago, *strengths, **more):
    on = TODAY - timedelta(days=days_ago)
    return {"on": on, "evidence_weighed": [{"id": str(n), "strength": each} for n, each in enumerate(strengths)], **more}


def seen(reviews, since=TODAY - timedelta(days=60), number=by_default, **fields):
    return eyes({**ACTION, **fields}, reviews, since=since, today=TODAY, number=number)


def test_an_action_that_is_looked_after_asks_for_nobody():
    assert seen([review(3, "strong")]) == ()


def test_no_new_evidence_for_21_days_is_static():
    assert seen([review(21, "strong"), review(3)]) == ("static",)
    assert "static" not in seen([review(20, "strong"), review(3)])
    assert seen([], since=TODAY) == ("never_reviewed",)
    assert "static" in seen([review(14, "strong"), review(3)], number={"plan.static_days": 14}.get), "the days are the home's own"


def test_weak_evidence_at_two_reviews_running_is_the_nominated_individuals():
    assert seen([review(10, "weak"), review(3, "weak")]) == ("weak_twice",)
    assert seen([review(10, "strong"), review(3, "weak")]) == ()


def test_a_review_is_overdue_by_its_own_date_or_the_actions_interval():
    assert seen([review(8, "strong")]) == ("review_overdue",)
    assert seen([review(8, "strong", next_review_on=TODAY.isoformat())]) == ()


def test_a_closed_action_asks_only_for_its_check():
    closed = review(40, "strong", decision="close")
    assert seen([closed], status="closed", sustain_check_on=TODAY.isoformat()) == ("check_due",)
    assert seen([closed], status="closed", sustain_check_on=LATER.isoformat()) == ()
    assert seen([], status="closed", sustain_check_on=LATER.isoformat()) == ("closed_without_review",)


def test_what_other_systems_wrote_in_another_shape_is_passed_over_and_stops_nothing():
    odd = {"on": TODAY, "evidence_weighed": ["audit"], "decision": "continue"}
    assert seen([odd, odd]) == ("static", "weak_twice")
    assert plan.measures_of({"measures": ["complete_monitoring", {"name": "x"}, "other"]}) == ["complete_monitoring"]


# ---- wording ----


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("Improve recording", ("too_short",)),
        ("Ensure that hydration charts are better completed overall", ("no_who", "no_when")),
        ("Staff should be reminded and charts should be monitored closely", ("no_when",)),
        ("The senior carer checks the chart of each person at risk twice a shift and records what was decided about every gap", ()),
        ("Improve charts: the nutrition lead reviews ten each Monday and shows misses to the shift leader", ()),
    ],
)
def test_vague_wording_is_caught(words, why):
    assert vague(words) == why


def test_each_start_of_the_article_could_close_its_evidence_has_people_in_it_and_more_than_one_category():
    assert {name: (start.percent, start.weeks) for name, start in STARTS.items()} == {"hydration": (95, 8), "appointments": (95, 10), "deployment": (90, 8)}
    for start in STARTS.values():
        categories = {category for _, category in start.evidence}
        assert len(categories) >= 2 and categories & {"experience", "outcomes"}
        assert start.risk in plan.RISKS and start.area in plan.AREAS
