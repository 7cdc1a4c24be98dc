"""From a breach in the ledger to a push that leaves the server, and from a rung that nobody answered to the next one: real
processes, a real loopback push service."""

from __future__ import annotations

import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from server.heartbeat import POLL_S
from sync.rules.catalogue import RED_FLAG
from sync.thresholds import THRESHOLDS
from tests.bench.report import Row, percentile
from tests.harness import small_home
from tests.harness.floor import FloorTablet
from tests.harness.processes import Installation, until
from tests.harness.push_service import PushService

BREACHES = 40
# A tablet that flags more within a quarter of an hour is called for once, and not for each (`server/alerts/unusual.py`).
FLAGS_A_TABLET = int(THRESHOLDS["alerts.unusual_red_flags"].default)
PAUSE_S = 0.15
# Drunk by each before their red flag, so that one rule is breached and not also the one about low intake.
PLENTY_ML = 2000
GOAL_P95_S, GOAL_CLIMB_S = 1.0, 30.0
# How long before the first rung is due the waiting for it begins.
AHEAD_S = 3.0


def one_database(kind: str, database_url: str | None) -> list[Row]:
    folder = Path(tempfile.mkdtemp(prefix="tidemark-bench-push-"))
    tidemark = Installation(folder, database_url=database_url)
    try:
        with PushService() as service:
            home = small_home.make(tidemark, more=BREACHES)
            tidemark.start()
            senior, senior_phone = _phone(tidemark, home, service, "Ama Mensah", "senior_carer")
            _, manager_phone = _phone(tidemark, home, service, "Sue Hart", "registered_manager")
            people = [id_ for name, id_ in home["residents"].items() if name.startswith("Person ")]
            senior.sync(*(senior.drink(resident, PLENTY_ML) for resident in people))
            tablets = [_tablet(tidemark, home, number) for number in range(-(-BREACHES // FLAGS_A_TABLET))]
            latencies, answered = [], []
            for already, resident in enumerate(people):
                tablet, before = tablets[already // FLAGS_A_TABLET], len(service.messages(senior_phone))
                sent_at = time.time()
                tablet.sync(tablet.red_flag(resident))
                answered.append(time.time() - sent_at)
                until(lambda: len(service.messages(senior_phone)) > before, within_s=30, what=f"push {already + 1}", every_s=0.005)
                latencies.append(service.messages(senior_phone)[before].received_at - sent_at)
                time.sleep(PAUSE_S)
            late = _climbs(tidemark, service, senior, manager_phone)
    finally:
        tidemark.stop()
        shutil.rmtree(folder, ignore_errors=True)
    p50, p95 = percentile(latencies, 0.5), percentile(latencies, 0.95)
    return [
        Row(
            f"{kind}: entry posted → its push received by the push service, {BREACHES} times",
            f"median {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms",
            f"median {percentile(answered, 0.5) * 1000:.0f} ms (entry posted → answered)",
            f"p95 ≤ {GOAL_P95_S:.0f} s",
            p95 <= GOAL_P95_S,
        ),
        Row(
            f"{kind}: an unanswered rung is due → the next one's push received, {BREACHES} times",
            f"median {percentile(late, 0.5) * 1000:.0f} ms, latest {max(late) * 1000:.0f} ms",
            f"{POLL_S * 1000:.0f} ms (the pause between two looks)",
            f"≤ {GOAL_CLIMB_S:.0f} s",
            max(late) <= GOAL_CLIMB_S,
        ),
    ]


def _climbs(tidemark: Installation, service: PushService, reader: FloorTablet, phone: dict[str, Any]) -> list[float]:
    """By how many seconds each alert reached the next rung's phone after its time. The clock is moved to just before the
    first is due; from there on time passes as it does, and they are due one after the other as they were opened."""
    alerts = [change for change in reader.changes("alert") if change["fields"]["rule"] == RED_FLAG]
    due = {change["record"]: datetime.fromisoformat(change["fields"]["next_at"]) for change in alerts}
    assert len(due) == BREACHES
    tidemark.forward(seconds=(min(due.values()) - tidemark.now()).total_seconds() - AHEAD_S)
    ahead = tidemark.now() - datetime.now(UTC)
    apart = (max(due.values()) - min(due.values())).total_seconds()
    until(lambda: due.keys() <= {message.json["alert"] for message in service.messages(phone)}, within_s=apart + 120, what="every alert to climb")
    came = {message.json["alert"]: datetime.fromtimestamp(message.received_at, UTC) + ahead for message in service.messages(phone)}
    return [max(timedelta(), came[alert] - at).total_seconds() for alert, at in due.items()]


def _phone(tidemark: Installation, home: dict[str, Any], service: PushService, who: str, role: str) -> tuple[FloorTablet, dict[str, Any]]:
    phone = FloorTablet(tidemark, home["id"], f"{who}'s phone")
    phone.unlock(home["staff"][who])
    subscription = service.subscribe(phone.push_key())
    phone.subscribe(subscription)
    phone.start_shift(role)
    return phone, subscription


def _tablet(tidemark: Installation, home: dict[str, Any], number: int) -> FloorTablet:
    tablet = FloorTablet(tidemark, home["id"], f"Tablet {number}")
    tablet.unlock(home["staff"]["Ben Okoro"])
    return tablet


def run(postgres) -> list[Row]:
    return one_database("sqlite", None) + one_database("postgresql", postgres.create("tidemark_bench_push"))
