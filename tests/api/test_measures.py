"""The measures are kept from the records: each day once it is over, and openly again when something arrives late or is corrected."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest

from server import clock
from server.db import reading
from server.improvement import figuring
from server.improvement import store as plan_store
from server.people import store as people
from server.records import intake, rebuild
from sync import days
from sync.alerts import alert_id
from sync.measures import DEPLOYMENT, ESCALATION, FOLLOW_UP, MONITORING
from tests.api.test_pages_records import state
from tests.harness.apps import rfc3339
from tests.harness.visitor import Visitor

DAY = days.care_day(days.from_ms(clock.now_ms())) - timedelta(days=3)
STARTS = days.to_ms(days.care_day_bounds(DAY)[0])
HOUR_MS = 3_600_000
LATER = clock.now_ms() + 5 * 24 * HOUR_MS


def ms(hours: float) -> int:
    """Hours after the start of the care day, which is 7am."""
    return STARTS + round(hours * HOUR_MS)


def stated(home, kind: str, fields: dict, hours: float, **more):
    ago = (clock.now_ms() - ms(hours)) // 60_000
    return state(home, kind, fields, ago=ago, **more)


def keep(home, now_ms: int = LATER) -> None:
    with home.house.app.app_context():
        figuring.keep(people.home(home.id), now_ms)


def figure(home, measure: str, on: date = DAY):
    with home.house.app.app_context(), reading() as c:
        return plan_store.day(c, home.id, measure, on)


@pytest.fixture
def home(house):
    """A home that began the day before, so that few days have to be worked out."""
    made = house.home()
    made.sql(f"UPDATE home SET started_on = '{(DAY - timedelta(days=1)).isoformat()}'")
    return made


@pytest.fixture
def edith(home):
    edith = stated(home, "resident", {"preferred_name": "Edith Vane", "unit": "Willow", "room": "3"}, -30)
    stated(home, "hydration_plan", {"resident": str(edith), "monitoring": True, "monitored_from": "2026-01-01"}, -30)
    return edith


def test_a_day_is_counted_once_it_is_over_with_every_miss_and_late_and_corrected_records_change_it_openly(home, edith):
    tablet, ama = home.tablet(), home.staff()
    tablet.unlock(ama)
    drink = tablet.drink(edith, 200, occurred_at=rfc3339(ms(4)), recorded_at=rfc3339(ms(4)))
    tablet.sync([drink])
    keep(home)
    day, detail = figure(home, MONITORING)
    assert (day.numerator, day.denominator, day.changed) == (1, 7, False)
    assert [miss["about"]["window"] for miss in detail["misses"]] == ["waking", "12-14", "14-17", "17-20", "20-23", "night"]
    assert {miss["about"]["resident"] for miss in detail["misses"]} == {str(edith)}

    # Another tablet had it all the time, saved at the bedside, and only now finds the network.
    other = home.tablet("Willow 2")
    other.unlock(ama)
    other.sync([other.drink(edith, 150, occurred_at=rfc3339(ms(6)), recorded_at=rfc3339(ms(6)))])
    keep(home)
    day, _ = figure(home, MONITORING)
    assert (day.numerator, day.denominator, day.first, day.changed, day.changed_rows) == (2, 7, (1, 7), True, 1)

    # Written down days afterwards: it is in the late figure and never in the one on time.
    other.sync([other.drink(edith, 150, occurred_at=rfc3339(ms(8)))])
    keep(home)
    day, detail = figure(home, MONITORING)
    assert (day.numerator, day.in_the_end) == (2, 3)
    assert next(miss["missed"] for miss in detail["misses"] if miss["about"]["window"] == "14-17") == ["late"]

    # Entered in error: the figure falls, and says what it was.
    gone = {"struck_out": True, "correction_reason": "Wrong person"}
    tablet.sync([tablet.statement("hydration_check", gone, record=drink["id"], parents=[drink["id"]])])
    keep(home)
    assert (figure(home, MONITORING)[0].numerator, figure(home, MONITORING)[0].first) == (1, (1, 7))

    sue = Visitor.manager(home, ["registered_manager"])
    shown = sue.open(f"/measures/{MONITORING}/{DAY.isoformat()}")
    assert shown.marked("figure") == "1 of 7 (14%)" and "Including late entries: 2 of 7 (28%)." in shown.text
    person = next(link for link in shown.links() if link.endswith(str(edith)))
    entries = sue.open(person)
    assert "Edith Vane" in entries.text and "150ml" in entries.text and "Wrong person" in entries.text
    assert sue.open(f"/measures/{MONITORING}").status == 200 and sue.open("/measures").status == 200


def test_nothing_new_means_nothing_is_worked_out_again_and_a_rebuild_changes_no_figure(home, edith):
    stated(home, "hydration_check", {"resident": str(edith), "outcome": "drank", "drunk_ml": 200}, 4)
    keep(home)
    before = figure(home, MONITORING)
    with home.house.app.app_context():
        assert figuring.keep(people.home(home.id), LATER) == 0
        rebuild.rebuild(home.id)
        assert figuring.keep(people.home(home.id), LATER) == 0
    assert figure(home, MONITORING) == before


def test_a_day_that_is_not_over_has_no_figure_yet(home, edith):
    keep(home, days.to_ms(days.care_day_bounds(DAY)[1]) + HOUR_MS - 1)
    assert figure(home, MONITORING) is None
    keep(home, days.to_ms(days.care_day_bounds(DAY)[1]) + HOUR_MS)
    assert figure(home, MONITORING) is not None


def test_a_breach_that_nobody_decided_about_is_a_miss_until_somebody_says_what_was_decided(home, edith):
    rule = "hydration.nothing_drunk_6h"
    id_ = alert_id(home.uuid, rule, str(edith), DAY)
    fields = {
        "rule": rule, "subject": str(edith), "severity": "senior", "status": "open", "opening": 1, "care_day": DAY.isoformat(),
        "happened_at": rfc3339(ms(6)), "opened_at": rfc3339(ms(6)),
    }  # fmt: skip
    home.append(intake.Statement(id=id_, record=id_, kind="alert", fields=fields, occurred_ms=ms(6)), origin="system")
    keep(home)
    day, detail = figure(home, ESCALATION)
    assert (day.numerator, day.denominator) == (0, 1) and detail["misses"][0]["missed"] == ["undecided"]
    decided = {"resident": str(edith), "alert": str(id_), "decision": "offered", "breached_at": rfc3339(ms(6)), "decided_at": rfc3339(ms(6.5))}
    stated(home, "escalation", decided, 6.5)
    keep(home)
    assert (figure(home, ESCALATION)[0].numerator, figure(home, ESCALATION)[0].first) == (1, (0, 1))


def test_an_appointment_counts_on_its_day_and_again_when_an_action_falls_due(home, edith):
    visit = stated(home, "appointment", {"resident": str(edith), "type": "gp", "starts_at": rfc3339(ms(3))}, 1)
    outcome = stated(home, "appointment_outcome", {"appointment": str(visit), "attendance": "attended", "actions_required": "listed", "care_plan_change": "not_needed"}, 5)
    due = ms(24 * 6)
    ama = home.staff()
    stated(home, "follow_up", {"about": str(outcome), "what": "Ask the GP", "owner": str(ama.id), "due_at": rfc3339(due)}, 6)
    # The server saves what it states now: within 24 hours of the appointment is the tablet's to show.
    keep(home, due - HOUR_MS)
    day, detail = figure(home, FOLLOW_UP)
    assert day.denominator == 1 and detail["misses"][0]["missed"] == ["outcome"] and day.in_the_end == 1
    keep(home, due + HOUR_MS)
    assert figure(home, FOLLOW_UP)[0].in_the_end == 0, "nobody has shown that it was done"


def test_a_drawn_shift_without_a_form_fails_and_another_homes_records_count_nowhere(house, home, edith):
    shift = f"{DAY.isoformat()}/day"
    stated(home, "shift_sample", {"shift": shift, "unit": "Willow", "from": rfc3339(ms(3)), "to": rfc3339(ms(5)), "drawn_at": rfc3339(ms(3))}, 3)
    other = house.home("Saltings")
    stated(other, "deployment_observation", {"shift": shift, "unit": "Willow", "from": rfc3339(ms(3)), "to": rfc3339(ms(5)), "actual": []}, 5)
    keep(home)
    day, detail = figure(home, DEPLOYMENT)
    assert (day.numerator, day.denominator) == (0, 1)
    assert detail["misses"][0]["missed"] == ["no_allocation", "no_form", "no_score"]
    stated(home, "allocation", {"shift": shift, "unit": "Willow", "rationale": "Edith needs two to stand"}, 0)
    keep(home)
    assert figure(home, DEPLOYMENT)[1]["misses"][0]["missed"] == ["allocated_late", "no_form", "no_score"]


def test_waits_needs_and_incidents_are_shown_by_hour_with_their_denominator_and_lead_to_each_entry(house, home, edith):
    shift = f"{DAY.isoformat()}/day"
    part = {"shift": shift, "unit": "Willow", "from": rfc3339(ms(1)), "to": rfc3339(ms(3))}
    stated(home, "shift_sample", {**part, "drawn_at": rfc3339(ms(1))}, 1)
    waits = [{"what": "Bell for the toilet", "at": rfc3339(ms(1.4)), "minutes": 25, "response": "Ben came"}, {"what": "Breakfast", "at": rfc3339(ms(2.2)), "minutes": 4}]
    form = stated(home, "deployment_observation", {**part, "actual": [{"role": "support_worker", "count": 2}], "delays": waits, "unmet_need": True}, 3)
    stated(home, "deployment_observation", {**part, "unit": "Rowan", "actual": [], "delays": waits}, 3)
    fall = stated(home, "incident", {"happened_at": rfc3339(ms(1.7)), "type": "fall", "resident": str(edith), "unit": "Willow"}, 2)
    other = house.home("Saltings")
    stated(other, "incident", {"happened_at": rfc3339(ms(1.7)), "type": "fall"}, 2)

    sue = Visitor.manager(home, ["registered_manager"])
    page = sue.open(f"/measures/{DEPLOYMENT}")
    first = say_hour(ms(1))
    assert "Waited too long" in page.text and f"In 1 of 2 hours that were looked at. Most often at {first}: 1 of 1." in page.text
    assert "Forms of shifts that Tidemark did not draw: 1" in page.text and "Nobody looked" in page.text
    assert f"1 in these days. Most often at {first}: 1." in page.text, "another home's incident counts nowhere here"
    links = [link for link in page.links() if link.startswith("/measures/by-hour/")]
    assert len(links) == 2, "hours that nobody looked at lead nowhere"
    hour = sue.open(links[0])
    assert "Waited too long: 1 of 1 (100%)" in hour.text and "Bell for the toilet: waited 25 minutes. A need was not met." in hour.text
    assert {f"/show-me/{form}", f"/show-me/{fall}"} <= set(hour.links()) and "Edith Vane" in hour.text
    assert "Bell for the toilet" in sue.open(f"/show-me/{form}").text
    assert "Waited too long: 0 of 1 (0%)" in sue.open(links[1]).text, "four minutes are within the standard"
    assert sue.open("/measures/by-hour/24").status == 404
    assert "Waited too long" not in sue.open(f"/measures/{MONITORING}").text


def say_hour(at_ms: int) -> str:
    return days.say_time(days.from_ms(at_ms))


def test_how_old_a_dependency_score_may_be_is_the_number_that_was_in_force_at_each_shift(home, edith):
    shift, drawn = f"{DAY.isoformat()}/day", {"from": rfc3339(ms(3)), "to": rfc3339(ms(5)), "drawn_at": rfc3339(ms(3))}
    stated(home, "shift_sample", {"shift": shift, "unit": "Willow", **drawn}, 3)
    stated(home, "dependency_score", {"resident": str(edith), "tool": "Barthel", "score": 12, "scored_on": (DAY - timedelta(days=10)).isoformat()}, -30)
    why = ["no_allocation", "no_form"]
    keep(home)
    assert figure(home, DEPLOYMENT)[1]["misses"][0]["missed"] == why, "28 days, where the home set none"
    own = {"name": "deployment.dependency_days", "value": 7, "owner": str(uuid.uuid4()), "reason": "Needs change fast here"}
    state(home, "threshold", {**own, "from": (DAY + timedelta(days=1)).isoformat()})
    keep(home)
    assert figure(home, DEPLOYMENT)[1]["misses"][0]["missed"] == why, "it counts from the day after"
    state(home, "threshold", {**own, "from": DAY.isoformat()})
    keep(home)
    assert figure(home, DEPLOYMENT)[1]["misses"][0]["missed"] == [*why, "no_score"]
    assert "no older than this home allows, today 7 days" in Visitor.manager(home, ["registered_manager"]).open(f"/measures/{DEPLOYMENT}").text
    state(home, "threshold", {**own, "value": 14, "unit_or_person": "Willow", "from": DAY.isoformat()})
    keep(home)
    assert figure(home, DEPLOYMENT)[1]["misses"][0]["missed"] == why, "the unit's own number stands before the home's"
