"""Everything that happened to an alert, in order, by both clocks: one list that the page shows and the file holds.

    breach → first shown → taken → acted on → closed

Each event is from a row that was written when it happened: the ledger, the steps, the outbox's log of states, receipts.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from server.alerts import deliveries, duty
from server.pages import sheets
from server.pages import store as pages_store
from server.pages.names import Names, as_id
from server.pages.words import at, code, from_text, say, span, when
from server.records import store
from sync import days
from sync.kinds.alert import ACKNOWLEDGED, RESOLVED, WITHDRAWN

# The server hears of most things within seconds: a gap from here on was time without a connection.
GAP_MS = 60_000
COLUMNS = ("server_clock", "device_clock", "offline_gap_seconds", "late_seconds", "event", "who", "role", "device", "channel", "ledger_row")


@dataclass(frozen=True)
class Event:
    """`server_ms` is when our clock knew of it; `device_ms` is what the device's own clock said, where a device did it."""

    server_ms: int
    what: str
    device_ms: int | None = None
    gap_ms: int = 0
    late_ms: int = 0
    who: str = ""
    role: str = ""
    device: str = ""
    channel: str = ""
    row: int | None = None
    mark: str = ""  # shown, taken, acted, closed: what the times at the top are read from


def events(c: Connection, home_id: int, zone: str, row: store.RecordRow, names: Names) -> list[Event]:
    """Every event of one alert, by the server's clock."""
    found = [*_breach(row), *_said(c, home_id, row, names), *_decided(c, home_id, row, names), *_steps(c, home_id, row)]
    found += _deliveries(c, home_id, row, names)
    opened = from_text(row.fields.get("opened_at")) or row.occurred_ms
    found += _on_duty(c, home_id, zone, opened, names)
    return sorted(found, key=lambda event: event.server_ms)


def marks(row: store.RecordRow, found: list[Event], now_ms: int, zone: str) -> list[dict[str, str]]:
    """The five moments that an inspector asks for, each with how long after the breach it was."""
    breach = from_text(row.fields.get("happened_at")) or from_text(row.fields.get("opened_at")) or row.occurred_ms
    lines = [{"name": say("timeline.marks.breach"), "when": when(breach, zone, now_ms), "after": ""}]
    for mark in ("shown", "taken", "acted", "closed"):
        first = min((_really(event) for event in found if event.mark == mark), default=None)
        after = say("timeline.after", span=span(max(0, first - breach))) if first is not None else ""
        shown = when(first, zone, now_ms) if first is not None else say("timeline.not_yet")
        lines.append({"name": say(f"timeline.marks.{mark}"), "when": shown, "after": after})
    return lines


def table(found: list[Event], zone: str, now_ms: int) -> list[dict[str, str]]:
    """The events as the page shows them."""
    return [
        {
            "server": when(event.server_ms, zone, now_ms),
            "device": when(event.device_ms, zone, now_ms) if event.device_ms is not None else "–",
            "what": event.what,
            "who": ", ".join(filter(None, (event.who, event.role, event.device, event.channel))) or "–",
            "notes": _notes(event),
        }
        for event in found
    ]


def as_csv(found: list[Event], zone: str) -> str:
    """The same events for a file: times as RFC 3339 in the home's zone, lengths in seconds."""
    return sheets.as_csv(COLUMNS, (
        (
            _iso(event.server_ms, zone), _iso(event.device_ms, zone) if event.device_ms is not None else "", event.gap_ms // 1000 or "",
            event.late_ms // 1000 or "", event.what, event.who, event.role, event.device, event.channel, event.row or "",
        )
        for event in found
    ))  # fmt: skip


def _really(event: Event) -> int:
    """When it was done, by the best clock there is: before the connection came back, not after."""
    return event.server_ms - event.gap_ms


def _notes(event: Event) -> str:
    said = []
    if event.gap_ms >= GAP_MS:
        said.append(say("timeline.gap", span=span(event.gap_ms)))
    if event.late_ms >= GAP_MS:
        said.append(say("timeline.late", span=span(event.late_ms)))
    if event.row is not None:
        said.append(say("alert.ledger_row", seq=f"{event.row:,}"))
    return ". ".join(said) or "–"


