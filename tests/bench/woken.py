"""Three in the morning: a phone whose browser is not running, a slow line, and an alert that it has never heard of. How long from
the tap on the notification until the alert can be taken on."""

from __future__ import annotations

from tests.bench.report import Row
from tests.bench.tap import SLOWED, STARTED, a_home
from tests.harness import by_tidemark
from tests.harness.browser import PHONE
from tests.harness.hands import Hands
from tests.harness.processes import Installation

RUNS = 5
GOAL_MS = 2_000
# Chromium's own "slow 4G": 1.6 Mbit/s down, 0.75 up, 150 ms there and back.
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}


def woken(hands: Hands, tidemark: Installation) -> tuple[float, float]:
    """(ms until the names, ms from the last digit of the PIN until *I have this*). What the person takes in between is their own."""
    hands.tablet.close()
    alert = by_tidemark.climbed_alert(tidemark, hands.home)
    hands.tablet.reopen()
    hands.tablet.throttle(SLOWED)
    session = hands.tablet.session()
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_4G)
    hands.page.goto(f"{hands.base}/app/#alert={alert}", wait_until="commit")
    names_ms = hands.page.evaluate(STARTED, ["staff-tile", None])
    hands.choose("Priya Shah")
    *first, last = hands.home["staff"]["Priya Shah"]["pin"]
    hands.pin("".join(first))
    return names_ms, hands.page.evaluate(STARTED, ["ack-button", f"pin-key-{last}"])


def run() -> list[Row]:
    with a_home() as (tidemark, home, browsers):
        phone = Hands(browsers.open(size=PHONE), tidemark.url, home)
        phone.enrol(home["codes"].pop(0))
        phone.sign_in("Priya Shah")
        phone.residents()
        runs = [woken(phone, tidemark) for _ in range(RUNS)]
    names_ms, alert_ms = min(runs, key=sum)
    total_ms = names_ms + alert_ms
    return [
        Row(f"notification tapped → the alert can be taken on, browser not running, alert not on the phone yet, slow 4G, CPU slowed {SLOWED} times, best of {RUNS}",
            f"{total_ms:.0f} ms ({names_ms:.0f} to the names, {alert_ms:.0f} from the PIN)", "no floor: two waits of a person", f"≤ {GOAL_MS:,} ms", total_ms <= GOAL_MS),
    ]  # fmt: skip
