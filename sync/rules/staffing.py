"""What allocations and observations of a shift say, and what they do not say in time (domain.md, 4).

A shift's matters stand on the shift of a unit; what recurs stands on the unit; an old dependency score on its person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sync.days import LONDON, shift_bounds, to_ms, write_time, zone_of
from sync.facts import Absence
from sync.matters import Matter
from sync.rules import catalogue as rules
from sync.thresholds import Values, read_day_or_time
from sync.told import Told, counting, known_by

# What says that there was no such thing, or that nobody knows.
_NOT = frozenset({"", "no", "none", "not_known", "some", "false"})


def yes(value: Any) -> bool:
    """Whether a question of an observation was answered with yes, or with words."""
    return value is True or (isinstance(value, str) and value.strip().lower() not in _NOT)


def same_reason(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """The same words as for another shift: they cannot be about this one's people. The tablet warns of the same."""
    said, before = (" ".join(str(each.get("rationale") or "").lower().split()) for each in (one, other))
    return bool(said) and said == before and one.get("unit") == other.get("unit") and one.get("shift") != other.get("shift")


# ---- one shift of one unit ----


@dataclass(frozen=True)
class Shift:
    """One shift of one unit (None: the whole home): what was drawn of it, who was to work where, what was seen.

    `others` are the unit's allocations of other shifts, to tell a reason that was copied. `subject` is what its alerts stand on.
    """

    subject: str
    shift: str
    unit: str | None
    zone: str = LONDON
    samples: tuple[Told, ...] = ()
    allocations: tuple[Told, ...] = ()
    others: tuple[Told, ...] = ()
    observations: tuple[Told, ...] = ()

    def known_by(self, at: datetime) -> Shift:
        """The same as anybody could know it by an instant. What was drawn was always to be looked at."""
        names = ("allocations", "others", "observations")
        return replace(self, **{name: known_by(getattr(self, name), at) for name in names})

    @property
    def place(self) -> dict[str, str]:
        return {"shift": self.shift, **({"unit": self.unit} if self.unit else {})}


def of_shift(known: Shift, values: Values) -> Iterator[Matter]:
    """Every matter of one shift; nothing for a text that names none.

    A draw that was made up for after the shift, because the server had been down, counts in the measure and asks nobody:
    that shift can no longer be looked at.
    """
    try:
        starts, ends = shift_bounds(known.shift, known.zone)
    except ValueError:
        return
    known = replace(known, samples=tuple(each for each in known.samples if (each.time("drawn_at") or starts) < ends))
    seen = counting(known.observations)
    for drawn in counting(known.samples):
        if not any(each.fields.get("sample") == drawn.id or each.fields.get("shift") == known.shift for each in seen):
            yield Matter(rules.NOT_OBSERVED, known.subject, ends, drawn.id, known.place)
    yield from _reasons(known, starts)
    for each in seen:
        yield from _observed(known, each, values)


def _reasons(known: Shift, starts: datetime) -> Iterator[Matter]:
    """No reason of this shift's own, written before care starts: judged where the shift was drawn, or an allocation came late."""
    written = counting(known.allocations)
    drawn = counting(known.samples)
    before = [found for each in written if (found := each.known_by(starts)) is not None]
    if not written and not drawn:
        return
    about = (written or drawn)[0].id
    if not before:
        yield Matter(rules.NO_REASON, known.subject, starts, about, {**known.place, "how": "late" if written else "missing"})
    elif any(same_reason(each.fields, one.fields) and one.recorded < each.recorded for each in before for one in counting(known.others)):
        yield Matter(rules.NO_REASON, known.subject, starts, about, {**known.place, "how": "copied"})


def _observed(known: Shift, each: Told, values: Values) -> Iterator[Matter]:
    fields, at = each.fields, each.time("to") or each.occurred

    def found(rule: str, numbers: tuple[str, ...] = (), **facts: Any) -> Matter:
        return Matter(rule, known.subject, at, each.id, {**known.place, **facts}, numbers, each.received)

    actual, planned = _people(fields.get("actual")), _people(fields.get("planned"))
    if planned and actual < planned:
        yield found(rules.BELOW_PLAN, people=_short(actual), planned=_short(planned))
    required, deployed = fields.get("hours_required"), fields.get("hours_deployed")
    if _number(required) and _number(deployed) and deployed < required:
        yield found(rules.BELOW_HOURS, deployed=_short(deployed), required=_short(required))
    if yes(fields.get("unmet_need")):
        yield found(rules.UNMET_NEED)
    standard = values.value("deployment.response_minutes", None, known.unit, at=at)
    slow = [one["minutes"] for one in delays(each) if _number(one.get("minutes")) and one["minutes"] > standard]
    if slow:
        yield found(rules.SLOW_RESPONSE, ("deployment.response_minutes",), delays=len(slow), longest=_short(max(slow)), standard=standard)


