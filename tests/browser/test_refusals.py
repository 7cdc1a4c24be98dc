"""Whatever answers instead of a yes, nothing that was recorded is lost, doubled, or called Sent too early."""

from __future__ import annotations

import copy
import re
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.harness import small_home
from tests.harness.browser import Browsers
from tests.harness.by_tidemark import end_access
from tests.harness.floor import FloorTablet
from tests.harness.hands import LOOK, SAVED, SENT, WORDS, Hands
from tests.harness.processes import Installation, until
from tests.harness.proxy import captive_portal, lose_request, slow
from tests.harness.scripted import ScriptedProxy, foreign, gateway, problem
from tests.harness.small_home import RESIDENTS
from tests.harness.spoil import write

SENTENCES = WORDS["link"]
# The disk fails when an entry that was looked at would be put away, and then works again.
FAILS_ONCE = """() => {
  const remove = IDBObjectStore.prototype.delete;
  IDBObjectStore.prototype.delete = function (...given) {
    if (this.name !== 'looks') return remove.apply(this, given);
    IDBObjectStore.prototype.delete = remove;
    throw new DOMException('full', 'QuotaExceededError');
  };
}"""
ACCESS_ENDED = "This person's access had ended before this was recorded."
# Give a waiting row another key's name, between two round trips as above; says the name that it had.
RENAME_KEY = """([number, kid]) => navigator.locks.request('tidemark-sync', () => new Promise((done, fail) => {
  const opening = indexedDB.open('tidemark');
  opening.onsuccess = () => {
    const tx = opening.result.transaction('queue', 'readwrite');
    const asked = tx.objectStore('queue').get(number);
    let before;
    asked.onsuccess = () => { before = asked.result.kid; tx.objectStore('queue').put({ ...asked.result, kid }); };
    tx.oncomplete = () => { opening.result.close(); done(before); };
    tx.onerror = tx.onabort = () => fail(tx.error);
  };
}))"""
# The page stops for ever at the moment at which an answered entry would leave the queue: the tab is then killed there.
STOP_AT_DELETE = """() => {
  const remove = IDBObjectStore.prototype.delete;
  IDBObjectStore.prototype.delete = function (...given) {
    if (this.name === 'queue') for (;;);
    return remove.apply(this, given);
  };
}"""

HANG_WITH_BOTH_LOCKS = """() => void navigator.locks.request('tidemark-queue', () =>
  navigator.locks.request('tidemark-sync', () => { for (;;); }))"""


# One server, one home and one tablet for the whole file: each test leaves them with an empty queue and a clean network.


@pytest.fixture(scope="module")
def home(_installation: Installation) -> dict[str, Any]:
    _installation.start()
    return small_home.make(_installation)


@pytest.fixture(scope="module")
def proxy(_installation, home) -> Iterator[ScriptedProxy]:
    started = ScriptedProxy(_installation.url).start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def elsewhere(_installation, home) -> FloorTablet:
    """Another tablet, which sees what the server has."""
    tablet = FloorTablet(_installation, home["id"], "Another tablet")
    tablet.unlock(home["staff"]["Priya Shah"])
    return tablet


@pytest.fixture(scope="module")
def tablets(playwright, tmp_path_factory) -> Iterator[Browsers]:
    opened = Browsers(playwright, tmp_path_factory.mktemp("tablets"))
    yield opened
    opened.close()


def sit_down(tablets: Browsers, proxy: ScriptedProxy, home) -> Hands:
    hands = Hands(tablets.open(), proxy.url, home)
    hands.enrol(home["codes"].pop(0))
    hands.sign_in("Ama Mensah")
    return hands


@pytest.fixture(scope="module")
def the_tablet(tablets, proxy, home) -> Hands:
    return sit_down(tablets, proxy, home)


@pytest.fixture
def ama(the_tablet: Hands, proxy: ScriptedProxy) -> Iterator[Hands]:
    """Ama at the residents' list, everything sent."""
    proxy.clean()
    come_back(the_tablet)
    the_tablet.tablet.wait(lambda: the_tablet.queued() == [], what="an empty queue")
    proxy.clean()
    yield the_tablet
    proxy.clean()
    assert the_tablet.tablet.errors == []


def come_back(hands: Hands, person: str = "Ama Mensah") -> None:
    """The app opened anew, and signed in to."""
    hands.open("#residents")
    hands.page.reload()
    hands.sign_in(person)
    hands.residents()


def network_is_back(hands: Hands) -> None:
    """The tablet notices a network, so it tries now; the tests need not wait for its own next try."""
    hands.page.evaluate("() => dispatchEvent(new Event('online'))")


