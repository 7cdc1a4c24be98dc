"""The four measures say what care.md says: what counts, what fails and stays in, and what alone leaves the denominator."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.days import LONDON, to_ms
from sync.facts import Absence, Facts
from sync.measures import appointment_follow_up, complete_monitoring, compliant_deployment, timely_escalation
from sync.measures.compliant_deployment import Score
from sync.measures.figure import Case, Figure, percent, together
from sync.rules.appointments import Limits
from sync.rules.scene import Scene
from sync.thresholds import Values
from tests.rules.care import DAY, at, entry

LATER = at("07:00") + timedelta(days=3)


def stamp(moment: datetime) -> str:
    return moment.isoformat()


def change(kind_fields: dict, *, saved: datetime, record: str = "r", history: list | None = None) -> dict:
    """A record in its wire form; `history` lists (when saved, fields) of each submission."""
    made = {"record": record, "fields": kind_fields, "occurred_at": stamp(saved), "recorded_at": stamp(saved)}
    if history:
        made["history"] = [{"recorded_at": stamp(when), "seq": n, "fields": fields} for n, (when, fields) in enumerate(history)]
    return made


# ---- complete monitoring ----


def chart(*entries, plan=None, absences=()):
    watched = {"monitoring": True, "monitored_from": "2026-01-01", **(plan or {})}
    facts = Facts("edith", DAY, LONDON, plan=watched, entries=tuple(entries), absences=tuple(absences))
    return complete_monitoring.figure(Scene(facts, Values(), LATER))


def test_every_window_of_a_watched_day_is_due_and_an_empty_one_is_named():
    found = chart()
    assert (found.numerator, found.denominator) == (0, 7)
    assert [case.about["window"] for case in found.misses] == ["waking", "10-12", "12-14", "14-17", "17-20", "20-23", "night"]
    assert {case.missed for case in found.misses} == {("empty",)}


def test_an_entry_saved_within_half_an_hour_of_the_windows_end_counts_and_one_saved_later_only_counts_late():
    on_time, late = entry("11:00", saved="12:30"), entry("15:00", saved="17:31")
    found = chart(on_time, late)
    assert (found.numerator, found.in_the_end, found.denominator) == (1, 2, 7)
    assert next(case.missed for case in found.misses if case.about["window"] == "14-17") == ("late",)


@pytest.mark.parametrize(
    ("outcome", "why"), [("not_observed", "not_observed"), ("given", "open_cup"), ("other", "empty")]
)
def test_not_observed_an_open_cup_and_other_without_a_reason_never_count(outcome, why):
    found = chart(entry("11:00", outcome=outcome))
    assert found.numerator == 0
    assert next(case.missed for case in found.misses if case.about["window"] == "10-12") == (why,)


def test_a_refusal_and_being_asleep_are_entries():
    assert chart(entry("11:00", outcome="refused"), entry("13:00", outcome="asleep")).numerator == 2


def test_windows_leave_the_denominator_only_through_an_absence_end_of_life_or_nil_by_mouth():
    away = Absence("a", at("12:00"), at("17:00"), at("12:00"), at("12:00"))
    assert (chart(absences=[away]).denominator, chart(absences=[away]).left_out) == (5, {"not_due": 2})
    nil = chart(plan={"nil_by_mouth_from": stamp(at("10:00")), "nil_by_mouth_until": stamp(at("14:00"))})
    assert nil.denominator == 5
    assert chart(plan={"end_of_life_from": stamp(at("17:00"))}).denominator == 4
    assert chart(entry("11:00", outcome="restriction_reached")).denominator == 7


def test_somebody_whom_nobody_decided_to_watch_is_counted_as_not_watched():
    assert chart(plan={"monitoring": False}) == Figure((), {"not_monitored": 1})


# ---- timely escalation ----


def breach(rule="hydration.nothing_drunk_6h", severity="senior", status="open"):
    fields = {"rule": rule, "severity": severity, "status": status, "subject": "edith", "happened_at": stamp(at("14:00"))}
    return change(fields, saved=at("14:01"))


def decision(clock: str) -> dict:
    return change({"decision": "offered", "decided_at": stamp(at(clock))}, saved=at(clock))


def escalated(alert, *decisions, monitored=True):
    return timely_escalation.figure(alert, decisions, monitored=monitored, values=Values(), at=at("14:00"))


@pytest.mark.parametrize(
    ("severity", "clock", "met"),
    [("senior", "15:00", True), ("senior", "15:01", False), ("urgent", "14:40", True), ("urgent", "14:41", False), ("critical", "14:41", False)],
)
def test_a_decision_counts_inside_the_tiers_limit_from_when_it_happened(severity, clock, met):
    case = escalated(breach(severity=severity), decision(clock)).cases[0]
    assert (case.met, case.in_the_end) == (met, True)


def test_the_first_decision_counts_and_a_breach_that_nobody_decided_about_is_a_miss():
    assert escalated(breach(), decision("18:00"), decision("14:20")).numerator == 1
    assert escalated(breach()).cases[0].missed == ("undecided",)


def test_a_decision_about_this_mornings_breach_is_none_about_the_same_alert_of_this_afternoon():
    assert escalated(breach(), decision("09:05")).cases[0].missed == ("undecided",)
    assert escalated(breach(), decision("09:05"), decision("15:30")).cases[0].missed == ("decided_late",)
    assert escalated(breach(), decision("09:05"), decision("14:20")).numerator == 1


def test_a_breach_on_somebody_not_watched_and_one_that_withdrew_itself_are_left_out_and_said():
    assert escalated(breach(), monitored=False).left_out == {"not_monitored": 1}
    assert escalated(breach(status="withdrawn")).left_out == {"withdrawn": 1}


def test_a_nudge_is_no_breach():
    assert escalated(breach("hydration.no_offer", "nudge")) == Figure()


# ---- appointment follow-up ----

VISIT = change({"starts_at": stamp(at("09:00")), "resident": "edith"}, saved=at("08:00"), record="visit")
NOTHING_TO_DO = {"attendance": "attended", "actions_required": "none", "no_action_reason": "Routine check", "care_plan_change": "not_needed"}
LISTED = {"attendance": "attended", "actions_required": "listed", "care_plan_change": "not_needed"}


def followed(outcomes, follow_ups=(), now=LATER):
    found = appointment_follow_up.figure(VISIT, outcomes, follow_ups, now_ms=to_ms(now), limits=Limits())
    return found.cases[0].missed, found.cases[0].in_the_end


def outcome(fields, hours=2.0, **more):
    return change(fields, saved=at("09:00") + timedelta(hours=hours), record="outcome", **more)


def todo(hours=3.0, **fields):
    return change({"about": "outcome", "what": "Ask the GP", **fields}, saved=at("09:00") + timedelta(hours=hours))


def test_an_outcome_within_24_hours_with_none_needed_because_is_complete():
    assert followed([outcome(NOTHING_TO_DO)]) == ((), True)


def test_no_outcome_fails_and_one_after_24_hours_counts_only_late():
    assert followed([]) == (("outcome",), False)
    assert followed([outcome(NOTHING_TO_DO, hours=25)]) == (("outcome",), True)


def test_awaiting_an_update_fails_and_stays_in_until_the_update_comes():
    assert followed([outcome({"attendance": "awaiting_update"})]) == (("outcome",), False)
    came = [(at("11:00"), {"attendance": "awaiting_update"}), (at("09:00") + timedelta(hours=30), NOTHING_TO_DO)]
    assert followed([outcome(NOTHING_TO_DO, history=came)]) == (("outcome",), True)


def test_none_needed_without_a_reason_and_listed_without_an_action_are_no_actions():
    assert followed([outcome({**NOTHING_TO_DO, "no_action_reason": None})])[0] == ("actions",)
    assert followed([outcome(LISTED)])[0] == ("actions",)


def test_every_action_has_an_owner_and_a_date_within_24_hours():
    owned = {"owner": "lee", "due_at": stamp(LATER + timedelta(days=9))}
    assert followed([outcome(LISTED)], [todo(**owned)]) == ((), True)
    assert followed([outcome(LISTED)], [todo(**owned), todo()]) == (("allocated",), False)
    assert followed([outcome(LISTED)], [todo(hours=27, **owned)]) == (("allocated",), True)


def test_an_action_that_is_due_needs_evidence_and_one_that_is_not_yet_due_does_not():
    due = {"owner": "lee", "due_at": stamp(at("09:00") + timedelta(days=1))}
    assert followed([outcome(LISTED)], [todo(**due)])[0] == ("evidenced",)
    assert followed([outcome(LISTED)], [todo(**due, status="done")])[0] == ("evidenced",)
    assert followed([outcome(LISTED)], [todo(**due, status="done", evidence="Letter filed")]) == ((), True)
    assert followed([outcome(LISTED)], [todo(**due)], now=at("20:00")) == ((), True)


def test_a_care_plan_that_had_to_change_is_changed_within_72_hours():
    needed = {**NOTHING_TO_DO, "care_plan_change": "needed"}
    assert followed([outcome(needed)], now=at("09:00") + timedelta(hours=70)) == ((), True)
    assert followed([outcome(needed)], now=at("09:00") + timedelta(hours=80))[0] == ("care_plan",)
    done = {**NOTHING_TO_DO, "care_plan_change": "done"}
    late = [(at("11:00"), needed), (at("09:00") + timedelta(hours=80), done)]
    assert followed([outcome(done, history=late)], now=LATER + timedelta(days=2)) == (("care_plan",), True)


# ---- compliant deployment ----

SHIFT = f"{DAY.isoformat()}/day"
NIGHT_BEFORE = f"{(DAY - timedelta(days=1)).isoformat()}/night"
SAMPLE = change({"shift": SHIFT, "unit": "Willow", "from": stamp(at("10:00"))}, saved=at("10:00"), record="sample")
FORM = {"shift": SHIFT, "unit": "Willow", "actual": [{"role": "support_worker", "count": 3}]}
SCORED = [Score(DAY - timedelta(days=28), 28)]


def allocation(rationale="Edith needs two to stand this morning", shift=SHIFT, saved="07:30", unit="Willow"):
    return change({"shift": shift, "unit": unit, "rationale": rationale}, saved=at(saved))


def deployed(allocations, forms, scores=SCORED):
    found = compliant_deployment.figure(SAMPLE, allocations, [change(form, saved=at("12:00")) for form in forms], scores, zone=LONDON)
    return found.cases[0].missed


def test_a_shift_with_its_reason_before_start_its_form_its_responses_and_fresh_scores_is_compliant():
    assert deployed([allocation()], [{**FORM, "delays": [{"what": "breakfast", "response": "Moved Ben over"}]}]) == ()


def test_no_form_fails_and_a_form_of_another_unit_does_not_stand_in_for_it():
    assert deployed([allocation()], []) == ("no_form",)
    assert deployed([allocation()], [{**FORM, "unit": "Rowan"}]) == ("no_form",)


def test_an_allocation_after_the_start_is_late_and_one_for_another_shift_is_none():
    assert deployed([allocation(saved="08:01")], [FORM]) == ("allocated_late",)
    assert deployed([allocation(shift=NIGHT_BEFORE)], [FORM]) == ("no_allocation",)


def test_a_reason_that_is_the_previous_shifts_word_for_word_is_copied():
    before = allocation("  edith needs TWO to stand this morning", shift=NIGHT_BEFORE)
    assert deployed([before, allocation()], [FORM]) == ("copied",)
    assert deployed([before, allocation("Two are out, Ben covers the lounge")], [FORM]) == ()


def test_each_delay_needs_a_response():
    assert deployed([allocation()], [{**FORM, "delays": [{"what": "breakfast"}]}]) == ("no_response",)


def test_each_person_needs_a_score_that_is_no_older_than_the_home_allows():
    for days in (7, 28, 90):
        assert deployed([allocation()], [FORM], [Score(DAY - timedelta(days=days), days)]) == ()
        assert deployed([allocation()], [FORM], [*SCORED, Score(DAY - timedelta(days=days + 1), days)]) == ("no_score",)
    assert deployed([allocation()], [FORM], [Score(None, 28)]) == deployed([allocation()], [FORM], [Score(DAY + timedelta(days=1), 28)]) == ("no_score",)


# ---- figures ----

CASES = st.lists(st.builds(Case, st.sampled_from([(), ("late",), ("empty",)]), st.booleans()), max_size=9)
FIGURES = st.builds(lambda cases, out: Figure(tuple(cases), out), CASES, st.dictionaries(st.sampled_from(["away", "nil"]), st.integers(1, 5)))


@given(st.lists(FIGURES, max_size=6))
def test_figures_together_add_their_cases_and_every_miss_is_listed(figures):
    whole = together(figures)
    assert whole.denominator == sum(each.denominator for each in figures)
    assert whole.numerator + len(whole.misses) == whole.denominator
    assert whole.numerator <= whole.in_the_end <= whole.denominator
    assert sum(whole.left_out.values()) == sum(sum(each.left_out.values()) for each in figures)


def test_nothing_due_is_no_percentage_at_all():
    assert percent(0, 0) is None and percent(19, 20) == 95
