"""From a claim to the records that it rests on: each with everything that was ever written about it, and the proof of each row."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from server.improvement import gather
from server.improvement import store as plan_store
from server.pages import entries, measures_view
from server.pages import store as pages_store
from server.pages.names import Names
from server.pages.store import as_id
from server.pages.words import code, from_text, say, shift_words, when
from server.records import proof, store
from sync.kinds.escalation import DECIDED
from sync.measures import DEPLOYMENT, ESCALATION, FOLLOW_UP, MONITORING

#: Kinds that evidence rests on. Staff, tablets, numbers to call and the settings of the home are nobody's evidence here.
KINDS = frozenset({
    "hydration_check", "hydration_plan", "shift_hydration_check", "alert", "escalation", "appointment", "appointment_outcome", "follow_up", "shift_sample",
    "allocation", "deployment_observation", "dependency_score", "improvement_action", "review", "audit", "minute", "feedback", "staff_account", "complaint",
    "practice_observation", "feedback_summary", "incident", "care_review_note", "standard", "log_entry",
})  # fmt: skip
#: Kinds of which a measure's day is made, beside windows.
_CASES = {ESCALATION: "alert", FOLLOW_UP: "appointment", DEPLOYMENT: "shift_sample"}


@dataclass(frozen=True)
class Originals:
    """The record asked for, then the records about it; `missing` says what ought to be there and is not."""

    rows: list[store.RecordRow]
    missing: str = ""


def find(c: Connection, home_id: int, id_: uuid.UUID) -> Originals | None:
    """The record of that id in this home and what belongs to it; None where it is none that evidence rests on."""
    row = store.record(c, home_id, id_)
    if row is None or row.kind not in KINDS:
        return None
    about = _ABOUT.get(row.kind)
    found, missing = about(c, home_id, row) if about else ([], "")
    return Originals([row, *found], "" if found else missing)


def view(c: Connection, home_id: int, found: Originals, names: Names, zone: str, now: int) -> list[dict[str, Any]]:
    """Each record with its history and the proof of each row that made it."""
    said = pages_store.submissions(c, home_id, [row.id for row in found.rows])
    proofs = proof.of(c, home_id, {each.seq for of in said.values() for each in of})
    near_ms = entries.near_ms(c, home_id, zone, now)
    return [
        {
            "title": code("kinds", row.kind),
            "about": _about(row, names),
            "when": when(row.occurred_ms, zone),
            "tags": entries.tags(row, row.body, said[row.id], near_ms),
            "history": entries.proven(said[row.id], _history(row, said[row.id], zone, names), proofs),
        }
        for row in found.rows
    ]


def cases(c: Connection, home_id: int, name: str, on: date, names: Names, zone: str) -> list[dict[str, Any]]:
    """Everything that a measure's day is made of, met or missed: who or what, and where the original records are."""
    day = on.toordinal()
    if name == MONITORING:
        whole = [{"resident": str(id_)} for id_ in pages_store.day_totals(c, home_id, day)]
        lines = [{**measures_view.case(name, on, about, names, zone), "what": names.place(about["resident"])} for about in whole]
        return sorted(lines, key=lambda line: line["who"])
    # A part of a shift may be drawn after midnight: it is found a day later, by the shift that it names.
    rows = store.of_days(c, home_id, day, day + (name == DEPLOYMENT), (_CASES[name],))
    listed = [row for row in rows if not row.struck and _is_case(name, row, day)]
    return [measures_view.case(name, on, _pointer(name, row), names, zone) for row in listed]


# ---- what belongs to a record ----


def _of_alert(c: Connection, home_id: int, row: store.RecordRow) -> tuple[list[store.RecordRow], str]:
    day = row.day or 0
    rows = store.records(c, home_id, "escalation", subject=row.subject, days=(day, day + gather.DECIDED_DAYS)) if row.subject else []
    return [each for each in rows if each.fields.get("alert") == str(row.id)], say("alert.undecided")


def _of_appointment(c: Connection, home_id: int, row: store.RecordRow) -> tuple[list[store.RecordRow], str]:
    outcomes = store.about(c, home_id, "appointment_outcome", [row.id])
    return [*outcomes, *store.about(c, home_id, "follow_up", [row.id, *(each.id for each in outcomes)])], say("measures.missed.outcome")


def _of_sample(c: Connection, home_id: int, row: store.RecordRow) -> tuple[list[store.RecordRow], str]:
    day, unit = gather.shift_day(row.fields) or row.day or 0, row.fields.get("unit")
    rows = store.of_days(c, home_id, day - gather.PLANNED_DAYS, day + gather.PLANNED_DAYS, ("allocation", "deployment_observation"))
    of_shift = [each for each in rows if each.fields.get("shift") == row.fields.get("shift") and each.fields.get("unit") in (None, unit)]
    return of_shift, say("measures.missed.no_form")


def _of_action(c: Connection, home_id: int, row: store.RecordRow) -> tuple[list[store.RecordRow], str]:
    return plan_store.reviews(c, home_id, [row.id])[row.id], say("plan.no_reviews")


def _of_review(c: Connection, home_id: int, row: store.RecordRow) -> tuple[list[store.RecordRow], str]:
    """What the review says was changed: a number or a ladder of the home is evidence where somebody rests a review on it."""
    named = [id_ for each in row.fields.get("changed") or () if isinstance(each, dict) and (id_ := as_id(each.get("record")))]
    return list(store.records_by_id(c, home_id, named).values()), ""


_ABOUT = {"review": _of_review, "alert": _of_alert, "appointment": _of_appointment, "shift_sample": _of_sample, "improvement_action": _of_action}


# ---- in words ----


def _about(row: store.RecordRow, names: Names) -> str:
    fields = row.fields
    if row.subject is not None and row.subject in names.residents():
        return names.resident(row.subject)
    return str(fields.get("baseline_issue") or "") or (shift_words(fields.get("shift")) if fields.get("shift") else "")


def _history(row: store.RecordRow, said: list[store.LedgerRow], zone: str, names: Names) -> list[dict[str, Any]]:
    steps = entries.history(said, zone, names, row.kind)
    if row.fields.get("anonymous") is True:  # nor on a later change of it
        steps = [{**step, "who": say("names.unnamed")} for step in steps]
    return steps


def _is_case(name: str, row: store.RecordRow, day: int) -> bool:
    if name == ESCALATION:
        return row.fields.get("rule") in DECIDED
    return name == FOLLOW_UP or gather.shift_day(row.fields) == day


def _pointer(name: str, row: store.RecordRow) -> dict[str, Any]:
    """What a measure would say that this case is about (`sync.measures.figure.Case.about`)."""
    fields = row.fields
    starts = {ESCALATION: "happened_at", FOLLOW_UP: "starts_at", DEPLOYMENT: "from"}[name]
    return {
        "record": str(row.id), "resident": fields.get("subject") if name == ESCALATION else fields.get("resident"), "rule": fields.get("rule"),
        "shift": fields.get("shift"), "unit": fields.get("unit"), "at": from_text(fields.get(starts)) or row.occurred_ms,
    }  # fmt: skip
