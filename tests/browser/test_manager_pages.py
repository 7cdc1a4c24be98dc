"""The pages for managers, every one of them and what stands behind its lists, looked at as the screens are (tests/harness/look.py).

A file of its own: these pages take as long as all the screens of a shift, and a file is one worker's.
"""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

from sync import days
from tests.harness import by_tidemark
from tests.harness.browser import AXE, DESKTOP, PHONE
from tests.harness.floor import FloorTablet
from tests.harness.hands import Hands
from tests.harness.look import ZOOMED, Look
from tests.harness.processes import REPOSITORY, until

ROUTES = REPOSITORY / "server" / "pages"
PUBLIC_PAGES = ["/", "/sign-in"]
MANAGER_PAGES = [
    "/overview", "/residents", "/appointments", "/handovers", "/to-check", "/log", "/staff", "/set-up", "/set-up/residents", "/set-up/plans/new", "/tablets", "/tablets/add", "/tablets/rescue",
    "/thresholds", "/set-aside", "/ledger", "/numbers", "/safety-list", "/ladder", "/duties", "/missing", "/alerts/fatigue",
    "/reach", "/reach/contacts", "/phone-tree", "/plan", "/plan/questions", "/plan/new", "/measures", "/measures/compliant_deployment", "/measures/by-hour/8", "/pack", "/pack/view", "/guests", "/guests/add", "/audits",
    "/audits/scores", "/audits/scores/hydration", "/feedback", "/set-up/rota", "/set-up/systems", "/plan/by-question", "/oversight", "/oversight/beside", "/observations", "/observations/new", "/standards/new", "/complaints", "/my-work",
]  # fmt: skip
PROVIDER_PAGES = ["/provider"]
# What is shown only for the days that were asked for, and what would look again by itself while it is looked at.
ASKED = {"/pack/view": "?from={day}&to={day}&names=initials", "/reach": "?still=1"}
# What stands behind a page: the first link of each kind, and what it leads to; behind that, the same again.
BEHIND = {
    "/residents": {"main a[href^='/residents/']": "a person"},
    "/set-up/residents": {"main a[href^='/set-up/residents/']:not([href$='/new'])": "a resident"},
    "/set-up/residents, a resident": {"main a[href$='/photo']": "a photo"},
    "/overview": {"main a[href^='/alerts/']": "an alert"},
    "/overview, an alert": {"main a[href$='/timeline']": "its story"},
    "/set-aside": {"main a[href$='/accept']": "accept", "main a[href$='/put-away']": "put away"},
    "/tablets": {"main a[href^='/tablets/']:not([href='/tablets/add'], [href='/tablets/rescue'])": "a tablet", "main a[href$='/remove']": "remove"},
    "/staff": {"main a[href$='/pin']": "a PIN", "main a[href$='/account']": "an account", "main a[href$='/remove']": "remove"},
    "/to-check": {"main a[href^='/to-check/doubles/']": "two drinks", "main a[href^='/to-check/versions/']": "two versions"},
    "/log": {"main a[href^='/log/']": "the day before"},
    "/thresholds": {"main a[href^='/thresholds/hydration']": "a figure", "main a[href^='/thresholds/rule']": "a rule"},
    "/handovers": {"main a[href^='/handovers/']": "a handover"},
    "/ladder": {"main a[href^='/ladder/change/']": "a step to change"},
    "/measures": {"main a[href^='/measures/']": "a measure"},
    "/plan": {"main a[href^='/plan/']:not([href$='questions'], [href$='by-question'], [href^='/plan/new'])": "an action"},
    "/plan, an action": {"main a[href$='/review']": "its review", "main a[href$='/change']": "its change", "main a[href^='/show-me/']": "show me"},
}  # fmt: skip


def test_no_page_for_managers_is_left_out_of_the_walk():
    written = {path for file in ROUTES.rglob("*.py") for path in re.findall(r"\.get\(\"(/[^\"<]*)\"\)", file.read_text())}
    assert written - {*PUBLIC_PAGES, *MANAGER_PAGES, *PROVIDER_PAGES} == set()


