"""Appointments on a tablet (screens 8 and 9): an outcome in eight taps, offline, kept as it goes; follow-ups; a letter.

One home and one tablet for the whole module: each test goes on where the one before it stopped.
"""

from __future__ import annotations

import zlib
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.test_screens import Look
from tests.harness import small_home
from tests.harness.browser import Browsers
from tests.harness.floor import FloorTablet
from tests.harness.hands import SAVED, Hands
from tests.harness.processes import Installation, until


class Floor:
    """The home, Ama's tablet in Chromium, and the office's own device, on which somebody else writes."""

    def __init__(self, playwright, folder):
        self.browsers = Browsers(playwright, folder)
        self.tidemark = Installation(folder / "data")
        self.tidemark.start()
        self.home = small_home.make(self.tidemark)
        self.office = FloorTablet(self.tidemark, self.home["id"], "Office")
        self.office.unlock(self.home["staff"]["Priya Shah"])
        self.ama = Hands(self.browsers.open(), self.tidemark.url, self.home)
        self.ama.enrol(self.home["codes"].pop(0))
        self.ama.sign_in("Ama Mensah")

    def appointment(self, name: str, hours_ago: float, **more) -> str:
        """The office has put this appointment in the diary; returns its id."""
        starts = self.tidemark.now() - timedelta(hours=hours_ago)
        fields = {"resident": self.home["residents"][name], "type": "gp_visit", "with": "Dr Shah", "starts_at": starts.isoformat(), **more}
        made = self.office.statement("appointment", fields)
        self.office.sync(made)
        return made["id"]

    def on_server(self, kind: str, count: int, **fields) -> list[dict]:
        """The server's records of a kind with these values, once there are so many."""
        def ask():
            found = [one for one in self.office.changes(kind) if all(one["fields"].get(name) == value for name, value in fields.items())]
            return found if len(found) >= count else None

        return until(ask, within_s=30, what=f"{count} {kind} on the server")

    def close(self) -> None:
        self.browsers.close()
        self.tidemark.kill9()


@pytest.fixture(scope="module")
def floor(playwright, tmp_path_factory):
    made = Floor(playwright, tmp_path_factory.mktemp("visits"))
    yield made
    made.close()


def question(ama: Hands, step: str) -> None:
    expect(ama.page.locator(f"[data-testid=question][data-step={step}]")).to_be_visible()


def code(ama: Hands, testid: str, value: str):
    return ama.page.locator(f"[data-testid={testid}][data-code='{value}']")


def test_an_outcome_takes_eight_taps_and_is_in_the_daily_note_without_typing_twice(floor):
    ama, look = floor.ama, Look(floor.ama)
    joan = floor.appointment("Joan", 2)
    ama.go("home")
    row = ama.by("visits-due").locator(f"[data-visit='{joan}']")
    expect(row).to_be_visible(timeout=20_000)
    look.at("shift home with an outcome to record")
    before = ama.taps
    ama.tap(row.get_by_test_id("record-outcome"))
    question(ama, "attendance")
    look.at("outcome, attendance")
    ama.tap(code(ama, "attendance", "attended"))
    question(ama, "advice")
    ama.by("advice").fill("Drink more, and rest the left leg.")
    ama.taps += 1
    look.at("outcome, what was said")
    ama.tap(code(ama, "needed", "none_advised"))
    question(ama, "change")
    ama.tap(code(ama, "change", "none"))
    question(ama, "next")
    ama.tap(code(ama, "next", "none"))
    question(ama, "told")
    ama.tap(ama.page.locator("label.tm-chip", has_text="The person"))
    ama.tap(ama.by("save-outcome"))
    expect(ama.by("outcome")).to_be_visible()
    assert ama.taps - before <= 8
    expect(ama.by("still")).to_contain_text("Everything is done.")
    ama.tap(ama.by("everything").locator("summary"))
    expect(ama.by("person-care").get_by_test_id("note")).to_contain_text("rest the left leg")
    expect(ama.by("copy").get_by_test_id("copy-text")).to_contain_text("Outcome: Attended.")
    look.at("appointment, done, with everything about the person")
    (outcome,) = floor.on_server("appointment_outcome", 1, appointment=joan)
    assert outcome["fields"]["told"] == ["person"] and outcome["fields"]["actions_required"] == "none"
    (note,) = floor.on_server("daily_note", 1, ref=outcome["record"])
    assert "rest the left leg" in note["fields"]["words"] and note["fields"]["resident"] == floor.home["residents"]["Joan"]
    look.done()


