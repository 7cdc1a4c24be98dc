"""Every number has a home-made value, a unit's or a person's, or its default; nothing out of bounds ever applies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sync.rules.catalogue import RULES, switched
from sync.thresholds import DEFAULT, THRESHOLDS, Values

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAME = "hydration.no_offer_minutes"


def record(value, since="2026-11-01", *, name=NAME, scope=None, id="t1", seq=1, **more):
    return {"record": id, "seq": seq, "heads": [id], "fields": {"name": name, "value": value, "from": since, "unit_or_person": scope}, **more}


def test_every_default_lies_inside_its_own_bounds_and_names_its_source():
    assert [each.name for each in THRESHOLDS.values() if not each.allows(each.default) or not each.source or not each.words] == []


def test_without_a_record_the_default_applies_and_says_so():
    assert Values().get(NAME, at=NOW) == (180, DEFAULT)


def test_the_newest_value_in_force_applies_and_names_its_record():
    values = Values([record(150, "2026-11-01", id="old"), record(120, "2026-11-20", id="new", seq=2), record(90, "2026-12-01", id="later", seq=3)])
    assert values.get(NAME, at=NOW) == (120, "new")
    assert values.get(NAME, at=NOW - timedelta(days=5)) == (150, "old")
    assert values.get(NAME, at=NOW - timedelta(days=60)) == (180, DEFAULT)


def test_a_value_comes_into_force_at_midnight_on_the_homes_clock():
    values = Values([record(150, "2026-07-01")])
    assert values.get(NAME, at=datetime(2026, 6, 30, 22, 59, tzinfo=UTC))[0] == 180
    assert values.get(NAME, at=datetime(2026, 6, 30, 23, 0, tzinfo=UTC))[0] == 150


def test_a_persons_value_stands_before_the_units_and_that_before_the_homes():
    values = Values([record(150, id="home"), record(120, scope="Willow", id="unit"), record(90, scope="edith", id="person")])
    assert values.get(NAME, "edith", "Willow", at=NOW) == (90, "person")
    assert values.get(NAME, "joan", "Willow", at=NOW) == (120, "unit")
    assert values.get(NAME, "joan", "Rowan", at=NOW) == (150, "home")
    assert values.get(NAME, at=NOW) == (150, "home")


@pytest.mark.parametrize("value", [59, 481, -1, 0, "180", None, True, float("nan"), [180], 10**30])
def test_a_value_out_of_bounds_never_applies(value):
    assert Values([record(150, "2026-10-01", id="good"), record(value, "2026-11-01", id="bad", seq=2)]).get(NAME, at=NOW) == (150, "good")


@pytest.mark.parametrize("value", [60, 480])
def test_a_value_at_its_bound_applies(value):
    assert Values([record(value)]).get(NAME, at=NOW)[0] == value


def proposed(by, second, value=150, name=NAME):
    made = record(value, name=name)
    made["fields"] |= {"proposed_by": by, "approved_by": second}
    return made


def test_a_proposal_waits_for_a_second_person_and_nobody_is_their_own():
    assert Values([proposed("sue", None)]).get(NAME, at=NOW)[0] == 180
    assert Values([proposed("sue", "sue")]).get(NAME, at=NOW)[0] == 180
    assert Values([proposed("sue", "helen")]).get(NAME, at=NOW)[0] == 150


def test_a_rule_turned_on_applies_at_once_and_one_put_off_waits():
    name = "rule.hydration.no_offer"
    assert Values([proposed("sue", None, "on", name)]).switch("hydration.no_offer", at=NOW)[0] == "on"
    for value in ("watch", {"switch": "off", "until": "2026-12-24"}):
        assert Values([proposed("sue", None, value, name)]).switch("hydration.no_offer", at=NOW)[0] is None


def test_a_signed_text_applies_and_one_too_short_to_help_does_not():
    text = "Shout for the nurse now. Cannot be woken: call 999."
    assert Values([record(text, name="texts.red_flag")]).get("texts.red_flag", at=NOW) == (text, "t1")
    for value in ("Call", " " * 40, 999, None):
        assert Values([record(value, name="texts.red_flag")]).get("texts.red_flag", at=NOW)[1] == DEFAULT


def test_a_struck_out_value_does_not_apply():
    assert Values([record(150, struck_out=True)]).get(NAME, at=NOW)[0] == 180


def test_a_time_of_day_is_checked_like_a_number():
    name = "hydration.first_check_at"
    assert Values([record("13:30", name=name)]).get(name, at=NOW)[0] == "13:30"
    for wrong in ("25:00", "1pm", "06:00", 13):
        assert Values([record(wrong, name=name)]).get(name, at=NOW)[0] == "14:00"


def test_which_change_comes_next_is_known():
    values = Values([record(150, "2026-11-01"), record(120, "2026-12-01", seq=2)])
    assert values.changes_after(NOW) == datetime(2026, 12, 1, tzinfo=UTC)
    assert Values().changes_after(NOW) is None


# ---- which rules call people ----


def setting(rule, values=None, *, days_old=200, incomplete=False):
    started = NOW - timedelta(days=days_old)
    return switched(RULES[f"hydration.{rule}"], values or Values(), person="edith", unit="Willow", at=NOW, started=started, incomplete=incomplete)[0]


BY_THEMSELVES = {"red_flag", "red_flag_low_intake", "nothing_drunk_8h", "low_two_days", "over_limit", "thickness"}
FROM_THE_FIRST_DAY = {"red_flag", "red_flag_low_intake", "over_limit", "thickness"}


@pytest.mark.parametrize("rule", [name.removeprefix("hydration.") for name in RULES])
def test_in_the_first_fourteen_days_rules_only_list_but_for_red_flags_limit_and_thickness(rule):
    assert setting(rule, days_old=13) == ("on" if rule in FROM_THE_FIRST_DAY else "watch")


@pytest.mark.parametrize("rule", [name.removeprefix("hydration.") for name in RULES])
def test_after_fourteen_days_the_named_rules_go_on_by_themselves_and_no_others(rule):
    assert setting(rule, days_old=14) == ("on" if rule in BY_THEMSELVES else "watch")


def test_two_low_days_go_on_by_themselves_only_with_a_complete_chart():
    assert setting("low_two_days", incomplete=True) == "watch"


def rule_record(value, rule, since="2026-11-01"):
    return record(value, since, name=f"rule.hydration.{rule}")


def test_a_manager_may_turn_a_rule_on_earlier():
    assert setting("no_offer", Values([rule_record("on", "no_offer")]), days_old=2) == "on"


def test_a_manager_may_put_a_rule_off_until_a_date():
    off = {"switch": "off", "until": "2026-11-25"}
    assert setting("nothing_drunk_8h", Values([rule_record(off, "nothing_drunk_8h")])) == "off"
    over = {"switch": "off", "until": "2026-11-22"}
    assert setting("nothing_drunk_8h", Values([rule_record(over, "nothing_drunk_8h")])) == "on"


def test_a_rule_put_off_without_an_end_applies_again_after_four_weeks():
    assert setting("nothing_drunk_8h", Values([rule_record("off", "nothing_drunk_8h", "2026-10-26")])) == "off"
    assert setting("nothing_drunk_8h", Values([rule_record("off", "nothing_drunk_8h", "2026-10-25T11:59:00+00:00")])) == "on"


def test_a_switch_that_says_nothing_known_is_no_switch():
    assert setting("nothing_drunk_8h", Values([rule_record("maybe", "nothing_drunk_8h")])) == "on"
