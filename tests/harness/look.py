"""A look at a screen in one state: what must be true of every screen, whatever it is for.

    look = Look(hands)
    look.at("residents, offline")     # one line per state; others add theirs
    look.done()                       # fails with everything that was wrong, once
    Look(desk, ZOOMED)                # the pages for managers

A state has six views: phone and desk, by day and by night, and the text twice and four times as large. Sizes, sideways
scrolling, gaps, where the skip link leads and whether two statuses say the same are measured in all of them. axe is slower: in
`make test` it looks at one of the six, and the state's own name says which, so that each sees a sixth of all states; in `make walk`
(WALK=full) at all six, with IBM's engine beside it. `make shots` (SHOTS=folder) keeps a picture of each state at both sizes for
docs/screens.md, and leaves axe out.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from playwright.sync_api import expect

from tests.harness.browser import DESKTOP, PHONE
from tests.harness.hands import Hands
from tests.harness.processes import REPOSITORY

FULL = os.environ.get("WALK") == "full"
SHOTS = os.environ.get("SHOTS")
CAPTURE_PX, OTHER_PX, GAP_PX = 64, 48, 8
# What a hand taps to record: at least 64 px. Everything else that is tapped: at least 48, but for links inside a sentence.
CAPTURE = (
    "[data-testid=drink-button], [data-testid=same-again], .tm-tile, .tm-key, [data-testid=ack-button], [data-testid=cup-fraction], .tm-answer, "
    ".tm-cup .nhsuk-button, .tm-justnow .nhsuk-button, .tm-sheet .tm-chip, button[data-testid^=gap-]"
)
TAPPED = "button, select, input:not([type=radio]):not([type=checkbox]), .tm-chip, a.nhsuk-button, a.tm-link"
IBM = REPOSITORY / "pwa" / "node_modules" / "accessibility-checker-engine" / "ace.js"


@dataclass(frozen=True)
class View:
    """One way to look: a size of screen, a theme, and how large the text is in percent."""

    size: tuple[int, int]
    dark: bool
    text: int = 100

    def __str__(self) -> str:
        return f"{'dark' if self.dark else 'light'}, {self.size[0]}x{self.size[1]}, {self.text} %"


USUAL = (View(PHONE, False), View(PHONE, True), View(DESKTOP, True), View(DESKTOP, False))
ENLARGED = (View(PHONE, False, 200), View(DESKTOP, False, 400))
# A manager's pages are read in a browser on a desk, whose zoom leaves them a quarter of its width.
ZOOMED = (View(PHONE, False, 200), View((320, 200), False))

# To axe every link before the first that leaves the page is a skip link. Places of the app are addresses after a # (#residents),
# so it takes all of them for skip links that lead nowhere. `skip_link` asks of the real one what the rule asks.
A_PLACE = re.compile(r'^skip-link: (?!<a class="nhsuk-skip-link")')

CLOSE_TOGETHER = """([least, selector]) => {
  const shown = [...document.querySelectorAll(selector)].filter(e => e.checkVisibility()).map(e => [e, e.getBoundingClientRect()]);
  const found = [];
  shown.forEach(([one, a], at) => shown.slice(at + 1).forEach(([other, b]) => {
    if (one.contains(other) || other.contains(one) || one.closest('dialog') !== other.closest('dialog')) return;
    const gap = Math.max(a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom);
    if (gap + 0.5 < least) found.push(`${one.textContent.trim().slice(0, 20)} and ${other.textContent.trim().slice(0, 20)}: ${gap} px apart`);
  }));
  return found;
}"""

# The picture as small as it can be looked at: the browser itself makes a WebP of it.
AS_WEBP = """async png => {
  const picture = await createImageBitmap(await (await fetch('data:image/png;base64,' + png)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext('2d').drawImage(picture, 0, 0);
  const bytes = new Uint8Array(await (await canvas.convertToBlob({type: 'image/webp', quality: 0.45})).arrayBuffer());
  return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));
}"""

# The engine sees the fields that are folded away, but not their labels: unfold while it looks.
IBM_CHECK = """async () => {
  const folded = [...document.querySelectorAll('details:not([open])')];
  folded.forEach(one => { one.open = true; });
  const report = await new self.ace.Checker().check(document, ['WCAG_2_2']);
  folded.forEach(one => { one.open = false; });
  return report.results.filter(one => one.value[0] === 'VIOLATION' && one.value[1] === 'FAIL').map(one => `ibm ${one.ruleId}: ${one.snippet.slice(0, 160)} (${one.message})`);
}"""

# What says a status: its kind, which status it is, and its words with the outline of its shape.
STATUSES = """() => [...document.querySelectorAll('.tm-state, .tm-due, .tm-severity, .tm-asks, .tm-finding')].filter(e => e.checkVisibility()).map(e => {
  const [kind, ...more] = e.classList;
  return [kind, more.filter(one => one.startsWith(kind + '--')).join(' '), [e.textContent.trim(), ...[...e.querySelectorAll('path, circle')].map(one => one.getAttribute('d') ?? 'o')].join(' ')];
})"""

TEXT_SIZE = "text => { document.documentElement.style.fontSize = text === 100 ? '' : `${text}%` }"

# A theme fades in: wait until it has.
AT_REST = "() => Promise.all(document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished.catch(() => {})))"


class Look:
    """Collects what is wrong, so that one run tells everything."""

    def __init__(self, hands: Hands, enlarged: tuple[View, View] = ENLARGED):
        self.hands, self.enlarged, self.wrong = hands, enlarged, {}
        # In this order the screen changes its size as seldom as can be.
        self.views = (*USUAL[:2], *enlarged, *USUAL[2:])
        self.statuses: dict[tuple[str, str], str] = {}

    def in_turn(self, state: str) -> View:
        """The view in which axe looks at this state."""
        return self.views[hashlib.sha256(state.encode()).digest()[0] % len(self.views)]

    def at(self, state: str) -> None:
        """Look at the screen as it stands, in every view, without leaving it."""
        expect(self.hands.page.locator("h1:visible").first).to_be_visible()  # a page that is still being opened is not yet its screen
        tablet, examined = self.hands.tablet, self.views if FULL else (self.in_turn(state),)
        # Night changes colours and moves nothing (tests/test_told_without_colour.py): what is measured is measured once a size.
        for (size, text), views in groupby(self.views, lambda view: (view.size, view.text)):
            tablet.resize(size)
            tablet.page.evaluate(TEXT_SIZE, text)
            where = f"{state}, {size[0]}x{size[1]}, {text} %"
            self.note(where, tablet.sticking_out())
            if text == 100:
                self.sizes(where)
            for view in views:
                if SHOTS and text == 100 and not view.dark and size[0] >= PHONE[0]:
                    self.keep(state, view)
                elif view in examined and not SHOTS:
                    self.examine(state, view)
        self.note(state, self.skip_link())
        self.note(state, self.told_by_colour_alone())
        tablet.dark(False)
        tablet.page.evaluate(TEXT_SIZE, 100)
        tablet.resize(PHONE)

    def examine(self, state: str, view: View) -> None:
        """What axe finds in this theme, at the size that the screen has now."""
        tablet = self.hands.tablet
        tablet.dark(view.dark)
        tablet.page.evaluate(AT_REST)
        self.note(f"{state}, {view}", [found for found in tablet.axe() if not A_PLACE.search(found)])
        if FULL:
            self.note(f"{state}, {view}", self.ibm())

    def told_by_colour_alone(self) -> list[str]:
        """Two statuses of one kind that say the same word beside the same shape, on this screen or one looked at before."""
        found = []
        for kind, status, says in self.hands.page.evaluate(STATUSES):
            before = self.statuses.setdefault((kind, says), status)
            if before != status:
                found.append(f"{kind} says “{says}” for {status} and for {before}")
        return found

    def skip_link(self) -> list[str]:
        """A skip link leads to a part of this page."""
        return self.hands.page.evaluate("() => [...document.querySelectorAll('.nhsuk-skip-link')].filter(e => !document.querySelector(e.hash)).map(e => `${e.hash} is not here`)")

    def sizes(self, where: str) -> None:
        """Targets large enough, and what records far enough from what else records."""
        tablet = self.hands.tablet
        self.note(where, [f"{found} < {CAPTURE_PX}" for found in tablet.small_targets(CAPTURE_PX, CAPTURE)])
        self.note(where, [f"{found} < {OTHER_PX}" for found in tablet.small_targets(OTHER_PX, TAPPED)])
        self.note(where, tablet.page.evaluate(CLOSE_TOGETHER, [GAP_PX, CAPTURE]))

    def ibm(self) -> list[str]:
        """What IBM's engine finds, also in what is folded away. Works under a strict CSP."""
        page = self.hands.page
        if not page.evaluate("() => 'ace' in self"):
            page.evaluate(IBM.read_text() + ";self.ace = ace;0")
        return page.evaluate(IBM_CHECK)

    def keep(self, state: str, view: View) -> None:
        """A picture of what is on the screen now, by day."""
        self.hands.tablet.dark(False)
        png = base64.b64encode(self.hands.page.screenshot()).decode()
        blank = self.hands.tablet.context.new_page()
        webp = blank.evaluate(AS_WEBP, png)
        blank.close()
        self.hands.page.bring_to_front()  # the blank one had taken the focus with it
        name = re.sub(r"[^a-z0-9]+", "-", state.lower()).strip("-")
        (Path(SHOTS) / f"{name}-{view.size[0]}.webp").write_bytes(base64.b64decode(webp))

    def note(self, where: str, found: list[str]) -> None:
        for fault in found:
            self.wrong.setdefault(fault, []).append(where)

    def done(self) -> None:
        said = [f"{fault}\n    on: {'; '.join(places)}" for fault, places in self.wrong.items()]
        assert said == [], "\n".join(said)