def test_a_letter_goes_behind_what_is_written_and_a_senior_is_asked_to_read_it(floor):
    ama = floor.ama
    (outcome,) = floor.on_server("appointment_outcome", 1)
    ama.by("letter-file").set_input_files([{"name": "letter.png", "mimeType": "image/png", "buffer": picture(3000, 2000)}])
    expect(ama.by("letter-kept")).to_be_visible()
    (asked,) = floor.on_server("follow_up", 1, asks="letter")
    assert asked["fields"]["about"] == outcome["record"] and asked["fields"]["due_at"]
    page = floor.ama.tablet.context.new_page()
    page.goto(f"{floor.tidemark.url}/sign-in")
    page.get_by_label("Email").fill(floor.home["manager"]["email"])
    page.get_by_label("Password").fill(floor.home["manager"]["password"])
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{floor.tidemark.url}/appointments")
    until(lambda: (page.reload(), page.get_by_role("link", name="Letter 1").count())[1], within_s=30, what="the letter on the page")
    answer = page.request.get(floor.tidemark.url + page.get_by_role("link", name="Letter 1").get_attribute("href"))
    assert answer.headers["content-type"] == "image/jpeg" and len(answer.body()) <= 300_000
    page.close()
    kept = ama.page.evaluate("async () => (await caches.keys()).length && (await Promise.all((await caches.keys()).map(async n => (await (await caches.open(n)).keys()).map(r => r.url)))).flat().filter(u => u.includes('letter/') || u.includes('/letters/'))")
    assert kept == []


