"""When no phone answers, somebody is told in another way: by real mail, and by Apprise over real HTTP, on both databases."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import select

from server.alerts import apprised, contacts, endpoints
from server.alerts.fallback import RECEIPT_WAIT_MS
from server.alerts.tables import delivery_state
from server.db import reading, writing
from tests.harness.alerted import HOUR, MINUTE, SECOND, Alerted
from tests.harness.mail_server import MailServer
from tests.stories.test_alert_story import cast, choke, ten, unproven  # noqa: F401 (fixtures)

HELEN = "helen@larkfield.example"


@pytest.fixture(scope="module")
def mailing():
    with MailServer() as made:
        yield made


@pytest.fixture
def mails(alerted, mailing):
    """What has been mailed, as (to, mail)."""
    mailing.mails.clear()
    mailing.answers.clear()
    alerted.mail_server = mailing.settings
    return mailing.mails


@pytest.fixture
def hook():
    """A service that takes JSON; `hook.answer` is what it says next."""

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            said = self.rfile.read(int(self.headers["Content-Length"]))
            server.got.append(json.loads(said))
            self.send_response(server.answer)
            if server.answer == 302:
                self.send_header("Location", f"http://127.0.0.1:{server.server_port}/inside")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Hook)
    server.got, server.answer = [], 200
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def states(alerted: Alerted, channel: str) -> list[tuple[str, int]]:
    """The log of every state of the messages of a channel."""
    ids = {row["id"] for row in alerted.messages() if row["channel"] == channel}
    with alerted.app.app_context(), reading() as c:
        rows = c.execute(select(delivery_state).order_by(delivery_state.c.at_ms, delivery_state.c.attempt)).all()
    return [(row.state, row.attempt) for row in rows if row.message in ids]


def shown(alerted: Alerted, phone) -> None:
    """The phone says that it showed everything that it was sent."""
    said = [{"message": m.json["id"], "event": "shown", "at": "2026-11-22T21:04:00+00:00"} for m in alerted.service.messages(phone.made)]
    assert phone.tablet.client.post("/api/v1/push/receipts", json=said, headers=phone.tablet.auth).json["taken"]


def test_a_call_that_no_phone_has_shown_in_two_minutes_is_mailed_and_names_nobody(alerted, cast, ten, mails):  # noqa: F811
    alerted.contact("email", HELEN, "duty_manager")
    alert = choke(alerted, cast, ten)
    alerted.at(ten + RECEIPT_WAIT_MS - 20 * SECOND)
    assert mails == [], "the phones still have time"
    shown(alerted, cast["ama_phone"])
    alerted.at(ten + RECEIPT_WAIT_MS + 30 * SECOND)
    ((to, mail),) = mails
    assert to == HELEN and mail["Subject"] == "Shift record: please open" and mail["Auto-Submitted"] == "auto-generated"
    body = mail.get_content()
    assert f"https://tidemark.example/alerts/{alert}" in body and "needs a decision" in body
    for personal in ("Joan", "Whitcombe", "Willow", "chok", "Ama", "Larkfield", str(cast["joan"])):
        assert personal not in mail.as_string().replace(HELEN, "").replace("larkfield.example", ""), personal
    assert states(alerted, "email") == [("pending", 0), ("sending", 1), ("accepted", 1)]


def test_a_role_whose_phone_has_shown_the_call_gets_no_mail(alerted, cast, ten, mails):  # noqa: F811
    alerted.contact("email", HELEN, "duty_manager")
    choke(alerted, cast, ten)
    shown(alerted, cast["priya_phone"])
    alerted.at(ten + RECEIPT_WAIT_MS + 30 * SECOND)
    assert mails == []


def test_nobody_is_mailed_about_what_somebody_took_meanwhile(alerted, cast, ten, mails):  # noqa: F811
    alerted.contact("email", HELEN)
    alert = choke(alerted, cast, ten)
    alerted.set_status(alert, cast["ama"], "acknowledged", ten + MINUTE)
    alerted.at(ten + MINUTE)
    alerted.at(ten + RECEIPT_WAIT_MS + 30 * SECOND)
    assert mails == []


def test_a_dead_subscription_is_mailed_at_once(alerted, cast, ten, mails):  # noqa: F811
    alerted.contact("email", HELEN, "duty_manager")
    alerted.service.expire(cast["priya_phone"].made)
    choke(alerted, cast, ten)
    alerted.at(ten + 30 * SECOND)
    assert [to for to, _ in mails] == [HELEN]


def test_a_role_in_which_nobody_has_a_phone_is_mailed_at_once_and_the_next_rung_is_called(alerted, cast, ten, mails):  # noqa: F811
    alerted.contact("email", HELEN, "senior_carer")
    for name in ("ama", "priya"):
        cast[f"{name}_phone"].tablet.client.delete("/api/v1/push/subscription", headers=cast[f"{name}_phone"].tablet.auth)
    choke(alerted, cast, ten)
    assert [to for to, _ in mails] == [HELEN]
    assert len(alerted.service.messages(cast["sue_phone"].made)) == 1


def test_a_role_whose_phones_never_showed_a_message_is_mailed_at_once(alerted, cast, ten, mails):  # noqa: F811
    alerted.contact("email", HELEN, "senior_carer")
    unproven(alerted, cast, "ama", "priya")
    choke(alerted, cast, ten)
    assert [to for to, _ in mails] == [HELEN]


def test_the_second_rung_of_an_urgent_ladder_is_told_by_mail_and_push_alike(alerted, cast, ten, mails):  # noqa: F811
    alerted.contact("email", HELEN, "registered_manager")
    choke(alerted, cast, ten)
    alerted.at(ten + 21 * MINUTE)
    assert [to for to, _ in mails] == [HELEN] and len(alerted.service.messages(cast["sue_phone"].made)) == 1


def test_what_was_handed_over_and_not_taken_is_mailed_where_no_on_call_manager_has_a_phone(alerted, cast, ten, mails):  # noqa: F811
    for role in ("duty_manager", "registered_manager"):
        alerted.contact("email", f"{role.replace('_', '.')}@larkfield.example", role)
    alert = choke(alerted, cast, ten)
    for name in ("priya", "sue"):
        cast[f"{name}_phone"].tablet.client.delete("/api/v1/push/subscription", headers=cast[f"{name}_phone"].tablet.auth)
    mails.clear()
    alerted.set_status(alert, cast["ama"], "open", ten + 2 * MINUTE, given_to=str(alerted.home.staff("Lee Moss").id))
    alerted.at(ten + 2 * MINUTE)
    assert sorted(to for to, mail in mails if "not taken on" in mail.get_content()) == ["duty.manager@larkfield.example", "registered.manager@larkfield.example"]


def test_an_on_call_manager_whose_phone_does_not_show_what_was_not_taken_is_mailed(alerted, cast, ten, mails):  # noqa: F811
    alerted.contact("email", HELEN, "duty_manager")
    alert = choke(alerted, cast, ten)
    alerted.set_status(alert, cast["ama"], "open", ten + 2 * MINUTE, given_to=str(alerted.home.staff("Lee Moss").id))
    alerted.at(ten + 2 * MINUTE)
    mails.clear()
    alerted.at(ten + 2 * MINUTE + RECEIPT_WAIT_MS)
    assert sum("not taken on" in mail.get_content() for _, mail in mails) == 1


def test_whoever_was_mailed_about_an_alert_is_mailed_when_somebody_takes_it(alerted, cast, ten, mails):  # noqa: F811
    alerted.contact("email", HELEN, "registered_manager")
    alert = choke(alerted, cast, ten)
    alerted.at(ten + 21 * MINUTE)
    alerted.set_status(alert, cast["ama"], "acknowledged", ten + 22 * MINUTE)
    alerted.at(ten + 22 * MINUTE)
    assert ["Nothing to do" in mail.get_content() for _, mail in mails] == [False, True]


def mailed(alerted: Alerted, now: int) -> dict:
    """One call by e-mail, delivered as far as it goes."""
    to = alerted.contact("email", HELEN)
    row = {"device": to, "channel": "email", "alert": alerted.open_alert(now), "opening": 1, "step": "x", "what": "told", "level": 1,
           "staff": None, "role": "any", "values": {"words": "needs_decision"}, "expires_ms": now + HOUR}  # fmt: skip
    from server.alerts import outbox

    with alerted.app.app_context():
        writing(lambda c: outbox.put(c, alerted.home.id, [row], now))
    alerted.deliver(now)
    return alerted.messages()[0]


@pytest.mark.parametrize(("said", "state"), [("451 try later", "pending"), ("550 no such mailbox", "failed")])
def test_a_mailbox_that_is_busy_is_tried_again_and_one_that_is_not_there_is_not(alerted, mails, mailing, clock_at, said, state):
    mailing.answers = [said]
    now = clock_at(10)
    assert mailed(alerted, now)["state"] == state
    alerted.deliver(now + MINUTE)
    assert len(mails) == (1 if state == "pending" else 0)


def test_without_a_mail_server_a_mail_has_failed_and_the_log_says_so(alerted, clock_at):
    row = mailed(alerted, clock_at(10))
    assert (row["state"], row["reason"]) == ("failed", "no_mail_server")


def test_a_mail_server_that_is_gone_is_tried_again(alerted, mails, clock_at):
    from server.alerts import mail

    alerted.mail_server = mail.read("smtp://127.0.0.1:9", "a@larkfield.example")
    assert mailed(alerted, clock_at(10))["state"] == "pending"


def test_an_apprise_channel_is_told_with_the_same_fixed_words(alerted, cast, ten, hook):  # noqa: F811
    alerted.contact("apprise", f"json://127.0.0.1:{hook.server_port}/hook", "registered_manager")
    choke(alerted, cast, ten)
    alerted.at(ten + 21 * MINUTE)
    (said,) = hook.got
    assert said["title"] == "Shift record" and said["message"].startswith("Moved to you")
    assert ("accepted", 1) in states(alerted, "apprise")


@pytest.mark.parametrize(("answer", "what"), [(200, "accepted"), (302, "bad_message"), (404, "gone"), (500, "try_again"), (429, "slow_down")])
def test_what_an_apprise_channel_answers_is_judged_by_the_same_table_and_a_redirect_is_not_followed(hook, answer, what):
    hook.answer = answer
    target = f"json://127.0.0.1:{hook.server_port}/hook"
    assert apprised.send(target, "Shift record", "x", allow_loopback=True, timeout_s=(2, 2)).what == what
    assert len(hook.got) == 1


@pytest.mark.parametrize(
    "target",
    ["json://127.0.0.1:9/x", "json://larkfield.example/x", "jsons://10.0.0.1/x", "jsons://localhost/x", "jsons://[::1]/x", "jsons://2130706433/x",
     "ntfys://nas.local/topic", "mailtos://u:p@example.org", "syslog://", "exec://rm", "file:///etc/passwd", "dbus://", "slack://nonsense",
     "jsons://larkfield.example:8443/x y", "", "jsons://"],
)  # fmt: skip
def test_an_apprise_address_outside_the_list_or_inside_the_network_is_refused(target):
    with pytest.raises(endpoints.Refused):
        apprised.check(target, allow_loopback=False)


@pytest.mark.parametrize("target", ["jsons://alerts.larkfield.example/hook?verify=no", "ntfys://larkfield-topic", "ntfys://ntfy.larkfield.example/topic",
                                    "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"])  # fmt: skip
def test_an_apprise_address_that_is_allowed_goes_out_through_our_own_session_alone(target, monkeypatch):
    apprised.check(target, allow_loopback=False)
    asked = []

    def inside(host, port, **_):
        asked.append(host)
        return [(2, 1, 6, "", ("10.1.2.3", port))]

    monkeypatch.setattr(endpoints.socket, "getaddrinfo", inside)
    with pytest.raises(apprised.requests.RequestException):
        apprised.send(target, "Shift record", "x", allow_loopback=False, timeout_s=(1, 1))
    assert len(asked) == 1, "a name that leads inside the network is not connected to"


@pytest.mark.parametrize("channel", ["email", "apprise", "dead_man"])
@pytest.mark.parametrize("target", ["", "a b@c.org", "x@localhost", "http://larkfield.example/x", "https://127.0.0.1/", "x\r\nBcc: y@z.org", "x" * 2000])
def test_an_address_that_would_never_be_sent_to_is_not_kept(channel, target):
    with pytest.raises(contacts.NotUsable):
        contacts.check(channel, target, allow_loopback=False)


def test_a_contact_that_was_removed_is_forgotten_and_not_sent_to(alerted, mails, clock_at):
    now = clock_at(10)
    to = alerted.contact("email", HELEN)
    with alerted.app.app_context():
        assert writing(lambda c: contacts.remove(c, alerted.home.id, to, by=to, now_ms=now))
        assert not writing(lambda c: contacts.remove(c, alerted.home.id, to, by=to, now_ms=now))
        with reading() as c:
            assert contacts.of(c, alerted.home.id) == []
    assert mails == []
