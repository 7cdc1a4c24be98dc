"""Four escalators at once, and two are killed in the worst moments: each step still happens exactly once, no message is lost.

Three rungs with two phones on each. `make escalators` has the size of alerts.md, 5: 50 alerts and so 300 messages; `make test` a
fifth of it.
"""

from __future__ import annotations

import os
import signal
import uuid
from collections import Counter
from itertools import pairwise

import pytest
from sqlalchemy import select

from server import clock
from server.alerts.deliver import SENDERS
from server.alerts.tables import step_event
from server.db import reading
from server.records import intake
from tests.harness.alerted import HOUR, SECOND, Alerted
from tests.harness.apps import rfc3339
from tests.harness.killing import kill9, sender_of, slow_outbox
from tests.harness.processes import Installation, until

ALERTS, FLAGS_A_TABLET, ESCALATORS = int(os.environ.get("ALERTS", 10)), 5, 4
PATIENCE_S = 60 + 2 * ALERTS
# Who is signed on, by rung of the ladder for a red flag.
RUNGS = (
    (("Ama", "senior_carer"), ("Priya", "duty_manager")),
    (("Sue", "registered_manager"), ("Tom", "registered_manager")),
    (("Lee", "provider_lead"), ("Nia", "nominated_individual")),
)


@pytest.fixture
def running(database, clock_at, tmp_path, monkeypatch):
    """An installation on the test's own database, where it is ten in the morning for it and for us."""
    now = clock_at(10)
    made = Installation(tmp_path / "run", database_url=database.url)
    made.forward(milliseconds=now - int(clock.time.time() * 1000))
    monkeypatch.setenv("TIDEMARK_CLOCK_FILE", made.environment["TIDEMARK_CLOCK_FILE"])
    yield made
    made.kill9()


class Four:
    """Four escalators over one home; whoever is killed has another one take its place."""

    def __init__(self, alerted: Alerted, running: Installation):
        self.alerted, self.running = alerted, running
        for _ in range(ESCALATORS):
            running.start("escalator", wait=False)
        until(lambda: alerted.home.sql("SELECT count(*) FROM tick")[0][0] == ESCALATORS, within_s=PATIENCE_S, what="all four to beat")

    @property
    def pids(self) -> list[int]:
        return [process.popen.pid for process in self.running.processes if process.running]

    def kill_whoever_sends_next(self) -> list[int]:
        """The push service has the message, and its sender is killed before it hears of that. Returns whom, once done."""
        killed: list[int] = []

        def kill(_token, message) -> None:
            if not killed:
                killed.append(sender_of(message.port, self.pids))
                kill9(killed[0])

        self.alerted.service.on_message = kill
        return killed

    def let_the_lease_run_out(self, killed: list[int]) -> None:
        """The living settle all that they hold; then the lease of the one that was killed runs out, and another is there."""
        until(lambda: killed, within_s=PATIENCE_S, what="the first message")
        assert killed[0] is not None
        self.running.start("escalator", wait=False)
        held: list[set[uuid.UUID]] = [set()]

        def only_its_own() -> bool:
            rows = self.alerted.messages()
            before, held[0] = held[0], {row["id"] for row in rows if row["state"] == "sending"}
            return before == held[0] and 0 < len(before) <= SENDERS and not any(row["state"] == "pending" for row in rows)

        until(only_its_own, within_s=PATIENCE_S, every_s=0.5, what="all to be sent but what the killed one had leased")
        self.running.forward(seconds=61)

    def kill_one_inside_its_transaction(self, database) -> None:
        """The next rung is due; the first that has begun to write the steps never ends them."""
        pids = self.pids
        with slow_outbox(database.kind, database.url) as inside:
            self.running.forward(minutes=20)
            victim = until(lambda: inside(pids), within_s=PATIENCE_S, what="one of them to be inside its transaction")
            others = [pid for pid in pids if pid != victim]
            for pid in others:
                os.kill(pid, signal.SIGSTOP)
            kill9(victim)
        for pid in others:
            os.kill(pid, signal.SIGCONT)
        self.running.start("escalator", wait=False)


@pytest.fixture
def phones(alerted: Alerted, running) -> dict[str, dict]:
    """The subscription of everybody on duty."""
    now, found = clock.now_ms(), {}
    for name, role in (each for rung in RUNGS for each in rung):
        person, phone = alerted.home.staff(name, [role]), alerted.phone(f"{name}'s phone")
        alerted.sign_on(person, role, phone, now - HOUR)
        found[name] = phone.made
    return found