def test_an_outcome_begun_offline_is_kept_through_a_restart_and_its_actions_reach_their_owners(floor):
    ama, look = floor.ama, Look(floor.ama)
    arthur = floor.appointment("Arthur", 30)
    ama.go("appointments")
    missing = ama.by("part-missing")
    until(lambda: _seen(ama, missing), within_s=30, what="the missing outcome in the list")
    look.at("appointments")
    floor.tidemark.kill9()
    ama.tap(missing.get_by_test_id("record-outcome"))
    ama.tap(code(ama, "attendance", "not_supported_to_attend"))
    question(ama, "safeguarding")
    ama.tap(code(ama, "safeguarding", "manager_deciding"))
    question(ama, "advice")
    ama.tap(code(ama, "needed", "listed"))
    expect(ama.by("problem")).to_be_visible()
    ama.by("advice").fill("Nobody was free to go along.")
    ama.page.wait_for_timeout(300)
    ama.tablet.close()
    ama.tablet.reopen()
    ama.open("#appointments")
    ama.sign_in("Ama Mensah")
    expect(ama.by("visits-offline")).to_be_visible(timeout=20_000)
    ama.tap(ama.by("part-missing").get_by_test_id("record-outcome"))
    question(ama, "advice")
    expect(ama.by("advice")).to_have_value("Nobody was free to go along.")
    ama.tap(code(ama, "needed", "listed"))
    question(ama, "actions")
    ama.tap(ama.by("actions-next"))
    expect(ama.by("problem")).to_contain_text("Say what happens next")
    ama.by("action-what").fill("Book it again")
    ama.by("action-owner").select_option(label="Priya Shah")
    ama.tap(ama.page.locator("label.tm-chip", has_text="Tomorrow"))
    look.at("outcome, things to do")
    ama.tap(ama.by("add-action"))
    ama.by("action-what").fill("Ask why nobody was free")
    ama.tap(ama.by("actions-next"))
    ama.tap(ama.by("save-outcome"))
    expect(ama.by("outcome")).to_contain_text(SAVED)
    expect(ama.by("follow-ups").get_by_test_id("todo-row")).to_have_count(2)
    look.at("appointment, offline, two things to do")
    # A letter is read where whoever is asked to read it stands, while it lies here.
    ama.by("letter-file").set_input_files([{"name": "letter.png", "mimeType": "image/png", "buffer": picture(300, 200)}])
    ama.tap(ama.by("follow-ups").get_by_test_id("todo-row").filter(has_text="Read the letter").locator("a").first)
    ama.tap(ama.by("letter-open"))
    expect(ama.by("letter-page")).to_be_visible()
    assert ama.page.wait_for_function("document.querySelector('[data-testid=letter-page]').naturalWidth === 300")
    look.at("follow-up, the letter")
    ama.page.go_back()
    floor.tidemark.start()
    (outcome,) = floor.on_server("appointment_outcome", 1, appointment=arthur)
    assert outcome["fields"]["safeguarding_decision"] == "manager_deciding"
    todo = [one for one in floor.on_server("follow_up", 3, about=outcome["record"]) if one["fields"].get("asks") != "letter"]
    assert sorted((one["fields"]["what"], "owner" in one["fields"]) for one in todo) == [("Ask why nobody was free", False), ("Book it again", True)]

    # Once it has gone, it is said where it is.
    expect(ama.by("letter-elsewhere")).to_be_visible(timeout=30_000)
    # He did go along after all: the attendance is put right with a reason, and what was said first stays.
    ama.tap(ama.by("outcome").locator(f"a[href='#entry={outcome['record']}']"))
    ama.tap(ama.by("correct").locator("summary"))
    ama.by("correct-attendance").select_option("attended_part")
    ama.tap(ama.by("correct-save"))
    expect(ama.by("problem")).to_contain_text("Give a reason for the change")
    look.at("an outcome, corrected")
    ama.tap(ama.page.get_by_text("Something else happened"))
    ama.tap(ama.by("correct-save"))
    (put_right,) = floor.on_server("appointment_outcome", 1, appointment=arthur, attendance="attended_part")
    assert put_right["history"][0]["fields"]["attendance"] == "not_supported_to_attend"
    assert put_right["history"][-1]["fields"]["correction_reason"] == "Something else happened"
    # A thing to do that was entered in error leaves the list, and its history says why.
    (wrong,) = [one for one in todo if one["fields"]["what"] == "Book it again"]
    ama.go(f"entry={wrong['record']}")
    ama.tap(ama.by("correct").locator("summary"))
    ama.tap(ama.page.get_by_text("Recorded twice"))
    ama.tap(ama.by("correct-strike"))
    until(lambda: [one for one in floor.office.changes("follow_up") if one["record"] == wrong["record"] and one["struck_out"]], what="the strike")
    expect(ama.by("version").last).to_contain_text("Recorded twice")
    expect(ama.by("correct")).to_have_count(0)
    look.done()


def test_what_changes_the_care_plan_is_there_for_its_review_without_typing_it_again(floor):
    ama = floor.ama
    harold = floor.appointment("Harold", 1)
    ama.go(f"outcome={harold}")
    until(lambda: ama.by("question").count() or (ama.go("appointments"), ama.go(f"outcome={harold}")) is None, within_s=30, what="the appointment on the tablet")
    ama.tap(code(ama, "attendance", "attended"))
    ama.by("advice").fill("Sit upright to drink.")
    ama.tap(code(ama, "needed", "none_advised"))
    ama.tap(code(ama, "change", "care_plan"))
    ama.tap(code(ama, "next", "none"))
    ama.tap(ama.by("save-outcome"))
    (outcome,) = floor.on_server("appointment_outcome", 1, appointment=harold)
    for kind in ("daily_note", "care_review_note"):
        (note,) = floor.on_server(kind, 1, ref=outcome["record"])
        assert "Sit upright to drink." in note["fields"]["words"] and note["fields"]["resident"] == floor.home["residents"]["Harold"]
    assert floor.on_server("care_review_note", 1, about="appointment") and len(floor.office.changes("care_review_note")) == 1  # and none where no plan changes


