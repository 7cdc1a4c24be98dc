"""What a push service answers, and what becomes of the message: every row of the response table, on both databases."""

from __future__ import annotations

from email.utils import formatdate

import pytest
from sqlalchemy import select, update

from server import clock
from server.alerts.classify import JITTER, RETRY_S
from server.alerts.tables import delivery_log, subscription
from server.db import db, reading, writing
from tests.harness.alerted import HOUR, MINUTE, SECOND, Alerted, Phone


@pytest.fixture
def now() -> int:
    return clock.now_ms()


@pytest.fixture
def phone(alerted: Alerted) -> Phone:
    return alerted.phone()


@pytest.fixture
def message(alerted, phone, now):
    """A call that waits for the phone."""
    alerted.put(phone, alerted.open_alert(now), now)
    return phone


def only(alerted: Alerted) -> dict:
    (row,) = alerted.messages()
    return row


def subscription_of(alerted: Alerted, phone: Phone):
    with alerted.app.app_context(), reading() as c:
        return c.execute(select(subscription).where(subscription.c.device == phone.id)).first()


def tries(alerted: Alerted) -> list:
    with alerted.app.app_context(), reading() as c:
        return list(c.execute(select(delivery_log).order_by(delivery_log.c.attempt)))


def test_a_message_that_is_taken_is_accepted_and_says_nothing_about_anybody(alerted, message, now):
    alerted.deliver(now)
    assert only(alerted)["state"] == "accepted"
    (got,) = alerted.service.messages(message.made)
    assert got.urgency == "high" and len(got.topic) == 24 and 300 <= got.ttl <= 3600
    assert len(got.text) == 512 and got.bytes == 512 + 103
    assert got.json["web_push"] == 8030 and got.json["v"] == 1
    assert got.json["notification"]["navigate"] == f"/app/#alert={got.json['alert']}"
    assert got.claims["sub"] == "mailto:alerts@larkfield.example" and got.claims["aud"] == alerted.service.origin


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_accepted(alerted, message, now, status):
    alerted.service.script(message.made, status)
    alerted.deliver(now)
    assert only(alerted)["state"] == "accepted"


@pytest.mark.parametrize("status", [404, 410])
def test_a_phone_that_has_unsubscribed_is_not_called_again(alerted, message, now, status):
    alerted.service.script(message.made, status)
    alerted.deliver(now)
    assert only(alerted)["state"] == "dead"
    assert subscription_of(alerted, message).state == "dead"


def test_a_phone_that_subscribed_again_meanwhile_is_not_declared_dead(alerted, message, now):
    alerted.service.script(message.made, 410)
    with alerted.app.app_context():
        from server.alerts import outbox
        from server.alerts.deliver import settle
        from server.alerts.push import Sender

        (claimed,) = writing(lambda c: outbox.claim(c, alerted.home.id, now, 5))
        tried = Sender(subject="mailto:alerts@larkfield.example", allow_loopback=True).send(claimed, now)
        fresh = alerted.service.subscribe()
        message.tablet.client.put("/api/v1/push/subscription", json=fresh, headers=message.tablet.auth)
        writing(lambda c: settle(c, tried, now))
    assert subscription_of(alerted, message).state == "live"


@pytest.mark.parametrize(
    "answer",
    [
        (400, {}, '{"reason":"VapidPkHashMismatch"}'),
        (403, {}, "the key in the authorization header does not match: credentials do not correspond"),
        (401, {}, "VAPID public key mismatch"),
    ],
)
def test_a_subscription_made_under_another_key_is_marked_so_and_kept(alerted, message, now, answer):
    alerted.service.script(message.made, answer)
    alerted.deliver(now)
    assert only(alerted)["state"] == "dead"
    assert subscription_of(alerted, message).state == "stale_key"


