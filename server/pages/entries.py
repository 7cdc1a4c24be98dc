"""A resident's entries as a table shows them: what, how much, by whom, and all that is said about the entry.

An entry's history comes from the ledger rows themselves, so that a manager reads what was first written, not a summary.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

import orjson
from markupsafe import Markup, escape
from sqlalchemy import Connection

from server.pages import store as pages_store
from server.pages import thresholds_view
from server.pages.names import Names
from server.pages.words import MINUTE_MS, clock_time, code, date_text, from_text, say, shift_words, span, when
from server.people import store as people_store
from server.records import flagging, proof, store
from sync import days, flags
from sync.messages import word

KIND = "hydration_check"

# Marks that ask somebody to look, by the colour of their tag; any other is grey.
COLOURS = {
    flags.ABOVE_LIMIT: "red", flags.ABOVE_VESSEL: "orange", flags.UNVERIFIED: "yellow", flags.TIME_IN_DOUBT: "yellow", flags.CLOCK_CORRECTED: "grey",
    flags.TIME_NOT_PROVEN: "yellow", flags.SUSPECTED_DOUBLE: "orange", flags.NO_REASON: "yellow", flags.LEFT: "yellow",
}  # fmt: skip
# Fields that say nothing to a reader, or that the table shows by itself.
NOT_SHOWN = {"resident", "correction_reason", "plan_version", "action", "alert", "appointment"}
#: Fields that name a member of staff, by id or in words.
STAFF = frozenset({
    "performed_by", "owner", "deputy", "given_to", "staff", "checked_by", "key_worker", "done_by", "author", "closed_by", "proposed_by", "approved_by",
})  # fmt: skip
#: Kinds that are written in the forms of the plan.
PLAN_KINDS = {"improvement_action", "review"}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def of_day(
    c: Connection, home_id: int, resident: uuid.UUID, day: int, names: Names, now: int, *, prove: bool = False
) -> list[dict[str, Any]]:
    """The person's entries of one care day, newest first, struck-out ones in their place. With `prove`, each with its whole
    history and the proof of each row."""
    home = people_store.home(home_id)
    rows = store.records(c, home_id, KIND, subject=resident, days=(day, day))
    shown = [(KIND, row.subject, row.occurred_ms, None, orjson.dumps(row.body)) for row in rows]
    bodies = flagging.with_flags(c, home, shown, first=False, device=home.device("page"), now_ms=now)
    said = pages_store.submissions(c, home_id, [row.id for row in rows])
    late_ms = near_ms(c, home_id, home.zone, now)
    pairs = zip(reversed(rows), reversed(bodies), strict=True)
    mine = [_entry(row, body, said.get(row.id, []), home.zone, names, late_ms) for row, body in pairs]
    if prove:
        proofs = proof.of(c, home_id, {each.seq for of in said.values() for each in of})
        for row, entry in zip(reversed(rows), mine, strict=True):
            entry["history"] = proven(said[row.id], history(said[row.id], home.zone, names), proofs)
    return mine + _moved_away(c, home_id, resident, day, names, late_ms, home.zone)


def near_ms(c: Connection, home_id: int, zone: str, now: int) -> int:
    """How long after the bedside an entry is still on time."""
    return pages_store.thresholds(c, home_id, zone).value("hydration.bedside_minutes", at=days.from_ms(now)) * MINUTE_MS


def _moved_away(
    c: Connection, home_id: int, resident: uuid.UUID, day: int, names: Names, late_ms: int, zone: str
) -> list[dict[str, Any]]:
    """Entries that were first written about this person and moved to the right one: out of this person's totals, and shown."""
    rows = pages_store.moved_away(c, home_id, KIND, resident, day, names.residents())
    said = pages_store.submissions(c, home_id, [row.id for row in rows])
    found = []
    for row in rows:
        entry = _entry(row, row.body, said.get(row.id, []), zone, names, late_ms)
        moved = (say("person.moved_to", name=names.resident(row.subject)), "red")
        happened = Markup("<s>{}</s>").format(escape(clock_time(row.occurred_ms, zone)))
        found.append({**entry, "struck": True, "time_html": happened, "tags": [moved]})
    return found


def _entry(
    row: store.RecordRow, body: dict[str, Any], said: list[store.LedgerRow], zone: str, names: Names, near_ms: int
) -> dict[str, Any]:
    happened = escape(clock_time(row.occurred_ms, zone))
    return {
        "time_html": Markup("<s>{}</s>").format(happened) if row.struck else happened,
        "what": what(row.fields),
        "amount": amount(row.fields),
        "by": names.author(body),
        "struck": row.struck,
        "tags": tags(row, body, said, near_ms),
        "history": history(said, zone, names) if len(said) > 1 or any(_repairs(each) for each in said) else [],
    }


def what(fields: dict[str, Any]) -> str:
    """'Drank: tea, mug 200ml', 'Refused: not thirsty'."""
    head = code("outcome", fields.get("outcome"))
    detail = [code("drinks", fields.get("drink")).lower()] if fields.get("drink") else []
    if fields.get("vessel_ml"):
        detail.append(say("person.vessel", ml=f"{fields['vessel_ml']:,}"))
    if fields.get("reason"):
        detail.append(code("reason", fields["reason"]).lower())
    red = [code("red_flags", flag) for flag in fields.get("red_flags") or ()]
    return ": ".join([head, ", ".join([*detail, *red])]) if detail or red else head


