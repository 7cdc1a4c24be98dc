"""The page of appointments: what each still asks, in words, and who has what to do; and what a tablet holds of them."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from server import clock
from server.records import intake
from tests.harness.apps import rfc3339
from tests.harness.visitor import Visitor

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@pytest.fixture
def sue(home):
    return Visitor.manager(home, ["duty_manager"], "Priya Shah")


def state(home, kind: str, fields: dict[str, Any], *, hours_ago: float = 0) -> uuid.UUID:
    id_ = uuid.uuid4()
    at = clock.now_ms() - round(hours_ago * HOUR_MS)
    result = home.append(intake.Statement(id=id_, record=id_, kind=kind, fields=fields, occurred_ms=at))[0]
    assert result.status == "accepted", result
    return id_


def at(hours: float) -> str:
    return rfc3339(clock.now_ms() + round(hours * HOUR_MS))


def appointment(home, resident, hours: float, **more) -> uuid.UUID:
    return state(home, "appointment", {"resident": str(resident), "type": "gp_visit", "starts_at": at(hours), **more})


def test_each_appointment_says_what_it_still_asks(home, sue):
    ama, edith, joan, arthur, vera = home.staff("Ama Mensah"), *(home.resident(name) for name in ("Edith Vane", "Joan Pell", "Arthur Dunn", "Vera Lyle"))
    appointment(home, edith, -30)
    seen = appointment(home, joan, -5, **{"with": "Dr Shah"})
    outcome = state(home, "appointment_outcome", {
        "appointment": str(seen), "attendance": "attended", "advice": "Drink more", "actions_required": "listed", "care_plan_change": "not_needed",
    }, hours_ago=4)  # fmt: skip
    state(home, "follow_up", {"about": str(outcome), "what": "Offer a beaker each hour", "owner": str(ama.id), "due_at": at(-1)}, hours_ago=4)
    waits = appointment(home, arthur, -90)
    state(home, "appointment_outcome", {"appointment": str(waits), "attendance": "awaiting_update", "next_chase_at": at(5)}, hours_ago=80)
    appointment(home, vera, 24)
    page = sue.open("/appointments")
    assert page.status == 200
    for words in (
        "Edith Vane GP visit", "Outcome missing (late)", "GP visit, Dr Shah", "Follow-up overdue (late)", "Attended: Drink more",
        "Awaiting update (late)", "Waiting 3 days", "Offer a beaker each hour", "Ama Mensah", "Coming up",
    ):  # fmt: skip
        assert words.replace(" GP visit", "") in page.text or words in page.text, words
    order = [page.text.index(name) for name in ("Edith Vane", "Joan Pell", "Arthur Dunn", "Vera Lyle")]
    assert order == sorted(order)


def test_done_stands_apart_and_a_struck_outcome_does_not_count(home, sue):
    edith = home.resident("Edith Vane")
    seen = appointment(home, edith, -30)
    fields = {"appointment": str(seen), "attendance": "attended", "actions_required": "none", "no_action_reason": "No change", "care_plan_change": "not_needed"}
    outcome = state(home, "appointment_outcome", fields)
    assert "No appointment asks for anything now." in sue.open("/appointments").text
    strike = intake.Statement(
        id=uuid.uuid4(), record=outcome, kind="appointment_outcome", fields={"struck_out": True, "correction_reason": "Wrong person"},
        occurred_ms=clock.now_ms(),
    )  # fmt: skip
    assert home.append(strike)[0].status == "accepted"
    assert "Outcome missing (late)" in sue.open("/appointments").text


def test_a_home_without_appointments_says_so(sue):
    text = sue.open("/appointments").text
    assert "No appointment asks for anything now." in text and "No open follow-ups." in text


def test_a_tablet_holds_an_appointment_with_all_that_belongs_to_it_for_four_weeks(home):
    """What an outcome asks for is judged with its appointment: a tablet never has one without the others."""
    tablet, edith = home.tablet(), home.resident("Edith Vane")
    tablet.unlock(home.staff("Ama Mensah"))

    def told(days_ago: int) -> tuple[str, str]:
        at_ms = clock.now_ms() - days_ago * DAY_MS
        ids = [uuid.uuid4(), uuid.uuid4()]
        fields = {"resident": str(edith), "type": "dentist", "starts_at": rfc3339(at_ms)}
        outcome = {"appointment": str(ids[0]), "attendance": "attended", "actions_required": "none", "care_plan_change": "not_needed"}
        rows = [
            intake.Statement(id=ids[0], record=ids[0], kind="appointment", fields=fields, occurred_ms=at_ms),
            intake.Statement(id=ids[1], record=ids[1], kind="appointment_outcome", fields=outcome, occurred_ms=at_ms),
        ]
        assert all(result.status == "accepted" for result in home.append(*rows, origin="import"))
        return str(ids[0]), str(ids[1])

    lately, long_ago = told(20), told(40)
    held = {change["record"] for change in tablet.sync()["changes"]}
    assert set(lately) <= held and not set(long_ago) & held