def _iso(ms: int, zone: str) -> str:
    return at(ms, zone).isoformat(timespec="seconds")


def _breach(row: store.RecordRow) -> list[Event]:
    happened = from_text(row.fields.get("happened_at"))
    return [Event(happened, say("timeline.breach"))] if happened is not None else []


def _said(c: Connection, home_id: int, row: store.RecordRow, names: Names) -> list[Event]:
    """What the ledger holds about the alert: its openings, its climb, and each move of a person."""
    found = []
    for entry in pages_store.submissions(c, home_id, [row.id])[row.id]:
        body = entry.submission or {}
        sets, person = body.get("fields") or {}, entry.origin != "system"
        status = sets.get("status")
        if not person and not (status or "opened_at" in sets):
            continue  # a climb: the steps below tell it with how late it was
        mark = {ACKNOWLEDGED: "taken", RESOLVED: "closed", WITHDRAWN: "closed"}.get(status, "")
        device_ms = from_text(body.get("recorded_at")) if person else None
        found.append(Event(
            entry.received_ms, _status_words(status, person, sets), device_ms,
            max(0, entry.received_ms - entry.occurred_ms) if person else 0,
            who=names.author(body) if person else say("alert.tidemark"), device=names.device(entry.device) if person else "",
            row=entry.seq, mark=mark,
        ))  # fmt: skip
    return found


def _status_words(status: str | None, person: bool, sets: dict[str, Any]) -> str:
    words = say("timeline.status", status=code("status", status)) if status else say("timeline.changed" if person else "timeline.opened")
    return f"{words}: {sets['outcome']}" if sets.get("outcome") else words


def _decided(c: Connection, home_id: int, row: store.RecordRow, names: Names) -> list[Event]:
    """The decisions about it: `escalation` records that name this alert."""
    person = as_id(row.fields.get("subject"))
    bound = [
        each for each in (store.about(c, home_id, "escalation", [person]) if person else ())
        if not each.struck and as_id(each.fields.get("alert")) == row.id
    ]  # fmt: skip
    said = pages_store.submissions(c, home_id, [each.id for each in bound])
    found = []
    for each in bound:
        for entry in said[each.id]:
            body = entry.submission or {}
            decision = (body.get("fields") or {}).get("decision")
            words = say("timeline.decided", decision=decision) if decision else say("timeline.decision_changed")
            found.append(Event(
                entry.received_ms, words, from_text(body.get("recorded_at")), max(0, entry.received_ms - entry.occurred_ms),
                who=names.author(body), device=names.device(entry.device), row=entry.seq, mark="acted",
            ))  # fmt: skip
    return found


def _steps(c: Connection, home_id: int, row: store.RecordRow) -> list[Event]:
    return [
        Event(step.at_ms, say(f"timeline.steps.{step.kind}", n=step.rung), late_ms=step.late_ms)
        for step in deliveries.steps(c, home_id, row.id)
    ]  # fmt: skip


def _deliveries(c: Connection, home_id: int, row: store.RecordRow, names: Names) -> list[Event]:
    return [
        Event(
            state.at_ms, say(f"timeline.states.{state.state}"), state.device_ms, state.gap_ms,
            who=names.staff(state.staff) if state.staff else "", role=code("roles", state.role) if state.role != "any" else "",
            device=names.device(state.to), channel=say(f"timeline.channels.{state.channel}"),
            mark="shown" if state.state in ("shown", "opened") else "",
        )
        for state in deliveries.states(c, home_id, row.id)
    ]  # fmt: skip


def _on_duty(c: Connection, home_id: int, zone: str, opened_ms: int, names: Names) -> list[Event]:
    """Who was signed on when it opened."""
    day = days.care_day(at(opened_ms, zone), zone).toordinal()
    return [
        Event(opened_ms, say("timeline.on_duty"), who=names.staff(one.staff), role=code("roles", one.role), device=_carried(one.device, names))
        for one in duty.on_duty(c, home_id, day, opened_ms)
    ]  # fmt: skip


def _carried(device: uuid.UUID | None, names: Names) -> str:
    return names.device(device) if device else ""
