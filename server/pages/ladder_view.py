"""The home's ladders as a page shows them: who is called, after how long, by whose decision, and what waits."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from sqlalchemy import Connection

from server.pages.names import Names, as_id
from server.pages.words import code, date_text, say
from server.records import store
from sync import days, ladder
from sync.severities import NUDGE, SEVERITIES
from sync.thresholds import DEFAULT, waits

# Nobody is called about a nudge, so it has no ladder to show.
CALLS = tuple(severity for severity in SEVERITIES if severity != NUDGE)
SHIFTS = tuple(name for name, _ in days.SHIFTS)


def records(c: Connection, home_id: int) -> list[store.RecordRow]:
    return [row for row in store.records(c, home_id, "ladder") if not row.struck]


def in_force(rows: list[store.RecordRow], severity: str, shift: str, unit: str | None, today: date, zone: str) -> ladder.Ladder:
    """What holds on a shift of that name: asked in the middle of one, today."""
    starts = dict(days.SHIFTS)[shift]
    return ladder.ladder_for(severity, (row.body for row in rows), days.local(today, time(starts.hour + 2), zone), zone, unit)


def all_of(rows: list[store.RecordRow], units: list[str], names: Names, today: date, zone: str) -> list[dict[str, Any]]:
    """Each ladder of the home: by severity and shift, and by unit where a unit has its own."""
    own = {str(row.fields.get("unit")) for row in rows if row.fields.get("unit") and not waits(row.fields)}
    found = []
    for severity in reversed(CALLS):
        for shift in SHIFTS:
            for unit in (None, *(each for each in units if each in own)):
                one = in_force(rows, severity, shift, unit, today, zone)
                whole = in_force(rows, severity, shift, None, today, zone) if unit else None
                if whole is None or whole.version != one.version:
                    found.append({
                        "title": title(severity, shift, unit), "severity": severity, "shift": shift, "unit": unit or "",
                        "lines": lines(one), "why": _why(rows, one.version, names),
                    })  # fmt: skip
    return found


def title(severity: str, shift: str, unit: str | None) -> str:
    return say("ladder.one_unit" if unit else "ladder.one", level=code("severity", severity), shift=say(f"ladder.shift.{shift}"), unit=unit)


def lines(one: ladder.Ladder) -> list[str]:
    """'At once: senior carer.', 'After 30 minutes: duty manager.', and what follows the last."""
    found, minutes = [], 0
    for rung in one.rungs:
        minutes += round(rung.after.total_seconds() / 60)
        who = ", ".join(code("roles", role) for role in rung.roles)
        found.append(say("ladder.after" if minutes else "ladder.at_once", minutes=minutes, who=who))
    again = "ladder.again" if one.loops else "ladder.no_more"
    return [*found, say(again, minutes=round(one.repeat.total_seconds() / 60), times=one.loops)]


def waiting(rows: list[store.RecordRow], names: Names, me: Any, may_approve: bool) -> list[dict[str, Any]]:
    """Proposals that want a second person."""
    found = []
    for row in rows:
        fields = row.fields
        proposed = ladder.from_record(fields)
        if not waits(fields) or proposed is None:
            continue
        mine = as_id(fields.get("proposed_by")) == me
        found.append({
            "id": row.id, "title": title(fields["severity"], fields.get("shift") or SHIFTS[0], fields.get("unit")), "lines": lines(proposed),
            "by": names.staff(fields.get("proposed_by")), "from": date_text(str(fields.get("from") or "")), "reason": fields.get("reason") or "",
            "mine": mine, "may_approve": may_approve and not mine,
        })  # fmt: skip
    return found


def _why(rows: list[store.RecordRow], version: str, names: Names) -> str:
    row = next((row for row in rows if str(row.id) == version), None) if version != DEFAULT else None
    if row is None:
        return say("ladder.default")
    who = names.staff(row.fields.get("approved_by") or row.fields.get("proposed_by") or row.body.get("author"))
    return say("thresholds.decided", name=who, since=date_text(str(row.fields.get("from") or "")), reason=row.fields.get("reason") or say("thresholds.no_reason"))
