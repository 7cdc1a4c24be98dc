"""Tablets that should be heard from and are not, whose entries do not arrive, or that are two: somebody is told, once."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from server import clock
from server.db import reading, writing
from server.people import store as people
from server.people.tables import device
from server.records import rebuild
from sqlalchemy import select, update
from sync.alert_words import say_alert
from tests.harness.alerted import HOUR, MINUTE, Alerted
from tests.harness.apps import Tablet, rfc3339

SILENT, MISSING, TWO, ASIDE = "tablets.silent", "tablets.missing_entries", "tablets.two_with_one_identity", "tablets.set_aside"


class Floor:
    """Ama works on Willow at the shared tablet, with her phone in her pocket; Priya is duty manager. Time is moved by hand."""

    def __init__(self, alerted: Alerted, clock_at, tmp_path, monkeypatch):
        self.alerted, self.home = alerted, alerted.home
        self.start = clock_at(10)
        self._file = tmp_path / "clock-shift-ms"
        self._base = int(self._file.read_text())
        self.real_start = clock.now_ms()
        self.ama, self.priya = self.home.staff("Ama", ["senior_carer"]), self.home.staff("Priya", ["duty_manager"])
        self.ama_phone, self.priya_phone = alerted.phone("Ama's phone"), alerted.phone("Priya's phone")
        self.tablet = self.home.tablet("Willow lounge")
        self.joan = self.home.resident("Joan")
        alerted.sign_on(self.ama, "senior_carer", self.ama_phone, self.start)
        alerted.sign_on(self.priya, "duty_manager", self.priya_phone, self.start)
        self.tablet.unlock(self.ama)
        self.moved = 0

    def to(self, minutes: float) -> int:
        """It is so many minutes after the start; the escalator goes round as it does, and not only at the end."""
        while self.moved < minutes:
            self.moved = min(minutes, self.moved + 1)
            self._file.write_text(str(self._base + round(self.moved * MINUTE)))
            now = clock.now_ms()
            self.alerted.follow(now)
            self.alerted.fire(now)
        self.alerted.deliver(clock.now_ms())
        return clock.now_ms()

    def jump(self, ms: int) -> None:
        """The server's clock is put forward or back, and nothing else happens."""
        self._file.write_text(str(self._base + round(self.moved * MINUTE) + ms))

    def sign_on_here(self) -> str:
        entry = self.tablet.statement("duty", {
            "what": "on_shift", "staff": str(self.ama.id), "role": "senior_carer", "from": rfc3339(clock.now_ms()),
            "device": str(self.tablet.id),
        })  # fmt: skip
        assert self.tablet.sync([entry])["results"][0]["status"] == "accepted"
        return entry["record"]

    def sign_off(self, record: str) -> None:
        entry = self.tablet.statement("duty", {"to": rfc3339(clock.now_ms())}, record=record, parents=[record])
        assert self.tablet.sync([entry])["results"][0]["status"] == "accepted"

    def alerts(self, rule: str) -> list[dict]:
        return [alert for alert in self.alerted.alerts() if alert["rule"] == rule]

    def calls(self, name: str) -> list:
        phone = {"ama": self.ama_phone, "priya": self.priya_phone}[name]
        return self.alerted.service.messages(phone.made)


@pytest.fixture
def floor(alerted, clock_at, tmp_path, monkeypatch) -> Floor:
    return Floor(alerted, clock_at, tmp_path, monkeypatch)


def test_a_tablet_that_somebody_works_at_is_silent_after_an_hour_and_nobody_had_to_ask(floor):
    floor.sign_on_here()
    floor.to(59)
    assert floor.alerts(SILENT) == []
    floor.to(62)
    (alert,) = floor.alerts(SILENT)
    assert alert["status"] == "open" and alert["severity"] == "senior" and alert["subject"] == str(floor.tablet.id)
    assert alert["facts"]["tablet"] == "Willow lounge"
    assert "Willow lounge has not been heard from for 1 hour or more" in say_alert(alert).says
    (call,) = floor.calls("ama")
    assert call.json["notification"]["body"] == "A tablet has not been heard from for 1 hour. Open to see it."
    assert "Willow" not in json.dumps(call.json) and "lounge" not in json.dumps(call.json)
    assert floor.calls("priya") == [], "the duty manager comes half an hour later"
    floor.to(95)
    assert len(floor.calls("priya")) == 1 and len(floor.alerts(SILENT)) == 1


