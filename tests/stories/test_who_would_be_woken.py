"""The page that says who would be woken now, the addresses beside phones, the paper tree, and who watches the watcher."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from server import clock
from server.alerts import endpoints, schedule, ticks, watch
from server.alerts.session import GuardedSession
from server.db import reading, writing
from tests.harness.alerted import HOUR, MINUTE, SECOND
from tests.harness.mail_server import MailServer
from tests.harness.visitor import Visitor
from tests.stories.test_alert_story import cast, ten, unproven  # noqa: F401 (fixtures)


@pytest.fixture
def helen(home, clock_at):
    clock_at(10)
    return Visitor.manager(home, ["registered_manager"], "Helen Marsh")


def prove(alerted, phone, *, shown: bool = True) -> None:
    """The phone is sent a test, and says that it showed it."""
    client, auth = phone.tablet.client, phone.tablet.auth
    message = client.post("/api/v1/push/test", headers=auth).json["message"]
    if shown:
        said = [{"message": message, "event": "shown", "at": "2026-11-22T21:04:00+00:00"}]
        assert client.post("/api/v1/push/receipts", json=said, headers=auth).json["taken"] == 1


def test_a_rung_is_red_until_a_device_on_it_has_proved_that_it_shows_alerts(alerted, cast, helen):  # noqa: F811
    unproven(alerted, cast, "ama", "priya", "sue")
    page = helen.open("/reach")
    assert page.headers["Refresh"] == "30" and "would reach nobody in time" in page.marked("reach-verdict").replace("An alert ", "")
    assert "Has never shown a message" in page.text
    prove(alerted, cast["ama_phone"])
    prove(alerted, cast["sue_phone"])
    page = helen.open("/reach?still=1")
    assert "Refresh" not in page.headers and "Showed a message at 10am" in page.text
    assert "Step 2: Registered manager" in page.text and "after 20 minutes" in page.text
    prove(alerted, cast["priya_phone"])
    assert "Both first steps have a device" in helen.open("/reach").text


def test_a_test_that_is_not_confirmed_in_60_seconds_is_red(alerted, cast, helen, clock_at):  # noqa: F811
    prove(alerted, cast["ama_phone"], shown=False)
    assert "not confirmed in 60 seconds" not in helen.open("/reach").text
    clock_at(10, 2)
    assert "The last test alert was not confirmed in 60 seconds." in helen.open("/reach").text


def test_whoever_signs_on_is_sent_one_test_and_nobody_for_a_sign_on_that_is_heard_of_late(alerted, clock_at):
    now = clock_at(10)
    ama, phone = alerted.home.staff("Ama Mensah", ["senior_carer"]), alerted.phone()
    alerted.sign_on(ama, "senior_carer", phone, now - HOUR)
    alerted.at(now)
    assert alerted.service.tests(phone.made) == []
    alerted.sign_on(ama, "senior_carer", phone, now)
    for minutes in (0, 1, 2):
        alerted.at(now + minutes * MINUTE)
    (sent,) = alerted.service.tests(phone.made)
    assert sent.urgency == "high" and "Test alert" in sent.json["notification"]["body"]


def test_the_paper_tree_has_the_steps_of_the_ladder_their_telephones_and_who_is_on_duty(home, cast, helen):  # noqa: F811
    helen.send("/numbers", n0="01632 960 001", n1="01632 960 002", n2="01632 960 003")
    page = helen.open("/phone-tree")
    for said in ("Step 1: Senior carer", "01632 960 002", "Ama Mensah, Willow, signed on at 9am", "Step 3", "call 999 first"):
        assert said.lower() in page.text.lower(), said


def test_an_address_is_kept_tried_and_removed_and_the_page_says_what_became_of_the_test(alerted, helen):
    page = helen.send("/reach/contacts", channel="email", target="helen@larkfield.example", role="registered_manager")
    assert "The address is kept" in page.text and "Never tried" in page.text and "has no mail server yet" in page.text
    action = next(part for part in page.html.split('"') if part.endswith("/try"))
    assert "A test is on its way" in helen.send(action, form_at="/reach/contacts").text
    with MailServer() as mails:
        alerted.mail_server = mails.settings
        alerted.deliver(clock.now_ms())
        ((to, mail),) = mails.mails
    assert to == "helen@larkfield.example" and "Test alert" in mail.get_content()
    assert "Taken at 10am" in helen.open("/reach/contacts").text
    assert "Also told when no phone answers: 1" in helen.open("/reach").text
    assert "The address is removed" in helen.send(action.replace("/try", "/remove"), form_at="/reach/contacts").text
    assert helen.send(action, form_at="/reach/contacts").status == 404


@pytest.mark.parametrize(
    ("channel", "target", "why"),
    [("email", "helen", "Type a whole mailbox"), ("apprise", "jsons://10.0.0.1/x", "with a public host"),
     ("dead_man", "http://larkfield.example", "https:// address with a public host"), ("email", "", "Type an address"), ("fax", "1", "Choose how")],
)  # fmt: skip
def test_an_address_that_cannot_be_sent_to_is_refused_with_a_sentence(helen, channel, target, why):
    page = helen.send("/reach/contacts", channel=channel, target=target, role="any")
    assert page.status == 400 and why in page.text


def test_secrets_of_an_address_are_not_shown_again(helen):
    page = helen.send("/reach/contacts", channel="apprise", target="slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", role="any")
    assert "slack://…" in page.text and "TIiajk" not in page.html and "T1JJ3" not in page.html


def test_every_page_says_that_alerts_may_be_late_until_the_beats_are_fresh_and_no_step_is_overdue(alerted, helen):
    now = clock.now_ms()
    assert "Alerts may be late" in helen.open("/numbers").text
    with alerted.app.app_context():
        ticks.write("a", started_ms=now, now_ms=now, late_ms=0, count=1, stepped_ms=None)
    assert "Alerts may be late" not in helen.open("/numbers").text


def test_a_stuck_alert_is_mailed_to_the_manager_once_an_hour_and_the_dead_man_hears_nothing(alerted, clock_at, caplog):
    now = clock_at(10)
    alerted.contact("email", "helen@larkfield.example", "registered_manager")
    alerted.contact("email", "priya@larkfield.example", "duty_manager")
    with alerted.app.app_context():
        assert watch.audit(now) == 0
        alert = alerted.open_alert(now)
        writing(lambda c: schedule.set_step(c, alerted.home.id, alert, None, now, now))
        assert [watch.audit(now + minutes * MINUTE) for minutes in (1, 3, 4)] == [0, 1, 1]
    with MailServer() as mails:
        alerted.mail_server = mails.settings
        alerted.deliver(now + 4 * MINUTE)
    assert [to for to, _ in mails.mails] == ["helen@larkfield.example"]
    assert "Alerts may be late" in mails.mails[0][1].get_content() and str(alert) not in caplog.text


def test_the_dead_man_address_is_asked_and_a_redirect_or_an_error_is_no_answer(alerted):
    answers, asked = [200, 302, 500], []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(answers.pop(0))
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/ping"
    try:
        with GuardedSession(endpoints.public, allow_loopback=True) as session:
            assert [watch.ping(session, url) for _ in range(3)] == [True, False, False]
        with GuardedSession(endpoints.public, allow_loopback=False) as session:
            assert not watch.ping(session, url)
    finally:
        server.shutdown()
        server.server_close()
    assert asked == ["/ping"] * 3


def test_the_page_says_when_no_push_service_can_be_reached_from_the_building(alerted, cast, helen, ten):  # noqa: F811
    phone = cast["ama_phone"]
    phone.tablet.client.put(
        "/api/v1/push/subscription", json={**phone.made, "endpoint": "http://127.0.0.1:9/push/x"}, headers=phone.tablet.auth
    )
    alerted.put(phone, alerted.open_alert(ten), ten - 2 * MINUTE)
    assert "cannot be sent" not in helen.open("/reach").text
    alerted.deliver(ten - 2 * MINUTE + SECOND)
    assert "Phone alerts cannot be sent at the moment" in helen.open("/reach").text
    page = helen.open("/overview")
    assert page.headers["Refresh"] == "30", "an open page shows a new alert by itself, without a script"
    with alerted.app.app_context():
        ticks.write("a", started_ms=clock.now_ms(), now_ms=clock.now_ms(), late_ms=0, count=1, stepped_ms=None)
    assert "Phone alerts cannot be sent at the moment. Use the tablets and the phone tree." in helen.open("/numbers").text
    with alerted.app.app_context(), reading() as c:
        assert not watch.push_is_down(c, alerted.home.id, ten + 2 * HOUR)


def test_a_tablet_is_told_over_the_buildings_network_what_is_open_and_whether_alerts_may_be_late(alerted, cast, ten):  # noqa: F811
    tablet = alerted.home.tablet()

    def live():
        return tablet.client.get("/api/v1/alerts/live", headers=tablet.auth).json

    assert live()["may_be_late"] and live()["alerts"] == [] and live()["last_tick"] is None
    alert = alerted.open_alert(clock.now_ms(), cast["joan"])
    with alerted.app.app_context():
        ticks.write("a", started_ms=ten, now_ms=clock.now_ms(), late_ms=0, count=1, stepped_ms=None)
    said = live()
    assert not said["may_be_late"] and not said["phones_unreachable"]
    assert [(each["alert"], each["severity"]) for each in said["alerts"]] == [(str(alert), "urgent")] and str(cast["joan"]) not in str(said)
    alerted.set_status(alert, cast["ama"], "acknowledged", clock.now_ms())
    assert live()["alerts"] == [] and tablet.client.get("/api/v1/alerts/live").status_code == 401
