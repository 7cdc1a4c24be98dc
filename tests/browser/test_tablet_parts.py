"""Parts of the tablet by themselves, in real Chromium with its own database and a server played by the test: saving and locking
at once, clocks that were set, strangers' answers, a database that fails, a browser without locks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from joserfc.jwk import ECKey

from tests.browser.test_client_twins import playwright_browser  # noqa: F401 (fixture)
from tests.harness.bundle import bundled

ENTRY = """
export * from './src/outbox';
export { record } from './src/acts';
export * from './src/alone';
export * from './src/db';
export * from './src/drafts';
export * from './src/left';
export { row, openKept } from './src/keyring';
export { refreshNames } from './src/enrol';
export * from './src/saves';
export * from './src/sealing';
export * from './src/session';
export * from './src/state';
export * from './src/tidy';
export { exchange } from './src/sync';
export { rescueFile } from './src/rescue';
import * as besides from './src/colleagues';
import * as earlier from './src/earlier';
import * as plain from './src/plain_rows';
import { fetchBesides } from './src/session';
fetchBesides(async () => ({...besides, ...earlier, ...plain}));
"""
WORKER = "import './src/sw/sw';"
DAY_MS = 24 * 3_600_000
HOME_KEY = {**ECKey.generate_key("P-256").as_dict(private=False), "kid": "home-1"}
AMA = {"id": "ama", "name": "Ama Mensah", "roles": ["carer"]}
BEN = {"id": "ben", "name": "Ben Okoro", "roles": ["carer"]}
DRINK = {"kind": "hydration_check", "fields": {"resident": "joan", "outcome": "drank", "drunk_ml": 150}}
# A tablet of a home, with Ama at it.
BEGIN = """async ([person, key]) => {
  const enrolment = {device: 'd1', token: 't', name: 'Tablet', home: {id: 'h', name: 'Larkfield', zone: 'Europe/London'}};
  app.state.enrolment = enrolment;
  await app.setMeta('enrolment', enrolment);
  await app.practise(person);
  await app.startSealing(person.id, key);
}"""
ALL = "store => app.reading(db => db.getAll(store))"
# From now on the page's encryption waits for `let_go(error)`.
HOLD = """() => {
  const real = crypto.subtle.encrypt.bind(crypto.subtle);
  const held = new Promise((go, fail) => { self.let_go = error => error ? fail(new Error(error)) : go(); });
  crypto.subtle.encrypt = (...given) => held.then(() => real(...given));
}"""
# A finger on a button of its own; the button is gone when its screen is.
TAP = """draft => {
  document.body.innerHTML = '<main><button>Same again</button></main>';
  document.querySelector('button').addEventListener('click', () => {
    self.became = app.record(draft).then(() => 'saved', error => String(error.message));
  });
  document.querySelector('button').click();
}"""
LEAVE = "() => document.querySelector('main').remove()"


@pytest.fixture(scope="module")
def app(tmp_path_factory) -> str:
    return bundled(ENTRY, tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def worker(tmp_path_factory) -> str:
    return bundled(WORKER, tmp_path_factory.mktemp("worker"))


class Server:
    """What the tablet hears: set `answer`, look at `asked`."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        #: path -> (status, headers, body); none is a network that is gone
        self.answers: dict[str, Callable[[dict[str, Any]], tuple[int, dict[str, str], Any]]] = {}

    def __call__(self, route) -> None:
        path = route.request.url.partition("/api/v1/")[2]
        if not path:
            return route.fulfill(body="<!doctype html><title>x</title>", content_type="text/html")
        asked = json.loads(route.request.post_data or "{}")
        self.asked.append((path, asked))
        if path not in self.answers:
            return route.abort()
        status, headers, body = self.answers[path](asked)
        return route.fulfill(status=status, headers=headers, body=body if isinstance(body, str) else json.dumps(body))

    def says(self, path: str, status: int, body: Any = "", **headers: str) -> None:
        self.answers[path] = lambda _asked: (status, headers, body)

    def takes(self, server_time: str, refuse: Callable[[list[dict[str, Any]]], tuple[int, str] | None] = lambda _batch: None) -> None:
        """Everything that is offered, unless `refuse` says otherwise."""

        def answer(asked: dict[str, Any]) -> tuple[int, dict[str, str], Any]:
            batch = asked["submissions"]
            if refused := refuse(batch):
                return refused[0], {}, refused[1]
            results = [{"id": one["id"], "status": "accepted", "digest": one["digest"], "seq": one["number"]} for one in batch]
            return 200, {}, {
                "protocol": 1, "server_time": server_time, "head": {"ledger": "l", "seq": 1, "hash": "h"}, "safe": None,
                "results": results, "changes": [], "removed": [], "resend": [], "cursor": None, "more": False, "locked": True,
            }  # fmt: skip

        self.answers["sync"] = answer

    @property
    def batches(self) -> list[int]:
        return [len(asked["submissions"]) for path, asked in self.asked if path == "sync"]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def page(playwright_browser, app, server) -> Iterator[Any]:  # noqa: F811
    """A tablet that nobody has used: a profile of its own, with the app's modules on `app`."""
    opened = playwright_browser.new_page()
    opened.route("http://127.0.0.1/**", server)
    load(opened, app)
    yield opened
    opened.close()


