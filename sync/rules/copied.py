"""Estimates that look copied: when nearly every drink of a unit's week is "all", nobody is looking into the cups.

Told to the nutrition lead and never held against one person (care.md, Recording 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sync.matters import Matter
from sync.rules.catalogue import COPIED
from sync.thresholds import Values


@dataclass(frozen=True)
class Estimates:
    """How many drinks were estimated, how many of them as "all", and whether that looks copied."""

    drinks: int
    all_of_it: int
    look_copied: bool

    @property
    def percent(self) -> int:
        return round(100 * self.all_of_it / self.drinks) if self.drinks else 0


def estimates(checks: Iterable[Mapping[str, Any]], values: Values, *, at: datetime, unit: str | None = None) -> Estimates:
    """Judge the `hydration_check` fields of one unit and week (struck-out ones left out by the caller)."""
    parts = [part for fields in checks if (part := _estimated(fields)) is not None]
    whole = sum(part >= 1 for part in parts)
    enough = len(parts) >= values.value("hydration.copied_least_drinks", unit=unit, at=at)
    over = whole * 100 > values.value("hydration.copied_all_percent", unit=unit, at=at) * len(parts)
    return Estimates(len(parts), whole, enough and over)


def matter(subject: str, unit: str, week: str, found: Estimates, closed: datetime) -> Iterator[Matter]:
    """The matter of a unit's week, from when it closed. `subject` is what the unit's alerts stand on, `week` its first day."""
    if found.look_copied:
        facts = {"unit": unit, "week": week, "percent": found.percent, "drinks": found.drinks}
        yield Matter(COPIED, subject, closed, f"{subject}/{week}", facts, ("hydration.copied_all_percent", "hydration.copied_least_drinks"))


def _estimated(fields: Mapping[str, Any]) -> float | None:
    """The part of the cup that somebody says was drunk; None where it was measured, or nothing was said of the cup."""
    part = fields.get("fraction")
    if fields.get("outcome") != "drank" or fields.get("basis") == "measured" or isinstance(part, bool):
        return None
    return part if isinstance(part, (int, float)) else None