def delays(observation: Told) -> list[Mapping[str, Any]]:
    """The delays that an observation names."""
    said = observation.fields.get("delays")
    return [each for each in said if isinstance(each, Mapping)] if isinstance(said, list) else []


def _people(said: Any) -> float:
    return sum(each["count"] for each in said or () if isinstance(each, Mapping) and _number(each.get("count")))


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _short(value: float) -> int | float:
    return int(value) if float(value).is_integer() else round(value, 1)


# ---- what recurs on a unit ----


@dataclass(frozen=True)
class Recent:
    """A unit's observations of twice the days over which shifts are counted, so that a run is seen from where it began."""

    subject: str
    unit: str
    zone: str = LONDON
    observations: tuple[Told, ...] = ()

    def known_by(self, at: datetime) -> Recent:
        return replace(self, observations=known_by(self.observations, at))


def recurring(known: Recent, values: Values, now: datetime) -> Iterator[Matter]:
    """Delays in the same hour, and pressure or rush, on so many shifts of a unit within so many days."""
    times, days = (values.value(f"deployment.recurring_{name}", None, known.unit, at=now) for name in ("times", "days"))
    seen = counting(known.observations)
    numbers = ("deployment.recurring_times", "deployment.recurring_days")

    def found(rule: str, hits: Callable[[Told], bool], **facts: Any) -> Iterator[Matter]:
        for at, several in _runs([each for each in seen if hits(each)], times, timedelta(days=days)):
            said = {"unit": known.unit, "shifts": several, "days": days, **facts}
            yield Matter(rule, known.subject, at.occurred, at.id, said, numbers, at.received)

    for hour, at in sorted({hour: at for each in seen for hour, at in _hours(each, known.zone).items()}.items()):
        yield from found(rules.SAME_HOUR, lambda each, hour=hour: hour in _hours(each, known.zone), hour_at=write_time(to_ms(at)))
    yield from found(rules.UNDER_PRESSURE, lambda each: yes(each.fields.get("rushed_support")) or yes(each.fields.get("staff_pressure")))


def _hours(observation: Told, zone: str) -> dict[int, datetime]:
    """The hours of the home's day in which somebody waited, each with when it began."""
    times = (at.astimezone(zone_of(zone)) for each in delays(observation) if (at := read_day_or_time(each.get("at"))) is not None)
    return {at.hour: at.replace(minute=0, second=0, microsecond=0) for at in times}


def _runs(hits: Sequence[Told], times: int, within: timedelta) -> Iterator[tuple[Told, int]]:
    """(the observation that made it a pattern, shifts counted by then), once for each run: while it goes on it is the same one."""
    before = False
    for place, each in enumerate(hits):
        shifts = {one.fields.get("shift") for one in hits[: place + 1] if each.occurred - one.occurred <= within}
        if len(shifts) >= times and not before:
            yield each, len(shifts)
        before = len(shifts) >= times


# ---- dependency scores ----


def old_score(person: str, scores: Sequence[Told], absences: Sequence[Absence], values: Values, unit: str | None, now: datetime) -> Iterator[Matter]:
    """A person's latest dependency score that is too old; while they are away nobody can score them."""
    scored = [(at, each) for each in counting(scores) if (at := each.time("scored_on") or each.occurred) is not None]
    if not scored:
        return
    at, last = max(scored, key=lambda each: (each[0], each[1].id))
    within = values.value("deployment.dependency_days", person, unit, at=now)
    due: datetime | None = at + timedelta(days=within)
    for away in sorted(absences, key=lambda each: each.start):
        if due is not None and away.start <= due and (away.end is None or away.end > due):
            due = away.end
    if due is not None:
        yield Matter(rules.DEPENDENCY_OLD, person, due, last.id, {"days": within, "scored_on": at.date().isoformat()}, ("deployment.dependency_days",))
