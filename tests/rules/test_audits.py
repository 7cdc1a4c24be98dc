"""The weekly audits: nobody picks what is looked at, what looks made up is looked at too, and a source without entries is a gap."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import roles
from sync.audits import ALL, TEMPLATES, drawing, gaming, scoring, template
from sync.audits.drawing import Candidate, draw
from sync.audits.gaming import Saved
from sync.messages import text
from sync.rules.duties import DUTIES, proves

DAY = date(2026, 11, 16)
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
#: As the article lists them, and the lead whom it names.
ARTICLE = [
    ("hydration", roles.NUTRITION_LEAD, ("charts", "care_plans", "escalations", "feedback")),
    ("appointments", roles.CARE_COORDINATOR, ("visits", "daily_notes", "plan_updates", "feedback")),
    ("deployment", roles.REGISTERED_MANAGER, ("rotas", "dependency", "daily_logs", "incidents", "feedback")),
]


@pytest.mark.parametrize(("name", "lead", "sources"), ARTICLE)
def test_each_audit_asks_of_every_source_of_the_article_and_is_its_leads_duty(name, lead, sources):
    asked = TEMPLATES[name]
    assert (asked.lead, asked.sources) == (lead, sources) and lead in asked.auditors
    assert (DUTIES[asked.duty].owner, DUTIES[asked.duty].template) == (lead, name)
    for question in asked.questions:
        assert text(f"pages.audits.questions.{question.name}").endswith("?") and text(f"pages.audits.sources.{question.source}")


def test_a_template_is_found_by_the_version_that_an_audit_was_drawn_under():
    assert len({(each.name, each.version) for each in ALL}) == len(ALL)
    assert template("hydration", 1) is TEMPLATES["hydration"]
    assert template("hydration", 99) is None and template("hydration weekly", 1) is None and template(None, None) is None


def test_a_sample_that_was_drawn_does_no_duty_until_it_is_answered_and_then_that_of_its_own_round():
    duty, drawn = DUTIES["audit_hydration"], {"template": "hydration", "drawn_at": "2026-11-16T09:00:00+00:00", "round": "2026-11-16"}
    assert not proves(duty, "audit", drawn, "2026-11-16")
    assert proves(duty, "audit", drawn | {"answers": [{"question": "plan_clear"}]}, "2026-11-16")
    assert not proves(duty, "audit", drawn | {"answers": [{"question": "plan_clear"}]}, "2026-11-23")


# ---- drawing ----

CANDIDATES = st.lists(
    st.builds(
        Candidate, st.just("person_day"), st.sampled_from("abcdefgh"), st.sampled_from(["2026-11-16", "2026-11-17", "2026-11-18"]),
        of=st.none(), signs=st.sampled_from([(), ("burst",)]),
    ),
    unique_by=lambda each: each.id, max_size=24,
)  # fmt: skip


def whose(candidates):
    return [Candidate(each.kind, each.record, each.day, each.record, each.signs) for each in candidates]


@given(st.text(max_size=8), CANDIDATES)
def test_the_same_seed_draws_the_same_whoever_asks_and_in_whatever_order_the_records_lie(seed, candidates):
    assert draw(seed, "charts", candidates) == draw(seed, "charts", candidates[::-1])


@given(st.text(max_size=8), CANDIDATES)
def test_no_entry_is_drawn_twice_and_no_person_twice_while_another_waits(seed, candidates):
    picks = draw(seed, "charts", whose(candidates))
    drawn = [pick.candidate for pick in picks if drawing.DRAWN in pick.because]
    assert len({pick.candidate.id for pick in picks}) == len(picks)
    assert len(drawn) == min(drawing.SIZE, len(candidates))
    assert len({each.of for each in drawn}) == min(len(drawn), len({each.record for each in candidates}))


@given(st.text(max_size=8), CANDIDATES)
def test_what_looks_odd_comes_on_top_of_the_draw_and_never_instead_of_it(seed, candidates):
    plain = [Candidate(each.kind, each.record, each.day) for each in candidates]
    drawn = [pick.candidate.id for pick in draw(seed, "charts", candidates) if drawing.DRAWN in pick.because]
    assert drawn == [pick.candidate.id for pick in draw(seed, "charts", plain)]
    more = [pick for pick in draw(seed, "charts", candidates) if drawing.DRAWN not in pick.because]
    odd = sum(bool(each.signs) and each.id not in drawn for each in candidates)
    assert len(more) == min(drawing.MOST_FLAGGED, odd) and all(pick.because == ("burst",) for pick in more)


@given(st.text(max_size=8), CANDIDATES)
def test_a_record_that_comes_late_may_join_the_draw_and_changes_nothing_else_about_it(seed, candidates):
    late = Candidate("person_day", "late", "2026-11-18")
    before = [pick.candidate for pick in draw(seed, "charts", [Candidate(each.kind, each.record, each.day) for each in candidates])]
    after = [pick.candidate for pick in draw(seed, "charts", [late, *(Candidate(each.kind, each.record, each.day) for each in candidates)])]
    assert [each for each in after if each != late] == before[: len(after) - (late in after)]


def test_another_home_another_audit_and_another_week_are_drawn_by_another_seed_that_tells_no_secret():
    seeds = {drawing.seed(*each) for each in (("a", "hydration", "2026-11-16"), ("b", "hydration", "2026-11-16"), ("a", "deployment", "2026-11-16"), ("a", "hydration", "2026-11-23"))}
    assert len(seeds) == 4 and all(len(seed) == 32 for seed in seeds)


# ---- what looks made up ----


def saved(n: int, *, apart: int, within: float = 1, author: str | None = "ama", ml: int | None = 150) -> list[Saved]:
    """`n` drinks of Edith, `apart` minutes from bedside to bedside, saved `within` seconds of each other."""
    return [Saved("edith", DAY, author, NOON + n_ * timedelta(minutes=apart), NOON + timedelta(hours=9, seconds=n_ * within), ml) for n_ in range(n)]


def test_ten_entries_saved_at_once_with_bedside_times_over_an_hour_apart_are_a_burst():
    assert gaming.bursts(saved(10, apart=30)) == set(saved(10, apart=30))
    assert gaming.bursts(saved(9, apart=30)) == set(), "nine are not enough"
    assert gaming.bursts(saved(10, apart=6)) == set(), "a round of drinks within the hour"
    assert gaming.bursts(saved(10, apart=30, within=60)) == set(), "saved over ten minutes"
    assert gaming.bursts(saved(5, apart=30) + saved(5, apart=30, author="ben")) == set(), "by two people"


def test_one_amount_all_day_is_a_sign_from_five_drinks_on():
    assert gaming.same_amounts(saved(5, apart=60)) == {("edith", DAY)}
    assert gaming.same_amounts(saved(4, apart=60)) == set()
    assert gaming.same_amounts([*saved(5, apart=60), *saved(1, apart=0, ml=120)]) == set()
    assert gaming.same_amounts(saved(6, apart=60, ml=None)) == set(), "nobody said how much"


def test_the_signs_of_a_day_are_told_together():
    assert gaming.signs(saved(12, apart=40)) == {("edith", DAY): (gaming.BURST, gaming.SAME_AMOUNT)}
    assert gaming.signs([]) == {}


# ---- scores ----


def answer(question: str, said: str, looked_at: int = 5, misses: tuple[str, ...] = (), source: str = "charts"):
    return {"question": question, "source": source, "answer": said, "looked_at": looked_at, "misses": list(misses), "words": ""}


def test_yes_is_every_entry_no_is_those_that_were_not_named_and_what_does_not_apply_is_left_out():
    said = [answer("a", "yes"), answer("b", "no", misses=("x", "y")), answer("c", "not_applicable"), answer("d", scoring.NOTHING, 0)]
    assert scoring.by_question({"answers": said}) == {"a": (5, 5), "b": (3, 5)}
    assert scoring.total(scoring.by_question({"answers": said}).values()) == (8, 10)
    assert scoring.total([]) == (0, 0)


def test_a_source_that_held_nothing_or_was_left_out_whole_is_a_gap():
    said = [answer("a", "yes"), answer("b", "not_applicable", source="feedback"), answer("c", scoring.NOTHING, 0, source="escalations")]
    assert scoring.covered(said) == ["charts"]
    assert scoring.gaps(("charts", "escalations", "feedback"), {"answers": said}) == ["escalations", "feedback"]


def test_two_auditors_agree_where_they_say_the_same_of_the_same_entries():
    one = [answer("a", "yes"), answer("b", "no", misses=("x",)), answer("c", "yes"), answer("d", scoring.NOTHING, 0)]
    other = [answer("a", "yes"), answer("b", "no", misses=("y",)), answer("c", "no", misses=("x",)), answer("d", scoring.NOTHING, 0)]
    assert scoring.agreement(one, other) == (1, 3, ["b", "c"])


@given(st.lists(st.sampled_from([None, 1, "no", {"question": 3}, {"question": "a"}, answer("a", "yes"), {"question": "a", "answer": "no", "looked_at": True}])))
def test_answers_that_cannot_be_read_count_for_nothing_and_stop_nobody(odd):
    scores = scoring.by_question({"answers": odd})
    assert all(0 <= met <= of for met, of in scores.values())
    assert scoring.gaps(("charts",), {"answers": odd}) == ([] if "a" in scores else ["charts"])


ITEM = {"id": "charts-1", "source": "charts", "kind": "person_day", "record": "edith", "because": ["drawn"]}


@pytest.mark.parametrize("odd", [None, 3, "charts", {}, {"id": 1}, {**ITEM, "record": None}, {**ITEM, "because": "drawn"}])
def test_a_sample_that_some_other_program_wrote_is_read_as_far_as_it_can_be(odd):
    audit = {"sample": [odd, ITEM], "drawn_from": {"charts": {"of": 9, "signs": {"burst": 2, "unheard_of": 1, "same_amount": "many"}}, "feedback": odd}}
    assert scoring.sample(audit) == scoring.sample(audit, "charts") == [ITEM] and scoring.sample(audit, "feedback") == []
    assert scoring.drawn_from(audit, "charts") == (9, {"burst": 2})
    assert scoring.drawn_from(audit, "feedback") == (0, {}) == scoring.drawn_from({"drawn_from": odd}, "charts")