def load(page, app: str) -> None:
    page.goto("http://127.0.0.1/")
    page.evaluate(app + "; self.app = app; 0")


def begin(page, person: dict[str, Any] = AMA) -> None:
    page.evaluate(BEGIN, [person, HOME_KEY])


def slow_by(page, days: float) -> None:
    """The server has said that this tablet's clock is so far behind."""
    page.evaluate("ms => { app.state.standing.offset_ms = ms; return app.setMeta('standing', app.state.standing); }", days * DAY_MS)


def at(page, days: float = 0) -> str:
    return page.evaluate("ms => new Date(Date.now() + ms).toISOString()", days * DAY_MS)


# ---- what is sealed, and its key ----


def test_on_a_tablet_a_week_slow_the_first_entry_after_an_hour_still_has_the_key_that_opens_it(page):
    begin(page)
    slow_by(page, 7)
    page.evaluate("() => app.prune()")
    page.evaluate("draft => app.record(draft)", DRINK)
    (row,) = page.evaluate(ALL, "queue")
    assert [key["kid"] for key in page.evaluate(ALL, "keys")] == [row["kid"]]


def test_an_entry_is_never_saved_without_its_key_whatever_became_of_that_meanwhile(page):
    begin(page)
    page.evaluate("() => app.strictly(['keys'], async tx => tx.objectStore('keys').clear())")
    page.evaluate("draft => app.record(draft)", DRINK)
    (row,) = page.evaluate(ALL, "queue")
    assert [key["kid"] for key in page.evaluate(ALL, "keys")] == [row["kid"]]


def test_a_tablet_forty_days_slow_keeps_what_it_sent_until_a_backup_holds_it(page, server):
    begin(page)
    page.evaluate("draft => app.record(draft)", DRINK)
    server.takes(at(page, 40))
    assert page.evaluate("async () => (await app.exchange(null)).is") == "done"
    slow_by(page, 40)
    page.evaluate("() => app.prune()")
    assert len(page.evaluate(ALL, "sent")) == 1
    slow_by(page, 40 + 36)  # and so many days later it is dropped
    page.evaluate("() => app.prune()")
    assert page.evaluate(ALL, "sent") == []


def test_a_tablet_that_is_locked_while_it_saves_writes_nothing_in_clear(page):
    begin(page)
    page.evaluate("draft => { const became = app.record(draft); app.lock(); return became; }", DRINK)  # before it is sealed
    begin(page)
    page.evaluate(HOLD)
    page.evaluate("draft => { self.became = app.record(draft); }", DRINK)
    page.evaluate("() => { app.lock(); self.let_go(); return self.became.then(() => 0); }")  # in the middle of that
    rows = page.evaluate(ALL, "queue")
    assert [("sealed" in row, "submission" in row) for row in rows] == [(True, False)] * 2


# ---- what could not be saved, and nobody saw ----


