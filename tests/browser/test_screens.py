"""Every screen in every state that a person meets: no axe violation, no sideways scrolling, targets for tired hands.

Each state is looked at in six views without leaving it (tests/harness/look.py): a new state is one line.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.harness.floor import FloorTablet
from tests.harness.hands import SAVED, SENT, WORDS, Hands
from tests.harness.look import Look


# What a page does after it has drawn comes late: after the screens that are fetched beside it.
LATE_EFFECTS = """(() => {
  const soon = setTimeout;
  self.requestAnimationFrame = () => 0;
  self.setTimeout = (work, ms = 0, ...more) => soon(work, ms + (ms < 200 ? 3000 : 0), ...more);
})()"""


def test_a_screen_that_is_fetched_later_is_shown_however_late_a_busy_tablet_gets_to_it(browsers, tidemark, home):
    hands = Hands(browsers.open(), tidemark.url, home)
    hands.tablet.add_init_script(LATE_EFFECTS)
    hands.open()
    expect(hands.page.locator("h1")).to_be_visible()


def test_screens_before_anyone_has_signed_in(browsers, tidemark, home):
    hands = Hands(browsers.open(), tidemark.url, home)
    look = Look(hands)
    hands.open()
    expect(hands.page.locator("h1")).to_be_visible()
    look.at("not enrolled")
    hands.open("#enrol=0-wrong")
    hands.page.reload()
    look.at("enrolment")
    hands.tap(hands.by("enrol-go"))
    expect(hands.by("problem")).to_be_visible()
    look.at("enrolment with a wrong code")
    hands.page.goto("about:blank")
    hands.enrol(home["codes"].pop(0))
    look.at("who is using this tablet")
    hands.choose("Ama Mensah")
    look.at("PIN")
    hands.pin("000000")
    expect(hands.by("problem")).to_be_visible()
    look.at("wrong PIN")
    tidemark.kill9()
    hands.page.reload()
    expect(hands.by("staff-tile").first).to_be_visible()
    look.at("who, offline")
    hands.choose("Ben Okoro")
    hands.pin("111111")
    expect(hands.by("problem")).to_be_visible(timeout=15_000)
    look.at("PIN that needs a connection")
    look.done()


def test_screens_of_a_shift_online_and_offline_ask_nothing_of_another_host(person, tidemark, home):
    ama = person("Ama Mensah")
    asked: list[str] = []
    ama.tablet.context.on("request", lambda request: asked.append(request.url))
    look = Look(ama)
    look.at("shift home, not signed on")
    ama.start_shift()
    expect(ama.by("end-shift")).to_be_visible()
    look.at("shift home, signed on")
    ama.residents()
    look.at("residents")
    ama.page.get_by_label(WORDS["residents"]["find"]).fill("nobody of this name")
    look.at("residents, none found")
    ama.page.get_by_label(WORDS["residents"]["find"]).fill("")
    ama.drink("Joan", "Mug")
    ama.expect_state("Joan", SENT)
    look.at("residents, just recorded")

    ama.tap(ama.row("Edith").get_by_test_id("drink-button"))
    expect(ama.by("drink-sheet")).to_be_visible()
    look.at("record a drink, thickened")
    ama.tap(ama.by("other-amount"))
    look.at("another amount")
    ama.tap(ama.by("other-record"))
    expect(ama.by("problem")).to_be_visible()
    look.at("another amount, with mistakes")
    ama.by("other-drink").fill("Squash")
    ama.by("other-ml").fill("1200")
    ama.tap(ama.by("other-record"))
    expect(ama.by("a-lot-yes")).to_be_visible()
    look.at("is this right?")
    ama.page.keyboard.press("Escape")
    ama.tap(ama.row("Joan").get_by_test_id("drink-button"))
    ama.tap(ama.by("refused"))
    look.at("refused, why")
    ama.tap(ama.by("refusal-reason").first)
    look.at("refused, what next")
    ama.page.keyboard.press("Escape")
    ama.tap(ama.row("Harold").get_by_test_id("drink-button"))
    ama.tap(ama.by("red-flag"))
    look.at("red flag")
    ama.page.keyboard.press("Escape")
    ama.tap(ama.row("Arthur").get_by_test_id("drink-button"))
    ama.tap(ama.by("other-amount"))
    ama.by("other-drink").fill("Tea")
    ama.by("other-ml").fill("700")
    ama.tap(ama.by("other-record"))
    expect(ama.by("stop")).to_be_visible()
    look.at("stop: over the limit")
    ama.page.keyboard.press("Escape")
    ama.tap(ama.row("Joan").get_by_test_id("drink-button"))
    ama.tap(ama.by("correct").first)
    look.at("correct an entry")
    ama.page.keyboard.press("Escape")

    for screen in ("help", "notifications", "not-sent", "alerts"):
        ama.go(screen)
        ama.page.wait_for_timeout(200)
        look.at(screen)
    ama.go("alert=00000000-0000-4000-8000-000000000000")
    ama.page.wait_for_timeout(200)
    look.at("an alert that is not here")

    tidemark.kill9()
    ama.residents()
    ama.drink("Stanley", "Glass")
    ama.expect_state("Stanley", SAVED)
    ama.expect_header(re.compile("1 not sent"))
    look.at("residents, offline")
    ama.go("not-sent")
    look.at("not sent, one waiting")
    ama.go("alerts")
    look.at("alerts, offline")
    ama.go("")
    look.at("shift home, offline")
    look.done()
    assert any("/api/v1/sync" in url for url in asked) and [url for url in asked if not url.startswith((tidemark.url, "data:", "blob:"))] == []


def test_screens_with_an_alert(person, tidemark, home):
    ama = person("Ama Mensah")
    ama.start_shift()
    look = Look(ama)
    ben = FloorTablet(tidemark, home["id"], "Ben's tablet")
    ben.unlock(home["staff"]["Ben Okoro"])
    ben.sync(ben.red_flag(home["residents"]["Mabel"]))
    ama.go("alerts")
    expect(ama.by("alert-row").first).to_be_visible(timeout=20_000)
    look.at("alerts, one open")
    ama.tap(ama.by("alert-row").first)
    expect(ama.by("ack-button")).to_be_visible()
    look.at("an alert")
    tidemark.kill9()
    ama.tap(ama.by("ack-button"))
    expect(ama.page.get_by_text(WORDS["alert"]["ack_waiting"], exact=False).first).to_be_visible()
    look.at("an alert, acknowledgement not sent")
    look.done()


@pytest.mark.parametrize("path", ["/", "/app/"])
def test_nothing_is_asked_of_another_host(browsers, tidemark, home, path):
    tablet = browsers.open()
    asked = []
    tablet.page.on("request", lambda request: asked.append(request.url))
    tablet.page.goto(tidemark.url + path)
    tablet.page.wait_for_timeout(1000)
    assert asked and [url for url in asked if not url.startswith((tidemark.url, "data:", "blob:"))] == []


def test_the_app_can_be_installed(browsers, tidemark, home):
    tablet = browsers.open()
    tablet.page.goto(f"{tidemark.url}/app/")
    session = tablet.context.new_cdp_session(tablet.page)
    found = session.send("Page.getAppManifest")
    assert found.get("errors", []) == []
    problems = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A browser driven without a window never installs anything; that is the one thing it may say.
    assert [p["errorId"] for p in problems if p["errorId"] not in ("in-incognito",)] == []
