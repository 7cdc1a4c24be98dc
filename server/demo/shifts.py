"""Who works when: a rota of 12-hour shifts, four days on and four off, with office people beside it on weekdays.

Everything here is computed from the seed and the day, so that the rota written in advance and the people who sign on are
the same, however often a day is computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache

from server.demo.people import ZONE, DemoHome, StaffMember, Tablet
from server.demo.seeded import chance, named_id
from sync import days, roles

DAY, NIGHT = "day", "night"
# Days on, then as many off.
ON = 4
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True, eq=False)
class Turn:
    """One person's working shift: what the rota says, and when that person really signed on and off."""

    id: object
    rota_id: object
    staff: StaffMember
    role: str
    unit: str | None
    shift: str
    from_ms: int
    to_ms: int
    on_ms: int
    off_ms: int
    tablet: Tablet
    floor: bool
    on_call: bool = False


def wall_ms(day: date, minute: int) -> int:
    """Milliseconds of a minute of a calendar day on the home's clock; minutes past 24 hours are the next morning's."""
    return days.to_ms(days.local(day + timedelta(days=minute // 1440), time(minute % 1440 // 60, minute % 60), ZONE))


def _shift_ms(day: date, name: str) -> tuple[str, int, int]:
    shift = f"{day.isoformat()}/{name}"
    start, end = days.shift_bounds(shift, ZONE)
    return shift, days.to_ms(start), days.to_ms(end)


@lru_cache(maxsize=64)
def _teams(home: DemoHome) -> tuple[dict[str, list[StaffMember]], dict[str, list[StaffMember]], list[StaffMember]]:
    """Two teams of day and night people, and the office people who help on weekdays."""
    workers = [p for p in home.staff if p.role == roles.SUPPORT_WORKER]
    seniors = [p for p in home.staff if p.role == roles.SENIOR_CARER]
    key = home.first(roles.KEY_WORKER)
    last = workers[3] if len(workers) > 3 else key
    first_team = {DAY: [seniors[0], workers[0]], NIGHT: [home.first(roles.SHIFT_LEADER), workers[1]]}
    second_team = {DAY: [home.first(roles.NUTRITION_LEAD), workers[2]], NIGHT: [seniors[1], last]}
    office = [home.first(roles.CARE_COORDINATOR), home.first(roles.ROTA_COORDINATOR)]
    return first_team, second_team, [*office, key] if last is not key else office


def on_floor(home: DemoHome, day: date, name: str) -> list[tuple[StaffMember, str]]:
    """Who works on which unit in the shift that starts on `day`."""
    first, second, office = _teams(home)
    block, place = divmod(day.toordinal(), ON)
    team = (first if block % 2 == 0 else second)[name]
    people = list(team)
    if name == DAY:
        if day.weekday() < 5:
            people += [office[(day.toordinal() + k) % len(office)] for k in range(2)]
        else:
            people.append(office[day.toordinal() % len(office)])
    return [(person, home.units[(k + place) % len(home.units)]) for k, person in enumerate(people)]


@lru_cache(maxsize=256)
def turns(home: DemoHome, seed: int, day: date) -> tuple[Turn, ...]:
    """Every shift that starts on `day`: floor, managers, on call."""
    found = []
    for name in (DAY, NIGHT):
        shift, from_ms, to_ms = _shift_ms(day, name)
        for person, unit in on_floor(home, day, name):
            found.append(_turn(home, seed, person, unit, shift, from_ms, to_ms, home.tablet_of(unit), floor=True))
    shift, from_ms, to_ms = _shift_ms(day, DAY)
    duty, deputy = home.first(roles.DUTY_MANAGER), home.first(roles.DEPUTY_MANAGER)
    in_charge, other = (duty, deputy) if day.toordinal() % 7 < 4 else (deputy, duty)
    office, phone = home.tablet_of(None), home.tablets[-1]
    found.append(_turn(home, seed, in_charge, None, shift, from_ms, to_ms, office))
    if day.weekday() < 5:
        manager = home.first(roles.REGISTERED_MANAGER)
        found.append(_turn(home, seed, manager, None, shift, from_ms + HOUR_MS, to_ms - 3 * HOUR_MS, office))
    shift, from_ms, to_ms = _shift_ms(day, NIGHT)
    found.append(_turn(home, seed, other, None, shift, from_ms, to_ms, phone, on_call=True))
    if day.weekday() == 0:
        provider = home.with_role(roles.PROVIDER_QUALITY_LEAD, roles.PROVIDER_LEAD, roles.NOMINATED_INDIVIDUAL)
        person = provider[day.toordinal() // 7 % len(provider)]
        shift, from_ms, _ = _shift_ms(day, DAY)
        week = wall_ms(day + timedelta(days=7), 8 * 60)
        found.append(_turn(home, seed, person, None, shift, from_ms, week, phone, on_call=True))
    return tuple(found)


def _turn(
    home: DemoHome, seed: int, person: StaffMember, unit: str | None, shift: str, from_ms: int, to_ms: int, tablet: Tablet,
    *, floor: bool = False, on_call: bool = False,
) -> Turn:  # fmt: skip
    luck = chance(seed, "turn", home.number, person.name, from_ms)
    role = roles.DUTY_MANAGER if on_call and person.role == roles.DEPUTY_MANAGER else person.role
    if floor and roles.SENIOR_CARER in person.roles:
        role = roles.SENIOR_CARER
    elif floor and roles.SUPPORT_WORKER in person.roles:
        role = roles.SUPPORT_WORKER
    # People come a little early and leave after handing over, so a shift and the next overlap and nobody is left alone.
    return Turn(
        id=named_id(seed, "turn", home.number, person.name, from_ms),
        rota_id=named_id(seed, "rota", home.number, person.name, from_ms),
        staff=person, role=role, unit=unit, shift=shift, from_ms=from_ms, to_ms=to_ms,
        on_ms=from_ms - luck.randrange(2 * MINUTE_MS, 13 * MINUTE_MS),
        off_ms=to_ms + luck.randrange(3 * MINUTE_MS, 16 * MINUTE_MS),
        tablet=tablet, floor=floor, on_call=on_call,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _near(home: DemoHome, seed: int, day: date) -> tuple[Turn, ...]:
    """Every turn that can cover an instant of a calendar day: yesterday's, today's and the week's call, floor people first."""
    monday = day - timedelta(days=day.weekday())
    starts = {day, day - timedelta(days=1), monday, monday - timedelta(days=7)}
    near = [
        turn for start in sorted(starts) for turn in turns(home, seed, start)
        if (day - start).days <= 1 or turn.to_ms - turn.from_ms > DAY_MS
    ]  # fmt: skip
    return tuple(sorted(near, key=lambda turn: not turn.floor))


def working(home: DemoHome, seed: int, at_ms: int) -> list[Turn]:
    """Whose sign-on covers an instant, floor people first in the order of the rota."""
    today = days.from_ms(at_ms).astimezone(days.zone_of(ZONE)).date()
    return [turn for turn in _near(home, seed, today) if turn.on_ms <= at_ms < turn.off_ms]


def at_bedside(home: DemoHome, seed: int, at_ms: int, unit: str) -> list[Turn]:
    """Who can have given a drink on a unit at an instant: its own people, or whoever is on the floor."""
    floor = [turn for turn in working(home, seed, at_ms) if turn.floor]
    return [turn for turn in floor if turn.unit == unit] or floor
