"""The home's tablets and phones as a page shows them: last heard, not yet sent, missing numbers, clock, storage."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
from flask import current_app
from markupsafe import Markup
from sqlalchemy import Connection

from server.alerts import silence
from server.pages import entries
from server.pages import store as pages_store
from server.pages.names import Names
from server.pages.words import MINUTE_MS, ago, code, say, span, when
from server.people import store as people_store
from server.records import numbers
from sync.thresholds import Values

# A clock further out than this is said (protocol.md, Time: more than five minutes out is told).
CLOCK_SAID_MS = 5 * MINUTE_MS
# An oldest unsent entry older than this is amber (issue 3; ux.md).
AMBER_MS = 15 * MINUTE_MS
GAPS_SHOWN = 5
LAST_ENTRIES = 20


def in_use(c: Connection, home_id: int, zone: str, now: int, values: Values) -> list[dict[str, Any]]:
    """Tablets that may still send, by name."""
    runs = pages_store.number_runs(c, home_id)
    silent = {tablet.id for tablet in silence.of(c, home_id, now, zone, values).tablets}
    rows = [row for row in people_store.devices(home_id) if row.revoked_ms is None]
    return [line(row, runs.get(row.id, []), row.id in silent, zone, now) for row in rows]


def removed(home_id: int, zone: str, now: int) -> list[dict[str, Any]]:
    """Tablets whose access a manager ended, latest first."""
    rows = [row for row in people_store.devices(home_id) if row.revoked_ms is not None]
    rows.sort(key=lambda row: -row.revoked_ms)
    return [
        {
            "name": row.name,
            "removed": when(row.revoked_ms, zone, now),
            "last_heard": when(row.last_seen_ms, zone, now),
            "unsent": f"{row.pending:,}" if row.pending is not None else say("tablets.not_reported"),
        }
        for row in rows
    ]


def may_be_on(c: Connection, home_id: int, zone: str, now: int, values: Values, key: str) -> list[str]:
    """One sentence a silent tablet: what looks missing may be lying on it."""
    found = silence.of(c, home_id, now, zone, values).tablets
    return [say(key, tablet=tablet.name, time=when(tablet.heard_ms, zone, now)) for tablet in found]


def line(row, runs: list[tuple[int, int]], silent: bool, zone: str, now: int) -> dict[str, Any]:
    """One tablet of the list; the page of one tablet shows the same."""
    heard = Markup("{}").format(when(row.last_seen_ms, zone, now))
    if row.last_seen_ms is not None:
        heard += Markup(' <span class="tm-quiet">{}</span>').format(ago(min(row.last_seen_ms, now), now))
    if silent:
        heard += Markup(' <strong class="tm-warn">{}</strong>').format(say("overview.silent_now"))
    return {
        "id": row.id,
        "name": row.name,
        "form": say(f"tablets.{row.form}"),
        "heard_html": heard,
        "unsent": _unsent(row, runs, now),
        "missing_html": _numbers(row, runs, zone, now),
        "clock": _clock(row.offset_ms),
        "app_html": _app(row, zone, now),
        "storage_html": _storage(row),
    }


def recent(c: Connection, home_id: int, device: uuid.UUID, zone: str, now: int, names: Names) -> list[dict[str, Any]]:
    """A tablet's last entries on their way: when each was recorded, by its clock put right, and when it came."""
    late_ms = entries.near_ms(c, home_id, zone, now)
    return [
        {
            "number": f"{number:,}" if number is not None else "–",
            "what": code("kinds", row.kind),
            "who": _who(row, names),
            "recorded": when(row.recorded_ms, zone, now),
            "received": when(row.received_ms, zone, now),
            "way": span(max(0, row.received_ms - row.recorded_ms)),
            "late": row.received_ms - row.recorded_ms > late_ms,
        }
        for row, number in pages_store.from_device(c, home_id, device, LAST_ENTRIES)
    ]


def _who(row: Any, names: Names) -> str:
    """Who wrote the entry. A change of feedback that nobody's name stands on does not say whose it was either."""
    said = orjson.loads(row.submission) if row.submission else {}
    fields = said.get("fields") or {}
    if row.kind == "feedback" and not fields.get("resident") and fields.get("anonymous") is not False:
        return say("names.unnamed")
    return names.author(said or {"author": row.author})


def _nothing_left(row, runs: list[tuple[int, int]]) -> bool:
    """Whether all of 1 to its highest number has arrived, and it says that nothing waits."""
    return row.pending == 0 and row.last_number > 0 and runs == [(1, row.last_number)]


def _unsent(row, runs: list[tuple[int, int]], now: int) -> Markup:
    if row.pending is None:
        return Markup("{}").format(say("tablets.not_reported"))
    if _nothing_left(row, runs):
        return Markup("{}").format(say("tablets.nothing_left"))
    said = Markup("{}").format(f"{row.pending:,}")
    if row.pending and row.oldest_unsent_ms is not None:
        age = max(0, now - row.oldest_unsent_ms)
        said += Markup("<br>{}").format(say("tablets.oldest", span=span(age)))
        if age > AMBER_MS:
            said += Markup(' <strong class="tm-warn">{}</strong>').format(say("tablets.oldest_late"))
    return said


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
    top = runs[-1][1] if runs else 0
    above = [(row.last_number + 1, row.last_number + 1)] if row.pending == 0 and row.last_number > top else []
    said = Markup("{}").format(_missing([*runs, *above]))
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


def _app(row, zone: str, now: int) -> Markup:
    """Its version, whether that is the one that is served now, and whether it is installed."""
    if row.reported_ms is None:
        return Markup("{}").format(say("tablets.not_said"))
    ours = current_app.extensions["tidemark_build"]()
    said = Markup("{}").format(row.app_version or say("time.not_known"))
    if row.app_version and ours and row.app_version != ours:
        said = Markup('<strong class="tm-warn">{}</strong>').format(say("tablets.version_old", version=row.app_version, ours=ours))
    if row.installed is not None:
        said += Markup("<br>{}").format(say("tablets.installed" if row.installed else "tablets.not_installed"))
    return said + Markup('<br><span class="tm-quiet">{}</span>').format(f"{say('tablets.reported')}: {when(row.reported_ms, zone, now)}")


def _storage(row) -> Markup:
    """What is free, and whether the browser promised to keep what is there."""
    if row.reported_ms is None:
        return Markup("{}").format(say("tablets.not_said"))
    said = Markup("")
    if row.storage_free_mb is not None:
        mb = row.storage_free_mb
        size = say("tablets.gb", n=f"{mb / 1000:,.0f}") if mb >= 1000 else say("tablets.mb", n=f"{mb:,}")
        said = Markup("{}<br>").format(say("tablets.free", gb=size))
    if row.persisted is False:
        return said + Markup('<strong class="tm-warn">{}</strong>').format(say("tablets.not_persisted"))
    return said + Markup("{}").format(say("tablets.persisted" if row.persisted else "time.not_known"))
