"""What a locked tablet promises: colleagues get in, nobody's words are lost or shown to another, and a fault costs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Error, expect

from tests.browser.test_offline import drinks_of
from tests.browser.test_tablet_parts import HOLD
from tests.chaos.faults import FINDS_A_VERSION
from tests.chaos.witness import TellingProxy
from tests.harness.by_tidemark import change_pin
from tests.harness.floor import FloorTablet
from tests.harness.hands import SAVED, SENT, WORDS, Hands
from tests.harness.processes import until

# A tablet that the version before left behind: what waits and the way in are kept in clear, as that version kept them.
AS_VERSION_1 = """async ({entries, staff, pin, grant, names}) => {
  const settled = asked => new Promise((done, fail) => { asked.onsuccess = () => done(asked.result); asked.onerror = () => fail(asked.error); });
  const utf8 = new TextEncoder(), random = n => crypto.getRandomValues(new Uint8Array(n));
  const now = await settled(indexedDB.open('tidemark'));
  const read = name => settled(now.transaction('meta').objectStore('meta').get(name));
  const enrolment = await read('enrolment'), counters = await read('counters');
  now.close();
  await settled(indexedDB.deleteDatabase('tidemark'));
  const opening = indexedDB.open('tidemark', 1);
  opening.onupgradeneeded = () => {
    const db = opening.result;
    db.createObjectStore('meta');
    db.createObjectStore('queue', {keyPath: 'number'});
    db.createObjectStore('sent', {keyPath: 'id'}).createIndex('number', 'number');
    db.createObjectStore('looks', {keyPath: 'id'});
    db.createObjectStore('records', {keyPath: 'record'});
    db.createObjectStore('grants', {keyPath: 'staff'});
    for (const name of ['tries', 'drafts']) db.createObjectStore(name);
    db.createObjectStore('receipts', {autoIncrement: true});
  };
  const db = await settled(opening);
  const salt = random(16), iv = random(12);
  const base = await crypto.subtle.importKey('raw', utf8.encode(pin), 'PBKDF2', false, ['deriveKey']);
  const how = {name: 'PBKDF2', hash: 'SHA-256', salt, iterations: 500000};
  const key = await crypto.subtle.deriveKey(how, base, {name: 'AES-GCM', length: 256}, false, ['encrypt']);
  const box = await crypto.subtle.encrypt({name: 'AES-GCM', iv}, key, utf8.encode(JSON.stringify(grant)));
  const tx = db.transaction(['meta', 'queue', 'grants'], 'readwrite', {durability: 'strict'});
  const meta = tx.objectStore('meta');
  meta.put({...enrolment, name: 'Old tablet', home: {...enrolment.home, name: 'Larkfield'}}, 'enrolment');
  meta.put(names, 'staff');
  meta.put(['Willow', 'Rowan'], 'units');
  meta.put({...counters, number: entries.at(-1).number}, 'counters');
  for (const submission of entries) {
    const {number, id, record, kind} = submission;
    tx.objectStore('queue').put({number, id, record, kind, resident: submission.fields.resident, submission});
  }
  tx.objectStore('grants').put({staff, salt, iv, box, online_at: Date.now()});
  await new Promise((done, fail) => { tx.oncomplete = done; tx.onerror = () => fail(tx.error); });
  db.close();
}"""
META = """name => new Promise(done => { const opening = indexedDB.open('tidemark'); opening.onsuccess = () => {
  const asked = opening.result.transaction('meta').objectStore('meta').get(name);
  asked.onsuccess = () => { opening.result.close(); done(asked.result ?? null); }; }; })"""
# The disk has no room for the next entry, and then it has again.
FULL_ONCE = """() => {
  const add = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = function (...given) {
    if (this.name !== 'queue') return add.apply(this, given);
    IDBObjectStore.prototype.add = add;
    throw new DOMException('full', '%s');
  };
}"""

NEW_PIN = "918273"

def lock(hands: Hands) -> None:
    hands.tap(hands.by("switch"))
    expect(hands.by("staff-tile").first).to_be_visible()


def ready_for(hands: Hands, person: str) -> None:
    """Wait until this tablet holds the person's way in without a connection."""
    id_ = hands.home["staff"][person]["id"]
    hands.tablet.wait(lambda: any(one["staff"] == id_ for one in hands.stored("grants")), what=f"{person}'s keys on this tablet")


def is_fresh(hands: Hands) -> bool:
    """The page was loaded again since it was marked."""
    try:
        return hands.page.evaluate("() => self.before === undefined")
    except Error:
        return False  # between two pages


@contextmanager
def telling(tidemark) -> Iterator[TellingProxy]:
    """A network on which a newer app can come."""
    network = TellingProxy(tidemark.url)
    network.start()
    yield network
    network.stop()


