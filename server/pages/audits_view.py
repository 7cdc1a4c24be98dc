"""Weekly audits as their pages show them: what is to do, what was drawn from how many, what was found, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from server.improvement import auditing, numbers
from server.pages import audit_scores, duties_view
from server.pages.audit_entries import Entries
from server.pages.names import Names
from server.pages.words import code, date_text, from_text, say, when
from server.records import store
from sync import days
from sync.audits import TEMPLATES, Template, scoring, template
from sync.rules import duties
from sync.rules.duties import DUTIES, Period
from sync.rules.triggers import Number

TO_DRAW, TO_ANSWER, DONE, DONE_LATE, MISSED = "to_draw", "to_answer", "done", "done_late", "missed"
#: Rounds that the board looks back over.
ROUNDS = 9
WEEK = timedelta(days=7)


def board(c: Connection, home_id: int, zone: str, now_ms: int, names: Names, held: list[str]) -> list[dict[str, Any]]:
    """Each template with the rounds that ask for something now, and how the last ones went."""
    now = days.from_ms(now_ms)
    made = {(row.fields.get("template"), row.fields.get("round")): row for row in auditing.audits(c, home_id, days.care_day(now, zone))}
    owed = {
        (row.fields["what"], days.care_day(days.from_ms(ms), zone).isoformat()): row
        for row in duties_view.rounds(c, home_id, now, zone)
        if (ms := from_text(row.fields.get("from"))) is not None
    }
    found = []
    for each in TEMPLATES.values():
        lines = []
        for period in rounds(each, now_ms, zone):
            audit, duty = made.get((each.name, period.key)), owed.get((each.duty, period.key))
            # Before this home had its calendar of duties, an audit was nobody's to make.
            if period.due <= now and audit is None and duty is None:
                continue
            lines.append(_round(each, period, audit, zone, now_ms, names))
        may_make = not each.auditors.isdisjoint(held)
        found.append({
            "name": each.name, "title": audit_scores.title(each.name), "lead": code("roles", each.lead), "may_make": may_make,
            "now": [line for line in lines if line["state"] in (TO_DRAW, TO_ANSWER)],
            "past": [line for line in lines if line["state"] not in (TO_DRAW, TO_ANSWER)],
        })  # fmt: skip
    return found


def rounds(each: Template, now_ms: int, zone: str) -> list[Period]:
    """The round that runs and those before it, newest first."""
    duty, monday = DUTIES[each.duty], date.fromisoformat(duties.period(DUTIES[each.duty], days.from_ms(now_ms), zone).key)
    return [duties.period(duty, days.care_day_bounds(monday - n * WEEK, zone)[0], zone) for n in range(ROUNDS)]


def open_round(each: Template, key: str, now_ms: int, zone: str) -> Period | None:
    """The round of that name, while its sample may still be drawn: until the next one falls due."""
    found = next((period for period in rounds(each, now_ms, zone) if period.key == key), None)
    return found if found is not None and not _over(each, found, now_ms, zone) else None


def _over(each: Template, period: Period, now_ms: int, zone: str) -> bool:
    return days.to_ms(duties.missed_at(DUTIES[each.duty], period.due, zone)) <= now_ms


def _round(each: Template, period: Period, audit: store.RecordRow | None, zone: str, now_ms: int, names: Names) -> dict[str, Any]:
    due_ms, first = days.to_ms(period.due), date.fromisoformat(period.key) - WEEK
    done_ms = from_text(audit.fields.get("done_at")) if audit is not None and scoring.done(audit.fields) else None
    if done_ms is not None:
        state = DONE if done_ms <= due_ms else DONE_LATE
    elif _over(each, period, now_ms, zone):
        state = MISSED
    else:
        state = TO_ANSWER if audit is not None else TO_DRAW
    return {
        "state": state, "late": state in (TO_DRAW, TO_ANSWER) and due_ms <= now_ms, "key": period.key, "id": audit.id if audit is not None else None,
        "week": week(first.isoformat(), (first + WEEK - timedelta(days=1)).isoformat()), "due": when(due_ms, zone, now_ms),
        "says": say(f"audits.state.{state}"),
        "by": names.staff(audit.fields.get("done_by")) if done_ms is not None and audit is not None else "",
        "done": when(done_ms, zone, now_ms) if done_ms is not None else "",
        "score": audit_scores.said(audit_scores.total(audit.fields)) if done_ms is not None and audit is not None else "–",
        "gaps": len(scoring.gaps(each.sources, audit.fields)) if done_ms is not None and audit is not None else "–",
    }  # fmt: skip


def week(first: Any, last: Any) -> str:
    """'16 November 2026 to 22 November 2026'."""
    return say("audits.week", start=date_text(first), end=date_text(last))


def one(row: store.RecordRow, asked: Template, entries: Entries, zone: str, now_ms: int) -> dict[str, Any]:
    """An audit: how its sample came about, and source by source what was drawn and found."""
    fields, names = row.fields, entries.names
    # The home's numbers as they were at the end of the week that was looked at.
    number = numbers.of(entries.c, entries.home_id, zone, date.fromisoformat(str(fields["to"])[:10]))
    said = {each["question"]: each for each in scoring.answers(fields)}
    return {
        "id": row.id,
        "title": audit_scores.title(asked.name),
        "week": week(fields.get("from"), fields.get("to")),
        "due": date_text(fields.get("due_on")),
        "done": scoring.done(fields),
        "done_says": say("audits.done_by", name=names.staff(fields.get("done_by")), when=when(from_text(fields.get("done_at")), zone, now_ms)),
        "drawn_says": say("audits.drawn", name=names.staff(fields.get("drawn_for")), when=when(from_text(fields.get("drawn_at")), zone, now_ms)),
        "seed": fields.get("seed"),
        "version": fields.get("version"),
        "score": audit_scores.said(audit_scores.total(fields)),
        "gaps": [say(f"audits.sources.{source}") for source in scoring.gaps(asked.sources, fields)],
        "sources": [_source(source, asked, fields, said, entries, number) for source in asked.sources],
        "beside": _beside(row, asked, names, number),
        "history": _history(row, names, zone),
    }


def _source(source: str, asked: Template, fields: Mapping[str, Any], said: Mapping[str, Any], entries: Entries, number: Number) -> dict[str, Any]:
    drawn, (held, signs) = scoring.sample(fields, source), scoring.drawn_from(fields, source)
    items = [entries.item(each) for each in drawn]
    called = {each["id"]: each["name"] for each in items}
    return {
        "name": source, "title": say(f"audits.sources.{source}"), "drawn": say("audits.drawn_from", n=len(drawn), of=held),
        "signs": [say(f"audits.signs.{sign}", n=n) for sign, n in signs.items()],
        "entries": items,
        "questions": [_question(question.name, said.get(question.name), called, number) for question in asked.of(source)],
    }  # fmt: skip


def _question(name: str, answer: Mapping[str, Any] | None, called: Mapping[str, str], number: Number) -> dict[str, Any]:
    score = scoring.score(answer) if answer else None
    return {
        "name": name, "asks": audit_scores.asks(name, number),
        "answer": say(f"audits.answer.{answer['answer']}") if answer and answer.get("answer") in (*scoring.ANSWERS, scoring.NOTHING) else "",
        "bad": bool(answer) and answer.get("answer") == scoring.NO,
        "score": audit_scores.said(score) if score else "",
        "words": (answer or {}).get("words") or "",
        "misses": [called[id_] for id_ in (answer or {}).get("misses") or () if id_ in called],
    }  # fmt: skip


def _beside(row: store.RecordRow, asked: Template, names: Names, number: Number) -> dict[str, Any] | None:
    """Two who answered the same sample without knowing of each other: both stand, and where they differ comes first."""
    versions = auditing.versions(row)[:2]
    if len(versions) < 2:
        return None
    known = {question.name for question in asked.questions}
    said = [[each for each in scoring.answers({"answers": version["value"]}) if each["question"] in known] for version in versions]
    same, both, differ = scoring.agreement(*said)
    people = [names.staff(version["author"]) for version in versions]
    answered = [{each["question"]: each["answer"] for each in of_one if each.get("answer") in scoring.ANSWERS} for of_one in said]
    return {
        "says": say("audits.two", one=people[0], other=people[1], same=same, both=both),
        "people": people,
        "differ": [{"asks": audit_scores.asks(name, number), "said": [say(f"audits.answer.{each[name]}") for each in answered]} for name in differ],
    }


def _history(row: store.RecordRow, names: Names, zone: str) -> list[str]:
    """Who answered or corrected, when and why, newest first; the draw is told above."""
    told = [step for step in row.body.get("history") or () if "answers" in step["fields"]]
    lines = []
    for place, step in enumerate(told):
        found = audit_scores.said(audit_scores.total(step["fields"]))
        at, reason = when(from_text(step["recorded_at"]), zone), step["fields"].get("correction_reason")
        key = "audits.corrected" if place and reason else "audits.answered"
        lines.append(say(key, name=names.staff(step["author"]), when=at, score=found, reason=reason or ""))
    return lines[::-1]


def of(row: store.RecordRow) -> Template | None:
    """The template that the audit was drawn under; None for one that somebody wrote without a draw."""
    return template(row.fields.get("template"), row.fields.get("version")) if row.fields.get("drawn_at") else None
