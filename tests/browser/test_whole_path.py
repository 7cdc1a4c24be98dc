"""The whole way once, in a real browser: a drink tapped offline becomes a pushed alert, which a person answers, or which climbs.

Pushes are encrypted by the server as for any phone, received and decrypted by a strict push service on loopback, and handed to the
service worker as Chromium hands them. What is stubbed is named in tests/harness/browser.py: Chromium's own `subscribe()`, no more.
`serve` is started once, as a person would; what it starts again and again is started here without it (tests/processes has `serve`).
"""

from __future__ import annotations

import json
import re
import time

from playwright.sync_api import expect

from sync.thresholds import THRESHOLDS
from tests.browser.test_alert_life import NEEDED
from tests.harness import small_home
from tests.harness.browser import DESKTOP
from tests.harness.floor import FloorTablet
from tests.harness.hands import SAVED, SENT, WORDS, Hands
from tests.harness.processes import until

SEND_WITHIN_S = 5.0
RED_FLAG = "hydration.red_flag"
# Nobody and nothing of Larkfield may be read on a lock screen.
PERSONAL = ("Joan", "Arthur", "Edith", "Harold", "Mabel", "Stanley", "Vera", "Ama", "Priya", "Sue", "Lee", "Larkfield", "Willow", "Rowan", "ml", "chok")


def personal(said: str, topic: str) -> list[str]:
    """What of a person stands in a message or a notification; its topic is a hash, in which chance may spell anything."""
    assert topic in said
    return [word for word in PERSONAL if word in said.replace(topic, "")]


def link_made_by_the_manager(browsers, tidemark, home) -> str:
    """Sue signs in on the page for managers, adds a tablet, and is shown a link and a QR code."""
    sue = browsers.open(size=DESKTOP)
    page = sue.page
    page.goto(f"{tidemark.url}/sign-in")
    page.fill("#email", home["manager"]["email"])
    page.fill("#password", home["manager"]["password"])
    page.get_by_role("button").filter(has_text=re.compile("sign in", re.I)).click()
    page.goto(f"{tidemark.url}/tablets/add")
    page.fill("#name", "Willow tablet")
    page.locator("form[action='/tablets/add'] button").click()
    link = page.get_by_test_id("enrol-link")
    expect(link).to_be_visible()
    expect(page.locator(".tm-qr svg")).to_be_visible()
    href = link.get_attribute("href")
    sue.close()
    return href


def phone(tidemark, home, push_service, who: str, role: str) -> dict:
    """A phone of that person, enrolled by `tidemark device enrol`, on shift and reachable; returns its subscription."""
    made = FloorTablet(tidemark, home["id"], f"{who}'s phone")
    made.unlock(home["staff"][who])
    subscription = push_service.subscribe(made.push_key())
    made.subscribe(subscription)
    made.start_shift(role)
    return subscription


def ben_at_a_tablet(tidemark, home) -> FloorTablet:
    """Ben's tablet. Harold has drunk plenty already, so that a red flag of his breaches one rule and not two."""
    ben = FloorTablet(tidemark, home["id"], "Ben's tablet")
    ben.unlock(home["staff"]["Ben Okoro"])
    ben.sync(ben.drink(home["residents"]["Harold"], 2000))
    return ben


def alert_of(reader: FloorTablet, home, resident: str) -> dict | None:
    """The person's red-flag alert as the server shows it to this tablet: one, never two."""
    about = home["residents"][resident]
    found = [a for a in reader.changes("alert") if a["fields"]["subject"] == about and a["fields"]["rule"] == RED_FLAG]
    assert len(found) <= 1, "two alerts for one person, rule and day"
    return found[0] if found else None


def turn_on_alerts(hands: Hands) -> None:
    """On the screen for notifications: one tap, after its explanation."""
    hands.go("notifications")
    hands.tap(hands.by("push-on"))


