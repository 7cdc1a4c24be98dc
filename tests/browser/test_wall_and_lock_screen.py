"""A locked tablet on a wall, and a phone's lock screen: what they show of an alert, in which order, and what a tap there does."""

from __future__ import annotations

import json
import re
import uuid

from playwright.sync_api import expect

from tests.harness.floor import FloorTablet
from tests.harness.hands import Hands

# Counts the tones that are played; nothing is heard on this machine.
COUNT_TONES = """self.tones = 0; const make = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () { self.tones++; return make.call(this); };"""


def test_a_locked_tablet_says_in_large_words_and_by_sound_that_nobody_has_taken_an_alert_and_names_nobody(browsers, tidemark, home):
    tablet = browsers.open()
    tablet.add_init_script(COUNT_TONES)
    wall = Hands(tablet, tidemark.url, home)
    wall.enrol(home["codes"].pop(0))
    line = wall.by("alerts-late")
    wall.page.get_by_role("heading").first.click()  # a tap, so that it may sound
    wall.page.wait_for_timeout(500)
    ben = FloorTablet(tidemark, home["id"], "Ben's tablet")
    ben.unlock(home["staff"]["Ben Okoro"])
    ben.sync(ben.red_flag(home["residents"]["Harold"]))
    expect(line).to_have_text(re.compile(r"^\d alerts? that nobody has taken\.$"), timeout=25_000)
    assert "Harold" not in wall.page.locator("body").inner_text()
    tablet.wait(lambda: wall.page.evaluate("self.tones") >= 1, what="the sound")
    wall.sign_in("Ama Mensah")
    wall.go("alerts")
    expect(wall.by("alert-row").first).to_contain_text("Harold", timeout=20_000)


def test_a_call_that_comes_late_takes_nothing_away_from_a_later_one_and_a_tap_says_whether_it_is_taken_on(browsers, tidemark, home):
    tablet = browsers.open()
    hands = Hands(tablet, tidemark.url, home)
    hands.enrol(home["codes"].pop(0))
    tablet.ready_offline()
    alert = str(uuid.uuid4())

    def push(level: int, body: str, **more: str) -> None:
        said = {"v": 1, "id": str(uuid.uuid4()), "alert": alert, "level": level, "tag": "t", "notification": {"title": "Shift record", "body": body}}
        tablet.deliver_push(f"{tidemark.url}/app/", json.dumps({**said, **more}))

    def shown() -> list[str]:
        return sorted(each["body"] for each in tablet.notifications())

    push(2, "Moved to you")
    push(1, "Needs a decision")
    tablet.wait(lambda: shown() == ["Moved to you", "Needs a decision"], what="both, side by side")
    push(3, "Still not answered")
    tablet.wait(lambda: shown() == ["Needs a decision", "Still not answered"], what="the higher level in place of the lower")
    push(0, "A colleague is dealing with this")
    tablet.wait(lambda: shown() == ["A colleague is dealing with this", "Needs a decision"], what="the news in place of the call")
    push(1, "Open again", token="A" * 32)
    tablet.wait(lambda: "Open again" in shown(), what="the call that can be taken on")
    tablet.context.service_workers[-1].evaluate(
        """async () => {
             const notification = (await self.registration.getNotifications()).find((one) => one.data.token);
             if (notification.actions[0].title !== 'Take it on') throw new Error('no button');
             self.dispatchEvent(new NotificationEvent('notificationclick', {notification, action: notification.actions[0].action}));
           }"""
    )
    tablet.wait(lambda: "Not taken on. Open to see it." in shown(), what="the server's no, on the lock screen")