@pytest.mark.parametrize("status", [401, 403])
def test_a_service_that_refuses_us_is_left_alone_for_a_minute_and_nobody_is_unsubscribed(alerted, message, now, status):
    alerted.service.script(message.made, (status, {}, '{"reason":"BadJwtToken"}'))
    other = alerted.phone("Second phone")
    alerted.deliver(now)
    alerted.put(other, alerted.open_alert(now), now)
    alerted.deliver(now + SECOND)
    assert alerted.states() == ["pending", "pending"], "one refused, one not even tried"
    assert subscription_of(alerted, message).state == "live"
    assert alerted.service.answers(other.made) == []
    alerted.deliver(now + 61 * SECOND)
    assert alerted.states() == ["accepted", "accepted"]


def test_a_service_that_goes_on_refusing_is_asked_less_and_less_often(alerted, message, now):
    alerted.service.script(message.made, 403, 403, 403)
    at, waits = now, []
    for _ in range(3):
        alerted.deliver(at)
        waits.append(only(alerted)["next_at_ms"] - at)
        at += waits[-1]
    assert waits == [60_000, 120_000, 240_000]


@pytest.mark.parametrize("status", [400, 405, 302, 307])
def test_a_message_that_a_service_cannot_take_fails_alone(alerted, message, now, status):
    alerted.service.script(message.made, (status, {"Location": f"{alerted.service.origin}/internal-admin"}, ""))
    alerted.deliver(now)
    assert only(alerted)["state"] == "failed"
    assert subscription_of(alerted, message).state == "live"
    assert [request.method for request in alerted.service.requests] == ["POST"], "a redirect was followed"


def test_a_message_found_too_large_is_sent_once_more_with_id_and_tag_alone(alerted, message, now):
    alerted.service.script(message.made, 413)
    alerted.deliver(now)
    assert only(alerted)["state"] == "accepted"
    (got,) = alerted.service.messages(message.made)
    assert set(got.json) == {"v", "id", "tag"}


def test_a_message_found_too_large_twice_has_failed(alerted, message, now):
    alerted.service.script(message.made, 413, 413, 413)
    alerted.deliver(now)
    assert only(alerted)["state"] == "failed"
    assert alerted.service.answers(message.made) == [413, 413]


def test_slow_down_in_seconds_is_heeded(alerted, message, now):
    alerted.service.script(message.made, (429, {"Retry-After": "120"}, ""))
    alerted.deliver(now)
    alerted.deliver(now + 119 * SECOND)
    assert only(alerted)["state"] == "pending"
    alerted.deliver(now + 120 * SECOND)
    assert only(alerted)["state"] == "accepted"


def test_slow_down_until_a_date_is_heeded(alerted, message, now):
    alerted.service.script(message.made, (429, {"Retry-After": formatdate(now / 1000 + 300, usegmt=True)}, ""))
    alerted.deliver(now)
    wait = only(alerted)["next_at_ms"] - now
    assert 290 * SECOND < wait <= 301 * SECOND


def test_slow_down_for_longer_than_the_message_lives_is_a_failure_at_once(alerted, phone, now):
    alerted.put(phone, alerted.open_alert(now), now, life_ms=5 * MINUTE)
    alerted.service.script(phone.made, (429, {"Retry-After": "3600"}, ""))
    alerted.deliver(now)
    assert only(alerted)["state"] == "failed"


@pytest.mark.parametrize("trouble", [500, 503, "reset"])
def test_a_passing_failure_is_tried_again_after_2_10_30_60_and_120_seconds(alerted, message, now, trouble):
    alerted.service.script(message.made, *[trouble] * 6)
    at = now
    for expected in [*RETRY_S, RETRY_S[-1]]:
        alerted.deliver(at)
        row = only(alerted)
        assert row["state"] == "pending"
        wait = (row["next_at_ms"] - at) / 1000
        assert expected * (1 - JITTER) - 0.001 <= wait <= expected * (1 + JITTER) + 0.001
        at = row["next_at_ms"]
    alerted.deliver(at)
    assert only(alerted)["state"] == "accepted"
    assert [row.attempt for row in tries(alerted)] == [1, 2, 3, 4, 5, 6, 7]


