"""An alert on the floor: decided about, taken on and handed over by name; and a breach that the tablet can tell nobody of."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.test_screens import Look
from tests.harness import by_tidemark
from tests.harness.floor import FloorTablet

# ux.md, At 03:00: what it is, about whom, how long, who was told and who is next, and the two things to do.
NEEDED = ("h1", ".tm-tight", "[data-testid=alert-says]", "[data-testid=ack-button]", "[data-testid=call-link]", "[data-testid=ladder]", ".tm-ladder__next")


def test_an_alert_is_decided_about_and_handed_over_and_an_offline_breach_takes_the_screen(person, tidemark, home):
    ama = person("Ama Mensah")
    ama.start_shift()
    ama.go(f"alert={by_tidemark.climbed_alert(tidemark, home)}")
    expect(ama.by("ladder")).to_be_visible()
    assert ama.tablet.out_of_sight(*NEEDED) == [], "without scrolling, on a phone of 360 by 640"
    ben, lee = (FloorTablet(tidemark, home["id"], name) for name in ("Ben's tablet", "Priya's tablet"))
    ben.unlock(home["staff"]["Ben Okoro"])
    lee.unlock(home["staff"]["Priya Shah"])
    lee.start_shift("duty_manager")
    ben.sync(ben.drink(home["residents"]["Mabel"], 2000), ben.red_flag(home["residents"]["Mabel"]))
    ama.go("alerts")
    hers = ama.by("alert-row").filter(has_text="Mabel")
    expect(hers).to_be_visible(timeout=20_000)
    ama.tap(hers)
    look = Look(ama)
    expect(ama.by("decision")).to_be_visible()
    look.at("an alert, nothing decided")
    ama.tap(ama.by("whom").filter(has_text="999"))
    expect(ama.by("decided")).to_contain_text("Contacted 999")
    ama.tap(ama.by("give").locator("summary"))
    ama.tap(ama.by("give-to").filter(has_text="Priya Shah"))
    expect(ama.by("given")).to_contain_text("Given to Priya Shah. Not taken on yet.")
    look.at("an alert, handed over")
    expect(ama.by("decided")).to_contain_text("Sent", timeout=20_000)
    said = [change["fields"] for change in lee.changes("escalation")]
    # Priya has no device that can be called: the server has passed it on already, and her name stands in its history.
    (alert,) = (change for change in lee.changes("alert") if change["record"] == said[0]["alert"])
    assert said[0]["decision"] == "Contacted 999" and alert["fields"]["status"] == "open"
    assert home["staff"]["Priya Shah"]["id"] in [row["fields"].get("given_to") for row in alert["history"]]

    tidemark.kill9()
    ama.residents()
    ama.red_flag("Harold")
    expect(ama.by("not-told")).to_be_visible(timeout=20_000)
    expect(ama.by("not-told")).to_contain_text("This has NOT been sent to anyone. Tell the senior carer in person")
    look.at("a breach that nobody was told of")
    ama.page.keyboard.press("Escape")
    expect(ama.by("not-told")).to_be_visible()
    ama.tap(ama.by("told-whom").filter(has_text="GP or nurse"))
    ama.tap(ama.by("told-when").first)
    expect(ama.by("not-told")).to_have_count(0)
    look.done()
    tidemark.start()
    ama.expect_header("Everything is sent", within_s=40)
    told = [change["fields"] for change in lee.changes("escalation") if change["fields"].get("channel") == "in_person"]
    assert [(one["resident"], one["contacted"]) for one in told] == [(home["residents"]["Harold"], "GP or nurse")]
