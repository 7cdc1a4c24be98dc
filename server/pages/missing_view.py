"""Checks by the hour in which they were due: done on time, late, or missing, and whose."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from server.alerts import judging
from server.pages.names import Names
from server.pages.words import clock_time, say
from server.people import store as people_store
from server.records import store
from sync import days

DAY, NIGHT = "24", "night"
VIEWS = (DAY, NIGHT)


def span(view: str, now_ms: int, zone: str) -> tuple[int, int]:
    """(from, to) in milliseconds: the last 24 hours, or the last night shift as far as it has gone."""
    if view == DAY:
        return now_ms - 24 * 3_600_000, now_ms
    shift = days.shift_of(days.from_ms(now_ms), zone)
    if not shift.endswith("/night"):
        shift = days.shift_of(days.shift_bounds(shift, zone)[0] - timedelta(minutes=1), zone)
    start, end = (days.to_ms(at) for at in days.shift_bounds(shift, zone))
    return start, min(end, now_ms)


def hours(c: Connection, home_id: int, zone: str, unit: str | None, start_ms: int, end_ms: int, now_ms: int, names: Names) -> list[dict[str, Any]]:
    """A line for each hour in which a check was due, oldest first."""
    home = people_store.home(home_id)
    lives = [row for row in store.records(c, home_id, "resident") if not row.struck and unit in (None, row.fields.get("unit"))]
    first, last = (days.care_day(days.from_ms(ms), zone).toordinal() for ms in (start_ms, end_ms))
    wanted = {(row.id, day) for row in lives for day in range(first - 1, last + 1)}
    found: dict[int, dict[str, Any]] = {}
    for (person, _), scene in judging.scenes(c, home, wanted, now_ms).items():
        if scene.watched_from is None:
            continue
        for each in scene.watched(min(scene.now, scene.end)):
            due = days.to_ms(each.window.end)
            if not start_ms < due <= end_ms:
                continue
            hour = found.setdefault(due - due % 3_600_000, {"due": 0, "on_time": 0, "late": 0, "missing": []})
            hour["due"] += 1
            hour["on_time"] += each.on_time
            hour["late"] += each.filled and not each.on_time
            if not each.filled:
                hour["missing"].append({"id": person, "name": names.resident(person), "window": clock_time(days.to_ms(each.window.start), zone)})
    return [
        {**hour, "at": clock_time(ms, zone), "says": say("missing.says", missing=len(hour["missing"]), due=hour["due"]),
         "missing": sorted(hour["missing"], key=lambda one: one["name"])}
        for ms, hour in sorted(found.items())
    ]  # fmt: skip