def test_a_service_that_never_answers_is_given_up_after_its_time_and_tried_again(alerted, message, now):
    alerted.service.script(message.made, "hang")
    alerted.deliver(now, timeout_s=(1.0, 0.5))
    assert only(alerted)["state"] == "pending"
    alerted.deliver(now + 3 * SECOND)
    assert only(alerted)["state"] == "accepted"


def test_a_service_that_is_not_there_is_tried_again_until_the_message_is_out_of_date(alerted, phone, now):
    phone.tablet.client.put(
        "/api/v1/push/subscription", json={**phone.made, "endpoint": "http://127.0.0.1:9/push/x"}, headers=phone.tablet.auth
    )
    alerted.put(phone, alerted.open_alert(now), now, life_ms=5 * MINUTE)
    alerted.deliver(now)
    assert only(alerted)["state"] == "pending"
    alerted.deliver(now + 6 * MINUTE)
    assert only(alerted)["state"] == "failed" and only(alerted)["reason"] == "out_of_date"


def test_keys_spoiled_in_the_database_fail_that_message_and_no_other(alerted, message, now):
    other = alerted.phone("Second phone")
    alerted.put(other, alerted.open_alert(now), now)
    with alerted.app.app_context():
        writing(lambda c: c.execute(update(subscription).where(subscription.c.device == message.id).values(p256dh="")))
    alerted.deliver(now)
    assert alerted.states() == ["accepted", "failed"]


def test_one_service_that_hangs_delays_no_message_to_another(alerted, now):
    phones = [alerted.phone(f"Phone {n}") for n in range(4)]
    alert = alerted.open_alert(now)
    for phone in phones:
        alerted.put(phone, alert, now)
    alerted.service.script(phones[0].made, "hang")
    alerted.deliver(now, timeout_s=(1.0, 1.5))
    assert alerted.states() == ["accepted", "accepted", "accepted", "pending"]


def test_an_alert_that_somebody_took_is_not_sent_any_more(alerted, message, now):
    ama = alerted.home.staff("Ama")
    alerted.set_status(only(alerted)["alert"], ama, "acknowledged", now)
    alerted.deliver(now + SECOND)
    assert only(alerted)["state"] == "cancelled"
    assert alerted.service.messages(message.made) == []


def test_a_phone_whose_access_ended_is_not_called(alerted, message, now):
    from server.people import store

    with alerted.app.app_context():
        store.revoke_device(alerted.home.id, message.id, now_ms=now)
    alerted.deliver(now)
    assert only(alerted)["state"] == "dead"


def test_a_sender_that_died_leaves_its_message_to_the_next_one_after_a_minute(alerted, message, now):
    from server.alerts import outbox

    with alerted.app.app_context():
        (lost,) = writing(lambda c: outbox.claim(c, alerted.home.id, now, 5))
        alerted.deliver(now + 59 * SECOND)
        assert alerted.service.messages(message.made) == []
        alerted.deliver(now + 61 * SECOND)
        writing(lambda c: outbox.end(c, lost, "failed", "late", now + 61 * SECOND))
    assert only(alerted)["state"] == "accepted", "the mark of a lease that has passed on counts for nothing"


def test_two_senders_never_hold_the_same_message(alerted, message, now):
    from server.alerts import outbox

    with alerted.app.app_context():
        one = writing(lambda c: outbox.claim(c, alerted.home.id, now, 5))
        two = writing(lambda c: outbox.claim(c, alerted.home.id, now, 5))
        db.session.remove()
    assert len(one) == 1 and two == []


def test_a_receipt_says_that_the_message_was_shown_and_then_opened(alerted, message, now):
    alerted.deliver(now)
    (got,) = alerted.service.messages(message.made)
    client, auth = message.tablet.client, message.tablet.auth
    for event in ("shown", "opened", "shown"):
        said = [{"message": got.json["id"], "event": event, "at": "2026-11-22T21:04:00+00:00"}]
        assert client.post("/api/v1/push/receipts", json=said, headers=auth).json == {"taken": 1}
    assert only(alerted)["state"] == "opened"
    assert client.get("/api/v1/push/subscription", headers=auth).json["shown_at"] is not None


