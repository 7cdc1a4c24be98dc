"""What can go wrong while somebody records drinks: each fault is told as what happens before, during and after the taps.

A fault gets the storm and the people to give drinks to; it makes the taps, and leaves a network and a server that work.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.harness import proxy as network
from tests.harness.proxy import Answer, Fault
from tests.harness.scripted import gateway, problem

if TYPE_CHECKING:
    from tests.chaos.storm import Storm

Residents = list[str]
Happening = Callable[["Storm", Residents], None]

#: Every offer to the server meets one of these until the run is over.
ANSWERS: dict[str, Fault] = {
    "request lost": network.lose_request,
    "reply lost": network.lose_reply,
    "status 500": network.server_error,
    "status 502 after acting": network.error_after_acting,
    "captive portal": network.captive_portal,
    "cut short": network.cut_short,
    "slow": network.slow(0.4),
    "401 of a stranger": gateway(401),
    "401 revoked": problem(401, "revoked"),
    "403": problem(403, "forbidden"),
    "429 with Retry-After": problem(429, "hourly_limit", retry_after=1),
    "503 with Retry-After": gateway(503, retry_after=1),
    "507 of a stranger": gateway(507),
}
#: The steps of the queue at which the tab is killed, in the order in which an entry passes them (witness.js).
STEPS = (
    "before the write", "written, not committed", "saved, and nobody told", "before the request", "answered, nothing applied",
    "answered, before it leaves the queue", "leaving the queue, not committed", "out of the queue, and nobody told",
)  # fmt: skip


def answered_with(fault: Fault) -> Happening:
    def happens(storm: Storm, residents: Residents) -> None:
        storm.proxy.always(fault)
        storm.tap(residents)
        storm.offered()

    return happens


def too_large(fault: Fault) -> Happening:
    """No two entries pass together: batches halve until each goes by itself."""

    def happens(storm: Storm, residents: Residents) -> None:
        storm.proxy.always(network.lose_request)
        storm.tap(residents)
        storm.proxy.clean()
        storm.proxy.always(storm.proxy.refusing(lambda batch: len(batch) > 1, fault))
        storm.told_online()
        storm.drained()

    return happens


def killed_at(step: str) -> Happening:
    def happens(storm: Storm, residents: Residents) -> None:
        # An answer waits until the second drink is saved, so that a kill on its way back finds both.
        times = storm.draw.randint(1, min(3, len(residents))) if step in STEPS[:3] else 1
        storm.page.evaluate("([step, times]) => storm.stopAt(step, times)", [step, times])
        done = storm.tap(residents, until_stuck=True)
        storm.tablet.kill_tab()
        storm.come_back()
        storm.tap(residents[done:])

    return happens


def reload(storm: Storm, residents: Residents) -> None:
    half = len(residents) // 2
    storm.proxy.always(storm.draw.choice([None, network.lose_reply, network.lose_request]))
    storm.tap(residents[:half])
    storm.page.reload()
    storm.sign_in()
    storm.tap(residents[half:])


def browser_killed(storm: Storm, residents: Residents) -> None:
    """The battery is pulled while somebody taps."""
    storm.proxy.always(storm.draw.choice([network.slow(0.2), network.lose_request, network.lose_reply]))
    done = storm.tap(residents, until_saved=storm.draw.randrange(len(residents)))
    storm.tablet.kill9()
    storm.tablet.reopen()
    storm.come_back()
    storm.tap(residents[done:])


def offline(storm: Storm, residents: Residents) -> None:
    storm.tablet.context.set_offline(True)
    storm.tap(residents)
    storm.tablet.context.set_offline(False)


def server_killed(storm: Storm, residents: Residents) -> None:
    at = storm.draw.randrange(len(residents))
    storm.tap(residents[:at])
    storm.tidemark.kill9()
    storm.tap(residents[at:])
    storm.tidemark.start("web")


def server_killed_after_it_acted(storm: Storm, residents: Residents) -> None:
    killed = threading.Event()

    def acts_and_dies(forward: Callable[[], Answer]) -> Answer:
        if not killed.is_set():
            forward()
            killed.set()
        return Answer(reset=True)

    storm.proxy.always(acts_and_dies)
    storm.tap(residents[:1])
    storm.witness.wait(killed.is_set, within_s=20, what="the server to have acted")
    storm.tidemark.kill9()
    storm.tap(residents[1:])
    storm.tidemark.start("web")


def somebody_else(storm: Storm, residents: Residents) -> None:
    """One person's entries wait while another takes the tablet."""
    half = len(residents) // 2
    storm.proxy.always(storm.draw.choice([network.lose_request, network.lose_reply, network.slow(0.2)]))
    storm.tap(residents[:half])
    storm.sign_in(storm.another())
    storm.tap(residents[half:])


