"""What is due from one person here: rounds of their duties, actions that they own, challenges to answer, and their role's rhythm."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection

from server.improvement import monthly
from server.pages import duties_view, filed_view, plan_view, plan_waits_view, plans_view
from server.pages.filed_forms import FILED
from server.pages.names import Names
from server.pages.words import at, date_text, day, from_text, say
from server.people import store as people_store
from server.records import store
from sync import days
from sync.roles import NOMINATED_INDIVIDUAL, REGISTERED_MANAGER
from sync.rules import plan, rhythm


def rounds(c: Connection, home_id: int, zone: str, held: Iterable[str], staff: uuid.UUID, names: Names, now: int) -> list[dict[str, Any]]:
    """The rounds that are due from the person now, late ones first: those of their roles, unless somebody else is named for them."""
    owned, deputy = rhythm.duties_of(held)
    mine, stands_in = ({each.name for each in some} for some in (owned, deputy))
    lines = []
    for row in duties_view.rounds(c, home_id, at(now, zone), zone):
        named = row.fields.get("owner")
        owns = named == str(staff) if named else row.fields["what"] in mine
        if (owns or row.fields["what"] in stands_in) and duties_view.state(row, now) in (duties_view.OPEN, duties_view.LATE):
            lines.append({**duties_view.line(row, names, zone, now), "for": "" if owns else say("work.stand_in"), "href": rhythm.WHERE.get(row.fields["what"], "/duties")})
    return sorted(lines, key=lambda each: each["state"] != duties_view.LATE)


def actions(c: Connection, home_id: int, zone: str, staff: uuid.UUID, held: Iterable[str], today: date) -> list[dict[str, Any]]:
    """The open actions that the person owns or stands in for, what needs an eye first; with those that nobody owns for whoever names
    owners, and those with weak evidence twice for the nominated individual (care.md, The plan 6)."""
    roles_held = set(held)
    mine = [each for each in plan_view.actions(c, home_id, zone, today) if _is_for(each, str(staff), roles_held, today)]
    lines = [
        {
            "href": f"/plan/{each.row.id}", "title": str(each.fields.get("baseline_issue") or say("plan.no_words")).rstrip("."), "due": date_text(each.fields.get("due_on")),
            "unowned": "" if each.fields.get("owner") else say("work.no_owner"),
            "next": date_text(_next(each).isoformat()), "eyes": each.eye_words(today),
        }
        for each in mine if each.fields.get("status") != "closed"
    ]  # fmt: skip
    return sorted(lines, key=lambda each: not each["eyes"])


def _is_for(action: plan_view.Action, staff: str, held: set[str], today: date) -> bool:
    if staff in (action.fields.get("owner"), action.fields.get("deputy")):
        return True
    unowned = REGISTERED_MANAGER in held and not action.fields.get("owner")
    return unowned or (NOMINATED_INDIVIDUAL in held and plan.WEAK_TWICE in action.eyes(today))


def _next(action: plan_view.Action) -> date:
    said = action.said()
    return plan.next_review(action.fields, said[-1] if said else None, action.began)


def challenges(c: Connection, home_id: int, zone: str, names: Names) -> list[dict[str, Any]]:
    """What oversight asked and nobody has answered."""
    return [filed_view.line(row, FILED["minute"], names, zone) for row in monthly.open_challenges(c, home_id)]


def reports(c: Connection, home_id: int, staff: uuid.UUID, today: date) -> list[dict[str, str]]:
    """Last month's report, while this person has not signed it."""
    month = monthly.Month(today.isoformat()[:7]).before
    signed = monthly.signed(c, home_id).get(month.name, [])
    return [] if any(row.body["author"] == str(staff) for row in signed) else [{"href": f"/oversight/{month.name}", "says": say("work.sign", month=say(f"months.{month.first.month}"))}]


def plans_to_confirm(c: Connection, home_id: int, staff: uuid.UUID, names: Names, now: int) -> list[dict[str, Any]]:
    """Changes of hydration plans that this person may confirm, and those that nobody here can: they wait in front of everybody."""
    found = plan_waits_view.of_home(c, people_store.home(home_id), names, staff, now)
    return [each for each in found if each["may"] or each["alone"]]


def key_people(c: Connection, home_id: int, zone: str, staff: uuid.UUID, names: Names, today: date) -> list[dict[str, str]]:
    """Whom the person is key worker of: what each likes to drink and what helps, and when they were asked. Whoever was never asked comes first."""
    mine = [id_ for id_, row in names.residents().items() if row.fields.get("key_worker") == str(staff) and not row.struck and not row.fields.get("left_on")]
    plans = plans_view.by_person(people_store.home(home_id), store.about(c, home_id, "hydration_plan", mine))
    lines = [(_asked(plans[id_].fields if id_ in plans else {}, zone), id_) for id_ in mine]
    return [
        {
            "name": names.resident(id_), "place": names.place(id_),
            **{field: _listed(plans[id_].fields.get(field)) if id_ in plans else "" for field in ("preferences", "support")},
            "asked": say("work.asked_on", date=day(on), days=(today - on).days) if on else say("work.never_asked"),
        }
        for on, id_ in sorted(lines, key=lambda each: (each[0] or date.min, str(each[1])))
    ]  # fmt: skip


def _asked(plan_fields: dict[str, Any], zone: str) -> date | None:
    ms = from_text(plan_fields.get("preferences_asked_at"))
    return None if ms is None else days.care_day(at(ms, zone), zone)


def _listed(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def rhythms(held: Iterable[str]) -> list[dict[str, str]]:
    """The rhythm of these roles: what they look at and how often, each with the page where it is done."""
    return [{"says": say(f"work.tasks.{each.name}"), "every": say(f"duties.every.{each.every}"), "href": each.href} for each in rhythm.tasks_of(held)]
