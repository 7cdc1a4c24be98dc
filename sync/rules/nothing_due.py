"""When a measure with nothing due keeps no action open: only where the records are complete enough to show it.

Nothing due is not "met": it is no figure, and is never told as one. A home in which nobody drank too little for weeks, nobody had an
appointment or nobody was on monitoring could otherwise close nothing for ever. What is asked instead: weeks of figures since the
action began, and what would have shown a case if there had been one. Whoever reviews still decides, and the rest of the gate stands:
people's own word or an outcome (care.md, The plan 2).

Deployment is not among them: Tidemark draws a shift a day, so that none drawn is a fault and never nothing to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sync.measures import ESCALATION, FOLLOW_UP, MEASURES, MONITORING
from sync.measures.figure import percent
from sync.rules import xmr
from sync.rules.triggers import Number, by_default

#: The measures of which nothing may be due for weeks, and rightly so.
MAY_BE_NONE = (MONITORING, ESCALATION, FOLLOW_UP)
#: What the records lack to show it, in the order in which it is said.
SHORT, NOBODY, FEWER, GAPS, PUT_OFF, UNCHECKED = LACKS = ("short", "nobody", "fewer", "gaps", "put_off", "unchecked")


@dataclass(frozen=True)
class Stretch:
    """The care days looked at: those of which there are figures, all since the action began.

    `due` and `met` are the measure's own cases, on `days_due` days.
    Of escalation: `on_time` of `checks` is complete monitoring; `monitored` counts the people on monitoring day by day, `gone` those of
    the first day who no longer lived here by then; `put_off` says that a rule was which finds a breach.
    Of monitoring: `began` counts the people on monitoring when the action began, `left` those of them who live here no longer, `ended`
    those who do and are on it no longer.
    Of appointments: on `looked` of the days somebody did the daily check of them.
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
    measure: str = ESCALATION
    began: int = 0
    left: int = 0
    ended: int = 0
    looked: int = 0

    @property
    def least_monitored(self) -> int:
        return min(self.monitored, default=0)

    @property
    def nobody_watched(self) -> bool:
        """Whether nobody was on monitoring on any of the days: then no low intake could be a case, and monitoring itself says why."""
        return bool(self.monitored) and not any(self.monitored) and not self.checks


def asked(stretch: Stretch) -> bool:
    """Whether there is nothing to judge by a chart: nothing was due, or on too few days for one and every case of it was met.

    Nothing is let through by the few. A single miss is judged as ever; and with one good day more a chart says the same: seven
    points above the mean of worse days before them are a shift, and where there were none, limits of 100 % pass every target. What is
    given up is only the wait for days that may not come. It is said how many there were, never that there were none.
    """
    return stretch.met == stretch.due and stretch.days_due < xmr.CLAIM_POINTS


def lacks(stretch: Stretch, number: Number = by_default) -> tuple[str, ...]:
    """What the records lack to show that nothing was due; nothing where they show it."""
    found = {SHORT: stretch.days < number("plan.nothing_due_days"), **_LACKS[stretch.measure](stretch, number)}
    return tuple(name for name in LACKS if found.get(name))


def shown(stretch: Stretch, number: Number = by_default) -> bool:
    """Whether the records show that there was nothing to judge."""
    return asked(stretch) and not lacks(stretch, number)


def _escalation(stretch: Stretch, _number: Number) -> Mapping[str, bool]:
    if stretch.nobody_watched:
        return {PUT_OFF: stretch.put_off}
    on_time = percent(stretch.on_time, stretch.checks)
    return {
        NOBODY: stretch.least_monitored < 1,
        FEWER: any(now < stretch.monitored[0] - gone for now, gone in zip(stretch.monitored, stretch.gone, strict=True)),
        GAPS: on_time is None or on_time < MEASURES[MONITORING].target_percent,
        PUT_OFF: stretch.put_off,
    }


def _monitoring(_stretch: Stretch, _number: Number) -> Mapping[str, bool]:
    """Ending a watch is a dated decision that waits for a second person: how many it ended for is said, and whoever reviews weighs it.
    No number of records could show more."""
    return {}


def _follow_up(stretch: Stretch, number: Number) -> Mapping[str, bool]:
    """That nobody wrote an appointment down is not that there was none: somebody looked, day by day, as the duty asks."""
    return {UNCHECKED: (stretch.days - stretch.looked) * 100 > number("plan.duties_missed_percent") * stretch.days}


_LACKS: Mapping[str, Callable[[Stretch, Number], Mapping[str, bool]]] = {ESCALATION: _escalation, MONITORING: _monitoring, FOLLOW_UP: _follow_up}
