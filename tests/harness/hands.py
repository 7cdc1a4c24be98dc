"""What a person's hands do on a tablet, by what the person sees: used by the browser tests, so that each reads as a story.

    ama = Hands(browsers.open(), tidemark.url, home)
    ama.enrol(code)
    ama.sign_in("Ama Mensah")
    ama.drink("Joan", "Teacup")
    ama.row_state("Joan")            # "Saved on this tablet" or "Sent"
"""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Locator, expect

from tests.harness.browser import Tablet
from tests.harness.processes import PATIENCE_S, REPOSITORY

WORDS = json.loads((REPOSITORY / "sync" / "messages.json").read_text())["app"]
SAVED, SENT, LOOK = (WORDS["state"][name] for name in ("saved", "sent", "look"))


class Hands:
    """One person at one tablet or phone."""

    def __init__(self, tablet: Tablet, base: str, home: dict[str, Any]):
        self.tablet, self.base, self.home = tablet, base, home
        self.taps = 0

    @property
    def page(self):
        return self.tablet.page

    def tap(self, target: Locator) -> None:
        target.tap()
        self.taps += 1

    def by(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    # Getting in

    def open(self, where: str = "") -> None:
        """Open the app, or a place in it: `#residents`."""
        self.page.goto(f"{self.base}/app/{where}")

    def enrol(self, code: str) -> None:
        """Open the link that a manager made and wait until the app is kept for offline use."""
        self.open(f"#enrol={code}")
        self.tap(self.page.get_by_role("button", name=WORDS["enrol"]["go"]))
        expect(self.by("staff-tile").first).to_be_visible()
        self.tablet.ready_offline()

    def choose(self, person: str) -> None:
        self.tap(self.by("staff-tile").filter(has_text=person))

    def pin(self, pin: str) -> None:
        for digit in pin:
            self.tap(self.by(f"pin-key-{digit}"))

    def sign_in(self, person: str) -> None:
        """Choose the name, enter the PIN, and see the home screen."""
        self.choose(person)
        self.pin(self.home["staff"][person]["pin"])
        expect(self.by("sync-header")).to_be_visible()

    def start_shift(self) -> None:
        self.go("")
        self.tap(self.by("start-shift"))

    # Drinks

    def go(self, where: str) -> None:
        """Go to a screen as a link on it would."""
        self.page.evaluate("where => { location.hash = where }", where)

    def residents(self) -> None:
        self.go("residents")
        expect(self.by("resident-row").first).to_be_visible()

    def row(self, resident: str) -> Locator:
        return self.page.locator(f'[data-testid="resident-row"][data-resident="{self.home["residents"][resident]}"]')

    def drink(self, resident: str, vessel: str = "Teacup") -> None:
        """Two taps from the list: the person's Drink, then the cup."""
        self.tap(self.row(resident).get_by_test_id("drink-button"))
        self.tap(self.by("drink-tile").filter(has_text=vessel))
        expect(self.by("drink-sheet")).to_have_count(0)

    def red_flag(self, resident: str, flag: str = "choking") -> None:
        self.tap(self.row(resident).get_by_test_id("drink-button"))
        self.tap(self.by("red-flag"))
        self.tap(self.page.get_by_text(WORDS["drink"]["red"][flag]))
        self.tap(self.page.get_by_role("button", name=WORDS["drink"]["red_record"]))
        expect(self.by("drink-sheet")).to_have_count(0)

    def undo(self, resident: str) -> None:
        self.tap(self.row(resident).get_by_test_id("undo"))

    def state(self, resident: str) -> Locator:
        """The state that the person's newest entry shows."""
        return self.row(resident).get_by_test_id("row-state").first

    def expect_state(self, resident: str, state: str, *, within_s: float = PATIENCE_S) -> None:
        expect(self.state(resident)).to_have_text(re.compile(re.escape(state)), timeout=within_s * 1000)

    def header(self) -> str:
        return " ".join(self.by("sync-header").inner_text().split())

    def expect_header(self, words: str | re.Pattern[str], *, within_s: float = PATIENCE_S) -> None:
        wanted = words if isinstance(words, re.Pattern) else re.compile(re.escape(words))
        expect(self.by("sync-header")).to_have_text(wanted, timeout=within_s * 1000)

    # What the tablet holds, read from its own database

    def queued(self) -> list[dict[str, Any]]:
        """What still waits to be sent, oldest first, as the tablet's database holds it."""
        return self.stored("queue")

    def stored(self, store: str) -> list[dict[str, Any]]:
        return self.page.evaluate(
            """name => new Promise((done, fail) => {
                 const opening = indexedDB.open('tidemark');
                 opening.onerror = () => fail(opening.error);
                 opening.onsuccess = () => {
                   const asked = opening.result.transaction(name).objectStore(name).getAll();
                   asked.onsuccess = () => { opening.result.close(); done(JSON.parse(JSON.stringify(asked.result))); };
                   asked.onerror = () => fail(asked.error);
                 };
               })""",
            store,
        )
