"""Eight tablets write to one home while its server is killed and started again: every acknowledged entry is there afterwards.

Real served processes, kill -9, both databases, batches of 25 and of 100. A known reference server loses a fifth here.
"""

from __future__ import annotations

import http.client
import threading
import time
import uuid
from datetime import UTC, datetime

import pytest

from server.people import grants
from tests.harness.apps import House, Tablet
from tests.harness.processes import Installation, until

WRITERS, KILLS = 8, 3
BATCHES = {25: 12, 100: 4}


@pytest.fixture
def served(database, tmp_path):
    made = Installation(tmp_path / "run", database_url=database.url)
    yield made
    made.kill9()


class Writer(threading.Thread):
    """A tablet that offers each batch until it hears the server's word on every entry in it."""

    def __init__(self, tablet: Tablet, resident: uuid.UUID, size: int, served: Installation):
        super().__init__(daemon=True)
        self.bodies = []
        for _ in range(BATCHES[size]):
            self.bodies.append(tablet.envelope([tablet.drink(resident) for _ in range(size)], grant=None))
        self.tablet, self.served = tablet, served
        self.acknowledged: dict[str, tuple[int, str]] = {}
        self.unheard = 0

    def run(self) -> None:
        for body in self.bodies:
            answer = None
            while answer is None:
                answer = self.offer(body)
            for result in answer["results"]:
                assert result["status"] in ("accepted", "duplicate"), result
                self.acknowledged[result["id"]] = (result["seq"], result["hash"])

    def offer(self, body) -> dict | None:
        try:
            status, answer = self.served.call("/api/v1/sync", body, token=self.tablet.token)
        except (OSError, ValueError, http.client.HTTPException):
            status, answer = 0, None  # refused, cut off in the middle, or half an answer
        if status == 200:
            return answer
        self.unheard += 1
        time.sleep(0.05)
        return None


@pytest.mark.parametrize("size", sorted(BATCHES))
def test_every_acknowledged_entry_is_there_after_the_server_was_killed_again_and_again(database, served, size):
    house = House(database)
    home = house.home()
    ama, edith = home.staff("Ama", ["senior_carer"], pin=None), home.resident("Edith")
    tablets = [home.tablet(f"Tablet {n}") for n in range(WRITERS)]
    for tablet in tablets:
        tablet.person = ama
        now = int(datetime.now(UTC).timestamp() * 1000)
        tablet.grant = grants.issue_grant(home.row.secret, home.uuid, tablet.id, ama.id, ama.roles, now)[0]
    house.close()
    served.start("web")
    writers = [Writer(tablet, edith, size, served) for tablet in tablets]
    for writer in writers:
        writer.start()
    total = WRITERS * BATCHES[size] * size
    for kill in range(1, KILLS + 1):
        # Each kill falls among the writing, wherever that is then.
        until(
            lambda: sum(len(w.acknowledged) for w in writers) >= total * kill // (KILLS + 2), within_s=120,
            what="some entries to be acknowledged",
        )  # fmt: skip
        served.kill9()
        served.start("web")
    for writer in writers:
        writer.join(240)
    acknowledged = {id_: where for writer in writers for id_, where in writer.acknowledged.items()}
    assert len(acknowledged) == total
    assert sum(writer.unheard for writer in writers), "no kill was felt: nothing was proved"

    served.kill9()
    served.tidemark("ledger", "verify")  # ends with 0 where the whole chain holds
    rows = {row["header"]["id"]: row for row in home.rows()}
    assert sorted(row["header"]["seq"] for row in rows.values()) == list(range(1, len(rows) + 1))
    assert {id_: (rows[id_]["header"]["seq"], rows[id_]["hash"]) for id_ in acknowledged} == acknowledged
    assert len([row for row in rows.values() if row["submission"]["kind"] == "hydration_check"]) == total

    served.start("web")
    for writer in writers:
        for body in writer.bodies:
            answer = writer.offer(body)
            assert {result["status"] for result in answer["results"]} == {"duplicate"}
            assert {r["id"]: (r["seq"], r["hash"]) for r in answer["results"]}.items() <= acknowledged.items()
    assert len(home.rows()) == len(rows)
    house.close()
