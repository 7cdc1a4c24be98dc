"""Reading a form of what is filed by hand, and filling it in again from the record. What is wrong is said by question."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from werkzeug.datastructures import MultiDict

from server.pages.filed_forms import CHOSEN, CLOCK, DAY, QUESTION, ROLES_HELD, SAID, TIME, WHOLE, YES_NO, Asked, Filed
from server.pages.words import at, say
from server.wire import rfc3339
from sync import days
from sync.fields import time_ms
from sync.rules import prompts
from sync.rules.plan import read_day

LONGEST = 2_000
#: A prompt is read in passing, on a tablet.
LONGEST_PROMPT = 200
#: How far back something may have happened, and how far ahead it may fall due.
BACK, AHEAD = timedelta(days=3 * 366), timedelta(days=2 * 366)
#: A form holds whole minutes, and so does the clock beside which it was filled in.
MINUTE = timedelta(minutes=1)
CLOCK_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")

Allowed = Mapping[str, Collection[str]]


def fields(
    filed: Filed, form: Mapping[str, str], allowed: Allowed, zone: str, now_ms: int, before: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], dict[str, str]]:  # fmt: skip
    """(fields of the record, sentences by question). `allowed` are the answers that each question offers, `before` what the record says
    already."""
    found: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for asked in filed.asked:
        if asked.how == SAID:
            start = days.local(read_day(found["effective_from"]), time(0), zone) if found["effective_from"] else days.from_ms(now_ms)
            wanted = {code: form.get(f"{asked.name}-{code}", "").strip() for code in asked.codes}
            found[asked.name] = prompts.laid(before or {}, wanted, start, days.from_ms(now_ms))
            wrong |= {f"{asked.name}-{code}": say("filed.standard.need.prompts", most=LONGEST_PROMPT) for code in wanted if len(wanted[code]) > LONGEST_PROMPT}
            continue
        said = form.get(asked.name, "").strip()
        found[asked.name] = value = _value(asked, said, allowed.get(asked.name, ()), zone, now_ms)
        if value is None and (asked.must or said):
            wrong[asked.name] = say(f"filed.{filed.kind}.need.{asked.name}", least=f"{asked.least:,}", most=f"{asked.most:,}")
        elif isinstance(value, str) and len(value) > LONGEST:
            wrong[asked.name] = say("filed.long")
        elif asked.how == QUESTION and value:
            found["topic"] = value.partition("_")[0]
    if filed.kind == "complaint" and found["answered_at"] and not found["outcome"]:
        wrong.setdefault("outcome", say("filed.complaint.need.outcome"))
    if filed.kind == "minute" and found["type"] == "challenge" and not found["due_on"]:
        wrong.setdefault("due_on", say("filed.minute.need.due_on"))
    if filed.kind == "hydration_plan":
        if found["target_ml"] and found["limit_ml"]:
            wrong.setdefault("limit_ml", say("filed.hydration_plan.need.both"))
        if found["nil_by_mouth_until"] and not (found["nil_by_mouth_from"] and found["nil_by_mouth_from"] < found["nil_by_mouth_until"]):
            wrong.setdefault("nil_by_mouth_until", say("filed.hydration_plan.need.until"))
    return found, wrong


def said_in(form: MultiDict) -> dict[str, str]:
    """A sent form by question; of several answers to one, all, with commas between."""
    return {name: ",".join(answers) for name, answers in form.lists()}


def _value(asked: Asked, said: str, allowed: Collection[str], zone: str, now_ms: int) -> Any:
    """The answer as the record holds it; None where there is none, or none that can be read."""
    if asked.how == YES_NO:
        return {"yes": True, "no": False}.get(said)
    if asked.how in CHOSEN:
        return (int(said) if asked.numbered else said) if said in allowed else None
    if asked.how == ROLES_HELD:
        held = said.split(",")
        return held if all(each in allowed for each in held) else None
    if asked.how == WHOLE:
        plain = said.replace(",", "")
        return int(plain) if plain.isascii() and plain.isdigit() and asked.least <= int(plain[:9]) <= asked.most else None
    if asked.how == DAY:
        on, today = read_day(said), at(now_ms, zone).date()
        return on.isoformat() if on and (asked.past or today - BACK <= on) and on <= (today + AHEAD if asked.future else today) else None
    if asked.how == CLOCK:
        return said if CLOCK_TIME.fullmatch(said) else None
    if asked.how == TIME:
        return _time(said, zone, now_ms, AHEAD if asked.future else MINUTE)
    return said or None


def _time(said: str, zone: str, now_ms: int, ahead: timedelta) -> str | None:
    try:
        there = datetime.fromisoformat(said)
    except ValueError:
        return None
    ms = days.to_ms(days.local(there.date(), there.time(), zone))
    return rfc3339(ms) if now_ms - BACK.total_seconds() * 1000 <= ms <= now_ms + ahead.total_seconds() * 1000 else None


def as_form(filed: Filed, values: Mapping[str, Any], occurred_ms: int, zone: str) -> dict[str, str]:
    """A record's values as its form holds them."""
    said = {"occurred_at": rfc3339(occurred_ms), **values}
    typed = {asked.name: _said(asked, said.get(asked.name), zone) for asked in filed.asked if asked.how != SAID}
    standing = prompts.last(prompts.texts(values))
    return typed | {f"{asked.name}-{code}": standing.get(code, "") for asked in filed.asked if asked.how == SAID for code in asked.codes}


def _said(asked: Asked, value: Any, zone: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ",".join(map(str, value))
    if asked.how == TIME:
        ms = time_ms(str(value))
        return "" if ms is None else at(ms, zone).strftime("%Y-%m-%dT%H:%M")
    return str(value)[:10] if asked.how == DAY else f"{value:g}" if isinstance(value, float) else str(value)