def held_locks(hands: Hands) -> list[str]:
    return hands.page.evaluate("() => navigator.locks.query().then((all) => all.held.map((lock) => lock.name))")


def drinks(elsewhere: FloorTablet, home, resident: str) -> list[dict]:
    changes = elsewhere.changes("hydration_check")
    return [change for change in changes if change["fields"].get("resident") == home["residents"][resident]]


def expect_sentence(hands: Hands, sentence: str) -> None:
    expect(hands.by("link-line")).to_have_text(sentence)


def test_a_wifi_log_in_page_or_a_strangers_answer_never_turns_a_drink_sent(ama, proxy, home, elsewhere):
    before = len(drinks(elsewhere, home, "Joan"))
    proxy.always(lose_request)
    ama.drink("Joan")
    (entry,) = ama.queued()
    result = {"id": entry["id"], "status": "accepted", "digest": "0" * 64, "seq": 1}
    whole = {
        "protocol": 1, "server_time": "2026-11-24T04:00:00+00:00", "head": {"ledger": "x", "seq": 1, "hash": "x"}, "safe": None,
        "results": [result], "changes": [], "removed": [], "resend": [], "cursor": "x", "more": False, "locked": True,
    }  # fmt: skip
    strangers = [
        captive_portal, foreign({}), foreign({"ok": True}), foreign({"protocol": 1, "results": [result]}),
        foreign(whole | {"protocol": 2}), foreign(whole | {"results": []}), foreign(whole | {"results": [None]}),
        foreign(whole | {"results": [result | {"id": home["id"]}]}), foreign(whole | {"head": None}),
        foreign(whole | {"server_time": "soon"}), foreign(whole | {"changes": [None]}), foreign(whole | {"cursor": 7}),
        gateway(401), problem(403, "forbidden"),
    ]  # fmt: skip
    for stranger in strangers:
        met = len(proxy.offered)
        proxy.always(stranger)
        network_is_back(ama)
        ama.tablet.wait(lambda met=met: len(proxy.offered) > met + 1 or (len(proxy.offered) > met and not sending(ama)), what="it to have tried")
        assert ama.queued() == [entry]
        assert SENT not in ama.row("Joan").inner_text()
    ama.expect_state("Joan", SAVED)
    ama.expect_header("1 not sent")
    proxy.always(captive_portal)
    network_is_back(ama)
    expect_sentence(ama, SENTENCES["unreachable"])

    proxy.always(None)
    network_is_back(ama)
    ama.expect_state("Joan", SENT)
    assert len(drinks(elsewhere, home, "Joan")) == before + 1


def sending(hands: Hands) -> bool:
    """Whether a request of this tablet is under way: the lock that its tabs share is held."""
    return hands.page.evaluate("async () => (await navigator.locks.query()).held.length > 0")


def test_an_app_that_is_too_old_says_so_and_goes_on_recording(ama, proxy):
    proxy.always(problem(409, "too_old", update_required=True))
    ama.drink("Harold")
    expect_sentence(ama, SENTENCES["update"])
    ama.drink("Mabel")
    ama.expect_state("Harold", SAVED)
    ama.expect_state("Mabel", SAVED)
    ama.expect_header("2 not sent")

    proxy.always(problem(409, "too_new", update_required=False))
    network_is_back(ama)
    expect_sentence(ama, SENTENCES["server_old"])
    assert len(ama.queued()) == 2

    proxy.always(None)
    network_is_back(ama)
    ama.expect_state("Harold", SENT)
    ama.expect_state("Mabel", SENT)
    expect(ama.by("link-line")).to_have_count(0)


@pytest.mark.parametrize(
    "too_large",
    [problem(413, "too_large"), gateway(413), problem(429, "quarantine_limit", retry_after=80_000)],
    ids=["our server", "a gateway", "nothing more is set aside today"],
)
def test_a_batch_that_is_too_large_is_halved_until_all_is_sent(ama, proxy, too_large):
    proxy.always(lose_request)
    for name in ("Joan", "Harold", "Mabel", "Stanley"):
        ama.drink(name)
    first, *others = [entry["number"] for entry in ama.queued()]
    ama.tablet.wait(lambda: not sending(ama), what="a quiet moment")
    proxy.clean()
    # Something on the way takes two at most, and Joan's not even alone.
    proxy.always(proxy.refusing(lambda batch: len(batch) > 2 or first in [one["number"] for one in batch], too_large))
    network_is_back(ama)
    for name in ("Harold", "Mabel", "Stanley"):
        ama.expect_state(name, SENT)
    ama.expect_state("Joan", SAVED)
    ama.expect_header("1 not sent")
    assert [len(batch) for batch in proxy.numbers()][:3] == [4, 2, 1]
    taken = [number for batch in proxy.numbers() for number in batch if len(batch) <= 2 and first not in batch]
    assert taken == others, "not each once, oldest first"

    proxy.always(None)
    come_back(ama)
    ama.expect_state("Joan", SENT)


