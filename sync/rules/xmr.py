"""Is it improving? XmR charts by the rules of NHS *Making Data Count* (domain.md 6): limits, signals, the two icons.

The centre is the mean, the limits are the mean ± 2.66 × the mean moving range. Nothing is clipped here: a limit above 100 % is
calculated as it is, and only drawn as far as the scale goes. Values are any number; a period is what stands between two rebases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

#: What a mean moving range is multiplied with to come to three sigma, and to see an outlier among ranges (Nelson 1982).
LIMIT_FACTOR, SCREEN_FACTOR = 2.66, 3.267
#: Points of a period after which its limits stand still; fewer are trial limits, worked out anew with each point.
LOCK_POINTS = 12
#: Points below which nothing is claimed of a chart (domain.md 6 (D)), and below which there is no chart.
CLAIM_POINTS, DRAW_POINTS = 8, 2
#: Points in a row that are a shift or a trend.
RUN = 7

OUTSIDE, TREND, TWO_OF_THREE, SHIFT = "outside", "trend", "two_of_three", "shift"
#: When several hold of one point, the first of these says what it is.
ORDER = (OUTSIDE, TREND, TWO_OF_THREE, SHIFT)

COMMON, IMPROVEMENT, CONCERN, NEUTRAL_HIGH, NEUTRAL_LOW = "common", "improvement", "concern", "neutral_high", "neutral_low"
PASS, FAIL, HIT_OR_MISS = "pass", "fail", "hit_or_miss"


@dataclass(frozen=True)
class Limits:
    """The lines of a period. `trial` while it is too short for them to stand still, `few` while nothing may be claimed by them."""

    mean: float
    lower: float
    upper: float
    trial: bool
    few: bool = False

    def side(self, value: float) -> int:
        """-1 below the mean, 0 on it, 1 above."""
        return (value > self.mean) - (value < self.mean)

    def outside(self, value: float) -> bool:
        return value > self.upper or value < self.lower

    def near(self, value: float) -> bool:
        """In the outer third, and not outside."""
        third = (self.upper - self.mean) * 2 / 3
        return abs(value - self.mean) > third and not self.outside(value)


@dataclass(frozen=True)
class Point:
    """One value under the limits of its period, with every signal that it is part of, the most telling first."""

    value: float
    limits: Limits
    signals: tuple[str, ...]
    #: The way that its first signal points: 1 up, -1 down, 0 without a signal.
    way: int


@dataclass(frozen=True)
class Chart:
    """`variation` and `assurance` are the two icons; None where the chart may claim nothing."""

    points: tuple[Point, ...]
    variation: str | None
    assurance: str | None

    @property
    def limits(self) -> Limits:
        """Those of the last period."""
        return self.points[-1].limits


def limits(values: Sequence[float], *, screen: bool = False, trial: bool = False) -> Limits:
    """The lines of two values or more. `screen` leaves out, once, moving ranges that are themselves out of the ordinary, as the
    R package does; the NHS Excel tool does not, and neither do we unless asked."""
    ranges = [abs(b - a) for a, b in zip(values, values[1:], strict=False)]
    mean, moving = sum(values) / len(values), sum(ranges) / len(ranges)
    if screen:
        kept = [each for each in ranges if each < SCREEN_FACTOR * moving]
        # Where only ranges of nothing are left, screening would make every other point a signal.
        moving = sum(kept) / len(kept) if any(kept) else moving
    return Limits(mean, mean - LIMIT_FACTOR * moving, mean + LIMIT_FACTOR * moving, trial)


def chart(
    values: Sequence[float], *, better: int = 1, target: float | None = None, rebase_at: Sequence[int] = (), screen: bool = False,
    lock_after: int | None = LOCK_POINTS, last: int | None = None,
) -> Chart | None:  # fmt: skip
    """The chart of values in order; None for fewer than two. `better` is 1 where more is better, -1 where less is, 0 for neither.

    `rebase_at` are the places at which a new period begins; one that leaves a period of fewer than two points is passed over.
    `lock_after` None works limits out over the whole period. With `last` only so many points are told, the newest, as they are among
    all: what is shown of a chart moves with the days, and what it says of a point must not.
    """
    if len(values) < DRAW_POINTS:
        return None
    starts, first = _starts(len(values), rebase_at), 0 if last is None else max(0, len(values) - last)
    points: list[Point] = []
    for start, end in zip(starts, [*starts[1:], len(values)], strict=True):
        if end > first:
            points += _period(values[start:end], max(0, first - start), screen, lock_after)
    claims = len(values) - starts[-1] >= CLAIM_POINTS
    last = points[-1]
    return Chart(
        tuple(points), variation(last, better) if claims else None, assurance(last.limits, target, better) if claims else None
    )


def variation(point: Point, better: int) -> str:
    """What the last point says of the process."""
    if not point.signals:
        return COMMON
    if better == 0:
        return NEUTRAL_HIGH if point.way > 0 else NEUTRAL_LOW
    return IMPROVEMENT if point.way == better else CONCERN


def assurance(lines: Limits, target: float | None, better: int) -> str | None:
    """Whether the process as it is will meet the target; None without a target or a direction."""
    if target is None or better == 0:
        return None
    good, bad = (lines.lower, lines.upper) if better > 0 else (-lines.upper, -lines.lower)
    wanted = target * better
    # A process that never moved and stands on its target meets it whatever the day: 100 % asked for, and 100 % every time.
    return PASS if wanted < good or wanted == good == bad else FAIL if wanted > bad else HIT_OR_MISS


def _starts(count: int, rebase_at: Sequence[int]) -> list[int]:
    starts = [0]
    for place in sorted(set(rebase_at)):
        if place - starts[-1] >= DRAW_POINTS and count - place >= DRAW_POINTS:
            starts.append(place)
    return starts


def _period(whole: Sequence[float], first: int, screen: bool, lock_after: int | None) -> list[Point]:
    """The points of a period from place `first` on. A signal reaches back no further than a run."""
    lines = replace(limits(whole[: _baseline(whole, lock_after)], screen=screen, trial=len(whole) < LOCK_POINTS), few=len(whole) < CLAIM_POINTS)
    before = min(first, RUN - 1)
    values = whole[first - before :]
    sides = [lines.side(value) for value in values]
    near = [lines.near(value) for value in values]
    signals: list[dict[str, int]] = [
        {OUTSIDE: side} if lines.outside(value) else {} for value, side in zip(values, sides, strict=True)
    ]
    for end in range(RUN, len(values) + 1):
        run = range(end - RUN, end)
        steps = {_sign(values[place + 1] - values[place]) for place in run[:-1]}
        if steps in ({1}, {-1}):
            _mark(signals, run, TREND, steps.pop())
        if {sides[place] for place in run} in ({1}, {-1}):
            _mark(signals, run, SHIFT, sides[end - 1])
    for end in range(3, len(values) + 1):
        three = range(end - 3, end)
        if {sides[place] for place in three} in ({1}, {-1}) and sum(near[place] for place in three) >= 2:
            _mark(signals, [place for place in three if near[place]], TWO_OF_THREE, sides[end - 1])
    return [Point(value, lines, tuple(held), way) for value, (held, way) in zip(values, map(_ordered, signals), strict=True)][before:]


def _baseline(values: Sequence[float], lock_after: int | None) -> int:
    """How many points the limits rest on. A baseline in which nothing moved has no limits: it lasts until something does."""
    if lock_after is None or len(values) <= lock_after:
        return len(values)
    moved = next((place + 1 for place in range(1, len(values)) if values[place] != values[0]), len(values))
    return max(lock_after, moved)


def _mark(signals: list[dict[str, int]], places: Sequence[int], name: str, way: int) -> None:
    for place in places:
        signals[place].setdefault(name, way)


def _ordered(held: dict[str, int]) -> tuple[list[str], int]:
    names = [name for name in ORDER if name in held]
    return names, held[names[0]] if names else 0


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
