"""An alert is taken on from a phone's lock screen: once, by that phone, for whoever was called, and written down as theirs."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from server import clock
from server.alerts.tables import lock_screen_token
from server.db import reading
from tests.harness.alerted import HOUR, MINUTE
from tests.stories.test_alert_story import cast, choke, ten  # noqa: F401 (fixtures)


def token(alerted, phone) -> str:
    return alerted.service.messages(phone.made)[-1].json["token"]


def take(phone, given: str):
    return phone.tablet.client.post("/api/v1/push/take", json={"token": given}, headers=phone.tablet.auth)


def record(alerted, alert) -> dict:
    return next(each for each in alerted.alerts() if each["id"] == alert)


def test_one_tap_takes_it_on_in_the_name_of_whoever_was_called_and_the_ladder_stops(alerted, cast, ten):  # noqa: F811
    alert = choke(alerted, cast, ten)
    answer = take(cast["priya_phone"], token(alerted, cast["priya_phone"]))
    assert (answer.status_code, answer.json["alert"]) == (200, str(alert))
    stands = record(alerted, alert)
    assert (stands["status"], stands["owner"], stands["via"]) == ("acknowledged", str(cast["priya"].id), "lockscreen")
    alerted.at(ten + 25 * MINUTE)
    assert len(alerted.service.messages(cast["sue_phone"].made)) == 0, "nobody further up is called"
    again = take(cast["priya_phone"], token(alerted, cast["priya_phone"]))
    assert again.status_code == 409 and "within 15 minutes" in again.json["detail"]


def test_another_phones_token_a_made_up_one_and_none_take_nothing_on(alerted, cast, ten):  # noqa: F811
    alert = choke(alerted, cast, ten)
    assert take(cast["ama_phone"], token(alerted, cast["priya_phone"])).status_code == 409
    assert take(cast["ama_phone"], "A" * 32).status_code == 409 and take(cast["ama_phone"], "").status_code == 400
    assert cast["ama_phone"].tablet.client.post("/api/v1/push/take", json={"token": "A" * 32}).status_code == 401
    assert record(alerted, alert)["status"] == "open"


@pytest.mark.parametrize(("minute", "status"), [(14, 200), (16, 409)])
def test_it_is_good_for_a_quarter_of_an_hour(alerted, cast, ten, clock_at, minute, status):  # noqa: F811
    choke(alerted, cast, ten)
    given = token(alerted, cast["priya_phone"])
    clock_at(10, minute)
    assert take(cast["priya_phone"], given).status_code == status


def test_what_somebody_else_has_taken_and_what_was_called_for_somebody_who_went_home_is_not_taken_on(alerted, cast, ten):  # noqa: F811
    alert = choke(alerted, cast, ten)
    priyas, amas = token(alerted, cast["priya_phone"]), token(alerted, cast["ama_phone"])
    alerted.sign_off(cast["priya"], clock.now_ms() - MINUTE)
    assert take(cast["priya_phone"], priyas).status_code == 409
    alerted.set_status(alert, cast["sue"], "acknowledged", clock.now_ms())
    assert take(cast["ama_phone"], amas).status_code == 409
    assert record(alerted, alert)["owner"] == str(cast["sue"].id)


def test_a_shared_tablet_is_sent_no_token_and_only_the_digest_of_a_phones_is_kept(alerted, cast, ten):  # noqa: F811
    tablet = alerted.phone("Willow 1", form="tablet")
    alerted.sign_on(alerted.home.staff("Grace", ["senior_carer"]), "senior_carer", tablet, ten - HOUR)
    choke(alerted, cast, ten)
    assert "token" in alerted.service.messages(cast["ama_phone"].made)[-1].json
    assert "token" not in alerted.service.messages(tablet.made)[-1].json
    with alerted.app.app_context(), reading() as c:
        kept = [row.digest for row in c.execute(select(lock_screen_token))]
    assert len(kept) == 2 and token(alerted, cast["ama_phone"]) not in str(kept), "only digests are kept"


def test_where_phones_are_shared_the_switch_keeps_every_token_away(alerted, cast, ten):  # noqa: F811
    alerted.without_lock_screen()
    choke(alerted, cast, ten)
    assert "token" not in alerted.service.messages(cast["ama_phone"].made)[-1].json
