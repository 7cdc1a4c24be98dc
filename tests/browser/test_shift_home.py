"""What Shift home tells whoever comes back: their entries, their other tablet, a standard to read, and how to add an agency worker."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.test_screens import Look
from tests.harness import by_tidemark
from tests.harness.floor import FloorTablet
from tests.harness.hands import SENT, WORDS


def test_whoever_comes_back_sees_what_became_of_their_entries_and_where_else_they_are_on(person, tidemark, home):
    by_tidemark.state(tidemark, home["id"], "standard", {"topic": "hydration", "words": "Offer a drink every two hours", "effective_from": "2026-01-01"})
    ama = person("Ama Mensah")
    ama.residents()
    ama.drink("Joan")
    ama.expect_state("Joan", SENT)
    other = FloorTablet(tidemark, home["id"], "Tablet 2 of the lounge")
    other.unlock(home["staff"]["Ama Mensah"])
    other.start_shift("senior_carer")
    ama.page.reload()  # its list of tablets is asked for anew
    ama.sign_in("Ama Mensah")
    ama.go("")
    expect(ama.by("since-count")).to_have_text("2 sent", timeout=20_000)  # the drink, and the shift begun on the other tablet
    expect(ama.by("also-on")).to_have_text("You are still logged in on Tablet 2 of the lounge (allowed)")
    ama.page.locator("[data-testid=since] summary").tap()
    look = Look(ama)
    expect(ama.by("standard")).to_contain_text("Offer a drink every two hours")
    look.at("shift home, back again")
    ama.tap(ama.by("understood"))
    expect(ama.by("standard")).to_have_count(0)
    ama.tap(ama.by("to-agency"))
    look.at("add an agency worker")
    ama.by("agency-name").fill("Grace Hall")
    ama.by("agency-pin").fill("123456")
    ama.by("agency-again").fill("123457")
    ama.tap(ama.by("agency-add"))
    expect(ama.by("problem")).to_be_visible()
    look.at("add an agency worker, two PINs that differ")
    tidemark.kill9()
    ama.by("agency-again").fill("123456")
    ama.tap(ama.by("agency-add"))
    expect(ama.by("problem")).to_contain_text("typed name", timeout=40_000)
    look.at("add an agency worker, offline")
    look.done()
    asked = []
    ama.page.on("request", lambda one: asked.append(one.post_data_json) if one.url.endswith("/staff/agency") else None)
    ama.tap(ama.by("agency-add"))
    ama.tablet.wait(lambda: len(asked) == 1, what="the request to be tried again")
    expect(ama.by("problem")).to_be_visible()
    tidemark.start()
    ama.tap(ama.by("agency-add"))
    expect(ama.by("agency-added")).to_contain_text("Grace Hall", timeout=20_000)
    # However often its answer was lost, it is one request about one person.
    assert len({one["id"] for one in asked}) == 1 and len(asked) >= 2
    # The shift after this one, too: the senior taps once, and whoever comes back to the screen reads the new end.
    renew = ama.by("agency-renew")
    expect(renew).to_have_text("Grace Hall: one shift more", timeout=20_000)
    before = ama.page.locator("section", has=renew).locator("p").inner_text()
    ama.tap(renew)
    expect(ama.page.locator("section", has=renew).locator("p")).not_to_have_text(before, timeout=20_000)


# Screen by screen (ux.md, 4a): what is tapped from Shift home, and where that leads. A row is tapped by the person's name.
WAYS = (
    (("to-residents",), "#residents"), (("place-round",), "#round"), (("to-shift-check",), "#shift-check"), (("place-appointments",), "#appointments"),
    (("place-handover",), "#handover"), (("not-sent-link",), "#not-sent"), (("nav-alerts",), "#alerts"), (("nav-help",), "#help"),
    (("place-record", "to-form-incident"), "#form=incident"), (("place-staffing", "observe-anyway"), "#form=deployment_observation"),
    (("to-residents", "Joan"), "#person="), (("to-residents", "Joan", "to-entry"), "#entry="),
)  # fmt: skip


def test_every_screen_of_a_shift_is_as_few_taps_from_shift_home_as_the_design_says_on_a_slow_tablet(person, tidemark, home):
    ama = person("Ama Mensah")
    ama.residents()
    ama.drink("Joan")
    ama.expect_state("Joan", SENT)
    tidemark.kill9()
    expect(ama.by("old-list")).to_contain_text("Totals from this tablet and last update", timeout=40_000)
    ama.tablet.throttle(4)
    for taps, where in WAYS:
        ama.go("")
        for tapped in taps:
            ama.tap(ama.row("Joan").get_by_role("link", name="Joan") if tapped == "Joan" else ama.by(tapped).first)
        ama.page.wait_for_function("where => location.hash.startsWith(where)", arg=where)
        expect(ama.page.locator("h1:visible").first).to_be_visible()
    # The last of them is the drink itself: put right without a connection, it says what the server still has.
    ama.tap(ama.by("correct"))
    ama.tap(ama.by("correct-fraction").filter(has_text=WORDS["fraction"]["half"]))
    expect(ama.by("version")).to_have_count(2)
    expect(ama.by("version").last.get_by_test_id("waits")).to_have_text("Correction waits, original unchanged on server")


def test_a_tablet_says_what_the_standard_in_force_has_it_say_by_date_and_without_a_connection(person, tidemark, home):
    now = tidemark.now()
    said = [
        {"name": name, "value": words, "from": (now + timedelta(hours=hours)).isoformat(timespec="seconds")}
        for name, words, hours in (
            ("refusal", "Offer a drink", -48), ("refusal", "Offer another drink", -24), ("refusal", "Ask what they would like", 2),
            ("contact", "Ring back today", -24), ("contact", "", -1),
        )
    ]  # fmt: skip
    by_tidemark.state(tidemark, home["id"], "standard", {"topic": "hydration", "words": "Nobody goes without", "effective_from": "2026-01-01", "prompts": said})
    ama = person("Ama Mensah")
    ama.residents()

    def after_a_refusal() -> None:
        ama.tap(ama.row("Joan").get_by_test_id("drink-button"))
        ama.tap(ama.by("refused"))

    after_a_refusal()
    expect(ama.by("prompt")).to_have_text("Offer another drink")
    look = Look(ama)
    look.at("a refused drink, with the standard's words")
    ama.page.keyboard.press("Escape")
    ama.go("form=contact")
    expect(ama.by("form-contact")).to_be_visible()
    expect(ama.by("prompt")).to_have_count(0)  # its words were taken away
    tidemark.kill9()
    ama.page.clock.install()
    ama.page.clock.fast_forward(3 * 3_600_000)
    ama.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    ama.sign_in("Ama Mensah")
    ama.residents()
    after_a_refusal()
    expect(ama.by("prompt")).to_have_text("Ask what they would like")
    look.done()
