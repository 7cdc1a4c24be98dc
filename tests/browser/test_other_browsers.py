"""The same app in Firefox, and in WebKitGTK, which is the nearest to Safari that runs here: enrolled, offline, drained. And in
Firefox real push: it subscribes, decrypts, loses its subscription and renews it.

Where a browser is not installed its test is skipped, and says what to install.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from tests.chaos.figures import ledger_of
from tests.harness import small_home
from tests.harness.floor import FloorTablet
from tests.harness.hands import SAVED, SENT, WORDS
from tests.harness.mozilla_push import DELIVERED, MozillaPush
from tests.harness.other_browsers import OtherBrowser, missing, open_browser
from tests.harness.processes import Installation, until

AMA = "Ama Mensah"


@pytest.fixture
def tidemark(tmp_path) -> Iterator[Installation]:
    started = Installation(tmp_path / "home")
    started.start("web")
    yield started
    started.kill9()


@pytest.fixture
def home(tidemark):
    return small_home.make(tidemark)


def by(name: str, within: str = "") -> str:
    return f'{within} [data-testid="{name}"]'


def row(home, resident: str) -> str:
    return f'[data-resident="{home["residents"][resident]}"]'


def enrol(browser: OtherBrowser, tidemark, home) -> None:
    browser.go(f"{tidemark.url}/app/#enrol={home['codes'].pop(0)}")
    browser.tap(f'//button[normalize-space()="{WORDS["enrol"]["go"]}"]')
    browser.find(by("staff-tile"))
    until(lambda: browser.script("return navigator.serviceWorker.controller !== null"), within_s=60, what="the app to be kept")


def sign_in(browser: OtherBrowser, home) -> None:
    browser.tap(f'[data-testid="staff-tile"][data-staff="{home["staff"][AMA]["id"]}"]')
    for digit in home["staff"][AMA]["pin"]:
        browser.tap(by(f"pin-key-{digit}"))
    browser.find(by("sync-header"))
    browser.script("location.hash = 'residents'")


def drink(browser: OtherBrowser, home, resident: str) -> None:
    browser.tap(by("drink-button", row(home, resident)))
    browser.tap('//*[@data-testid="drink-tile"][contains(., "Teacup")]')


def expect_state(browser: OtherBrowser, home, resident: str, state: str) -> None:
    where = by("row-state", row(home, resident))
    said = "return document.querySelector(arguments[0])?.textContent ?? ''"
    until(lambda: state in browser.script(said, where), within_s=60, what=f"{resident} to be {state}")


@pytest.mark.parametrize("name", ["Firefox", "WebKitGTK"])
def test_drinks_given_while_the_server_is_away_outlive_the_page_and_arrive_once_each_under_their_author(name, tidemark, home, tmp_path):
    if lacks := missing(name):
        pytest.skip(lacks)
    (tmp_path / "profile").mkdir()
    with open_browser(name, tmp_path / "profile") as browser:
        enrol(browser, tidemark, home)
        sign_in(browser, home)
        drink(browser, home, "Joan")
        expect_state(browser, home, "Joan", SENT)

        tidemark.kill9()
        drink(browser, home, "Harold")
        expect_state(browser, home, "Harold", SAVED)
        browser.again(f"{tidemark.url}/app/")
        sign_in(browser, home)
        drink(browser, home, "Mabel")
        for resident in ("Harold", "Mabel"):
            expect_state(browser, home, resident, SAVED)

        tidemark.start("web")
        for resident in ("Joan", "Harold", "Mabel"):
            expect_state(browser, home, resident, SENT)
    came = ledger_of(tidemark.data)
    assert [one.number for one in came] == [1, 2, 3]
    assert {one.author for one in came} == {home["staff"][AMA]["id"]}


def asked(tidemark, question: str) -> object:
    """The first value of the answer, read beside the server; None where there is no row."""
    with sqlite3.connect(f"file:{tidemark.data / 'tidemark.sqlite'}?mode=ro", uri=True, timeout=30) as c:
        row = c.execute(question).fetchone()
    c.close()
    return row and row[0]


def kept(tidemark, what: str) -> object:
    """What the server keeps of the only subscription."""
    return asked(tidemark, f"SELECT {what} FROM subscription")


def test_firefox_shows_an_alert_that_it_decrypts_itself_and_one_after_it_has_lost_its_subscription(tidemark, home, tmp_path):
    if lacks := missing("Firefox"):
        pytest.skip(lacks)
    (tmp_path / "profile").mkdir()
    tidemark.start("escalator", wait=False)
    with MozillaPush() as mozilla, open_browser("Firefox", tmp_path / "profile", **mozilla.preferences) as firefox:
        enrol(firefox, tidemark, home)
        sign_in(firefox, home)
        firefox.script("location.hash = ''")
        firefox.tap(by("start-shift"))
        firefox.script("location.hash = 'notifications'")
        firefox.tap(by("push-on"))
        firefox.find(by("push-is-on"))
        # The app asks for a test by itself: our sender encrypts, Firefox decrypts, our worker shows it and says so.
        until(lambda: kept(tidemark, "receipt_ms"), within_s=60, what="the receipt of the test")
        assert mozilla.live == [kept(tidemark, "endpoint")] and set(mozilla.got) == {DELIVERED}

        # From here on no page of ours is open.
        firefox.go("about:blank")
        mozilla.forget()
        until(lambda: mozilla.live == [kept(tidemark, "endpoint")], within_s=60, what="the worker to renew the subscription")
        assert len(mozilla.subscribers) == 2
        ben = FloorTablet(tidemark, home["id"], "Ben's tablet")
        ben.unlock(home["staff"]["Ben Okoro"])
        ben.sync(ben.drink(home["residents"]["Mabel"], 2000), ben.red_flag(home["residents"]["Mabel"]))
        shown = "SELECT count(*) FROM outbox WHERE what = 'told' AND state IN ('shown', 'opened')"
        until(lambda: asked(tidemark, shown), within_s=60, what="the alert to be shown")
        assert set(mozilla.got) == {DELIVERED} and mozilla.refusals() == []
