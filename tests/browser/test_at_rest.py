"""A tablet that is switched off shows nobody's name, note or amount; cold, with nobody signed in, it still sends."""

from __future__ import annotations

import base64
import json

from playwright.sync_api import expect

from tests.browser.test_offline import drinks_of
from tests.harness.hands import LOOK, SAVED, SENT, WORDS, Hands  # noqa: F401
from tests.harness.portraits import photograph
from tests.harness.processes import until

NOTE = "Quince marmalade helped"
CONTROL = "kept-in-clear-on-purpose"

# Every store of every database, with bytes as they are, and the control beside them: IndexedDB's own files are packed, so a
# search through files alone proves little.
DUMP = """async () => {
  const open = name => new Promise((done, fail) => { const o = indexedDB.open(name); o.onsuccess = () => done(o.result); o.onerror = () => fail(o.error); });
  const all = store => new Promise(done => { const asked = store.getAll(); asked.onsuccess = () => done(asked.result); });
  const keys = store => new Promise(done => { const asked = store.getAllKeys(); asked.onsuccess = () => done(asked.result); });
  const db = await open('tidemark'), found = {};
  for (const name of db.objectStoreNames) {
    const store = db.transaction(name).objectStore(name);
    found[name] = [await keys(store), await all(store)];
  }
  db.close();
  const latin = bytes => Array.from(bytes, one => String.fromCharCode(one)).join('');
  return JSON.stringify(found, (_key, value) =>
    value instanceof ArrayBuffer ? latin(new Uint8Array(value)) : ArrayBuffer.isView(value) ? latin(value) : value);
}"""
CONTROL_IN = """text => new Promise(done => { const o = indexedDB.open('control', 1);
  o.onupgradeneeded = () => o.result.createObjectStore('s');
  o.onsuccess = () => { const tx = o.result.transaction('s', 'readwrite', {durability: 'strict'}); tx.objectStore('s').put(text, 1);
                        tx.oncomplete = () => { o.result.close(); done(); }; }; })"""


def in_files(hands: Hands, words: list[str]) -> set[str]:
    """Which of the words stand in any file of the browser's profile, as UTF-8 or UTF-16."""
    found = set()
    for path in hands.tablet._profile.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        found |= {word for word in words for form in ("utf-8", "utf-16-le") if word.encode(form) in content}
    return found


# Names of fields stand in the app's own files; in the database they would be somebody's record.
FIELDS = ["preferred_name", "drunk_ml", "vessel_ml", "offered_ml", "fraction"]


def private_words(home: dict) -> list[str]:
    """Whole names and the note. Short names alone occur by chance in packed bytes; the dump is searched for those."""
    return [NOTE, *home["staff"]]


def record_with_note(ama: Hands, resident: str) -> None:
    ama.tap(ama.row(resident).get_by_test_id("drink-button"))
    ama.page.locator("textarea").first.fill(NOTE)
    ama.tap(ama.by("drink-tile").filter(has_text="Teacup"))
    expect(ama.by("drink-sheet")).to_have_count(0)


def test_a_switched_off_tablet_shows_no_name_no_photo_no_note_and_no_amount_and_sends_cold_with_nobody_signed_in(tidemark, home, person):
    _, picture = photograph(tidemark, home, "Joan")
    ama = person("Ama Mensah")
    ama.residents()
    ama.tablet.wait(lambda: ama.stored("records"), what="the home to be received")
    expect(ama.row("Joan").locator("img.tm-face")).to_be_visible()
    tidemark.kill9()
    ama.drink("Joan", "Teacup")
    record_with_note(ama, "Harold")
    ama.expect_state("Harold", SAVED)
    ama.page.evaluate(CONTROL_IN, CONTROL)
    dump = ama.page.evaluate(DUMP)
    assert json.loads(dump)["queue"][1], "something waits"
    assert '"face ' in dump, "a photo lies here"
    as_text = base64.b64encode(picture).decode()[40:100]
    as_bytes = json.dumps(picture.decode("latin-1")[30:70])[1:-1]  # as the dump writes bytes
    assert not [word for word in [*private_words(home), *FIELDS, *home["residents"], "Teacup", as_text, as_bytes, "JFIF"] if word in dump]
    ama.tablet.kill9()
    assert in_files(ama, [CONTROL, *private_words(home), as_text]) == {CONTROL}

    ama.tablet.reopen()
    ama.open()
    ama.expect_header("2 not sent")  # counted without a key
    ama.choose("Ama Mensah")
    ama.pin("000000")  # a wrong PIN opens nothing
    expect(ama.by("pin")).to_be_visible()
    ama.page.reload()
    ama.sign_in("Ama Mensah")  # nobody to ask: the PIN alone opens it
    ama.residents()
    ama.expect_state("Joan", SAVED)
    ama.expect_state("Harold", SAVED)
    ama.tablet.kill9()

    tidemark.start()
    ama.tablet.reopen()
    ama.open()  # nobody signs in
    until(lambda: len(drinks_of(tidemark, home, "Joan")) == 1, within_s=30, what="the drink to arrive")
    (drink,) = drinks_of(tidemark, home, "Harold")
    assert NOTE in json.dumps(drink)
    ama.expect_header(WORDS["header"]["all_sent"])
    assert ama.queued() == []
