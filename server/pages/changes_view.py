"""What was changed in practice, in words and by day: what reviews say of it, and what standards have tablets say. These are the lines on
the charts, and each is judged by what came after it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from server.improvement import changed
from server.improvement import store as plan_store
from server.improvement.changed import Changed
from server.pages import ladder_view, thresholds_view
from server.pages.filed_view import code_words, short
from server.pages.names import Names
from server.pages.store import as_id
from server.pages.words import code, date_text, say, shift_words
from server.records import store
from sync.rules import changes, prompts
from sync.rules.plan import read_day
from sync.rules.starts import STARTS


@dataclass(frozen=True)
class Change:
    """One change of practice: from which day, in words; `shown` is the record that says so, `record` the one that was changed."""

    on: date
    words: str
    shown: uuid.UUID
    record: uuid.UUID | None = None


def of_reviews(reviews: Iterable[store.RecordRow]) -> list[Change]:
    """What reviews say was changed."""
    return [
        Change(on, str(each["what"]), row.id, as_id(each.get("record")))
        for row in reviews
        for each in row.fields.get("changed") or ()
        if isinstance(each, dict) and each.get("what") and (on := read_day(each.get("on"))) is not None
    ]


def of_standards(standards: Iterable[store.RecordRow], measures: Iterable[str], zone: str) -> list[Change]:
    """The days on which tablets came to say something else by the standards of these measures' streams."""
    wanted = set(measures)
    streams = {stream for stream, start in STARTS.items() if wanted & set(start.measures)}
    return [
        Change(on, say("plan.new_prompts", topic=code_words(row.kind, "topic", row.fields["topic"]), where=_where(names)), row.id, row.id)
        for row in standards
        if row.fields.get("topic") in streams
        for on, names in prompts.changed_on(row.fields, zone)
    ]


def all_of(reviews: Iterable[store.RecordRow], standards: Iterable[store.RecordRow], measures: Iterable[str], zone: str) -> list[Change]:
    """Every change that bears on these measures, oldest first. One that a review names is told once, as the review tells it."""
    said = of_reviews(reviews)
    named = {(each.record, each.on) for each in said}
    return sorted([*said, *(each for each in of_standards(standards, measures, zone) if (each.record, each.on) not in named)], key=lambda each: each.on)


def lines(reviews: Iterable[store.RecordRow], standards: Iterable[store.RecordRow], measure: str, zone: str) -> list[tuple[date, str]]:
    """The same as a measure's chart takes them."""
    return [(each.on, each.words) for each in all_of(reviews, standards, (measure,), zone)]


def judged(series: Mapping[str, Sequence[plan_store.Day]], on: date) -> list[str]:
    """How each measure went since a day: better, the same, worse, or too early to say."""
    said = []
    for name, days in series.items():
        points = plan_store.charted(days)
        before, after = ([each.percent or 0.0 for each in points if (each.on >= on) == since] for since in (False, True))
        said.append(say(f"plan.since.{changes.judged(before, after)}", measure=say(f"measures.names.{name}")))
    return said


# ---- what a review may choose from ----


def words(found: Changed, names: Names) -> str:
    """What was changed, in a line: 'Threshold: Time without an offer…: 120 minutes'."""
    row = found.row
    said = _WORDS[row.kind](row.fields, names)
    return say("plan.changed_record", kind=say("plan.check_times") if row.kind == changed.CHECK_TIMES else code("kinds", row.kind), what=said)


def _number(fields: Mapping[str, Any], names: Names) -> str:
    asked = thresholds_view.setting(str(fields.get("name")))
    if asked is None:
        return str(fields.get("name"))
    return say("plan.changed_number", title=asked.title, value=thresholds_view.said_value(asked.name, fields.get("value")), where=thresholds_view.where(fields.get("unit_or_person"), names))


def _ladder(fields: Mapping[str, Any], _names: Names) -> str:
    return ladder_view.title(str(fields.get("severity")), fields.get("shift") or ladder_view.SHIFTS[0], fields.get("unit"))


def _allocation(fields: Mapping[str, Any], _names: Names) -> str:
    return say("plan.changed_allocation", shift=shift_words(fields.get("shift")), unit=fields.get("unit") or say("measures.whole_home"))


_WORDS = {
    changed.THRESHOLD: _number,
    changed.LADDER: _ladder,
    changed.STANDARD: lambda fields, _names: short(fields.get("words")),
    changed.CHECK_TIMES: lambda fields, names: names.resident(fields.get("resident")),
    changed.DUTY: lambda fields, names: say("plan.changed_duty", duty=say(f"duties.names.{fields['what']}"), name=names.staff(fields.get("owner"))),
    changed.ALLOCATION: _allocation,
}


def choice(found: Changed, names: Names) -> str:
    """The same with its day, as a choice. An allocation's reason tells it from others, and may name people: it is shown here alone."""
    said = {"what": words(found, names), "date": date_text(found.on.isoformat())}
    if found.row.kind == changed.ALLOCATION:
        return say("plan.changed_because", why=short(found.row.fields.get("changed_because") or found.row.fields.get("rationale")), **said)
    return say("plan.changed_choice", **said)


def _where(names: Iterable[str]) -> str:
    return ", ".join(code_words(changed.STANDARD, "prompts", name).lower() for name in names)
