"""Measures in words: "19 of 20 (95%)", what was missed and why, and what changed since it was first told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from server.improvement import store as plan_store
from server.improvement.store import Day
from server.pages.names import Names
from server.pages.store import as_id
from server.pages.words import clock_time, code, date_text, say, when
from server.pages.words import day as day_words
from sync.measures import ESCALATION, FOLLOW_UP, MEASURES, MONITORING
from sync.measures.compliant_deployment import HOLDS
from sync.measures.figure import percent
from sync.rules.triggers import Number

#: The numbers that the words of measures name.
_NUMBERS = {
    "bedside": "hydration.bedside_minutes", "senior": "escalation.senior_minutes", "urgent": "escalation.urgent_minutes",
    "outcome": "appointments.outcome_hours", "allocate": "appointments.allocate_hours", "care_plan": "appointments.care_plan_hours", "days": HOLDS,
}  # fmt: skip


def said(numerator: int, denominator: int) -> str:
    """'19 of 20 (95%)'; words where nothing was due."""
    share = percent(numerator, denominator)
    return say("measures.none_due") if share is None else say("measures.figure", n=numerator, of=denominator, percent=whole(share))


def whole(share: float) -> int:
    """A percentage as it is shown: rounded down, so that 94.9 % never reads as the target met."""
    return int(share)


def means(name: str, number: Number) -> str:
    """What a measure counts, with the home's own numbers as they are today: a day is judged by those that were in force on it."""
    return say(f"measures.means.{name}", **{key: f"{number(asked):g}" for key, asked in _NUMBERS.items()})


def line(name: str, days: Sequence[Day], number: Number, rebased: Iterable[date]) -> dict[str, Any]:
    """One measure over the days that it is judged on, and what its chart says with the limits that reviews began anew."""
    asked, judged = MEASURES[name], plan_store.lately(days, number)
    lately = plan_store.total(judged)
    found = plan_store.chart(days, asked.target_percent, rebased)
    changed = [each for each in judged if each.changed]
    return {
        "name": name,
        "title": say(f"measures.names.{name}"),
        "figure": said(lately.numerator, lately.denominator),
        "late": say("measures.with_late", figure=said(lately.in_the_end, lately.denominator)) if lately.in_the_end != lately.numerator else "",
        "target": say("measures.target", percent=asked.target_percent),
        "says": say(f"measures.variation.{found.variation}") if found and found.variation else say("measures.not_enough"),
        "changed": say("measures.days_changed", n=len(changed)) if changed else "",
        "period": say("measures.period", start=day_words(judged[0].on), end=day_words(days[-1].on)) if days else say("measures.no_days"),
    }


def day_line(each: Day, zone: str) -> dict[str, Any]:
    """One care day in the table, with what was told of it first where that has changed."""
    return {
        "on": each.on.isoformat(),
        "day": day_words(each.on),
        "figure": said(each.numerator, each.denominator),
        "late": said(each.in_the_end, each.denominator),
        "left_out": each.left_out,
        "changed": changed(each),
    }


def changed(each: Day) -> str:
    """'was 18 of 20 (90%): 4 records arrived or changed since'; nothing where it stands as it was told."""
    if not each.changed:
        return ""
    key = "measures.was_one" if each.changed_rows == 1 else "measures.was"
    return say(key, figure=said(*each.first), n=each.changed_rows)


def as_at(days: Sequence[Day], zone: str, now: int) -> str:
    """'Worked out at 1:50pm'; nothing before the first day."""
    return say("measures.as_at", time=when(max(each.worked_out_ms for each in days), zone, now)) if days else ""


def miss(name: str, on: date, each: dict[str, Any], names: Names, zone: str) -> dict[str, Any]:
    """One miss: who or what, why, and where the records are."""
    return {
        **case(name, on, each["about"], names, zone),
        "why": " ".join(say(f"measures.missed.{why}") for why in each["missed"]),
        "late": say("measures.met_late") if each["in_the_end"] else "",
    }


def case(name: str, on: date, about: dict[str, Any], names: Names, zone: str) -> dict[str, Any]:
    """What was due, met or missed: who or what, and the address of the original records."""
    person = names.resident(about["resident"]) if about.get("resident") else ""
    what = {
        MONITORING: lambda: code("window", about.get("window")),
        ESCALATION: lambda: say("measures.at", what=code("rule", about.get("rule")), time=clock_time(about["at"], zone)),
        FOLLOW_UP: lambda: say("measures.appointment_at", time=clock_time(about["at"], zone)),
    }.get(name, lambda: _shift(about, zone))()
    return {"who": person or what, "what": what if person else "", "href": _href(name, on, about)}


def people(misses: Iterable[dict[str, Any]], names: Names) -> list[dict[str, Any]]:
    """Who has how many windows missed, most first: where somebody looks first."""
    counted = Counter(each["about"].get("resident") for each in misses)
    return [{"id": id_, "name": names.resident(id_), "place": names.place(id_), "n": n} for id_, n in counted.most_common()]


def _shift(about: dict[str, Any], zone: str) -> str:
    on, _, name = str(about.get("shift") or "").partition("/")
    return say("measures.shift", unit=about.get("unit") or say("measures.whole_home"), shift=code("shift", name), day=date_text(on), time=clock_time(about["at"], zone))


def _href(name: str, on: date, about: dict[str, Any]) -> str | None:
    if name == MONITORING:
        return f"/measures/{name}/{on.isoformat()}/{about['resident']}" if as_id(about.get("resident")) else None
    return f"/show-me/{about['record']}" if as_id(about.get("record")) else None
