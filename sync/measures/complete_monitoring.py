"""Complete monitoring = windows with an entry saved within 30 minutes of the window's end ÷ windows due (care.md).

`not_observed`, an open cup and `other` without a reason never count. Windows leave the denominator only through an absence, end of
life or nil by mouth.
"""

from __future__ import annotations

from sync.measures.figure import Case, Figure
from sync.rules.scene import Scene, Watched
from sync.rules.spans import windows_of

LATE, EMPTY, NOT_OBSERVED, OPEN_CUP = "late", "empty", "not_observed", "open_cup"
NOT_DUE, NOT_MONITORED = "not_due", "not_monitored"


def figure(scene: Scene) -> Figure:
    """One person's care day, looked at from `scene.now`, once it is over."""
    if scene.watched_from is None:
        return Figure((), {NOT_MONITORED: 1})
    listed = [window for window in windows_of(scene.day, scene.zone, scene.plan) if scene.monitored(window.start)]
    due = [each for each in scene.watched(scene.end) if scene.monitored(each.window.start)]
    before = sum(window.end <= scene.watched_from for window in listed)
    left_out = len(listed) - before - len(due)
    return Figure(tuple(_case(scene, each) for each in due), {NOT_DUE: left_out} if left_out else {})


def _case(scene: Scene, each: Watched) -> Case:
    about = {"resident": scene.facts.resident, "window": each.window.name}
    return Case(() if each.on_time else (_why(scene, each),), each.filled, about)


def _why(scene: Scene, each: Watched) -> str:
    if each.filled:
        return LATE
    said = {entry.outcome for entry in scene.today if each.window.start <= entry.occurred < each.window.end}
    return OPEN_CUP if "given" in said else NOT_OBSERVED if "not_observed" in said else EMPTY
