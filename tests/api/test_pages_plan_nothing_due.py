"""A home in which nobody drank too little for weeks, or nobody had an appointment: it may close, where its records show that, and it
is never told as 100 %."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from server.records import intake
from sync import days
from tests.api.test_pages_plan import TODAY, reviewed, status, told
from tests.api.test_pages_records import state

DAY_MINUTES = 24 * 60
POOR, GOOD = [(14, 20), (15, 20)] * 10, [(20, 20), (19, 20)] * 30
SHOWN = "No low intake and no red flag in 56 days. 97% of drink checks were recorded on time, and at least 1 person was on monitoring each day. This is no figure of 100%: whoever reviews decides whether it is enough."


AGO = 63 * DAY_MINUTES


@pytest.fixture
def watched(home):
    """Edith's plan, which puts her on monitoring."""
    edith = state(home, "resident", {"preferred_name": "Edith Vane", "unit": "Willow", "room": "3"}, ago=AGO + DAY_MINUTES)
    return state(home, "hydration_plan", {"resident": str(edith), "monitoring": True, "monitored_from": "2026-01-01"}, ago=AGO)


@pytest.fixture
def quiet(home, nina, watched):
    """An action of nine weeks ago on both measures of hydration; checks on time since, and nobody low."""
    fields = {
        "status": "open", "risk": "high", "quality_area": "care_planning", "baseline_issue": "Charts have gaps", "owner": str(nina.person.id),
        "measures": ["complete_monitoring", "timely_escalation"], "target": {"percent": 95}, "difference_for_people": "Drinks come without asking",
        "corrective_action": "The senior carer checks every chart at 2pm", "due_on": TODAY.isoformat(),
        "evidence_required": [{"id": "a", "what": "Spot check", "category": "processes"}, {"id": "b", "what": "What people say", "category": "experience"}],
    }  # fmt: skip
    at = f"/plan/{state(home, 'improvement_action', fields, ago=AGO)}"
    told(home, "complete_monitoring", POOR + GOOD)
    told(home, "timely_escalation", [(0, 0)] * 80)
    return at


def test_an_action_closes_on_complete_records_with_nobody_low_and_the_review_says_so_openly(home, nina, sue, quiet):
    assert SHOWN in sue.open(quiet).text and SHOWN in sue.open(f"{quiet}/review").text
    page = reviewed(sue, quiet, "close", ("strong", "strong"))
    assert "The action is closed." in page.text and status(home, quiet) == "closed", page.text[:2000]
    one = sue.open(quiet).text
    assert SHOWN in one.partition("Reviews")[2] and "Timely escalation: 100%" not in one
    assert reviewed(sue, quiet, "lasted").status == 200, "and on the day of its check it has lasted by the same records"


def test_it_does_not_close_without_the_evidence_that_was_named(home, sue, quiet):
    assert reviewed(sue, quiet, "close", ("strong", "weak")).status == 400 and status(home, quiet) == "open"


def test_a_few_that_were_each_decided_in_time_are_told_as_few_and_kept_as_no_share(home, sue, quiet):
    told(home, "timely_escalation", [(0, 0)] * 70 + [(1, 1)] * 3 + [(0, 0)] * 7)
    few = "3 times low intake or a red flag in 56 days, each decided about in time: too few days for the chart to show a change."
    assert few in sue.open(quiet).text
    reviewed(sue, quiet, "close", ("strong", "strong"))
    reviews = sue.open(quiet).text.partition("Reviews")[2]
    assert few in reviews and "So few are no share" in reviews and "Timely escalation: 100%" not in reviews and status(home, quiet) == "closed"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("gaps", "94% of drink checks were recorded on time, and 95% are needed."),
        ("fewer", "On some days nobody was on monitoring. Fewer people are on monitoring than on the first of these days."),
        ("put_off", "A rule that finds low intake was put off."),
        ("short", "They need 56 days with figures since the action began, and have 20."),
        ("missed", ""),
    ],
)
def test_where_records_cannot_show_it_the_action_stays_open_and_the_page_says_what_they_lack(home, nina, sue, quiet, watched, change, says):
    if change == "gaps":
        told(home, "complete_monitoring", POOR + [(19, 20)] * 20 + [(18, 20)] * 10 + [(19, 20)] * 30)
    elif change == "fewer":
        state(home, "hydration_plan", {"monitored_until": (TODAY - timedelta(days=10)).isoformat()}, record=watched)
    elif change == "put_off":
        off = {"name": "rule.hydration.low_at_close", "value": {"switch": "off", "until": TODAY.isoformat()}, "from": (TODAY - timedelta(days=20)).isoformat(), "reason": "x"}
        state(home, "threshold", {**off, "proposed_by": str(nina.person.id), "approved_by": str(sue.person.id)})
    elif change == "short":
        told(home, "timely_escalation", [(0, 0)] * 20)
    else:
        told(home, "timely_escalation", [(0, 0)] * 60 + [(0, 1)] + [(0, 0)] * 19)
    page = sue.open(quiet).text
    assert "No low intake" not in page and (not says or f"The records cannot show yet that there was nothing to judge. {says}" in page), page
    blocked = reviewed(sue, quiet, "close", ("strong", "strong"))
    assert blocked.status == 400 and "The target is not met over the last 14 days for each measure." in blocked.text and status(home, quiet) == "open"


