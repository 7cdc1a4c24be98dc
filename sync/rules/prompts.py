"""What standards have tablets say where the work is done, each text from its time on (care.md, The plan 4).

A standard holds every text that it ever put on tablets, oldest first: {name, value, from}. Tablets show the last one whose time has
come, without a connection too (its twin: `pwa/src/kinds/threshold.ts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sync.days import LONDON, to_ms, write_time, zone_of
from sync.kinds.standard import PROMPTS
from sync.thresholds import read_day_or_time

Values = Mapping[str, Any]


def texts(standard: Values) -> list[tuple[datetime, Values]]:
    """(from when, the text) of everything that a standard ever had tablets say."""
    listed = standard.get("prompts")
    found = ((read_day_or_time(each.get("from")), each) for each in (listed if isinstance(listed, list) else ()) if isinstance(each, Mapping))
    return [(since, each) for since, each in found if since is not None and each.get("name") in PROMPTS]


def last(found: Iterable[tuple[datetime, Values]]) -> dict[str, str]:
    """The words of each prompt by the latest of these texts; one that was taken away has none."""
    words = {str(each["name"]): str(each.get("value") or "") for _, each in sorted(found, key=lambda one: one[0])}
    return {name: said for name, said in words.items() if said}


def laid(before: Values, wanted: Mapping[str, str], start: datetime, now: datetime) -> list[Values] | None:
    """The texts of a standard once it was written anew, to count from `start`; None where there never was one.

    What tablets have said stays as it was. What only waited for its day gives way. No text counts from before it was written.
    """
    said = [(since, each) for since, each in texts(before) if since <= now]
    standing = last(said)
    since = write_time(to_ms(max(start, now)))
    new = [{"name": name, "value": wanted[name], "from": since} for name in PROMPTS if name in wanted and wanted[name] != standing.get(name, "")]
    return [*(each for _, each in said), *new] if new or before.get("prompts") is not None else None


def changed_on(standard: Values, zone: str = LONDON) -> list[tuple[date, tuple[str, ...]]]:
    """The days from which tablets say something else by this standard, and which prompts those were."""
    days: dict[date, list[str]] = {}
    for since, each in sorted(texts(standard), key=lambda one: one[0]):
        days.setdefault(since.astimezone(zone_of(zone)).date(), []).append(str(each["name"]))
    return [(on, tuple(dict.fromkeys(names))) for on, names in days.items()]
