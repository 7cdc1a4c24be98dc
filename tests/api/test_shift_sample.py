"""Tidemark draws at least one shift a day and writes it once, whoever draws it again; tablets see it, and nobody else may draw."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from server import clock
from server.people import store
from server.records import intake, rebuild, sampling
from sync import days

DAY_MS = 86_400_000


def draw(home, now_ms: int) -> int:
    with home.house.app.app_context():
        return sampling.draw_due(store.home(home.id), now_ms)


def samples(home) -> list[dict]:
    return [row["submission"] for row in home.rows() if row["submission"]["kind"] == "shift_sample"]


def test_a_week_of_care_days_has_one_draw_each_and_drawing_again_writes_nothing(house, home):
    home.resident("Edith", unit="Willow")
    home.resident("Stanley", unit="Rowan")
    now = clock.now_ms()
    first = draw(home, now)
    assert sampling.BACK_DAYS <= first <= sampling.BACK_DAYS + 1  # today's may not have begun
    assert draw(home, now) == 0
    found = samples(home)
    assert len({one["fields"]["shift"][:10] for one in found}) == len(found) == first
    assert {one["fields"]["unit"] for one in found} <= {"Willow", "Rowan"}
    assert {one["author"] for one in found} == {str(store_home(home).tidemark)}
    assert all(one["fields"]["from"] <= one["fields"]["drawn_at"] for one in found)


def store_home(home):
    with home.house.app.app_context():
        return store.home(home.id)


def test_a_shift_is_drawn_when_its_hours_begin_and_not_before(house, home):
    home.resident("Edith")
    now = clock.now_ms()
    draw(home, now)
    tomorrow = days.from_ms(now + DAY_MS)
    starts = days.to_ms(days.care_day_bounds(days.care_day(tomorrow))[0])
    drawn = {one["id"] for one in samples(home)}
    for step in range(0, 24 * 60, 30):
        at = starts + step * 60_000
        draw(home, at)
        new = [one for one in samples(home) if one["id"] not in drawn]
        drawn |= {one["id"] for one in new}
        for one in new:
            begins = datetime.fromisoformat(one["fields"]["from"]).astimezone(UTC)
            assert timedelta(0) <= days.from_ms(at) - begins < timedelta(minutes=30) or begins < days.from_ms(starts)
    assert str(sampling.sample_id(store_home(home), days.care_day(tomorrow))) in drawn


def test_two_that_draw_at_once_write_it_once_and_a_rebuild_draws_nothing(house, home):
    home.resident("Edith")
    now = clock.now_ms()
    with home.house.app.app_context():
        row = store.home(home.id)
        made = sampling.draw_due(row, now)
        before = len(home.rows())
        # The other process had read before the first one wrote: it states the same ids.
        again = [
            intake.Statement(record=i, kind="shift_sample", fields={"shift": "2026-01-01/day"}, occurred_ms=now, id=i)
            for i in (sampling.sample_id(row, days.care_day(days.from_ms(now)) - timedelta(days=n)) for n in range(1, 4))
        ]
        assert {result.status for result in intake.write(row.id, again, now_ms=now, origin="system")} == {"duplicate"}
    assert made and len(home.rows()) == before
    with home.house.app.app_context():
        rebuild.rebuild(home.id)
    assert len(home.rows()) == before


def test_a_tablet_holds_todays_draw_and_may_not_draw_itself(house, home):
    home.resident("Edith")
    tablet = home.tablet()
    tablet.unlock(home.staff("Ama Mensah", ["shift_leader"]))
    (refused,) = tablet.sync([tablet.statement("shift_sample", {"shift": "2026-11-22/day"})])["results"]
    assert refused["status"] == "quarantined"
    draw(home, clock.now_ms())
    changes = tablet.sync()["changes"]
    assert [one for one in changes if one["kind"] == "shift_sample"]
