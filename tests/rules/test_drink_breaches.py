"""What one entry breaches: the vectors by which the tablet's stops and the server's alerts are held to each other."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from sync.days import care_day
from sync.facts import Absence, Entry, Facts
from sync.rules import catalogue, judging
from sync.rules.scene import Scene
from sync.thresholds import Values
from tests.rules.care import DAY, at, entry

VECTORS = Path(__file__).parents[1] / "vectors"
CASES, DRY = (json.loads((VECTORS / f"{name}.json").read_text())["cases"] for name in ("drink_breaches", "nothing_drunk"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_entry_breaches(case):
    said = case["entry"]
    now = entry("15:00", said["outcome"], said.get("drunk_ml"), id="now", iddsi_level=said.get("iddsi_level"), red_flags=tuple(said.get("red_flags", ())))
    before = tuple(entry(f"{8 + place:02d}:00", ml=ml, id=str(place)) for place, ml in enumerate(case["before_ml"]))
    scene = Scene(Facts("edith", DAY, plan=case["plan"], entries=(*before, now)), Values(), at("15:01"))
    rules = (judging.over_limit, judging.thickness, judging.red_flags)
    found = {each.rule for rule in rules for each in rule(scene) if each.facts["entry"] == "now"}
    assert sorted(name.removeprefix("hydration.") for name in found) == case["want"]


def dry(case, values: Values = Values()):
    """When the time was up, as a vector of nothing drunk has it."""
    when = datetime.fromisoformat
    now = when(case["now"])
    entries = tuple(
        Entry(str(place), each["outcome"], when(each["occurred_at"]), now, now, drunk_ml=each.get("drunk_ml")) for place, each in enumerate(case["entries"])
    )
    absences = tuple(Absence("away", when(start), when(end), now, now) for start, end in case["excused"])
    scene = Scene(Facts("edith", care_day(now), plan=case["plan"], entries=entries, absences=absences), values, now)
    return [each.happened_at for each in judging.nothing_drunk(scene) if each.rule == catalogue.NOTHING_DRUNK_8H and each.ended is None]


@pytest.mark.parametrize("case", DRY, ids=lambda case: case["name"])
def test_nothing_was_drunk_for_8_waking_hours(case):
    assert dry(case) == ([datetime.fromisoformat(case["want"])] if case["want"] else [])