def choke_all(alerted: Alerted) -> None:
    """Many people choke within a minute, five on each tablet: a tablet with more flags would call for all of them once."""
    now = clock.now_ms()
    people = [uuid.uuid4() for _ in range(ALERTS)]
    known = [intake.Statement(record=id_, id=id_, kind="resident", fields={"preferred_name": "Edith", "unit": "Willow"}, occurred_ms=now - HOUR) for id_ in people]
    assert {result.status for result in alerted.home.append(*known)} == {"accepted"}
    ben = alerted.home.staff("Ben", ["support_worker"])
    for first in range(0, ALERTS, FLAGS_A_TABLET):
        tablet = alerted.home.tablet(f"Tablet {first}")
        tablet.unlock(ben)
        entries = [
            tablet.statement(
                "hydration_check", {"resident": str(id_), "outcome": "drank", "drunk_ml": 40, "red_flags": ["choking"]},
                occurred_at=rfc3339(now - 20 * SECOND), recorded_at=rfc3339(now),
            )
            for id_ in people[first : first + FLAGS_A_TABLET]
        ]  # fmt: skip
        assert {result["status"] for result in tablet.sync(entries)["results"]} == {"accepted"}


def steps(alerted: Alerted, alerts) -> Counter:
    with alerted.app.app_context(), reading() as c:
        return Counter(row.step for row in c.execute(select(step_event.c.step).where(step_event.c.alert.in_(alerts))))


def calling(alerted: Alerted) -> Counter:
    """How many rows of the ledger speak of each alert that calls people; what is only listed beside them is left out."""
    rows = [row["submission"] for row in alerted.home.rows()]
    return Counter(uuid.UUID(row["record"]) for row in rows if row["kind"] == "alert" and row["fields"].get("rung"))


def sent_again_on_a_busy_machine(alerted: Alerted) -> int:
    """How many repeats no kill explains, and the log does: none on a quiet machine. An answer after ten seconds is none to its sender;
    and an escalator that looked at the clock before this test set it on takes a lease for one of a wrong clock, whereupon that lease of
    its own, or one by the old time, has run out for the others."""
    (unanswered,) = alerted.home.sql("SELECT count(*) FROM delivery_log WHERE status IS NULL")[0]
    taken = alerted.home.sql(
        "SELECT s.message, s.at_ms, o.made_ms FROM delivery_state s JOIN outbox o ON o.home_id = s.home_id AND o.id = s.message"
        " WHERE s.state = 'sending' ORDER BY s.message, s.attempt"
    )
    by_an_old_clock = sum(at < made for _, at, made in taken) + sum(one == other and later < earlier for (one, earlier, _), (other, later, _) in pairwise(taken))
    return unanswered + 2 * by_an_old_clock


def test_every_message_arrives_and_each_step_happens_once_although_escalators_are_killed(alerted, phones, running, database):
    four = Four(alerted, running)
    told = lambda name: Counter(message.json["alert"] for message in alerted.service.messages(phones[name]))  # noqa: E731

    def all_told(rung: int) -> bool:
        return all(len(told(name)) == ALERTS for name, _ in RUNGS[rung]) and set(alerted.states()) == {"accepted"}

    killed = four.kill_whoever_sends_next()
    choke_all(alerted)
    until(lambda: len(alerted.messages()) == 2 * ALERTS, within_s=PATIENCE_S, every_s=0.25, what="every alert to be opened")
    four.let_the_lease_run_out(killed)
    until(lambda: all_told(0), within_s=PATIENCE_S, every_s=0.25, what="senior carer and duty manager to be told")

    four.kill_one_inside_its_transaction(database)
    until(lambda: all_told(1), within_s=PATIENCE_S, every_s=0.25, what="the registered managers to be told")

    running.forward(minutes=20)
    until(lambda: all_told(2), within_s=PATIENCE_S, every_s=0.25, what="the provider's people to be told")

    alerts = calling(alerted)
    assert steps(alerted, list(alerts)) == Counter(dict.fromkeys(("opened", "climbed:0.1", "climbed:0.2", "climbed:0.3"), ALERTS))
    assert set(alerts.values()) == {len(RUNGS)}, "opened and told; climbed; climbed"
    more = sent_again_on_a_busy_machine(alerted)
    again: Counter[int] = Counter()
    for rung, people in enumerate(RUNGS):
        for name, _ in people:
            assert max(told(name).values()) <= 2 + more, f"at most one repeat, and {more} for what the machine did"
            again[rung] += sum(told(name).values()) - ALERTS
            # A phone shows one notification an alert: a repeat has the tag and the topic of the first.
            shown = {(message.topic, message.json["tag"]) for message in alerted.service.messages(phones[name])}
            assert len(shown) == len(alerted.service.waiting(phones[name])) == ALERTS
    assert 1 <= again[0] <= SENDERS + more and again[1] + again[2] <= more, "only what the killed one had leased is sent again"
    running.tidemark("ledger", "verify")
