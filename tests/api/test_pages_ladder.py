"""Who is called: seen by shift and level, proposed by one person, approved by another, and only where the first call arrives."""

from __future__ import annotations

import pytest

from server import clock
from server.alerts.tables import subscription
from server.db import writing
from sync import days, ladder
from tests.harness.alerted import HOUR, MINUTE, Alerted
from tests.harness.push_service import PushService
from tests.harness.visitor import Visitor

CHANGE = {"roles0": ["senior_carer"], "after0": "0", "roles1": ["duty_manager", "registered_manager"], "after1": "10", "repeat": "20", "loops": "3", "reason": "Nights are thin"}


@pytest.fixture
def reached(home):
    """Ama, a senior carer, signed on at a phone that has shown a message."""
    with PushService() as service:
        alerted = Alerted(home, service)
        phone = alerted.phone()
        alerted.sign_on(home.staff("Ama"), "senior_carer", phone, clock.now_ms() - HOUR)
        with alerted.app.app_context():
            writing(lambda c: c.execute(subscription.update().values(receipt_ms=clock.now_ms() - MINUTE)))
        yield phone


def in_force(home):
    from server.db import reading
    from server.records import store

    with home.house.app.app_context(), reading() as c:
        rows = [row.body for row in store.records(c, home.id, "ladder")]
    night = days.local(days.care_day(days.from_ms(clock.now_ms())), days.SHIFTS[1][1].replace(hour=22))
    return ladder.ladder_for("senior", rows, days.from_ms(days.to_ms(night) + 48 * HOUR))


def test_a_change_waits_for_a_second_person_and_then_holds(home, reached):
    sue, helen = (Visitor.manager(home, ["registered_manager"], name) for name in ("Sue Hart", "Helen Marsh"))
    page = sue.open("/ladder")
    for said in ("Critical alerts, night shift", "At once: Senior carer, Duty manager.", "After 20 minutes: Registered manager.", "every 15 minutes, 4 times"):
        assert said in page.text, said
    assert "30" in sue.open("/ladder/change/senior/night").html
    page = sue.send("/ladder/change/senior/night", **CHANGE)
    assert "It waits for a second person." in page.text and "After 10 minutes: Duty manager, Registered manager." in page.text
    assert in_force(home).version == "default"
    record = next(row["submission"]["record"] for row in reversed(home.rows()) if row["submission"]["kind"] == "ladder")
    assert sue.send(f"/ladder/{record}/approve", form_at="/ladder").status == 403
    assert "Approved." in helen.send(f"/ladder/{record}/approve", form_at="/ladder").text
    held = in_force(home)
    assert held.version == record and [round(rung.after.total_seconds() / 60) for rung in held.rungs] == [0, 10] and held.loops == 3
    assert "somebody has decided" in helen.send(f"/ladder/{record}/approve", form_at="/ladder").text.lower()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"roles0": []}, "The first step is at once"),
        ({"after1": "soon"}, "The first step is at once"),
        ({"after1": "500"}, "No step may come more than 4 hours"),
        ({"repeat": "2"}, "between 5 and 120 minutes"),
        ({"loops": "99"}, "between 0 and 12 times"),
        ({"unit": "Nowhere"}, "Choose a unit of this home."),
        ({"reason": " "}, "Say why it should change."),
        ({"roles0": ["nominated_individual"]}, "Nobody in the first step can be reached."),
    ],
)
def test_a_ladder_that_would_call_nobody_in_time_is_refused_in_words(home, reached, fields, said):
    sue = Visitor.manager(home, ["registered_manager"])
    before = len(home.rows())
    page = sue.send("/ladder/change/senior/night", **{**CHANGE, **fields})
    assert page.status == 400 and said in page.text and len(home.rows()) == before


def test_a_senior_carer_sees_who_is_called_and_changes_nothing(home):
    ama = Visitor.manager(home, ["senior_carer"], "Ama Mensah")
    assert ama.open("/ladder").status == 200 and "Change:" not in ama.open("/ladder").text
    assert ama.open("/ladder/change/senior/night").status == 403 and Visitor.manager(home, ["registered_manager"]).open("/ladder/change/nudge/night").status == 404
