"""A server clock that jumps for half a minute delays no alert by more than its step and 30 seconds, on both databases.

Real time goes on in steps of five seconds; the clock of the escalator, and of the tokens that it signs, is set wrong in
the middle of it. The push service keeps the right time, and refuses a token from another day, as Apple's does.
"""

from __future__ import annotations

import time
import uuid
from types import SimpleNamespace

import pytest
from sqlalchemy import update

from server import heartbeat
from server.alerts import follow, outbox, push, ticks
from server.alerts.fallback import RECEIPT_WAIT_MS
from server.alerts.tables import breaker
from server.alerts.tables import outbox as messages
from server.db import reading, writing
from server.records import intake
from sync.alert_words import say_alert
from tests.harness.alerted import HOUR, MINUTE, SECOND, Alerted
from tests.stories.test_alert_story import cast, choke, ten  # noqa: F401 (fixtures)
from tests.stories.test_bundles import opened
from tests.stories.test_other_ways import HELEN, mailing, mails  # noqa: F401 (fixtures)

JUMPS = [HOUR, -HOUR, 24 * HOUR, -24 * HOUR]
WRONG_FROM, WRONG_UNTIL = 10, 40
SLACK = 30 * SECOND
named = pytest.mark.parametrize("jump", JUMPS, ids=["an hour ahead", "an hour behind", "a day ahead", "a day behind"])


@pytest.fixture
def live(alerted: Alerted, ten, monkeypatch):  # noqa: F811
    """`live(jump, until_s, do)` lets time pass; `do` maps a second to what happens then, given the clock's time. Returns when,
    in milliseconds after ten, each message was first taken by its service."""

    def passing(jump: int, until_s: int, do=None) -> dict[uuid.UUID, int]:
        taken: dict[uuid.UUID, int] = {}
        for second in range(0, until_s + 1, 5):
            off = jump if WRONG_FROM <= second < WRONG_UNTIL else 0
            monkeypatch.setattr(push, "time", SimpleNamespace(time=lambda off=off: time.time() + off / 1000, monotonic=time.monotonic))
            now = ten + second * SECOND + off
            if do and second in do:
                do[second](now)
            alerted.at(now, in_doubt=second >= WRONG_FROM)
            for row in alerted.messages():
                if row["state"] in ("accepted", "shown", "opened"):
                    taken.setdefault(row["id"], second * SECOND)
        return taken

    return passing


@named
def test_no_call_is_late_that_was_queued_held_or_tried_again_when_the_clock_jumped(alerted, ten, live, jump):  # noqa: F811
    fresh, held, tried = (alerted.phone(name) for name in ("Fresh", "Held", "Tried again"))
    alerted.put(held, opened(alerted, ten - 20 * SECOND), ten - 20 * SECOND)
    alerted.deliver(ten - 20 * SECOND)
    waits = alerted.put(held, opened(alerted, ten), ten, life_ms=5 * MINUTE)
    alerted.service.script(tried.made, 503, 503, 503)
    again = alerted.put(tried, alerted.open_alert(ten), ten, life_ms=5 * MINUTE)
    calls = {}

    def call(name: str, phone):
        def now(at_ms: int) -> None:
            calls[name] = alerted.put(phone, alerted.open_alert(at_ms), at_ms, life_ms=5 * MINUTE)

        return now

    taken = live(jump, 150, {5: call("before", fresh), 20: call("while", fresh), 40: call("after", fresh)})
    assert taken[waits] <= 100 * SECOND + SLACK, "what was held for two minutes after the phone's last call"
    assert taken[again] <= 55 * SECOND + SLACK, "what was to be tried again after 2, 10 and 30 seconds"
    assert taken[calls["before"]] <= 5 * SECOND + 30 * SECOND + SLACK
    assert taken[calls["while"]] <= 20 * SECOND + 30 * SECOND + SLACK
    assert taken[calls["after"]] <= 40 * SECOND + SLACK


