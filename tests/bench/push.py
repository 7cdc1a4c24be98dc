"""From a breach in the ledger to a push that leaves the server: real processes, a real loopback push service."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from tests.bench.report import Row, percentile
from tests.harness import small_home
from tests.harness.floor import FloorTablet
from tests.harness.processes import Installation, until
from tests.harness.push_service import PushService

BREACHES = 40
PAUSE_S = 0.15
# Drunk by each before their red flag, so that one rule is breached and not also the one about low intake.
PLENTY_ML = 2000
GOAL_P95_S = 1.0


def one_database(kind: str, database_url: str | None) -> Row:
    folder = Path(tempfile.mkdtemp(prefix="tidemark-bench-push-"))
    tidemark = Installation(folder, database_url=database_url)
    try:
        with PushService() as service:
            home = small_home.make(tidemark, more=BREACHES)
            tidemark.start()
            phone = FloorTablet(tidemark, home["id"], "Senior's phone")
            phone.unlock(home["staff"]["Ama Mensah"])
            subscription = service.subscribe(phone.push_key())
            phone.subscribe(subscription)
            phone.start_shift("senior_carer")
            latencies, answered = [], []
            people = [id_ for name, id_ in home["residents"].items() if name.startswith("Person ")]
            phone.sync(*(phone.drink(resident, PLENTY_ML) for resident in people))
            for already, resident in enumerate(people):
                before = len(service.messages(subscription))
                sent_at = time.time()
                phone.sync(phone.red_flag(resident))
                answered.append(time.time() - sent_at)
                until(lambda: len(service.messages(subscription)) > before, within_s=30, what=f"push {already + 1}", every_s=0.005)
                latencies.append(service.messages(subscription)[before].received_at - sent_at)
                time.sleep(PAUSE_S)
    finally:
        tidemark.stop()
        shutil.rmtree(folder, ignore_errors=True)
    p50, p95 = percentile(latencies, 0.5), percentile(latencies, 0.95)
    return Row(
        f"{kind}: entry posted → its push received by the push service, {BREACHES} times",
        f"median {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms",
        f"median {percentile(answered, 0.5) * 1000:.0f} ms (entry posted → answered)",
        f"p95 ≤ {GOAL_P95_S:.0f} s",
        p95 <= GOAL_P95_S,
    )


def run(postgres) -> list[Row]:
    return [one_database("sqlite", None), one_database("postgresql", postgres.create("tidemark_bench_push"))]
