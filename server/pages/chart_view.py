"""A measure's chart as a page draws it: where each dot and line lies, and the same in a sentence and a table.

Limits are calculated as they are and drawn as far as the scale goes, 0 to 100 %. What a dot means is said by its shape as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from server.improvement import store as plan_store
from server.improvement.store import Day
from server.pages.words import day as day_words
from server.pages.words import say
from sync.rules import xmr

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 240, 44, 12, 12, 28
#: Days named under the chart.
TICKS = 6
SHAPES = {xmr.COMMON: "common", xmr.IMPROVEMENT: "better", xmr.CONCERN: "worse"}


def chart(
    days: Sequence[Day], target: float | None, rebased: Sequence[date] = (), changes: Iterable[tuple[date, str]] = (), words: str = "measures"
) -> dict[str, Any] | None:  # fmt: skip
    """Everything that the template draws; None while there are fewer than two days to draw. `words` is the section of the message
    file that speaks of the points: as days (`measures`), or as weeks (`audits`)."""
    points, found = plan_store.charted(days), plan_store.chart(days, target, rebased)
    if found is None:
        return None
    place = {each.on: n for n, each in enumerate(points)}
    step = (WIDTH - LEFT - RIGHT) / max(1, len(points) - 1)

    def x(n: int) -> float:
        return round(LEFT + n * step, 1)

    dots = [
        {"x": x(n), "y": _y(point.value), "shape": "common" if point.limits.few else SHAPES[xmr.variation(point, 1)]}
        for n, point in enumerate(found.points)
    ]
    every = max(1, round(len(points) / TICKS))
    return {
        "width": WIDTH, "height": HEIGHT, "left": LEFT, "right": WIDTH - RIGHT, "top": TOP, "bottom": HEIGHT - BOTTOM,
        "dots": dots,
        "path": " ".join(f"{dot['x']},{dot['y']}" for dot in dots),
        "lines": [line for part in _periods(found) for line in _lines(*part, x)],
        "target": None if target is None else _y(target),
        "grid": [{"y": _y(value), "words": f"{value}%"} for value in (0, 25, 50, 75, 100)],
        "ticks": [{"x": x(n), "words": f"{points[n].on.day}/{points[n].on.month}"} for n in range(0, len(points), every)],
        "changes": [
            {"x": x(at), "words": words, "on": day_words(on)}
            for on, words in changes
            if (at := next((place[each.on] for each in points if each.on >= on), None)) is not None
        ],
        "icons": icons(found),
        "says": sentence(found, target, words),
    }  # fmt: skip


def icons(found: xmr.Chart) -> list[str]:
    """The two icons in words: what varies, and whether the target will be met."""
    said = [say(f"measures.variation.{found.variation}")] if found.variation else [say("measures.not_enough")]
    return said + ([say(f"measures.assurance.{found.assurance}")] if found.assurance else [])


def sentence(found: xmr.Chart, target: float | None, words: str = "measures") -> str:
    """What may be claimed of the chart, and what may not."""
    lines, last = found.limits, found.points[-1]
    parts = [say("measures.mean", mean=_round(lines.mean))]
    if found.variation is None:
        return " ".join([*parts, say("measures.claim.few", points=xmr.CLAIM_POINTS)])
    parts.append(say(f"{words}.limits", lower=_round(max(0, lines.lower)), upper=_round(min(100, lines.upper))))
    parts += [say("measures.trial", points=xmr.LOCK_POINTS)] if lines.trial else []
    parts.append(say(f"{words}.claim.{found.variation}"))
    parts += [say(f"measures.signal.{last.signals[0]}")] if last.signals else []
    if found.assurance and target is not None:
        parts.append(say(f"measures.meets.{found.assurance}", target=_round(target)))
    return " ".join(parts)


def _periods(found: xmr.Chart) -> list[tuple[int, int, xmr.Limits]]:
    """(first place, last place, lines) of each stretch under the same lines."""
    parts: list[tuple[int, int, xmr.Limits]] = []
    for n, point in enumerate(found.points):
        if parts and parts[-1][2] is point.limits:
            parts[-1] = (parts[-1][0], n, point.limits)
        else:
            parts.append((n, n, point.limits))
    return parts


def _lines(first: int, last: int, lines: xmr.Limits, x: Any) -> list[dict[str, Any]]:
    named = (("mean", lines.mean), ("limit", lines.upper), ("limit", lines.lower))
    # A limit beyond the scale is not drawn on its edge, where it would look like a limit of 100 %.
    return [{"what": what, "x1": x(first), "x2": x(last), "y": _y(value)} for what, value in named if 0 <= value <= 100]


def _y(value: float) -> float:
    return round(TOP + (100 - min(100, max(0, value))) / 100 * (HEIGHT - TOP - BOTTOM), 1)


def _round(value: float) -> str:
    return f"{value:.0f}"
