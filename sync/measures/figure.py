"""A figure: "19 of 20", with the one that was missed named and whatever was left out said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Case:
    """One thing that was due. `missed` names, in order, what was not met in time; `in_the_end` is whether it is met by now, late
    entries included. `about` points at it: {record, resident, window, shift, unit, at}, what there is of them."""

    missed: tuple[str, ...]
    in_the_end: bool
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        return not self.missed


@dataclass(frozen=True)
class Figure:
    """A measure over some stretch: its cases, and how many were left out for which reason."""

    cases: tuple[Case, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def numerator(self) -> int:
        return sum(case.met for case in self.cases)

    @property
    def denominator(self) -> int:
        return len(self.cases)

    @property
    def in_the_end(self) -> int:
        """The numerator including late entries."""
        return sum(case.met or case.in_the_end for case in self.cases)

    @property
    def misses(self) -> tuple[Case, ...]:
        return tuple(case for case in self.cases if not case.met)


def together(figures: Iterable[Figure]) -> Figure:
    """Several figures as one: cases are added, never percentages averaged."""
    cases: list[Case] = []
    left_out: dict[str, int] = {}
    for each in figures:
        cases += each.cases
        for why, count in each.left_out.items():
            left_out[why] = left_out.get(why, 0) + count
    return Figure(tuple(cases), left_out)


def percent(numerator: int, denominator: int) -> float | None:
    """None where nothing was due: that is no 0 % and no 100 %."""
    return 100 * numerator / denominator if denominator else None
