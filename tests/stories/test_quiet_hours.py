"""Quiet hours: what can wait leaves a manager asleep while a senior carer can be reached, and never for longer than that."""

from __future__ import annotations

import uuid

import pytest

from server.records import intake
from sync import days
from tests.harness.alerted import HOUR, MINUTE, SECOND
from tests.harness.apps import rfc3339
from tests.harness.visitor import Visitor
from tests.stories.test_alert_story import cast, choke, got, ten  # noqa: F401 (fixtures)

SIX = "hydration.nothing_drunk_6h"


@pytest.fixture
def asleep(alerted, cast, ten):  # noqa: F811
    """The home keeps quiet hours from midday to 8pm (a story of the day); Joan has drunk nothing since 7am, of which a senior
    hears, and nothing urgent comes of it."""
    numbers = {"alerts.quiet_from": "12:00", "alerts.quiet_until": "20:00", "rule.hydration.nothing_drunk_8h": "watch"}
    for name, value in numbers.items():
        id_ = uuid.uuid4()
        fields = {"name": name, "value": value, "from": rfc3339(ten - 48 * HOUR)}
        alerted.write(intake.Statement(record=id_, id=id_, kind="threshold", fields=fields, occurred_ms=ten - 48 * HOUR), ten - 48 * HOUR)
    alerted.switch_on(SIX, ten - 48 * HOUR)
    alerted.at(ten)
    return cast


def dry(alerted) -> dict:
    return next(alert for alert in alerted.alerts() if alert["rule"] == SIX)


def to_half_past_one(alerted, ten: int) -> int:  # noqa: F811
    """Ama is called at 1pm, and Priya would be half an hour later."""
    for minutes in (180, 210):
        alerted.at(ten + minutes * MINUTE + SECOND)
    return ten + 211 * MINUTE


def test_a_manager_is_left_to_sleep_until_the_quiet_hours_are_over_and_is_called_then(alerted, asleep, ten):  # noqa: F811
    to_half_past_one(alerted, ten)
    assert got(alerted, asleep) == {"ama": 1, "priya": 0, "sue": 0}
    (held,) = [each for each in dry(alerted)["told"] if each["role"] == "duty_manager"]
    assert held["reached"] is False and held["held_until"] == days.write_time(ten - ten % HOUR + 10 * HOUR)
    assert [each["rule"] for each in alerted.alerts() if each["rule"].startswith("system.")] == [], "nobody was missed"
    for minutes in (240, 270, 590):
        alerted.at(ten + minutes * MINUTE + 2 * SECOND)
    assert dry(alerted)["status"] == "unhandled" and got(alerted, asleep) == {"ama": 1, "priya": 0, "sue": 0}
    alerted.at(ten + 10 * HOUR + MINUTE)
    assert got(alerted, asleep) == {"ama": 1, "priya": 1, "sue": 1}


def test_an_address_beside_the_phones_of_somebody_who_sleeps_is_not_written_to_either(alerted, asleep, ten):  # noqa: F811
    alerted.contact("email", "priya@larkfield.example", "duty_manager")
    alerted.contact("email", "seniors@larkfield.example", "senior_carer")
    now = to_half_past_one(alerted, ten)
    alerted.at(now + 5 * MINUTE)
    mails = [each for each in alerted.messages() if each["channel"] == "email"]
    assert [each["role"] for each in mails] == ["senior_carer"], "no phone of the seniors has shown it; Priya's was not called"
    alerted.at(ten + 10 * HOUR + 5 * MINUTE)
    assert {each["role"] for each in alerted.messages() if each["channel"] == "email"} == {"senior_carer", "duty_manager"}


def test_what_is_urgent_wakes_everybody_on_its_ladder(alerted, asleep, clock_at):
    choke(alerted, asleep, clock_at(13))
    assert got(alerted, asleep)["priya"] == 1


def test_when_the_last_senior_signs_off_the_manager_is_woken_at_once(alerted, asleep, ten):  # noqa: F811
    now = to_half_past_one(alerted, ten)
    alerted.sign_off(asleep["ama"], now)
    alerted.at(now + SECOND)
    assert got(alerted, asleep)["priya"] == 1


def test_an_alert_that_somebody_has_by_the_morning_wakes_nobody_then(alerted, asleep, ten):  # noqa: F811
    now = to_half_past_one(alerted, ten)
    alerted.set_status(dry(alerted)["id"], asleep["ama"], "resolved", now, outcome="drank_enough")
    alerted.at(now)
    alerted.at(ten + 10 * HOUR + MINUTE)
    assert got(alerted, asleep)["priya"] == 0 and "cancelled" in alerted.states()


def test_the_page_says_what_the_quiet_hours_are_and_whether_they_leave_anybody_asleep_now(alerted, asleep, home, clock_at):
    helen = Visitor.manager(home, ["registered_manager"], "Helen Marsh")
    assert "Quiet hours are from midday to 8pm" in helen.open("/reach").text
    clock_at(13)
    assert "managers are called at 8pm for what can wait" in helen.open("/reach").text
