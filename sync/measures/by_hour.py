"""When people wait: delays, needs that were not met and incidents, by the hour of the home's day (care.md, Also measured).

Waits and unmet needs are counted over the shifts that Tidemark drew, out of the hours of them that somebody looked at, so that nobody
chooses the quiet ones. An incident is counted wherever it happened and is a share of nothing. An hour that nobody looked at says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sync import flags
from sync.days import DAY_STARTS, from_ms, to_ms, zone_of
from sync.measures.told import field_ms
from sync.rules.staffing import yes
from sync.thresholds import Values

#: Why something is in no hour: its time holds by no clock, nobody drew its shift, it names no time, or one outside of what was looked at.
NOT_PROVEN, NOT_DRAWN, NO_TIME, OUTSIDE = LEFT_OUT = ("not_proven", "not_drawn", "no_time", "outside")
HOUR_MS = 3_600_000
#: A form that claims to have looked for longer than a whole day names no hours.
MOST_HOURS = 24

Change = Mapping[str, Any]
_NOT_PROVEN = frozenset({flags.TIME_NOT_PROVEN, flags.TIME_IN_DOUBT})


@dataclass(frozen=True)
class Wait:
    """Somebody waited longer than the home's standard, or nobody said how long. `of` is the record that tells of it."""

    of: str
    at: int
    what: str
    minutes: float | None


@dataclass
class Look:
    """One hour of one drawn shift that somebody looked at, whoever wrote of it."""

    on: date
    hour: int
    shift: str
    unit: str | None
    at: int
    records: list[str] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    unmet: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Incident:
    """One incident in its hour."""

    on: date
    hour: int
    at: int
    record: str
    type: str
    resident: Any
    unit: Any


@dataclass(frozen=True)
class Hour:
    """What an hour of the day comes to: `waited` and `unmet` of `looked_at`, and the incidents of it."""

    hour: int
    looks: tuple[Look, ...]
    incidents: tuple[Incident, ...]

    @property
    def looked_at(self) -> int:
        return len(self.looks)

    @property
    def waited(self) -> int:
        return sum(bool(each.waits) for each in self.looks)

    @property
    def unmet(self) -> int:
        return sum(bool(each.unmet) for each in self.looks)


@dataclass(frozen=True)
class ByHour:
    """All of it, and how much was left out for which reason."""

    looks: tuple[Look, ...]
    incidents: tuple[Incident, ...]
    left_out: Mapping[str, int]

    def hours(self) -> list[Hour]:
        """The 24 hours, from the one in which a care day begins."""
        order = [(DAY_STARTS.hour + n) % 24 for n in range(24)]
        looks, incidents = ({hour: tuple(each for each in listed if each.hour == hour) for hour in order} for listed in (self.looks, self.incidents))
        return [Hour(hour, looks[hour], incidents[hour]) for hour in order]


def by_hour(forms: Iterable[Change], samples: Iterable[Change], incidents: Iterable[Change], *, values: Values, zone: str) -> ByHour:
    """Standing records in their wire form: the forms of shifts, the shifts that were drawn, and incidents."""
    drawn = {(each["fields"].get("shift"), each["fields"].get("unit")) for each in samples}
    left_out: Counter[str] = Counter()
    looks: dict[tuple[Any, ...], Look] = {}
    for form in forms:
        fields = form["fields"]
        own = (fields.get("shift"), fields.get("unit"))
        asked = own if own in drawn else (own[0], None)
        if asked not in drawn:
            left_out[NOT_DRAWN] += 1
        elif not _proven(form):
            left_out[NOT_PROVEN] += 1
        else:
            _looked(looks, form, asked, values, zone, left_out)
    found = []
    for each in incidents:
        at = field_ms(each["fields"], "happened_at")
        if at is None or not _proven(each):
            left_out[NO_TIME if at is None else NOT_PROVEN] += 1
        else:
            found.append(Incident(*_place(at, zone), at, str(each["record"]), *(each["fields"].get(name) for name in ("type", "resident", "unit"))))
    ordered = sorted(looks.values(), key=lambda each: (each.at, each.shift, each.unit or ""))
    return ByHour(tuple(ordered), tuple(sorted(found, key=lambda each: (each.at, each.record))), dict(left_out))


def _looked(looks: dict[tuple[Any, ...], Look], form: Change, asked: tuple[Any, Any], values: Values, zone: str, left_out: Counter[str]) -> None:
    """Add what a form of a drawn shift tells of each hour that it looked at."""
    fields, record = form["fields"], str(form["record"])
    first, last = field_ms(fields, "from"), field_ms(fields, "to")
    here: dict[tuple[date, int], Look] = {}
    for at in _hours(first, last, zone):
        place = _place(at, zone)
        here[place] = looks.setdefault((*asked, *place), Look(*place, str(asked[0]), asked[1], at))
    if first is None or not here:
        left_out[NO_TIME] += 1
        return
    for look in here.values():
        look.records.append(record)
        # Nobody says at what minute a need was not met: it is said of the whole time that was looked at.
        look.unmet += [record] if yes(fields.get("unmet_need")) else []
    standard = values.value("deployment.response_minutes", None, fields.get("unit"), at=from_ms(first))
    for delay in fields.get("delays") or ():
        if not isinstance(delay, Mapping):
            continue
        minutes, at = delay.get("minutes"), field_ms(delay, "at")
        minutes = minutes if isinstance(minutes, (int, float)) and not isinstance(minutes, bool) else None
        if minutes is not None and minutes <= standard:
            continue
        look = here.get(_place(at, zone)) if at is not None else None
        if at is None or look is None:
            left_out[NO_TIME if at is None else OUTSIDE] += 1
        else:
            look.waits.append(Wait(record, at, str(delay.get("what") or ""), minutes))


def _hours(first: int | None, last: int | None, zone: str) -> Iterator[int]:
    """An instant of each hour of the day between two instants."""
    if first is None or last is None or not 0 < last - first <= MOST_HOURS * HOUR_MS:
        return
    local = from_ms(first).astimezone(zone_of(zone))
    yield from range(first - to_ms(local) + to_ms(local.replace(minute=0, second=0, microsecond=0)), last, HOUR_MS)


def _place(at: int, zone: str) -> tuple[date, int]:
    local = from_ms(at).astimezone(zone_of(zone))
    return local.date(), local.hour


def _proven(change: Change) -> bool:
    return not _NOT_PROVEN & set(change.get("flags") or ())

