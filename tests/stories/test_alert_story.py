"""From a breach to somebody who deals with it: opened, told, climbed, taken, put right. Time is what the test says it is."""

from __future__ import annotations

import json
import re
import uuid
from datetime import datetime

import pytest
from sqlalchemy import update

from server import clock
from server.alerts import subscriptions
from server.alerts.tables import subscription
from server.db import reading, writing
from server.records import intake
from sync import days
from tests.harness.alerted import HOUR, MINUTE, SECOND, Alerted
from tests.harness.apps import House, rfc3339

RED_FLAG = "hydration.red_flag"


@pytest.fixture
def ten(clock_at) -> int:
    return clock_at(10)


@pytest.fixture
def cast(alerted: Alerted, ten: int):
    """Joan lives on Willow. Ama (senior carer, Willow), Priya (duty manager) and Sue (registered manager) are signed on,
    each with a phone."""
    home, found = alerted.home, {}
    for name, role, unit in (
        ("Ama Mensah", "senior_carer", "Willow"), ("Priya Shah", "duty_manager", None), ("Sue Hart", "registered_manager", None),
    ):  # fmt: skip
        person, phone = home.staff(name, [role]), alerted.phone(f"{name}'s phone")
        alerted.sign_on(person, role, phone, ten - HOUR, unit)
        first = name.split()[0].lower()
        found[first], found[f"{first}_phone"] = person, phone
    found["joan"] = home.resident("Joan Whitcombe", unit="Willow", room="14")
    found["plan"] = alerted.plan(found["joan"], ten - 3 * HOUR, target_ml=1600)
    return found


def choke(alerted: Alerted, cast: dict, at_ms: int) -> uuid.UUID:
    """Ama records that Joan choked; the alert that follows has one id."""
    tablet = cast["ama_phone"].tablet
    tablet.unlock(cast["ama"])
    entry = tablet.statement(
        "hydration_check", {"resident": str(cast["joan"]), "outcome": "drank", "drunk_ml": 40, "red_flags": ["choking"]},
        occurred_at=rfc3339(at_ms - 30 * SECOND), recorded_at=rfc3339(at_ms),
    )  # fmt: skip
    assert tablet.sync([entry])["results"][0]["status"] == "accepted"
    alerted.at(clock.now_ms())  # a few seconds after `at_ms`, as long as all this took
    return next(alert["id"] for alert in alerted.alerts() if alert["rule"] == RED_FLAG)


def got(alerted: Alerted, cast: dict) -> dict[str, int]:
    """How many messages each phone was sent."""
    return {name: len(alerted.service.messages(cast[f"{name}_phone"].made)) for name in ("ama", "priya", "sue")}


def test_a_red_flag_reaches_the_senior_and_the_duty_manager_and_names_nobody(alerted, cast, ten):
    alert = choke(alerted, cast, ten)
    assert got(alerted, cast) == {"ama": 1, "priya": 1, "sue": 0}
    (message,) = alerted.service.messages(cast["priya_phone"].made)
    assert message.json["alert"] == str(alert) and message.urgency == "high"
    for personal in ("Joan", "Whitcombe", "14", "Willow", "chok", "40", "Ama", "Larkfield", str(cast["joan"])):
        shown = json.dumps({**message.json, "id": "", "alert": "", "tag": "", "notification": {
            **message.json["notification"], "navigate": "", "tag": ""}})  # fmt: skip
        assert personal not in shown.replace("10:40am", "").replace("10:20am", ""), personal
    (record,) = [each for each in alerted.alerts() if each["rule"] == RED_FLAG]
    assert record["status"] == "open" and record["severity"] == "urgent" and record["opening"] == 1
    assert {(each["role"], each["reached"]) for each in record["told"]} == {("senior_carer", True), ("duty_manager", True)}
    assert record["next_roles"] == ["registered_manager"] and record["next_at"]


