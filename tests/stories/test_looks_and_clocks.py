"""When the server's own clock was wrong for a while: what it planned then is planned again once, and not without end."""

from __future__ import annotations

from server.alerts import follow, schedule
from server.db import reading
from server.records import rebuild
from tests.harness.alerted import HOUR


def test_a_look_planned_while_the_clock_was_a_day_ahead_is_planned_again_once(alerted, clock_at):
    now = clock_at(8)
    edith = alerted.home.resident("Edith")
    alerted.plan(edith, now - 26 * HOUR)
    # Her plan is judged while the clock is a day ahead; then the clock is put right.
    alerted.follow(now + 24 * HOUR)
    with alerted.app.app_context():
        while follow.fire(alerted.home.id, lambda: now + 24 * HOUR).more:
            pass
        rounds = 1
        while follow.fire(alerted.home.id, lambda: now).more and rounds < 10:
            rounds += 1
        assert rounds < 10, "something stays due for ever"
        assert not follow.fire(alerted.home.id, lambda: now).more


def test_a_rebuild_makes_no_alert_climb_that_was_opened_while_the_clock_was_ahead(alerted, clock_at):
    now, ama = clock_at(11), alerted.home.staff("Ama", ["senior_carer"])
    edith, tablet = alerted.home.resident("Edith"), alerted.home.tablet()
    tablet.unlock(ama)
    tablet.sync([tablet.statement("hydration_check", {"resident": str(edith), "outcome": "drank", "drunk_ml": 40, "red_flags": ["choking"]})])
    alerted.follow(now + HOUR)
    with alerted.app.app_context():
        while follow.fire(alerted.home.id, lambda: now).more:
            pass
        rows = alerted.home.rows()
        assert any(row["submission"]["kind"] == "alert" for row in rows)
        rebuild.rebuild(alerted.home.id)
        with reading() as c:
            assert not schedule.anything_due(c, alerted.home.id, now), "the rebuild itself made a step due"
        follow.fire(alerted.home.id, lambda: now)
    assert alerted.home.rows() == rows