def test_a_save_that_fails_after_its_screen_is_gone_is_spoken_of_until_somebody_has_read_it(page):
    begin(page)
    page.evaluate(HOLD)
    page.evaluate(TAP, DRINK)
    assert page.evaluate("() => [app.settled(), app.anyUnsaved()]") == [False, False]
    page.evaluate(LEAVE)
    assert page.evaluate("() => { self.let_go('no'); return self.became; }") == "no"
    assert page.evaluate("() => [app.settled(), app.anyUnsaved()]") == [False, True]
    page.evaluate("() => app.unsavedRead()")
    assert page.evaluate("() => [app.settled(), app.anyUnsaved()]") == [True, False]
    # Where the screen is still there it says so itself.
    page.evaluate("() => app.lock()")
    page.evaluate(TAP, DRINK)
    assert page.evaluate("() => self.became") == "locked"
    assert page.evaluate("() => [app.settled(), app.anyUnsaved()]") == [True, False]


def test_a_save_that_hangs_after_its_screen_is_gone_is_spoken_of_after_some_seconds_and_no_longer_once_it_is_saved(page):
    begin(page)
    page.evaluate(HOLD)
    page.clock.install(time=0)
    page.clock.pause_at(1_000)
    page.evaluate(TAP, DRINK)
    page.evaluate(LEAVE)
    page.clock.run_for(4_900)
    assert not page.evaluate("() => app.anyUnsaved()")
    page.clock.run_for(200)
    assert page.evaluate("() => app.anyUnsaved()")
    page.evaluate("() => { self.let_go(); }")
    page.clock.run_for(1_000)
    assert page.evaluate("() => self.became") == "saved"
    assert page.evaluate("() => [app.settled(), app.anyUnsaved()]") == [True, False]


def test_a_screen_that_fails_to_show_an_entry_does_not_make_it_unsaved(page):
    begin(page)
    page.evaluate("() => app.listen('queue', () => { throw new Error('a fault of a screen'); })")
    page.evaluate(TAP, DRINK)
    assert page.evaluate("() => self.became") == "saved"
    assert len(page.evaluate(ALL, "queue")) == 1


def test_a_tap_that_breaks_its_screen_is_spoken_of_until_somebody_has_read_it(page):
    begin(page)
    later = "() => new Promise(done => setTimeout(() => done([app.settled(), app.untold()]), 50))"
    breaks = "tap => { if (tap) document.body.click(); setTimeout(() => { throw new Error('a fault of a screen'); }); void Promise.reject(new Error('another')); }"
    page.evaluate(breaks, True)
    assert page.evaluate(later) == [False, "broke"]
    page.evaluate("() => app.unsavedRead()")
    assert page.evaluate(later) == [True, None]
    # Long after the last tap it is no tap's business.
    page.evaluate("() => { const late = new ErrorEvent('error'); Object.defineProperty(late, 'timeStamp', { value: 1e9 }); dispatchEvent(late); }")
    assert page.evaluate("() => app.untold()") is None


def test_what_repairs_an_entry_takes_its_place_in_one_step(page):
    begin(page)
    page.evaluate("() => app.strictly(['looks'], async tx => tx.objectStore('looks').put({id: 'a', record: 'a', number: 1, digest: '', kid: '', sealed: '', at: 0}))")
    page.evaluate("draft => app.record({...draft, record: 'a', repairs: 'a'})", DRINK)
    assert (len(page.evaluate(ALL, "queue")), page.evaluate(ALL, "looks")) == (1, [])


# ---- drafts ----


def test_a_full_disk_that_keeps_no_draft_is_said_until_it_keeps_them_again(page):
    begin(page)
    keep = "async note => { await app.keepDraft('joan', note); return app.draftsFail(); }"
    assert not page.evaluate(keep, "Choked")
    page.evaluate("""() => { self.put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }""")
    assert page.evaluate(keep, "Choked a little")
    page.evaluate("() => { IDBObjectStore.prototype.put = self.put; }")
    assert not page.evaluate(keep, "Choked a little on")
    assert page.evaluate("() => app.draft('joan')") == "Choked a little on"


# ---- strangers ----

UNLOCK = "([person, pin]) => app.unlock(person, pin)"


def let_in(page, server: Server, person: dict[str, Any]) -> None:
    """Online, so that the tablet knows the PIN from now on."""
    server.says("unlock", 200, {"grant": "g", "expires_at": "2099-01-01T00:00:00+00:00", "home_key": HOME_KEY})
    assert page.evaluate(UNLOCK, [person, "246810"]) == {"ok": True}


def ways_in(page) -> set[str]:
    return {one["staff"] for one in page.evaluate(ALL, "grants")}