def locked(storm: Storm, residents: Residents) -> None:
    """It locks with entries waiting, and sends them without anybody."""
    storm.proxy.always(network.lose_request)
    storm.tap(residents)
    storm.page.evaluate("() => storm.lock()")
    storm.calm()
    storm.sign_in()


def grant_expired(storm: Storm, residents: Residents) -> None:
    """The server still takes entries, and gives nothing to read until a PIN is entered again."""

    def closed(answer: dict, _offer: dict) -> None:
        answer.update(locked=True, changes=[], removed=[], more=False)

    storm.proxy.always(storm.proxy.altered(closed))
    storm.tap(residents)
    storm.offered()
    storm.sign_in()


def disk_full(storm: Storm, residents: Residents) -> None:
    """Nothing more can be written: the screen says so, and whoever taps again when there is room is not told twice."""
    storm.proxy.always(network.slow(0.1))
    storm.tap(residents[:1])
    storm.page.evaluate("() => storm.full(true)")
    assert storm.tap(residents[1:3], may_fail=True) == 0, "a full disk took an entry"
    storm.page.evaluate("() => storm.full(false)")
    storm.tap(residents[3:])


def clock_jump(storm: Storm, residents: Residents) -> None:
    """The tablet's clock is set while entries wait; never so far back that the plan would be younger than the last drink."""
    half = len(residents) // 2
    storm.proxy.always(storm.draw.choice([None, network.lose_reply, network.lose_request]))
    storm.tap(residents[:half])
    minutes = storm.draw.choice([-20, -3, 2, 4, 7, 45, 200])
    storm.page.evaluate("ms => storm.shift(ms)", minutes * 60_000)
    storm.tap(residents[half:])
    storm.proxy.always(None)
    storm.calm()
    storm.page.evaluate("() => storm.shift(0)")


def clock_set_right_while_told_to_wait(storm: Storm, residents: Residents) -> None:
    """The clock was hours ahead when the server asked for a second's patience: a second it is."""
    half = len(residents) // 2
    storm.page.evaluate("ms => storm.shift(ms)", 200 * 60_000)
    storm.proxy.always(gateway(503, retry_after=1))
    storm.tap(residents[:half])
    storm.offered()
    storm.page.evaluate("() => storm.shift(0)")
    storm.tap(residents[half:])


FINDS_A_VERSION = """() => navigator.serviceWorker.getRegistration()
  .then((one) => one.update().then(() => (one.installing ?? one.waiting) !== null))"""


WHAT_HOLDS_IT = """() => navigator.serviceWorker.getRegistration().then((one) => JSON.stringify({
  installing: one.installing?.state, waiting: one.waiting?.state, active: one.active?.state, marked: window.before === true,
  page: document.readyState, hidden: document.hidden, open: [...document.querySelectorAll('dialog[open], form, input:focus, h1')].map((found) => found.outerHTML.slice(0, 120)),
}))"""


def app_update(storm: Storm, residents: Residents) -> None:
    """A new version comes while entries are made; it takes over when nobody is at the screen."""
    storm.proxy.new_version()
    storm.proxy.always(network.lose_request)
    # A look that was under way already is joined by this one, and may have read the old version.
    storm.witness.wait(lambda: storm.page.evaluate(FINDS_A_VERSION), within_s=30, what="the browser to find the new version")
    storm.tap(residents)
    storm.page.evaluate("() => { window.before = true; storm.lock(); }")
    try:
        storm.witness.wait(storm.is_fresh, within_s=60, what="the new version to have taken over")
    except AssertionError as error:
        raise AssertionError(f"{error}; {storm.page.evaluate(WHAT_HOLDS_IT)}") from error
    storm.sign_in()


FAULTS: dict[str, Happening] = {
    **{name: answered_with(fault) for name, fault in ANSWERS.items()},
    "413": too_large(problem(413, "too_large")),
    "413 of a gateway": too_large(gateway(413)),
    **{f"tab killed: {step}": killed_at(step) for step in STEPS},
    "reload": reload,
    "browser killed": browser_killed,
    "offline": offline,
    "server killed": server_killed,
    "server killed after it acted": server_killed_after_it_acted,
    "another person": somebody_else,
    "locked": locked,
    "grant expired": grant_expired,
    "disk full": disk_full,
    "clock jump": clock_jump,
    "clock set right while told to wait": clock_set_right_while_told_to_wait,
    "app update": app_update,
}