def test_it_is_withdrawn_visibly_when_the_tablet_is_heard_again_with_nothing_missing(floor):
    floor.sign_on_here()
    floor.to(70)
    floor.tablet.sync()
    floor.to(72)
    (alert,) = floor.alerts(SILENT)
    assert alert["status"] == "withdrawn" and alert["reason"] == "tablet_heard"
    assert [call.json["what"] for call in floor.calls("ama")] == ["told", "withdrawn"]


def test_it_stays_open_while_the_tablet_is_back_but_has_not_sent_all(floor):
    floor.sign_on_here()
    floor.to(70)
    floor.tablet.number += 3
    floor.tablet.sync(pending=3)
    floor.to(72)
    (alert,) = floor.alerts(SILENT)
    assert alert["status"] == "open" and alert["facts"]["back"] is True and alert["facts"]["unsent"] == 3
    floor.tablet.number -= 3
    floor.tablet.sync([floor.tablet.drink(floor.joan) for _ in range(3)])
    floor.to(74)
    (alert,) = floor.alerts(SILENT)
    assert alert["status"] == "withdrawn"


def test_whoever_signed_on_by_a_clock_an_hour_fast_that_was_put_right_before_it_sent_counts_from_when_that_arrived(floor):
    ahead = rfc3339(clock.now_ms() + HOUR)
    said = {"what": "on_shift", "staff": str(floor.ama.id), "role": "senior_carer", "from": ahead, "device": str(floor.tablet.id)}
    entry = floor.tablet.statement("duty", said, occurred_at=ahead, recorded_at=ahead)
    assert floor.tablet.sync([entry])["results"][0]["status"] == "accepted"
    floor.to(65)
    assert len(floor.alerts(SILENT)) == 1


def test_signing_off_with_nothing_left_ends_the_watch_and_with_something_left_it_does_not(floor):
    record = floor.sign_on_here()
    floor.to(5)
    floor.sign_off(record)
    floor.to(120)
    assert floor.alerts(SILENT) == []
    floor.tablet.number += 2
    floor.tablet.sync(pending=2)
    floor.to(190)
    (alert,) = floor.alerts(SILENT)
    assert alert["facts"]["unsent"] == 2 and "2 of its entries were not sent" in say_alert(alert).says


def test_a_phone_is_never_missed(floor):
    with floor.alerted.app.app_context():
        made, token = people.enrol_device(floor.home.id, "Pocket", now_ms=clock.now_ms(), form="phone")
    phone = Tablet(floor.home, made, token)
    phone.unlock(floor.ama)
    phone.number = 4
    phone.sync(pending=4)
    floor.to(90)
    assert floor.alerts(SILENT) == []


def test_a_tablet_that_was_wiped_and_enrolled_again_leaves_its_old_self_silent_with_what_it_held(floor):
    floor.tablet.number += 5
    floor.tablet.sync(pending=5)
    fresh = floor.home.tablet("Willow lounge again")
    fresh.unlock(floor.ama)
    fresh.sync([fresh.drink(floor.joan)])
    floor.to(65)
    (alert,) = floor.alerts(SILENT)
    assert alert["subject"] == str(floor.tablet.id) and alert["facts"]["unsent"] == 5


def test_a_removed_tablet_is_not_waited_for(floor):
    floor.sign_on_here()
    floor.to(65)
    with floor.alerted.app.app_context():
        people.revoke_device(floor.home.id, floor.tablet.id, now_ms=clock.now_ms())
    floor.to(75)
    (alert,) = floor.alerts(SILENT)
    assert alert["status"] == "withdrawn" and alert["reason"] == "tablet_removed"


def test_a_silence_that_somebody_closed_stays_closed_and_the_next_one_is_told_again(floor):
    floor.sign_on_here()
    now = floor.to(65)
    (alert,) = floor.alerts(SILENT)
    floor.alerted.set_status(alert["id"], floor.ama, "resolved", now, outcome="seen_and_safe", evidence="In the linen room")
    floor.to(130)
    assert floor.alerts(SILENT)[0]["status"] == "resolved"
    floor.tablet.sync()
    floor.to(195)
    (alert,) = floor.alerts(SILENT)
    assert alert["status"] == "open" and alert["opening"] == 2


def test_one_day_of_silence_and_the_next_are_one_alert(floor):
    floor.sign_on_here()
    floor.to(62)
    (first,) = floor.alerts(SILENT)
    floor.moved = 26 * 60
    floor.to(26 * 60 + 20)
    assert [alert["id"] for alert in floor.alerts(SILENT)] == [first["id"]]


