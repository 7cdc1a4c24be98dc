"""The demo's weekly audits: each lead draws the sample by the product's own rule, and answers it as the week deserved.

The draw hangs on the demo's seed and not on the home's secret, so that the same seed makes the same history.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from server.demo import plans
from server.demo.improving import MISSED_WEEK
from server.demo.people import ZONE, DemoHome
from server.demo.seeded import chance, named_id
from server.demo.settings import Decision
from server.improvement import auditing
from server.people.store import Home
from server.records import store
from sync import days
from sync.audits import TEMPLATES, Template, scoring

#: When a lead sits down to it: Tuesdays, from this hour on.
WEEKDAY, HOUR = 1, 13
MISSES = (
    "Two of these were written at the end of the shift", "Nobody says why", "The plan does not say how", "Nobody was told of it until the next day",
)  # fmt: skip


def by_seed(home: Home, seed: int) -> Home:
    """The home as its draws see it."""
    return replace(home, secret=named_id("draws", seed, home.uuid).bytes)


def _due(span: plans.Span, at_ms: int) -> tuple[str, list[Template]]:
    """The Monday of the round that somebody makes now, and which audits; none on other days, and each is missed now and then."""
    there = days.from_ms(at_ms).astimezone(days.zone_of(ZONE))
    day = there.date()
    monday, week = day - timedelta(days=day.weekday()), (day - span.first).days // 7
    if day.weekday() != WEEKDAY or there.hour < HOUR or monday - timedelta(days=7) < span.first:
        return monday.isoformat(), []
    return monday.isoformat(), [each for each in TEMPLATES.values() if week % 5 != MISSED_WEEK[each.name]]


def draw_due(row: Home, home: DemoHome, seed: int, span: plans.Span, at_ms: int) -> None:
    """Draw the samples that are due and not drawn yet."""
    round_, due = _due(span, at_ms)
    for template in due:
        auditing.draw(by_seed(row, seed), template, round_, by=home.first(template.lead).id, now_ms=at_ms)


def answers_due(c: Connection, row: Home, home: DemoHome, seed: int, span: plans.Span, at_ms: int) -> list[Decision]:
    """What leads found in the samples that were drawn at an earlier step."""
    round_, due = _due(span, at_ms)
    found = []
    for template in due:
        id_ = auditing.audit_id(row.uuid, template.name, round_)
        audit = store.record(c, row.id, id_)
        if audit is None or audit.struck or scoring.done(audit.fields) or audit.occurred_ms >= at_ms:
            continue
        lead = home.first(template.lead)
        said = _answers(template, audit.fields, chance("audit", seed, home.number, template.name, round_), span.progress(date.fromisoformat(round_)))
        fields = {"answers": said, "sources_covered": scoring.covered(said), "done_at": plans.iso(at_ms // 1000 * 1000), "done_by": str(lead.id)}
        found.append(Decision(uuid.uuid5(id_, "answered"), at_ms, lead.id, fields, auditing.KIND, id_))
    return found


def _answers(template: Template, audit: dict[str, Any], luck, better: float) -> list[dict[str, Any]]:
    said = []
    for question in template.questions:
        drawn = [each["id"] for each in scoring.sample(audit, question.source)]
        misses = [id_ for id_ in drawn if luck.random() > 0.6 + 0.37 * better]
        answer = scoring.NOTHING if not drawn else scoring.NO if misses else scoring.YES
        words = luck.choice(MISSES) if misses else ""
        said.append({"question": question.name, "source": question.source, "looked_at": len(drawn), "answer": answer, "words": words, "misses": misses})
    return said
