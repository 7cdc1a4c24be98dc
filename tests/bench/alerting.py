"""What alerts cost the server: pushes for a second of CPU over a thousand subscriptions, and a round with nothing to do."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pywebpush import WebPusher
from sqlalchemy import text

from server import clock, heartbeat
from server.alerts import classify, payload, vapid
from server.alerts.outbox import Claimed
from server.alerts.push import Sender
from server.alerts.tables import look
from server.db import reading, writing
from tests.bench import intake
from tests.bench.report import Cpu, Row, cpu_of
from tests.harness.alerted import SUBJECT
from tests.harness.push_service import b64

SUBSCRIPTIONS, PEOPLE, ROUNDS = 1_000, 10_000, 20
GOAL_PUSHES, GOAL_SWEEP_MS = 250, 50
# Takes every message in a process of its own: its work is not ours.
SINK = """
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Sink(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201); self.send_header("Content-Length", "0"); self.end_headers()
    def log_message(self, *a): pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
print(server.server_port, flush=True)
server.serve_forever()
"""


def pushes() -> Row:
    """The sender alone: encrypt, sign, post, judge."""
    sink = subprocess.Popen([sys.executable, "-c", SINK], stdout=subprocess.PIPE, text=True)
    try:
        port = int(sink.stdout.readline())
        pem = vapid._new()["private_pem"]
        made = [_claimed(port, pem) for _ in range(SUBSCRIPTIONS)]
        sender, cpu, verdicts = Sender(subject=SUBJECT, allow_loopback=True), Cpu(), []
        sender.send(made[0], clock.now_ms())  # connections and keys are there
        spent = cpu_of(cpu, lambda: verdicts.extend(sender.send(each, clock.now_ms()).verdict.what for each in made))
        assert set(verdicts) == {classify.ACCEPTED}
        floor = cpu_of(cpu, lambda: [_encrypt(each) for each in made])
    finally:
        sink.kill()
        sink.wait()
    rate = SUBSCRIPTIONS / spent
    return Row(
        f"pushes to {SUBSCRIPTIONS:,} subscriptions, each encrypted for its own",
        f"{rate:.0f} for a second of CPU", f"{SUBSCRIPTIONS / floor:.0f} (encryption alone)",
        f"≥ {GOAL_PUSHES}", rate >= GOAL_PUSHES,
    )  # fmt: skip


def _claimed(port: int, pem: str) -> Claimed:
    point = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    now, id_ = clock.now_ms(), uuid.uuid4()
    notice = payload.Notice(id_, "told", "needs_decision", alert=uuid.uuid4(), level=1)
    where = f"http://127.0.0.1:{port}"
    return Claimed(
        1, id_, id_, id_, id_, 1, notice, False, f"{where}/push/{id_}", where, b64(point), b64(b"a" * 16), pem, now + 3_600_000, now
    )


def _encrypt(sent: Claimed) -> bytes:
    keys = {"p256dh": sent.p256dh, "auth": sent.auth}
    return WebPusher({"endpoint": sent.endpoint, "keys": keys}).encode(payload.build(sent.notice))["body"]


def sweep(kind: str, url: str, folder: Path) -> Row:
    """A round of the heartbeat while everyone's next look is still ahead."""
    house, home, _, _ = intake.fresh(kind, url, folder)
    with house.app.app_context():
        now = clock.now_ms()
        rows = [
            {"home_id": home.id, "resident": uuid.uuid4(), "day": 740_000, "next_at_ms": now + 3_600_000 + n, "set_ms": now} for n in range(PEOPLE)
        ]
        writing(lambda c: c.execute(look.insert(), rows))
        with reading() as c:
            begun = time.perf_counter()
            for _ in range(ROUNDS):
                c.execute(text("SELECT 1")).scalar()
            floor_ms = (time.perf_counter() - begun) / ROUNDS * 1000
        beat = heartbeat.Heartbeat(house.app)
        beat.work()  # what making the home left behind
        took = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            beat.work()
            took.append((time.perf_counter() - begun) * 1000)
        beat.delivery.close()
    house.close()
    best = min(took)
    return Row(
        f"{kind}: a round over {PEOPLE:,} people with nothing due", f"{best:.1f} ms", f"{floor_ms:.2f} ms (an empty question)",
        f"≤ {GOAL_SWEEP_MS} ms", best <= GOAL_SWEEP_MS,
    )  # fmt: skip


def run(postgres) -> list[Row]:
    folder = Path(tempfile.mkdtemp(prefix="tidemark-bench-alerting-"))
    try:
        return [
            pushes(),
            sweep("sqlite", f"sqlite:///{folder / 'alerting.sqlite'}", folder),
            sweep("postgresql", postgres.create("tidemark_alerting"), folder),
        ]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
