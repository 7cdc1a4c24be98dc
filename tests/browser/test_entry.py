"""One entry: its versions, its way to the server, and moving it to the right person (screen 12)."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.test_check_two import drinks
from tests.browser.test_screens import Look
from tests.harness.floor import FloorTablet
from tests.harness.hands import SAVED
from tests.harness.processes import until


def test_an_entry_shows_its_way_and_moves_to_the_right_person_in_two_taps(person, tidemark, home):
    ama = person("Ama Mensah")
    ama.residents()
    tidemark.kill9()
    ama.drink("Joan", "Mug")
    ama.expect_state("Joan", SAVED)
    ama.tap(ama.row("Joan").get_by_test_id("drink-button"))
    ama.tap(ama.by("to-entry").first)
    way = ama.by("way").locator("li")
    expect(way).to_have_text(["Saved on this tablet", "Not sent yet", "Not in the home's record yet"])
    look = Look(ama)
    look.at("an entry, not sent")
    tidemark.start()
    expect(way).to_have_text(["Saved on this tablet", "Sent", "In the home's record"], timeout=30_000)
    before = ama.taps
    ama.tap(ama.by("wrong-person"))
    look.at("an entry, wrong person")
    ama.tap(ama.by("move-to").filter(has_text="Harold"))
    assert ama.taps - before == 2
    expect(ama.page.locator("h1")).to_contain_text("Harold")
    expect(ama.by("version")).to_have_count(2)
    expect(ama.by("version").last).to_contain_text("Wrong person")
    look.at("an entry, moved")
    elsewhere = FloorTablet(tidemark, home["id"], "Elsewhere")
    elsewhere.unlock(home["staff"]["Ben Okoro"])
    (moved,) = until(lambda: drinks(elsewhere, home, "Harold"), what="the drink under Harold's name")
    assert drinks(elsewhere, home, "Joan") == []
    assert moved["history"][0]["fields"]["resident"] == home["residents"]["Joan"]
    ama.residents()
    expect(ama.row("Joan").get_by_test_id("so-far")).to_have_text("No drinks recorded today")
    expect(ama.row("Harold").get_by_test_id("so-far")).to_contain_text("250ml")
    look.done()
