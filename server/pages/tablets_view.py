"""The home's tablets and phones as a page shows them: last heard, not yet sent, missing numbers, clock."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from sqlalchemy import Connection

from server.pages import store as pages_store
from server.pages.words import MINUTE_MS, ago, say, span, when
from server.people import store as people_store
from server.records import numbers

# A tablet that holds unsent entries is called silent after this (ux.md, home settings: silent tablet 60 min).
SILENT_AFTER_MS = 60 * MINUTE_MS
# A clock further out than this is said (protocol.md, Time: more than five minutes out is told).
CLOCK_SAID_MS = 5 * MINUTE_MS
GAPS_SHOWN = 5


def in_use(c: Connection, home_id: int, zone: str, now: int) -> list[dict[str, Any]]:
    """Tablets that may still send, by name."""
    runs = pages_store.number_runs(c, home_id)
    rows = [row for row in people_store.devices(home_id) if not _removed(row, now)]
    return [_line(row, runs.get(row.id, []), zone, now) for row in rows]


def removed(home_id: int, zone: str, now: int) -> list[dict[str, Any]]:
    """Tablets whose access a manager ended, latest first."""
    rows = [row for row in people_store.devices(home_id) if _removed(row, now)]
    rows.sort(key=lambda row: -row.revoked_ms)
    return [
        {
            "name": row.name,
            "removed": when(row.revoked_ms, zone, now),
            "last_heard": when(row.last_seen_ms, zone, now),
            "unsent": _unsent(row),
        }
        for row in rows
    ]


def _removed(row, now: int) -> bool:
    return row.revoked_ms is not None and row.revoked_ms <= now


def _line(row, runs: list[tuple[int, int]], zone: str, now: int) -> dict[str, Any]:
    heard = Markup("{}").format(when(row.last_seen_ms, zone, now))
    if row.last_seen_ms is not None:
        heard += Markup(' <span class="tm-quiet">{}</span>').format(ago(row.last_seen_ms, now))
        if row.pending and now - row.last_seen_ms > SILENT_AFTER_MS:
            heard += Markup(' <strong class="tm-warn">{}</strong>').format(
                say("overview.silent", span=span(now - row.last_seen_ms))
            )
    return {
        "id": row.id,
        "name": row.name,
        "heard_html": heard,
        "unsent": _unsent(row),
        "missing_html": _numbers(row, runs, zone, now),
        "clock": _clock(row.offset_ms),
    }


def _unsent(row) -> str:
    return say("tablets.not_reported") if row.pending is None else f"{row.pending:,}"


def _missing(runs: list[tuple[int, int]]) -> str:
    gaps = numbers.missing(runs)
    if not gaps:
        return say("tablets.none_missing")
    said = [f"{first}" if first == last else say("tablets.run", first=first, last=last) for first, last in gaps[:GAPS_SHOWN]]
    count = sum(last - first + 1 for first, last in gaps)
    return say("tablets.some_missing", n=f"{count:,}", runs=", ".join(said) + ("…" if len(gaps) > GAPS_SHOWN else ""))


def _numbers(row, runs: list[tuple[int, int]], zone: str, now: int) -> Markup:
    """Which numbers are missing, and whether its count ever spoke against itself: as two tablets with one identity do,
    or one whose storage was put back."""
    said = Markup("{}").format(_missing(runs))
    for key, seen_ms in (("tablets.number_twice", row.number_clash_ms), ("tablets.number_fell", row.number_fell_ms)):
        if seen_ms is not None:
            said += Markup('<br><strong class="tm-warn">{}</strong>').format(say(key, when=when(seen_ms, zone, now)))
    if row.number_clash_ms is not None or row.number_fell_ms is not None:
        said += Markup("<br>{}").format(say("tablets.number_advice"))
    return said


def _clock(offset_ms: int | None) -> str:
    if offset_ms is None:
        return say("time.not_known")
    if abs(offset_ms) <= CLOCK_SAID_MS:
        return say("tablets.clock_ok")
    return say("tablets.clock_behind" if offset_ms > 0 else "tablets.clock_ahead", span=span(offset_ms))