def test_an_unanswered_alert_climbs_at_its_stored_times_through_restarts_until_it_is_unhandled(alerted, cast, ten):
    alert = choke(alerted, cast, ten)
    seen, now = [], ten
    for minutes in range(5, 180, 5):
        house = House(alerted.home.house.database)  # a new process each time, as far as the rows can tell
        alerted.app = house.app
        now = ten + minutes * MINUTE + 45 * SECOND
        before = sum(got(alerted, cast).values())
        alerted.at(now)
        if sum(got(alerted, cast).values()) != before:
            seen.append(minutes)
        house.close()
        (record,) = [each for each in alerted.alerts() if each["id"] == alert]
        if record["status"] == "unhandled":
            break
    assert seen[0] == 20, "the registered manager, twenty minutes later"
    assert record["status"] == "unhandled" and record.get("next_at") is None
    assert all(later - earlier <= 25 for earlier, later in zip(seen, seen[1:], strict=False))
    settled = got(alerted, cast)
    alerted.at(now + HOUR)
    assert got(alerted, cast) == settled, "unhandled is the end of the ladder"


def test_an_acknowledgement_stops_the_climb_and_tells_the_others(alerted, cast, ten):
    alert = choke(alerted, cast, ten)
    alerted.set_status(alert, cast["priya"], "acknowledged", ten + 5 * MINUTE)
    alerted.at(ten + 5 * MINUTE)
    (news,) = alerted.service.messages(cast["ama_phone"].made)[1:]
    assert news.urgency == "low" and "colleague" in news.json["notification"]["body"]
    first = alerted.service.messages(cast["ama_phone"].made)[0]
    assert news.json["tag"] == first.json["tag"] and news.topic == first.topic
    assert len(alerted.service.messages(cast["priya_phone"].made)) == 1, "she knows"
    alerted.at(ten + 34 * MINUTE)
    assert got(alerted, cast) == {"ama": 2, "priya": 1, "sue": 0}


def test_an_acknowledgement_that_has_arrived_but_was_not_read_yet_stops_a_deadline_that_is_due(alerted, cast, ten):
    alert = choke(alerted, cast, ten)
    alerted.set_status(alert, cast["ama"], "acknowledged", ten + 19 * MINUTE)
    alerted.fire(ten + 21 * MINUTE)
    alerted.deliver(ten + 21 * MINUTE)
    assert got(alerted, cast)["sue"] == 0


def test_an_owner_who_gives_it_back_puts_it_on_the_ladder_again(alerted, cast, ten):
    alert = choke(alerted, cast, ten)
    alerted.set_status(alert, cast["priya"], "acknowledged", ten + 5 * MINUTE)
    alerted.at(ten + 5 * MINUTE)
    alerted.set_status(alert, cast["priya"], "open", ten + 30 * MINUTE, owner=None)
    alerted.at(ten + 30 * MINUTE)
    assert got(alerted, cast)["sue"] == 1


def test_a_paused_alert_comes_back_to_the_same_people_when_the_pause_ends(alerted, cast, ten):
    alert = choke(alerted, cast, ten)
    until = {"snooze_until": rfc3339(ten + 65 * MINUTE), "snooze_reason": "With the GP"}
    alerted.set_status(alert, cast["priya"], "snoozed", ten + 5 * MINUTE, **until)
    alerted.at(ten + 60 * MINUTE)
    before = got(alerted, cast)
    assert before["sue"] == 0
    alerted.at(ten + 66 * MINUTE)
    after = got(alerted, cast)
    assert after["ama"] == before["ama"] + 1 and after["priya"] == before["priya"] + 1 and after["sue"] == 0
    assert next(each for each in alerted.alerts() if each["id"] == alert)["status"] == "open"


def test_after_an_outage_each_alert_takes_one_step_that_says_it_is_late(alerted, cast, ten):
    choke(alerted, cast, ten)
    alerted.at(ten + 65 * MINUTE + 45 * SECOND)  # 45 minutes after the registered manager should have been told
    late = alerted.service.messages(cast["sue_phone"].made)
    assert len(late) == 1 and "Delayed by 45 minutes" in late[0].json["notification"]["body"]
    alerted.at(ten + 66 * MINUTE)
    assert len(alerted.service.messages(cast["sue_phone"].made)) == 1, "no burst"