def so_far(hands: Hands, resident: str):
    return hands.row(resident).get_by_test_id("so-far")


def numbers(hands: Hands) -> list[int]:
    return [row["number"] for row in hands.queued()]


def test_a_colleague_who_used_another_tablet_today_gets_in_here_offline_sees_the_day_and_her_entries_arrive(tidemark, home, person):
    other = FloorTablet(tidemark, home["id"], "Another tablet")
    other.unlock(home["staff"]["Ben Okoro"])
    ama = person("Ama Mensah")
    ama.residents()
    ama.drink("Joan", "Teacup")
    ama.expect_state("Joan", SENT)
    ama.drink("Joan", "Mug")
    ama.expect_state("Joan", SENT)
    ready_for(ama, "Ben Okoro")
    tidemark.kill9()
    ama.tablet.kill9()
    ama.tablet.reopen()

    ben = Hands(ama.tablet, ama.base, home)
    ben.open()
    ben.sign_in("Ben Okoro")  # never on this tablet before, and nobody to ask
    ben.residents()
    expect(so_far(ben, "Joan")).to_contain_text("400ml")
    ben.drink("Joan", "Glass")
    expect(so_far(ben, "Joan")).to_contain_text("600ml")
    ben.drink("Harold", "Teacup")
    waiting = ben.queued()
    assert len(waiting) == 2
    assert all("sealed" in row and "submission" not in row for row in waiting)

    tidemark.start()
    ben.expect_state("Harold", SENT)
    ben.tablet.wait(lambda: ben.queued() == [], what="both to be sent")
    assert ben.stored("looks") == []
    (drink,) = drinks_of(tidemark, home, "Harold")
    assert (drink["author"], drink["fields"]["drunk_ml"]) == (home["staff"]["Ben Okoro"]["id"], 150)
    assert len(drinks_of(tidemark, home, "Joan")) == 3


def test_a_colleague_whom_no_tablet_of_the_home_knows_does_not_get_in_offline(tidemark, home, person):
    ama = person("Ama Mensah")
    ama.residents()
    tidemark.kill9()
    lock(ama)
    ama.choose("Rosa Lind")
    ama.pin(home["staff"]["Rosa Lind"]["pin"])
    expect(ama.page.get_by_text(WORDS["who"]["needs_connection"]).first).to_be_visible()
    expect(ama.by("switch")).to_have_count(0)


def test_with_no_page_open_and_nobody_signed_in_what_waits_is_sent_when_the_network_returns(tidemark, home, person):
    ama = person("Ama Mensah")
    ama.residents()
    tidemark.kill9()
    ama.drink("Joan", "Teacup")
    ama.drink("Harold", "Mug")
    ama.tablet.kill9()
    tidemark.start()
    ama.tablet.reopen()
    ama.page.goto("about:blank")  # the browser is open, and no page of ours
    assert [page.url for page in ama.tablet.context.pages] == ["about:blank"]
    ama.tablet.network_returns(f"{tidemark.url}/app/")
    until(lambda: len(drinks_of(tidemark, home, "Joan")) == 1, within_s=30, what="the first drink to arrive")
    until(lambda: len(drinks_of(tidemark, home, "Harold")) == 1, within_s=30, what="the second drink to arrive")
    assert [page.url for page in ama.tablet.context.pages] == ["about:blank"]

    ama.open()
    ama.expect_header(WORDS["header"]["all_sent"])
    ama.sign_in("Ama Mensah")
    ama.residents()
    expect(so_far(ama, "Harold")).to_contain_text("250ml")
    assert ama.queued() == []


def test_two_tabs_number_what_they_save_without_a_gap_show_one_count_and_send_it_once(tidemark, home, person):
    ama = person("Ama Mensah")
    ama.residents()
    two = Hands(ama.tablet.tab(), ama.base, home)
    two.open()
    two.sign_in("Ama Mensah")
    two.residents()
    tidemark.kill9()
    for hands, resident in ((ama, "Joan"), (two, "Harold"), (ama, "Mabel"), (two, "Stanley")):
        hands.drink(resident, "Teacup")
    first, *_ = found = numbers(ama)
    assert found == list(range(first, first + 4))
    for hands in (ama, two):
        hands.expect_header("4 not sent")
        for resident in ("Joan", "Harold", "Mabel", "Stanley"):
            hands.expect_state(resident, SAVED)

    tidemark.start()
    for hands in (ama, two):
        hands.expect_header(WORDS["header"]["all_sent"])
    assert ama.queued() == []
    for resident in ("Joan", "Harold", "Mabel", "Stanley"):
        assert len(drinks_of(tidemark, home, resident)) == 1
        expect(so_far(ama, resident)).to_contain_text("150ml")
        expect(so_far(two, resident)).to_contain_text("150ml")


