"""Missing checks by hour, and whether alerts are still heard."""

from __future__ import annotations

from server import clock
from tests.api.test_pages_records import alert, state  # noqa: F401
from tests.harness.apps import rfc3339

HOUR = 3_600_000


def test_a_window_without_an_entry_is_missing_in_the_hour_in_which_it_was_due_and_names_whose(home, priya):
    joan, edith = home.resident("Joan Whitcombe", unit="Willow"), home.resident("Edith Vane", unit="Rowan")
    since = rfc3339(clock.now_ms() - 3 * 24 * HOUR)
    for person in (joan, edith):
        state(home, "hydration_plan", {"resident": str(person), "monitoring": True, "monitored_from": since, "monitoring_reason": "Low"}, ago=3 * 24 * 60)
    page = priya.open("/missing")
    assert page.status == 200 and "2 of 2 missing" in page.text and f"/residents/{joan}" in page.links()
    willow = priya.open("/missing?unit=Willow")
    assert "1 of 1 missing" in willow.text and "Edith Vane" not in willow.text
    assert priya.open("/missing?view=night&unit=Nowhere").status == 200


def test_nobody_on_monitoring_has_no_checks_planned(home, priya):
    home.resident("Joan Whitcombe", unit="Willow")
    assert "No checks planned" in priya.open("/missing").text


def test_the_page_of_figures_counts_what_called_somebody(home, priya, alert):  # noqa: F811
    page = priya.open("/alerts/fatigue")
    assert page.status == 200 and "1 alerts. 100% led to no action." in page.text
    assert "/alerts/fatigue" in priya.open("/overview").links()