def test_nine_minutes_without_an_escalator_end_in_one_late_step_an_alert_and_no_burst(alerted, cast, ten):
    tablet, sue = alerted.home.tablet("Lounge tablet"), cast["sue_phone"].made
    tablet.unlock(cast["ama"])
    for minutes in (0, 2, 4):
        at_ms = ten + minutes * MINUTE
        fields = {"resident": str(alerted.home.resident()), "outcome": "drank", "drunk_ml": 40, "red_flags": ["choking"]}
        id_ = uuid.uuid4()
        alerted.write(intake.Statement(record=id_, id=id_, kind="hydration_check", fields=fields, occurred_ms=at_ms, author=cast["ama"].id), at_ms)
        alerted.at(at_ms)
    alerted.at(ten + 19 * MINUTE)
    assert alerted.service.messages(sue) == []
    # The escalator is away from here to the 28th minute: meanwhile each of the three should have reached the registered manager.
    alerted.at(ten + 28 * MINUTE + 45 * SECOND)
    said = [message.json["notification"]["body"] for message in alerted.service.messages(sue)]
    assert sorted(re.search(r"Delayed by (\d+) minutes", each)[1] for each in said) == ["4", "6", "8"]
    for minutes in (30, 40, 48):
        alerted.at(ten + minutes * MINUTE)
    assert len(alerted.service.messages(sue)) == 3, "the next step waits its own twenty minutes from the late one"
    alerted.at(ten + 49 * MINUTE)
    assert len(alerted.service.messages(sue)) == 6


@pytest.mark.parametrize(
    ("begins", "by"), [("2026-10-25T01:30:00+01:00", "1:50am"), ("2027-03-28T00:50:00+00:00", "2:10am")], ids=["the clocks go back", "the clocks go forward"]
)
def test_in_the_night_of_a_clock_change_each_rung_is_called_once_and_after_its_own_minutes(alerted, begins, by):
    """On the wall 1am to 2am comes twice, or not at all: the ladder counts what passes, and says what the wall will say."""
    began = days.to_ms(datetime.fromisoformat(begins))
    phones = {}
    for name, role in (("Ama", "senior_carer"), ("Priya", "duty_manager"), ("Sue", "registered_manager"), ("Lee", "provider_lead")):
        phones[name] = alerted.phone(f"{name}'s phone")
        person = alerted.home.staff(name, [role])
        alerted.sign_on(person, role, phones[name], began - HOUR)
    id_, fields = uuid.uuid4(), {"resident": str(alerted.home.resident()), "outcome": "drank", "drunk_ml": 40, "red_flags": ["choking"]}
    alerted.write(intake.Statement(record=id_, id=id_, kind="hydration_check", fields=fields, occurred_ms=began, author=person.id), began)
    called: dict[str, list[int]] = {name: [] for name in phones}
    for minutes in (0, 10, 19, 20, 30, 39, 40, 54):
        before = {name: len(alerted.service.messages(phone.made)) for name, phone in phones.items()}
        alerted.at(began + minutes * MINUTE)
        for name, phone in phones.items():
            called[name] += [minutes] * (len(alerted.service.messages(phone.made)) - before[name])
    assert called == {"Ama": [0], "Priya": [0], "Sue": [20], "Lee": [40]}
    (first,) = alerted.service.messages(phones["Ama"].made)
    assert f"before {by}." in first.json["notification"]["body"]


def test_a_rung_without_anybody_is_passed_at_once_and_leaves_a_trace(alerted, cast, ten):
    for name in ("ama", "priya"):
        phone = cast[f"{name}_phone"].tablet
        phone.client.delete("/api/v1/push/subscription", headers=phone.auth)
    choke(alerted, cast, ten)
    assert got(alerted, cast) == {"ama": 0, "priya": 0, "sue": 1}
    (record,) = [each for each in alerted.alerts() if each["rule"] == RED_FLAG]
    assert {(each["role"], each["reached"]) for each in record["told"]} == {
        ("senior_carer", False), ("duty_manager", False), ("registered_manager", True)}  # fmt: skip


def unproven(alerted, cast, *names: str) -> None:
    """These phones have subscribed and never said that they showed anything."""
    phones = [cast[f"{name}_phone"].id for name in names]
    with alerted.app.app_context():
        writing(lambda c: c.execute(update(subscription).where(subscription.c.device.in_(phones)).values(receipt_ms=None)))


def test_a_rung_whose_phones_never_showed_a_message_is_sent_to_and_not_waited_for(alerted, cast, ten):
    unproven(alerted, cast, "ama", "priya")
    alert = choke(alerted, cast, ten)
    assert got(alerted, cast) == {"ama": 1, "priya": 1, "sue": 1}, "the next rung is called with them"
    record = next(each for each in alerted.alerts() if each["id"] == alert)
    assert {(each["role"], each["reached"]) for each in record["told"]} == {
        ("senior_carer", False), ("duty_manager", False), ("registered_manager", True),
    }  # fmt: skip
    assert "system.nobody_reached" in {each["rule"] for each in alerted.alerts()}


