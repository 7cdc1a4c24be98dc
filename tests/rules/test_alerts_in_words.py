"""What people read about an alert: a title, one sentence with its numbers, what to do next; and nothing left unfilled."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from sync.alert_words import say_alert, say_span
from sync.alerts import judge
from sync.facts import Facts
from sync.messages import section, word
from sync.rules.catalogue import EVERY_RULE, RULES
from tests.rules.care import ALL_ON, BEFORE, CLOSE, DAY, at, entry, full_day, opened, person

YESTERDAY = DAY - timedelta(days=1)
LAST_NIGHT = entry("21:00", day=YESTERDAY)
LOW_DAYS = (*full_day(YESTERDAY, 50), *full_day(DAY, 50))
REFUSED = tuple(entry(clock, "refused") for clock in ("08:30", "10:30", "12:30"))
PLAN = {"limit_ml": 600, "iddsi_level": 2}

SCENES: list[tuple[str, Facts, object]] = [
    ("a morning without much", person(entry("08:00", "refused"), entry("09:00"), entry("10:30", "not_observed"), *REFUSED, before=(*BEFORE, LAST_NIGHT)), at("17:30")),
    ("nothing written down", person(before=()), CLOSE),
    ("two low days", person(*LOW_DAYS, before=()), CLOSE),
    ("two low days, one tablet silent", person(*LOW_DAYS, before=(), silent=("t",)), CLOSE),
    ("everything at once", person(entry("08:00", ml=700, iddsi_level=0, red_flags=("choking",)), entry("09:00", red_flags=("seizure",)), plan=PLAN), at("14:00")),
    ("doubles", person(entry("08:00", ml=100, device="a"), entry("08:01", ml=100, device="b"), *full_day(DAY, 50)), CLOSE),
    ("by a tube, without a figure", person(plan={"route": "peg", "target_ml": None}), at("14:00")),
    ("a low day before and a red flag", person(entry("08:00", red_flags=("choking",)), before=full_day(YESTERDAY, 100)), at("08:30")),
]


@pytest.mark.parametrize(("facts", "now"), [scene[1:] for scene in SCENES], ids=[scene[0] for scene in SCENES])
def test_every_sentence_is_filled_from_what_is_known(facts, now):
    for breach in judge(facts, ALL_ON, now).breaches:
        said = say_alert(opened(facts, breach.rule, now).fields)
        for words in said:
            assert words and "?" not in words and "{" not in words and "None" not in words, (breach.rule, words)


def test_the_scenes_above_speak_of_every_rule():
    assert {each.rule for _, facts, now in SCENES for each in judge(facts, ALL_ON, now).breaches} == set(RULES)


def test_a_sentence_says_the_numbers_as_people_write_them():
    facts = person(entry("09:00", ml=399), entry("10:30", "refused"), entry("12:30", "refused"))
    assert say_alert(opened(facts, "hydration.behind_pace", at("14:00")).fields).says == (
        "Drunk 399ml by 2pm; about 800ml was expected by then. The day's target is 1,600ml."
    )


def test_a_second_warning_sign_does_not_hide_the_first():
    facts = person(entry("08:00", red_flags=("choking",)), entry("09:00", red_flags=("seizure",)))
    says = say_alert(opened(facts, "hydration.red_flag", at("10:00")).fields).says
    assert word("app.drink.red.choking", "choking") in says and word("app.drink.red.seizure", "seizure") in says


def test_even_on_an_incomplete_chart_a_warning_sign_keeps_its_call_for_help():
    facts = person(entry("08:00", red_flags=("choking",)), before=())
    said = say_alert(opened(facts, "hydration.red_flag_low_intake", at("15:00")).fields)
    assert "999" in said.next


def test_every_reason_and_every_rule_has_its_words():
    rules = {f"{stream}.{name}": words for stream, said in section("alerts.rules").items() for name, words in said.items()}
    assert set(rules) == set(EVERY_RULE)
    assert all({"title", "says", "next"} <= set(words) for words in rules.values())
    assert set(section("alerts.next")) <= set(section("alerts.reasons"))


def test_an_alert_older_than_these_words_is_still_readable():
    said = say_alert({"rule": "hydration.behind_pace", "facts": {}})
    assert said.title and "?" in said.says


@pytest.mark.parametrize(("minutes", "said"), [(180, "3 hours"), (60, "1 hour"), (90, "1 hour 30 minutes"), (45, "45 minutes")])
def test_spans_are_said_in_hours_and_minutes(minutes, said):
    assert say_span(minutes) == said


def test_no_sentence_about_an_alert_names_anybody():
    assert "{name}" not in json.dumps(section("alerts")) and "{resident}" not in json.dumps(section("alerts"))
