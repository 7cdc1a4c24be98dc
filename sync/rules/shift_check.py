"""What the records of a shift say of one person's drinks: what a senior carer is shown before deciding, never the decision.

A window belongs to the shift of its care day in which it ends. It is looked at once it has ended, or ends within the time
in which an entry still counts as saved at the bedside: whoever signs off a little early answers for their last window.
The tablet computes the same (`pwa/src/shift_check.ts`, held to it by `tests/vectors/shift_check.json`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sync.days import SHIFTS, shift_bounds
from sync.facts import Entry
from sync.rules import hydration
from sync.rules.scene import Scene
from sync.rules.spans import Span

COMPLETE, GAPS, LOW_INTAKE = "complete", "gaps", "low_intake"


@dataclass(frozen=True)
class Proposal:
    """`gaps` names, in order, the windows without an entry that fills them and those with a cup that still stands open."""

    finding: str
    windows_due: int
    windows_on_time: int
    windows_late: int
    gaps: tuple[str, ...]
    drunk_ml: int
    expected_ml: int


def day_of(shift: str) -> date:
    """The care day whose windows a shift answers for: shifts are named by the day on which they start."""
    return date.fromisoformat(shift.partition("/")[0])


def propose(scene: Scene, shift: str) -> Proposal:
    """What the records propose for `shift`. `scene` is of `day_of(shift)`, looked at when the senior carer looks.

    An incomplete chart is not low intake (care.md, Alerts 2): too little on a chart with too many gaps is proposed as gaps.
    """
    begins, ends = _answers_for(shift, scene)
    found = [
        each for each in scene.watched(min(scene.now + scene.minutes("bedside_minutes"), scene.end)) if begins < each.window.end <= ends
    ]
    filled = sum(each.filled for each in found)
    on_time = sum(each.on_time for each in found)
    cups = [each.occurred for each in scene.today if stands_open(each)]
    gaps = [
        each.window.name for each in found if not each.filled or any(each.window.start <= at < each.window.end for at in cups)
    ]
    at = min(scene.now, ends, scene.end)
    expected, drunk = scene.expected(at), scene.total_by(at).least_ml
    incomplete = len(found) > 0 and filled * 100 < scene.value("complete_percent") * len(found)
    judged = not scene.end_of_life(at) and not hydration.needs_plan(scene.plan)
    low = judged and drunk < scene.capped(expected * scene.value("pace_percent") / 100)
    finding = LOW_INTAKE if low and not incomplete else GAPS if gaps or incomplete else COMPLETE
    return Proposal(finding, len(found), on_time, filled - on_time, tuple(gaps), drunk, round(expected))


def stands_open(entry: Entry) -> bool:
    """A cup handed over of which nobody has said how much was drunk: 0 ml, and a gap at the end of the shift."""
    return entry.outcome == "given" and entry.drunk_ml is None


def _answers_for(shift: str, scene: Scene) -> Span:
    """The first shift of a day answers from the start of its care day."""
    begins, ends = shift_bounds(shift, scene.zone)
    return (min(scene.start, begins), ends) if shift.endswith(f"/{SHIFTS[0][0]}") else (begins, ends)
