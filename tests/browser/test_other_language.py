"""The app in Romanian, and in a made-up language that shows whether any word stands outside the message file."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from playwright.sync_api import expect

from tests.harness.browser import PHONE, QUIET, chromium_path
from tests.harness.floor import FloorTablet
from tests.harness.hands import WORDS, Hands
from tests.harness.processes import REPOSITORY, until
from tests.harness.small_home import RESIDENTS, STAFF, VESSELS

PACK = json.loads((REPOSITORY / "sync" / "messages.ro.json").read_text())
RO = PACK["words"]["app"]


def test_a_person_reads_romanian_and_every_safety_word_in_english_until_it_is_signed(person, tidemark, home):
    ama = person("Ama Mensah")
    ama.go("settings")
    ama.tap(ama.page.get_by_test_id("languages").get_by_text("Română", exact=True).first)
    expect(ama.page.locator("html")).to_have_attribute("lang", "ro")
    expect(ama.by("nav-residents")).to_contain_text(RO["nav"]["residents"])
    ama.residents()
    ama.drink("Joan", "Mug")
    ama.undo("Joan")
    expect(ama.row("Joan")).to_contain_text(RO["residents"]["undone"])
    ama.tap(ama.row("Harold").get_by_test_id("drink-button"))
    ama.tap(ama.by("red-flag"))
    expect(ama.page.get_by_text(WORDS["drink"]["red_now"])).to_be_visible()
    expect(ama.page.get_by_text(RO["drink"]["red"]["choking"])).to_have_count(0)
    ama.page.keyboard.press("Escape")

    tidemark.tidemark("translation", "sign", "--home", home["id"], "--language", "ro", "--by", "Dr Ana Pop, GMC 1234567")
    ama.tap(ama.row("Harold").get_by_test_id("drink-button"))
    both = f"{RO['drink']['red']['choking']} ({WORDS['drink']['red']['choking']})"
    expect(ama.by("red-flag")).to_contain_text(f"({WORDS['drink']['red_flag']})", timeout=30_000)
    ama.tap(ama.by("red-flag"))
    expect(ama.page.get_by_text(both)).to_be_visible()
    ama.page.keyboard.press("Escape")

    # Without a connection, after a restart: her own language once she has unlocked, the tablet's until then.
    ama.tablet.wait(lambda: ama.queued() == [], what="everything sent")
    tidemark.kill9()
    ama.page.reload()
    expect(ama.page.locator("h1")).to_have_text(WORDS["who"]["title"])
    ama.sign_in("Ama Mensah")
    expect(ama.by("nav-residents")).to_contain_text(RO["nav"]["residents"])
    # What was kept in the record is English, for whoever reads it.
    ama.residents()
    ama.drink("Joan", "Mug")
    ama.tap(ama.row("Joan").get_by_test_id("drink-button"))
    ama.tap(ama.by("to-entry").last)
    expect(ama.page.get_by_text(WORDS["correct"]["undo_reason"], exact=False).first).to_be_visible()
    assert ama.tablet.errors == []


def pseudo(part: Any) -> Any:
    """Every sentence in brackets, its gaps kept."""
    if isinstance(part, str):
        return f"⟦{part}⟧"
    return [pseudo(one) for one in part] if isinstance(part, list) else {name: pseudo(one) for name, one in part.items()}


def english_on_purpose() -> set[str]:
    """Safety words, which nobody has signed in the made-up language."""

    def leaves(part: Any) -> list[str]:
        return [part] if isinstance(part, str) else [one for inner in (part.values() if isinstance(part, dict) else part) for one in leaves(inner)]

    everything, found = json.loads((REPOSITORY / "sync" / "messages.json").read_text()), set()
    for path in json.loads((REPOSITORY / "sync" / "safety_words.json").read_text())["paths"]:
        part = everything
        for name in path.split("."):
            part = part[name]
        found |= set(leaves(part))
    return found


SHOWN = """() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (node.parentElement.checkVisibility() && !node.parentElement.closest('script, style, noscript')) found.push(node.textContent);
  for (const e of document.querySelectorAll('[aria-label], [placeholder], [title]'))
    if (e.checkVisibility()) found.push(e.getAttribute('aria-label') ?? '', e.getAttribute('placeholder') ?? '', e.getAttribute('title') ?? '');
  return found.filter(text => text.trim());
}"""
DATA = [*RESIDENTS, *STAFF, *VESSELS, "Willow", "Rowan", "Larkfield", "Tablet", "Low intake last month"]
MEASURES = re.compile(r"\b\d[\d,:]*(am|pm|ml|kB)?\b|\b(MB|January|February|March|April|May|June|July|August|September|October|November|December)\b")


def outside(shown: list[str]) -> list[str]:
    """What is neither from the message file, nor data, nor a time or an amount."""
    safe = [re.sub(r"\\\{\w+\\\}", ".*?", re.escape(said)) for said in sorted(english_on_purpose(), key=len, reverse=True)]
    found = []
    for text in shown:
        rest = text
        while (again := re.sub(r"⟦[^⟦⟧]*⟧", "", rest)) != rest:
            rest = again
        for data in DATA:
            rest = re.sub(re.escape(data), "", rest, flags=re.IGNORECASE)
        for said in safe:
            rest = re.sub(said, "", rest, flags=re.IGNORECASE)
        rest = MEASURES.sub("", rest)
        if re.search(r"[A-Za-z]{2,}", rest) and len(rest.split()) and not re.fullmatch(r"\W*[A-Z]{2}\W*", rest):
            found.append(text)
    return found


ROUTES = (REPOSITORY / "pwa" / "src" / "route.ts").read_text()
FORMS = sorted(path.stem for path in (REPOSITORY / "pwa" / "src" / "kinds").glob("*.tsx"))


def screens(of: str) -> list[str]:
    """The app's screens, as its addresses name them: those of one record, or the others."""
    (listed,) = re.findall(rf"const {of} = \[([^\]]*)\]", ROUTES)
    return re.findall(r"'([\w-]+)'", listed)


