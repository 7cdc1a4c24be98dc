"""A duty comes round, is late, is told to its owner and then to their manager, and is done, or missed for everybody to see."""

from __future__ import annotations

import uuid

import pytest

from server.alerts import duties
from server.db import reading
from server.pages import duties_view
from server.pages.words import from_text
from server.records import intake, store
from tests.harness.alerted import HOUR, MINUTE
from tests.harness.visitor import Visitor


@pytest.fixture
def nine(clock_at) -> int:
    return clock_at(9)


@pytest.fixture
def cast(alerted, nine):
    found = {}
    for name, role in (("Ama", "senior_carer"), ("Priya", "duty_manager")):
        person, phone = alerted.home.staff(name, [role]), alerted.phone(f"{name}'s phone")
        alerted.sign_on(person, role, phone, nine - HOUR)
        found[name], found[f"{name} phone"] = person, phone
    return found


def keep(alerted, at_ms):
    with alerted.app.app_context():
        count = duties.keep(alerted.home.row, at_ms)
    alerted.at(at_ms)
    return count


def told(alerted, cast, name):
    return len(alerted.service.messages(cast[f"{name} phone"].made))


def rounds(alerted, what):
    with alerted.app.app_context(), reading() as c:
        return [row for row in store.records(c, alerted.home.id, "duty") if row.fields.get("what") == what]


def test_the_shifts_check_is_late_told_to_the_senior_then_to_their_manager_and_over_once_it_is_signed(alerted, cast, nine, clock_at):
    assert keep(alerted, nine) == 8 and keep(alerted, nine + MINUTE) == 0, "the default set, each once, but nobody reviews what is not there"
    (first,) = rounds(alerted, "hydration_check")
    late = clock_at(20, 1)
    keep(alerted, late)
    (alert,) = [each for each in alerted.alerts() if each["rule"] == "duties.late"]
    assert alert["facts"]["duty"] == "Shift hydration check" and told(alerted, cast, "Ama") == 1 and told(alerted, cast, "Priya") == 0
    keep(alerted, late + 61 * MINUTE)
    assert told(alerted, cast, "Priya") == 1
    said = {"shift": first.body["fields"]["from"][:10] + "/day", "resident": str(alerted.home.resident("Joan")), "finding": "complete"}
    id_, at_ms = uuid.uuid4(), late + 70 * MINUTE
    alerted.write(intake.Statement(record=id_, id=id_, kind="shift_hydration_check", fields=said, occurred_ms=at_ms, author=cast["Ama"].id), at_ms)
    keep(alerted, late + 71 * MINUTE)
    (done, *_) = rounds(alerted, "hydration_check")
    assert done.fields["done_by"] == str(cast["Ama"].id)
    assert [each["status"] for each in alerted.alerts() if each["rule"] == "duties.late"] == ["withdrawn"]


def test_what_is_not_done_before_the_next_falls_due_is_missed_and_the_page_says_so(alerted, cast, nine, clock_at):
    keep(alerted, nine)
    keep(alerted, nine + 24 * HOUR)
    checks = rounds(alerted, "hydration_check")
    assert checks[0].fields["missed_reason"] and checks[0].fields["counts"] == {"stream": "hydration"}
    sue = Visitor.manager(alerted.home, ["registered_manager"])
    page = sue.open("/duties")
    assert page.status == 200 and "Missed: Not done before the next one fell due" in page.text and "Check of appointments, each day" in page.text
    page = sue.send(f"/duties/{rounds(alerted, 'appointment_check')[0].id}/done", form_at="/duties")
    assert "It is in the record as done." in page.text
    page = sue.send(f"/duties/{checks[0].id}/why", form_at="/duties", reason="Both seniors were with a resident in hospital")
    assert "Both seniors were with a resident" in page.text
    assert sue.send(f"/duties/{checks[0].id}/why", form_at="/duties", reason=" ").status == 400


def test_a_monthly_review_that_nobody_did_is_late_for_a_week_and_then_missed_and_both_stand_on_the_action_that_it_serves(alerted, cast, nine):
    keep(alerted, nine)
    (review,) = rounds(alerted, "provider_review")
    due = from_text(review.fields["due_at"])
    id_ = uuid.uuid4()
    fields = {"status": "open", "risk": "low", "quality_area": "governance", "baseline_issue": "Nobody looks", "measures": ["complete_monitoring"]}
    alerted.write(intake.Statement(record=id_, id=id_, kind="improvement_action", fields=fields, occurred_ms=nine), nine)

    def stands(at_ms):
        keep(alerted, at_ms)
        with alerted.app.app_context(), reading() as c:
            kept = store.record(c, alerted.home.id, review.id)
            of = duties_view.by_duty(c, alerted.home.id, at_ms, alerted.home.row.zone)["provider_review"]
        return bool(kept.fields.get("missed_reason")), +of

    week = 7 * 24 * HOUR
    assert stands(due + HOUR) == (False, {duties_view.LATE: 1}), "it counts from the first hour"
    assert stands(due + week - HOUR) == (False, {duties_view.LATE: 1})
    assert stands(due + week + HOUR) == (True, {duties_view.MISSED: 1})
    assert stands(due + 27 * 24 * HOUR + 23 * HOUR) == (True, {duties_view.MISSED: 1}), "until the next one falls due"


def test_the_weekly_review_is_done_when_a_person_has_reviewed_each_high_risk_action_and_not_by_what_tidemark_writes(alerted, cast, nine):
    def write(kind, at_ms, author=None, **fields):
        id_ = uuid.uuid4()
        alerted.write(intake.Statement(record=id_, id=id_, kind=kind, fields=fields, occurred_ms=at_ms, author=author), at_ms)
        return str(id_)

    sue = alerted.home.staff("Sue Hart", ["registered_manager"])
    first, second = (write("improvement_action", nine - 14 * 24 * HOUR, status="open", risk="high") for _ in "ab")
    write("improvement_action", nine - 14 * 24 * HOUR, status="closed", risk="high")
    keep(alerted, nine)
    write("review", nine + MINUTE, action=first, decision="escalate")
    write("review", nine + MINUTE, action=second, decision="escalate")
    write("review", nine + MINUTE, sue.id, action=first, decision="stay_open")
    keep(alerted, nine + 2 * MINUTE)
    assert "done_at" not in rounds(alerted, "risk_review")[0].fields
    write("review", nine + 3 * MINUTE, sue.id, action=second, decision="stay_open")
    keep(alerted, nine + 4 * MINUTE)
    assert rounds(alerted, "risk_review")[0].fields["done_by"] == str(sue.id)


def test_the_signed_log_does_its_own_duty_although_the_calendar_wrote_it_first(alerted, cast, nine):
    keep(alerted, nine)
    priya = Visitor.manager(alerted.home, ["duty_manager"], "Priya Shah")
    day = rounds(alerted, "daily_log")[0].fields["from"][:10]
    assert "Signed by Priya Shah" in priya.send(f"/log/{day}/sign", form_at="/log").text
    assert rounds(alerted, "daily_log")[0].fields["done_at"]