def test_a_strangers_403_ends_nobodys_way_in_and_the_servers_own_does(page, server):
    begin(page)
    for person in (AMA, BEN):
        let_in(page, server, person)
    page.evaluate("() => app.lock()")
    server.says("unlock", 403)
    assert page.evaluate(UNLOCK, [AMA, "246810"]) == {"ok": True}
    assert page.evaluate(UNLOCK, [AMA, "000000"])["tries_left"] == 4  # the tablet's own count
    server.says("unlock", 403, {"code": "wrong_pin", "tries_left": 3})
    assert page.evaluate(UNLOCK, [BEN, "246810"]) == {"ok": True}
    page.wait_for_function("() => app.session() === null")
    page.wait_for_function("async () => (await app.reading(db => db.getAllKeys('grants'))).length < 2")
    assert ways_in(page) == {"ama"}


def test_a_strangers_401_does_not_say_that_the_tablet_is_no_longer_the_homes(page, server):
    begin(page)
    server.says("unlock", 401)
    server.says("device", 401, {"error": "log in to the guest network"})
    assert page.evaluate(UNLOCK, [AMA, "246810"])["why"] == "first_time"
    page.evaluate("() => app.refreshNames()")
    assert page.evaluate("() => app.state.link") == "unknown"
    server.says("unlock", 401, {"code": "revoked"})
    server.says("device", 401, {"code": "revoked"})
    assert page.evaluate(UNLOCK, [AMA, "246810"])["why"] == "not_enrolled"
    page.evaluate("() => app.refreshNames()")
    assert page.evaluate("() => app.state.link") == "revoked"


# ---- clocks ----


def test_five_wrong_pins_on_a_clock_a_year_ahead_lock_nobody_out_for_a_year(page, server):
    begin(page)
    let_in(page, server, AMA)
    server.answers.clear()
    tries = "until => app.strictly(['tries'], async tx => tx.objectStore('tries').put({wrong: 5, wait_until: Date.now() + until}, 'ama'))"
    page.evaluate(tries, 4 * 60_000)
    assert page.evaluate(UNLOCK, [AMA, "246810"])["why"] == "wait"
    page.evaluate(tries, 365 * DAY_MS)
    assert page.evaluate(UNLOCK, [AMA, "246810"]) == {"ok": True}


def test_a_tablet_three_weeks_fast_lets_in_offline_whoever_was_online_today(page, server):
    begin(page)
    slow_by(page, -21)
    let_in(page, server, AMA)
    page.evaluate(
        """async ms => { const [own] = await app.reading(db => db.getAll('grants'));
             await app.strictly(['grants'], async tx => tx.objectStore('grants').put({...own, staff: 'ben', online_at: Date.now() - ms})); }""",
        22 * DAY_MS,  # the server's yesterday
    )
    assert page.evaluate("async () => [...await app.knownHere()].sort()") == ["ama", "ben"]
    server.answers.clear()
    assert page.evaluate(UNLOCK, [BEN, "246810"]) == {"ok": True}


def test_a_clock_set_back_after_a_save_does_not_keep_the_header_from_turning_amber(page):
    begin(page)
    page.clock.install()
    page.evaluate("draft => { self.became = app.record(draft); }", DRINK)
    page.clock.run_for(1_000)
    page.evaluate("() => self.became.then(() => 0)")
    wait = "ahead => app.oldestWait(Date.now() + ahead)"
    assert page.evaluate(wait, -DAY_MS) < 60_000
    page.clock.run_for(16 * 60_000)
    assert 15 * 60_000 < page.evaluate(wait, -DAY_MS) < 17 * 60_000
    assert page.evaluate(wait, 3_600_000) > 3_600_000


# ---- sending ----


def test_what_the_server_asked_for_in_time_is_kept_after_a_reload_too_and_never_for_longer(page, server, app):
    begin(page)
    page.evaluate("draft => app.record(draft)", DRINK)
    server.says("sync", 503, **{"Retry-After": "600"})
    first = page.evaluate("() => app.exchange(null)")
    assert (first["is"], first["wait_ms"]) == ("busy", 600_000)
    load(page, app)
    server.takes(at(page))
    again = page.evaluate("() => app.exchange(null)")
    assert again["is"] == "busy" and 0 < again["wait_ms"] <= 600_000
    assert server.batches == [1]
    # The clock is set back by a day: what was asked for is ten minutes all the same.
    page.evaluate("() => { const now = Date.now.bind(Date); Date.now = () => now() - 86400000; }")
    assert page.evaluate("async () => (await app.exchange(null)).is") == "done"


