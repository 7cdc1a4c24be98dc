"""Waits, unmet needs and incidents by the hour of the day, as a page and the pack show them: a line an hour, and bars that say the same.

A bar is drawn in one ink with its number on it. An hour that nobody looked at has none, and a dash says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from server.pages.names import Names
from server.pages.sheets import Cell
from server.pages.words import clock_time, code, say, shift_words
from server.pages.words import day as day_words
from sync import days
from sync.measures.by_hour import LEFT_OUT, ByHour, Hour, Look
from sync.measures.figure import percent

WIDTH, HEIGHT, LEFT, TOP, BASE = 720, 150, 8, 20, 124
#: Hours between two that are named under the bars, and the least that the tallest bar of a count stands for.
NAMED, LEAST_COUNT = 3, 4
WAITED, UNMET, INCIDENTS = SERIES = ("waited", "unmet", "incidents")


def view(found: ByHour, first: Any, last: Any) -> dict[str, Any]:
    """The table, the bars of each series, and what was left out."""
    hours = found.hours()
    return {
        "period": say("measures.period", start=day_words(first), end=day_words(last)),
        "rows": [_line(each) for each in hours],
        "bars": bars(hours),
        "left_out": left_out(found),
    }


def left_out(found: ByHour) -> list[dict[str, Any]]:
    """Why something is in no hour, and how often."""
    return [{"why": say(f"hours.left_out.{why}"), "n": n} for why in LEFT_OUT if (n := found.left_out.get(why))]


def bars(hours: list[Hour]) -> list[dict[str, Any]]:
    """One drawing a series: {title, says, bars, ticks}."""
    return [{"title": say(f"hours.series.{name}"), "says": sentence(name, hours), "width": WIDTH, "height": HEIGHT, "base": BASE, "bars": _drawn(name, hours)} for name in SERIES]


def sentence(name: str, hours: list[Hour]) -> str:
    """What the bars of a series show, for whoever does not see them."""
    counted = [(_count(name, each), each) for each in hours]
    total, looked = sum(n for n, _ in counted), sum(each.looked_at for each in hours)
    if name != INCIDENTS and not looked:
        return say("hours.no_look")
    whole = say("hours.count", n=total) if name == INCIDENTS else say("hours.share", n=total, of=looked)
    if not total:
        return whole
    # Most often, not most: an hour that was looked at more often would else look worse.
    n, top = max(counted, key=lambda each: (_height(name, each[1]), each[0]))
    most = str(n) if name == INCIDENTS else say("hours.of", n=n, of=top.looked_at)
    return f"{whole} {say('hours.most', hour=hour_words(top.hour), n=most)}"


def hour_words(hour: int) -> str:
    """'7am'."""
    return days.say_time(datetime(2000, 1, 1, hour % 24, tzinfo=UTC), "UTC")


def one_hour(hour: Hour, names: Names, zone: str) -> dict[str, Any]:
    """Every look and every incident of an hour, each with the address of its record."""
    return {
        "title": say("hours.one", start=hour_words(hour.hour), end=hour_words(hour.hour + 1)),
        "figures": [f"{say(f'hours.series.{name}')}: {_figure(name, hour)}" for name in SERIES],
        "looks": [
            {"day": day_words(each.on), "href": f"/show-me/{each.records[0]}", "where": place(each), "says": seen(each)} for each in reversed(hour.looks)
        ],
        "incidents": [
            {"day": f"{day_words(each.on)}, {clock_time(each.at, zone)}", "href": f"/show-me/{each.record}", "what": code("type", each.type),
             "who": names.resident(each.resident) if each.resident else str(each.unit or "")}
            for each in reversed(hour.incidents)
        ],
    }  # fmt: skip


def place(look: Look) -> str:
    """'Day shift, 22 November 2026, Willow'."""
    return f"{shift_words(look.shift)}, {look.unit or say('measures.whole_home')}"


def seen(look: Look) -> str:
    """What was seen in an hour that somebody looked at."""
    waits = [say("hours.waited", what=each.what, n=f"{each.minutes:g}") if each.minutes is not None else say("hours.waited_unknown", what=each.what) for each in look.waits]
    return " ".join([*waits, *([say("hours.unmet")] if look.unmet else [])]) or say("hours.nothing")


# ---- the pack ----

COLUMNS = ("hour", "looked_at", "waited", "unmet", "incidents")
ROWS = ("hour", "day", "where", "looked_at", "waited", "unmet", "incidents", "says", "record")


def lines(found: ByHour) -> Iterator[tuple[Cell, ...]]:
    """One line an hour."""
    for each in found.hours():
        yield hour_words(each.hour), each.looked_at, each.waited, each.unmet, len(each.incidents)


def entries(found: ByHour) -> Iterator[tuple[Cell, ...]]:
    """One line for each hour that was looked at and each incident: what the lines by hour add up."""
    for each in found.looks:
        yield hour_words(each.hour), each.on.isoformat(), place(each), 1, int(bool(each.waits)), int(bool(each.unmet)), 0, seen(each), ", ".join(each.records)
    for one in found.incidents:
        yield hour_words(one.hour), one.on.isoformat(), str(one.unit or ""), 0, 0, 0, 1, code("type", one.type), one.record


# ---- one hour ----


def _line(hour: Hour) -> dict[str, Any]:
    told = hour.looks or hour.incidents
    return {"hour": hour_words(hour.hour), "href": f"/measures/by-hour/{hour.hour}" if told else None, **{name: _figure(name, hour) for name in SERIES}}


def _figure(name: str, hour: Hour) -> str:
    if name == INCIDENTS:
        return str(len(hour.incidents))
    share = percent(_count(name, hour), hour.looked_at)
    return say("hours.nobody") if share is None else say("measures.figure", n=_count(name, hour), of=hour.looked_at, percent=int(share))


def _count(name: str, hour: Hour) -> int:
    return {WAITED: hour.waited, UNMET: hour.unmet, INCIDENTS: len(hour.incidents)}[name]


def _height(name: str, hour: Hour) -> float:
    """How often, between 0 and 1; a count as it is."""
    return len(hour.incidents) if name == INCIDENTS else _count(name, hour) / hour.looked_at if hour.looked_at else 0.0


def _drawn(name: str, hours: list[Hour]) -> list[dict[str, Any]]:
    step = (WIDTH - 2 * LEFT) / len(hours)
    full = max(LEAST_COUNT, *(len(each.incidents) for each in hours)) if name == INCIDENTS else 1
    found = []
    for n, each in enumerate(hours):
        tall, blank = round((BASE - TOP) * _height(name, each) / full, 1), name != INCIDENTS and not each.looked_at
        found.append({
            "x": round(LEFT + n * step + 3, 1), "middle": round(LEFT + (n + 0.5) * step, 1), "wide": round(step - 6, 1), "y": round(BASE - tall, 1), "tall": tall,
            "words": "–" if blank else str(_count(name, each)) if _count(name, each) else "", "tick": hour_words(each.hour) if n % NAMED == 0 else "",
        })  # fmt: skip
    return found
