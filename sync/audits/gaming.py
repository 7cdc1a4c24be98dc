"""Signs that records were made for the figure (care.md, The plan 7). A sign accuses nobody: it says where to look.

The numbers are care.md's; the least number of drinks in a day of one amount is (D).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

BURST, SAME_AMOUNT, NO_LONGER_MONITORED = SIGNS = ("burst", "same_amount", "no_longer_monitored")

#: Ten entries or more, saved by one person within five minutes, with bedside times more than an hour apart.
BURST_ENTRIES, BURST_WITHIN, BURST_APART = 10, timedelta(minutes=5), timedelta(hours=1)
#: Drinks of a day under which one amount throughout says nothing.
LEAST_DRINKS = 5

#: A person's care day: whose, and which.
PersonDay = tuple[str, date]


@dataclass(frozen=True)
class Saved:
    """One entry: about whose day, who saved it, when it happened and when it was saved; `drunk_ml` None where nobody said."""

    resident: str
    day: date
    author: str | None
    occurred: datetime
    recorded: datetime
    drunk_ml: int | None


def signs(entries: Iterable[Saved]) -> Mapping[PersonDay, tuple[str, ...]]:
    """The signs on each person's day that has any."""
    listed, found = list(entries), defaultdict(set)
    for each in bursts(listed):
        found[each.resident, each.day].add(BURST)
    for day in same_amounts(listed):
        found[day].add(SAME_AMOUNT)
    return {day: tuple(name for name in SIGNS if name in said) for day, said in found.items()}


def bursts(entries: Iterable[Saved]) -> set[Saved]:
    """Every entry that was written up in a burst, from memory and not at the bedside."""
    by_author: dict[str, list[Saved]] = defaultdict(list)
    for each in entries:
        if each.author is not None:
            by_author[each.author].append(each)
    found: set[Saved] = set()
    for own in by_author.values():
        own.sort(key=lambda each: each.recorded)
        first = 0
        for last, entry in enumerate(own):
            while entry.recorded - own[first].recorded > BURST_WITHIN:
                first += 1
            together = own[first : last + 1]
            if len(together) >= BURST_ENTRIES:
                times = [each.occurred for each in together]
                if max(times) - min(times) > BURST_APART:
                    found.update(together)
    return found


def same_amounts(entries: Iterable[Saved]) -> set[PersonDay]:
    """Days on which a person is said to have drunk the same amount every time."""
    drunk: dict[PersonDay, list[int]] = defaultdict(list)
    for each in entries:
        if each.drunk_ml:
            drunk[each.resident, each.day].append(each.drunk_ml)
    return {day for day, amounts in drunk.items() if len(amounts) >= LEAST_DRINKS and len(set(amounts)) == 1}
