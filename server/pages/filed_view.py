"""What is filed by hand as its pages show it: a list, one record with its history, and what its form offers to choose from."""

from __future__ import annotations

from datetime import date
from datetime import time as dt_time
from typing import Any

from sqlalchemy import Connection

from server.improvement import filing
from server.improvement import store as plan_store
from server.pages.filed_forms import (
    ACTION,
    CLOCK,
    DAY,
    ONE,
    PERSON,
    PHOTO,
    QUESTION,
    ROLE,
    ROLES_HELD,
    SAID,
    STAFF,
    STANDARD,
    TIME,
    UNIT,
    WHOLE,
    YES_NO,
    Asked,
    Filed,
)
from server.pages.names import Names
from server.pages.store import as_id
from server.pages.words import at, code, date_text, day, from_text, roles, say, when
from server.people import store as people_store
from server.records import photos, store
from sync import days, flags
from sync.kinds.standard import PROMPTS
from sync.messages import section, word
from sync.rules import prompts
from sync.rules.plan import read_day

#: Letters of a long text that a list or a choice shows.
SHORT = 120
#: Letters of a picture's digest: enough to tell two pictures apart.
SHORT_DIGEST = 12

Options = dict[str, list[tuple[str, str]]]


def options(c: Connection, home_id: int, filed: Filed, names: Names, row: store.RecordRow | None = None) -> Options:
    """(answer, words) that each question of the form offers; `row` is the record that is being changed."""
    return {asked.name: _options(c, home_id, filed, asked, names, row) for asked in filed.asked}


def _options(c: Connection, home_id: int, filed: Filed, asked: Asked, names: Names, row: store.RecordRow | None) -> list[tuple[str, str]]:
    if asked.how == ONE:
        return [(name, code_words(filed.kind, asked.name, name)) for name in asked.codes]
    if asked.how == YES_NO:
        return [(name, say(f"plan.{name}")) for name in ("yes", "no")]
    if asked.how in (ROLE, ROLES_HELD):
        return [(name, code("roles", name)) for name in asked.codes]
    if asked.how == STAFF:
        return [(str(person.id), person.name) for person in people_store.staff_of(c, home_id) if person.ends_ms is None]
    if asked.how == QUESTION:
        return [(name, words) for name, words in section("pages.filed.staff_account.options.question").items()]
    if asked.how == PERSON:
        # One plan a person: two would have to be told apart at the bedside.
        planned = {plan.subject for plan in store.records(c, home_id, filed.kind) if not plan.struck} if filed.kind == "hydration_plan" else set()
        planned -= {row.subject} if row else set()
        here = {id_ for id_, one in names.residents().items() if not one.struck and not one.fields.get("left_on")} - planned
        if row and filed.kind == "hydration_plan":
            # A plan moved to somebody else would leave this person without what guards them.
            here = {row.subject}
        return sorted(((str(id_), names.resident(id_)) for id_ in here), key=lambda each: each[1])
    if asked.how == UNIT:
        return [(unit, unit) for unit in store.units(c, home_id)]
    if asked.how == STANDARD:
        return [(str(row.id), short(row.fields.get("words"))) for row in store.records(c, home_id, "standard") if not row.struck]
    if asked.how == ACTION:
        return [(str(row.id), short(row.fields.get("baseline_issue"))) for row in plan_store.actions(c, home_id)]
    return []


def listed(rows: list[store.RecordRow], filed: Filed, names: Names, zone: str) -> list[dict[str, Any]]:
    """Each record in a line, newest first, or by what it says where it stands; what was struck out stays in its place."""
    lines = [line(row, filed, names, zone) for row in sorted(rows, key=lambda row: (row.occurred_ms, row.id), reverse=True)]
    return sorted(lines, key=lambda each: each["says"].lower()) if filed.standing else lines


def line(row: store.RecordRow, filed: Filed, names: Names, zone: str) -> dict[str, Any]:
    """One record in short: when, by whom, and what it says first."""
    asked = {each.name: each for each in filed.asked}
    said = [shown(filed, asked[name], row.fields.get(name), names, zone) for name in filed.first if row.fields.get(name) is not None]
    return {
        "id": row.id, "href": f"{filed.path}/{row.id}", "on": day(on_day(row, zone)), "by": names.author(row.body),
        "says": short(": ".join([*said[:1], " · ".join(said[1:])]) if len(said) > 1 else "".join(said)), "struck": row.struck,
        "corrected": len(row.body.get("history") or ()) > 1 and not row.struck and not filed.standing, "open": open_words(row),
    }  # fmt: skip


def open_words(row: store.RecordRow) -> str:
    """What still waits for an answer."""
    if not row.struck and (gone := date_text(row.fields.get("left_on"))):
        return say("filed.left", date=gone)
    waits = not row.struck and not row.fields.get("answered_at")
    if waits and row.kind == "complaint":
        return say("filed.complaint.open")
    if waits and row.kind == "minute" and row.fields.get("type") == "challenge":
        return say("filed.minute.open", date=date_text(row.fields.get("due_on")) or say("plan.no_date"))
    return ""