def test_where_no_phone_ever_showed_a_message_all_are_sent_to_and_it_is_said_until_it_is_unhandled(alerted, cast, ten):
    unproven(alerted, cast, "ama", "priya", "sue")
    alert = choke(alerted, cast, ten)
    assert got(alerted, cast) == {"ama": 1, "priya": 1, "sue": 1}
    for minute in range(15, 90, 15):
        alerted.at(ten + minute * MINUTE + MINUTE)
    assert next(each for each in alerted.alerts() if each["id"] == alert)["status"] == "unhandled"
    assert got(alerted, cast)["priya"] == 5, "and at every repeat"


def test_a_phone_that_shows_a_call_counts_from_then_on(alerted, cast, ten):
    unproven(alerted, cast, "ama", "priya")
    choke(alerted, cast, ten)
    phone = cast["priya_phone"]
    said = [{"message": alerted.service.messages(phone.made)[0].json["id"], "event": "shown", "at": rfc3339(ten)}]
    assert phone.tablet.client.post("/api/v1/push/receipts", json=said, headers=phone.tablet.auth).json["taken"] == 1
    with alerted.app.app_context(), reading() as c:
        assert subscriptions.reachable(c, alerted.home.id, [phone.id, cast["ama_phone"].id], proven=True) == {phone.id}


def test_a_phone_that_renews_its_subscription_is_sent_a_test_to_prove_it_again(alerted, cast, ten):
    phone = cast["ama_phone"]
    fresh = alerted.service.subscribe()
    phone.tablet.client.put("/api/v1/push/subscription", json=fresh, headers=phone.tablet.auth)
    alerted.at(clock.now_ms())
    assert len(alerted.service.tests(fresh)) == 1


def test_a_senior_carer_of_another_unit_is_not_called(alerted, cast, ten):
    other, phone = alerted.home.staff("Ruth Lane", ["senior_carer"]), alerted.phone("Ruth's phone")
    alerted.sign_on(other, "senior_carer", phone, ten - HOUR, "Rowan")
    choke(alerted, cast, ten)
    assert alerted.service.messages(phone.made) == []


def test_somebody_who_has_signed_off_is_not_called(alerted, cast, ten):
    other, phone = alerted.home.staff("Ruth Lane", ["senior_carer"]), alerted.phone("Ruth's phone")
    alerted.sign_on(other, "senior_carer", phone, ten - 12 * HOUR, "Willow", until_ms=ten - MINUTE)
    choke(alerted, cast, ten)
    assert alerted.service.messages(phone.made) == []


def test_when_the_last_phone_of_a_rung_turns_out_dead_the_next_rung_is_told_at_once(alerted, cast, ten):
    for name in ("ama", "priya"):
        alerted.service.expire(cast[f"{name}_phone"].made)
    choke(alerted, cast, ten)
    alerted.at(ten + 45 * SECOND)
    assert got(alerted, cast) == {"ama": 0, "priya": 0, "sue": 1}


def test_one_breach_is_one_alert_however_often_it_is_looked_at(alerted, cast, ten):
    choke(alerted, cast, ten)
    for minutes in range(1, 10):
        alerted.at(ten + minutes * MINUTE)
    assert len([each for each in alerted.alerts() if each["rule"] == RED_FLAG]) == 1
    assert got(alerted, cast) == {"ama": 1, "priya": 1, "sue": 0}


def test_nothing_drunk_all_day_is_an_alert_although_nobody_recorded_anything(alerted, cast, clock_at, ten):
    """Silence has no row in the ledger: the stored look is what finds it."""
    for hour in range(11, 18):
        alerted.at(clock_at(hour))
    (record,) = [each for each in alerted.alerts() if each["rule"] == "hydration.nothing_drunk_8h"]
    assert record["status"] == "open" and record["severity"] == "urgent"
    assert got(alerted, cast)["ama"] >= 1


