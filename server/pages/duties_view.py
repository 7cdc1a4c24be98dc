"""Who owes what: the rounds that run now, and how the last four weeks went, duty by duty."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from server.pages.names import Names
from server.pages.words import at, code, from_text, say, when
from server.records import store
from sync import days
from sync.rules.duties import DUTIES, MONTH, period

COUNTED_DAYS = 28
#: Days that the beginning of a round which still counts lies back at most: its own month, and the one in which the next falls due.
ROUND_DAYS = 63
OPEN, LATE, DONE, DONE_LATE, MISSED = "open", "late", "done", "done_late", "missed"


def rounds(c: Connection, home_id: int, now: datetime, zone: str) -> list[store.RecordRow]:
    """Every round of a duty in the last weeks, and those of the month that runs; newest first."""
    today = days.care_day(now, zone).toordinal()
    # Being on shift is a duty too, somebody's: there are far more of those.
    rows = store.records(c, home_id, "duty", days=(today - ROUND_DAYS, today + 1), of_nobody=True)
    return [row for row in reversed(rows) if not row.struck and row.fields.get("what") in DUTIES and row.fields.get("due_at")]


def state(row: store.RecordRow, now_ms: int) -> str:
    due, done = from_text(row.fields["due_at"]), from_text(row.fields.get("done_at"))
    if done is not None:
        return DONE if done <= due else DONE_LATE
    return MISSED if row.fields.get("missed_reason") else LATE if due <= now_ms else OPEN


def line(row: store.RecordRow, names: Names, zone: str, now_ms: int) -> dict[str, Any]:
    """One round in words. `by_hand`: no record does it, so whoever did it says so."""
    duty, fields, stands = DUTIES[row.fields["what"]], row.fields, state(row, now_ms)
    done, who = from_text(fields.get("done_at")), fields.get("done_by")
    said = {
        OPEN: say("duties.open"), LATE: say("duties.late"), MISSED: say("duties.missed", reason=fields.get("missed_reason") or ""),
        DONE: "", DONE_LATE: "",
    }[stands]  # fmt: skip
    if done is not None:
        how = "duties.done_late" if stands == DONE_LATE else "duties.done" if who else "duties.done_plain"
        said = say(how, when=when(done, zone, now_ms), name=names.staff(who) if who else "")
    return {
        "id": row.id, "name": say(f"duties.names.{duty.name}"), "href": "/audits" if duty.proof == "audit" else None, "every": say(f"duties.every.{duty.every}"),
        "owner": _whose(fields.get("owner"), duty.owner, names), "deputy": _whose(fields.get("deputy"), duty.deputy, names),
        "due": when(from_text(fields["due_at"]), zone, now_ms), "state": stands, "said": said, "serves": say(f"duties.streams.{duty.serves}"),
        "by_hand": duty.proof is None and duty.name != "daily_log" and stands in (OPEN, LATE), "may_say_why": stands in (LATE, MISSED),
    }  # fmt: skip


def _whose(person: Any, role: str, names: Names) -> str:
    return f"{names.staff(person)}, {code('roles', role)}" if person else code("roles", role)


def figures(rows: list[store.RecordRow], now_ms: int, zone: str) -> list[dict[str, Any]]:
    """Of each duty's rounds of the last weeks whose time has come: done on time, done late, missed, or late now."""
    return [
        {
            "name": say(f"duties.names.{name}"), "on_time": of[DONE], "late": of[DONE_LATE], "missed": of[MISSED], "late_now": of[LATE],
            "share": say("duties.of", n=of[DONE], total=of.total()), "serves": say(f"duties.streams.{DUTIES[name].serves}"),
        }
        for name, of in _counted(rows, now_ms, zone).items()
        if of.total()
    ]  # fmt: skip


def by_duty(c: Connection, home_id: int, now_ms: int, zone: str) -> dict[str, Counter[str]]:
    """How the rounds of each duty went: what was missed, or is late now, counts against the actions of the stream that it serves."""
    return _counted(rounds(c, home_id, at(now_ms, zone), zone), now_ms, zone)


def _counted(rows: list[store.RecordRow], now_ms: int, zone: str) -> dict[str, Counter[str]]:
    since, counted = now_ms - COUNTED_DAYS * 86_400_000, {name: Counter() for name in DUTIES}
    for row in rows:
        stands, what, due_ms = state(row, now_ms), row.fields["what"], from_text(row.fields["due_at"])
        # A month is longer than the days that are counted: what was missed in it counts until the next one falls due.
        lately = due_ms >= since or (DUTIES[what].every == MONTH and days.to_ms(period(DUTIES[what], days.from_ms(due_ms), zone).due) > now_ms)
        if stands == LATE or (stands != OPEN and lately):
            counted[what][stands] += 1
    return counted
