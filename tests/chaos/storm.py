"""One tablet in a storm: a run is some drinks and one fault (faults.py), then calm; a witness (witness.py) sees every instant.

The app itself makes every entry: *Same again* on a person's row, tapped by a script in the page, since ten thousand real
touches would take a day (tests/browser has those). Nothing is read from the queue but numbers and ids: its content is sealed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Error

from tests.chaos.faults import FAULTS
from tests.chaos.figures import Figures, ledger_of
from tests.chaos.witness import TellingProxy, Witness
from tests.harness import small_home
from tests.harness.browser import Browsers
from tests.harness.hands import SENT, Hands
from tests.harness.processes import Installation

#: How long a tablet that is calm and has something to send may stand still: no offer, and none out of the queue. Longer than
#: its slowest wait (pace.ts) and one call that is given up; not a limit on the whole, since the machine may be slow.
STILL_S = 120
#: ux.md: from the return of the network to the first offer.
SENDING_WITHIN_S = 5.0
#: One run in so many waits for the tablet to notice the network by itself; all others tell it.
UNTOLD_EVERY = 10
AT_THE_TABLET = ("Ama Mensah", "Ben Okoro")
#: Nobody here has a limit, which would ask before each drink; enough of them for two runs of ten.
MORE = 20
PEOPLE = ("Joan", "Harold", "Mabel", "Stanley", *(f"Person {number}" for number in range(1, MORE + 1)))

IS_DRAWN = "() => window.storm !== undefined && document.querySelector('[data-testid=sync-header]') !== null"
#: The newest number that this tablet has used, and (id, number) of all that it holds.
HELD = """() => new Promise((done, fail) => {
  const opening = indexedDB.open('tidemark');
  opening.onerror = () => fail(opening.error);
  opening.onsuccess = () => {
    const tx = opening.result.transaction(['meta', 'queue', 'sent']);
    const asked = [tx.objectStore('meta').get('counters'), tx.objectStore('queue').getAll(), tx.objectStore('sent').getAll()];
    tx.oncomplete = () => {
      opening.result.close();
      const [counters, queue, sent] = asked.map((one) => one.result);
      done([counters ? counters.number : 0, [...queue, ...sent].map((row) => [row.id, row.number]), queue.length]);
    };
    tx.onabort = () => fail(tx.error);
  };
})"""


class Storm:
    """A person at a tablet behind a proxy. `run` as often as wanted, `verdict` whenever everything is calm."""

    def __init__(self, browsers: Browsers, tidemark: Installation, proxy: TellingProxy, draw: random.Random):
        self.tidemark, self.proxy, self.draw = tidemark, proxy, draw
        self.home = small_home.make(tidemark, more=MORE)
        self.tablet = browsers.open()
        self.witness = Witness(self.tablet, self.proxy)
        self.witness.on_commit = self._made
        self.person = AT_THE_TABLET[0]
        #: entry -> (its number, who had unlocked the tablet when it was saved)
        self.made: dict[str, tuple[int, str]] = {}
        self.figures = Figures()
        #: Who was given a drink in the newest run.
        self.names: set[str] = set()
        self._enrol()

    @property
    def page(self):
        return self.tablet.page

    def _enrol(self) -> None:
        """Let the tablet in and give everybody one drink, so that *Same again* is there; nothing has been faulted yet."""
        hands = Hands(self.tablet, self.proxy.url, self.home)
        hands.enrol(self.home["codes"].pop(0))
        for person in AT_THE_TABLET[::-1]:
            self.sign_in(person)
        hands.residents()
        for name in PEOPLE:
            hands.drink(name)
        hands.expect_state(PEOPLE[-1], SENT, within_s=30)

    def run(self, entries: int, fault: str | None = None) -> None:
        """A few entries under one fault, drawn where none is named; then calm."""
        fault = fault or self.draw.choice(list(FAULTS))
        before = len(self.made)
        self.figures.faults[fault] += 1
        self.figures.runs += 1
        # A second tap on one row within a moment is one drink by design: nobody is given one in two runs together.
        names = self.draw.sample([name for name in PEOPLE if name not in self.names], entries)
        self.names = set(names)
        FAULTS[fault](self, [self.home["residents"][name] for name in names])
        self.calm()
        self.figures.entries += len(self.made) - before

    # ---- what a fault does ----

    def tap(self, residents: list[str], *, until_stuck: bool = False, until_saved: int | None = None, may_fail: bool = False) -> int:
        """Save a drink of each, one after the other; returns how many were saved. Ends early when the page stands, or with so many."""
        if not residents:
            return 0
        told, before = self.witness.told, len(self.made)
        told.pop("tapped", None)
        self.proxy.stuck.clear()
        unsaved = len(self.witness.unsaved)
        self.page.evaluate("residents => void storm.save(residents)", residents)
        if until_saved is not None:
            self.witness.wait(lambda: len(self.made) - before >= until_saved, within_s=60, what=f"{until_saved} entries")
            return len(self.made) - before
        ended = self.proxy.stuck.is_set if until_stuck else lambda: "tapped" in told
        self.witness.wait(ended, within_s=90, what="the page to stand" if until_stuck else "the taps")
        if not may_fail:
            self.witness.not_saved += self.witness.unsaved[unsaved:]
        missing = told.get("tapped", {}).get("missing")
        if missing is not None:
            # It locked itself: five minutes passed on its clock.
            done = len(self.made) - before
            self.sign_in()
            return done + self.tap(residents[done:], may_fail=may_fail)
        return len(self.made) - before

    def offered(self) -> None:
        """Wait until the fault has been met."""
        self.witness.wait(lambda: bool(self.proxy.numbers()), within_s=20, what="an offer")

    def sign_in(self, person: str | None = None) -> None:
        """At the tablet sits this person, or the one before; whoever was in is locked out first."""
        self.person = person or self.person
        who = self.home["staff"][self.person]
        self.witness.wait(lambda: self.page.evaluate(IS_DRAWN), within_s=20, what="the app")
        inside = self.page.evaluate("([staff, pin]) => storm.enter(staff, pin)", [who["id"], who["pin"]])
        assert inside, f"{self.person} did not get in: {self.page.inner_text('body')[:600]}"

    def another(self) -> str:
        return next(name for name in AT_THE_TABLET if name != self.person)

    def come_back(self) -> None:
        """The app opened again after its tab or the browser was killed; what was committed and never told is found."""
        self.witness.attach()
        self.page.goto(f"{self.proxy.url}/app/#residents")
        self._find()
        self.sign_in()

    def is_fresh(self) -> bool:
        """The page was loaded again since it was marked."""
        try:
            return self.page.evaluate("() => window.before === undefined") and self.page.evaluate(IS_DRAWN)
        except Error:
            return False  # between two pages

    def calm(self) -> None:
        """The network is back; everything is sent."""
        self.proxy.clean()
        back = time.monotonic()
        untold = self.draw.randrange(UNTOLD_EVERY) == 0
        if not untold:
            self.told_online()
        if untold and self._waiting():
            # An offer that was under way when the network came back may be all that was to be said.
            self._moving(lambda: self.proxy.numbers() or not self._waiting(), what="it to send by itself")
            if offers := [at for at, body in self.proxy.offered if body["submissions"]]:
                took = offers[0] - back
                self.figures.sending_slowest_s = max(self.figures.sending_slowest_s, round(took, 2))
                self.figures.sending_late += took > SENDING_WITHIN_S
        self.drained()

    def told_online(self) -> None:
        """The browser notices a network, so that the tablet tries now."""
        self.page.evaluate("() => dispatchEvent(new Event('online'))")

    def drained(self) -> None:
        self._moving(lambda: self._waiting() == 0, what="the tablet to have sent everything")

    def _moving(self, ask: Callable[[], Any], *, what: str) -> None:
        """Wait for it as long as the tablet moves; standing still is what is looked for, and is told with what holds it."""
        moved, still = None, time.monotonic() + STILL_S
        while not ask():
            if (now := (len(self.proxy.numbers()), self._waiting())) != moved:
                moved, still = now, time.monotonic() + STILL_S
            elif time.monotonic() > still:
                locks = self.page.evaluate("() => navigator.locks.query()")
                last = [(round(time.monotonic() - at, 1), len(body["submissions"])) for at, body in self.proxy.offered[-5:]]
                raise AssertionError(f"stood still for {STILL_S} s, waiting for {what}: {now}, {locks}, {last}, {self.proxy.seen[-5:]}")
            self.page.wait_for_timeout(5)

    # ---- the truth ----

    def _made(self, entry: str, number: int) -> None:
        self.made.setdefault(entry, (number, self.person))

    def _waiting(self) -> int:
        return self.page.evaluate("() => storm.counts()[0]")

    def _find(self) -> int:
        """What the tablet's own database holds; the newest number that it has used."""
        newest, rows, _waiting = self.page.evaluate(HELD)
        for entry, number in rows:
            if entry not in self.witness.committed:
                self.witness.committed[entry] = number
                self._made(entry, number)
        return newest

    def verdict(self) -> Figures:
        """The figures so far, by the ledger as it is now."""
        newest, rows, witness = self._find(), ledger_of(self.tidemark.data), self.witness
        in_ledger = {row.id for row in rows}
        numbers = [row.number for row in rows]
        names = {who["id"]: name for name, who in self.home["staff"].items()}
        it = self.figures
        # By id, everything that was ever called saved or accepted; by number, everything that the tablet ever counted.
        it.lost = max(len((self.made.keys() | witness.proxy.yes.keys()) - in_ledger), len(set(range(1, newest + 1)) - set(numbers)))
        it.doubled = len(rows) - len(set(numbers))
        it.wrong_name = sum(1 for row in rows if row.id in self.made and names[row.author] != self.made[row.id][1])
        it.not_saved = len(witness.not_saved)
        it.false_saved, it.false_sent, it.instants = witness.false_saved, witness.false_sent, witness.instants
        it.header_late, it.header_slowest_ms = witness.header_late, witness.header_slowest_ms
        waiting, header = self.page.evaluate("() => storm.counts()")
        it.header_late += waiting != header
        return it


@contextmanager
def open_storm(browsers: Browsers, folder: Path, draw: random.Random) -> Iterator[Storm]:
    """A storm over a new installation in this folder; all of it ends with the block."""
    tidemark = Installation(folder / "data")
    proxy = TellingProxy(tidemark.url)
    proxy.start()
    try:
        tidemark.start()
        yield Storm(browsers, tidemark, proxy, draw)
    finally:
        browsers.close()
        proxy.stop()
        tidemark.kill9()
