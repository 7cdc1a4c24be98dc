"""How much a person should have drunk by now, how much they have, and whether a drink is due: the sums, no verdicts.

`due_state` has a twin in the tablet's app (`pwa/src/due.ts`), held to it by `tests/vectors/hydration_pace.json`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sync.days import LONDON, care_day, to_ms
from sync.facts import Entry
from sync.rules import doubles
from sync.rules.doubles import Drink, Pair, Total
from sync.rules.spans import Span, after, covered, day_span, merged, minus, waking_span, window_at
from sync.thresholds import THRESHOLDS, Values, read_day_or_time

OFFERS = frozenset({"given", "drank", "refused", "left_within_reach", "unwell"})
PAUSES = frozenset({"asleep", "out", "nil_by_mouth", "restriction_reached", "unsafe_to_swallow", "comfort_only"})

LIMIT, PLAN, SEX, FLOOR = "limit", "plan", "sex", "floor"
NOT_DUE, DUE, LATE, PAUSED = "not_due", "due", "late", "paused"

ORAL = frozenset({"", "oral", "by_mouth", "mouth"})
# `basis` of a plan whose figure a clinician set.
CLINICIANS = frozenset({"clinician", "prescribed"})


MS = timedelta(milliseconds=1)
DOUBLE = timedelta(minutes=THRESHOLDS["hydration.double_minutes"].default)


def number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


# ---- what to aim for ----


def target(
    plan: Mapping[str, Any] | None, person: Mapping[str, Any], values: Values, *, at: datetime, who: str | None = None
) -> tuple[int, str]:  # fmt: skip
    """(ml, basis) to aim for in a care day. A limit is an upper bound, never something to reach: say so beside it."""
    plan = plan or {}
    if (limit := number(plan.get("limit_ml"))) is not None:
        return limit, LIMIT
    if (planned := number(plan.get("target_ml"))) is not None:
        return planned, PLAN
    sex = str(person.get("sex") or "").strip().lower()[:1]
    name = {"f": "target_female_ml", "m": "target_male_ml"}.get(sex)
    basis = SEX if name else FLOOR
    return values.value(f"hydration.{name or 'target_floor_ml'}", who, person.get("unit"), at=at), basis


def needs_plan(plan: Mapping[str, Any] | None) -> bool:
    """True for a person fed by another route without a figure to be judged on."""
    plan = plan or {}
    if str(plan.get("route") or "").strip().lower() in ORAL:
        return False
    return number(plan.get("limit_ml")) is None and number(plan.get("target_ml")) is None


def own_figure(plan: Mapping[str, Any] | None) -> int | None:
    """The figure that caps every floor: a limit, or what a clinician set, or a target for another route than the mouth."""
    plan = plan or {}
    limit, planned = number(plan.get("limit_ml")), number(plan.get("target_ml"))
    clinician = str(plan.get("basis") or "").strip().lower() in CLINICIANS
    other_route = str(plan.get("route") or "").strip().lower() not in ORAL
    found = [figure for figure in (limit, planned if clinician or other_route else None) if figure is not None]
    return min(found, default=None)


def capped(floor_ml: float, plan: Mapping[str, Any] | None, percent: float) -> float:
    """A floor, never above `percent` of the person's limit or clinician's figure."""
    figure = own_figure(plan)
    return floor_ml if figure is None else min(floor_ml, figure * percent / 100)


# ---- who is watched ----


def says_yes(value: Any) -> bool:
    """How plans write yes: true, or a word for how closely; `no`, `off` and `none` are no."""
    return value is True or (isinstance(value, str) and value.strip().lower() not in ("", "no", "off", "none", "false"))


def monitored_span(plan: Mapping[str, Any] | None, zone: str) -> tuple[datetime | None, datetime | None] | None:
    """(from, until) of the monitoring of a plan, either open; None when nobody decided to monitor."""
    if not plan or not says_yes(plan.get("monitoring")):
        return None
    return read_day_or_time(plan.get("monitored_from"), zone), read_day_or_time(plan.get("monitored_until"), zone)


def monitored(plan: Mapping[str, Any] | None, at: datetime, zone: str) -> bool:
    """Whether a person is on monitoring at an instant."""
    span = monitored_span(plan, zone)
    return span is not None and (span[0] is None or span[0] <= at) and (span[1] is None or at < span[1])


def end_of_life(plan: Mapping[str, Any] | None, at: datetime, zone: str) -> bool:
    since = read_day_or_time((plan or {}).get("end_of_life_from"), zone)
    return since is not None and since <= at


def nil_by_mouth_span(plan: Mapping[str, Any] | None, zone: str) -> tuple[datetime, datetime | None] | None:
    since = read_day_or_time((plan or {}).get("nil_by_mouth_from"), zone)
    return None if since is None else (since, read_day_or_time((plan or {}).get("nil_by_mouth_until"), zone))


# ---- how much ----


def drinks(entries: Iterable[Entry]) -> list[Drink]:
    """Entries as the drinks that they add."""
    return [Drink(each.id, to_ms(each.occurred), each.drink, each.ml, each.device) for each in entries if each.ml > 0]


def total(entries: Iterable[Entry], *, within: timedelta = DOUBLE, decided: Collection[Pair] = frozenset()) -> Total:
    """The intake that entries add up to. Low-intake rules read `least_ml`, over-limit rules `most_ml`."""
    return doubles.total(drinks(entries), within // MS, decided)


def expected_by(target_ml: float, at: datetime, free: Sequence[Span]) -> float:
    """Target × the share of waking time gone; `free` is the day's waking time without absences and nil by mouth."""
    whole = covered(free)
    if not whole:
        return 0.0
    gone = covered([(start, min(end, at)) for start, end in free if start < at])
    return target_ml * (gone / whole)