def test_a_drink_saved_at_the_bedside_that_merely_arrived_late_takes_the_alert_back_and_says_so(alerted, cast, clock_at, ten):
    tablet = cast["ama_phone"].tablet
    tablet.unlock(cast["ama"])
    at_noon = rfc3339(clock_at(12))
    drink = tablet.drink(cast["joan"], 300, occurred_at=at_noon, recorded_at=at_noon, clock=f"{ten:013d}-0000-{tablet.id}")
    now = clock_at(15, 30)
    alerted.at(now)
    (record,) = [each for each in alerted.alerts() if each["rule"] == "hydration.nothing_drunk_8h"]
    assert record["status"] == "open"
    tablet.sync([drink])
    alerted.at(now + MINUTE)
    (record,) = [each for each in alerted.alerts() if each["rule"] == "hydration.nothing_drunk_8h"]
    assert record["status"] == "withdrawn"
    assert "put right" in alerted.service.messages(cast["priya_phone"].made)[-1].json["notification"]["body"]
    told = got(alerted, cast)
    alerted.at(now + 2 * HOUR)
    assert got(alerted, cast)["sue"] == told["sue"], "a withdrawn alert climbs no further"


def test_a_rebuild_raises_no_alert_sends_nothing_and_puts_the_deadlines_back(alerted, cast, ten):
    from sqlalchemy import delete, select

    from server.alerts.tables import deadline
    from server.db import reading, writing
    from server.records import rebuild, store

    alert = choke(alerted, cast, ten)
    with alerted.app.app_context():
        with reading() as c:
            head, before = store.head(c, alerted.home.id), c.execute(select(deadline.c.alert, deadline.c.next_at_ms)).all()
        writing(lambda c: c.execute(delete(deadline)))
        rebuild.rebuild(alerted.home.id)
        with reading() as c:
            assert store.head(c, alerted.home.id) == head
            assert c.execute(select(deadline.c.alert, deadline.c.next_at_ms)).all() == before != []
    alerted.at(ten + MINUTE)
    assert got(alerted, cast) == {"ama": 1, "priya": 1, "sue": 0}
    alerted.at(ten + 21 * MINUTE)
    assert got(alerted, cast)["sue"] == 1, alert


def test_a_home_in_its_first_fortnight_is_only_watched_but_for_what_cannot_wait(alerted, house, ten):
    young = Alerted(_young_home(house, ten), alerted.service)
    joan = young.home.resident("Joan", unit="Willow")
    young.plan(joan, ten - 3 * HOUR)
    ama, phone = young.home.staff("Ama", ["senior_carer"]), young.phone()
    young.sign_on(ama, "senior_carer", phone, ten - HOUR, "Willow")
    young.at(ten + 8 * HOUR)
    assert [each["status"] for each in young.alerts() if each["rule"] == "hydration.nothing_drunk_8h"] == ["open"]
    assert young.service.messages(phone.made) == []


def _young_home(house, now_ms: int):
    from datetime import UTC, datetime

    from server.people import store
    from tests.harness.apps import Home

    with house.app.app_context():
        house.provider = house.provider or store.create_provider("Saltmarsh Care")
        started = datetime.fromtimestamp(now_ms / 1000 - 3 * 86_400, UTC).date().isoformat()
        return Home(house, store.create_home("Young", provider_id=house.provider, started_on=started, now_ms=clock.now_ms()))


def test_a_step_of_our_own_is_never_judged_again(alerted, cast, ten):
    from server.alerts import follow
    from server.db import reading

    choke(alerted, cast, ten)
    with alerted.app.app_context():
        assert follow.follow(alerted.home.id, ten + SECOND) is False
        with reading() as c:
            assert follow._where(c, alerted.home.id)[0] == follow._where(c, alerted.home.id)[1]


def test_a_statement_by_a_follower_that_is_said_twice_is_there_once(alerted, cast, ten):
    alert = choke(alerted, cast, ten)
    rows = [row for row in alerted.home.rows() if row["submission"]["record"] == str(alert)]
    assert len({row["submission"]["id"] for row in rows}) == len(rows)
    assert rows[0]["submission"]["id"] == str(alert)
    with alerted.app.app_context():
        said = intake.Statement(record=alert, id=alert, kind="alert", fields=rows[0]["submission"]["fields"], occurred_ms=ten)
        assert intake.write(alerted.home.id, [said], now_ms=ten, origin="system")[0].status == "duplicate"
