"""One tablet that sends red flag after red flag becomes one alert about the tablet."""

from __future__ import annotations

from server import clock
from tests.harness.alerted import HOUR, SECOND
from tests.harness.apps import rfc3339


def test_the_first_five_call_and_the_rest_are_one_alert_about_the_tablet(alerted, clock_at):
    ten = clock_at(10)
    ama, phone = alerted.home.staff("Ama", ["senior_carer"]), alerted.phone()
    alerted.sign_on(ama, "senior_carer", phone, ten - HOUR)
    tablet = alerted.home.tablet("Lounge tablet")
    tablet.unlock(ama)
    people = [alerted.home.resident(f"Person {n}") for n in range(9)]
    for part in (people[:4], people[4:]):
        entries = [
            tablet.statement(
                "hydration_check", {"resident": str(one), "outcome": "drank", "drunk_ml": 40, "red_flags": ["choking"]},
                occurred_at=rfc3339(ten - 30 * SECOND), recorded_at=rfc3339(ten),
            )
            for one in part
        ]  # fmt: skip
        assert {result["status"] for result in tablet.sync(entries)["results"]} == {"accepted"}
        alerted.at(clock.now_ms())
    flags = [each for each in alerted.alerts() if each["rule"] == "hydration.red_flag"]
    assert len(flags) == 9 and sum(bool(each.get("told")) for each in flags) == 5, "each is on the list"
    (unusual,) = [each for each in alerted.alerts() if each["rule"] == "tablets.unusual_activity"]
    assert unusual["facts"] == {"tablet": "Lounge tablet", "flags": 9} and unusual["subject"] == str(tablet.id)
    called = {message.json["alert"] for message in alerted.service.messages(phone.made)}
    waiting = {str(row["alert"]) for row in alerted.messages()}
    assert len(called) >= 5 and str(unusual["id"]) in waiting and not waiting & {str(each["id"]) for each in flags if not each.get("told")}
