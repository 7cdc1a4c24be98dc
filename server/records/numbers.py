"""Which of a device's own numbers have arrived, as runs: what is missing below the highest is what it sends again."""

from __future__ import annotations

from collections.abc import Iterable

Run = tuple[int, int]


def add(runs: list[Run], numbers: Iterable[int]) -> tuple[list[Run], set[int]]:
    """The runs with these numbers in them, sorted and joined, and the numbers that were there before.

    `runs` are inclusive, sorted and apart. A tablet that has lost nothing has one run, and its next number ends it.
    """
    clashes: set[int] = set()
    fresh: list[Run] = []
    for number in sorted(numbers):
        if (fresh and fresh[-1][1] == number) or _holds(runs, number):
            clashes.add(number)
        elif fresh and fresh[-1][1] == number - 1:
            fresh[-1] = (fresh[-1][0], number)
        else:
            fresh.append((number, number))
    joined: list[Run] = []
    for first, last in sorted([*runs, *fresh]):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined, clashes


def missing(runs: list[Run]) -> list[list[int]]:
    """The gaps below the highest number that has arrived, each [from, to] inclusive."""
    gaps, expected = [], 1
    for first, last in runs:
        if first > expected:
            gaps.append([expected, first - 1])
        expected = last + 1
    return gaps


def _holds(runs: list[Run], number: int) -> bool:
    return any(first <= number <= last for first, last in runs)
