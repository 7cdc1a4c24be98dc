"""What a tablet says of itself, and what a manager reads about it: waiting, missing, clock, storage, its last entries' way."""

from __future__ import annotations

import json

import pytest

from server import clock
from tests.harness.apps import rfc3339
from tests.harness.visitor import Visitor

MINUTE = 60_000
SAID = {"version": "Ab12cd34", "installed": True, "persisted": True, "storage_free_mb": 2300, "oldest_unsent_at": None}
NOTHING = dict.fromkeys(SAID)


@pytest.fixture
def tablet(home):
    made = home.tablet("Oak lounge")
    made.unlock(home.staff())
    return made


def report(tablet, **said):
    return tablet.client.post("/api/v1/device/report", json={**SAID, **said}, headers=tablet.auth)


def test_a_report_is_kept_and_the_last_word_replaces_the_one_before(home, tablet):
    assert report(tablet).status_code == 204
    assert report(tablet, persisted=False, version=None).status_code == 204
    ((version, installed, persisted, free),) = home.sql(
        f"SELECT app_version, installed, persisted, storage_free_mb FROM device WHERE name = 'Oak lounge'"  # noqa: F541
    )
    assert version is None and bool(installed) and not persisted and free == 2300


def test_each_member_may_be_unknown(tablet):
    assert report(tablet, **NOTHING).status_code == 204


@pytest.mark.parametrize("wrong", [{"storage_free_mb": -1}, {"storage_free_mb": 2**40}, {"version": "x" * 81}, {"oldest_unsent_at": "noon"}, {"who": "Joan"}])
def test_what_is_not_a_report_is_refused_with_a_sentence(tablet, wrong):
    answer = report(tablet, **wrong)
    assert answer.status_code == 400 and answer.content_type == "application/problem+json"


def test_a_stranger_reports_nothing(home, tablet):
    answer = tablet.client.post("/api/v1/device/report", json=SAID, headers={"Authorization": "Bearer nobody"})
    assert answer.status_code == 401


def test_a_report_is_no_submission(home, tablet):
    before = len(home.rows())
    report(tablet)
    assert len(home.rows()) == before


def test_the_tablets_page_says_when_nothing_is_left_on_a_tablet(home, tablet, sue):
    tablet.sync([tablet.drink(home.resident()) for _ in range(2)])
    assert "Nothing left on this tablet" in sue.open("/tablets").text
    tablet.number += 1
    tablet.sync(pending=1)
    page = sue.open("/tablets").text
    assert "Nothing left on this tablet" not in page


def test_numbers_that_never_came_are_no_nothing_left(home, tablet, sue):
    tablet.sync([tablet.drink(home.resident())])
    tablet.number += 2
    tablet.sync(pending=0)
    page = sue.open(f"/tablets/{tablet.id}").text
    assert "Nothing left" not in page and "not arrived" in page


def test_an_entry_that_waits_for_more_than_a_quarter_of_an_hour_is_marked_by_the_tablets_own_clock_put_right(home, tablet, sue):
    ahead = 3 * 60 * MINUTE + 30_000
    tablet.number += 1
    tablet.sync(pending=1, sent_at=rfc3339(clock.now_ms() + ahead))
    report(tablet, oldest_unsent_at=rfc3339(clock.now_ms() + ahead - 10 * MINUTE))
    page = sue.open("/tablets").text
    assert "10 minutes old" in page and "Waiting too long" not in page and "3 hours ahead" in page
    report(tablet, oldest_unsent_at=rfc3339(clock.now_ms() + ahead - 20 * MINUTE))
    assert "Waiting too long" in sue.open("/tablets").text


def test_a_browser_that_may_clear_the_tablet_is_said(tablet, sue):
    report(tablet, persisted=False)
    page = sue.open("/tablets").text
    assert "The browser may delete this tablet's data when space is short." in page and "2 GB free" in page


def test_an_older_build_than_the_servers_is_said(home, tablet, sue):
    home.house.app.extensions["tidemark_build"] = lambda: "Zz98yx76"
    report(tablet)
    assert "older than the server's" in sue.open("/tablets").text
    report(tablet, version="Zz98yx76")
    assert "older than the server's" not in sue.open("/tablets").text


def test_the_page_of_a_tablet_shows_how_long_its_last_entries_were_on_their_way(home, tablet, sue):
    now, joan = clock.now_ms(), home.resident("Joan")
    late = tablet.drink(joan, occurred_at=rfc3339(now - 95 * MINUTE), recorded_at=rfc3339(now - 90 * MINUTE))
    tablet.sync([late, tablet.drink(joan)])
    page = sue.open(f"/tablets/{tablet.id}")
    assert page.status == 200 and "1 hour 30 minutes Late" in page.text and "less than a minute" in page.text
    assert "Oak" not in page.title and "Joan" not in page.text


def test_a_tablet_of_another_home_is_simply_unknown(house, tablet):
    stranger = Visitor.manager(house.home("Saltings"), ["registered_manager"])
    assert stranger.open(f"/tablets/{tablet.id}").status == 404


def test_a_phone_is_enrolled_as_one_by_a_manager(home, sue):
    page = sue.send("/tablets/add", name="Night phone", form="phone")
    code = page.marked("enrol-link").split("#enrol=")[1]
    assert home.house.app.test_client().post("/api/v1/enrol", json={"code": code}).status_code == 200
    assert home.sql("SELECT form FROM device WHERE name = 'Night phone'")[0][0] == "phone"


def test_the_command_lists_the_same(home, tablet, monkeypatch):
    from server.people import commands

    report(tablet)
    shown: list = []
    monkeypatch.setattr(commands, "app_context", home.house.app.app_context)
    monkeypatch.setattr(commands.commandline, "show", lambda found, as_json: shown.extend(found))
    commands.device_list.callback(str(home.uuid), True)
    (one,) = shown
    assert one["name"] == "Oak lounge" and one["form"] == "tablet" and one["version"] == "Ab12cd34" and one["storage_free_mb"] == 2300
    json.dumps(shown)