@pytest.mark.parametrize(
    ("body", "hours"), [({"code": "hourly_limit"}, 3), ("<h1>Too many</h1>", 1 / 6)], ids=["the server itself", "a gateway between"]
)
def test_the_servers_word_keeps_a_tablet_away_for_hours_and_a_gateways_for_minutes(page, server, body, hours):
    begin(page)
    page.evaluate("draft => app.record(draft)", DRINK)
    server.says("sync", 429, body, **{"Retry-After": "10800"})
    assert page.evaluate("async () => (await app.exchange(null)).wait_ms") == hours * 3_600_000


FLUSH = """async () => {
  self.__SHELL__ = self.__LANGUAGES__ = []; self.__VERSION__ = 'x';
  Object.defineProperty(self, 'clients', {value: {matchAll: async () => []}, configurable: true});
}"""
WAKE = """() => { const woken = new Event('sync'); woken.waitUntil = done => { self.done = done.then(() => 'sent', error => error.message); };
  dispatchEvent(woken); return self.done; }"""


def test_the_worker_sends_what_stands_behind_an_entry_that_a_gateway_calls_too_large_or_the_server_cannot_read_yet(page, server, worker):
    begin(page)
    ids = [page.evaluate("async draft => (await app.record(draft)).id", DRINK) for _ in range(4)]
    page.evaluate(FLUSH)
    page.evaluate(f"(() => {{ {worker} }})()")
    server.takes(at(page), refuse=lambda batch: (413, "<h1>413</h1>") if ids[0] in [one["id"] for one in batch] else None)
    assert page.evaluate(WAKE) == "sent"
    assert [row["id"] for row in page.evaluate(ALL, "queue")] == [ids[0]]
    server.asked.clear()
    server.says("sync", 413)
    assert page.evaluate(WAKE) == "too_large"  # all of it is refused: tried again later, and not for ever now
    assert len(server.batches) < 20


# ---- what memory holds and what is said of it ----


def test_an_entry_that_is_put_into_memory_twice_stands_there_once(page):
    begin(page)
    found = page.evaluate("async draft => { const entry = await app.record(draft); app.putEntry(entry); return app.state.overlay.get(entry.record).length; }", DRINK)
    assert found == 1


def test_nothing_left_is_not_said_while_the_newest_entries_are_gone_from_the_tablet_unsent(page, server):
    begin(page)
    server.takes(at(page))
    nothing_left = """async () => { await app.exchange(null); await app.load(); return app.nothingLeft(); }"""
    assert page.evaluate(nothing_left)
    page.evaluate("draft => app.record(draft)", DRINK)
    assert page.evaluate(nothing_left)
    newest = page.evaluate("async draft => (await app.record(draft)).number", DRINK)
    page.evaluate("number => app.strictly(['queue'], async tx => tx.objectStore('queue').delete(number))", newest)
    assert not page.evaluate(nothing_left)
    page.evaluate("draft => app.record(draft)", DRINK)
    page.evaluate(nothing_left)  # one that is sent after it: now the server itself asks for the one between


# ---- a browser without locks ----

NO_LOCKS = "() => Object.defineProperty(navigator, 'locks', {value: undefined})"


def test_without_web_locks_saves_take_turns_and_one_whose_turn_cannot_be_given_back_is_saved_all_the_same(page):
    page.evaluate(NO_LOCKS)
    begin(page)
    numbers = page.evaluate("draft => Promise.all([1, 2, 3].map(() => app.record(draft).then(entry => entry.number)))", DRINK)
    assert sorted(numbers) == [1, 2, 3]
    assert page.evaluate("() => app.alone('x', 0, async () => app.alone('x', 0, async () => 1))") is None  # another is at it
    page.evaluate(
        """() => { const remove = IDBObjectStore.prototype.delete;
             IDBObjectStore.prototype.delete = function (key) {
               if (String(key).startsWith('lease')) throw new DOMException('full', 'QuotaExceededError');
               return remove.call(this, key); }; }"""
    )
    assert page.evaluate("async draft => (await app.record(draft)).number", DRINK) == 4
    assert len(page.evaluate(ALL, "queue")) == 4
