"""Two tablets, one drink? Which entries may be the same drink written down twice, and what a day adds up to meanwhile.

Same person, drink and amount within a few minutes from different tablets (threshold `hydration.double_minutes`), unless
somebody who may decide has said that both are real. Until then the least counts one of them and the most counts both
(care.md, Recording 5). The tablet computes the same (`pwa/src/kinds/double_check.ts`, held to it by
`tests/vectors/doubles.json`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable
from dataclasses import dataclass

#: Ids of two entries, the smaller first.
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Drink:
    """One entry of one person that counts. `at_ms` is when it happened, `device` the tablet it was first written on."""

    id: str
    at_ms: int
    drink: str | None
    ml: int
    device: str | None


@dataclass(frozen=True, slots=True)
class Total:
    """Both readings of an intake in ml, and which entries are left out of the least: so many are to be checked."""

    least_ml: int
    most_ml: int
    doubtful: tuple[str, ...] = ()

    @property
    def to_check(self) -> int:
        return len(self.doubtful)


def pair(one: str, other: str) -> Pair:
    """Two ids as a pair, whichever was named first."""
    one, other = one.lower(), other.lower()
    return (one, other) if one < other else (other, one)


def suspected(drinks: Iterable[Drink], within_ms: int, decided: Collection[Pair] = frozenset()) -> frozenset[Pair]:
    """Every pair of one person's entries that may be one drink and of which nobody has said that both are real."""
    return frozenset(
        pair(one.id, other.id)
        for alike in _alike(drinks)
        if _several_tablets(alike)
        for place, one in enumerate(alike)
        for other in _near(alike, place, within_ms)
        if _may_be_one(one, other, within_ms, decided)
    )


def total(drinks: Iterable[Drink], within_ms: int, decided: Collection[Pair] = frozenset()) -> Total:
    """What one person's entries add up to. In the least, entries count once where each may be the same as each."""
    most, left_out, doubtful = 0, 0, []
    for alike in _alike(drinks):
        most += sum(one.ml for one in alike)
        if not _several_tablets(alike):
            continue
        groups: list[list[Drink]] = []
        for one in alike:
            # Only groups that began so shortly before can still take it in.
            open_ = [group for group in groups if one.at_ms - group[0].at_ms <= within_ms]
            home = next((group for group in open_ if all(_may_be_one(each, one, within_ms, decided) for each in group)), None)
            if home is None:
                groups = [*open_, [one]]
                continue
            home.append(one)
            doubtful.append(one.id)
            left_out += one.ml
            groups = open_
    return Total(most - left_out, most, tuple(sorted(doubtful)))


def _alike(drinks: Iterable[Drink]) -> list[list[Drink]]:
    """Entries of one drink and amount, each list by time. Nothing drunk is no drink."""
    found: dict[tuple[str | None, int], list[Drink]] = {}
    for one in drinks:
        if one.ml > 0:
            found.setdefault((one.drink or None, one.ml), []).append(one)
    return [sorted(alike, key=lambda one: (one.at_ms, one.id)) for alike in found.values()]


def _several_tablets(alike: list[Drink]) -> bool:
    """Whether there is anything to compare: what one tablet wrote twice was given twice."""
    return len({one.device for one in alike}) > 1


def _near(alike: list[Drink], place: int, within_ms: int) -> list[Drink]:
    """Those after `place` that happened no more than `within_ms` later."""
    end = bisect_left(alike, alike[place].at_ms + within_ms + 1, key=lambda one: one.at_ms)
    return alike[place + 1 : end]


def _may_be_one(one: Drink, other: Drink, within_ms: int, decided: Collection[Pair]) -> bool:
    if one.device == other.device or abs(one.at_ms - other.at_ms) > within_ms:
        return False
    return pair(one.id, other.id) not in decided