@pytest.mark.parametrize("fault", ["QuotaExceededError", "UnknownError"])
def test_a_full_or_failing_disk_is_said_in_words_and_what_was_typed_is_saved_by_the_next_tap(tidemark, home, person, fault):
    ama = person("Ama Mensah")
    ama.residents()
    ama.drink("Harold", "Teacup")
    ama.expect_state("Harold", SENT)
    tidemark.kill9()
    ama.tap(ama.row("Joan").get_by_test_id("drink-button"))
    ama.page.locator("textarea").first.fill("With a straw")
    tile = ama.by("drink-tile").filter(has_text="Teacup")
    ama.page.evaluate(FULL_ONCE % fault)
    ama.tap(tile)
    if fault == "QuotaExceededError":  # any other failure is tried once more by itself
        expect(ama.by("drink-sheet").get_by_text(WORDS["default"]["not_saved"])).to_be_visible()
        expect(ama.page.locator("textarea").first).to_have_value("With a straw")
        assert ama.queued() == []
        ama.tap(tile)
    expect(ama.by("drink-sheet")).to_have_count(0)
    ama.expect_state("Joan", SAVED)
    ama.expect_header("1 not sent")

    tidemark.start()
    ama.expect_state("Joan", SENT)
    (harold,), (joan,) = drinks_of(tidemark, home, "Harold"), drinks_of(tidemark, home, "Joan")
    assert joan["fields"]["note"] == "With a straw"
    assert joan["seq"] > harold["seq"]


def test_a_drink_that_fails_after_its_tablet_was_locked_is_said_on_the_lock_screen_before_an_update_may_begin(tidemark, home, person):
    with telling(tidemark) as network:
        ama = person("Ama Mensah", base=network.url)
        ama.residents()
        network.new_version()
        ama.tablet.wait(lambda: ama.page.evaluate(FINDS_A_VERSION), within_s=30, what="the browser to find the new version")
        ama.page.evaluate("() => { self.before = true; }")
        ama.page.evaluate(HOLD)
        ama.tap(ama.row("Joan").get_by_test_id("drink-button"))
        ama.tap(ama.by("drink-tile").filter(has_text="Teacup"))
        ama.page.keyboard.press("Escape")
        lock(ama)
        ama.page.evaluate("() => self.let_go('the disk failed')")
        expect(ama.by("unsaved")).to_contain_text(WORDS["default"]["unsaved"])
        assert "Joan" not in ama.page.inner_text("body")
        assert ama.page.evaluate("() => self.before"), "the page was loaded again before anybody had read it"
        assert ama.queued() == []
        ama.tap(ama.by("unsaved").get_by_role("button"))
        ama.tablet.wait(lambda: is_fresh(ama), within_s=60, what="the new version to have taken over")
        expect(ama.by("staff-tile").first).to_be_visible()
        expect(ama.by("unsaved")).to_have_count(0)


def test_a_note_that_ama_began_is_not_shown_to_ben_and_waits_for_her_through_lock_restart_and_no_network(tidemark, home, person):
    ama = person("Ama Mensah")
    note = ama.page.locator("textarea").first
    ama.residents()
    ama.tap(ama.row("Joan").get_by_test_id("drink-button"))
    note.fill("Choked a little on")
    ama.page.keyboard.press("Escape")
    expect(ama.by("drink-sheet")).to_have_count(0)
    lock(ama)
    ama.sign_in("Ben Okoro")
    ama.residents()
    ama.tap(ama.row("Joan").get_by_test_id("drink-button"))
    expect(ama.by("drink-tile").first).to_be_visible()
    expect(note).to_have_value("")
    assert "Choked" not in ama.page.content()
    ama.page.keyboard.press("Escape")
    lock(ama)
    tidemark.kill9()
    ama.page.reload()
    ama.sign_in("Ama Mensah")
    ama.residents()
    ama.tap(ama.row("Joan").get_by_test_id("drink-button"))
    expect(ama.page.locator("textarea").first).to_have_value("Choked a little on")


