"""Eight tablets that send at once: everything acknowledged is stored, `seq` is gapless, and no cursor skips a row."""

from __future__ import annotations

import json
import threading
import urllib.request

import pytest
import waitress

from server.records import ledger
from tests.harness.postgres import free_port

WRITERS, BATCHES, BATCH = 8, 6, 15


@pytest.fixture
def address(house):
    """The application served by the server that serves it in life, threads and all."""
    port = free_port()
    server = waitress.create_server(house.app, host="127.0.0.1", port=port, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}"
    server.close()
    thread.join(10)


def post(address, tablet, body):
    request = urllib.request.Request(
        f"{address}/api/v1/sync", json.dumps(body).encode(), {**tablet.auth, "Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def test_eight_writers_at_once_lose_nothing_and_a_reader_sees_every_row_once(home, address):
    ama = home.staff("Ama Mensah", ["senior_carer"])
    residents = [home.resident(f"Resident {i}") for i in range(5)]
    tablets = [home.tablet(f"Tablet {i}") for i in range(WRITERS + 1)]
    for tablet in tablets:
        assert tablet.unlock(ama).status_code == 200
    acknowledged, failures, done = {}, [], threading.Event()
    lock = threading.Lock()

    def write(tablet):
        try:
            for _ in range(BATCHES):
                # Each tablet pours its own amount: alike ones would be asked about as doubles, and told again for that.
                batch = [tablet.drink(residents[i % 5], 100 + tablets.index(tablet)) for i in range(BATCH)]
                bad = tablet.drink(residents[0], -1)
                answer = post(address, tablet, tablet.envelope([*batch, bad, None], grant=None))
                results = answer["results"]
                assert [r["status"] for r in results] == ["accepted"] * BATCH + ["quarantined"] * 2
                with lock:
                    acknowledged.update({r["id"]: (r["seq"], r["hash"]) for r in results[:BATCH]})
        except Exception as error:  # noqa: BLE001 (a thread's failure is the test's)
            failures.append(error)

    told: list[str] = []
    reader = tablets[-1]

    def read():
        cursor = None
        try:
            while True:
                last = done.is_set()
                answer = post(address, reader, reader.envelope([], cursor=cursor))
                told.extend(change["record"] for change in answer["changes"])
                cursor = answer["cursor"]
                if last and not answer["more"]:
                    return
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    writers = [threading.Thread(target=write, args=(tablet,)) for tablet in tablets[:WRITERS]]
    watcher = threading.Thread(target=read)
    for thread in [*writers, watcher]:
        thread.start()
    for thread in writers:
        thread.join(240)
    done.set()
    watcher.join(60)
    assert failures == []
    assert len(acknowledged) == WRITERS * BATCHES * BATCH
    rows = {row["header"]["id"]: row for row in home.rows()}
    assert sorted(row["header"]["seq"] for row in rows.values()) == list(range(1, len(rows) + 1))
    for id_, (seq, hash_) in acknowledged.items():
        assert (rows[id_]["header"]["seq"], rows[id_]["hash"]) == (seq, hash_)
    drinks = [record for record in told if record in acknowledged]
    assert sorted(drinks) == sorted(acknowledged), "the reader missed a row, or was told one twice"
    with home.house.app.app_context():
        assert ledger.verify(home.id).broken is None


def test_the_same_drink_from_eight_threads_is_stored_once(home, address):
    tablet = home.tablet()
    tablet.unlock(home.staff())
    body = tablet.envelope([tablet.drink(home.resident()) for _ in range(10)])
    answers, failures = [], []

    def send():
        try:
            answers.append(post(address, tablet, body))
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failures == []
    said = [[r["status"] for r in answer["results"]] for answer in answers]
    assert sorted(said) == [["accepted"] * 10] + [["duplicate"] * 10] * 7
    assert len({json.dumps([(r["seq"], r["hash"]) for r in answer["results"]]) for answer in answers}) == 1
