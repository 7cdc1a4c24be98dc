"""Each hydration rule as a function of a scene: the breaches of one person's care day, oldest first, ended ones too.

A breach that has ended opens nothing: what was put right before anybody heard of it needs nobody. It is kept because
it says that an alert which stands was true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sync.days import local, read_clock, shift_bounds, shift_of, to_ms, write_time
from sync.facts import Entry
from sync.rules import catalogue as rules
from sync.rules import doubles, hydration
from sync.rules.scene import ONE_DAY, Scene
from sync.rules.spans import after, day_span
from sync.severities import CRITICAL, URGENT

MEASURED, INCOMPLETE, PROVISIONAL, NEEDS_PLAN = "measured", "incomplete_chart", "provisional", "needs_plan"
_NUMBERS_ONLY = frozenset({
    rules.NO_OFFER, rules.NOTHING_DRUNK_6H, rules.NOTHING_DRUNK_8H, rules.BEHIND_PACE, rules.LOW_AT_CLOSE, rules.LOW_TWO_DAYS,
    rules.VERY_LOW_DAY,
})  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A breach as a rule finds it, before the home's switches and words are laid on."""

    rule: str
    happened_at: datetime
    facts: dict[str, Any]
    thresholds: tuple[str, ...]
    ended: datetime | None = None
    received_at: datetime | None = None
    severity: str | None = None
    incomplete: bool = False
    reason: str | None = None


def say(at: datetime) -> str:
    return write_time(to_ms(at))


# ---- the clocks ----


def no_offer(scene: Scene) -> Iterator[Found]:
    """No offer for so much waking time. Stays at the end of life: offering goes on."""
    offers = [e.occurred for e in scene.entries if e.outcome in hydration.OFFERS]
    yield from _clock(scene, rules.NO_OFFER, "no_offer_minutes", offers, lambda at: True)


def nothing_drunk(scene: Scene) -> Iterator[Found]:
    """Nothing drunk for so much waking time."""
    drinks = [e.occurred for e in scene.entries if e.ml]

    def judged(at: datetime) -> bool:
        return not scene.end_of_life(at)

    yield from _clock(scene, rules.NOTHING_DRUNK_6H, "nothing_drunk_senior_minutes", drinks, judged)
    yield from _clock(scene, rules.NOTHING_DRUNK_8H, "nothing_drunk_urgent_minutes", drinks, judged)