# ---- appointments, and nobody on monitoring ----


def action(home, nina, *measures: str) -> str:
    """The address of an action of nine weeks ago on these measures."""
    fields = {
        "status": "open", "risk": "high", "quality_area": "care_planning", "baseline_issue": "Outcomes are missing", "owner": str(nina.person.id),
        "measures": list(measures), "target": {"percent": 95}, "difference_for_people": "People know what was advised",
        "corrective_action": "The duty manager looks at the appointments each day", "due_on": TODAY.isoformat(),
        "evidence_required": [{"id": "a", "what": "Records", "category": "processes"}, {"id": "b", "what": "What people say", "category": "experience"}],
    }  # fmt: skip
    return f"/plan/{state(home, 'improvement_action', fields, ago=AGO)}"


def checked(home, days_ago: range) -> None:
    """The daily check of appointments, done on these days."""
    for ago in days_ago:
        on = TODAY - timedelta(days=ago)
        begins, due = (days.care_day_bounds(each, "Europe/London")[0].isoformat() for each in (on, on + timedelta(days=1)))
        fields = {"what": "appointment_check", "role": "care_coordinator", "from": begins, "due_at": due, "done_at": due}
        home.append(intake.Statement(record=(id_ := uuid.uuid4()), id=id_, kind="duty", fields=fields, occurred_ms=days.to_ms(days.care_day_bounds(on, "Europe/London")[0])), origin="system")


def test_an_action_on_appointments_closes_after_weeks_without_one_where_somebody_looked_each_day_and_people_say_that_it_is_better(home, nina, sue):
    at = action(home, nina, "appointment_follow_up")
    told(home, "appointment_follow_up", [(1, 2)] * 10 + [(0, 0)] * 58, until=TODAY - timedelta(days=3))
    checked(home, range(3, 62))
    said = "No appointment fell due in 56 days. The daily check of appointments was done on 56 of 56 days. This is no figure of 100%: whoever reviews decides whether it is enough."
    assert said in sue.open(at).text
    for weighed in (("strong", "weak"), ("strong", "against")):
        assert reviewed(sue, at, "close", weighed).status == 400 and status(home, at) == "open"
    page = reviewed(sue, at, "close", ("strong", "strong"))
    assert "The action is closed." in page.text and status(home, at) == "closed", page.text[:1500]
    assert said in sue.open(at).text.partition("Reviews")[2]


def test_weeks_without_an_appointment_for_which_nobody_looked_show_nothing(home, nina, sue):
    at = action(home, nina, "appointment_follow_up")
    told(home, "appointment_follow_up", [(1, 2)] * 10 + [(0, 0)] * 58, until=TODAY - timedelta(days=3))
    checked(home, range(3, 40))
    assert "The daily check of appointments was done on 37 of 56 days. At most 10% of the days may lack it." in sue.open(at).text
    assert reviewed(sue, at, "close", ("strong", "strong")).status == 400 and status(home, at) == "open"


def test_where_nobody_is_on_monitoring_any_more_the_page_says_for_how_many_it_ended_and_the_action_may_close(home, nina, sue, watched):
    at = action(home, nina, "complete_monitoring", "timely_escalation")
    state(home, "hydration_plan", {"monitored_until": (TODAY - timedelta(days=60)).isoformat()}, record=watched, ago=60 * DAY_MINUTES)
    told(home, "complete_monitoring", [(14, 20)] * 20 + [(0, 0)] * 58)
    told(home, "timely_escalation", [(0, 0)] * 78)
    page = sue.open(at).text
    watch = "1 person was on monitoring when the action began. Left the home since: 0. Monitoring ended: 1."
    assert f"No drink check fell due in 56 days. {watch}" in page, page
    assert f"No low intake and no red flag in 56 days. Nobody was on monitoring on these days, and low intake is judged of no one else. {watch}" in page
    assert "The action is closed." in reviewed(sue, at, "close", ("strong", "strong")).text
