"""What is said of an escalation measure with nothing due: on an action, at its review, and in the review that closes it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from server.improvement import nothing_due as gathered
from server.pages.measures_view import whole
from server.pages.plan_view import Action
from server.pages.words import say
from server.people.store import Home
from sync import days
from sync.measures import ESCALATION, MEASURES, MONITORING
from sync.measures.figure import percent
from sync.rules import nothing_due
from sync.rules.nothing_due import Stretch
from sync.rules.plan import Reached
from sync.rules.triggers import Number


def stretch(c: Connection, home: Home, action: Action, now_ms: int) -> Stretch | None:
    """What the records show, where an action's escalation measure has nothing to judge; else nothing."""
    if ESCALATION not in action.series:
        return None
    found = gathered.stretch(c, home, action.since, days.care_day(days.from_ms(now_ms), home.zone), action.number)
    return found if nothing_due.asked(found) else None


def reached(action: Action, found: Stretch | None) -> dict[str, Reached]:
    """Where each measure of the action stands."""
    stands = action.reached()
    if found is not None and nothing_due.shown(found, action.number):
        stands[ESCALATION] = replace(stands[ESCALATION], nothing_due=True)
    return stands


def words(found: Stretch | None, number: Number) -> str:
    """'No low intake and no red flag in 56 days. 97% of drink checks were recorded on time…', or what the records lack to say so."""
    if found is None:
        return ""
    if lacking := nothing_due.lacks(found, number):
        return say("plan.nothing_due.not_shown", why=" ".join(_lack(name, found, number) for name in lacking))
    few = say("plan.nothing_due.none", days=found.days) if not found.due else _counted("few", found.due, days=found.days)
    return f"{few} {_counted('shown', found.least_monitored, percent=_on_time(found))}"


def on_card(card: dict[str, Any], said: str) -> None:
    """Put the words beside the measure's own figure."""
    for line in card["figures"]:
        if line["name"] == ESCALATION:
            line["nothing_due"] = said


def _lack(name: str, found: Stretch, number: Number) -> str:
    asked = {"needed": number("plan.nothing_due_days"), "days": found.days, "percent": _on_time(found), "target": MEASURES[MONITORING].target_percent}
    return say(f"plan.nothing_due.lacks.{name}", **asked)


def _on_time(found: Stretch) -> int:
    return whole(percent(found.on_time, found.checks) or 0)


def _counted(key: str, n: int, **values: Any) -> str:
    return say(f"plan.nothing_due.{key}_one" if n == 1 else f"plan.nothing_due.{key}", n=n, people=n, **values)