def _clock(scene: Scene, rule: str, name: str, marks: list[datetime], judged: Callable[[datetime], bool]) -> Iterator[Found]:
    for since, at, ended in _gaps(scene, name, marks):
        if at > scene.now or not scene.monitored(at) or not judged(at) or hydration.needs_plan(scene.plan):
            continue
        facts = {
            "since": say(since),
            "minutes": int(scene.minutes(name).total_seconds() // 60),
            "drunk_ml": scene.total_by(at).least_ml,
            "target_ml": scene.target[0],
            "basis": scene.target[1],
        }
        yield Found(rule, at, facts, (name,), ended, incomplete=scene.incomplete(at))


def _gaps(scene: Scene, name: str, marks: list[datetime]) -> Iterator[tuple[datetime, datetime, datetime | None]]:
    """(since, when the time was up, ended) of each gap whose time is up on this care day, future ones included.

    A gap that was already too long on an earlier day is that day's; it counts again once as much time has gone today.
    """
    if scene.watched_from is None:
        return
    wait, spans = scene.minutes(name), scene.counting
    starts = sorted({scene.watched_from, *(mark for mark in marks if mark > scene.watched_from)})
    for since, ended in zip(starts, [*starts[1:], None], strict=True):
        at = after(spans, wait, since)
        if at is not None and at < scene.start:
            if ended is not None and ended <= scene.start:
                continue
            at = after(spans, wait, max(since, scene.start))
        if at is None or not scene.start <= at < scene.end or (ended is not None and ended <= at):
            continue
        yield since, at, ended


# ---- the pace ----


def checks(scene: Scene) -> list[datetime]:
    """The instants of this care day at which the pace is judged."""
    times = (read_clock(scene.value(f"{name}_check_at"), scene.start.time(), scene.zone) for name in ("first", "second"))
    wakes, sleeps = scene.days[2]
    return [at for at in sorted({local(scene.day, time, scene.zone) for time in times}) if wakes < at <= sleeps]


def behind_pace(scene: Scene) -> Iterator[Found]:
    """Less than half of what was expected at 2pm or 5pm; ended when that much has been drunk after all."""
    for at in checks(scene):
        if at > scene.now or not scene.monitored(at) or scene.end_of_life(at):
            continue
        if hydration.needs_plan(scene.plan):
            facts = {"checked_at": say(at), "drunk_ml": scene.total_by(at).least_ml, "route": str(scene.plan.get("route"))}
            yield Found(rules.BEHIND_PACE, at, facts, ("pace_percent",), reason=NEEDS_PLAN)
            continue
        expected = scene.expected(at)
        wanted = scene.capped(expected * scene.value("pace_percent") / 100)
        if wanted <= 0 or scene.total_by(at).least_ml >= wanted:
            continue
        facts = {"checked_at": say(at), "expected_ml": round(expected), **_sums(scene, at)}
        yield Found(
            rules.BEHIND_PACE, at, facts, ("pace_percent",), _reached(scene, wanted, at), incomplete=scene.incomplete(at)
        )  # fmt: skip


def _reached(scene: Scene, wanted: float, since: datetime) -> datetime | None:
    """When the day's intake came to `wanted`, after `since`."""
    for entry in scene.today:
        if entry.occurred > since and scene.total_by(entry.occurred).least_ml >= wanted:
            return entry.occurred
    return None


def _sums(scene: Scene, at: datetime) -> dict[str, Any]:
    """The day's intake as a list says it: drunk by an instant, what is aimed at and why, what may be a double."""
    total = scene.total_by(at)
    said: dict[str, Any] = {"drunk_ml": total.least_ml, "target_ml": scene.target[0], "basis": scene.target[1]}
    if total.to_check:
        said |= {"drunk_up_to_ml": total.most_ml, "to_check": total.to_check}
    return said


# ---- the close of the day ----


def at_close(scene: Scene) -> Iterator[Found]:
    """A low day, two of them running, a very low day: judged when the care day has closed."""
    at = scene.end
    if at > scene.now or scene.watched_from is None or not scene.monitored(at - timedelta(milliseconds=1)):
        return
    if scene.end_of_life(at) or hydration.needs_plan(scene.plan):
        return
    drunk, share = scene.total_by(at).least_ml, scene.present(scene.days[2])
    incomplete = scene.incomplete(at)
    facts = {**_sums(scene, at), "chart_filled": scene.chart(at).filled, "chart_due": scene.chart(at).due}
    low = scene.capped(scene.value("low_day_ml")) * share
    very_low = scene.capped(scene.value("very_low_day_ml")) * share
    if drunk < low:
        yield Found(rules.LOW_AT_CLOSE, at, {**facts, "floor_ml": round(low)}, ("low_day_ml",), incomplete=incomplete)
    if drunk < very_low:
        severity = URGENT if incomplete else CRITICAL
        facts_of = {**facts, "floor_ml": round(very_low)}
        yield Found(rules.VERY_LOW_DAY, at, facts_of, ("very_low_day_ml",), severity=severity, incomplete=incomplete)
    yield from _two_days(scene, drunk, share, low, facts, incomplete)


def _two_days(scene: Scene, drunk: int, share: float, low: float, facts: dict[str, Any], incomplete: bool) -> Iterator[Found]:
    before = _day_before(scene)
    if before is None:
        return
    yesterday, share_before, incomplete_before = before
    wanted = scene.capped(scene.target[0] * scene.value("low_target_percent") / 100)
    if drunk >= wanted * share or yesterday >= wanted * share_before:
        return
    low_before = scene.capped(scene.value("low_day_ml")) * share_before
    unsure = incomplete or incomplete_before
    # Two days under the floor for one day call for advice the same day; never on an incomplete chart alone.
    severity = CRITICAL if drunk < low and yesterday < low_before and not unsure else URGENT
    said = {**facts, "day_before_ml": yesterday, "floor_ml": round(wanted * share)}
    yield Found(rules.LOW_TWO_DAYS, scene.end, said, ("low_target_percent",), severity=severity, incomplete=unsure)


def _day_before(scene: Scene) -> tuple[int, float, bool] | None:
    """(drunk, share of waking time there, chart incomplete) of the day before, or None when it was not watched."""
    start, end = day_span(scene.day - ONE_DAY, scene.zone)
    since = scene.watched_from
    if since is None or since >= end or not hydration.monitored(scene.plan, end - timedelta(milliseconds=1), scene.zone):
        return None
    share = scene.present(scene.days[1])
    if not share or scene.end_of_life(start):
        return None
    return scene.total(scene.day_before()).least_ml, share, scene.incomplete(end, back=1)


# ---- what was said or done ----


def three_refusals(scene: Scene) -> Iterator[Found]:
    """Refusals in a care day: a reason to ask what the person would like, never to repeat."""
    count = scene.value("refusals")
    refused = [e for e in scene.today if e.outcome == "refused" and scene.monitored(e.occurred)]
    for place in range(count, len(refused) + 1, count):
        entry = refused[place - 1]
        facts = {"refusals": place, "last_at": say(entry.occurred), "drunk_ml": scene.total_by(entry.occurred).least_ml}
        yield Found(rules.THREE_REFUSALS, entry.occurred, facts, ("refusals",), received_at=entry.received)


# What says nothing of why somebody did not want to drink.
_VAGUE = frozenset({None, "", "no_reason", "other"})


def vague_refusals(scene: Scene) -> Iterator[Found]:
    """Refusals of which nobody says why, over this care day and the two before: an early warning of care that is only written
    down (domain.md, 2d). Told again when as many have come once more."""
    count, since = scene.value("vague_refusals"), day_span(scene.day - 2 * ONE_DAY, scene.zone)[0]
    vague = [e for e in scene.entries if e.occurred >= since and e.outcome == "refused" and e.reason in _VAGUE]
    refused = [e for e in vague if scene.monitored(e.occurred) and not scene.end_of_life(e.occurred)]
    for place in range(count, len(refused) + 1, count):
        entry = refused[place - 1]
        if scene.start <= entry.occurred < scene.end:
            facts = {"refusals": place, "last_at": say(entry.occurred)}
            yield Found(rules.VAGUE_REFUSALS, entry.occurred, facts, ("vague_refusals",), received_at=entry.received)


def red_flags(scene: Scene) -> Iterator[Found]:
    """Every red flag, for everyone; and with it low intake, for those whose intake is judged."""
    flagged = [e for e in scene.today if e.red_flags]
    for entry in flagged:
        yield Found(rules.RED_FLAG, entry.occurred, _flag(entry, flagged), (), received_at=entry.received)
    if not flagged or scene.watched_from is None:
        return
    low = _low_intake(scene)
    for entry in flagged:
        joined = [(why, max(at, entry.occurred)) for why, at, ended in low if ended is None or ended > entry.occurred]
        if joined and not scene.end_of_life(entry.occurred):
            why, at = min(joined, key=lambda each: (each[1], each[0]))
            facts = {**_flag(entry, flagged), **_sums(scene, at), "low_intake": why}
            thresholds = ("pace_percent", "low_day_ml", "nothing_drunk_senior_minutes")
            yield Found(
                rules.RED_FLAG_LOW_INTAKE, at, facts, thresholds, received_at=entry.received, incomplete=scene.incomplete(at)
            )  # fmt: skip


def _low_intake(scene: Scene) -> list[tuple[str, datetime, datetime | None]]:
    """(why, since, until) of each stretch of this care day in which intake is low."""
    found = [
        (found.rule.removeprefix("hydration."), found.happened_at, found.ended)
        for rule in (nothing_drunk, behind_pace)
        for found in rule(scene)
        if found.rule != rules.NOTHING_DRUNK_8H and found.reason != NEEDS_PLAN
    ]
    before = _day_before(scene)
    if before and not hydration.needs_plan(scene.plan):
        drunk, share, _ = before
        if drunk < scene.capped(scene.value("low_day_ml")) * share:
            found.append(("low_day_before", scene.start, None))
    return found


def _flag(entry: Entry, flagged: list[Entry]) -> dict[str, Any]:
    """What was seen with one entry, and what else was seen that day: a second alarm must not hide the first."""
    said: dict[str, Any] = {"red_flags": sorted(entry.red_flags), "entry": entry.id, "at": say(entry.occurred)}
    others = {flag for other in flagged for flag in other.red_flags} - set(entry.red_flags)
    return said | ({"also_seen": sorted(others)} if others else {})


def over_limit(scene: Scene) -> Iterator[Found]:
    """More than the limit in a care day, suspected doubles counted both. For everyone with a limit."""
    seen: list[Entry] = []
    for entry in scene.today:
        if not entry.ml:
            continue
        seen.append(entry)
        limit = hydration.number((scene.facts.plan_at(entry.occurred) or {}).get("limit_ml"))
        if limit is None:
            continue
        total = scene.total(seen)
        if total.most_ml <= limit:
            continue
        facts: dict[str, Any] = {"limit_ml": limit, "drunk_ml": total.most_ml, "entry": entry.id, "at": say(entry.occurred)}
        if total.to_check:
            facts |= {"drunk_from_ml": total.least_ml, "to_check": total.to_check}
        yield Found(rules.OVER_LIMIT, entry.occurred, facts, (), received_at=entry.received)


def thickness(scene: Scene) -> Iterator[Found]:
    """A drink at another level than the plan in force when it was given."""
    for entry in scene.today:
        plan = scene.facts.plan_at(entry.occurred) or {}
        wanted = hydration.number(plan.get("iddsi_level"))
        if wanted is None or entry.iddsi_level is None or entry.iddsi_level == wanted:
            continue
        if not entry.ml and entry.outcome not in ("given", "left_within_reach"):
            continue
        facts = {"planned_level": wanted, "given_level": entry.iddsi_level, "entry": entry.id, "at": say(entry.occurred)}
        yield Found(rules.THICKNESS, entry.occurred, facts, (), received_at=entry.received)


# ---- what waits for a decision ----


def asked_at(scene: Scene) -> dict[datetime, list[Entry]]:
    """When somebody is asked about suspected doubles (the end of the shift in which they were written, or of the care day,
    whichever comes first), and the later entry of each pair."""
    by_id = {each.id.lower(): each for each in scene.today}
    pairs = doubles.suspected(hydration.drinks(scene.today), scene.double // hydration.MS, scene.facts.decided)
    found: dict[datetime, list[Entry]] = {}
    for pair in pairs:
        later = max((by_id[id_] for id_ in pair), key=lambda each: (each.occurred, each.id))
        ends = min(shift_bounds(shift_of(later.occurred, scene.zone), scene.zone)[1], scene.end)
        found.setdefault(ends, []).append(later)
    return found


def undecided_doubles(scene: Scene) -> Iterator[Found]:
    """Entries that may be one drink, of which nobody has decided by the end of the shift."""
    ended = {at: later for at, later in asked_at(scene).items() if at <= scene.now}
    if not ended:
        return
    at = max(ended)
    total = scene.total_by(at)
    last = max(each.occurred for later in ended.values() for each in later)
    facts = {"to_check": total.to_check, "drunk_ml": total.least_ml, "drunk_up_to_ml": total.most_ml, "last_at": say(last)}
    received = max(each.received for later in ended.values() for each in later)
    yield Found(rules.DOUBLE_UNDECIDED, at, facts, ("double_minutes",), received_at=max(at, received))


EVERY: tuple[Callable[[Scene], Iterator[Found]], ...] = (
    no_offer, nothing_drunk, behind_pace, at_close, three_refusals, vague_refusals, red_flags, over_limit, thickness,
    undecided_doubles,
)  # fmt: skip


def reason_of(found: Found, scene: Scene) -> str:
    """Why the alert says what it says, as a code with a text in the message file."""
    if found.reason:
        return found.reason
    if found.incomplete and (found.rule in _NUMBERS_ONLY or found.rule == rules.RED_FLAG_LOW_INTAKE):
        return INCOMPLETE
    return PROVISIONAL if rules.RULES[found.rule].at_close and scene.facts.silent else MEASURED


def times_ahead(scene: Scene) -> Iterator[datetime]:
    """Instants of this care day at which silence alone may change the judgement."""
    for name, marks in (
        ("no_offer_minutes", [e.occurred for e in scene.entries if e.outcome in hydration.OFFERS]),
        ("nothing_drunk_senior_minutes", [e.occurred for e in scene.entries if e.ml]),
        ("nothing_drunk_urgent_minutes", [e.occurred for e in scene.entries if e.ml]),
    ):
        yield from (at for _, at, ended in _gaps(scene, name, marks) if ended is None)
    yield from asked_at(scene)
    if scene.watched_from is not None:
        yield from checks(scene)
        yield scene.end
