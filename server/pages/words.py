"""Words, times and spans as the pages say them: "5:30pm", "6 August 2026", "1 hour 20 minutes".

Everything said comes from the section `pages` of the message file; nothing here reads a clock.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sync import days
from sync.messages import section, text, word

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


def say(key: str, **values: object) -> str:
    """A sentence of the section `pages`."""
    return text(f"pages.{key}", **values)


# Where the words for codes stand, first place first: what the app says is said in the same words here.
PLACES = {
    "roles": ("kinds.roles", "app.roles"),
    "outcome": ("kinds.hydration_check.outcome", "app.alert.outcomes"),
    "reason": ("app.drink.reasons", "pages.reason"),
    "red_flags": ("app.drink.red",),
    "next_step": ("kinds.hydration_check.next_step",),
    "source": ("kinds.hydration_check.source",),
    "basis": ("kinds.hydration_check.basis",),
    "flags": ("kinds.flags",),
    "kinds": ("kinds.names",),
    "status": ("kinds.alert.status",),
    "severity": ("kinds.alert.severity",),
    "attendance": ("kinds.appointment_outcome.attendance",),
    "visit_states": ("screens.visits.states",),
    "visit_types": ("forms.appointment.fields.type.options",),
    "fields": ("pages.fields", "refusals.fields"),
    "finding": ("kinds.shift_hydration_check.finding",),
    "attendance": ("kinds.appointment_outcome.attendance",),
    "care_plan_change": ("kinds.appointment_outcome.care_plan_change",),
    "facts": ("pages.facts",),
    "handover_part": ("screens.handover.parts",),
}


def code(group: str, value: object) -> str:
    """The words for a code; one that nobody has written words for is shown as plain text."""
    if value is None or value == "":
        return ""
    if group == "rule":
        return word(f"alerts.rules.{value}.title", str(value))
    found = next((said for place in PLACES.get(group, ()) if isinstance(said := _section(place).get(value), str)), None)
    words = found or str(value).replace("_", " ")
    return words[:1].upper() + words[1:]


def _section(place: str) -> dict:
    try:
        return section(place)
    except KeyError:
        return {}


def roles(names: list[str] | tuple[str, ...] | None) -> str:
    """Roles as a list in words, in the order given."""
    return ", ".join(code("roles", name) for name in names or ())


def at(ms: int, zone: str) -> datetime:
    """The instant as an aware datetime in the home's zone."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZoneInfo(zone))


def clock_time(ms: int, zone: str) -> str:
    """'5:30pm'."""
    return days.say_time(at(ms, zone), zone)


def day(value: date) -> str:
    """'6 August 2026'."""
    return f"{value.day} {say(f'months.{value.month}')} {value.year}"


def when(ms: int | None, zone: str, now_ms: int | None = None) -> str:
    """'5:30pm' on the day of `now_ms`, else '5:30pm on 6 August 2026'; 'never' for None."""
    if ms is None:
        return say("time.never")
    local = at(ms, zone)
    if now_ms is not None and local.date() == at(now_ms, zone).date():
        return clock_time(ms, zone)
    return say("time.at_on", time=clock_time(ms, zone), date=day(local.date()))


def span(ms: int) -> str:
    """A length of time in at most two parts: '1 hour 20 minutes', '3 days'."""
    minutes = abs(ms) // MINUTE_MS
    if minutes < 1:
        return say("time.under_a_minute")
    whole_days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [_count(n, unit) for n, unit in ((whole_days, "day"), (hours, "hour"), (minutes, "minute")) if n][:2]
    return parts[0] if len(parts) == 1 else say("time.two_parts", a=parts[0], b=parts[1])


def ago(ms: int | None, now_ms: int) -> str:
    """'20 minutes ago'; 'never' for None."""
    return say("time.never") if ms is None else say("time.ago", span=span(now_ms - ms))


def _count(n: int, unit: str) -> str:
    return say(f"time.one_{unit}") if n == 1 else say(f"time.{unit}s", n=n)


def from_text(stamp: str | None) -> int | None:
    """Milliseconds of an RFC 3339 time as records hold it; None where there is none or it cannot be read."""
    if not stamp:
        return None
    try:
        parsed = datetime.fromisoformat(stamp)
    except (TypeError, ValueError):
        return None
    return int(parsed.timestamp() * 1000) if parsed.tzinfo else None


def date_text(value: str | None) -> str:
    """'6 August 2026' of a date as records hold it; whatever else it is, as it stands."""
    try:
        return day(date.fromisoformat(value[:10])) if value else ""
    except ValueError:
        return str(value)


def shift_words(shift: Any) -> str:
    """'Night shift, 22 November 2026'; a text that names no shift as it stands."""
    on, _, name = str(shift or "").partition("/")
    try:
        return say(f"handovers.{name}", day=day(date.fromisoformat(on))) if name in ("day", "night") else str(shift or "")
    except ValueError:
        return str(shift)
