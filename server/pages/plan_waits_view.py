"""Changes of hydration plans that wait for a second person, as pages show them: what holds until then, since when, and who may decide."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from server.pages import store as pages_store
from server.pages.names import Names
from server.pages.words import date_text, from_text, say, when
from server.people import store as people_store
from server.people.store import Home
from server.records import plans, store
from sync import days
from sync.facts import PlanVersion, Waiting
from sync.roles import PLANNERS
from sync.rules import confirming
from sync.thresholds import Values


def of_home(c: Connection, home: Home, names: Names, me: uuid.UUID, now: int) -> list[dict[str, Any]]:
    """Everything that waits about people who live here, what waits longest first."""
    here = {id_ for id_, row in names.residents().items() if not row.struck and not row.fields.get("left_on")}
    found = {person: version for person, version in plans.of_home(c, home).items() if person in here}
    return cards(c, home, found, names, me, now)


def of_person(c: Connection, home: Home, person: uuid.UUID | None, names: Names, me: uuid.UUID, now: int) -> list[dict[str, Any]]:
    """What waits about one person."""
    return cards(c, home, plans.of_people(c, home, {person} if person else ()), names, me, now)


def cards(c: Connection, home: Home, found: Mapping[uuid.UUID, PlanVersion], names: Names, me: uuid.UUID, now: int) -> list[dict[str, Any]]:
    """One card for each submission that waits, what waits longest first."""
    told: dict[tuple[uuid.UUID, str], list[Waiting]] = {}
    for person, version in found.items():
        for waits in version.waiting:
            told.setdefault((person, waits.submission), []).append(waits)
    if not told:
        return []
    values, able = pages_store.thresholds(c, home.id, home.zone), may_confirm(c, home, now)
    lines = [_card(home, person, waiting, names, values, able, me, now) for (person, _), waiting in told.items()]
    return sorted(lines, key=lambda each: (each["since_at"], each["submission"]))


def _card(
    home: Home, person: uuid.UUID, waiting: list[Waiting], names: Names, values: Values, able: set[uuid.UUID], me: uuid.UUID, now: int
) -> dict[str, Any]:  # fmt: skip
    first = min(waiting, key=lambda each: each.since)
    unit = names.residents()[person].fields.get("unit") if person in names.residents() else None
    ends = days.to_ms(confirming.due(first, values, str(person), unit))
    mine, others = first.author == str(me), {str(each) for each in able} - {first.author}
    return {
        "person": names.resident(person), "place": names.place(person), "resident": person, "plan": first.record, "submission": first.submission,
        "by": names.staff(first.author) or say("names.unknown_staff"), "since": when(days.to_ms(first.since), home.zone, now), "since_at": first.since,
        "holds": [_line(each, home.zone) for each in waiting if not each.loosens],
        "waits": [_line(each, home.zone) for each in waiting if each.loosens],
        "due": say("plan_waits.overdue" if ends <= now else "plan_waits.due", when=when(ends, home.zone, now)), "overdue": ends <= now,
        "mine": mine, "may": not mine and str(me) in others, "alone": not others,
    }  # fmt: skip


def _line(waits: Waiting, zone: str) -> str:
    """'Daily limit: 1,500ml. Until then: 1,000ml.', 'Daily limit: 1,000ml. Before: none.'"""
    told = {"what": say(f"plan_waits.groups.{waits.group}"), "asked": value(waits.group, waits.asked, zone)}
    if waits.loosens:
        return say("plan_waits.until_then", held=value(waits.group, waits.holds, zone), **told)
    return say("plan_waits.holds", **{**told, "asked": value(waits.group, waits.holds, zone)}, before=value(waits.group, waits.before, zone))


def value(group: str, fields: Mapping[str, Any], zone: str) -> str:
    """What a group of a plan's fields says, in words."""
    if not fields:
        return say("plan_waits.none")
    if group == "thickness":
        return say("person.level", n=fields["iddsi_level"])
    if group in ("limit", "target"):
        return say("thresholds.units.ml", n=f"{next(iter(fields.values())):,}")
    if group == "checks":
        return say("thresholds.units.minutes", n=fields["check_every_minutes"])
    begins = next((fields[name] for name in fields if name.endswith("_from")), None)
    ends = next((fields[name] for name in fields if name.endswith("_until")), None)
    said = [say(f"plan_waits.{name}", when=_moment(each, zone)) for name, each in (("from", begins), ("until", ends)) if each]
    return ", ".join([*([say("plan_waits.on")] if group == "monitoring" else []), *said])


def _moment(text: Any, zone: str) -> str:
    ms = from_text(text)
    return when(ms, zone) if ms is not None and len(str(text)) > len("2026-11-22") else date_text(str(text))


def may_confirm(c: Connection, home: Home, now: int) -> set[uuid.UUID]:
    """Who can sign in here and may confirm a plan."""
    staff = [one for one in people_store.staff_of(c, home.id) if not one.left(now) and not PLANNERS.isdisjoint(one.roles)]
    return {one.id for one in staff} & pages_store.with_account(c, home.id)


def hours(c: Connection, home: Home, now: int) -> int:
    """Hours within which a second person confirms, in this home."""
    return pages_store.thresholds(c, home.id, home.zone).value(confirming.HOURS, at=days.from_ms(now))


def after(c: Connection, home: Home, version: PlanVersion | None, submission: str, now: int) -> str:
    """What is said once a plan is saved: what holds already, and what waits."""
    mine = find(version, submission)
    parts = []
    if any(not each.loosens for each in mine):
        parts.append(say("plan_waits.now", hours=hours(c, home, now)))
    if loose := [_line(each, home.zone) for each in mine if each.loosens]:
        parts.append(" ".join([say("plan_waits.not_yet"), *loose]))
    return " ".join(parts)


def find(version: PlanVersion | None, submission: str) -> list[Waiting]:
    """What one submission made wait."""
    return [waits for waits in (version.waiting if version else ()) if waits.submission == submission]


def row_of(c: Connection, home: Home, record: uuid.UUID) -> store.RecordRow | None:
    """The plan of this home, struck out or not."""
    return pages_store.one(c, home.id, plans.KIND, record)

