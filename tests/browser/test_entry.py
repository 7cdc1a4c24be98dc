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


def test_a_drink_and_a_correction_begun_are_kept_through_lock_reload_and_another_person_for_their_author(person):
    ama = person("Ama Mensah")
    ama.residents()
    ama.drink("Joan", "Mug")
    ama.tap(ama.row("Joan").get_by_test_id("drink-button"))
    ama.tap(ama.by("correct").first)
    ama.by("correct-outcome").select_option("refused")
    ama.page.get_by_text("Another reason", exact=True).tap()
    ama.page.keyboard.press("Escape")
    ama.tap(ama.row("Harold").get_by_test_id("drink-button"))
    ama.tap(ama.by("other-amount"))
    ama.by("other-drink").fill("Cranberry juice")
    ama.by("other-ml").fill("180")
    ama.page.keyboard.press("Escape")
    ama.tap(ama.by("switch"))
    ama.sign_in("Ben Okoro")
    ama.go("drafts")
    expect(ama.page.locator("main")).to_contain_text("Nothing begun")
    ama.page.reload()
    ama.sign_in("Ama Mensah")
    ama.go("drafts")
    expect(ama.by("draft")).to_have_count(2)
    ama.tap(ama.by("draft").filter(has_text="Harold").locator("a"))
    ama.tap(ama.row("Harold").get_by_test_id("drink-button"))
    ama.tap(ama.by("other-amount"))
    expect(ama.by("other-drink")).to_have_value("Cranberry juice")
    ama.tap(ama.by("other-record"))
    expect(ama.row("Harold").get_by_test_id("so-far")).to_contain_text("180")
    ama.go("drafts")
    expect(ama.by("draft")).to_have_count(1)
    ama.tap(ama.by("draft").locator("a"))
    ama.tap(ama.by("correct"))
    expect(ama.by("correct-outcome")).to_have_value("refused")
    ama.by("correct-outcome").select_option("asleep")
    ama.tap(ama.by("correct-save"))
    expect(ama.by("correct-save")).to_have_count(0)
    ama.go("drafts")
    expect(ama.page.locator("main")).to_contain_text("Nothing begun")