def test_a_drink_tapped_offline_becomes_a_pushed_alert_that_a_senior_carer_answers(browsers, own_tidemark, push_service):
    tidemark = own_tidemark
    home = small_home.make(tidemark)
    tidemark.start("serve")
    # 1. A manager enrols a tablet; a senior carer chooses her name, gets her PIN wrong once, then right.
    subscription = push_service.subscribe()
    tablet = browsers.open()
    tablet.subscribe_with(subscription)
    ama = Hands(tablet, tidemark.url, home)
    ama.enrol(link_made_by_the_manager(browsers, tidemark, home).rsplit("=", 1)[1])
    ama.choose("Ama Mensah")
    ama.pin("000000")
    expect(ama.by("problem")).to_contain_text("4 tries left")
    ama.pin(home["staff"]["Ama Mensah"]["pin"])
    expect(ama.by("sync-header")).to_be_visible()
    ama.start_shift()
    turn_on_alerts(ama)
    ben = ben_at_a_tablet(tidemark, home)
    duty_manager = phone(tidemark, home, push_service, "Priya Shah", "duty_manager")

    # 2. Two taps record a drink. With the server dead it is saved all the same, over a reload and a closed browser.
    ama.residents()
    before = ama.taps
    ama.drink("Joan", "Mug")
    assert ama.taps - before == 2
    ama.expect_state("Joan", SENT)
    tidemark.kill9()
    ama.drink("Edith", "Teacup")
    ama.expect_state("Edith", SAVED)
    ama.red_flag("Harold")
    ama.expect_state("Harold", SAVED)
    ama.expect_header(re.compile(r"2 not sent.*last sent"))
    ama.page.reload()
    ama.tablet.close()
    ama.tablet.reopen()
    ama.open()
    ama.sign_in("Ama Mensah")
    ama.expect_header("2 not sent")

    # 3. The server is back: the queue drains by itself, oldest first.
    tidemark.start()
    back = time.monotonic()
    ama.tablet.wait(lambda: ama.queued() == [], within_s=SEND_WITHIN_S, what="the queue to drain")
    assert time.monotonic() - back <= SEND_WITHIN_S
    ama.residents()
    ama.expect_state("Edith", SENT)

    # 5 and 6. The red flag breached a rule: whoever is on shift is told, and nothing personal is said.
    (message,) = push_service.wait_for(subscription, 1)
    push_service.wait_for(duty_manager, 1)
    assert personal(message.text, message.topic) == []
    assert message.urgency == "high" and message.ttl > 0 and message.topic
    assert ama.tablet.notifications() == []
    ama.tablet.deliver_push(f"{tidemark.url}/app/", message.text)
    shown = ama.tablet.wait(ama.tablet.notifications, what="the notification")
    assert len(shown) == 1
    assert personal(json.dumps(shown), message.topic) == []
    ama.go("")
    before = ama.taps
    ama.tablet.tap_notification()
    expect(ama.by("ack-button")).to_be_visible()
    assert "#alert=" in ama.page.url
    assert ama.tablet.out_of_sight(*NEEDED) == [], "without scrolling, on a phone of 360 by 640"

    # From the phone, also after being offline: the climb does not stop before the server has heard of it.
    tidemark.kill9()
    ama.tap(ama.by("ack-button"))
    assert 1 + ama.taps - before == 2, "from the notification to owning it"
    expect(ama.page.get_by_text(WORDS["alert"]["ack_waiting"], exact=False).first).to_be_visible()
    tidemark.start()
    until(lambda: alert_of(ben, home, "Harold")["fields"]["status"] == "acknowledged", within_s=15, what="the acknowledgement")
    expect(ama.page.get_by_text(WORDS["alert"]["ack_waiting"], exact=False)).to_have_count(0)

    # Now nobody else is called while she may own it; whoever had been told learns that a colleague has it.
    time.sleep(1)
    alert = alert_of(ben, home, "Harold")["record"]

    def calls() -> int:
        """Calls about this alert. In these hours tablets fall silent too, and people are told of that."""
        return sum(alert in message.text for message in push_service.messages(duty_manager))

    told, owned = calls(), int(THRESHOLDS["alerts.own_urgent_minutes"].default)
    for _ in range(4):
        tidemark.forward(minutes=(owned - 2) / 4)
        time.sleep(0.8)
    assert calls() == told
    assert alert_of(ben, home, "Harold")["fields"]["status"] == "acknowledged"

    # Owning is a duty of care, and no silence: what she neither closed nor handed over in time goes back to the ladder.
    tidemark.forward(minutes=4)
    until(lambda: calls() == told + 1, within_s=10, what="the call that comes back")
    until(lambda: alert_of(ben, home, "Harold")["fields"]["status"] == "open", within_s=10, what="the alert to be open again")
    assert alert_of(ben, home, "Harold")["fields"].get("owner") is None
    assert ama.tablet.errors == []