# ---- the clock ----


def pauses(
    entries: Iterable[Entry], *, plan: Mapping[str, Any] | None, zone: str, excused: Sequence[Span] = ()
) -> list[Span]:  # fmt: skip
    """When the clock stands still: absences and nil by mouth (`excused`) whole, and each pausing entry from when it
    happened to the end of the window it stands in, or of the absence or nil by mouth that covers it."""
    found = list(excused)
    for entry in entries:
        if entry.outcome not in PAUSES:
            continue
        at = entry.occurred
        window = window_at(at, zone, plan)
        ends = [end for start, end in excused if start <= at < end]
        if window:
            ends.append(window.end)
        if ends:
            found.append((at, max(ends)))
    return merged(found)


@dataclass(frozen=True)
class DueState:
    """What a list says of a person now."""

    state: str
    due_at: datetime | None
    last_offer_at: datetime | None


def due_state(
    entries: Iterable[Entry], plan: Mapping[str, Any] | None, values: Values, now: datetime, zone: str = LONDON,
    *, who: str | None = None, unit: str | None = None, excused: Sequence[Span] = (),
) -> DueState:  # fmt: skip
    """Whether a drink is due: so much waking time of this care day without an offer, pauses left out.

    Asleep at night is nobody's lateness: outside waking hours nothing is due. Late comes with the nudge.
    """
    entries = [entry for entry in entries if entry.occurred <= now]
    offers = [entry.occurred for entry in entries if entry.outcome in OFFERS]
    last_offer = max(offers, default=None)
    day = care_day(now, zone)
    starts = day_span(day, zone)[0]
    wakes, sleeps = waking_span(day, zone, plan, values, who=who, unit=unit)
    if not wakes <= now < sleeps:
        return DueState(NOT_DUE, None, last_offer)
    still = pauses((entry for entry in entries if entry.occurred >= starts), plan=plan, zone=zone, excused=excused)
    since = max(wakes, last_offer or wakes)
    every = number((plan or {}).get("check_every_minutes")) or values.value("hydration.due_minutes", who, unit, at=now)
    late_after = max(every, values.value("hydration.no_offer_minutes", who, unit, at=now))
    free = minus([(since, sleeps)], still)
    due_at = after(free, timedelta(minutes=every))
    late_at = after(free, timedelta(minutes=late_after))
    if any(start <= now < end for start, end in still):
        return DueState(PAUSED, due_at, last_offer)
    state = LATE if late_at and late_at <= now else DUE if due_at and due_at <= now else NOT_DUE
    return DueState(state, due_at, last_offer)
