"""What arrives late: when an alert is taken back, when a senior must check, and when it opens again (care.md, Alerts 4, 5)."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest

from sync.alert_words import say_alert
from sync.alerts import alert_id, existing_of, step_id
from sync.facts import Absence
from sync.rules.catalogue import RULES
from tests.rules.care import BEFORE, CLOSE, DAY, at, entry, full_day, iso, opened, person, said, step, steps, written

YESTERDAY = DAY - timedelta(days=1)
LAST_NIGHT = entry("21:00", day=YESTERDAY)
NEXT_MORNING = "06:59"
FIRST = (*BEFORE, LAST_NIGHT)
OFFER, SIX, EIGHT, PACE = "hydration.no_offer", "hydration.nothing_drunk_6h", "hydration.nothing_drunk_8h", "hydration.behind_pace"
LOW, VERY_LOW, TWO = "hydration.low_at_close", "hydration.very_low_day", "hydration.low_two_days"

# rule: (what was known, when it spoke, an entry that shows it was never so)
AFTER_CLOSE = CLOSE + timedelta(hours=1)
CASES = {
    OFFER: (person(entry("08:00"), before=FIRST), at("11:00"), ("10:30", 50)),
    SIX: (person(entry("08:00"), before=FIRST), at("14:00"), ("13:00", 50)),
    EIGHT: (person(entry("08:00"), before=FIRST), at("16:00"), ("15:00", 50)),
    PACE: (person(entry("08:00"), before=FIRST), at("14:00"), ("13:30", 600)),
    LOW: (person(*full_day(DAY, 150)), CLOSE, ("14:30", 400)),
    VERY_LOW: (person(*full_day(DAY, 50)), CLOSE, ("14:30", 400)),
    TWO: (person(*full_day(DAY, 150), before=full_day(YESTERDAY, 150)), CLOSE, ("14:30", 400)),
}
cases = pytest.mark.parametrize("rule", list(CASES))


def arrived(facts, rule, when, *, minutes_to_save=1, **more):
    """The facts with the entry that was held back, arriving at `when`."""
    clock, ml = CASES[rule][2]
    late = entry(clock, ml=ml, id="held-back", **more)
    moved = {"recorded": late.occurred + timedelta(minutes=minutes_to_save), "received": when}
    entries = (*facts.entries, replace(late, **moved))
    return replace(facts, entries=entries)


@cases
def test_an_entry_saved_at_the_bedside_that_merely_arrived_late_takes_the_alert_back(rule):
    facts, spoke, _ = CASES[rule]
    alert = opened(facts, rule, spoke)
    later = spoke + timedelta(minutes=20)
    done = step(arrived(facts, rule, later, minutes_to_save=30), (alert,), later, rule)
    assert (done.kind, done.fields["status"], done.fields["reason"]) == ("withdraw", "withdrawn", "late_arrival")
    assert done.fields["facts"]["arrived_late"] == "held-back"


@cases
@pytest.mark.parametrize("marked", [{"minutes_to_save": 31}, {"time_not_proven": True}, {"time_in_doubt": True}, {"on_paper": True}])
def test_a_back_filled_entry_one_from_paper_or_one_whose_time_is_not_proven_is_left_for_a_senior_to_check(rule, marked):
    facts, spoke, _ = CASES[rule]
    alert = opened(facts, rule, spoke)
    later = spoke + timedelta(hours=2)
    done = step(arrived(facts, rule, later, **marked), (alert,), later, rule)
    assert done.kind == "late" and "status" not in done.fields
    assert done.fields == {"reason": "late_entry", "put_right_by": "held-back"}
    standing = written(done, alert, now=later)
    assert "Put right by a late entry: check" in say_alert(standing.fields).says


@cases
def test_whoever_was_told_of_an_alert_is_told_of_its_withdrawal_and_nobody_else_is(rule):
    facts, spoke, _ = CASES[rule]
    alert = opened(facts, rule, spoke)
    later = spoke + timedelta(minutes=20)
    assert step(arrived(facts, rule, later), (alert,), later, rule).pages is (rule != OFFER)


@cases
def test_an_entry_that_arrived_before_anybody_was_told_opens_nothing(rule):
    facts, spoke, _ = CASES[rule]
    assert step(arrived(facts, rule, spoke - timedelta(seconds=1)), (), spoke, rule) is None


@cases
def test_what_happened_after_the_breach_does_not_undo_it(rule):
    facts, spoke, _ = CASES[rule]
    if RULES[rule].at_close:
        return  # a closed day has no after
    alert = opened(facts, rule, spoke)
    drunk = entry(f"{spoke.hour}:30", ml=900)
    done = step(replace(facts, entries=(*facts.entries, drunk)), (alert,), drunk.received, rule)
    assert done.kind == "change" and done.fields["facts"]["ended_at"] == iso(drunk.occurred)
    assert "Put right since" in say_alert(written(done, alert, now=drunk.received).fields).says


def test_of_two_entries_the_one_saved_on_time_is_enough():
    facts, spoke, _ = CASES[SIX]
    alert, later = opened(facts, SIX, spoke), at("14:20")
    both = arrived(facts, SIX, later)
    both = replace(both, entries=(*both.entries, entry("12:00", saved="14:10", got="14:20")))
    assert step(both, (alert,), later, SIX).kind == "withdraw"


def test_a_late_entry_that_does_not_put_it_right_changes_what_the_alert_says():
    facts = person(*full_day(DAY, 100), before=full_day(YESTERDAY, 300))
    alert = opened(facts, LOW, CLOSE)
    late = entry("14:30", ml=250, saved="14:31", got="06:00")
    late = replace(late, received=CLOSE + timedelta(minutes=9))
    done = step(replace(facts, entries=(*facts.entries, late)), (alert,), AFTER_CLOSE, LOW)
    assert done.kind == "change" and (done.fields["facts"]["was_ml"], done.fields["facts"]["drunk_ml"]) == (600, 850)
    assert "It was 600ml when people were told, and is 850ml now" in say_alert(written(done, alert, now=AFTER_CLOSE).fields).says


def test_a_breach_by_other_times_is_the_same_alert_with_other_times():
    facts, spoke, _ = CASES[SIX]
    alert = opened(facts, SIX, spoke)
    earlier = entry("08:30", saved="08:31", got="14:40")
    done = step(replace(facts, entries=(*facts.entries, earlier)), (alert,), at("14:40"), SIX)
    assert done.kind == "change" and done.fields["happened_at"] == iso(at("14:30"))


def test_a_cup_finished_by_whoever_saw_it_is_on_time_and_by_the_evening_it_is_not():
    facts, spoke, _ = CASES[SIX]
    alert = opened(facts, SIX, spoke)
    for hours, kind in ((1, "withdraw"), (5, "late")):
        later = at("13:00") + timedelta(hours=hours, minutes=30)
        seen = arrived(facts, SIX, later, minutes_to_save=hours * 60, finished_cup=True)
        assert step(seen, (alert,), later, SIX).kind == kind


def test_an_absence_told_in_time_takes_an_alert_back_and_one_told_later_is_checked():
    facts, spoke, _ = CASES[SIX]
    alert = opened(facts, SIX, spoke)
    for told, kind in (("09:20", "withdraw"), ("14:00", "late")):
        away = Absence("away", at("09:00"), at("18:00"), at(told), at("14:10"))
        assert step(replace(facts, absences=(away,)), (alert,), at("14:10"), SIX).kind == kind


def test_when_records_behind_an_alert_were_changed_a_senior_checks():
    refused = tuple(entry(clock, "refused") for clock in ("08:00", "10:30", "12:30"))
    alert = opened(person(*refused, before=FIRST), "hydration.three_refusals", at("12:30"))
    done = step(person(*refused[:2], before=FIRST), (alert,), at("12:40"), "hydration.three_refusals")
    assert (done.kind, done.fields) == ("late", {"reason": "changed_since"})


EVENTS = {
    "hydration.red_flag": ({"red_flags": ("choking",)}, {}),
    "hydration.thickness": ({"iddsi_level": 0}, {"iddsi_level": 2}),
    "hydration.over_limit": ({"ml": 700}, {"limit_ml": 600}),
    "hydration.red_flag_low_intake": ({"ml": 5, "red_flags": ("choking",)}, {}),
}
LOW_BEFORE = full_day(YESTERDAY, 150)
events = pytest.mark.parametrize("rule", list(EVENTS))


def event(rule, clock="10:00", *, got=None, id="event", day=DAY):
    return entry(clock, id=id, got=got, **EVENTS[rule][0])


@events
def test_red_flags_thickness_and_limit_never_withdraw_by_themselves(rule):
    plan = EVENTS[rule][1]
    alert = opened(person(event(rule), before=LOW_BEFORE, plan=plan), rule, at("10:00"))
    done = step(person(before=LOW_BEFORE, plan=plan), (alert,), at("11:00"), rule)
    assert done.kind == "late" and "status" not in done.fields and done.fields["reason"] == "changed_since"


@events
def test_an_event_that_arrives_hours_later_still_calls_people_and_says_when_it_was_and_when_it_came(rule):
    facts = person(event(rule, got="18:00"), before=LOW_BEFORE, plan=EVENTS[rule][1])
    done = step(facts, (), at("18:00"), rule)
    assert done.pages and done.fields["happened_at"] == iso(at("10:00")) and done.fields["received_at"] == iso(at("18:00"))


@events
def test_an_event_more_than_a_day_old_is_listed_and_calls_nobody(rule):
    facts = person(event(rule), before=LOW_BEFORE, plan=EVENTS[rule][1])
    assert step(facts, (), at("10:00") + timedelta(hours=24), rule).pages
    assert not step(facts, (), at("10:00") + timedelta(hours=24, seconds=1), rule).pages


@events
def test_a_second_event_after_the_alert_was_closed_opens_it_again(rule):
    plan = EVENTS[rule][1]
    alert = opened(person(event(rule), before=LOW_BEFORE, plan=plan), rule, at("10:00"))
    closed = said(alert, "resolved", at("10:30"))
    assert step(person(event(rule), before=LOW_BEFORE, plan=plan), (closed,), at("11:00"), rule) is None
    two = person(event(rule), event(rule, "11:00", id="second"), before=LOW_BEFORE, plan=plan)
    done = step(two, (closed,), at("11:00"), rule)
    assert (done.kind, done.fields["opening"], done.fields["status"]) == ("reopen", 2, "open")


@pytest.mark.parametrize("rule", ["hydration.red_flag", "hydration.thickness"])
def test_a_second_event_while_somebody_deals_with_the_first_is_not_silenced_by_that(rule):
    plan = EVENTS[rule][1]
    alert = said(opened(person(event(rule), before=BEFORE, plan=plan), rule, at("10:00")), "acknowledged", at("10:05"), owner="ama")
    assert step(person(event(rule), before=BEFORE, plan=plan), (alert,), at("10:10"), rule) is None
    two = person(event(rule), event(rule, "11:00", id="second"), before=BEFORE, plan=plan)
    done = step(two, (alert,), at("11:00"), rule)
    assert done.kind == "reopen" and done.fields["owner"] is None and done.pages


def test_drinking_on_over_the_limit_while_somebody_deals_with_it_only_changes_the_figure():
    plan = {"limit_ml": 600}
    alert = said(opened(person(entry("10:00", ml=700), plan=plan), "hydration.over_limit", at("10:00")), "acknowledged", at("10:05"))
    done = step(person(entry("10:00", ml=700), entry("11:00", ml=100), plan=plan), (alert,), at("11:00"), "hydration.over_limit")
    assert done.kind == "change" and done.fields["facts"]["drunk_ml"] == 800 and not done.pages


# ---- opening again ----


def test_the_same_gap_does_not_open_again_after_somebody_has_resolved_it():
    facts, spoke, _ = CASES[SIX]
    resolved = said(opened(facts, SIX, spoke), "resolved", at("14:10"))
    assert step(facts, (resolved,), at("20:00"), SIX) is None


@pytest.mark.parametrize(("minutes", "rung"), [(60, 1), (61, 0)])
def test_within_an_hour_of_closing_it_opens_again_at_the_rung_it_had_reached_and_later_from_the_first(minutes, rung):
    facts = person(entry("08:00"), entry("14:05", ml=100), before=FIRST)
    alert = opened(person(entry("08:00"), before=FIRST), SIX, at("14:00"))
    again = at("20:05")
    resolved = said(alert, "resolved", again - timedelta(minutes=minutes), rung=2)
    resolved = replace(resolved, rung=2)
    done = step(facts, (resolved,), again, SIX)
    assert (done.kind, done.rung, done.fields["opening"], done.pages) == ("reopen", rung, 2, True)


def test_an_alert_taken_back_opens_again_when_the_entry_behind_that_is_struck_out():
    facts, spoke, _ = CASES[SIX]
    alert = opened(facts, SIX, spoke)
    put_right = arrived(facts, SIX, at("14:20"))
    withdrawn = written(step(put_right, (alert,), at("14:20"), SIX), alert, now=at("14:20"))
    assert step(put_right, (withdrawn,), at("14:30"), SIX) is None
    done = step(facts, (withdrawn,), at("14:30"), SIX)
    assert done.kind == "reopen" and done.fields["reason"] == alert.fields["reason"]


def test_what_people_said_about_the_last_opening_is_cleared_by_the_next():
    facts, spoke, _ = CASES[SIX]
    resolved = said(opened(facts, SIX, spoke), "resolved", at("14:10"), owner="ama", outcome="drank_enough", evidence="200ml")
    again = step(person(entry("08:00"), entry("14:05"), before=FIRST), (resolved,), at("20:05"), SIX)
    assert [again.fields[name] for name in ("owner", "outcome", "evidence")] == [None, None, None]


# ---- silent tablets ----


def test_a_day_that_closes_while_a_tablet_is_silent_is_judged_provisionally():
    quiet = person(*full_day(DAY, 100), before=full_day(YESTERDAY, 300), silent=("tablet-2",), based_on_until=at("19:00"))
    alert = opened(quiet, LOW, CLOSE)
    assert alert.fields["reason"] == "provisional" and alert.fields["silent_devices"] == ["tablet-2"]
    assert alert.fields["based_on_until"] == iso(at("19:00"))
    heard = replace(quiet, silent=())
    done = step(heard, (alert,), AFTER_CLOSE, LOW)
    assert done.kind == "change" and done.fields["reason"] == "measured" and done.fields["silent_devices"] is None


def test_an_alert_by_the_clock_is_not_provisional():
    facts, spoke, _ = CASES[SIX]
    assert opened(replace(facts, silent=("tablet-2",)), SIX, spoke).fields["reason"] != "provisional"


# ---- ids ----


def test_an_alert_has_one_id_for_person_rule_and_care_day():
    home = uuid.UUID(int=7)
    same = alert_id(home, SIX, "0193B0D2-AAAA-7000-8000-000000000001", DAY)
    assert same == alert_id(home, SIX, "0193b0d2-aaaa-7000-8000-000000000001", "2026-11-22")
    assert len({same, alert_id(home, EIGHT, "0193b0d2-aaaa-7000-8000-000000000001", DAY), alert_id(home, SIX, "other", DAY),
                alert_id(home, SIX, "0193b0d2-aaaa-7000-8000-000000000001", date(2026, 11, 23)), alert_id(uuid.UUID(int=8), SIX, "0193b0d2-aaaa-7000-8000-000000000001", DAY)}) == 5  # fmt: skip


def test_the_same_step_on_the_same_heads_has_the_same_id_and_on_others_another():
    facts, spoke, _ = CASES[SIX]
    done, record = step(facts, (), spoke, SIX), uuid.UUID(int=9)
    assert step_id(record, done) == record
    alert = written(done, now=spoke)
    taken = step(arrived(facts, SIX, at("14:20")), (alert,), at("14:20"), SIX)
    assert step_id(record, taken, ["b", "a"]) == step_id(record, taken, ["a", "b"]) != step_id(record, taken, ["c"])


def test_an_alert_record_reads_as_the_rules_wrote_it():
    facts, spoke, _ = CASES[SIX]
    alert = opened(facts, SIX, spoke)
    wire = {"fields": {**alert.fields, "status": "resolved", "rung": 2}, "history": [
        {"fields": {"status": "open"}, "recorded_at": iso(spoke)},
        {"fields": {"status": "resolved"}, "recorded_at": iso(at("15:00"))},
    ]}  # fmt: skip
    read = existing_of(wire)
    assert (read.rule, read.rung, read.closed_at, read.opened_at, read.closed) == (SIX, 2, at("15:00"), spoke, True)
    assert steps(facts, (read,), at("15:30"))[0].rule != SIX