def test_if_nobody_answers_it_climbs_at_stored_deadlines_through_kill_9_and_restart(own_tidemark, push_service):
    tidemark = own_tidemark
    home = small_home.make(tidemark)
    tidemark.start()
    people = {
        "senior": phone(tidemark, home, push_service, "Ama Mensah", "senior_carer"),
        "duty": phone(tidemark, home, push_service, "Priya Shah", "duty_manager"),
        "registered": phone(tidemark, home, push_service, "Sue Hart", "registered_manager"),
        "provider": phone(tidemark, home, push_service, "Lee Marsh", "provider_lead"),
    }
    ben = ben_at_a_tablet(tidemark, home)
    ben.sync(ben.red_flag(home["residents"]["Harold"]))

    until(lambda: alert_of(ben, home, "Harold") is not None, within_s=10, what="the alert")
    alert = alert_of(ben, home, "Harold")["record"]

    def counts() -> dict[str, int]:
        """Calls about Harold's red flag. In these hours tablets fall silent too, and people are told of that."""
        return {name: sum(alert in message.text for message in push_service.messages(one)) for name, one in people.items()}

    until(lambda: counts() == {"senior": 1, "duty": 1, "registered": 0, "provider": 0}, within_s=10, what="the first rung")

    # Killed before the second rung is due, and started after: the deadline stands in the database.
    tidemark.kill9()
    tidemark.forward(minutes=21)
    tidemark.start()
    until(lambda: counts()["registered"] == 1, within_s=15, what="the second rung")
    assert counts()["provider"] == 0

    # The process that fires is killed at once after the next deadline has passed: it fires once all the same.
    tidemark.forward(minutes=20)
    tidemark.kill9()
    tidemark.start()
    until(lambda: counts()["provider"] == 1, within_s=15, what="the third rung")
    time.sleep(1.5)
    assert counts()["provider"] == 1 and counts()["registered"] == 1

    # Round again, until the ladder ends and it is left open, unhandled, for everyone to see.
    for _ in range(5):
        tidemark.forward(hours=1)
        time.sleep(1.5)
    until(lambda: alert_of(ben, home, "Harold")["fields"]["status"] == "unhandled", within_s=15, what="unhandled")
    sent = counts()
    tidemark.forward(hours=1)
    time.sleep(1.5)
    assert counts() == sent


def test_a_tablet_without_push_receives_the_same_alert_by_sync(person, tidemark, home):
    ama = person("Ama Mensah")
    ben = ben_at_a_tablet(tidemark, home)
    ben.sync(ben.red_flag(home["residents"]["Harold"]))
    ama.go("alerts")
    expect(ama.by("alert-row").first).to_be_visible(timeout=20_000)
    ama.tap(ama.by("alert-row").first)
    expect(ama.by("ack-button")).to_be_visible()
    ama.tap(ama.by("ack-button"))
    until(lambda: alert_of(ben, home, "Harold")["fields"]["status"] == "acknowledged", within_s=10, what="the acknowledgement")
