"""An alert in words: a title, one sentence with its numbers, and what to do next. For after unlock, never for a lock screen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sync.days import LONDON, read_clock, say_time
from sync.messages import text, word
from sync.rules.judging import INCOMPLETE, MEASURED, NEEDS_PLAN
from sync.thresholds import THRESHOLDS


class Said(NamedTuple):
    """What a screen shows of an alert, from the top."""

    title: str
    says: str
    next: str


def say_ml(amount: Any) -> str:
    """1,200ml."""
    return f"{amount:,}ml" if isinstance(amount, int) else "?"


def say_span(minutes: int) -> str:
    """3 hours; 1 hour 30 minutes."""
    hours, rest = divmod(minutes, 60)
    said_hours = text("alerts.span.one_hour") if hours == 1 else text("alerts.span.hours", n=hours)
    said_rest = text("alerts.span.minutes", n=rest)
    if not hours:
        return said_rest
    return text("alerts.span.both", hours=said_hours, minutes=said_rest) if rest else said_hours


def say_alert(fields: Mapping[str, Any], zone: str = LONDON, *, advice_by: str | None = None) -> Said:
    """The words for an alert record's values. `advice_by` is the home's own time for advice, as `10:00`."""
    rule, reason = str(fields.get("rule")), fields.get("reason") or MEASURED
    facts = fields.get("facts") or {}
    values = _Spoken(_spoken(facts, zone, advice_by))
    base = f"alerts.rules.{rule}"
    variant = "incomplete" if reason == INCOMPLETE and word(f"{base}.incomplete", "") else "says"
    says = _fill("alerts.needs_plan" if reason == NEEDS_PLAN else f"{base}.{variant}", values)
    also = [_fill(f"alerts.also.{name}", values) for name in _also(facts)]
    for tablet in fields.get("silent_tablets") or ():
        also.append(_fill("alerts.also.on_a_tablet", _Spoken(tablet=str(tablet.get("name")), heard_at=_one("heard_at", tablet.get("heard_at"), zone))))
    if facts.get("low_intake"):
        also.append(text("alerts.also.low_intake", why=text(f"alerts.low_intake.{facts['low_intake']}")))
    if reason not in (MEASURED, INCOMPLETE):
        also.append(text(f"alerts.reasons.{reason}"))
    own = word(f"{base}.next_incomplete", "") if reason == INCOMPLETE else ""
    next_ = own or word(f"alerts.next.{reason}", "") or _fill(f"{base}.next", values)
    return Said(text(f"{base}.title"), " ".join([says, *also]), next_)


def _also(facts: Mapping[str, Any]) -> list[str]:
    found = []
    if "was_ml" in facts:
        found.append("was")
    if facts.get("also_seen"):
        found.append("also_seen")
    if "drunk_up_to_ml" in facts:
        found.append("to_check")
    if "ended_at" in facts:
        found.append("ended")
    if facts.get("unsent"):
        found.append("unsent")
    if facts.get("back"):
        found.append("back")
    if facts.get("count"):
        found.append("count")
    return found


class _Spoken(dict):
    """Values for a sentence; what an old alert does not hold reads as a question mark."""

    def __missing__(self, name: str) -> str:
        return "?"


def _fill(key: str, values: _Spoken) -> str:
    return text(key).format_map(values)


def _spoken(facts: Mapping[str, Any], zone: str, advice_by: str | None) -> dict[str, str]:
    said = {name: _one(name, value, zone) for name, value in facts.items()}
    if isinstance(facts.get("minutes"), (int, float)):
        said["span"] = say_span(round(facts["minutes"]))
    due = advice_by or THRESHOLDS["alerts.advice_due_at"].default
    at = datetime.combine(datetime(2026, 1, 1), read_clock(due, datetime.min.time()), UTC)
    return said | {"advice_by": say_time(at, "UTC")}


def _one(name: str, value: Any, zone: str) -> str:
    if name.endswith("_ml"):
        return say_ml(value)
    if isinstance(value, list):
        return ", ".join(word(f"app.drink.red.{item}", str(item).replace("_", " ")) for item in value)
    if name in ("since", "at") or name.endswith("_at"):
        try:
            return say_time(datetime.fromisoformat(value), zone)
        except (TypeError, ValueError):
            return "?"
    return str(value)
