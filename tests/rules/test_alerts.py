"""Every hydration rule at, just below and just above its bound, and who it is judged for (care.md, Alerts 1 to 4)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from sync.alert_words import say_alert
from sync.alerts import judge
from sync.facts import Absence, Facts, PlanVersion
from sync.thresholds import Values
from tests.rules.care import ALL_ON, BEFORE, CLOSE, DAY, PLAN, at, breach, breached, entry, full_day, opened, person, steps

YESTERDAY, DAY_BEFORE = DAY - timedelta(days=1), DAY - timedelta(days=2)
LAST_NIGHT = entry("21:00", day=YESTERDAY)  # the clock starts at 7am
SECOND = timedelta(seconds=1)


def fresh(*entries, **more):
    return person(*entries, before=(*BEFORE, LAST_NIGHT), **more)


# ---- the clocks ----


@pytest.mark.parametrize(
    ("rule", "hours"), [("hydration.no_offer", 3), ("hydration.nothing_drunk_6h", 6), ("hydration.nothing_drunk_8h", 8)]
)
def test_a_clock_rule_speaks_when_its_time_is_up_and_not_a_second_sooner(rule, hours):
    facts, up = fresh(entry("08:00")), at("08:00") + timedelta(hours=hours)
    assert breach(facts, rule, up - SECOND) is None
    assert breach(facts, rule, up).happened_at == up
    assert breach(facts, rule, up + SECOND).happened_at == up


def test_time_asleep_at_night_does_not_count():
    facts = person(before=(*BEFORE[:-2], entry("19:30", day=YESTERDAY)))
    assert breach(facts, "hydration.no_offer", at("08:30") - SECOND) is None
    assert breach(facts, "hydration.no_offer", at("08:30")).facts["since"] == "2026-11-21T19:30:00+00:00"


def test_a_gap_that_was_too_long_yesterday_counts_again_when_as_much_time_has_gone_today():
    facts = person(before=(entry("09:00", day=YESTERDAY),))
    assert breach(facts, "hydration.nothing_drunk_8h", at("07:01")) is None
    assert breach(facts, "hydration.nothing_drunk_8h", at("15:00") - SECOND) is None
    assert breach(facts, "hydration.nothing_drunk_8h", at("15:00")).happened_at == at("15:00")


@pytest.mark.parametrize("outcome", ["given", "refused", "left_within_reach", "unwell"])
def test_an_offer_starts_the_offer_clock_again_and_not_the_drinking_clock(outcome):
    facts = fresh(entry("09:30", outcome))
    assert breach(facts, "hydration.no_offer", at("12:29")) is None
    assert breach(facts, "hydration.nothing_drunk_6h", at("13:00")) is not None


@pytest.mark.parametrize("outcome", ["asleep", "out", "nil_by_mouth", "restriction_reached", "unsafe_to_swallow", "comfort_only"])
def test_a_pause_lasts_to_the_end_of_its_window(outcome):
    facts = fresh(entry("10:00"), entry("12:30", outcome))  # 2.5 hours gone, then still until 2pm
    assert breach(facts, "hydration.no_offer", at("14:30") - SECOND) is None
    assert breach(facts, "hydration.no_offer", at("14:30")) is not None


@pytest.mark.parametrize("outcome", ["not_observed", "other"])
def test_not_observed_and_other_neither_count_nor_pause(outcome):
    assert breach(fresh(entry("10:00"), entry("12:30", outcome)), "hydration.no_offer", at("13:00")) is not None


def test_a_pause_lasts_to_the_end_of_the_absence_that_covers_it():
    away = Absence("a", at("12:00"), at("16:00"), at("12:00"), at("12:00"))
    facts = fresh(entry("10:00"), entry("12:30", "out"), absences=(away,))
    assert breach(facts, "hydration.no_offer", at("17:00") - SECOND) is None
    assert breach(facts, "hydration.no_offer", at("17:00")) is not None


def test_somebody_away_without_an_end_is_not_waited_for():
    away = Absence("a", at("09:00"), None, at("09:00"), at("09:00"))
    assert breached(fresh(entry("08:00"), absences=(away,)), CLOSE) <= {"low_at_close", "very_low_day"}
    gone = Absence("a", at("09:00", DAY_BEFORE), None, at("09:00", DAY_BEFORE), at("09:00", DAY_BEFORE))
    assert breached(person(absences=(gone,)), CLOSE) == set()


def test_an_open_cup_is_an_offer_and_nothing_drunk():
    facts = fresh(entry("08:00", "given"))
    assert breach(facts, "hydration.no_offer", at("10:59")) is None
    assert breach(facts, "hydration.nothing_drunk_6h", at("13:00")) is not None


# ---- the pace ----


@pytest.mark.parametrize(("ml", "behind"), [(399, True), (400, False), (401, False)])
def test_behind_is_under_half_of_what_was_expected_by_2pm(ml, behind):
    facts = fresh(entry("09:00", ml=ml))
    assert breach(facts, "hydration.behind_pace", at("14:00") - SECOND) is None
    assert (breach(facts, "hydration.behind_pace", at("14:00")) is not None) is behind


@pytest.mark.parametrize(("ml", "behind"), [(571, True), (572, False)])
def test_and_again_at_5pm(ml, behind):
    facts = fresh(entry("09:00", ml=ml))
    assert (breach(facts, "hydration.behind_pace", at("17:00")) is not None) is behind


def test_with_a_limit_the_pace_is_that_of_the_limit():
    facts = fresh(entry("09:00", ml=150), plan={"limit_ml": 600})
    assert breach(facts, "hydration.behind_pace", at("14:00")) is None
    assert breach(fresh(entry("09:00", ml=149), plan={"limit_ml": 600}), "hydration.behind_pace", at("14:00")) is not None


def test_what_was_put_right_before_anybody_looked_opens_nothing():
    facts = fresh(entry("09:00", ml=100), entry("14:30", ml=600))
    assert breach(facts, "hydration.behind_pace", at("14:15")) is not None
    assert "behind_pace" not in breached(facts, at("15:00"))
    assert "no_offer" not in breached(fresh(entry("08:00"), entry("13:00")), at("13:05"))


# ---- the close of the day ----


def day_of(ml):
    return person(*full_day(DAY, 0, but=("08:00",)), entry("08:00", ml=ml))


@pytest.mark.parametrize(("ml", "low"), [(999, True), (1000, False), (1001, False)])
def test_low_is_under_a_litre_when_the_care_day_closes(ml, low):
    assert breach(day_of(ml), "hydration.low_at_close", CLOSE - SECOND) is None
    assert (breach(day_of(ml), "hydration.low_at_close", CLOSE) is not None) is low


@pytest.mark.parametrize(("ml", "low"), [(499, True), (500, False), (501, False)])
def test_very_low_is_under_half_a_litre(ml, low):
    assert (breach(day_of(ml), "hydration.very_low_day", CLOSE) is not None) is low


@pytest.mark.parametrize(("ml", "low"), [(449, True), (450, False)])
def test_with_a_limit_low_is_three_quarters_of_it(ml, low):
    facts = person(entry("08:00", ml=ml), *full_day(DAY, 0, but=("08:00",)), plan={"limit_ml": 600})
    assert (breach(facts, "hydration.low_at_close", CLOSE) is not None) is low


@pytest.mark.parametrize(("yesterday", "today", "low"), [(1199, 1199, True), (1200, 1199, False), (1199, 1200, False)])
def test_two_days_are_low_under_three_quarters_of_the_target(yesterday, today, low):
    before = (*full_day(DAY_BEFORE), entry("08:00", ml=yesterday, day=YESTERDAY), *full_day(YESTERDAY, 0, but=("08:00",)))
    facts = person(entry("08:00", ml=today), *full_day(DAY, 0, but=("08:00",)), before=before)
    found = breach(facts, "hydration.low_two_days", CLOSE)
    assert (found is not None) is low
    assert not low or found.severity == "urgent"


def test_two_days_under_a_litre_call_for_advice_the_same_day():
    before = (*full_day(DAY_BEFORE), *full_day(YESTERDAY, 150))
    assert breach(person(*full_day(DAY, 150), before=before), "hydration.low_two_days", CLOSE).severity == "critical"


def test_after_a_day_that_nobody_watched_there_are_no_two_low_days():
    facts = person(*full_day(DAY, 150), before=full_day(YESTERDAY, 100), plan={"monitored_from": "2026-11-22T07:00:00+00:00"})
    assert breach(facts, "hydration.low_two_days", CLOSE) is None
    assert breach(facts, "hydration.low_at_close", CLOSE) is not None


def test_half_a_day_away_asks_for_half_of_the_floor():
    away = Absence("a", at("07:00"), at("14:00"), at("07:00"), at("07:00"))
    for ml, low in ((499, True), (500, False)):
        facts = person(entry("15:00", ml=ml), entry("18:00", ml=0), entry("20:30", "refused"), entry("23:30", "asleep"), absences=(away,))
        assert (breach(facts, "hydration.low_at_close", CLOSE) is not None) is low


def test_doubles_count_once_for_a_low_day_and_both_for_a_limit():
    twice = (entry("08:00", ml=600, device="a"), entry("08:01", ml=600, device="b"))
    facts = person(*twice, *full_day(DAY, 0, but=("08:00",)))
    found = breach(facts, "hydration.low_at_close", CLOSE)
    assert (found.facts["drunk_ml"], found.facts["drunk_up_to_ml"], found.facts["to_check"]) == (600, 1200, 1)
    assert breach(person(*twice, plan={"limit_ml": 1199}), "hydration.over_limit", at("09:00")) is not None
    assert breach(person(*twice, plan={"limit_ml": 1200}), "hydration.over_limit", at("09:00")) is None


# ---- what was said or done ----


def test_the_third_refusal_in_three_days_that_says_no_reason_speaks():
    before = (entry("20:00", "refused", day=DAY_BEFORE), entry("20:00", "refused", day=YESTERDAY, reason="no_reason"))
    assert breach(fresh(*before, entry("10:30", "refused", reason="dislikes")), "hydration.vague_refusals", at("11:00")) is None
    found = breach(fresh(*before, entry("10:30", "refused", reason="other")), "hydration.vague_refusals", at("11:00"))
    assert (found.happened_at, found.facts["refusals"]) == (at("10:30"), 3)
    earlier = (entry("20:00", "refused", day=DAY_BEFORE - timedelta(days=1)), *before[1:])
    assert breach(fresh(*earlier, entry("10:30", "refused")), "hydration.vague_refusals", at("11:00")) is None


def test_a_reason_that_is_added_later_leaves_the_alert_for_a_senior_to_check():
    two = (entry("08:00", "refused"), entry("09:00", "refused"))
    said = entry("10:30", "refused", id="third")
    stands = opened(fresh(*two, said), "hydration.vague_refusals", at("10:30"))
    told = fresh(*two, entry("10:30", "refused", id="third", reason="dislikes", saved="14:00", got="14:00"))
    (done,) = (each for each in steps(told, (stands,), at("14:00")) if each.rule == "hydration.vague_refusals")
    assert (done.kind, done.fields["reason"]) == ("late", "changed_since")


def test_the_third_refusal_of_a_care_day_speaks():
    two = (entry("08:00", "refused"), entry("10:30", "refused"))
    assert breach(fresh(*two), "hydration.three_refusals", at("11:00")) is None
    assert breach(fresh(*two, entry("12:30", "refused")), "hydration.three_refusals", at("12:30")).happened_at == at("12:30")
    assert breach(fresh(entry("20:00", "refused", day=YESTERDAY), *two), "hydration.three_refusals", at("11:00")) is None


@pytest.mark.parametrize(("ml", "over"), [(599, False), (600, False), (601, True)])
def test_over_the_limit_is_more_than_the_limit(ml, over):
    facts = fresh(entry("08:00", ml=400), entry("10:00", ml=ml - 400), plan={"limit_ml": 600})
    assert (breach(facts, "hydration.over_limit", at("10:00")) is not None) is over


@pytest.mark.parametrize(("level", "wrong"), [(1, True), (2, False), (3, True), (None, False)])
def test_thickness_must_be_that_of_the_plan(level, wrong):
    facts = fresh(entry("08:00", iddsi_level=level), plan={"iddsi_level": 2})
    assert (breach(facts, "hydration.thickness", at("08:00")) is not None) is wrong


def test_a_drink_is_held_against_the_plan_in_force_when_it_was_given():
    plans = (PlanVersion(at("07:00", date(2026, 10, 1)), {**PLAN, "iddsi_level": 0}, "1"), PlanVersion(at("12:00"), {**PLAN, "iddsi_level": 2}, "2"))
    for clock, wrong in (("11:00", False), ("12:30", True)):
        facts = Facts("edith", DAY, plans=plans, entries=(*BEFORE, entry(clock, iddsi_level=0)))
        assert ("thickness" in breached(facts, at("13:00"))) is wrong


def test_a_red_flag_speaks_at_once_and_names_what_was_seen():
    found = breach(fresh(entry("08:00", red_flags=("choking",))), "hydration.red_flag", at("08:00"))
    assert found.severity == "urgent" and found.facts["red_flags"] == ["choking"] and found.pages


def test_a_red_flag_with_low_intake_is_critical_whenever_both_are_true():
    flag = entry("08:00", ml=100, red_flags=("new_confusion",))
    assert "red_flag_low_intake" not in breached(fresh(flag), at("13:59"))
    found = breach(fresh(flag), "hydration.red_flag_low_intake", at("14:00"))
    assert found.severity == "critical" and found.happened_at == at("14:00")
    well = fresh(flag, entry("09:00", ml=400), entry("13:00", ml=400), entry("16:00", ml=200), entry("19:00"))
    assert "red_flag_low_intake" not in breached(well, CLOSE)


def test_a_red_flag_after_a_low_day_is_critical_at_once():
    before = (*full_day(DAY_BEFORE), *full_day(YESTERDAY, 150))
    assert "red_flag_low_intake" in breached(person(entry("08:00", red_flags=("hard_to_wake",)), before=before), at("08:00"))


# ---- who is judged ----

EVERYBODY = {"red_flag", "over_limit", "thickness"}


def in_trouble(**plan):
    entries = (entry("08:00", ml=700, iddsi_level=0, red_flags=("choking",)), *(entry(f"1{n}:00", "refused") for n in range(3)))
    return person(*entries, before=(), plan={"limit_ml": 600, "iddsi_level": 2, **plan})


def test_people_who_are_not_on_monitoring_are_judged_on_red_flags_limit_and_thickness_only():
    assert breached(in_trouble(monitoring=False), CLOSE) == EVERYBODY
    assert breached(in_trouble(monitored_until="2026-11-20"), CLOSE) == EVERYBODY
    assert EVERYBODY < breached(in_trouble(), CLOSE)


def test_nobody_is_judged_on_numbers_without_any_plan():
    assert breached(Facts("edith", DAY, entries=(entry("08:00", red_flags=("choking",)),)), CLOSE) == {"red_flag"}


def test_end_of_life_stops_volume_rules_and_nothing_else():
    facts = in_trouble(end_of_life_from="2026-11-20")
    assert breached(facts, CLOSE) == EVERYBODY | {"three_refusals", "no_offer"}


def test_nil_by_mouth_stops_every_clock_and_takes_the_day_out():
    nil = {"nil_by_mouth_from": "2026-11-19", "nil_by_mouth_until": "2026-11-25"}
    assert breached(person(before=(), plan=nil), CLOSE) == set()


def test_another_route_without_a_figure_says_needs_a_plan_and_nothing_else():
    facts = fresh(plan={"route": "peg", "target_ml": None})
    assert breached(facts, CLOSE) == {"behind_pace"}
    assert breach(facts, "hydration.behind_pace", at("14:00")).reason == "needs_plan"


def test_another_route_with_a_figure_is_judged_on_it():
    facts = person(entry("08:00", ml=599), *full_day(DAY, 0, but=("08:00",)), plan={"route": "peg", "target_ml": 800})
    assert breach(facts, "hydration.low_at_close", CLOSE).facts["floor_ml"] == 600


# ---- an incomplete chart ----


def test_under_80_percent_of_windows_the_chart_is_incomplete_and_says_go_and_check():
    found = opened(fresh(), "hydration.nothing_drunk_8h", at("15:00"))
    assert found.fields["reason"] == "incomplete_chart" and found.facts["incomplete"] is True
    assert say_alert(found.fields).says.startswith("Chart incomplete: go and check the person")


@pytest.mark.parametrize(("missing", "incomplete"), [(0, False), (1, False), (2, True)])
def test_six_of_seven_windows_are_complete_and_five_are_not(missing, incomplete):
    windows = ("11:00", "13:00")[:missing]
    found = breach(person(*full_day(DAY, 100, but=windows)), "hydration.low_at_close", CLOSE)
    assert found.incomplete is incomplete


def test_an_incomplete_chart_never_proposes_111_or_the_gp_on_numbers_alone():
    for rule in judge(person(before=()), ALL_ON, CLOSE).breaches:
        done = opened(person(before=()), rule.rule, CLOSE)
        words = " ".join(say_alert(done.fields))
        assert rule.severity != "critical" and "111" not in words and "GP" not in words, rule.rule


# ---- first watched only ----


def test_in_a_new_home_rules_list_without_calling_anybody_but_for_red_flags_limit_and_thickness():
    facts = person(*in_trouble().entries, plan={"limit_ml": 600, "iddsi_level": 2}, home_started=at("07:00", date(2026, 11, 10)))
    found = {done.rule.removeprefix("hydration."): done.pages for done in steps(facts, (), CLOSE, Values())}
    assert {rule for rule, pages in found.items() if pages} == EVERYBODY | {"red_flag_low_intake"}
    assert "nothing_drunk_8h" in found


def test_later_only_the_rules_that_go_on_by_themselves_call_people():
    facts = fresh(entry("08:00"), home_started=at("07:00", date(2026, 1, 1)))
    found = {done.rule.removeprefix("hydration."): done.pages for done in steps(facts, (), at("16:30"), Values())}
    assert found == {"no_offer": False, "nothing_drunk_6h": False, "nothing_drunk_8h": True, "behind_pace": False}


def test_a_rule_put_off_by_a_manager_says_nothing():
    off = Values([{"record": "r", "fields": {"name": "rule.hydration.nothing_drunk_8h", "value": {"switch": "off", "until": "2026-12-01"}, "from": "2026-11-01"}}])
    assert "nothing_drunk_8h" not in breached(fresh(entry("08:00")), at("16:30"), off)


def test_a_nudge_calls_nobody_even_when_it_is_on():
    assert breach(fresh(entry("08:00")), "hydration.no_offer", at("11:00")).pages is False


def test_a_homes_own_number_is_used_and_its_version_kept():
    own = Values([{"record": "mine", "fields": {"name": "hydration.nothing_drunk_urgent_minutes", "value": 300, "from": "2026-11-01"}}])
    found = breach(fresh(entry("08:00")), "hydration.nothing_drunk_8h", at("13:00"), own)
    assert (found.happened_at, found.threshold_version, found.facts["minutes"]) == (at("13:00"), "mine", 300)
    assert breach(fresh(entry("08:00")), "hydration.nothing_drunk_8h", at("16:00"), Values()).threshold_version == "default"


# ---- when to look again ----


def looks(facts, now):
    return judge(facts, ALL_ON, now).next_look


def test_silence_is_looked_at_when_each_clock_runs_out_at_each_check_and_at_the_close():
    facts, seen, now = fresh(entry("08:00")), [], at("08:00")
    while (now := looks(facts, now)) is not None:
        seen.append(now)
    assert seen == [at(clock) for clock in ("11:00", "14:00", "16:00", "17:00")] + [CLOSE]


def test_every_breach_that_silence_makes_is_found_at_one_of_these_looks():
    facts, now, found = fresh(entry("08:00", "refused")), at("08:00"), {}
    while (now := looks(facts, now)) is not None:
        for each in judge(facts, ALL_ON, now).breaches:
            found.setdefault((each.rule, each.happened_at), now)
    assert found and all(happened == seen for (_, happened), seen in found.items())


def test_the_end_of_an_absence_is_a_time_to_look():
    away = Absence("a", at("09:00"), at("12:34"), at("09:00"), at("09:00"))
    assert looks(fresh(entry("08:00"), absences=(away,)), at("10:00")) == at("12:34")


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 24), 25), (date(2026, 3, 28), 23)])
def test_the_day_closes_at_7am_on_the_nights_when_clocks_change(day, hours):
    starts = datetime.fromisoformat(f"{day}T07:00:00+{'01' if hours == 25 else '00'}:00")
    closes = starts + timedelta(hours=hours)
    facts = Facts("edith", day, plan={**PLAN, "monitored_from": "2026-01-01"})
    assert "low_at_close" not in breached(facts, closes - SECOND)
    assert "low_at_close" in breached(facts, closes)
    assert breach(facts, "hydration.low_at_close", closes).happened_at == closes