def one_of_each(tidemark, home) -> dict[str, str]:
    """What every screen of one record shows: its address, and the test id that is there once it does."""
    ben, priya, lee = (FloorTablet(tidemark, home["id"], "Tablet") for _ in range(3))
    for tablet, name in ((ben, "Ben Okoro"), (priya, "Priya Shah"), (lee, "Lee Marsh")):
        tablet.unlock(home["staff"][name])
    joan, mabel = home["residents"]["Joan"], home["residents"]["Mabel"]
    drink, now = ben.drink(joan, 200), tidemark.now()
    visit, other = (ben.statement("appointment", {"resident": who, "type": "gp_visit", "with": "Willow", "starts_at": (now - timedelta(hours=2)).isoformat()}) for who in (joan, mabel))
    away = ben.statement("absence", {"resident": home["residents"]["Edith"], "type": "leave", "from": now.isoformat()})
    ben.sync(drink, ben.red_flag(mabel), visit, other, away)
    for tablet, ml in ((priya, 120), (lee, 130)):
        tablet.sync(tablet.statement("hydration_check", {"drunk_ml": ml, "correction_reason": "Willow"}, record=drink["id"], parents=(drink["id"],)))
    outcome = priya.statement("appointment_outcome", {"appointment": other["id"], "resident": mabel, "attendance": "attended", "advice": "Willow", "actions_required": "listed"})
    todo = priya.statement("follow_up", {"about": outcome["id"], "resident": mabel, "what": "Willow", "status": "open"})
    wish = priya.statement("follow_up", {"about": joan, "resident": joan, "what": "Willow", "suggests": {"field": "preferences", "words": "Willow"}, "status": "open"})
    priya.sync(outcome, todo, wish)
    alert, *_ = until(lambda: [one for one in ben.changes("alert") if one["fields"]["rule"] == "hydration.red_flag"], what="the alert about the red flag")
    forms = {f"form={kind}": f"form-{kind}" for kind in FORMS}
    return forms | {
        f"alert={alert['record']}": "ack-button", f"entry={drink['id']}": "versions", f"check={drink['id']}": "side", f"paper={joan}": "paper-save",
        f"appointment={other['id']}": "outcome", f"outcome={visit['id']}": "question", f"follow-up={todo['id']}": "allocate", f"person={joan}": "person-plan",
    }  # fmt: skip


def test_no_word_of_the_app_stands_outside_the_message_file(playwright, tidemark, home):
    """On every screen of the app; `tests/test_words_in_one_file.py` reads the branches that are not drawn here."""
    shows = one_of_each(tidemark, home)
    module = f"export default {json.dumps({**PACK, 'words': pseudo(PACK['words'])}, ensure_ascii=False)};"
    browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(QUIET))
    try:
        # Without a worker the page itself asks for the language, and can be given another.
        context = browser.new_context(service_workers="block", has_touch=True, locale="en-GB", viewport=dict(zip(("width", "height"), PHONE, strict=True)))
        context.add_init_script("localStorage.setItem('tidemark-language', 'ro')")
        context.route("**/assets/messages.ro-*.js", lambda route: route.fulfill(content_type="text/javascript", body=module))
        page = context.new_page()
        ama = Hands(SimpleNamespace(page=page), tidemark.url, home)
        wrong: dict[str, list[str]] = {}
        looked: set[str] = set()

        def look(state: str) -> None:
            page.wait_for_timeout(60)
            looked.add(state.split("=")[0])
            if found := outside(page.evaluate(SHOWN)):
                wrong[state] = found

        ama.open(f"#enrol={home['codes'].pop(0)}")
        page.locator(".nhsuk-button").wait_for()
        look("enrol")
        ama.tap(ama.by("enrol-go"))
        ama.by("staff-tile").first.wait_for()
        assert "⟦" in page.locator("h1").inner_text(), "the made-up language is not on the screen"
        look("who")
        ama.choose("Ama Mensah")
        look("PIN")
        ama.pin(home["staff"]["Ama Mensah"]["pin"])
        ama.by("nav-residents").wait_for()
        for screen in (*screens("PLAIN"), "residents"):
            ama.go(screen)
            page.locator("h1").wait_for()
            look(screen)
        row = ama.row("Stanley")
        ama.tap(row.get_by_test_id("drink-button"))
        ama.by("drink-sheet").wait_for()
        look("record a drink")
        ama.tap(ama.by("drink-tile").first)
        row.get_by_test_id("undo").wait_for()
        look("residents, just recorded")
        for name, part in (("Harold", "refused"), ("Mabel", "other-amount"), ("Vera", "red-flag")):
            ama.tap(ama.row(name).get_by_test_id("drink-button"))
            ama.tap(ama.by(part))
            look(part)
            page.keyboard.press("Escape")
            expect(page.locator("dialog[open]")).to_have_count(0)
        for address, there in shows.items():
            ama.go(address)
            ama.by(there).first.wait_for()
            look(address)
        page.goto(f"{tidemark.url}/app/?practice")
        ama.by("practice-task").wait_for()
        look("practice")
        # What could not be filed (`fix`) takes a spoilt tablet: tests/browser/test_not_sent.py shows it.
        assert {*screens("PLAIN"), *screens("OF_ONE")} - looked == {"fix"}
        assert wrong == {}
    finally:
        browser.close()