def test_numbers_that_do_not_arrive_for_an_hour_are_told_to_the_duty_manager_and_withdrawn_when_they_come(floor):
    held = [floor.tablet.drink(floor.joan) for _ in range(5)]
    floor.tablet.sync([held[0], held[4]])
    floor.to(58)
    assert floor.alerts(MISSING) == []
    floor.tablet.sync()
    floor.to(63)
    (alert,) = floor.alerts(MISSING)
    assert alert["facts"]["missing"] == 3 and alert["facts"]["numbers"] == "2-4"
    assert "3 of the entries of Willow lounge have not arrived. Their numbers: 2-4." in say_alert(alert).says
    assert len(floor.calls("priya")) == 1 and floor.calls("ama") == []
    floor.tablet.sync(held[1:4])
    floor.to(65)
    (alert,) = floor.alerts(MISSING)
    assert alert["status"] == "withdrawn" and alert["reason"] == "tablet_arrived"


def test_a_tablet_that_says_all_is_sent_although_its_last_numbers_never_came_is_told(floor):
    floor.tablet.sync([floor.tablet.drink(floor.joan)])
    floor.tablet.number += 2
    floor.tablet.sync(pending=0)
    floor.to(62)
    (alert,) = floor.alerts(MISSING)
    assert alert["facts"]["numbers"] == "2-3"


@pytest.mark.parametrize(("how", "minutes"), [("twice", 2), ("fell", 62)])
def test_two_tablets_with_one_identity_are_told_and_stay_until_somebody_has_looked(floor, how, minutes):
    floor.tablet.sync([floor.tablet.drink(floor.joan) for _ in range(3)])
    floor.tablet.number = 1
    if how == "twice":
        floor.tablet.sync([floor.tablet.drink(floor.joan, 90)], last_number=3)
    else:
        floor.tablet.sync()
    floor.to(minutes)
    (alert,) = floor.alerts(TWO)
    assert alert["status"] == "open" and alert["facts"]["how"] == how and len(floor.calls("priya")) == 1
    floor.to(minutes + 118)
    assert floor.alerts(TWO)[0]["status"] not in ("resolved", "withdrawn")


def test_a_request_that_the_network_repeats_late_is_no_second_tablet(floor):
    floor.tablet.sync([floor.tablet.drink(floor.joan) for _ in range(3)])
    floor.tablet.sync(last_number=1)  # an old one, delivered again
    floor.tablet.sync()
    floor.to(120)
    assert floor.alerts(TWO) == []


def test_what_is_set_aside_for_longer_than_a_shift_is_told_to_the_duty_manager(floor):
    bad = floor.tablet.drink(floor.joan, -5)
    assert floor.tablet.sync([bad])["results"][0]["status"] == "quarantined"
    floor.to(11 * 60)
    assert floor.alerts(ASIDE) == []
    floor.to(12 * 60 + 2)
    (alert,) = floor.alerts(ASIDE)
    assert alert["facts"]["aside"] == 1 and len(floor.calls("priya")) == 1


def test_a_new_home_only_lists_it(floor):
    today = datetime.fromtimestamp(clock.now_ms() / 1000, UTC).date().isoformat()
    floor.home.sql(f"UPDATE home SET started_on = '{today}'")
    with floor.alerted.app.app_context():
        floor.alerted.app.extensions.pop("tidemark_homes", None)
    floor.sign_on_here()
    floor.to(65)
    (alert,) = floor.alerts(SILENT)
    assert alert["status"] == "open" and not alert.get("told") and floor.calls("ama") == []


def test_after_the_server_itself_was_away_tablets_get_a_moment_to_be_heard_from(floor):
    floor.sign_on_here()
    floor.to(1)
    floor.moved = 180  # nobody went round for three hours
    floor.to(181)
    assert floor.alerts(SILENT) == []
    floor.tablet.sync()
    floor.to(190)
    assert floor.alerts(SILENT) == []
    floor.moved = 400
    floor.to(410)
    assert len(floor.alerts(SILENT)) == 1


@pytest.mark.parametrize("by", [24 * HOUR, -24 * HOUR])
def test_a_server_clock_that_is_a_day_off_for_a_minute_calls_nobody_and_blinds_nobody(floor, by):
    floor.sign_on_here()
    floor.to(10)
    floor.jump(by)
    drink = floor.tablet.drink(floor.joan)
    assert floor.tablet.sync([drink])["results"][0]["status"] == "accepted"
    floor.alerted.at(clock.now_ms())
    floor.jump(0)
    floor.tablet.sync()
    floor.to(20)
    assert floor.alerts(SILENT) == []
    floor.to(95)
    assert len(floor.alerts(SILENT)) == 1, "still noticed, whatever the clock said meanwhile"
    assert floor.tablet.sync([drink])["results"][0]["status"] == "duplicate"


