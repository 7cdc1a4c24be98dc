"""When an escalation measure with nothing due keeps no action open: only where the records are complete enough to show it.

Nothing due is not "met": it is no figure, and is never told as one. A home in which nobody drank too little for weeks could otherwise
close nothing for ever. What is asked instead: weeks of figures since the action began, checks recorded on time as the article's
target asks, as many people on monitoring as at first, and no rule put off that would have found it. Whoever reviews still decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sync.measures import MEASURES, MONITORING
from sync.measures.figure import percent
from sync.rules import xmr
from sync.rules.triggers import Number, by_default

#: What the records lack to show it, in the order in which it is said.
SHORT, NOBODY, FEWER, GAPS, PUT_OFF = LACKS = ("short", "nobody", "fewer", "gaps", "put_off")


@dataclass(frozen=True)
class Stretch:
    """The care days looked at: those of which there are figures, all since the action began.

    `due` and `met` are breaches and those decided in time, on `days_due` days; `on_time` of `checks` is complete monitoring.
    `monitored` counts the people on monitoring day by day, `gone` those of the first day who no longer lived here by then.
    """

    days: int
    due: int = 0
    met: int = 0
    days_due: int = 0
    checks: int = 0
    on_time: int = 0
    monitored: Sequence[int] = ()
    gone: Sequence[int] = ()
    put_off: bool = False

    @property
    def least_monitored(self) -> int:
        return min(self.monitored, default=0)


def asked(stretch: Stretch) -> bool:
    """Whether there is nothing to judge: nothing was due, or too little for a chart and all of it decided in time."""
    return stretch.met == stretch.due and stretch.days_due < xmr.CLAIM_POINTS


def lacks(stretch: Stretch, number: Number = by_default) -> tuple[str, ...]:
    """What the records lack to show that nothing was due; nothing where they show it."""
    on_time = percent(stretch.on_time, stretch.checks)
    found = {
        SHORT: stretch.days < number("plan.nothing_due_days"),
        NOBODY: stretch.least_monitored < 1,
        FEWER: any(now < stretch.monitored[0] - gone for now, gone in zip(stretch.monitored, stretch.gone, strict=True)),
        GAPS: on_time is None or on_time < MEASURES[MONITORING].target_percent,
        PUT_OFF: stretch.put_off,
    }
    return tuple(name for name in LACKS if found[name])


def shown(stretch: Stretch, number: Number = by_default) -> bool:
    """Whether the records show that there was nothing to judge."""
    return asked(stretch) and not lacks(stretch, number)