def test_a_follow_up_is_given_to_somebody_done_with_evidence_and_checked_by_another(floor):
    ama, look = floor.ama, Look(floor.ama)
    (todo,) = floor.on_server("follow_up", 1, what="Ask why nobody was free")
    ama.go(f"follow-up={todo['record']}")
    ama.tap(ama.by("allocate"))
    expect(ama.by("problem")).to_be_visible()
    look.at("follow-up")
    ama.by("action-owner").select_option(label="Ama Mensah")
    ama.tap(ama.page.locator("label.tm-chip", has_text="Today"))
    ama.tap(ama.by("allocate"))
    expect(ama.by("asks").first).to_have_attribute("data-asks", "follow_up_open")
    ama.by("evidence").fill("Rota looked at: two off sick")
    ama.page.reload()  # what was begun is still there
    ama.sign_in("Ama Mensah")
    expect(ama.by("evidence")).to_have_value("Rota looked at: two off sick", timeout=20_000)
    ama.tap(ama.page.locator("label.tm-chip", has_text="An entry or record"))
    ama.tap(ama.by("finish"))
    expect(ama.by("asks").first).to_have_attribute("data-asks", "done")
    # Whoever did it does not check it.
    expect(ama.by("verify")).to_have_count(0)
    (done,) = floor.on_server("follow_up", 1, what="Ask why nobody was free", status="done")
    assert done["fields"]["allocated_by"] == floor.home["staff"]["Ama Mensah"]["id"] and done["fields"]["evidence_kind"] == "record"
    floor.office.sync(floor.office.statement("follow_up", {"verified_by": floor.office.staff}, record=done["record"], parents=tuple(done["heads"])))
    expect(ama.by("verified")).to_contain_text("Priya Shah", timeout=20_000)
    look.done()


def test_a_gp_round_goes_person_by_person_and_says_when_somebody_was_quicker(floor):
    ama, look = floor.ama, Look(floor.ama)
    ama.go("gp-round")
    look.at("GP round")
    ama.tap(ama.by("visit-person").filter(has_text="Edith"))
    question(ama, "attendance")
    (visit,) = floor.on_server("appointment", 1, origin="gp_round")
    floor.office.sync(floor.office.statement("appointment_outcome", {"appointment": visit["record"], "attendance": "attended", "actions_required": "none"}))
    expect(ama.by("already")).to_contain_text("Outcome already recorded by Priya Shah: add to it", timeout=20_000)
    ama.tap(code(ama, "attendance", "awaiting_update"))
    question(ama, "chase")
    ama.tap(code(ama, "chase", "1"))
    expect(ama.by("round-left")).to_be_visible()
    expect(ama.by("visit-person").filter(has_text="Edith")).to_contain_text("Outcome recorded")
    assert len(floor.on_server("appointment_outcome", 2, appointment=visit["record"])) == 2
    ama.go("visit-now")
    ama.tap(ama.by("visit-person").filter(has_text="Vera"))
    look.at("visit now, what kind")
    ama.tap(ama.page.locator("[data-testid=visit-type][data-type=discharge]"))
    question(ama, "attendance")
    floor.on_server("appointment", 1, type="discharge", origin="unplanned")
    assert ama.tablet.errors == []
    look.done()


def _seen(ama: Hands, part) -> bool:
    """The list, brought up to date by hand where it says that it is not."""
    button = ama.by("update-order")
    if button.count():
        button.tap()
    return part.count() > 0


def picture(width: int, height: int) -> bytes:
    """A PNG with enough in it to be worth making smaller."""
    rows = b"".join(b"\0" + bytes((x * y) % 251 for x in range(width)) for y in range(height))

    def part(name: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4) + name + content + zlib.crc32(name + content).to_bytes(4)

    head = width.to_bytes(4) + height.to_bytes(4) + bytes((8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows, 1)) + part(b"IEND", b"")
