"""One home of the demo, lived for some days with a share of it written down."""

from __future__ import annotations

from datetime import date, timedelta

from server.demo.generator import Life
from server.demo.people import make_homes
from server.demo.plans import Span
from server.demo.setup import set_up
from server.demo.shifts import wall_ms


def live(*, days: int, until: date, residents: int, recording: float, seed: int = 1) -> tuple[int, int]:
    """Live the days before 7am on `until` in this application; the home, and when they end."""
    span = Span(until - timedelta(days=days), until - timedelta(days=1), recording)
    # The demo has two homes and shares its people out between them: this is the first of twice as many.
    people, until_ms = 2 * residents, wall_ms(until, 7 * 60)
    home = make_homes(seed, people)[0]
    made = set_up(home, seed, people, span)
    Life(made, home, seed, span).live(until_ms)
    return made, until_ms
