"""What staff record beside drinks, in few taps: an incident, its correction, and what was begun and not finished."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.test_screens import Look
from tests.harness.floor import FloorTablet
from tests.harness.hands import SAVED, SENT
from tests.harness.processes import until


def records(tidemark, home, name: str, kind: str, *, of: str = "Ama Mensah") -> list[dict]:
    """What the server shows another tablet of this kind."""
    elsewhere = FloorTablet(tidemark, home["id"], name)
    elsewhere.unlock(home["staff"][of])
    return until(lambda: elsewhere.changes(kind), what=f"the {kind} on another tablet")


def test_an_incident_is_recorded_offline_in_seven_taps_and_put_right_in_four(person, tidemark, home):
    ama = person("Ama Mensah")
    look = Look(ama)
    look.at("shift home with its places")
    tidemark.kill9()
    ama.go("")
    ama.taps = 0
    ama.tap(ama.by("place-record"))
    ama.tap(ama.by("to-form-incident"))
    look.at("incident, what")
    ama.tap(ama.by("form-next"))
    expect(ama.by("problem")).to_contain_text("Choose what happened")
    look.at("incident, nothing chosen")
    ama.tap(ama.by("ask-type-fall"))
    ama.tap(ama.by("ask-resident").filter(has_text="Joan"))
    ama.tap(ama.by("ask-harm-low"))
    look.at("incident, when")
    # Begun, left, locked and found again by its author, and by nobody else.
    ama.go("")
    ama.tap(ama.by("to-drafts"))
    expect(ama.by("draft")).to_contain_text("Incident")
    look.at("not finished")
    ama.tap(ama.by("draft").locator("a"))
    ama.tap(ama.by("form-save"))
    expect(ama.by("form-saved").get_by_test_id("row-state")).to_have_text(SAVED)
    expect(ama.by("form-saved")).to_contain_text("Joan")
    assert ama.taps <= 10  # seven, and those that looked at an error and at what was not finished
    look.at("incident, saved")
    tidemark.start()
    expect(ama.by("form-saved").get_by_test_id("row-state")).to_have_text(SENT, timeout=30_000)
    ama.tap(ama.by("to-entry"))
    before = ama.taps
    ama.tap(ama.by("correct"))
    ama.tap(ama.page.get_by_text("Another reason"))
    look.at("incident, correction")
    ama.tap(ama.by("ask-harm-moderate"))
    ama.tap(ama.by("form-change"))
    assert ama.taps - before == 4
    expect(ama.by("version")).to_have_count(2)
    expect(ama.by("version").first).to_contain_text("Low: first aid")
    expect(ama.by("version").last).to_contain_text("Moderate: more treatment")
    look.at("incident, corrected")
    found = until(lambda: [one for one in records(tidemark, home, "Elsewhere", "incident") if one["fields"]["harm"] == "moderate"], what="the correction")
    (incident,) = found
    assert incident["fields"]["resident"] == home["residents"]["Joan"]
    assert incident["fields"]["unit"] == "Willow"
    assert set(incident["history"][1]["fields"]) == {"harm", "correction_reason"}
    look.done()