@named
def test_whoever_is_mailed_after_two_minutes_is_mailed_in_time_when_the_clock_jumped(alerted, cast, ten, live, mails, jump):  # noqa: F811
    alerted.contact("email", HELEN, "duty_manager")
    choke(alerted, cast, ten)
    taken = live(jump, 150)
    mailed = [taken[row["id"]] for row in alerted.messages() if row["channel"] == "email" and row["id"] in taken]
    assert mailed and min(mailed) <= RECEIPT_WAIT_MS + SLACK


@named
def test_a_red_flag_that_arrives_while_the_clock_is_wrong_calls_somebody_in_time_and_climbs(alerted, cast, ten, live, jump):  # noqa: F811
    def choked(now_ms: int) -> None:
        fields = {"resident": str(cast["joan"]), "outcome": "drank", "drunk_ml": 40, "red_flags": ["choking"]}
        id_ = uuid.uuid4()
        alerted.write(intake.Statement(record=id_, id=id_, kind="hydration_check", fields=fields, occurred_ms=now_ms, author=cast["ama"].id), now_ms)

    taken = live(jump, 90, {20: choked})
    (flag,) = [each for each in alerted.alerts() if each["rule"] == "hydration.red_flag"]
    first = [taken[row["id"]] for row in alerted.messages() if row["alert"] == flag["id"] and row["channel"] == "push" and row["id"] in taken]
    assert first and min(first) <= 20 * SECOND + 30 * SECOND + SLACK
    for minute in range(2, 24):
        alerted.at(ten + minute * MINUTE)
    called = [row for row in alerted.messages() if row["alert"] == flag["id"] and row["role"] == "registered_manager"]
    assert called, "the next rung is called at its time or before"


@named
def test_a_step_that_falls_due_while_the_clock_is_wrong_is_taken_and_not_given_up(alerted, cast, ten, live, jump):  # noqa: F811
    alert = choke(alerted, cast, ten - 20 * MINUTE + 15 * SECOND)
    live(jump, 90)
    record = next(each for each in alerted.alerts() if each["id"] == alert)
    assert record["status"] == "open" and any(row["alert"] == alert and row["role"] == "registered_manager" for row in alerted.messages())


def test_a_service_that_refused_us_while_the_clock_was_a_day_ahead_is_asked_again_at_once(alerted, ten):  # noqa: F811
    phone = alerted.phone()
    alerted.service.script(phone.made, 403)
    alerted.put(phone, alerted.open_alert(ten), ten + 24 * HOUR)
    alerted.deliver(ten + 24 * HOUR, in_doubt=True)
    later = alerted.put(phone, alerted.open_alert(ten), ten)
    alerted.deliver(ten)
    assert next(row["state"] for row in alerted.messages() if row["id"] == later) == "accepted"


def test_no_service_is_left_alone_for_longer_than_the_longest_pause_whoever_wrote_it_down(alerted, ten):  # noqa: F811
    phone = alerted.phone()
    alerted.service.script(phone.made, 403)
    alerted.put(phone, alerted.open_alert(ten), ten)
    alerted.deliver(ten)
    with alerted.app.app_context():
        writing(lambda c: c.execute(update(breaker).values(until_ms=ten + 24 * HOUR)))
    later = alerted.put(phone, alerted.open_alert(ten), ten + SECOND)
    alerted.deliver(ten + SECOND)
    assert next(row["state"] for row in alerted.messages() if row["id"] == later) == "accepted"


def test_a_message_whose_sender_died_while_the_clock_was_ahead_is_sent_by_the_next_one(alerted, ten):  # noqa: F811
    phone = alerted.phone()
    sent = alerted.put(phone, alerted.open_alert(ten), ten)
    with alerted.app.app_context():
        (lost,) = writing(lambda c: outbox.claim(c, alerted.home.id, ten + 24 * HOUR, 5, in_doubt=True))
    assert lost.id == sent
    alerted.deliver(ten)
    assert alerted.states() == ["accepted"]


