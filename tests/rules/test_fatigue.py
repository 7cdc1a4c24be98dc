"""How many alerts reach people, how many led to anything, and whose threshold is worth a second look."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync.kinds.alert import STATUSES
from sync.rules.fatigue import BUNDLE_MS, CAPS, figures, may_wait, not_before

MINUTE = 60_000

TOLD, NOBODY = [{"role": "senior_carer", "reached": True}], [{"role": "senior_carer", "reached": False}]


def alert(rule="hydration.behind_pace", subject="joan", status="resolved", told=TOLD, outcome="no_action"):
    return {"rule": rule, "subject": subject, "status": status, "told": told, "outcome": outcome}


def test_a_rule_that_calls_often_for_one_person_and_leads_to_nothing_asks_for_a_review():
    noisy = [("2026-11-22/day", alert()) for _ in range(5)]
    acted = [("2026-11-22/night", alert(subject="edith", outcome="advice_taken")) for _ in range(5)]
    found = figures([*noisy, *acted, ("2026-11-22/day", alert(told=NOBODY))], manager_hours=20)
    assert (found.alerts, found.acted, found.without_action, found.per_hour) == (10, 5, 50, 0.5)
    assert found.shifts == {"2026-11-22/day": 5, "2026-11-22/night": 5}
    assert found.reviews == [("hydration.behind_pace", "joan", 5, 0)]


def test_without_managers_hours_there_is_no_figure_per_hour_and_no_alert_is_no_share():
    found = figures([], 0)
    assert found.per_hour is None and found.without_action == 0 and found.reviews == []


@given(st.lists(st.builds(alert, status=st.sampled_from(STATUSES), subject=st.sampled_from("ab"), told=st.sampled_from([TOLD, NOBODY]))))
def test_the_parts_add_up_to_the_whole(alerts):
    found = figures([("2026-11-22/day", each) for each in alerts], 8)
    assert sum(found.shifts.values()) == sum(count for _, count, _ in found.rules) == found.alerts >= found.acted
    assert sum(acted for *_, acted in found.rules) == found.acted


@given(st.lists(st.integers(0, 4 * 60 * MINUTE), max_size=120).map(sorted))
def test_no_device_is_called_more_often_than_the_caps_allow_and_nothing_waits_for_ever(arrivals):
    calls: list[int] = []
    for at in arrivals:
        wanted = not_before(calls, at)
        assert at <= wanted <= at + CAPS[-1][1]
        calls = sorted({*calls, wanted})
    for most, within in CAPS:
        assert all(later - sooner >= within for sooner, later in zip(calls, calls[most:], strict=False))
    assert all(later - sooner >= BUNDLE_MS for sooner, later in zip(calls, calls[1:], strict=False))


def test_a_person_in_danger_and_what_is_critical_wait_for_nobody():
    assert may_wait(alert()) and not may_wait({"rule": "hydration.very_low_day", "severity": "critical"})
    assert not may_wait({"rule": "hydration.red_flag", "severity": "urgent"})
