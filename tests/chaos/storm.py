"""One tablet in a storm: entries made by real taps, one fault a run, and everything that the screen ever said of them.

A run is a few entries under one fault. The app itself makes every entry (*Same again* on a person's row). While the fault
lasts, what the row says of its newest entry is held against the tablet's queue and the server's ledger. Nothing is read from
the queue but numbers: its content may be sealed.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Error, Locator, expect

from tests.harness import proxy as faults
from tests.harness.hands import SAVED, SENT, Hands
from tests.harness.processes import Installation, until
from tests.harness.proxy import FaultProxy

#: How long a storm may take to drain when it is over.
CALM_WITHIN_S = 90
STANDING = {
    "request lost": faults.lose_request, "reply lost": faults.lose_reply, "status 500": faults.server_error,
    "status 502 after": faults.error_after_acting, "captive portal": faults.captive_portal, "cut short": faults.cut_short,
    "slow": faults.slow(0.4),
}  # fmt: skip
KINDS = (*STANDING, "server killed", "tab killed", "reload", "switch of person", "offline")

#: The numbers that this tablet has used and those that wait, in one transaction of its own database.
COUNTED = """() => new Promise((done, fail) => {
  const opening = indexedDB.open('tidemark');
  opening.onerror = () => fail(opening.error);
  opening.onsuccess = () => {
    const tx = opening.result.transaction(['meta', 'queue']);
    const counters = tx.objectStore('meta').get('counters'), queue = tx.objectStore('queue').getAllKeys();
    tx.oncomplete = () => { opening.result.close(); done([counters.result ? counters.result.number : 0, queue.result]); };
    tx.onabort = () => fail(tx.error);
  };
})"""


@dataclass
class Figures:
    """What a storm came to: all but the first three must be 0."""

    runs: int = 0
    entries: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    doubled: int = 0
    false_saved: int = 0
    false_sent: int = 0
    wrong_name: int = 0

    @property
    def wrong(self) -> int:
        return self.lost + self.doubled + self.false_saved + self.false_sent + self.wrong_name


class Storm:
    """A person at a tablet behind a proxy. `begin` once, `run` as often as wanted, `end` for the figures."""

    def __init__(self, hands: Hands, tidemark: Installation, proxy: FaultProxy, home: dict[str, Any], draw: random.Random):
        self.hands, self.tidemark, self.proxy, self.home, self.draw = hands, tidemark, proxy, home, draw
        self.figures = Figures()
        self.person = "Ama Mensah"
        #: (number, who had unlocked the tablet when it was saved)
        self.made: dict[int, str] = {}
        self.last = 0

    def begin(self) -> None:
        """One drink, so that *Same again* is there; nothing has been faulted yet."""
        self.hands.residents()
        self.hands.drink("Harold")
        self.hands.expect_state("Harold", SENT, within_s=30)
        self.last = self._counted()[0]
        self.made.update({number: self.person for number in range(1, self.last + 1)})

    def run(self, entries: int) -> None:
        """A few entries under one fault, and calm again."""
        fault = self.draw.choice(KINDS)
        self.figures.faults[fault] += 1
        self.figures.runs += 1
        if fault in STANDING:
            self.proxy.always(STANDING[fault])
        elif fault == "server killed":
            self.tidemark.kill9()
        elif fault == "offline":
            self.hands.tablet.context.set_offline(True)
        self._tap(entries)
        self._during(fault)
        self.proxy.always(None)
        if fault == "server killed":
            self.tidemark.start("web")
        elif fault == "offline":
            self.hands.tablet.context.set_offline(False)

    def end(self) -> Figures:
        """Wait until the tablet says that nothing waits, and hold the server's ledger against what was made."""
        until(lambda: self._queue_is_empty(), within_s=CALM_WITHIN_S, what="the tablet to have sent everything", every_s=0.3)
        self._check()
        return self.figures

    # ---- hands ----

    def _tap(self, entries: int) -> None:
        """Save so many drinks by *Same again*, each when the screen has said that the one before is saved."""
        self.hands.residents()
        button = self.hands.row("Harold").get_by_test_id("same-again")
        for _ in range(entries):
            until(lambda: self._tapped(button), within_s=30, what="the entry to be saved", every_s=0)
            number, _ = self._counted()
            self.made.update({each: self.person for each in range(self.last + 1, number + 1)})
            self.figures.entries += number - self.last
            self.last = number

    def _tapped(self, button: Locator) -> bool:
        """Tap; whether a number was used. A second tap within a moment is one drink by design, so it may take another."""
        button.tap()
        for _ in range(20):
            if self._counted()[0] > self.last:
                return True
            self.hands.page.wait_for_timeout(50)
        return False

    def _during(self, fault: str) -> None:
        """What a person or a battery does meanwhile."""
        state = self.hands.state("Harold").inner_text()
        number, waiting = self._counted()
        if SAVED in state and number not in waiting and not self._in_ledger(number):
            self.figures.false_saved += 1
        if SENT in state and not self._in_ledger(number):
            self.figures.false_sent += 1
        if fault == "tab killed":
            self.hands.tablet.kill9()
            self.hands.tablet.reopen()
            self.hands.open()
            self.hands.sign_in(self.person)
        elif fault == "reload":
            self.hands.page.reload()
            self._unlocked()
        elif fault == "switch of person":
            self.person = "Ben Okoro" if self.person == "Ama Mensah" else "Ama Mensah"
            self.hands.open()
            self.hands.page.reload()
            self._unlocked()

    def _unlocked(self) -> None:
        """After a reload the tablet asks who it is."""
        self.hands.sign_in(self.person)

    # ---- the truth ----

    def _counted(self) -> tuple[int, list[int]]:
        for _ in range(3):
            try:
                return tuple(self.hands.page.evaluate(COUNTED))
            except Error:
                self.hands.page.wait_for_timeout(100)
        return tuple(self.hands.page.evaluate(COUNTED))

    def _queue_is_empty(self) -> bool:
        self.hands.page.wait_for_timeout(50)
        return not self._counted()[1]

    def _rows(self) -> list[dict[str, Any]]:
        lines = self.tidemark.tidemark("ledger", "export", "--home", self.home["id"]).splitlines()
        return [row for row in map(json.loads, lines) if row["header"]["origin"] == "tablet"]

    def _in_ledger(self, number: int) -> bool:
        return any(row["submission"]["number"] == number for row in self._rows())

    def _check(self) -> None:
        names = {who["id"]: name for name, who in self.home["staff"].items()}
        numbers = Counter(row["submission"]["number"] for row in self._rows())
        self.figures.lost += len(self.made.keys() - numbers.keys())
        self.figures.doubled += sum(count - 1 for count in numbers.values())
        for row in self._rows():
            said = row["submission"]
            if said["number"] in self.made and names[said["author"]] != self.made[said["number"]]:
                self.figures.wrong_name += 1
        expect(self.hands.by("sync-header")).to_be_visible()
