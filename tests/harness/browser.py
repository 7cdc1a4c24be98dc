"""Real Chromium: profiles that survive closing the browser, push by the DevTools protocol, axe, sizes of targets.

    tablet = browsers.open(size=PHONE)     # a fresh profile, one page
    tablet.page.goto(url)
    tablet.close(); tablet.reopen()        # the same profile: the browser was closed and opened again

Debian's Chromium through Playwright; nothing is downloaded. Chromium's own `PushManager.subscribe` never settles without
Google's service, so `subscribe_with` gives the page a subscription of the loopback push service instead; all else of push
is real: encrypted by the server, decrypted by the service, handed to the service worker as Chromium hands it.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Error, Page, Playwright, expect, sync_playwright

from tests.harness.processes import PATIENCE_S, REPOSITORY, descendants, kill, until

expect.set_options(timeout=PATIENCE_S * 1000)
PHONE = (360, 640)
DESKTOP = (1280, 800)
# The last list that a browser is given counts, so Playwright's own (chromiumSwitches.ts) is said again, as far as it is about
# Chromium on Linux. The rest are pop-ups of the address bar, which nobody sees here: to draw them took more than all else of a start.
WITHOUT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch",
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup",
)  # fmt: skip
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", f"--disable-features={','.join(WITHOUT)}",
)  # fmt: skip
AXE = REPOSITORY / "pwa" / "node_modules" / "axe-core" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

SUBSCRIBE_STUB = """(subscription => {
  if (!self.PushManager) return;
  const kept = 'loopback-push-key';   // a real browser remembers its subscription over reloads, with the key it was made for
  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0)).buffer;
  const text = key => typeof key === 'string' ? key : btoa(String.fromCharCode(...new Uint8Array(key.buffer || key)));
  const made = key => ({
    endpoint: subscription.endpoint, expirationTime: null,
    options: {userVisibleOnly: true, applicationServerKey: bytes(key)},
    getKey: name => bytes(subscription.keys[name]), toJSON: () => subscription,
    unsubscribe: async () => { localStorage.removeItem(kept); return true; },
  });
  PushManager.prototype.subscribe = async function (options) {
    if (!options || !options.userVisibleOnly) throw new DOMException('userVisibleOnly is required', 'NotAllowedError');
    localStorage.setItem(kept, text(options.applicationServerKey));
    return made(localStorage.getItem(kept));
  };
  PushManager.prototype.getSubscription = async function () {
    const key = localStorage.getItem(kept);
    return key ? made(key) : null;
  };
})"""


# A target half under a bar that stays where it is while the page scrolls is whole once it is scrolled to: we scroll there and ask
# the page what a finger would meet, 11 px from the middle to every side (WCAG's least target is 24 px wide).
AXE_CHECK = """async tags => {
  const whole = ([selector]) => {
    const target = document.querySelector(selector), box = target.closest('label') || target;
    const before = [...scrolled(target)].map(one => [one, one.scrollTop]);
    box.scrollIntoView({block: 'center'});
    const at = box.getBoundingClientRect(), x = at.left + at.width / 2, y = at.top + at.height / 2;
    const met = [[0, 0], [-11, -11], [11, -11], [-11, 11], [11, 11]].every(([right, down]) => box.contains(document.elementFromPoint(x + right, y + down)));
    before.forEach(([one, top]) => { one.scrollTop = top; });
    return met;
  };
  function* scrolled(from) { for (let up = from; up; up = up.parentElement) if (up.scrollHeight > up.clientHeight) yield up; }
  const hidden = node => node.any.some(check => /obscured/i.test(check.data?.messageKey ?? ''));
  // What lies behind an open sheet is inert: no finger reaches it, whatever part of it can be seen beside the sheet.
  const behind = ([selector]) => { const sheet = document.querySelector('dialog:modal'); return sheet !== null && !sheet.contains(document.querySelector(selector)); };
  const found = await axe.run(document, {resultTypes: ['violations'], runOnly: {type: 'tag', values: tags}});
  return found.violations.flatMap(rule => rule.nodes
    .filter(node => !(rule.id === 'target-size' && hidden(node) && (behind(node.target) || whole(node.target))))
    .map(node => `${rule.id}: ${node.html.slice(0, 200)} (${(node.failureSummary || '').slice(0, 300)})`));
}"""
# What is scrolled or cut off within its own box makes no page wider.
STICKING_OUT = """() => {
  const edge = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= edge) return [];
  const beyond = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > edge + 0.5 && e.checkVisibility());
  const held = e => { for (let up = e.parentElement; up && up !== document.body; up = up.parentElement) if (getComputedStyle(up).overflowX !== 'visible') return true; };
  const inner = beyond.filter(e => !held(e) && !beyond.some(other => other !== e && e.contains(other)));
  return [`${document.documentElement.scrollWidth - edge} px wider than the screen: `
    + inner.slice(0, 3).map(e => `${e.tagName.toLowerCase()}.${e.getAttribute('class') || ''} "${e.textContent.trim().slice(0, 40)}"`).join(', ')];
}"""

# Both edges of a thing are what a finger there would meet: neither beyond the screen nor under a bar that stays where it is.
OUT_OF_SIGHT = """selectors => selectors.filter(selector => {
  const it = document.querySelector(selector), box = it?.getBoundingClientRect();
  return !box || [box.top + 1, box.bottom - 1].some(y => !it.contains(document.elementFromPoint(box.left + box.width / 2, y)));
})"""


def chromium_path() -> str:
    """The system's Chromium; the test fails, rather than skips, where there is none."""
    for name in (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"):
        found = name and shutil.which(name)
        if found:
            return found
    raise RuntimeError("Chromium is missing: run `make test`, or install the package chromium")


# By itself the app is dark on night shifts: a test would look at another theme by day than by night.
AS_THE_DEVICE = "try { localStorage.getItem('tidemark-theme') ?? localStorage.setItem('tidemark-theme', 'auto') } catch {}"


class Tablet:
    """One browser profile with one page: a tablet or a phone."""

    def __init__(self, playwright: Playwright, profile: Path, size: tuple[int, int], dark: bool):
        self._playwright, self._profile, self._size, self._dark = playwright, profile, size, dark
        self._init_scripts: list[str] = [AS_THE_DEVICE]
        self.errors: list[str] = []
        self.context: BrowserContext
        self.page: Page
        self._launch()

    # Opening and closing

    def add_init_script(self, script: str) -> None:
        """Run this in every page before the page's own scripts, also after the browser was opened again."""
        self._init_scripts.append(script)
        self.context.add_init_script(script)

    def close(self) -> None:
        """Close the whole browser; the profile stays."""
        self.context.close()

    def reopen(self) -> Tablet:
        """The browser opened again on the same profile."""
        self._launch()
        return self

    def kill9(self) -> None:
        """End the browser as a pulled battery would; the profile stays as it was at that moment."""
        for process in _browser_processes(self._profile):
            kill(process)
        try:
            self.context.close()
        except Error:
            pass
        for lock in self._profile.glob("Singleton*"):
            lock.unlink(missing_ok=True)

    def kill_tab(self) -> None:
        """End every page's process, as a system short of memory does; an empty tab of the same browser takes its place."""
        browser = _browser_processes(self._profile)[0]
        # Chromium writes its children's arguments as one word.
        pages = [one for one in descendants(browser) if "--type=renderer" in " ".join(_words(one))]
        dead = self.page
        with dead.expect_event("crash"):
            for process in pages:
                kill(process)
        # One of them stood ready for the next tab; that tab would hang, were it opened before the browser has missed it.
        time.sleep(0.3)
        self._take(self.context.new_page())
        dead.close()

    def _launch(self) -> None:
        width, height = self._size
        self.context = self._playwright.chromium.launch_persistent_context(
            str(self._profile), executable_path=chromium_path(), headless=True, args=list(QUIET),
            viewport={"width": width, "height": height}, has_touch=True, locale="en-GB", timezone_id="Europe/London",
            color_scheme="dark" if self._dark else "light", service_workers="allow",
            permissions=["notifications", "background-sync"],
        )  # fmt: skip
        self.context.set_default_timeout(PATIENCE_S * 1000)
        for script in self._init_scripts:
            self.context.add_init_script(script)
        self._take(self.context.pages[0] if self.context.pages else self.context.new_page())

    def _take(self, page: Page) -> None:
        self.page = page
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def tab(self) -> Tablet:
        """A second tab of the same browser."""
        second = copy.copy(self)
        second.page = self.context.new_page()
        return second

    # The service worker and push

    def ready_offline(self) -> None:
        """Wait until the service worker controls the page: only then may the server go away."""
        self.page.wait_for_function("() => navigator.serviceWorker && navigator.serviceWorker.controller", timeout=30_000)

    def subscribe_with(self, subscription: dict[str, Any]) -> None:
        """From the next page load on, subscribing to push gives this subscription of the loopback push service."""
        self.add_init_script(f"{SUBSCRIBE_STUB}({json.dumps(subscription)})")

    def deliver_push(self, scope: str, payload: str) -> None:
        """Hand a decrypted message to the service worker registered for `scope`, as Chromium does."""
        self._tell_worker(scope, "ServiceWorker.deliverPushMessage", data=payload)

    def network_returns(self, scope: str) -> None:
        """Wake the service worker registered for `scope` to send what waits, as Chromium does when the network is back."""
        self._tell_worker(scope, "ServiceWorker.dispatchSyncEvent", tag="queue", lastChance=False)

    def _tell_worker(self, scope: str, method: str, **said: Any) -> None:
        with_session = self.session()
        registrations: dict[str, str] = {}

        def note(event: dict[str, Any]) -> None:
            for registration in event["registrations"]:
                if not registration["isDeleted"]:
                    registrations[registration["scopeURL"]] = registration["registrationId"]

        with_session.on("ServiceWorker.workerRegistrationUpdated", note)
        with_session.send("ServiceWorker.enable")
        self.wait(lambda: scope in registrations, what=f"a service worker for {scope}")
        origin = "/".join(scope.split("/", 3)[:3])
        with_session.send(method, {"origin": origin, "registrationId": registrations[scope], **said})
        with_session.detach()

    def notifications(self) -> list[dict[str, Any]]:
        """What is shown now, oldest first."""
        return self.page.evaluate(
            """async () => (await (await navigator.serviceWorker.ready).getNotifications())
                 .map(n => ({title: n.title, body: n.body, tag: n.tag, data: n.data}))"""
        )

    def tap_notification(self) -> None:
        """Tap the newest shown notification.

        A made-up click may not open a window (Chromium wants a real finger for that), so a page must be open; the worker
        then brings it to the alert.
        """
        self.wait(lambda: self.context.service_workers, what="the service worker")
        self.context.service_workers[-1].evaluate(
            """async () => {
                 const shown = await self.registration.getNotifications();
                 self.dispatchEvent(new NotificationEvent('notificationclick', {notification: shown.at(-1), action: ''}));
               }"""
        )

    def wait(self, ask: Any, *, within_s: float = PATIENCE_S, what: str = "it") -> Any:
        """`until`, while the browser's events keep being handled."""

        def asked() -> Any:
            self.page.wait_for_timeout(50)
            return ask()

        return until(asked, within_s=within_s, what=what, every_s=0)

    def throttle(self, times: float) -> None:
        """Slow the page's CPU down, to stand for a cheap tablet."""
        self.session().send("Emulation.setCPUThrottlingRate", {"rate": times})

    def resize(self, size: tuple[int, int]) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def dark(self, on: bool) -> None:
        self.page.emulate_media(color_scheme="dark" if on else "light", reduced_motion="reduce")

    # What must be true of every screen

    def axe(self) -> list[str]:
        """Violations that axe finds on the page as it stands, each as one line. Works under a strict CSP."""
        if not self.page.evaluate("() => 'axe' in self"):
            self.page.evaluate(AXE.read_text() + ";0")
        return self.page.evaluate(AXE_CHECK, AXE_TAGS)

    def overflow(self) -> int:
        """By how many pixels the page is wider than the screen."""
        return self.page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def sticking_out(self) -> list[str]:
        """What makes the page wider than the screen: the innermost elements beyond its edge, each as one line."""
        return self.page.evaluate(STICKING_OUT)

    def out_of_sight(self, *selectors: str) -> list[str]:
        """Those of these that are not there, or not wholly to be seen without scrolling."""
        return self.page.evaluate(OUT_OF_SIGHT, list(selectors))

    def small_targets(self, least: int, selector: str) -> list[str]:
        """Visible elements of `selector` narrower or lower than `least` CSS pixels."""
        return self.page.evaluate(
            """([least, selector]) => [...document.querySelectorAll(selector)].filter(e => e.checkVisibility()).flatMap(e => {
                 const box = e.getBoundingClientRect();
                 return box.width + 0.5 < least || box.height + 0.5 < least
                   ? [`${e.dataset.testid || e.textContent.trim().slice(0, 40)} is ${box.width}x${box.height}`] : [];
               })""",
            [least, selector],
        )

    def session(self) -> CDPSession:
        """The DevTools protocol of the page as it is now."""
        return self.context.new_cdp_session(self.page)


class Browsers:
    """Opens tablets and closes them all at the end of a test."""

    def __init__(self, playwright: Playwright, folder: Path):
        self._playwright, self._folder, self._opened = playwright, folder, []

    def open(self, *, size: tuple[int, int] = PHONE, dark: bool = False) -> Tablet:
        profile = self._folder / f"profile-{len(self._opened)}"
        tablet = Tablet(self._playwright, profile, size, dark)
        self._opened.append(tablet)
        return tablet

    def close(self) -> None:
        for tablet in self._opened:
            try:
                tablet.close()
            except Error:
                pass


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    # For a module and not the session: while it runs, its event loop is in the way of tests that need their own.
    with sync_playwright() as started:
        yield started


@pytest.fixture
def browsers(playwright: Playwright, tmp_path: Path) -> Iterator[Browsers]:
    opened = Browsers(playwright, tmp_path)
    yield opened
    opened.close()


def _browser_processes(profile: Path) -> list[int]:
    """The processes of the browser that we started on this profile, the first one first."""
    wanted = f"--user-data-dir={profile}"
    return sorted(int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and wanted in _words(int(entry.name)))


def _words(process: int) -> list[str]:
    """The command line of a process; none when it is gone."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return []
