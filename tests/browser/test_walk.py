"""The screens that are everyone's, in every state: the lock screen's ways in, help, settings, practice, another language.

What each state must be like is in tests/harness/look.py; the screens of a shift are walked in test_screens.py, the pages for managers in test_manager_pages.py.
"""

from __future__ import annotations

from playwright.sync_api import expect

from tests.harness.hands import SAVED, WORDS, Hands
from tests.harness.look import Look


def test_the_screens_that_are_everyones(browsers, tidemark, home):
    hands = Hands(browsers.open(), tidemark.url, home)
    hands.enrol(home["codes"].pop(0))
    look = Look(hands)
    hands.tap(hands.by("to-help"))
    expect(hands.by("to-practice")).to_be_visible()
    look.at("help, locked")
    hands.go("emergency")
    expect(hands.by("cold")).to_be_visible()
    look.at("emergency, cold tablet")
    hands.go("typed")
    hands.page.wait_for_timeout(100)
    look.at("typed name")
    hands.go("home")
    hands.sign_in("Ama Mensah")
    hands.tap(hands.by("to-settings"))
    expect(hands.by("languages")).to_be_visible()
    look.at("settings")
    hands.go("checks")
    hands.page.wait_for_timeout(100)
    look.at("records to check, none")
    hands.tap(hands.by("nav-help"))
    expect(hands.by("to-practice")).to_be_visible()
    look.at("help")
    tidemark.kill9()
    hands.tap(hands.by("to-practice"))
    expect(hands.by("practice-task")).to_be_visible()
    look.at("practice, shift home, offline")
    hands.go("residents")
    row = hands.by("resident-row").first
    hands.tap(row.get_by_test_id("drink-button"))
    expect(hands.by("drink-sheet")).to_be_visible()
    look.at("practice, record a drink")
    hands.tap(hands.by("drink-tile").first)
    expect(row.get_by_test_id("row-state").first).to_have_text(SAVED)
    look.at("practice, residents")
    look.done()


def test_every_status_has_its_own_word_and_its_own_shape(browsers, tidemark, home):
    hands = Hands(browsers.open(), tidemark.url, home)
    hands.enrol(home["codes"].pop(0))
    hands.go("help")
    tags = hands.page.locator(".tm-help .tm-state")
    expect(tags).to_have_count(3)
    assert sorted(tags.all_inner_texts()) == sorted(WORDS["state"].values())
    # Shapes without any colour: what is drawn, in one ink.
    drawn = tags.evaluate_all("all => all.map(one => [...one.querySelectorAll('svg *')].map(e => e.tagName + (e.getAttribute('d') || e.getAttribute('r'))).join())")
    assert len(set(drawn)) == 3
