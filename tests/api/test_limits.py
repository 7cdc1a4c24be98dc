"""Limits of a device: so many submissions an hour, so much set aside in a day; tries to enrol from one address; and a
disk that is nearly full."""

from __future__ import annotations

import json

import pytest

from server import clock
from server.people import store
from server.records import device_state
from tests.harness.apps import House


@pytest.fixture
def tablet(home):
    made = home.tablet()
    made.unlock(home.staff())
    return made


def problem(answer, status, code):
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert json.loads(answer.data)["code"] == code
    return int(answer.headers["Retry-After"])


def test_three_thousand_submissions_an_hour_are_taken_and_then_there_is_a_wait_in_whole_seconds(home, tablet, monkeypatch):
    entries = [None] * 500
    for _ in range(6):
        assert len(tablet.sync(entries)["results"]) == 500
    wait = problem(tablet.post(tablet.envelope([tablet.drink(home.resident())])), 429, "hourly_limit")
    assert 3_000 < wait <= 3_600
    assert tablet.sync([])["results"] == [], "asking for changes is no submission"
    other = home.tablet("Willow 2")
    assert len(other.sync([None])["results"]) == 1, "the limit is one device's own"
    later = clock.now_ms() + wait * 1000
    monkeypatch.setattr(clock, "_shift_ms", lambda: later - clock.time.time_ns() // 1_000_000)
    assert len(tablet.sync([None])["results"]) == 1


def test_twenty_megabytes_set_aside_in_a_day_are_kept_and_then_there_is_a_wait(home, tablet):
    filled = {"n": 0}

    def garbage():
        filled["n"] += 1
        return {"id": f"x{filled['n']}", "note": "x" * 4_000_000}

    for _ in range(5):
        assert tablet.sync([garbage()])["results"][0]["status"] == "quarantined"
    again = garbage()
    wait = problem(tablet.post(tablet.envelope([again])), 429, "quarantine_limit")
    assert 80_000 < wait <= 86_400
    good = tablet.drink(home.resident())
    assert problem(tablet.post(tablet.envelope([good, again])), 429, "quarantine_limit"), "the whole request is refused, as the protocol says"
    assert tablet.sync([good])["results"][0]["status"] == "accepted", "good entries go on in a request of their own: a tablet halves"
    assert device_state.DAY_QUARANTINE_BYTES == 20 * 1024 * 1024


def test_a_nearly_full_disk_takes_nothing_in_before_anything_is_lost(database):
    house = House(database, disk_free_share=0.09)
    home = house.home()
    tablet = home.tablet()
    tablet.unlock(home.staff())
    problem(tablet.post(tablet.envelope([tablet.drink(home.resident())])), 503, "disk_full")
    assert tablet.sync([])["locked"] is False, "reading goes on"
    assert len(home.rows()) == 2
    house.close()


def enrol(house, code, **headers):
    return house.app.test_client().post("/api/v1/enrol", json={"code": code, "name": "Oak"}, headers=headers)


def test_after_twenty_failed_tries_to_enrol_from_one_place_there_is_a_wait_in_whole_seconds(house, home):
    with house.app.app_context():
        code = store.new_enrolment_code(home.id, "Oak", now_ms=clock.now_ms())
    for n in range(20):
        assert enrol(house, f"{home.id:x}-wrong{n}").status_code == 403
    wait = problem(enrol(house, code), 429, "enrol_wait")
    assert 500 < wait <= 600
    assert "Wait" in enrol(house, code).json["detail"]
    assert enrol(house, code, **{"X-Forwarded-For": "198.51.100.7"}).status_code == 200, "another place goes on"


def test_tablets_that_are_enrolled_rightly_use_up_no_tries(house, home):
    for n in range(25):
        with house.app.app_context():
            code = store.new_enrolment_code(home.id, f"Oak {n}", now_ms=clock.now_ms())
        assert enrol(house, code).status_code == 200


def test_neither_sync_nor_unlock_is_counted_by_address(house, home, tablet):
    for n in range(21):
        enrol(house, "nothing at all" * n)
    assert enrol(house, "x").status_code == 429
    for _ in range(40):
        assert tablet.post(tablet.envelope([])).status_code == 200
    assert tablet.unlock(tablet.person).status_code == 200


def test_a_made_up_place_from_outside_gives_no_more_tries(house):
    def from_outside(n):
        return house.app.test_client().post(
            "/api/v1/enrol", json={"code": "x", "name": "Oak"}, headers={"X-Forwarded-For": f"203.0.113.{n}"},
            environ_overrides={"REMOTE_ADDR": "192.0.2.9"},
        )  # fmt: skip

    assert [from_outside(n).status_code for n in range(21)] == [403] * 20 + [429]
