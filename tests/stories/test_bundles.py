"""Several alerts that come to one phone within two minutes ring once; what is urgent by itself rings by itself."""

from __future__ import annotations

import uuid

import pytest

from server.records import intake
from tests.harness.alerted import MINUTE, SECOND
from tests.harness.apps import rfc3339


@pytest.fixture
def ten(clock_at) -> int:
    return clock_at(10)


def opened(alerted, at_ms: int, rule: str = "hydration.behind_pace", severity: str = "senior") -> uuid.UUID:
    id_ = uuid.uuid4()
    fields = {
        "rule": rule, "subject": str(uuid.uuid4()), "severity": severity, "status": "open", "opening": 1,
        "opened_at": rfc3339(at_ms), "happened_at": rfc3339(at_ms),
    }  # fmt: skip
    alerted.write(intake.Statement(record=id_, id=id_, kind="alert", fields=fields, occurred_ms=at_ms), at_ms, "system")
    return id_


def bodies(alerted, phone) -> list[str]:
    return [message.json["notification"]["body"] for message in alerted.service.messages(phone.made)]


def test_the_first_rings_at_once_the_next_two_together_and_a_red_flag_by_itself(alerted, ten):
    phone = alerted.phone()
    alerted.put(phone, opened(alerted, ten), ten)
    alerted.deliver(ten)
    for after in (20, 40):
        alerted.put(phone, opened(alerted, ten + after * SECOND), ten + after * SECOND)
    alerted.deliver(ten + 41 * SECOND)
    assert len(bodies(alerted, phone)) == 1
    alerted.put(phone, opened(alerted, ten + 50 * SECOND, "hydration.red_flag", "urgent"), ten + 50 * SECOND)
    alerted.deliver(ten + 50 * SECOND)
    assert len(bodies(alerted, phone)) == 2
    alerted.deliver(ten + 3 * MINUTE)
    assert len(bodies(alerted, phone)) == 3 and bodies(alerted, phone)[-1] == "2 items need a decision. Open to see them."
    assert set(alerted.states()) == {"accepted"}
    (last,) = alerted.service.messages(phone.made)[2:]
    assert last.json["alert"] is None and last.json["notification"]["navigate"] == "/app/#alerts"


def test_of_two_that_wait_one_that_was_taken_on_meanwhile_is_not_counted(alerted, ten):
    phone, ama = alerted.phone(), alerted.home.staff("Ama")
    alerted.put(phone, opened(alerted, ten), ten)
    alerted.deliver(ten)
    one, other = (opened(alerted, ten + 20 * SECOND) for _ in range(2))
    for each in (one, other):
        alerted.put(phone, each, ten + 20 * SECOND)
    alerted.set_status(one, ama, "acknowledged", ten + 40 * SECOND)
    alerted.deliver(ten + 3 * MINUTE)
    assert len(bodies(alerted, phone)) == 2
    assert alerted.service.messages(phone.made)[-1].json["alert"] == str(other)


def test_a_phone_rings_five_times_in_a_quarter_of_an_hour_and_no_more(alerted, ten):
    phone = alerted.phone()
    for minutes in range(0, 15, 2):
        at = ten + minutes * MINUTE + minutes * SECOND
        alerted.put(phone, opened(alerted, at), at)
        alerted.deliver(at)
    assert len(bodies(alerted, phone)) == 5
    alerted.deliver(ten + 15 * MINUTE)
    assert len(bodies(alerted, phone)) == 6 and "3 items" in bodies(alerted, phone)[-1]
