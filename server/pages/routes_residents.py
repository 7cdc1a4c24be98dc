"""The residents of the home: how much today, how they are watched, and each one's own entries."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, abort, g, render_template

from server.clock import now_ms
from server.db import reading
from server.pages import alerts_view, entries, plan_waits_view, plans_view, tablets_view
from server.pages import store as pages_store
from server.pages.names import Names
from server.pages.plans_view import Plan
from server.pages.words import at, clock_time, code, date_text, day, say
from server.people import store as people_store
from server.people.rights import signed_in
from server.records import photos, store
from sync import days
from sync.rules import hydration
from sync.thresholds import Values

blueprint = Blueprint("pages_residents", __name__, template_folder="templates")

# Rows of a hydration plan that the page of a person shows, in this order.
PLAN_ROWS = (
    "monitoring", "monitoring_reason", "monitored_from", "at_risk", "target_ml", "limit_ml", "basis", "check_every_minutes",
    "iddsi_level", "route", "nil_by_mouth_from", "nil_by_mouth_until", "end_of_life_from", "preferences", "support", "source_document", "checked_by", "review_on",
)  # fmt: skip


@blueprint.get("/residents")
@signed_in("records.see")
def residents():
    """Everyone who lives here, by unit."""
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    today = days.care_day(at(now, zone), zone)
    with reading() as c:
        people = store.records(c, home_id, "resident")
        plans = plans_view.by_person(people_store.home(home_id), store.records(c, home_id, "hydration_plan"))
        totals = pages_store.day_totals(c, home_id, today.toordinal())
        aims = _Aims(pages_store.thresholds(c, home_id, zone), zone, now)
    units: dict[str, list[dict[str, Any]]] = defaultdict(list)
    left = []
    for row in people:
        if row.struck:
            continue
        gone = (row.fields.get("left_on") or "")[:10]
        if gone and gone <= today.isoformat():
            left.append({"id": row.id, "name": _name(row), "left_on": date_text(gone)})
            continue
        units[row.fields.get("unit") or say("residents.no_unit")].append(_line(row, plans.get(row.id), totals.get(row.id), aims))
    return render_template(
        "pages/residents.html",
        units=[{"name": unit, "people": sorted(units[unit], key=lambda p: p["name"])} for unit in sorted(units)],
        left=sorted(left, key=lambda p: p["name"]),
    )


@blueprint.get("/residents/<uuid:resident>")
@signed_in("records.see")
def person(resident: uuid.UUID):
    """One person: today and yesterday as entered, the plan in force, today's alerts."""
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    today = days.care_day(at(now, zone), zone).toordinal()
    with reading() as c:
        row = pages_store.one(c, home_id, "resident", resident)
        if row is None:
            abort(404)
        names = Names(c, home_id)
        wanted = plans_view.by_person(people_store.home(home_id), store.records(c, home_id, "hydration_plan", subject=resident)).get(resident)
        total = pages_store.day_totals(c, home_id, today).get(resident)
        aside = pages_store.not_filed(c, home_id, resident)
        parts = [
            {
                "heading": say(heading),
                "date": day(date.fromordinal(ordinal)),
                "entries": entries.of_day(c, home_id, resident, ordinal, names, now),
            }
            for heading, ordinal in (("person.today", today), ("person.yesterday", today - 1))
        ]
        alerts = [
            alerts_view.line(alert, names, zone, now)
            for alert in store.records(c, home_id, "alert", subject=resident)
            if alert.open or alert.fields.get("care_day") == date.fromordinal(today).isoformat()
        ]
        plan = _plan(wanted, zone, names) if wanted else []
        waits = plan_waits_view.of_person(c, people_store.home(home_id), resident, names, g.person.staff, now)
        place = names.place(resident)
        pictured = bool(row.fields.get("photo")) and photos.one(c, home_id, row.fields["photo"]) is not None
        values = pages_store.thresholds(c, home_id, zone)
        today_words = _Aims(values, zone, now).today(row, wanted.fields if wanted else {}, total)
        may_be_on = tablets_view.may_be_on(c, home_id, zone, now, values, "person.may_be_on")
    view = {
        "id": resident,
        "name": _name(row),
        "photo": pictured,
        "place": place,
        "today": today_words,
        "since": _since(total, zone),
        "may_be_on": may_be_on,
        "days": parts,
        "not_filed": say("person.one_not_filed") if aside == 1 else say("person.not_filed", n=aside) if aside else "",
        "to_check": bool(total and total.to_check),
        "alerts": alerts,
        "plan": plan,
        "waits": waits,
    }
    return render_template("pages/person.html", person=view)