def amount(fields: dict[str, Any]) -> str:
    """The millilitres that somebody said were drunk; words where nobody has."""
    if isinstance(fields.get("drunk_ml"), int):
        return say("person.ml", ml=f"{fields['drunk_ml']:,}")
    return say("person.unfinished") if fields.get("outcome") in ("given", "left_within_reach") else "–"


def tags(row: store.RecordRow, body: dict[str, Any], said: list[store.LedgerRow], near_ms: int) -> list[tuple[str, str]]:
    """What is said about a record beside its values, each with a tag's colour: struck out, in conflict, changed, late, flags."""
    found = [(say("person.struck"), "red")] if row.struck else []
    if body.get("conflicts"):
        found.append((say("person.conflict"), "orange"))
    if len(said) > 1 and not row.struck:
        found.append((say("person.corrected"), "blue"))
    late_ms = (from_text(body.get("recorded_at")) or row.occurred_ms) - row.occurred_ms
    if late_ms > near_ms:
        found.append((say("person.late", span=span(late_ms)), "yellow"))
    found += [(code("flags", mark), COLOURS.get(mark, "grey")) for mark in body.get("flags") or ()]
    if row.fields.get("source") in ("paper", "practice"):
        found.append((code("source", row.fields["source"]), "grey"))
    return found


def _repairs(row: store.LedgerRow) -> bool:
    """Whether this row puts right an entry that was set aside."""
    return bool((row.submission or {}).get("repairs"))


def history(said: list[store.LedgerRow], zone: str, names: Names, kind: str = KIND) -> list[dict[str, Any]]:
    """What each row about a record said, first row first: when, who, which fields were set to what, and why."""
    steps, so_far = [], {}
    for place, row in enumerate(said):
        body = row.submission or {}
        sets = body.get("fields") or {}
        lines = [
            {
                "field": label(kind, name),
                "was": shown(name, so_far[name], zone, names, kind) if so_far.get(name) is not None else None,
                "now": shown(name, value, zone, names, kind),
            }
            for name, value in sets.items()
            if (name not in NOT_SHOWN or (name == "resident" and place)) and (place == 0 or so_far.get(name) != value)
        ]
        steps.append({
            "label": say("person.first") if place == 0 else say("person.change"),
            "when": when(from_text(body.get("recorded_at")) or row.received_ms, zone),
            "who": names.author(body) if body else say("names.erased"),
            "lines": lines,
            "reason": sets.get("correction_reason"),
            "repairs": _repairs(row),
        })  # fmt: skip
        so_far.update(sets)
    return steps


def proven(said: list[store.LedgerRow], steps: list[dict[str, Any]], proofs: dict[int, proof.Proof]) -> list[dict[str, Any]]:
    """A history whose every step says which ledger row it is, with which seal, and whether it stands as it was written."""
    found = []
    for row, step in zip(said, steps, strict=True):
        one = proofs[row.seq]
        words = say("show_me.holds") if one.wrong is None else say("show_me.broken")
        found.append({**step, "proof": {"seq": f"{row.seq:,}", "hash": one.hash, "holds": one.wrong is None, "words": words}})
    return found


def label(kind: str, name: str) -> str:
    """What a field is called where a record of that kind is written; else what it is called everywhere."""
    own = ("pages.plan.fields.{}", "pages.plan.{}") if kind in PLAN_KINDS else (f"forms.{kind}.fields.{{}}.label", f"pages.filed.{kind}.fields.{{}}", f"pages.show_me.fields.{kind}.{{}}")
    return next((found for place in own if (found := word(place.format(name), ""))), "") or code("fields", name)


def shown(name: str, value: Any, zone: str, names: Names, kind: str = KIND) -> str:
    """One field's value in words."""
    if value is None:
        return say("person.cleared")
    if isinstance(value, bool):
        return say("person.yes") if value else say("person.no")
    if name.endswith("_ml") and isinstance(value, int):
        return say("person.ml", ml=f"{value:,}")
    if name == "resident" or (name == "unit_or_person" and _is_id(value)):
        return names.resident(value)
    if kind == "threshold" and name == "name" and (number := thresholds_view.setting(str(value))):
        return number.title
    if name == "shift":
        return shift_words(value)
    if name in STAFF:
        return names.staff(value) if _is_id(value) else str(value)
    if isinstance(value, str) and (ms := from_text(value)) is not None:
        return when(ms, zone)
    if isinstance(value, list):
        between = "; " if any(isinstance(item, dict) for item in value) else ", "
        return between.join(shown(name, item, zone, names, kind) for item in value) or say("person.none_listed")
    if isinstance(value, dict):
        # The record that a review says was changed stands below it.
        apart = ("id", "record") if kind == "review" else ("id",)
        return ", ".join(f"{label(kind, key)}: {shown(key, item, zone, names, kind)}" for key, item in value.items() if key not in apart)
    if not isinstance(value, str) or _is_id(value):
        return str(value)
    return date_text(value) if _DAY.fullmatch(value) else code(name, value)


def _is_id(value: Any) -> bool:
    try:
        return bool(uuid.UUID(str(value)))
    except ValueError:
        return False
