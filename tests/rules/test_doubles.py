"""The same drink on two tablets: who is asked about, what counts meanwhile, and that no order of arrival changes it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.alert_words import say_alert
from sync.facts import Facts
from sync.rules.doubles import Drink, pair, suspected, total
from tests.rules.care import ALL_ON, CLOSE, DAY, at, breach, entry, full_day, iso, judge, opened, person, step, written

VECTORS = json.loads(Path(__file__).parents[1].joinpath("vectors", "doubles.json").read_text(encoding="utf-8"))["cases"]
TWO_MINUTES = 120_000


def drink(said: dict) -> Drink:
    at_ms = round(datetime.fromisoformat(said["occurred_at"]).timestamp() * 1000)
    return Drink(said["id"], at_ms, said["drink"], said["ml"], said["device"])


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_the_examples_that_tablet_and_server_share(case):
    drinks, within_ms = [drink(each) for each in case["drinks"]], case["minutes"] * 60_000
    decided = {pair(*each) for each in case["decided"]}
    sum_ = total(drinks, within_ms, decided)
    assert {
        "pairs": sorted(map(list, suspected(drinks, within_ms, decided))),
        "least_ml": sum_.least_ml,
        "most_ml": sum_.most_ml,
        "to_check": sum_.to_check,
    } == case["want"]


DRINKS = st.lists(
    st.builds(
        lambda at, ml, what, device: (at * 1000, what, ml, device),
        st.integers(0, 600), st.sampled_from([0, 150, 200]), st.sampled_from(["tea", None]), st.sampled_from(["a", "b", "c"]),
    ),
    max_size=12,
).map(lambda rows: [Drink(f"{place:02}", *row) for place, row in enumerate(rows)])  # fmt: skip


@given(DRINKS, st.randoms(use_true_random=False), st.data())
def test_no_order_of_arrival_changes_what_is_asked_or_counted(drinks, luck, data):
    every = [pair(a.id, b.id) for a, b in combinations(drinks, 2)]
    decided = set(data.draw(st.lists(st.sampled_from(every), max_size=5))) if every else set()
    mixed = list(drinks)
    luck.shuffle(mixed)
    assert suspected(mixed, TWO_MINUTES, decided) == suspected(drinks, TWO_MINUTES, decided)
    assert total(mixed, TWO_MINUTES, decided) == total(drinks, TWO_MINUTES, decided)


@given(DRINKS)
def test_the_pairs_are_those_that_comparing_everything_with_everything_finds(drinks):
    by_hand = {
        pair(a.id, b.id)
        for a, b in combinations(drinks, 2)
        if a.ml > 0 and (a.ml, a.drink) == (b.ml, b.drink) and a.device != b.device and abs(a.at_ms - b.at_ms) <= TWO_MINUTES
    }
    assert suspected(drinks, TWO_MINUTES) == by_hand


@given(DRINKS, st.data())
def test_the_truth_lies_between_the_least_and_the_most_and_deciding_all_ends_the_question(drinks, data):
    found = total(drinks, TWO_MINUTES)
    assert found.most_ml == sum(each.ml for each in drinks)
    assert 0 <= found.least_ml <= found.most_ml
    assert (found.to_check == 0) == (found.least_ml == found.most_ml)
    assert (found.to_check == 0) == (not suspected(drinks, TWO_MINUTES))
    after = total(drinks, TWO_MINUTES, suspected(drinks, TWO_MINUTES))
    assert (after.least_ml, after.to_check) == (found.most_ml, 0)


@given(DRINKS)
def test_every_entry_of_a_double_is_one_that_the_pairs_name(drinks):
    named = {id_ for each in suspected(drinks, TWO_MINUTES) for id_ in each}
    assert set(total(drinks, TWO_MINUTES).doubtful) <= named


# ---- asked at shift end ----

RULE = "hydration.double_undecided"


def twice(**more) -> Facts:
    """The same mug of tea on two tablets at 9am, and a day that is otherwise well recorded."""
    pair_ = (entry("09:00", ml=200, id="1", device="a"), entry("09:01", ml=200, id="2", device="b"))
    return replace(person(*pair_, *full_day(DAY)), **more)


def test_at_the_end_of_the_shift_somebody_is_asked_about_a_double_and_not_before():
    assert breach(twice(), RULE, at("19:59")) is None
    found = breach(twice(), RULE, at("20:00"))
    assert found.happened_at == at("20:00") and found.severity == "nudge" and not found.pages
    assert (found.facts["to_check"], found.facts["last_at"]) == (1, iso(at("09:01")))
    assert found.facts["drunk_up_to_ml"] - found.facts["drunk_ml"] == 200


def test_a_double_of_the_night_is_asked_about_when_the_care_day_closes():
    night = (entry("23:00", ml=200, id="1", device="a"), entry("23:01", ml=200, id="2", device="b"))
    facts = person(*night, *full_day(DAY))
    assert breach(facts, RULE, at("06:59")) is None and breach(facts, RULE, CLOSE).happened_at == CLOSE


def test_nobody_is_asked_about_what_was_decided_before_the_shift_ended():
    decided = twice(decided=frozenset({pair("1", "2")}))
    assert breach(decided, RULE, at("20:30")) is None


def test_the_rules_look_again_when_the_shift_ends_although_nothing_arrives():
    assert judge(twice(), ALL_ON, at("19:30")).next_look <= at("20:00")


@pytest.mark.parametrize("ended", ["decided", "struck out"])
def test_a_decision_takes_the_question_back_however_late_it_comes(ended):
    alert = opened(twice(), RULE, at("20:00"))
    facts = twice(decided=frozenset({pair("1", "2")}))
    if ended == "struck out":
        facts = replace(twice(), entries=tuple(each for each in twice().entries if each.id != "2"))
    done = step(facts, (alert,), at("23:00"), RULE)
    assert (done.kind, done.fields["status"], done.fields["reason"]) == ("withdraw", "withdrawn", "decided")
    # Taken back or put back, the question stands again.
    again = step(twice(), (written(done, alert, now=at("23:00")),), at("23:30"), RULE)
    assert again.kind == "reopen"


def test_the_question_says_how_many_and_between_what_and_what():
    said = say_alert(opened(twice(), RULE, at("20:00")).fields)
    assert "1 to check" in said.says and "9:01am" in said.says and " to " in said.says
    assert said.title == "Drinks to check: may be the same drink twice"


@given(st.permutations(range(9)))
def test_any_order_of_entries_asks_the_same_question(order):
    entries = twice().entries
    mixed = tuple(entries[at_] for at_ in order if at_ < len(entries)) + entries[9:]
    assert judge(replace(twice(), entries=mixed), ALL_ON, at("20:30")) == judge(twice(), ALL_ON, at("20:30"))
