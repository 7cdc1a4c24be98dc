"""What a page says of days, hours and minutes is the home's own number, wherever the home may set one."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from tests.api.test_pages_plan import TODAY, one_database
from tests.api.test_pages_records import stamp, state

PAGES = [
    ("deployment.dependency_days", 14, "/audits/scores/deployment", "Was dependency scored in the last {n} days?", 28),
    ("deployment.dependency_days", 14, "/measures/compliant_deployment", "no older than this home allows, today {n} days.", 28),
    ("appointments.outcome_hours", 12, "/audits/scores/appointments", "Was the outcome recorded within {n} hours?", 24),
    ("appointments.outcome_hours", 12, "/measures/appointment_follow_up", "today {n} hours; actions listed", 24),
    ("appointments.allocate_hours", 8, "/measures/appointment_follow_up", "an owner and a date, today within {n} hours", 24),
    ("appointments.care_plan_hours", 48, "/measures/appointment_follow_up", "had to be, today within {n} hours", 72),
    ("hydration.bedside_minutes", 20, "/measures/complete_monitoring", "after the end of their time, today {n} minutes", 30),
    ("escalation.senior_minutes", 45, "/measures/timely_escalation", "today {n} minutes where a senior hears of it", 60),
    ("escalation.urgent_minutes", 20, "/measures/timely_escalation", "and {n} where it is urgent", 40),
    ("alerts.watch_days", 7, "/set-up", "call nobody for {n} days", 14),
]


def audited(home, template: str) -> uuid.UUID:
    """An audit of last week in which one entry was looked at."""
    source, question = {"deployment": ("dependency", "scored_lately"), "appointments": ("visits", "outcome_told")}[template]
    item = {"id": f"{source}-1", "source": source, "kind": "resident", "record": str(uuid.uuid4()), "because": []}
    answer = {"question": question, "source": source, "answer": "yes", "looked_at": 1, "misses": []}
    week = {"round": TODAY.isoformat(), "from": (TODAY - timedelta(days=7)).isoformat(), "to": (TODAY - timedelta(days=1)).isoformat()}
    said = {"template": template, "version": 1, **week, "drawn_at": stamp(60), "done_at": stamp(30), "sample": [item], "answers": [answer]}
    return state(home, "audit", said)


@one_database
@pytest.mark.parametrize(("name", "own", "page", "says", "default"), PAGES)
def test_a_page_says_the_homes_own_number_and_the_default_where_it_set_none(home, sue, name, own, page, says, default):
    if page.startswith("/audits"):
        assert says.format(n=default) in sue.open(f"/audits/{audited(home, page.rsplit('/', 1)[1])}").text
    assert says.format(n=default) in sue.open(page).text
    since = (TODAY - timedelta(days=1)).isoformat()
    state(home, "threshold", {"name": name, "value": own, "from": since, "owner": str(uuid.uuid4()), "reason": "Agreed with the GP"})
    assert says.format(n=own) in sue.open(page).text
