"""One tablet that sends red flag after red flag becomes one alert about the tablet."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from server import clock
from server.alerts.tables import deadline
from server.db import reading
from server.records import intake
from tests.harness.alerted import HOUR, MINUTE, SECOND
from tests.harness.apps import rfc3339


@pytest.fixture
def cast(alerted, clock_at):
    """Ama on duty with a phone, and a tablet in the lounge."""
    ten = clock_at(10)
    ama, phone = alerted.home.staff("Ama", ["senior_carer"]), alerted.phone()
    alerted.sign_on(ama, "senior_carer", phone, ten - HOUR)
    tablet = alerted.home.tablet("Lounge tablet")
    tablet.unlock(ama)
    return {"ten": ten, "ama": ama, "phone": phone, "tablet": tablet}


def flood(alerted, cast, at_ms: int, *parts: int) -> None:
    """Red flags from the lounge tablet, each about another person, in parts that are synced one after the other."""
    for many in parts:
        entries = [
            cast["tablet"].statement(
                "hydration_check", {"resident": str(alerted.home.resident()), "outcome": "drank", "drunk_ml": 40, "red_flags": ["choking"]},
                occurred_at=rfc3339(at_ms - 30 * SECOND), recorded_at=rfc3339(at_ms),
            )
            for _ in range(many)
        ]  # fmt: skip
        assert {result["status"] for result in cast["tablet"].sync(entries)["results"]} == {"accepted"}
        alerted.at(clock.now_ms())


def of_rule(alerted, rule: str) -> list[dict]:
    return [each for each in alerted.alerts() if each["rule"] == rule]


def the_one(alerted) -> dict:
    (unusual,) = of_rule(alerted, "tablets.unusual_activity")
    return unusual


def climbs(alerted, alert) -> bool:
    with alerted.app.app_context(), reading() as c:
        return c.execute(select(deadline.c.alert).where(deadline.c.alert == alert)).first() is not None


def test_the_first_five_call_and_the_rest_are_one_alert_about_the_tablet(alerted, cast):
    flood(alerted, cast, cast["ten"], 4, 5)
    tablet, phone = cast["tablet"], cast["phone"]
    flags = of_rule(alerted, "hydration.red_flag")
    assert len(flags) == 9 and sum(bool(each.get("told")) for each in flags) == 5, "each is on the list"
    unusual = the_one(alerted)
    assert unusual["facts"] == {"tablet": "Lounge tablet", "flags": 9} and unusual["subject"] == str(tablet.id)
    called = {message.json["alert"] for message in alerted.service.messages(phone.made)}
    waiting = {str(row["alert"]) for row in alerted.messages()}
    assert len(called) >= 5 and str(unusual["id"]) in waiting and not waiting & {str(each["id"]) for each in flags if not each.get("told")}


@pytest.mark.parametrize("status", ["resolved", "acknowledged", "snoozed"])
def test_a_second_flood_on_the_same_day_calls_again_whatever_was_done_about_the_first(alerted, cast, clock_at, status):
    flood(alerted, cast, cast["ten"], 6)
    first = the_one(alerted)
    more = {"resolved": {"outcome": "no_action", "evidence": "A visitor's child"}, "snoozed": {"snooze_until": rfc3339(cast["ten"] + 2 * HOUR)}}
    alerted.set_status(first["id"], cast["ama"], status, clock.now_ms(), **more.get(status, {}))
    alerted.at(clock.now_ms())
    again = clock_at(10, 20)
    flood(alerted, cast, again, 6)
    unusual = the_one(alerted)
    assert (unusual["status"], unusual["opening"]) == ("open", 2) and not unusual.get("owner") and not unusual.get("outcome")
    assert climbs(alerted, unusual["id"]) and unusual["next_at"], "it calls and climbs"
    called = [row for row in alerted.messages() if row["alert"] == unusual["id"] and row["opening"] == 2 and row["what"] == "told"]
    assert len(called) == 1
    flood(alerted, cast, again, 3)
    assert the_one(alerted)["opening"] == 2, "and speaks for the rest of that flood"


def test_while_somebody_has_this_flood_in_hand_nobody_is_called_for_each_flag_of_it(alerted, cast):
    flood(alerted, cast, cast["ten"], 6)
    alerted.set_status(the_one(alerted)["id"], cast["ama"], "acknowledged", clock.now_ms())
    alerted.at(clock.now_ms())
    flood(alerted, cast, cast["ten"], 3)
    assert the_one(alerted)["status"] == "acknowledged" and sum(bool(each.get("told")) for each in of_rule(alerted, "hydration.red_flag")) == 5


def test_a_flood_that_goes_on_after_it_was_closed_calls_again(alerted, cast):
    flood(alerted, cast, cast["ten"], 6)
    alerted.set_status(the_one(alerted)["id"], cast["ama"], "resolved", clock.now_ms(), outcome="no_action", evidence="Tablet taken away")
    alerted.at(clock.now_ms())
    flood(alerted, cast, cast["ten"], 1)
    assert (the_one(alerted)["status"], the_one(alerted)["opening"]) == ("open", 2)


def test_where_the_alert_about_the_tablet_was_struck_out_each_flag_calls_by_itself(alerted, cast, clock_at):
    flood(alerted, cast, cast["ten"], 6)
    fields = {"struck_out": True, "correction_reason": "Wrong"}
    struck = intake.Statement(record=the_one(alerted)["id"], kind="alert", fields=fields, occurred_ms=clock.now_ms(), author=cast["ama"].id)
    alerted.write(struck, clock.now_ms())
    alerted.at(clock.now_ms())
    flood(alerted, cast, clock_at(10, 20), 7)
    assert sum(bool(each.get("told")) for each in of_rule(alerted, "hydration.red_flag")) == 12
