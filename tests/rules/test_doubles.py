"""The same drink on two tablets: who is asked about, what counts meanwhile, and that no order of arrival changes it."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.rules.doubles import Drink, pair, suspected, total

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
