"""The same app in Firefox, and in WebKitGTK, which is the nearest to Safari that runs here: enrolled, offline, drained.

Where a browser is not installed its test is skipped, and says what to install.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.figures import ledger_of
from tests.harness import small_home
from tests.harness.hands import SAVED, SENT, WORDS
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
        browser.go(f"{tidemark.url}/app/#enrol={home['codes'].pop(0)}")
        browser.tap(f'//button[normalize-space()="{WORDS["enrol"]["go"]}"]')
        browser.find(by("staff-tile"))
        until(lambda: browser.script("return navigator.serviceWorker.controller !== null"), within_s=60, what="the app to be kept")
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
