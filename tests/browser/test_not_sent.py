"""What waits on a tablet, how it drains, and how an entry that could not be filed is put right (screen 13)."""

from __future__ import annotations

import json
import re

from playwright.sync_api import expect

from tests.browser.test_check_two import drinks
from tests.browser.test_screens import Look
from tests.harness.floor import FloorTablet
from tests.harness.hands import SAVED, WORDS
from tests.harness.processes import until
from tests.harness.spoil import grant_of, spoil


def test_a_queue_is_shown_by_person_with_the_reason_and_can_be_saved_as_a_rescue_copy(person, tidemark, home):
    ama = person("Ama Mensah")
    ama.residents()
    tidemark.kill9()
    for name in ("Joan", "Harold", "Joan"):
        ama.drink(name)
        ama.expect_state(name, SAVED)
    ama.go("not-sent")
    groups = ama.page.locator("[data-testid=queue-list] h2")
    expect(groups).to_have_text([re.compile("Joan, Room 1, recorded by Ama Mensah"), re.compile("Harold, Room 4, recorded by Ama Mensah")])
    expect(ama.by("why-waiting")).to_have_text(WORDS["link"]["unreachable"], timeout=30_000)
    expect(ama.by("last-sync")).not_to_be_empty()
    expect(ama.by("persisted")).not_to_be_empty()
    with ama.page.expect_download() as saving:
        ama.tap(ama.by("rescue"))
    rescued = json.loads(saving.value.path().read_text())
    assert (rescued["tidemark_rescue"], rescued["home"], len(rescued["submissions"])) == (1, home["id"], 3)
    # A tablet whose people cannot get in gives it too, and names nobody.
    ama.tap(ama.by("switch"))
    ama.tap(ama.by("to-help"))
    with ama.page.expect_download() as saving:
        ama.tap(ama.by("rescue"))
    assert json.loads(saving.value.path().read_text())["submissions"] == rescued["submissions"]
    assert "Joan" not in ama.page.inner_text("body")
    ama.go("")
    ama.sign_in("Ama Mensah")
    expect(ama.by("switch")).to_be_visible()
    ama.go("not-sent")
    ama.tap(ama.by("pause"))
    expect(ama.by("pause")).to_have_count(0)
    look = Look(ama)
    look.at("not sent, three waiting and paused")
    tidemark.start()
    ama.residents()
    ama.drink("Vera")  # recording goes on
    ama.go("not-sent")
    expect(ama.by("why-waiting")).not_to_have_text(WORDS["link"]["unreachable"], timeout=30_000)
    ama.expect_header("4 not sent")
    ama.tap(ama.by("send-now"))
    expect(ama.by("queue-empty")).to_be_visible(timeout=20_000)
    expect(ama.by("nothing-left")).to_have_text(WORDS["home"]["nothing_left"], timeout=20_000)
    look.at("not sent, nothing left on this tablet")
    look.done()


def test_a_drink_that_could_not_be_filed_is_recorded_again_as_the_same_record(person, tidemark, home):
    ama = person("Ama Mensah")
    ama.residents()
    granted = grant_of(ama, tidemark, "Ama Mensah")
    tidemark.kill9()
    ama.drink("Joan")
    (waiting,) = ama.queued()
    spoil(ama, waiting, "Ama Mensah", granted, {"resident": home["residents"]["Joan"], "outcome": "drank", "drunk_ml": -5})
    ama.sign_in("Ama Mensah")
    tidemark.start()
    ama.go("not-sent")
    expect(ama.by("look-entry")).to_have_count(1, timeout=30_000)
    look = Look(ama)
    look.at("not sent, one not accepted")
    ama.tap(ama.by("look-fix"))
    expect(ama.by("fix-why")).not_to_be_empty()
    look.at("put a record right")
    ama.tap(ama.by("fix-drink"))
    expect(ama.by("puts-right")).to_be_visible()
    ama.tap(ama.by("drink-tile").filter(has_text="Teacup"))
    expect(ama.by("look-entry")).to_have_count(0)
    elsewhere = FloorTablet(tidemark, home["id"], "Elsewhere")
    elsewhere.unlock(home["staff"]["Ben Okoro"])
    (found,) = until(lambda: drinks(elsewhere, home, "Joan"), what="the repaired drink on the server")
    assert found["record"] == waiting["record"] and found["fields"]["drunk_ml"] == 150
    look.done()
