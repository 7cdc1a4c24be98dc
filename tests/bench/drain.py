"""A tablet comes back after two weeks offline: what the screen says while 5,000 entries go, and how long it ever stands still."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import expect

from tests.bench.report import Row
from tests.bench.tap import QUEUED, a_home, enrolled, filled
from tests.harness.hands import Hands
from tests.harness.processes import Installation

#: One batch, and so the least that there is to a drain: its stall is the floor of a long one's.
BATCH = 500
GOAL_STALL_MS = 200
#: What a tablet sends in an hour, of what can wait.
AN_HOUR = 2_800

WATCH = """() => {
  const seen = self.seen = {said: [], stall: 0};
  new PerformanceObserver(list => { for (const task of list.getEntries()) seen.stall = Math.max(seen.stall, task.duration); }).observe({type: 'longtask'});
  new MutationObserver(() => {
    const text = document.querySelector('[data-testid=sending]')?.textContent;
    if (text && text !== seen.said.at(-1)) seen.said.push(text);
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""
# The tablet sends no more than the server takes in an hour; to wait for the next one is nothing to measure.
AN_HOUR_LATER = """() => navigator.locks.request('tidemark-sync', () => new Promise((done, fail) => {
  const opening = indexedDB.open('tidemark');
  opening.onsuccess = () => {
    const tx = opening.result.transaction('meta', 'readwrite'), meta = tx.objectStore('meta');
    meta.get('standing').onsuccess = event => {
      const {hour, ...standing} = event.target.result;
      meta.put(standing, 'standing');
    };
    tx.oncomplete = () => { opening.result.close(); done(); };
    tx.onabort = () => fail(tx.error);
  };
}))"""
# Somebody is looking on: a tablet that nobody touches for five minutes locks itself.
WAITING = """() => new Promise(done => { dispatchEvent(new Event('pointerdown')); const opening = indexedDB.open('tidemark'); opening.onsuccess = () => {
  const asked = opening.result.transaction('queue').objectStore('queue').count();
  asked.onsuccess = () => { opening.result.close(); done(asked.result); };
}; })"""


@dataclass
class Drained:
    """What *Not sent* said while it drained, each wording once as it changed, and the longest that the main thread was busy at a time."""

    said: list[str]
    stall_ms: float


def drain(hands: Hands, tidemark: Installation, queued: int) -> Drained:
    """Fill the queue without a server, open *Not sent*, and watch it from the server's return until nothing waits."""
    ama = hands.home["staff"]["Ama Mensah"]
    token = next(each["token"] for each in hands.stored("meta") if isinstance(each, dict) and "token" in each)
    status, said = tidemark.call("/api/v1/unlock", {"staff": ama["id"], "pin": ama["pin"]}, token=token)
    assert status == 200, said
    tidemark.kill9()
    filled(hands, queued, ama["id"], said["grant"])
    hands.go("not-sent")
    expect(hands.by("send-now")).to_be_visible()
    hands.page.evaluate(WATCH)
    tidemark.forward(hours=1)
    hands.page.evaluate(AN_HOUR_LATER)
    tidemark.start()
    hands.page.evaluate("() => dispatchEvent(new Event('online'))")
    stops_at = queued + 1 - AN_HOUR
    while waiting := hands.page.evaluate(WAITING):
        if waiting <= stops_at:
            tidemark.forward(hours=1)
            hands.page.evaluate(AN_HOUR_LATER)
            stops_at -= AN_HOUR
        hands.page.wait_for_timeout(500)
    seen = hands.page.evaluate("() => self.seen")
    return Drained(seen["said"], seen["stall"])


def both() -> tuple[Drained, Drained]:
    """One batch, and then ten: what grows with the queue shows between them, and what else the machine does falls on both."""
    with a_home() as (tidemark, home, browsers):
        hands = enrolled(browsers, tidemark, home)
        batch = drain(hands, tidemark, BATCH)
        hands.residents()
        queue = drain(hands, tidemark, QUEUED)
        assert hands.stored("looks") == [] and hands.tablet.errors == []
    return batch, queue


def run() -> list[Row]:
    batch, queue = both()
    return [
        Row(f"draining {QUEUED:,} entries: the longest that the screen stands still", f"{queue.stall_ms:.0f} ms",
            f"{batch.stall_ms:.0f} ms (one batch of {BATCH})", f"≤ {GOAL_STALL_MS} ms", queue.stall_ms <= GOAL_STALL_MS),
        Row("the same: how often it said how far it had come", f"{len(queue.said)} times", "no floor: a count"),
    ]  # fmt: skip
