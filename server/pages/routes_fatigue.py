"""Alerts that nobody needs make the next one unheard: how many there are, what became of them, and what to look at again."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from sqlalchemy import Connection

from server.clock import now_ms
from server.db import reading
from server.pages.names import Names
from server.pages.thresholds_view import rule_title
from server.pages.words import HOUR_MS, at, date_text, from_text, say
from server.people.rights import signed_in
from server.records import store
from sync import days
from sync.roles import MANAGERS
from sync.rules import fatigue

blueprint = Blueprint("pages_fatigue", __name__, template_folder="templates")

COUNTED_DAYS = 28
RULES_SHOWN = 10
# A sign-on that was never ended counts for one shift and no longer.
LONGEST_SHIFT_MS = 12 * HOUR_MS


@blueprint.get("/alerts/fatigue")
@signed_in("alerts.see")
def tired():
    """The last 28 care days."""
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    with reading() as c:
        names = Names(c, home_id)
        found, hours = counted(c, home_id, zone, now)
    page = {
        "total": found.alerts, "without": found.without_action, "hours": round(hours),
        "per_hour": f"{found.per_hour:.2f}" if found.per_hour is not None else "–",
        "per_shift": f"{found.alerts / (2 * COUNTED_DAYS):.1f}",
        "shifts": [(_shift(shift), count) for shift, count in sorted(found.shifts.items(), reverse=True)],
        "rules": [(rule_title(rule), count, count - acted) for rule, count, acted in found.rules[:RULES_SHOWN]],
        "reviews": [(rule_title(rule), names.resident(person), count, count - acted) for rule, person, count, acted in found.reviews],
    }  # fmt: skip
    return render_template("pages/fatigue.html", page=page)


def counted(c: Connection, home_id: int, zone: str, now: int) -> tuple[fatigue.Figures, float]:
    """The alerts of the last 28 care days, and the hours for which managers were signed on."""
    today = days.care_day(at(now, zone), zone).toordinal()
    rows = [row for row in store.of_days(c, home_id, today - COUNTED_DAYS + 1, today, {"alert"}) if not row.struck]
    hours = _manager_hours(c, home_id, today, now)
    opened = [(days.shift_of(days.from_ms(from_text(row.fields.get("opened_at")) or row.occurred_ms), zone), row.fields) for row in rows]
    return fatigue.figures(opened, hours), hours


def _shift(shift: str) -> str:
    day, _, name = shift.partition("/")
    return f"{date_text(day)}, {say(f'ladder.shift.{name}')}"


def _manager_hours(c: Connection, home_id: int, today: int, now: int) -> float:
    """Hours for which managers were signed on."""
    total = 0
    for row in store.records(c, home_id, "duty", days=(today - COUNTED_DAYS + 1, today)):
        fields = row.fields
        if not row.struck and fields.get("what") == "on_shift" and fields.get("role") in MANAGERS:
            begins = from_text(fields.get("from")) or row.occurred_ms
            total += max(0, min(from_text(fields.get("to")) or now, begins + LONGEST_SHIFT_MS) - begins)
    return total / HOUR_MS
