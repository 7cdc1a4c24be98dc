"""The lock screen without a PIN: safety facts while the tablet is warm, and care under a typed name (care.md, Recording 9)."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.test_check_two import drinks
from tests.browser.test_screens import Look
from tests.harness.floor import FloorTablet
from tests.harness.hands import Hands
from tests.harness.processes import until


def test_a_warm_tablet_shows_what_keeps_a_person_safe_and_records_each_look(person, tidemark, home):
    ama = person("Ama Mensah")
    ama.start_shift()
    expect(ama.by("end-shift")).to_be_visible()
    ama.tap(ama.by("switch"))
    look = Look(ama)
    look.at("who, warm")
    ama.tap(ama.by("to-emergency"))
    look.at("emergency, whom")
    ama.tap(ama.by("emergency-person").filter(has_text="Edith"))
    for fact in ("Level 2, mildly thick", "No limit", "Ama Mensah, senior carer"):
        expect(ama.by("safety")).to_contain_text(fact)
    expect(ama.by("look-logged")).not_to_be_empty()
    look.at("emergency, a person")
    ben = FloorTablet(tidemark, home["id"], "Elsewhere")
    ben.unlock(home["staff"]["Ben Okoro"])
    (looked,) = until(lambda: ben.changes("emergency_look"), what="the look on the server")
    assert (looked["author"], looked["fields"]["resident"]) == (None, home["residents"]["Edith"])
    look.done()


def test_a_drink_under_a_typed_name_is_unverified_until_a_senior_says_who_it_was(person, tidemark, home):
    ama = person("Ama Mensah")
    ama.tap(ama.by("switch"))
    ama.tap(ama.by("to-typed"))
    ama.tap(ama.by("typed-go"))
    expect(ama.by("problem")).to_be_visible()
    look = Look(ama)
    look.at("typed name, missing")
    ama.by("typed-name").fill("Grace, agency")
    ama.tap(ama.by("typed-go"))
    look.at("typed name, for whom")
    ama.tap(ama.by("typed-person").filter(has_text="Joan"))
    expect(ama.by("so-far")).to_have_count(0)  # nothing of her day to somebody without a PIN
    ama.tap(ama.by("drink-tile").filter(has_text="Teacup"))
    expect(ama.by("drink-sheet")).to_have_count(0)
    ben = FloorTablet(tidemark, home["id"], "Elsewhere")
    ben.unlock(home["staff"]["Ben Okoro"])
    (drink,) = until(lambda: drinks(ben, home, "Joan"), what="the drink on the server")
    assert (drink["author"], drink["author_name"], "unverified" in drink["flags"]) == (None, "Grace, agency", True)
    ama.go("")
    ama.sign_in("Ama Mensah")
    ama.tap(ama.by("to-names"))
    look.at("who gave them?")
    ama.by("unnamed-staff").select_option(label="Rosa Lind")
    ama.tap(ama.by("unnamed-save"))
    expect(ama.by("unnamed")).to_have_count(0)
    (drink,) = until(lambda: [one for one in drinks(ben, home, "Joan") if "unverified" not in one["flags"]], what="it to be verified")
    assert drink["fields"]["performed_by"] == home["staff"]["Rosa Lind"]["id"]
    look.done()


def test_a_cold_tablet_says_why_it_shows_nobody_and_still_records_by_the_room(browsers, tidemark, home):
    tablet = Hands(browsers.open(), tidemark.url, home)
    tablet.enrol(home["codes"].pop(0))  # nobody has entered a PIN here
    tablet.tap(tablet.by("to-emergency"))
    expect(tablet.by("cold")).to_be_visible()
    expect(tablet.by("emergency-person")).to_have_count(0)
    look = Look(tablet)
    look.at("emergency, cold")
    tablet.go("typed")
    tablet.by("typed-name").fill("Grace, agency")
    tablet.tap(tablet.by("typed-go"))
    tablet.by("typed-room").fill("1")
    tablet.by("typed-done").fill("Gave water, drank about 100ml")
    look.at("typed name, by the room")
    tablet.tap(tablet.by("typed-save"))
    expect(tablet.by("typed-saved")).to_be_visible()
    ben = FloorTablet(tidemark, home["id"], "Elsewhere")
    ben.unlock(home["staff"]["Ben Okoro"])
    (note,) = until(lambda: ben.changes("emergency_note"), what="the note on the server")
    assert (note["author_name"], note["fields"]["room"]) == ("Grace, agency", "1")
    look.done()