@pytest.mark.parametrize("by", [24 * HOUR, -24 * HOUR])
def test_numbers_missed_while_the_servers_clock_was_a_day_off_are_told_after_an_hour_all_the_same(floor, by):
    held = [floor.tablet.drink(floor.joan) for _ in range(6)]
    floor.jump(by)
    floor.tablet.sync([held[0], held[4]], last_number=6)  # and of the sixth it says that it is sent
    floor.jump(0)
    floor.to(75)
    (alert,) = floor.alerts(MISSING)
    assert alert["facts"]["numbers"] == "2-4, 6"


def test_a_silent_tablet_is_told_although_the_server_looked_at_it_under_a_clock_a_day_behind(floor):
    floor.sign_on_here()
    floor.to(10)
    floor.jump(-24 * HOUR)
    other = floor.home.tablet("Another")
    other.unlock(floor.ama)
    with floor.alerted.app.app_context():
        writing(lambda c: c.execute(update(device).where(device.c.id == floor.tablet.id).values(look_at_ms=clock.now_ms(), look_set_ms=clock.now_ms())))
    floor.alerted.fire(clock.now_ms())
    floor.jump(0)
    floor.to(80)
    assert len(floor.alerts(SILENT)) == 1


def test_one_number_under_two_ids_is_told_although_the_servers_clock_was_a_day_ahead(floor):
    floor.tablet.sync([floor.tablet.drink(floor.joan) for _ in range(3)])
    floor.jump(24 * HOUR)
    floor.tablet.number = 2
    floor.tablet.sync([floor.tablet.drink(floor.joan)])
    floor.jump(0)
    floor.to(20)
    assert len(floor.alerts(TWO)) == 1


def test_an_entry_that_was_set_aside_under_a_clock_a_day_ahead_is_told_at_once_and_not_a_day_later(floor):
    floor.jump(24 * HOUR)
    entry = floor.tablet.drink(floor.joan)
    entry["fields"]["outcome"] = "vanished"
    assert floor.tablet.sync([entry])["results"][0]["status"] == "quarantined"
    floor.jump(0)
    floor.to(20)
    (alert,) = floor.alerts(ASIDE)
    assert alert["status"] == "open" and alert["facts"]["aside"] == 1
    assert len(floor.calls("priya")) == 1, "once, and not at every look"


def test_a_tablet_at_which_somebody_has_signed_on_for_later_is_watched_from_the_moment_their_shift_begins(floor):
    later = rfc3339(clock.now_ms() + 3 * HOUR)
    entry = floor.tablet.statement("duty", {
        "what": "on_shift", "staff": str(floor.ama.id), "role": "senior_carer", "from": later, "device": str(floor.tablet.id),
    })  # fmt: skip
    assert floor.tablet.sync([entry])["results"][0]["status"] == "accepted"
    floor.to(179)
    assert floor.alerts(SILENT) == [], "nobody works at it yet"
    floor.to(182)
    assert len(floor.alerts(SILENT)) == 1


def test_a_rebuild_raises_nothing_again_and_sends_nothing(floor):
    floor.sign_on_here()
    floor.to(65)
    before, calls = floor.alerts(SILENT), len(floor.calls("ama"))
    with floor.alerted.app.app_context():
        rebuild.rebuild(floor.home.id)
    floor.to(70)
    assert floor.alerts(SILENT) == before and len(floor.calls("ama")) == calls


def test_two_escalators_open_one_alert(floor):
    floor.sign_on_here()
    floor.to(59)
    floor.moved = 61
    floor.jump(0)
    now = clock.now_ms()
    for _ in range(2):
        floor.alerted.fire(now)
    rows = [row for row in floor.home.rows() if row["submission"]["kind"] == "alert"]
    assert len(rows) == 1


def test_a_request_that_brings_nothing_new_moves_no_deadline(floor):
    floor.sign_on_here()
    floor.to(3)

    def look():
        with floor.alerted.app.app_context(), reading() as c:
            return c.execute(select(device.c.look_at_ms).where(device.c.id == floor.tablet.id)).scalar()

    before = look()
    floor.tablet.sync([floor.tablet.drink(floor.joan)])
    assert before is not None and look() == before


def test_a_gap_on_the_chart_names_the_tablet_that_may_hold_it(floor):
    floor.alerted.plan(floor.joan, floor.start - 30 * HOUR, target_ml=1600)
    floor.sign_on_here()
    floor.to(4 * 60)
    gaps = [alert for alert in floor.alerted.alerts() if alert["rule"].startswith("hydration.") and alert.get("silent_tablets")]
    assert gaps
    assert "May be on Willow lounge, not heard from since" in say_alert(gaps[0]).says