def test_a_server_that_asks_for_time_gets_it_and_then_everything(ama, proxy):
    for refusal in (problem(429, "hourly_limit", retry_after=2), problem(503, "disk_full", retry_after=2), gateway(503, retry_after=2)):
        ama.tablet.wait(lambda: not sending(ama), what="a quiet moment")
        proxy.clean()
        proxy.next(refusal)
        ama.drink("Joan")
        expect_sentence(ama, SENTENCES["busy"])
        # Neither another drink nor a network that comes back makes it come earlier.
        ama.drink("Harold")
        network_is_back(ama)
        ama.expect_state("Harold", SENT)
        ama.expect_state("Joan", SENT)
        first, second, *_ = proxy.times()
        assert second - first >= 2.0
        assert second - first < 4.5
        assert ama.queued() == []


def test_an_entry_that_the_server_cannot_read_yet_waits_alone(ama, proxy, home, elsewhere):
    before = len(drinks(elsewhere, home, "Stanley"))
    proxy.always(lose_request)
    ama.drink("Stanley")
    ama.drink("Harold")
    stanley, _harold = ama.queued()
    # The key that it was sealed with is not there yet: the server asks for it again, and keeps nothing.
    kid = ama.page.evaluate(RENAME_KEY, [stanley["number"], str(uuid.uuid4())])
    proxy.always(None)
    network_is_back(ama)
    ama.expect_state("Harold", SENT)
    ama.expect_state("Stanley", SAVED)
    ama.drink("Mabel")
    ama.expect_state("Mabel", SENT)
    ama.expect_header("1 not sent")
    assert [entry["id"] for entry in ama.queued()] == [stanley["id"]]
    assert len([batch for batch in proxy.numbers() if stanley["number"] in batch]) <= 3, "asked again and again"

    ama.page.evaluate(RENAME_KEY, [stanley["number"], kid])
    come_back(ama)  # now it is there
    ama.expect_state("Stanley", SENT)
    assert len(drinks(elsewhere, home, "Stanley")) == before + 1


def test_what_somebody_recorded_after_their_access_ended_needs_a_look_with_the_reason_in_words(ama, proxy, home, elsewhere, tidemark):
    before = len(drinks(elsewhere, home, "Edith"))
    come_back(ama, "Ben Okoro")
    proxy.always(lose_request)
    end_access(tidemark, home, "Ben Okoro")
    ama.drink("Edith")
    (entry,) = ama.queued()
    proxy.always(None)
    network_is_back(ama)
    ama.tablet.wait(lambda: ama.queued() == [], what="it to leave the queue")
    expect(ama.row("Edith")).to_contain_text(LOOK)
    ama.go("not-sent")
    look = ama.by("look-entry")
    expect(look).to_contain_text(ACCESS_ENDED)
    expect(look).to_contain_text("Edith")
    assert look.get_by_test_id("row-state").inner_text().strip() == LOOK
    assert [one["id"] for one in ama.stored("looks")] == [entry["id"]]
    assert len(drinks(elsewhere, home, "Edith")) == before
    come_back(ama)
    expect(ama.row("Edith")).to_contain_text(LOOK)  # also after the app was opened anew
    ama.go("not-sent")
    ama.page.evaluate(FAILS_ONCE)
    ama.tap(ama.by("look-seen"))
    expect(ama.by("look-entry").get_by_test_id("problem")).to_contain_text(WORDS["default"]["not_saved"])
    ama.tap(ama.by("look-seen"))
    expect(ama.by("look-entry")).to_have_count(0)


