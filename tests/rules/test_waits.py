"""Forms may reach 100 % while nobody comes sooner: whether people wait less is counted over the shifts that were drawn."""

from __future__ import annotations

import pytest

from sync.rules.triggers import by_default
from sync.rules.waits import counted, unchanged, waited

SAMPLES = [{"shift": f"2026-01-{day:02d}/day", "unit": "Willow"} for day in range(1, 15)]


def form(day: int, *minutes: float, unit: str = "Willow", **more):
    return {"shift": f"2026-01-{day:02d}/day", "unit": unit, "delays": [{"minutes": each} for each in minutes], **more}


def test_a_wait_is_longer_than_the_homes_standard_or_rush_or_a_need_that_was_not_met():
    assert waited(form(1, 11), 10) and not waited(form(1, 10), 10) and not waited(form(1), 10)
    assert waited(form(1, rushed_support=True), 10) and waited(form(1, unmet_need="yes"), 10)
    assert not waited(form(1, rushed_support="no", unmet_need=False), 10)
    assert not waited({"delays": ["odd", {"minutes": "long"}]}, 10), "what another program wrote stops nothing"


def test_only_drawn_shifts_count_and_each_once():
    forms = [form(1, 20), form(1), form(2), form(3, 20, unit="Rowan"), form(20, 30)]
    assert counted(forms, SAMPLES, by_default) == (1, 2)
    assert counted([form(3, 20, unit="Rowan")], [{"shift": "2026-01-03/day"}], by_default) == (1, 1), "a draw of the whole home"


@pytest.mark.parametrize(
    ("before", "now", "still"),
    [
        ((7, 7), (14, 14), True),
        ((7, 7), (11, 14), True),
        ((7, 7), (10, 14), False),
        ((7, 7), (2, 14), False),
        ((0, 5), (3, 14), True),
        ((0, 0), (3, 14), True),
        ((0, 0), (2, 14), False),
        ((7, 7), (0, 0), False),
    ],
)
def test_people_wait_as_before_unless_clearly_fewer_do(before, now, still):
    assert unchanged(before, now, by_default) is still
