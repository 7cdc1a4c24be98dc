"""Which part of which shift is looked at: drawn, so that nobody chooses the quiet ones (care.md, *compliant deployment*).

One draw a care day. Over each round of units × (day, night) every unit is drawn once by day and once by night, in an order
shuffled anew by the home's own seed, so weekends come as often as they are; the two hours within it are drawn too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sync import days

NIGHT, WEEKEND, PEAK = "night", "weekend", "peak"
# (starts, hours, whether it is a peak: getting up, meals, going to bed) within each shift.
PARTS = {
    "day": ((8, 2, True), (10, 2, False), (12, 2, True), (14, 2, False), (17, 2, True)),
    "night": ((20, 2, True), (23, 2, False), (2, 2, False), (6, 2, True)),
}


@dataclass(frozen=True)
class Drawn:
    """Two hours of one shift on one unit; `unit` None is the whole home, where nobody has said that it has units."""

    shift: str
    unit: str | None
    from_: datetime
    to: datetime
    because: tuple[str, ...]


def rank(*parts: object) -> int:
    """The place of something in a draw: a number that follows from its parts alone, and that nobody can choose."""
    return int.from_bytes(hashlib.sha256("/".join(map(str, parts)).encode()).digest()[:8])


def draw(seed: str, day: date, units: Sequence[str], zone: str | ZoneInfo = days.LONDON) -> Drawn:
    """What is drawn for a care day. Pure: the same seed, day and units draw the same."""
    every = [(unit, name) for unit in (sorted(units) or [None]) for name in PARTS]
    round_, place = divmod(day.toordinal(), len(every))
    unit, name = sorted(every, key=lambda each: rank(seed, round_, *each))[place]
    starts, hours, peak = PARTS[name][rank(seed, day) % len(PARTS[name])]
    on = day + timedelta(days=1) if starts < days.DAY_STARTS.hour else day
    from_ = days.local(on, time(starts), zone)
    to = days.from_ms(days.to_ms(from_) + hours * 3_600_000)
    why = ((NIGHT, name == "night"), (WEEKEND, day.weekday() >= 5), (PEAK, peak))
    return Drawn(f"{day.isoformat()}/{name}", unit, from_, to, tuple(word for word, true in why if true))