def test_an_answer_about_other_words_than_ours_needs_a_look_and_is_not_sent(ama, proxy):
    proxy.always(lose_request)
    ama.drink("Vera")
    ama.drink("Harold")
    vera, _harold = ama.queued()
    ama.tablet.wait(lambda: not sending(ama), what="a quiet moment")

    def another_digest(answer, _offer):
        for result in answer["results"]:
            if result["id"] == vera["id"]:
                result["digest"] = "0" * 64

    proxy.always(proxy.altered(another_digest))
    network_is_back(ama)
    ama.expect_state("Harold", SENT)
    ama.expect_state("Vera", LOOK)
    assert SENT not in ama.row("Vera").inner_text()
    assert [one["id"] for one in ama.stored("looks")] == [vera["id"]]
    ama.go("not-sent")
    expect(ama.by("look-entry")).to_contain_text(WORDS["queue"]["no_reason"])

    # A server that asks for numbers again gets what the tablet still holds of them: what was sent, and what was set aside.
    held = {one["number"] for one in [*ama.stored("sent"), *ama.stored("looks")]}
    asked = sorted(held)[-4:]
    assert vera["number"] in asked
    ama.tablet.wait(lambda: not sending(ama), what="a quiet moment")
    proxy.clean()
    proxy.next(proxy.altered(lambda answer, _offer: answer.update(resend=[[asked[0], asked[-1] + 500]])))
    network_is_back(ama)
    ama.tablet.wait(lambda: proxy.numbers(), what="it to offer them again")
    ama.tablet.wait(lambda: ama.queued() == [], what="an empty queue")
    assert proxy.numbers() == [asked]
    expect(ama.by("look-entry")).to_have_count(0)
    ama.residents()
    ama.expect_state("Vera", SENT)


def test_a_server_put_back_from_a_backup_takes_nothing_from_the_tablet(ama, proxy, home, elsewhere):
    before = len(drinks(elsewhere, home, "Joan"))
    ama.drink("Harold")
    ama.expect_state("Harold", SENT)
    lost = max(ama.stored("sent"), key=lambda one: one["seq"])
    kept = {one["number"] for one in ama.stored("sent")} - {lost["number"]}
    came_after = home["id"]  # any id that the server has no record of
    write(ama, "records", {
        "record": came_after, "kind": "resident", "seq": lost["seq"], "author": None, "device": None, "heads": [], "conflicts": {},
        "occurred_at": "2026-11-24T04:00:00+00:00", "recorded_at": "2026-11-24T04:00:00+00:00", "received_at": "2026-11-24T04:00:00+00:00",
        "struck_out": False, "flags": [], "fields": {"preferred_name": "Zelda"},
    })
    proxy.always(lose_request)
    ama.drink("Joan")
    (joan,) = ama.queued()
    ama.tablet.wait(lambda: not sending(ama), what="a quiet moment")
    proxy.clean()

    def rewound(answer, offer):
        answer["results"] = [{"id": one["id"], "status": "retry", "digest": None} for one in offer["submissions"]]
        answer.update(rewound={"seq": lost["seq"] - 1}, changes=[], more=True)

    proxy.next(proxy.altered(rewound))
    network_is_back(ama)
    ama.tablet.wait(lambda: [lost["number"]] in proxy.numbers(), what="what was lost to be offered again")
    ama.expect_state("Harold", SENT)
    (_at, first), (_then, second), *_ = proxy.offered
    assert first["cursor"] and first["head"]
    assert second["cursor"] is None and second["head"], "all is asked for anew, and a second restore would be noticed by the head"
    offered = {number for batch in proxy.numbers() for number in batch}
    assert offered == {joan["number"], lost["number"]} and not offered & kept
    assert [entry["id"] for entry in ama.queued()] == [joan["id"]], "the queue is never dropped"
    held = {one["record"] for one in ama.stored("records")}
    assert came_after not in held and set(home["residents"].values()) <= held
    come_back(ama)
    ama.expect_state("Joan", SENT)
    assert ama.by("resident-row").count() == len(RESIDENTS)
    assert len(drinks(elsewhere, home, "Joan")) == before + 1


def test_two_tabs_show_the_same_count_and_send_each_drink_once(ama, proxy):
    tab = copy.copy(ama.tablet)
    tab.page = ama.tablet.context.new_page()
    second = Hands(tab, ama.base, ama.home)
    second.open("#residents")
    second.sign_in("Ama Mensah")
    second.residents()

    proxy.always(lose_request)
    ama.drink("Joan")
    second.drink("Harold")
    ama.drink("Mabel")
    for hands in (ama, second):
        hands.expect_header("3 not sent", within_s=3)
        for name in ("Joan", "Harold", "Mabel"):
            hands.expect_state(name, SAVED)
    entries = ama.queued()
    assert len({entry["number"] for entry in entries}) == 3
    ama.tablet.wait(lambda: not sending(ama), what="a quiet moment")

    proxy.clean()
    proxy.always(slow(0.5))
    for hands in (ama, second, ama, second):
        network_is_back(hands)
    for hands in (ama, second):
        hands.expect_header(re.compile(WORDS["header"]["all_sent"]))
        for name in ("Joan", "Harold", "Mabel"):
            hands.expect_state(name, SENT)
    assert proxy.most_at_once == 1
    assert sorted(number for batch in proxy.numbers() for number in batch) == [entry["number"] for entry in entries]
    tab.page.close()


