"""What a shift's records propose to the senior carer: the vectors that the tablet reads too, and what must hold for any shift."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.days import LONDON
from sync.facts import Absence, Entry, Facts
from sync.rules.scene import Scene
from sync.rules.shift_check import day_of, propose
from sync.thresholds import Values
from tests.rules.care import DAY, at, entry, person

FILE = Path(__file__).parents[1] / "vectors" / "shift_check.json"
CASES = json.loads(FILE.read_text())["cases"] if FILE.exists() else []


def proposed(zone: str, case: dict[str, Any], values: Values = Values()) -> dict[str, Any]:
    """What the rule says of a vector, in the form of the vectors."""
    when = datetime.fromisoformat
    entries = tuple(
        Entry(
            id=each["id"], outcome=each["outcome"], occurred=when(each["occurred_at"]), recorded=when(each["recorded_at"]),
            received=when(each["recorded_at"]), drunk_ml=each.get("drunk_ml"), reason=each.get("reason"),
        )
        for each in case["entries"]
    )  # fmt: skip
    absences = tuple(Absence("away", when(start), when(end), when(start), when(start)) for start, end in case["excused"])
    facts = Facts(
        "edith", day_of(case["shift"]), zone, plan=case["plan"], person=case["person"], entries=entries, absences=absences
    )  # fmt: skip
    said = propose(Scene(facts, values, when(case["now"])), case["shift"])
    return {**vars(said), "gaps": list(said.gaps)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_records_of_a_shift_propose(case):
    assert proposed(LONDON, case) == case["want"]


OUTCOMES = st.sampled_from(["drank", "refused", "asleep", "given", "not_observed", "out"])
ENTRIES = st.lists(
    st.builds(lambda minute, outcome, late: (minute, outcome, late), st.integers(0, 1439), OUTCOMES, st.integers(0, 300)), max_size=12
)


@given(said=ENTRIES, hour=st.integers(8, 20))
def test_every_window_that_is_due_is_on_time_late_or_a_gap(said, hour):
    entries = tuple(
        Entry(
            id=str(place), outcome=outcome, occurred=at("07:00") + timedelta(minutes=minute), received=at("07:00"),
            recorded=at("07:00") + timedelta(minutes=minute + late), drunk_ml=150 if outcome == "drank" else None,
        )
        for place, (minute, outcome, late) in enumerate(said)
    )  # fmt: skip
    facts = person(*entries)
    found = propose(Scene(facts, Values(), at(f"{hour:02d}:00")), f"{DAY}/day")
    filled = found.windows_on_time + found.windows_late
    assert filled <= found.windows_due <= 5
    # A window with a cup that stands open may be filled by another entry and is a gap all the same.
    assert found.windows_due - filled <= len(found.gaps) <= found.windows_due
    assert (found.finding == "complete") <= (found.gaps == ())


@given(said=ENTRIES)
def test_both_shifts_of_a_day_together_answer_for_each_window_once(said):
    facts = person(*(entry("08:00", outcome, id=str(place)) for place, (_, outcome, _) in enumerate(said)))
    scene = Scene(facts, Values(), at("06:59"))
    both = [propose(scene, f"{DAY}/{shift}") for shift in ("day", "night")]
    assert sum(each.windows_due for each in both) == scene.chart(scene.end).due