def test_a_receipt_for_somebody_elses_message_is_passed_over(alerted, message, now):
    alerted.deliver(now)
    stranger = alerted.home.tablet("Stranger")
    said = [{"message": str(only(alerted)["id"]), "event": "opened", "at": "2026-11-22T21:04:00+00:00"}]
    assert stranger.client.post("/api/v1/push/receipts", json=said, headers=stranger.auth).json == {"taken": 0}
    assert only(alerted)["state"] == "accepted"


@pytest.mark.parametrize(
    "said", [{}, [1], [{"message": "x", "event": "shown", "at": "2026-11-22T21:04:00+00:00"}], "x", [{}] * 201,
             [{"message": "0193b0d2-0000-7000-8000-000000000000", "event": "eaten", "at": "2026-11-22T21:04:00+00:00"}]],
)  # fmt: skip
def test_a_receipt_that_cannot_be_read_is_refused_with_a_sentence(alerted, phone, said):
    answer = phone.tablet.client.post("/api/v1/push/receipts", json=said, headers=phone.tablet.auth)
    assert answer.status_code == 400 and answer.json["errors"]


def test_a_test_message_reaches_the_device_that_asked(alerted, phone, now):
    answer = phone.tablet.client.post("/api/v1/push/test", headers=phone.tablet.auth)
    assert answer.status_code == 202
    alerted.deliver(clock.now_ms())
    (got,) = alerted.service.tests(phone.made)
    assert got.json["id"] == answer.json["message"] and got.json["alert"] is None


def test_a_device_without_a_subscription_is_told_so(alerted):
    tablet = alerted.home.tablet()
    answer = tablet.client.post("/api/v1/push/test", headers=tablet.auth)
    assert answer.status_code == 409 and "Turn alerts on" in answer.json["detail"]


def test_a_subscription_that_leads_elsewhere_is_refused_with_a_sentence(alerted, phone):
    bad = {**phone.made, "endpoint": "https://larkfield.example/push"}
    answer = phone.tablet.client.put("/api/v1/push/subscription", json=bad, headers=phone.tablet.auth)
    assert answer.status_code == 400 and "push service" in answer.json["errors"]["endpoint"][0]


def test_a_subscription_under_a_key_that_is_not_ours_is_refused(alerted, phone):
    bad = {**phone.made, "key": "BAAA"}
    answer = phone.tablet.client.put("/api/v1/push/subscription", json=bad, headers=phone.tablet.auth)
    assert answer.status_code == 400 and answer.json["errors"]["key"]


def test_a_new_key_leaves_old_subscriptions_working(alerted, phone, now):
    from server.alerts import vapid

    with alerted.app.app_context():
        writing(lambda c: vapid.rotate(c, alerted.home.id, now))
    other = alerted.phone("Second phone")
    alert = alerted.open_alert(now)
    for each in (phone, other):
        alerted.put(each, alert, now)
    alerted.deliver(now)
    assert alerted.states() == ["accepted", "accepted"]


def test_a_device_that_turns_alerts_off_is_forgotten(alerted, phone):
    assert phone.tablet.client.delete("/api/v1/push/subscription", headers=phone.tablet.auth).json["state"] == "none"
    assert subscription_of(alerted, phone) is None


def test_push_needs_the_devices_own_token(alerted, phone):
    client = phone.tablet.client
    for method, path in [("get", "key"), ("get", "subscription"), ("put", "subscription"), ("delete", "subscription"),
                         ("post", "receipts"), ("post", "test")]:  # fmt: skip
        assert getattr(client, method)(f"/api/v1/push/{path}", json=[]).status_code == 401


def test_messages_are_out_of_date_ten_minutes_after_the_next_step(alerted):
    from server.alerts.outbox import life_ms

    assert life_ms(30 * MINUTE, 0) == 40 * MINUTE
    assert life_ms(0, 10 * MINUTE) == 5 * MINUTE
    assert life_ms(5 * HOUR, 0) == HOUR == life_ms(None, 0)
