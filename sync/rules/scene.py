"""One person's care day laid out for judging: who is watched when, what time counts, and how complete the chart is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sync.days import Window
from sync.facts import Entry, Facts
from sync.rules import hydration
from sync.rules.doubles import Total
from sync.rules.spans import Span, covered, day_span, merged, minus, waking_span, windows_of
from sync.thresholds import Values

# An outcome that says nothing of the person never fills a window; an open cup says only that it was handed over.
_NEVER_FILLS = frozenset({"not_observed", "given"})
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Watched:
    """One window that an entry was due in: whether one was saved on time, and whether there is one at all."""

    window: Window
    on_time: bool
    filled: bool


@dataclass(frozen=True)
class Chart:
    """How many windows were due by an instant, and how many hold an entry: saved on time, and at all.

    `whole` is False when monitoring began after the first window: such a day is no whole chart.
    """

    due: int
    on_time: int
    filled: int
    whole: bool = True

    def incomplete(self, percent: float) -> bool:
        return not self.whole or (self.due > 0 and self.filled * 100 < percent * self.due)


class Scene:
    """Facts with their sums, each worked out once. Only entries and absences that happened up to `now` count."""

    def __init__(self, facts: Facts, values: Values, now: datetime):
        self.facts, self.values, self.now = facts, values, now
        self.zone, self.day = facts.zone, facts.care_day
        self.start, self.end = day_span(self.day, self.zone)
        self.looked_at = min(now, self.end)
        # The plan of this day is the one in force when it was looked at.
        self.plan = facts.plan_at(self.looked_at) or {}
        self.entries = sorted((e for e in facts.entries if e.occurred <= now), key=lambda e: (e.occurred, e.id))
        self.today = [e for e in self.entries if self.start <= e.occurred < self.end]

    def value(self, name: str, at: datetime | None = None) -> Any:
        """A threshold for this person at the time that the day is looked at."""
        return self.values.value(f"hydration.{name}", self.facts.resident, self.facts.unit, at=at or self.looked_at)

    def version(self, name: str) -> str:
        return self.values.get(f"hydration.{name}", self.facts.resident, self.facts.unit, at=self.looked_at)[1]

    def minutes(self, name: str) -> timedelta:
        return timedelta(minutes=self.value(name))

    @cached_property
    def days(self) -> list[Span]:
        """Waking time of this care day and the two before it."""
        return [
            waking_span(self.day - back * ONE_DAY, self.zone, self.plan, self.values, who=self.facts.resident, unit=self.facts.unit)
            for back in (2, 1, 0)
        ]

    @cached_property
    def excused(self) -> list[Span]:
        """Absences and nil by mouth, held inside these three days; what has no end yet lasts to the end of the day."""
        found: list[Span] = []
        nil = hydration.nil_by_mouth_span(self.plan, self.zone)
        for start, end in [(a.start, a.end) for a in self.facts.absences] + ([nil] if nil else []):
            found.append((max(start, self.days[0][0] - ONE_DAY), min(end or self.end, self.end)))
        return merged(found)

    @cached_property
    def counting(self) -> list[Span]:
        """Waking time in which the clock runs: monitored, not excused, not paused."""
        still = hydration.pauses(self.entries, plan=self.plan, zone=self.zone, excused=self.excused)
        return minus(self.days, still)

    @cached_property
    def watched_from(self) -> datetime | None:
        """Since when the clock may run at all: the start of monitoring; None when nobody is watching this day."""
        span = hydration.monitored_span(self.plan, self.zone)
        if span is None or (span[1] is not None and span[1] <= self.start):
            return None
        first = max(span[0] or self.days[0][0], self.days[0][0], self.facts.home_started or self.days[0][0])
        return first if first < self.end else None

    def monitored(self, at: datetime) -> bool:
        return self.watched_from is not None and hydration.monitored(self.plan, at, self.zone)

    def end_of_life(self, at: datetime) -> bool:
        return hydration.end_of_life(self.plan, at, self.zone)

    def free(self, day: Span) -> list[Span]:
        """A day's waking time without absences and nil by mouth."""
        return minus([day], self.excused)

    def present(self, day: Span) -> float:
        """The share of a day's waking time that the person was there and could drink."""
        whole = covered([day])
        return covered(self.free(day)) / whole if whole else 0.0

    @cached_property
    def target(self) -> tuple[int, str]:
        return hydration.target(self.plan, self.facts.person, self.values, at=self.looked_at, who=self.facts.resident)

    def capped(self, floor_ml: float) -> float:
        return hydration.capped(floor_ml, self.plan, self.value("limit_floor_percent"))

    def expected(self, at: datetime) -> float:
        """Expected by an instant: an absence expects nothing, and what it left out is not asked for afterwards."""
        waking = self.days[2]
        return hydration.expected_by(self.target[0], at, self.free(waking)) * self.present(waking)

    @property
    def double(self) -> timedelta:
        """How close two entries may be one drink: the home's own number alone, so that every list of it says the same."""
        return timedelta(minutes=self.values.value("hydration.double_minutes", at=self.start))

    def total(self, entries: Sequence[Entry]) -> Total:
        return hydration.total(entries, within=self.double, decided=self.facts.decided)

    def total_by(self, at: datetime) -> hydration.Total:
        """What was drunk this care day up to an instant."""
        return self.total([e for e in self.today if e.occurred <= at])

    def day_before(self) -> list[Entry]:
        start, end = day_span(self.day - ONE_DAY, self.zone)
        return [e for e in self.entries if start <= e.occurred < end]

    def watched(self, by: datetime, back: int = 0) -> list[Watched]:
        """The windows of this care day (or one `back` days before it) that have ended by an instant and were due."""
        since, found = self.watched_from, []
        for window in windows_of(self.day - back * ONE_DAY, self.zone, self.plan):
            if window.end > by or (since and window.end <= since) or self._left_out(window.start, window.end):
                continue
            inside = [e for e in self.entries if window.start <= e.occurred < window.end and fills(e)]
            on_time = any(e.recorded <= window.end + self.minutes("bedside_minutes") for e in inside)
            found.append(Watched(window, on_time, bool(inside)))
        return found

    def chart(self, by: datetime, back: int = 0) -> Chart:
        """The chart of this care day (or one `back` days before it) as far as its windows have ended."""
        found, since = self.watched(by, back), self.watched_from
        first = next(iter(windows_of(self.day - back * ONE_DAY, self.zone, self.plan)), None)
        whole = not (since and first and since > first.end)
        return Chart(len(found), sum(each.on_time for each in found), sum(each.filled for each in found), whole)

    def incomplete(self, by: datetime, back: int = 0) -> bool:
        return self.chart(by, back).incomplete(self.value("complete_percent"))

    def _left_out(self, start: datetime, end: datetime) -> bool:
        """A window leaves the chart when absence, nil by mouth or end of life takes more than half of it."""
        since = self.plan.get("end_of_life_from")
        if since and self.end_of_life(start):
            return True
        return covered(minus([(start, end)], self.excused)) * 2 < end - start


def fills(entry: Entry) -> bool:
    """Whether an entry fills its window: `not_observed`, an open cup and `other` without a reason never do."""
    if entry.outcome == "given":
        return entry.drunk_ml is not None
    if entry.outcome == "other":
        return bool(entry.reason)
    return entry.outcome not in _NEVER_FILLS
