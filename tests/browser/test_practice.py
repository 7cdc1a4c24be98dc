"""The practice home: five tasks with made-up people, reached without a PIN; nothing of it is sent or counts as care."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.harness.browser import PHONE
from tests.harness.hands import SAVED, WORDS, Hands

DONE = 5


def practice_rows(hands: Hands) -> list[dict]:
    return hands.page.evaluate(
        """() => new Promise((done, fail) => {
             const opening = indexedDB.open('tidemark-practice');
             opening.onerror = () => fail(opening.error);
             opening.onsuccess = () => {
               const asked = opening.result.transaction('queue').objectStore('queue').getAll();
               asked.onsuccess = () => { opening.result.close(); done(JSON.parse(JSON.stringify(asked.result))); };
             };
           })"""
    )


def person(hands: Hands, name: str):
    return hands.page.get_by_test_id("resident-row").filter(has_text=name)


def tasks_done(hands: Hands, n: int) -> None:
    expect(hands.by("practice-task")).to_have_attribute("data-done", str(n))


def test_five_tasks_are_done_without_a_pin_and_nothing_reaches_the_server_or_the_real_queue(browsers, tidemark, home):
    rose, winifred = "Rose Practice", "Winifred Practice"
    hands = Hands(browsers.open(size=PHONE), tidemark.url, home)
    hands.enrol(home["codes"].pop(0))
    hands.tap(hands.by("to-practice"))
    expect(hands.by("practice-task")).to_contain_text("1")
    asked: list[str] = []
    hands.tablet.context.on("request", lambda request: asked.append(request.url))

    hands.go("residents")
    hands.tap(person(hands, rose).get_by_test_id("drink-button"))
    hands.tap(hands.by("drink-tile").first)
    tasks_done(hands, 1)
    expect(person(hands, rose).get_by_test_id("row-state").first).to_have_text(SAVED)
    hands.tap(person(hands, rose).get_by_test_id("undo"))
    tasks_done(hands, 2)
    george = person(hands, "George Practice")
    hands.tap(george.get_by_test_id("drink-button"))
    hands.tap(hands.by("drink-tile").first)
    hands.tap(george.get_by_test_id("drink-button"))
    expect(hands.by("drink-sheet").get_by_role("heading", level=2)).to_contain_text(WORDS["practice"])
    hands.tap(hands.by("correct").first)
    hands.page.get_by_label(WORDS["correct"]["amount"]).fill("100")
    hands.page.get_by_text(WORDS["correct"]["reasons"]["amount"]).tap()
    hands.page.get_by_role("button", name=WORDS["correct"]["change"]).tap()
    tasks_done(hands, 3)
    hands.page.keyboard.press("Escape")
    hands.tap(person(hands, "Albert Practice").get_by_test_id("drink-button"))
    hands.tap(hands.by("refused"))
    hands.tap(hands.by("refusal-reason").first)
    hands.page.locator(".tm-sheet .tm-tile").first.tap()
    tasks_done(hands, 4)
    hands.page.get_by_label(WORDS["residents"]["find"]).fill("winif")
    expect(hands.by("resident-row")).to_have_count(1)
    hands.tap(person(hands, winifred).get_by_test_id("drink-button"))
    hands.tap(hands.by("drink-tile").first)
    tasks_done(hands, DONE)
    for screen in ("not-sent", "alerts", "home", "notifications"):
        hands.go(screen)
        expect(hands.by("practice-task")).to_be_visible()
    hands.go("not-sent")
    hands.page.get_by_role("button", name=WORDS["queue"]["send_now"]).tap()
    expect(hands.by("sync-header")).to_have_attribute("data-queued", re.compile("[5-9]"))

    kept = [row for row in practice_rows(hands) if row["kind"] == "hydration_check"]
    assert len(kept) >= DONE and {row["submission"]["fields"].get("source") for row in kept} == {"practice"}
    assert [url for url in asked if "/api/" in url] == []
    assert hands.queued() == []
    hands.tap(hands.by("practice-leave"))
    expect(hands.by("staff-tile").first).to_be_visible()
    expect(hands.by("practice")).to_have_count(0)
    assert hands.queued() == [] and hands.tablet.errors == []


def test_who_locks_leaves_practice_and_an_alert_is_not_kept_from_them(browsers, tidemark, home):
    hands = Hands(browsers.open(size=PHONE), tidemark.url, home)
    hands.enrol(home["codes"].pop(0))
    tidemark.kill9()
    hands.page.goto(f"{tidemark.url}/app/?practice")
    expect(hands.by("practice-task")).to_be_visible()
    hands.tap(hands.by("switch"))
    expect(hands.by("staff-tile").first).to_be_visible()
    hands.page.goto(f"{tidemark.url}/app/?practice#help")
    expect(hands.by("practice-task")).to_be_visible()
    hands.page.evaluate("() => navigator.serviceWorker.dispatchEvent(new MessageEvent('message', {data: {type: 'open', hash: '#alerts'}}))")
    expect(hands.page.get_by_text(WORDS["alerts"]["log_in"])).to_be_visible()
    assert "practice" not in hands.page.url


def test_the_worker_sends_the_real_queue_while_somebody_practises(browsers, tidemark, home):
    ama = Hands(browsers.open(size=PHONE), tidemark.url, home)
    ama.enrol(home["codes"].pop(0))
    ama.sign_in("Ama Mensah")
    ama.residents()
    tidemark.kill9()
    ama.drink("Joan", "Mug")
    ama.expect_state("Joan", SAVED)
    ama.page.goto(f"{tidemark.url}/app/?practice")
    expect(ama.by("practice-task")).to_be_visible()
    assert len(ama.queued()) == 1
    tidemark.start()
    ama.tablet.network_returns(f"{tidemark.url}/app/")
    ama.tablet.wait(lambda: ama.queued() == [], what="the drink that waited, sent by the worker")


