"""Scores of audits in words and over time: "12 of 15 (80%)", by week, and by question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from server.improvement import auditing
from server.improvement.store import Day
from server.pages import chart_view
from server.pages.measures_view import whole
from server.pages.words import date_text, from_text, say
from server.records import store
from sync.audits import TEMPLATES, Template, scoring
from sync.measures.compliant_deployment import HOLDS
from sync.measures.figure import percent
from sync.messages import word
from sync.rules.plan import read_day
from sync.rules.triggers import Number

#: Weeks in the table of questions.
TABLE_WEEKS = 8


def said(score: scoring.Score) -> str:
    """'12 of 15 (80%)'; words where nothing was looked at."""
    share = percent(*score)
    return say("audits.no_score") if share is None else say("measures.figure", n=score[0], of=score[1], percent=whole(share))


def total(fields: dict[str, Any]) -> scoring.Score:
    """An audit's own score: entries added over its questions."""
    return scoring.total(scoring.by_question(fields).values())


def of(rows: Iterable[store.RecordRow], template: Template) -> list[store.RecordRow]:
    """The finished audits of a template, oldest week first."""
    found = [row for row in auditing.finished(rows) if row.fields.get("template") == template.name and read_day(row.fields.get("from"))]
    return sorted(found, key=lambda row: row.fields["from"])


def overview(rows: Sequence[store.RecordRow]) -> list[dict[str, Any]]:
    """Each template's score over the weeks, with its chart."""
    return [_line(template, of(rows, template)) for template in TEMPLATES.values()]


def latest(rows: Sequence[store.RecordRow], measures: Iterable[str], zone: str) -> list[dict[str, Any]]:
    """The last finished audit of each template that bears on one of these measures, and the care day `on` which it was made: what
    the plan may weigh."""
    wanted, found = set(measures), []
    for template in TEMPLATES.values():
        if wanted & set(template.measures) and (audits := of(rows, template)):
            found.append(_line(template, audits) | {"id": audits[-1].id, "says": words(audits[-1]), "on": max(auditing.made_on(audits[-1:], wanted, zone), default=None)})
    return found


def words(row: store.RecordRow) -> str:
    """'Audit of drinks, week from 16 November 2026: 12 of 15 (80%)'."""
    return say("audits.in_words", name=title(str(row.fields["template"])), week=date_text(row.fields.get("from")), score=said(total(row.fields)))


def title(name: str) -> str:
    return say(f"duties.names.audit_{name}")


def signs(rows: Iterable[store.RecordRow], measure: str) -> dict[str, Any] | None:
    """What looked made up in the records of a measure when its last audit was drawn; None where nothing did."""
    by_name = {template.name: template for template in TEMPLATES.values() if measure in template.measures}
    row = max((row for row in rows if row.fields.get("template") in by_name and row.fields.get("from")), key=lambda row: row.fields["from"], default=None)
    if row is None:
        return None
    held = [scoring.drawn_from(row.fields, source)[1] for source in by_name[row.fields["template"]].sources]
    said = [say(f"audits.signs.{sign}", n=n) for signs_ in held for sign, n in signs_.items()]
    return {"id": row.id, "week": date_text(row.fields["from"]), "says": said} if said else None


def asks(name: str, number: Number) -> str:
    """A question in words, with the home's own numbers in it; one that this code does not know by its name."""
    words = word(f"pages.audits.questions.{name}", "")
    return words.format(outcome=f"{number('appointments.outcome_hours'):g}", dependency=number(HOLDS)) if words else name


def by_question(rows: Sequence[store.RecordRow], template: Template, number: Number) -> dict[str, Any]:
    """Every question of a template with its score week by week, and the weeks' own totals."""
    audits = of(rows, template)
    shown, scores = audits[-TABLE_WEEKS:], {row.id: scoring.by_question(row.fields) for row in audits}
    return {
        **_line(template, audits),
        "weeks": [{"id": row.id, "from": date_text(row.fields["from"]), "score": said(total(row.fields))} for row in shown],
        "questions": [
            {
                "name": question.name, "asks": asks(question.name, number), "source": say(f"audits.sources.{question.source}"),
                "cells": [said(scores[row.id][question.name]) if question.name in scores[row.id] else "–" for row in shown],
                "chart": _chart([_day(row, scores[row.id].get(question.name, (0, 0))) for row in audits]),
            }
            for question in template.questions
        ],
    }  # fmt: skip


def _line(template: Template, audits: Sequence[store.RecordRow]) -> dict[str, Any]:
    return {
        "name": template.name, "title": title(template.name), "count": len(audits),
        "last": words(audits[-1]) if audits else say("audits.none_done"),
        "chart": _chart([_day(row, total(row.fields)) for row in audits]),
    }  # fmt: skip


def _chart(weeks: list[Day]) -> dict[str, Any] | None:
    return chart_view.chart(weeks, None, words="audits")


def _day(row: store.RecordRow, score: scoring.Score) -> Day:
    """A week's score as a point of the chart, on the first day of the week that was looked at."""
    met, of_ = score
    return Day(date.fromisoformat(row.fields["from"][:10]), met, of_, met, 0, score, 0, from_text(row.fields.get("done_at")) or 0)
