"""What the home could not evidence in the days of a pack: said on a page of its own, before anything that it could."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from server.improvement.pack import Pack
from server.pages import hours_view, pack_audits, plan_view
from server.pages.names import Names
from server.pages.words import code, say, when
from server.pages.words import day as day_words
from sync.rules import plan

#: Kinds of BESIDE whose absence is a gap; complaints and incidents may rightly be none.
EXPECTED = ("audit", "minute", "feedback", "staff_account", "practice_observation")
#: Days in one line of missing figures.
LISTED = 10


def gaps(pack: Pack, found: Sequence[plan_view.Action], refs: dict, names: Names, today: date) -> list[tuple[str, str]]:
    """(about what, what is missing), the plan first."""
    return [
        *(line for each in found for line in _action(each, refs[each.row.id], today)),
        *_measures(pack),
        *pack_audits.gaps(pack),
        *((code("kinds", kind), say("pack.gap.none_of_kind")) for kind in EXPECTED if not pack.beside[kind]),
        *((say("hours.title"), say("pack.gap.hours", **each)) for each in hours_view.left_out(pack.by_hour)),
        *_records(pack),
        *((say("pack.gap.tablet"), say("pack.gap.silent", tablet=one.name, time=when(one.heard_ms, pack.home.zone))) for one in pack.silent),
    ]


def _action(action: plan_view.Action, ref: str, today: date) -> Iterator[tuple[str, str]]:
    about, fields = say("pack.gap.action", ref=ref), action.fields
    if not plan.required(fields):
        yield about, say("plan.ask.nothing_named")
    lacking = {say("plan.not_held"), say(f"plan.strength.{plan.WEAK}"), say(f"plan.strength.{plan.AGAINST}")}
    for line in plan_view.evidence(action, today):
        if line["strength"] in lacking:
            yield about, say("pack.gap.evidence", what=line["what"], strength=line["strength"])
    if fields.get("baseline_numerator") is None:
        yield about, say("pack.gap.no_baseline")
    if not action.series:
        yield about, say("plan.no_measure")
    if not action.reviews:
        yield about, say("plan.no_reviews")
    yield from ((about, say(f"plan.eyes.{name}", days=action.number("plan.static_days"))) for name in action.eyes(today) if name in (plan.STATIC, plan.WEAK_TWICE, plan.NOT_REVIEWED_CLOSED))


def _measures(pack: Pack) -> Iterator[tuple[str, str]]:
    every = [pack.first + timedelta(days=n) for n in range((pack.last - pack.first).days + 1)]
    for name, told in pack.days.items():
        about, counted = say(f"measures.names.{name}"), {day.on for day, _ in told}
        missing = [on for on in every if on not in counted]
        if len(missing) == len(every):
            yield about, say("pack.gap.no_days")
        elif missing:
            listed = ", ".join(map(day_words, missing[:LISTED]))
            yield about, _counted("days" if len(missing) <= LISTED else "more_days", len(missing), days=listed)
        empty = sum(not day.denominator for day, _ in told)
        if empty:
            yield about, say("pack.gap.nothing_due", n=empty)


def _records(pack: Pack) -> Iterator[tuple[str, str]]:
    about = say("pack.gap.records")
    disputed = sum(bool(row.body.get("conflicts")) for row in pack.entries)
    erased = sum(each.erased for each in pack.proofs.values())
    for key, n in (("conflicts", disputed), ("waiting", pack.waiting), ("erased", erased)):
        if n:
            yield about, _counted(key, n)


def _counted(key: str, n: int, **values: str) -> str:
    return say(f"pack.gap.{key}_one" if n == 1 else f"pack.gap.{key}", n=n, **values)
