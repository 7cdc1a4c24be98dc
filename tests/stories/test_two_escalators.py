"""Two escalators at once, and one is killed in the worst moments: each step still happens exactly once, no message is lost."""

from __future__ import annotations

import os
import signal
import uuid
from collections import Counter

import pytest
from sqlalchemy import select

from server import clock
from server.alerts.tables import step_event
from server.db import reading
from tests.harness.alerted import HOUR, SECOND, Alerted
from tests.harness.apps import rfc3339
from tests.harness.killing import kill9, sender_of, slow_outbox
from tests.harness.processes import Installation, Process, until

PEOPLE = ("Joan", "Edith", "Mabel", "Stanley")


@pytest.fixture
def running(database, clock_at, tmp_path, monkeypatch):
    """An installation on the test's own database, where it is ten in the morning for it and for us."""
    now = clock_at(10)
    made = Installation(tmp_path / "run", database_url=database.url)
    made.forward(milliseconds=now - int(clock.time.time() * 1000))
    monkeypatch.setenv("TIDEMARK_CLOCK_FILE", made.environment["TIDEMARK_CLOCK_FILE"])
    yield made
    made.kill9()


@pytest.fixture
def cast(alerted: Alerted, running):
    now, found = clock.now_ms(), {}
    for name, role in (("Ama", "senior_carer"), ("Priya", "duty_manager"), ("Sue", "registered_manager")):
        person, phone = alerted.home.staff(name, [role]), alerted.phone(f"{name}'s phone")
        alerted.sign_on(person, role, phone, now - HOUR)
        found[name], found[f"{name} phone"] = person, phone
    return found


def choke_all(alerted: Alerted, cast: dict) -> None:
    """Four people choke at once."""
    residents, now = [alerted.home.resident(name) for name in PEOPLE], clock.now_ms()
    tablet = cast["Ama phone"].tablet
    tablet.unlock(cast["Ama"])
    entries = [
        tablet.statement(
            "hydration_check", {"resident": str(one), "outcome": "drank", "drunk_ml": 40, "red_flags": ["choking"]},
            occurred_at=rfc3339(now - 20 * SECOND), recorded_at=rfc3339(now),
        )
        for one in residents
    ]  # fmt: skip
    assert {result["status"] for result in tablet.sync(entries)["results"]} == {"accepted"}


def alerts_told(alerted: Alerted, cast: dict, name: str) -> Counter:
    """How often each alert was sent to somebody's phone."""
    return Counter(message.json["alert"] for message in alerted.service.messages(cast[f"{name} phone"].made))


def steps(alerted: Alerted) -> Counter:
    """The steps of the alerts that call people; what is only listed beside them takes none."""
    calling = [uuid.UUID(id_) for id_ in submissions(alerted)]
    with alerted.app.app_context(), reading() as c:
        return Counter(row.step for row in c.execute(select(step_event.c.step).where(step_event.c.alert.in_(calling))))


def submissions(alerted: Alerted) -> Counter:
    """How many rows of the ledger speak of each alert."""
    rows = [row["submission"] for row in alerted.home.rows()]
    return Counter(row["record"] for row in rows if row["kind"] == "alert" and row["fields"].get("rung"))


def everyone_told(alerted: Alerted, cast: dict, *names: str) -> bool:
    return all(len(alerts_told(alerted, cast, name)) == len(PEOPLE) for name in names)


def test_each_step_happens_once_and_no_message_is_lost_although_escalators_are_killed(alerted, cast, running, database):
    two: list[Process] = [running.start("escalator", wait=False) for _ in range(2)]
    until(lambda: alerted.home.sql("SELECT count(*) FROM tick")[0][0] == 2, within_s=60, what="both to beat")
    killed: list[int] = []

    def kill_the_sender(_token, message):
        if not killed:  # the push service has the message, and whoever sent it never hears of that
            killed.append(sender_of(message.port, [process.popen.pid for process in two]))
            kill9(killed[0])

    alerted.service.on_message = kill_the_sender
    choke_all(alerted, cast)
    until(lambda: killed, within_s=30, what="the first message")
    assert killed[0] is not None
    running.start("escalator", wait=False)
    running.forward(seconds=61)  # the lease of whoever died has run out
    until(lambda: everyone_told(alerted, cast, "Ama", "Priya"), within_s=60, what="senior carer and duty manager to be told")
    until(lambda: "sending" not in alerted.states() and "pending" not in alerted.states(), within_s=30, what="every mark")
    assert set(alerted.states()) == {"accepted"}
    again = sum((alerts_told(alerted, cast, "Ama") + alerts_told(alerted, cast, "Priya")).values()) - 2 * len(PEOPLE)
    assert 0 <= again <= 8, "only what the killed one had leased is sent again"

    alive = [process for process in running.processes if process.running]
    pids = [process.popen.pid for process in alive]
    with slow_outbox(database.kind, database.url) as inside:
        running.forward(minutes=20)
        victim = until(lambda: inside(pids), within_s=60, what="one of them to be inside its transaction")
        others = [pid for pid in pids if pid != victim]
        for pid in others:
            os.kill(pid, signal.SIGSTOP)
        kill9(victim)
    for pid in others:
        os.kill(pid, signal.SIGCONT)
    running.start("escalator", wait=False)
    until(lambda: everyone_told(alerted, cast, "Sue"), within_s=60, what="the registered manager to be told")
    until(lambda: set(alerted.states()) == {"accepted"}, within_s=30, what="every mark")

    assert steps(alerted) == Counter({"opened": 4, "climbed:0.1": 4, "climbed:0.2": 4})
    assert set(submissions(alerted).values()) == {2}, "opened and told; climbed"
    assert set(alerts_told(alerted, cast, "Sue").values()) == {1}
    running.tidemark("ledger", "verify")
