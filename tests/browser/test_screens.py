"""Every screen in every state that a person meets: no axe violation, no sideways scrolling, targets for tired hands.

Each state is looked at in six views without leaving it (tests/harness/look.py): a new state is one line.
"""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from sync import days
from tests.harness.browser import DESKTOP, PHONE
from tests.harness.floor import FloorTablet
from tests.harness.hands import SAVED, SENT, WORDS, Hands
from tests.harness.look import ZOOMED, Look
from tests.harness.processes import until


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


PUBLIC_PAGES = ["/", "/sign-in"]
MANAGER_PAGES = [
    "/overview", "/residents", "/appointments", "/handovers", "/to-check", "/log", "/staff", "/set-up", "/set-up/plans/new", "/tablets", "/tablets/add", "/tablets/rescue",
    "/thresholds", "/set-aside", "/ledger", "/numbers", "/safety-list", "/ladder", "/duties", "/missing", "/alerts/fatigue",
    "/reach", "/reach/contacts", "/phone-tree", "/plan", "/plan/questions", "/measures", "/pack", "/guests", "/guests/add", "/audits",
    "/audits/scores/hydration", "/plan/by-question", "/oversight", "/oversight/beside", "/observations", "/observations/new", "/complaints", "/my-work",
]  # fmt: skip


def test_the_pages_for_managers(browsers, tidemark, home):
    sue = browsers.open(size=DESKTOP)
    look = Look(Hands(sue, tidemark.url, home), ZOOMED)

    def show(path: str, name: str = "") -> None:
        assert sue.page.goto(tidemark.url + path).status == 200, path
        look.at(name or f"page {path}")

    def send(form: str) -> None:
        with sue.page.expect_navigation():
            sue.page.locator(f"form[action='{form}'] button").click()

    for path in PUBLIC_PAGES:
        show(path)
    sue.page.fill("#email", home["manager"]["email"])
    sue.page.fill("#password", "wrong")
    send("/sign-in")
    look.at("page /sign-in, wrong password")
    sue.page.fill("#email", home["manager"]["email"])
    sue.page.fill("#password", home["manager"]["password"])
    send("/sign-in")
    a_day_with_everything(tidemark, home)
    until(lambda: sue.page.goto(f"{tidemark.url}/to-check") and "/to-check/doubles/" in sue.page.content(), what="the double on its list")
    for path in MANAGER_PAGES:
        show(path)
    for path, link, name in DEEPER:
        sue.page.goto(tidemark.url + path)
        show(sue.page.locator(link).first.get_attribute("href"), f"page {path}, {name}")
    sue.page.goto(f"{tidemark.url}/audits")
    send(sue.page.locator("form[action^='/audits/appointments/']").first.get_attribute("action"))
    look.at("page /audits, an audit to answer")
    show(sue.page.locator("main a[href*='/entries/']").first.get_attribute("href"), "page /audits, an entry of the sample")
    sue.page.goto(f"{tidemark.url}/tablets/add")
    sue.page.fill("#name", "Rowan tablet")
    send("/tablets/add")
    look.at("page /tablets/add, the link for a new tablet")
    sue.resize(PHONE)
    sue.page.goto(f"{tidemark.url}/overview")
    sue.page.goto(tidemark.url + sue.page.locator("main a[href^='/alerts/']").first.get_attribute("href"))
    button = sue.page.locator("form[action$='/own'] button").bounding_box()
    assert button["y"] + button["height"] <= PHONE[1], "at three in the morning an alert is taken on without scrolling"
    look.done()


# From a list of the managers' pages to what stands behind it.
DEEPER = [
    ("/residents", "main a[href^='/residents/']", "a person"), ("/overview", "main a[href^='/alerts/']", "an alert"),
    ("/set-aside", "main a[href$='/accept']", "accept"), ("/set-aside", "main a[href$='/put-away']", "put away"),
    ("/tablets", "main a[href^='/tablets/']:not([href='/tablets/add'], [href='/tablets/rescue'])", "a tablet"),
    ("/tablets", "main a[href$='/remove']", "remove"), ("/staff", "main a[href$='/pin']", "a PIN"), ("/staff", "main a[href$='/remove']", "remove"),
    ("/to-check", "main a[href^='/to-check/doubles/']", "two drinks"), ("/to-check", "main a[href^='/to-check/versions/']", "two versions"),
    ("/log", "main a[href^='/log/']", "the day before"), ("/thresholds", "main a[href^='/thresholds/hydration']", "a figure"),
    ("/thresholds", "main a[href^='/thresholds/rule']", "a rule"), ("/handovers", "main a[href^='/handovers/']", "a handover"),
]  # fmt: skip


def a_day_with_everything(tidemark, home) -> None:
    """A drink put right, a red flag with its alert, an entry that Ben had no right to make, a drink on two tablets, and one
    of which two people say different things, three appointments and a handover."""
    ben = FloorTablet(tidemark, home["id"], "Ben's tablet")
    ben.unlock(home["staff"]["Ben Okoro"])
    drink = ben.drink(home["residents"]["Joan"], 200)
    put_right = ben.statement(
        "hydration_check", {"drunk_ml": 150, "correction_reason": "Half was spilt"}, record=drink["id"], parents=(drink["id"],)
    )
    ben.sync(drink, put_right, ben.red_flag(home["residents"]["Joan"]))
    refused = ben.statement("vessel", {"name": "Blue mug", "ml": 250})
    assert ben.offer(refused)["results"][0]["status"] == "quarantined"
    ama = FloorTablet(tidemark, home["id"], "Ama's tablet")
    ama.unlock(home["staff"]["Ama Mensah"])
    once, again = ben.drink(home["residents"]["Mabel"], 200), ama.drink(home["residents"]["Mabel"], 200)
    ben.sync(once)
    ama.sync(again)
    for tablet, ml in ((ben, 120), (ama, 130)):
        said = {"drunk_ml": ml, "correction_reason": "Saw the cup"}
        tablet.sync(tablet.statement("hydration_check", said, record=drink["id"], parents=(put_right["id"],)))
    shift, now = days.shift_of(tidemark.now()), tidemark.now()
    # The first is in the week that this week's audit looks at.
    for days_ahead, kind in ((-5 - (now - timedelta(hours=8)).weekday(), "gp_visit"), (-1, "outpatient"), (1, "gp_visit")):
        starts = now + timedelta(days=days_ahead)
        ama.sync(ama.statement("appointment", {"resident": home["residents"]["Mabel"], "type": kind, "with": "Dr Shah", "starts_at": starts.isoformat()}))
    line = {"id": str(uuid.uuid4()), "part": "added", "words": "The lift is out of order"}
    ama.sync(ama.statement("handover", {"shift": shift, "from": days.shift_bounds(shift)[0].isoformat(), "to": now.isoformat(), "lines": [line]}))
    until(lambda: ben.changes("alert"), what="the alert about the red flag")


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