def test_a_tab_that_hangs_in_the_middle_of_a_save_and_a_send_keeps_no_other_from_either(ama, proxy):
    """It holds both locks, and gives neither back. The other tab's waits are shortened: it gives a sender long."""
    tab = copy.copy(ama.tablet)
    tab.page = ama.tablet.context.new_page()
    second = Hands(tab, ama.base, ama.home)
    second.open("#residents")
    second.sign_in("Ama Mensah")
    second.residents()
    ama.page.evaluate(HANG_WITH_BOTH_LOCKS)
    until(lambda: "tidemark-sync" in held_locks(second), what="the locks to be taken")
    second.tap(second.row("Mabel").get_by_test_id("drink-button"))
    second.tap(second.by("drink-tile").filter(has_text="Teacup"))
    expect(second.by("drink-sheet")).to_have_count(0, timeout=20_000)
    second.expect_state("Mabel", SAVED)
    tab.page.evaluate("() => { const real = setTimeout; window.setTimeout = (work, ms) => real(work, ms / 50); }")
    assert "tidemark-sync" in held_locks(second), "nobody was there to be passed over"
    second.expect_state("Mabel", SENT, within_s=30)
    assert len(proxy.numbers()) == 1
    ama.tablet.kill_tab()


def test_a_tab_killed_before_the_send_or_before_it_noted_the_answer_loses_and_doubles_nothing(ama, proxy, home, elsewhere):
    before = len(drinks(elsewhere, home, "Mabel"))
    proxy.always(lose_request)
    ama.drink("Mabel")
    ama.expect_state("Mabel", SAVED)
    ama.tablet.kill9()
    proxy.always(None)
    ama.tablet.reopen()
    ama.open()  # nobody signs in: the tablet sends all the same
    until(lambda: len(drinks(elsewhere, home, "Mabel")) == before + 1, what="the drink to arrive")

    come_back(ama)
    ama.expect_state("Mabel", SENT)
    ama.tablet.wait(lambda: not sending(ama), what="a quiet moment")
    proxy.clean()
    ama.page.evaluate(STOP_AT_DELETE)
    ama.drink("Mabel", "Mug")
    until(lambda: len(drinks(elsewhere, home, "Mabel")) == before + 2, what="the drink to arrive")
    time.sleep(0.5)  # the answer is in the page, which now stands where it would take the entry out
    ama.tablet.kill9()
    ama.tablet.reopen()
    ama.open("#residents")  # once: a reload in the middle of a send would be an offer more
    ama.sign_in("Ama Mensah")
    ama.residents()
    ama.expect_state("Mabel", SENT)
    ama.tablet.wait(lambda: ama.queued() == [], what="an empty queue")
    offers = proxy.numbers()
    assert len(offers) == 2 and offers[0] == offers[1], "the same entry, offered again"
    assert len(drinks(elsewhere, home, "Mabel")) == before + 2


def test_a_tablet_whose_enrolment_ended_keeps_everything_says_so_and_goes_on_recording(tablets, proxy, home, tidemark, elsewhere):
    proxy.clean()
    ama = sit_down(tablets, proxy, home)
    ama.residents()
    (enrolment,) = [one for one in ama.stored("meta") if isinstance(one, dict) and "token" in one]
    tidemark.tidemark("device", "revoke", enrolment["device"])
    before = {name: len(drinks(elsewhere, home, name)) for name in ("Joan", "Harold")}
    ama.drink("Joan")
    expect_sentence(ama, "Tablet no longer enrolled: ask a manager. Nothing is lost")
    ama.drink("Harold")
    come_back(ama)  # the PIN still opens it
    for name in ("Joan", "Harold"):
        ama.expect_state(name, SAVED)
    ama.drink("Mabel")
    ama.expect_state("Mabel", SAVED)
    ama.expect_header("3 not sent")
    expect_sentence(ama, "Tablet no longer enrolled: ask a manager. Nothing is lost")
    assert len(ama.queued()) == 3
    assert {name: len(drinks(elsewhere, home, name)) for name in ("Joan", "Harold")} == before
