"""Making the demo, once: its homes, their history, and what is printed of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import orjson
from sqlalchemy import select

from server.db import reading
from server.demo import plans
from server.demo.generator import Life, Overtaken
from server.demo.people import ZONE, make_homes
from server.demo.roster import together
from server.demo.setup import MADE_BY, set_up
from server.demo.shifts import wall_ms
from server.demo.tables import demo_home
from server.people import store
from sync import days
from sync.messages import text


# Starts the living of one home elsewhere, and returns what waits for its end.
Helper = Callable[[int], Callable[[], Any]]


class Refused(Exception):
    """The demo cannot be made here; the text says why."""


def make(
    *, weeks: int, residents: int, seed: int, until: date | None, now_ms: int,
    say: Callable[[str, int], None] = lambda home, at_ms: None, beside: Helper | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Make the demo where there is no data, finish one that was stopped, and return its roster.

    Where a demo stands already, nothing changes, whatever the options say. `beside` starts `live_one` for a home in a
    process of its own and returns how to wait for it. Raises Refused on any other data.
    """
    known = _rows()
    homes = store.homes()
    if any(home.made_by != MADE_BY for home in homes):
        raise Refused(text("cli.demo.other_data"))
    if not known:
        span = _span(weeks, until, now_ms)
        made = make_homes(seed, residents)
        if {home.uuid for home in homes} - {home.id for home in made}:
            raise Refused(text("cli.demo.stopped"))
        set_up(made[0], seed, residents, span)
        known = _rows()
    options = orjson.loads(known[0].options)
    span = _span_of(options)
    made = make_homes(options["seed"], options["residents"])
    for home in made[len(known) :]:
        set_up(home, options["seed"], options["residents"], span)
    to_live = [row.home_id for row in _rows() if row.done_ms < _end_ms(span)]
    # Homes share nothing, so a second core lives the second one; whatever a helper leaves undone is done here.
    waits = [beside(home_id) for home_id in to_live[1:]] if beside else []
    for home_id in to_live[:1]:
        _live(home_id, say)
    for wait in waits:
        wait()
    for home_id in to_live[1:]:
        _live(home_id, say)
    return together(orjson.loads(row.roster) for row in _rows())


def live_one(home_id: int) -> None:
    """Live one home's history to its end."""
    _live(home_id, lambda home, at_ms: None)


def _live(home_id: int, say: Callable[[str, int], None]) -> None:
    life, span = _life(next(row for row in _rows() if row.home_id == home_id))
    try:
        life.live(_end_ms(span), lambda at_ms: say(life.home.name, at_ms))
    except Overtaken as error:
        raise Refused(text("cli.demo.at_work")) from error


def _life(row: Any) -> tuple[Life, plans.Span]:
    options = orjson.loads(row.options)
    span = _span_of(options)
    home = make_homes(options["seed"], options["residents"])[options["number"]]
    return Life(row.home_id, home, options["seed"], span), span


def _span_of(options: dict[str, Any]) -> plans.Span:
    return plans.Span(date.fromisoformat(options["first"]), date.fromisoformat(options["last"]), options.get("recording"))


def _end_ms(span: plans.Span) -> int:
    return wall_ms(span.last + timedelta(days=1), 7 * 60)


def _rows() -> list[Any]:
    with reading() as c:
        return list(c.execute(select(demo_home).order_by(demo_home.c.home_id)))


def _span(weeks: int, until: date | None, now_ms: int) -> plans.Span:
    """Whole care days: `weeks` of them before 7am on `until`, or before the present care day."""
    today = days.care_day(days.from_ms(now_ms), ZONE)
    end = until or today
    if end > today:
        # Later on the very day that has not had its 7am yet is still today to whoever types the date.
        if (end - today).days > 1 or days.from_ms(now_ms).astimezone(days.zone_of(ZONE)).date() != end:
            raise Refused(text("cli.demo.future"))
        end = today
    return plans.Span(end - timedelta(weeks=weeks), end - timedelta(days=1))


def top_up(now_ms: int, stop: Callable[[], bool] = lambda: False) -> int:
    """Live every demo home forward to now, and return how many there were. Other homes are left alone.

    Safe at any time: what was lived is not lived again, a stop half-way is finished the next time, and what people
    recorded meanwhile stays as it is. Ends early, between two steps, once `stop()` says so.
    """
    known = _rows()
    for row in known:
        life, _ = _life(row)
        try:
            life.live(now_ms, stop=stop)
        except Overtaken:
            continue
    return len(known)
