"""What is said of a measure with nothing due: on an action, at its review, and in the review that closes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from server.improvement import nothing_due as gathered
from server.pages.measures_view import whole
from server.pages.plan_view import Action
from server.pages.words import say
from server.people.store import Home
from sync import days
from sync.measures import ESCALATION, FOLLOW_UP, MEASURES, MONITORING
from sync.measures.figure import percent
from sync.rules import nothing_due
from sync.rules.nothing_due import Stretch
from sync.rules.plan import Reached
from sync.rules.triggers import Number

#: What the records show, by measure: of those alone in which there is nothing to judge.
Stretches = Mapping[str, Stretch]


def stretches(c: Connection, home: Home, action: Action, now_ms: int) -> dict[str, Stretch]:
    """What the records show, where a measure of the action has nothing to judge."""
    today = days.care_day(days.from_ms(now_ms), home.zone)
    bound = [name for name in nothing_due.MAY_BE_NONE if name in action.series]
    found = {name: gathered.stretch(c, home, name, action.since, today, action.number) for name in bound}
    return {name: each for name, each in found.items() if nothing_due.asked(each)}


def reached(action: Action, found: Stretches) -> dict[str, Reached]:
    """Where each measure of the action stands."""
    shown = {name for name, each in found.items() if nothing_due.shown(each, action.number)}
    return {name: replace(each, nothing_due=name in shown) for name, each in action.reached().items()}


def words(found: Stretches, number: Number) -> dict[str, str]:
    """By measure: 'No low intake and no red flag in 56 days. 97% of drink checks were recorded on time…', or what the records lack to
    say so."""
    return {name: _words(each, number) for name, each in found.items()}


def on_card(card: dict[str, Any], said: Mapping[str, str]) -> None:
    """Put the words beside each measure's own figure."""
    for line in card["figures"]:
        line["nothing_due"] = said.get(line["name"], "")


def _words(found: Stretch, number: Number) -> str:
    if lacking := nothing_due.lacks(found, number):
        return say("plan.nothing_due.not_shown", why=" ".join(_lack(name, found, number) for name in lacking))
    few = say(f"plan.nothing_due.none.{found.measure}", days=found.days) if not found.due else _counted(f"few.{found.measure}", found.due, days=found.days)
    return " ".join([few, *_SHOWN[found.measure](found), say("plan.nothing_due.decides_few" if found.due else "plan.nothing_due.decides")])


def _lack(name: str, found: Stretch, number: Number) -> str:
    asked = {
        "needed": number("plan.nothing_due_days"), "days": found.days, "percent": _on_time(found), "target": MEASURES[MONITORING].target_percent,
        "looked": found.looked, "most": number("plan.duties_missed_percent"),
    }  # fmt: skip
    return say(f"plan.nothing_due.lacks.{name}", **asked)


def _escalation(found: Stretch) -> list[str]:
    if found.nobody_watched:
        return [say("plan.nothing_due.unwatched"), *_monitoring(found)]
    return [_counted("shown", found.least_monitored, percent=_on_time(found))]


def _monitoring(found: Stretch) -> list[str]:
    if not found.began:
        return [say("plan.nothing_due.never_watched")]
    return [_counted("watched", found.began, left=found.left, ended=found.ended)]


def _follow_up(found: Stretch) -> list[str]:
    return [say("plan.nothing_due.looked", n=found.looked, days=found.days)]


_SHOWN = {ESCALATION: _escalation, MONITORING: _monitoring, FOLLOW_UP: _follow_up}


def _on_time(found: Stretch) -> int:
    return whole(percent(found.on_time, found.checks) or 0)


def _counted(key: str, n: int, **values: Any) -> str:
    return say(f"plan.nothing_due.{key}_one" if n == 1 else f"plan.nothing_due.{key}", n=n, people=n, **values)