def test_the_pages_for_managers(browsers, tidemark, home):
    sue = browsers.open(size=DESKTOP)
    sue.add_init_script(AXE.read_text())  # each page is a document of its own: axe comes with it, not after it
    look = Look(Hands(sue, tidemark.url, home), ZOOMED)
    today = days.care_day(tidemark.now())

    def show(path: str, name: str) -> None:
        """Look at a page and at what stands behind it."""
        assert sue.page.goto(tidemark.url + path + ASKED.get(path, "").format(day=today)).status == 200, path
        look.at(f"page {name}")
        for to, behind in [(sue.page.locator(link).first.get_attribute("href"), behind) for link, behind in BEHIND.get(name, {}).items()]:
            show(to, f"{name}, {behind}")

    def send(form: str) -> None:
        with sue.page.expect_navigation():
            sue.page.locator(f"form[action='{form}'] button").click()

    def sign_in(email: str, password: str) -> None:
        sue.page.fill("#email", email)
        sue.page.fill("#password", password)
        send("/sign-in")

    for path in PUBLIC_PAGES:
        show(path, path)
    sign_in(home["manager"]["email"], "wrong")
    look.at("page /sign-in, wrong password")
    sign_in(home["manager"]["email"], home["manager"]["password"])
    a_day_with_everything(tidemark, home)
    until(lambda: sue.page.goto(f"{tidemark.url}/to-check") and "/to-check/doubles/" in sue.page.content(), what="the double on its list")
    for path in MANAGER_PAGES:
        show(path, path)
    sue.page.goto(f"{tidemark.url}/audits")
    send(sue.page.locator("form[action^='/audits/appointments/']").first.get_attribute("action"))
    look.at("page /audits, an audit to answer")
    show(sue.page.locator("main a[href*='/entries/']").first.get_attribute("href"), "/audits, an entry of the sample")
    sue.page.goto(f"{tidemark.url}/tablets/add")
    sue.page.fill("#name", "Rowan tablet")
    send("/tablets/add")
    look.at("page /tablets/add, the link for a new tablet")
    sue.page.goto(f"{tidemark.url}/guests/add")
    sue.page.fill("#who_for", "Jane Poole, CQC")
    sue.page.fill("#until_day", str(today + timedelta(days=1)))
    send("/guests/add")
    look.at("page /guests/add, the link for a guest")
    sue.page.goto(f"{tidemark.url}/guests")
    guest = sue.page.locator("main a[href^='/guests/']:not([href$='/add'], [href$='/end'])").first.get_attribute("href")
    show(guest, "/guests, what a guest opened")
    show(f"{guest}/end", "/guests, end")
    sue.resize(PHONE)
    sue.page.goto(f"{tidemark.url}/overview")
    sue.page.goto(tidemark.url + sue.page.locator("main a[href^='/alerts/']").first.get_attribute("href"))
    button = sue.page.locator("form[action$='/own'] button").bounding_box()
    assert button["y"] + button["height"] <= PHONE[1], "at three in the morning an alert is taken on without scrolling"
    sue.context.clear_cookies()
    sue.page.goto(f"{tidemark.url}/sign-in")
    sign_in(*by_tidemark.account(tidemark, home, "Lee Marsh"))
    for path in PROVIDER_PAGES:
        show(path, path)
    look.done()


def a_day_with_everything(tidemark, home) -> None:
    """A drink put right, a red flag with its alert, an entry that Ben had no right to make, a drink on two tablets, and one
    of which two people say different things, three appointments, a handover and an action of the plan."""
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
    by_tidemark.state(tidemark, home["id"], "improvement_action", {
        "baseline_issue": "Charts have gaps", "risk": "high", "quality_area": "care_planning", "source": "CQC inspection", "status": "open",
        "corrective_action": "The senior carer checks every chart at 2pm", "owner": home["staff"]["Sue Hart"]["id"], "due_on": str(days.care_day(now) + timedelta(days=30)),
        "measures": ["complete_monitoring"], "target": {"percent": 95}, "evidence_required": [{"id": "a", "what": "Weekly audit", "category": "processes"}], "review_every_days": 7,
    })  # fmt: skip
    until(lambda: ben.changes("alert"), what="the alert about the red flag")