def _since(total: Any, zone: str) -> str:
    """'No drink recorded since 1:40pm.': said where a tablet is silent, for what is missing may be lying on it."""
    if total is None or not total.last_drink_ms:
        return say("person.no_drink_today")
    return say("person.no_drink_since", time=clock_time(total.last_drink_ms, zone))


def _name(row: store.RecordRow) -> str:
    return row.fields.get("preferred_name") or say("names.unknown_resident")


@dataclass(frozen=True)
class _Aims:
    """What a person should drink, and whether they are watched, by the rules that alerts are judged by."""

    values: Values
    zone: str
    now: int

    def target(self, person: store.RecordRow, plan: dict[str, Any]) -> str:
        """'1,500ml (care plan)', 'no more than 1,000ml'."""
        ml, basis = hydration.target(plan, person.fields, self.values, at=days.from_ms(self.now), who=str(person.id))
        if basis == hydration.LIMIT:
            return say("residents.limit_ml", ml=f"{ml:,}")
        return say("residents.target_ml", ml=f"{ml:,}", basis=say(f"residents.basis.{basis}"))

    def today(self, person: store.RecordRow, plan: dict[str, Any], total: Any) -> str:
        """'900ml of 1,500ml', '900 to 1,100ml of 1,500ml, 1 to check'; words, never '0ml', where nothing was recorded."""
        if total is None or not total.entries:
            return say("residents.no_drinks")
        ml, _ = hydration.target(plan, person.fields, self.values, at=days.from_ms(self.now), who=str(person.id))
        if total.to_check:
            between = {"least": f"{total.least_ml:,}", "most": f"{total.most_ml:,}"}
            return say("residents.between", **between, target=f"{ml:,}", n=total.to_check)
        return say("residents.of_target", ml=f"{total.least_ml:,}", target=f"{ml:,}")

    def watched(self, plan: dict[str, Any]) -> str:
        on = hydration.monitored(plan, days.from_ms(self.now), self.zone)
        return say("residents.monitored") if on else say("residents.not_monitored")


def _line(row: store.RecordRow, plan: Plan | None, total: Any, aims: _Aims) -> dict[str, Any]:
    wanted = plan.fields if plan else {}
    return {
        "id": row.id,
        "name": _name(row),
        "room": row.fields.get("room") or "–",
        "monitoring": aims.watched(wanted),
        "at_risk": hydration.says_yes(wanted.get("at_risk")),
        "target": aims.target(row, wanted),
        "today": aims.today(row, wanted, total),
        "last_drink": clock_time(total.last_drink_ms, aims.zone) if total and total.last_drink_ms else "–",
    }


def _plan(plan: Plan, zone: str, names: Names) -> list[tuple[str, str]]:
    lines = []
    for name in PLAN_ROWS:
        value = plan.fields.get(name)
        if value in (None, "", [], {}):
            continue
        if name.endswith(("_on", "_from")) and isinstance(value, str) and len(value) == len("2026-11-22"):
            lines.append((code("fields", name), date_text(value)))
        elif name == "iddsi_level":
            lines.append((code("fields", name), say("person.level", n=value)))
        elif name == "check_every_minutes":
            lines.append((code("fields", name), say("person.minutes", n=value)))
        else:
            lines.append((code("fields", name), entries.shown(name, value, zone, names)))
    return lines
