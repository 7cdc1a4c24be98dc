"""When nearly every drink of a unit's week is "all", the estimates look copied, and the nutrition lead is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.rules.copied import estimates
from sync.thresholds import Values

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CASES = json.loads((Path(__file__).parents[1] / "vectors" / "estimates_copied.json").read_text())["cases"]


def drank(fraction: float, basis: str = "estimated") -> dict[str, Any]:
    return {"outcome": "drank", "fraction": fraction, "basis": basis, "drunk_ml": round(200 * fraction)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_units_week_of_estimates(case):
    week = [drank(1)] * case["all"] + [drank(0.5)] * case["half"] + [drank(1, "measured")] * case["measured"]
    found = estimates(week, Values(), at=NOW)
    assert {"drinks": found.drinks, "percent": found.percent, "look_copied": found.look_copied} == case["want"]


def test_a_home_may_set_its_own_share():
    stricter = Values([{"record": "t", "fields": {"name": "hydration.copied_all_percent", "value": 70, "from": "2026-11-01", "unit_or_person": "Rowan"}}])
    week = [drank(1)] * 80 + [drank(0.5)] * 20
    assert estimates(week, stricter, at=NOW, unit="Rowan").look_copied
    assert not estimates(week, stricter, at=NOW, unit="Willow").look_copied


@given(st.lists(st.sampled_from([{"outcome": "refused"}, {"outcome": "given", "fraction": 1}, {"outcome": "drank", "drunk_ml": 150}]), max_size=80))
def test_what_nobody_estimated_never_looks_copied(week):
    assert estimates(week, Values(), at=NOW).drinks == 0
