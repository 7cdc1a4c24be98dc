"""What one entry breaches: the vectors by which the tablet's stops and the server's alerts are held to each other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sync.facts import Facts
from sync.rules import judging
from sync.rules.scene import Scene
from sync.thresholds import Values
from tests.rules.care import DAY, at, entry

CASES = json.loads((Path(__file__).parents[1] / "vectors" / "drink_breaches.json").read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_entry_breaches(case):
    said = case["entry"]
    now = entry("15:00", said["outcome"], said.get("drunk_ml"), id="now", iddsi_level=said.get("iddsi_level"), red_flags=tuple(said.get("red_flags", ())))
    before = tuple(entry(f"{8 + place:02d}:00", ml=ml, id=str(place)) for place, ml in enumerate(case["before_ml"]))
    scene = Scene(Facts("edith", DAY, plan=case["plan"], entries=(*before, now)), Values(), at("15:01"))
    rules = (judging.over_limit, judging.thickness, judging.red_flags)
    found = {each.rule for rule in rules for each in rule(scene) if each.facts["entry"] == "now"}
    assert sorted(name.removeprefix("hydration.") for name in found) == case["want"]
