"""The escalator as a process: it beats, it goes on beating whatever fails, and it stops when it is told to."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import text

from server import clock, heartbeat
from server.alerts import ticks
from server.db import reading, writing
from tests.harness.alerted import MINUTE
from tests.harness.processes import Installation, until


def last_tick(house) -> int | None:
    with house.app.app_context(), reading() as c:
        return ticks.last_ms(c, clock.now_ms())


def test_an_escalator_beats_until_it_is_told_to_stop(database, house, home, tmp_path):
    made = Installation(tmp_path / "run", database_url=database.url)
    process = made.start("escalator")
    try:
        until(lambda: last_tick(house), within_s=60, what="the first beat")
        assert process.stop() == 0
    finally:
        made.kill9()


def test_an_escalator_with_a_contact_address_that_iphones_would_refuse_does_not_start(tmp_path):
    made = Installation(tmp_path / "run", TIDEMARK_VAPID_SUBJECT="mailto:me@localhost")
    made.tidemark("home", "list", "--json", check=False)
    process = made.start("escalator")
    assert process.popen.wait(60) == 1
    assert "not an address that a push service can write to" in made.log.read_text()


def test_health_is_well_only_while_the_beats_are_fresh(house, home, clock_at):
    client = house.app.test_client()
    now = clock_at(10)
    assert client.get("/api/v1/health").status_code == 503
    with house.app.app_context():
        ticks.write("a", started_ms=now, now_ms=now, late_ms=0, count=1, stepped_ms=None)
    assert client.get("/api/v1/health").status_code == 200
    clock_at(10, 5)
    assert client.get("/api/v1/health").status_code == 503


def test_one_home_whose_work_fails_keeps_no_other_from_its_alerts(house, home):
    with house.app.app_context():
        beat = heartbeat.Heartbeat(house.app)

    def fails():
        raise RuntimeError("this home's work fails")

    assert beat._for_home(1, fails) is None
    assert beat._for_home(1, lambda: "again") is None, "it rests a little"
    assert beat._for_home(2, lambda: "done") == "done"
    time.sleep(heartbeat.PAUSE_S + 0.1)
    assert beat._for_home(1, lambda: "again") == "again"
    with house.app.app_context():
        beat.delivery.close()


def test_a_beat_goes_on_when_the_database_fails_for_a_while(house, home):
    """A table that is missing stands for any failure: the beat must outlive it."""
    with house.app.app_context():
        writing(lambda c: c.execute(text("ALTER TABLE tick RENAME TO tick_gone")))
    stop = threading.Event()
    beat = heartbeat.Heartbeat(house.app)
    beat.start()
    try:
        until(lambda: beat.rounds >= 2, within_s=20, what="two rounds that fail")
        with house.app.app_context():
            writing(lambda c: c.execute(text("ALTER TABLE tick_gone RENAME TO tick")))
        until(lambda: last_tick(house), within_s=20, what="a beat after the failure")
    finally:
        stop.set()
        beat.stop()


def test_steps_that_are_two_minutes_overdue_are_noticed_by_other_code_than_that_which_takes_them(alerted, clock_at):
    from server.alerts import schedule

    now = clock_at(10)
    alert = alerted.open_alert(now)
    with alerted.app.app_context():
        writing(lambda c: schedule.set_step(c, alerted.home.id, alert, None, now, now))
        with reading() as c:
            assert (ticks.overdue(c, now + MINUTE), ticks.overdue(c, now + 3 * MINUTE)) == (0, 1)


@pytest.mark.parametrize(("set_ahead", "due"), [(0, False), (24 * 60 * MINUTE, True)])
def test_a_deadline_written_under_a_wrong_clock_is_due_at_once(alerted, clock_at, set_ahead, due):
    from server.alerts import schedule

    now = clock_at(10)
    with alerted.app.app_context():
        alert = alerted.open_alert(now)
        writing(lambda c: schedule.set_step(c, alerted.home.id, alert, None, now + set_ahead + 20 * MINUTE, now + set_ahead))
        with reading() as c:
            assert bool(schedule.steps_due(c, alerted.home.id, now, 10)) is due


def test_health_turns_red_when_a_step_is_two_minutes_overdue_although_the_beats_are_fresh(alerted, clock_at):
    from server.alerts import schedule

    now = clock_at(10)
    with alerted.app.app_context():
        alert = alerted.open_alert(now)
        writing(lambda c: schedule.set_step(c, alerted.home.id, alert, None, now - 3 * MINUTE, now - 3 * MINUTE))
        ticks.write("a", started_ms=now, now_ms=now, late_ms=0, count=1, stepped_ms=None)
    answer = alerted.app.test_client().get("/api/v1/health")
    assert (answer.status_code, answer.json["escalation_steps_overdue"]) == (503, 1)