def one(row: store.RecordRow, filed: Filed, names: Names, zone: str) -> dict[str, Any]:
    """A record whole, with every version of it, newest first."""
    said = {"occurred_at": row.body["occurred_at"], **row.fields}
    facts = [(label(filed, asked.name), shown(filed, asked, said.get(asked.name), names, zone)) for asked in filed.shown if said.get(asked.name) is not None and asked.how != SAID]
    if row.kind == "minute" and row.fields.get("answer"):
        facts.append((label(filed, "answer"), row.fields["answer"]))
    facts += [(code_words(filed.kind, "prompts", name), words) for name, words in _prompts(row.fields, zone)]
    told = history(row, filed, names, zone)
    return {
        **line(row, filed, names, zone), "facts": facts, "history": told, "seen": filing.seen(row),
        "reason": next((step["reason"] for step in told if step["struck"]), ""),
        "stays": code("flags", flags.STAYS) if flags.STAYS in (row.body.get("flags") or ()) else "",
        "pictured": bool(row.fields.get("photo")) and photos.one(names.c, names.home_id, row.fields["photo"]) is not None,
        "about": row.fields.get("about") if row.kind in ("minute", "feedback_summary") and as_id(row.fields.get("about")) else None,
    }  # fmt: skip


def history(row: store.RecordRow, filed: Filed, names: Names, zone: str) -> list[dict[str, Any]]:
    """Who wrote each version, what it set, what stood there before, and why."""
    asked = {each.name: each for each in filed.shown}
    told = (*asked, "answer", "answered_at")
    so_far: dict[str, Any] = {}
    steps = []
    for step in row.body.get("history") or [{**row.body, "fields": row.fields}]:
        lines = [
            {"field": label(filed, name), "was": shown(filed, asked.get(name), so_far.get(name), names, zone), "now": shown(filed, asked.get(name), step["fields"][name], names, zone)}
            for name in dict.fromkeys(told)
            if name in step["fields"]
        ]
        steps.append({
            "when": when(from_text(step["recorded_at"]), zone), "by": names.author(step), "lines": lines,
            "decided": _decided(step["fields"]),
            "struck": step["fields"].get("struck_out") is True, "reason": step["fields"].get("correction_reason") or "",
        })  # fmt: skip
        so_far |= step["fields"]
    return steps[::-1]


def _decided(fields: dict[str, Any]) -> str:
    """That a second person said yes or no, and who it was from outside."""
    if fields.get("confirms") and fields.get("outside_name"):
        return say("plan_waits.step_outside", name=fields["outside_name"], role=fields.get("outside_role") or "–", how=fields.get("outside_how") or "–")
    return say("plan_waits.step_confirmed") if fields.get("confirms") else say("plan_waits.step_rejected") if fields.get("rejects") else ""


def label(filed: Filed, name: str) -> str:
    return say(f"filed.{filed.kind}.fields.{name}")


def shown(filed: Filed, asked: Asked | None, value: Any, names: Names, zone: str) -> str:
    """One answer in words; nothing where there is none."""
    if value is None:
        return ""
    if isinstance(value, bool) or (asked is not None and asked.how == YES_NO):
        return say("plan.yes") if value in (True, "yes") else say("plan.no")
    how = asked.how if asked is not None else TIME if from_text(str(value)) is not None else None
    if how == WHOLE:
        return say(f"thresholds.units.{asked.unit}", n=f"{value:,}")
    if how == CLOCK:
        # Said as the clock on the wall shows it: any winter's day will do.
        return days.say_time(days.local(date(2026, 1, 15), dt_time.fromisoformat(str(value)), zone), zone)
    if how == TIME:
        return when(from_text(str(value)), zone)
    if how == DAY:
        return date_text(str(value))
    if how in (ONE, QUESTION):
        return code_words(filed.kind, asked.name, value)
    if how == ROLE:
        return code("roles", value)
    if how == ROLES_HELD:
        return roles(value)
    if how == STAFF:
        return names.staff(value)
    if how == PERSON:
        return names.resident(value)
    if how == SAID:
        return "; ".join(say("filed.standard.prompt", where=code_words(filed.kind, asked.name, name), words=words) for name, words in _prompts({asked.name: value}, zone))
    if how == PHOTO:
        return say("photo.digest", digest=str(value)[:SHORT_DIGEST])
    if how in (STANDARD, ACTION) and (found := as_id(value)) is not None:
        row = store.record(names.c, names.home_id, found)
        return short((row.fields.get("words") or row.fields.get("baseline_issue")) if row else "") or say("plan.no_words")
    return str(value)


def _prompts(fields: dict[str, Any], zone: str) -> list[tuple[str, str]]:
    """What tablets say by a standard, text by text: (which prompt, the words and from when)."""
    said = sorted(prompts.texts(fields), key=lambda each: (PROMPTS.index(each[1]["name"]), each[0]))
    return [
        (each["name"], say("filed.standard.prompt_from" if each.get("value") else "filed.standard.prompt_gone", words=each.get("value"), time=when(days.to_ms(since), zone)))
        for since, each in said
    ]


def code_words(kind: str, field: str, value: Any) -> str:
    """The words for a code; what was written elsewhere in other words is shown as it stands."""
    places = (f"pages.filed.{kind}.options.{field}.{value}", f"pages.filed.options.{value}", f"forms.{kind}.fields.{field}.options.{value}")
    found = next((said for place in places if (said := word(place, ""))), "")
    return found or code(field, value) or say("filed.not_said")


def on_day(row: store.RecordRow, zone: str) -> date:
    """The day that a record stands for: the one that it names, else the one on which it happened."""
    said = read_day(row.fields.get("effective_from") or row.fields.get("held_on"))
    return said or at(row.occurred_ms, zone).date()


def short(text: Any) -> str:
    """The beginning of a long text, to its last whole word."""
    words = str(text or "")
    return words if len(words) <= SHORT else f"{words[:SHORT].rsplit(' ', 1)[0]}…"