def test_a_changed_pin_ends_the_old_one_at_once_and_costs_nobody_the_note_that_only_the_old_one_could_open(tidemark, home, person):
    ama = person("Ama Mensah")  # the only one whom this tablet knows
    note = ama.page.locator("textarea").first
    ama.residents()
    ama.tap(ama.row("Joan").get_by_test_id("drink-button"))
    note.fill("Choked a little on")
    ama.page.keyboard.press("Escape")
    expect(ama.by("drink-sheet")).to_have_count(0)
    lock(ama)
    change_pin(tidemark, home, "Ama Mensah", NEW_PIN)
    old = home["staff"]["Ama Mensah"]["pin"]
    ama.choose("Ama Mensah")
    ama.pin(old)  # right for this tablet, and then the server says that it is not
    ama.tablet.wait(lambda: ama.stored("grants") == [], what="the old PIN to be at an end")
    assert len(ama.page.evaluate(META, "earlier")) == 1
    ama.tablet.kill9()
    ama.tablet.reopen()
    back = Hands(ama.tablet, ama.base, home)
    back.open()
    back.choose("Ama Mensah")
    back.pin(old)  # out of habit: it lets nobody in
    expect(back.by("problem")).to_be_visible(timeout=20_000)
    expect(back.by("pin")).to_be_visible()
    back.pin(NEW_PIN)
    expect(back.by("shift")).to_be_visible(timeout=20_000)
    back.residents()
    back.tap(back.row("Joan").get_by_test_id("drink-button"))
    expect(back.page.locator("textarea").first).to_have_value("Choked a little on")
    back.page.keyboard.press("Escape")
    back.tablet.wait(lambda: back.page.evaluate(META, "earlier") == [], what="nothing to be kept apart any more")
    tidemark.kill9()
    back.page.reload()
    back.choose("Ama Mensah")
    back.pin(old)
    expect(back.by("problem")).to_be_visible(timeout=20_000)  # offline neither
    back.pin(NEW_PIN)
    expect(back.row("Joan")).to_be_visible(timeout=20_000)


def test_what_the_version_before_left_waiting_in_clear_is_readable_by_pin_and_sent_whole_after_the_update(tidemark, home, person):
    ama = person("Ama Mensah")
    mine = home["staff"]["Ama Mensah"]
    enrolment = ama.page.evaluate(META, "enrolment")
    old = FloorTablet.__new__(FloorTablet)  # the same tablet, writing as the version before wrote
    old.tidemark, old.id, old.token, old.number, old.cursor = tidemark, enrolment["device"], enrolment["token"], 0, None
    old.unlock(mine)
    entries = [old.drink(home["residents"]["Joan"], 150), old.drink(home["residents"]["Harold"], 250)]
    names = [{"id": one["id"], "name": name, "roles": one["roles"]} for name, one in home["staff"].items()]
    ama.page.goto(f"{ama.base}/api/v1/health")  # this origin, and no page of ours
    tidemark.kill9()
    grant = {"grant": old.grant, "expires_at": "2099-01-01T00:00:00+00:00"}
    ama.page.evaluate(AS_VERSION_1, {"entries": entries, "staff": mine["id"], "pin": mine["pin"], "grant": grant, "names": names})
    ama.open()
    ama.expect_header("2 not sent")
    ama.sign_in("Ama Mensah")
    assert [row["submission"] for row in ama.queued()] == entries, "what waits is sent as it was written"

    tidemark.start()
    ama.expect_header(WORDS["header"]["all_sent"])
    assert ama.stored("looks") == []
    for resident, ml in (("Joan", 150), ("Harold", 250)):
        (drink,) = drinks_of(tidemark, home, resident)
        assert (drink["fields"]["drunk_ml"], drink["author"]) == (ml, mine["id"])
    ama.residents()
    expect(so_far(ama, "Harold")).to_contain_text("250ml")


def test_five_wrong_pins_make_the_tablet_wait_and_erase_nothing_and_what_waits_is_still_sent(tidemark, home, person):
    ama = person("Ama Mensah")
    ama.residents()
    tidemark.kill9()
    ama.drink("Joan", "Teacup")
    ama.expect_state("Joan", SAVED)
    before = ama.queued()
    ama.page.reload()
    ama.choose("Ama Mensah")
    for left in (4, 3, 2, 1):
        ama.pin("000000")
        ama.tablet.wait(lambda left=left: f"{left} tr" in ama.page.inner_text("body"), what=f"{left} tries left")
    ama.pin("000000")
    told = re.compile(re.escape(WORDS["who"]["wait"].split("{")[0]))
    expect(ama.page.get_by_text(told).first).to_be_visible()
    ama.page.reload()
    ama.choose("Ama Mensah")
    ama.pin(home["staff"]["Ama Mensah"]["pin"])  # right at last, and too soon
    expect(ama.page.get_by_text(told).first).to_be_visible()
    assert ama.queued() == before
    assert ama.stored("grants") and ama.stored("records")

    tidemark.start()
    ama.expect_header(WORDS["header"]["all_sent"])
    assert ama.queued() == []
    assert len(drinks_of(tidemark, home, "Joan")) == 1