def test_without_a_jump_what_is_out_of_date_is_not_sent(alerted, ten):  # noqa: F811
    alerted.put(alerted.phone(), alerted.open_alert(ten), ten)
    alerted.deliver(ten + 24 * HOUR)
    assert alerted.states() == ["failed"]


def test_a_round_made_while_the_clock_was_ahead_does_not_say_that_the_escalator_is_well(alerted, ten):  # noqa: F811
    with alerted.app.app_context():
        ticks.write("a", started_ms=ten, now_ms=ten + 24 * HOUR, late_ms=0, count=1, stepped_ms=None)
        with reading() as c:
            assert ticks.last_ms(c, ten) is None
    assert alerted.app.test_client().get("/api/v1/health").status_code == 503


def test_a_jump_of_the_servers_clock_is_raised_in_the_home_called_for_and_told_by_health(alerted, ten, clock_at, monkeypatch):  # noqa: F811
    sue, phone = alerted.home.staff("Sue Hart", ["duty_manager"]), alerted.phone()
    alerted.sign_on(sue, "duty_manager", phone, ten - HOUR)
    alerted.switch_on("system.clock_stepped", ten - HOUR)
    steady = [1000.0]
    monkeypatch.setattr(heartbeat.time, "monotonic", lambda: steady[0])
    with alerted.app.app_context():
        beat = heartbeat.Heartbeat(alerted.app)
        for seconds, now_ms in ((0, ten), (3, ten + 3 * SECOND), (6, ten + HOUR), (9, ten + HOUR + 3 * SECOND)):
            steady[0] = 1000.0 + seconds
            monkeypatch.setattr(heartbeat.clock, "now_ms", lambda now_ms=now_ms: now_ms)
            beat.work()
            said = [each for each in alerted.alerts() if each["rule"] == "system.clock_stepped"]
            assert len(said) == (seconds >= 6)
        beat.delivery.close()
        monkeypatch.undo()
    clock_at(11)
    assert alerted.app.test_client().get("/api/v1/health").json["server_clock_stepped_at"] == ten + HOUR
    assert said[0]["facts"]["minutes"] == 60 and [each["reached"] for each in said[0]["told"]] == [True]
    assert say_alert(said[0], "Europe/London").says.startswith("At 11am the server’s clock jumped by 1 hour.")


def test_an_escalator_that_sees_its_clock_jump_is_in_doubt_for_ten_minutes(house, home, monkeypatch):
    steady = [1000.0]
    monkeypatch.setattr(heartbeat.time, "monotonic", lambda: steady[0])
    with house.app.app_context():
        beat = heartbeat.Heartbeat(house.app)
        for seconds, now_ms, doubt in ((0, 0, False), (1, SECOND, False), (2, 24 * HOUR, True), (500, 24 * HOUR + 498 * SECOND, True), (700, 24 * HOUR + 698 * SECOND, False)):
            steady[0] = 1000.0 + seconds
            beat._look_at_the_clock(now_ms)
            assert beat.in_doubt is doubt, seconds
        beat.delivery.close()


def test_an_escalator_that_waited_while_the_clock_was_set_on_takes_no_step_by_the_time_of_before(alerted, cast, ten):  # noqa: F811
    alert = choke(alerted, cast, ten)
    due = int(alerted.home.sql("SELECT next_at_ms FROM deadline WHERE next_at_ms IS NOT NULL")[0][0])
    called = lambda: sum(row["alert"] == alert for row in alerted.messages())  # noqa: E731
    asked: list[int] = []

    def now() -> int:
        """Due, as it sees; and while it waits for the home, the clock is set on and another escalator takes the step."""
        if not asked:
            before = called()
            alerted.fire(due + 20 * MINUTE)
            assert called() > before, "the other one took it"
        asked.append(due if not asked else due + 20 * MINUTE)
        return asked[-1]

    with alerted.app.app_context():
        assert follow.fire(alerted.home.id, now).steps == 0
    assert asked == [due, due + 20 * MINUTE]
    (record,) = [each for each in alerted.alerts() if each["id"] == alert]
    assert (record["rung"], record.get("loop") or 0) == (2, 0)
