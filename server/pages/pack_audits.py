"""The audits of a pack: each as it was saved, each answer with what it comes to, and the sources that none of them looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from server.improvement.pack import Pack
from server.pages import audit_scores
from server.pages.names import Names
from server.pages.sheets import Cell
from server.pages.words import code, say
from server.records import store
from sync import audits, days
from sync.audits import scoring
from sync.messages import word

AUDITS = ("audit", "template", "on", "by", "sources", "sampled", "answers", "met", "looked_at", "row")
ANSWERS = ("audit", "sources", "what", "held", "met", "looked_at", "words")


def lines(pack: Pack, names: Names) -> Iterator[tuple[Cell, ...]]:
    """One line an audit."""
    for ref, row in _numbered(pack):
        answers = scoring.answers(row.fields)
        met, of = scoring.total(map(scoring.score, answers))
        yield (
            ref, _name(row), days.care_day(days.from_ms(row.occurred_ms), pack.home.zone).isoformat(), _by(row, names),
            ", ".join(map(_source, scoring.covered(answers))), len(scoring.sample(row.fields)), len(answers), met, of, row.seq,
        )  # fmt: skip


def answers(pack: Pack) -> Iterator[tuple[Cell, ...]]:
    """One line an answer: how many of the entries that were looked at meet the question. Blank where it was left out."""
    for ref, row in _numbered(pack):
        for each in scoring.answers(row.fields):
            met, of = scoring.score(each) or (None, None)
            yield ref, _source(each["source"]), audit_scores.asks(each["question"], pack.number), code("answer", each.get("answer")), met, of, str(each.get("words") or "")


def gaps(pack: Pack) -> Iterator[tuple[str, str]]:
    """Audits that nobody answered, and sources that the article names and an audit does not rest on."""
    for ref, row in _numbered(pack):
        about, asked = say("pack.gap.audit", ref=ref, name=_name(row)), audits.template(row.fields.get("template"), row.fields.get("version"))
        if not scoring.done(row.fields):
            yield about, say("audits.not_answered")
        elif asked is not None:
            yield from ((about, say("pack.gap.source", source=_source(source))) for source in scoring.gaps(asked.sources, row.fields))


def _numbered(pack: Pack) -> list[tuple[str, store.RecordRow]]:
    return [(f"Q{n}", row) for n, row in enumerate(pack.beside["audit"], 1)]


def _by(row: store.RecordRow, names: Names) -> str:
    return names.staff(row.fields["done_by"]) if row.fields.get("done_by") else names.author(row.body)


def _name(row: store.RecordRow) -> str:
    return code("sources", row.fields.get("template"))


def _source(name: Any) -> str:
    return word(f"pages.audits.sources.{name}", str(name))
