"""How the demo's shifts are staffed, why, and what that was like: allocations, dependency scores, forms of drawn shifts, incidents.

Reasons get better over the weeks: early on many a shift has none, or the one of the shift before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from server.demo import plans
from server.demo.acts import Act, creating
from server.demo.people import DemoHome
from server.demo.seeded import chance, named_id
from server.demo.shifts import DAY, HOUR_MS, MINUTE_MS, NIGHT, Turn, turns, wall_ms, working
from sync import days, roles

#: A person is scored again after so many days, each on a day of their own.
SCORED_EVERY = 21
NEEDS = (
    "two to get {who} up, and time to let {who} choose", "somebody beside {who} at every meal", "{who} walks at dusk: one to walk along",
    "{who} is back from hospital and tires quickly", "{who} needs the hoist before breakfast",
)  # fmt: skip
WAITS = ("Help to get up", "Help to the toilet", "Help with breakfast", "A call bell", "Help to bed")
RESPONSES = ("Came from the other unit", "The senior carer helped", "Said sorry and sat down for a talk", "Office carer came to help")
INCIDENTS = (("fall", "low"), ("fall", "none"), ("skin_damage", "low"), ("near_miss", "none"))
#: When people get up and are helped to bed: most waits and falls are then.
PEAKS = {DAY: (8, 9, 12), NIGHT: (20, 21)}


def staffing_acts(home: DemoHome, seed: int, span: plans.Span, day: date) -> Iterator[Act]:
    """What is saved of one day's staffing, but for the forms of drawn shifts: those wait for the draw."""
    yield from _allocations(home, seed, span, day)
    yield from _scores(home, seed, span, day)
    yield from _incidents(home, seed, span, day)


def _allocations(home: DemoHome, seed: int, span: plans.Span, day: date) -> Iterator[Act]:
    coordinator, better = home.first(roles.ROTA_COORDINATOR), span.progress(day)
    for shift, starts in ((DAY, 8 * 60), (NIGHT, 20 * 60)):
        for unit in home.units:
            luck = chance("allocation", seed, home.number, day, shift, unit)
            roll = luck.random()
            if roll > 0.62 + 0.36 * better:
                continue
            # A reason of this shift's own, or yesterday's words once more.
            about = day if roll < 0.5 + 0.48 * better else day - timedelta(days=1)
            at_ms = wall_ms(day, starts - luck.randrange(20, 90)) if roll < 0.56 + 0.4 * better else wall_ms(day, starts + luck.randrange(30, 200))
            staff = [str(turn.staff.id) for turn in turns(home, seed, day) if turn.floor and turn.shift.endswith(shift) and turn.unit == unit]
            fields = {"shift": f"{day.isoformat()}/{shift}", "unit": unit, "rationale": _reason(home, seed, about, shift, unit), "staff": staff}
            yield creating(f"allocation/{seed}/{home.number}/{day}/{shift}/{unit}", at_ms, home.tablet_of(None), coordinator, "allocation", fields)


def _reason(home: DemoHome, seed: int, day: date, shift: str, unit: str) -> str:
    luck = chance("reason", seed, home.number, day, shift, unit)
    people = [person for person in home.residents if person.unit == unit]
    if not people:
        return f"Nobody lives on {unit} now"
    whole = NEEDS[luck.randrange(len(NEEDS))].format(who=luck.choice(people).name)
    return f"{day.day} {day:%B}, {shift}: {whole}. Busiest from {luck.choice(PEAKS[shift])}:00"


def _scores(home: DemoHome, seed: int, span: plans.Span, day: date) -> Iterator[Act]:
    coordinator = home.first(roles.ROTA_COORDINATOR)
    for person in home.residents:
        due = ((day - span.first).days - person.place) % SCORED_EVERY == 0
        luck = chance("score", seed, person.id, day)
        if not due or luck.random() > 0.75 + 0.25 * span.progress(day):
            continue
        score = 6 + person.place % 9
        fields = {
            "resident": str(person.id), "tool": "Home's own needs score", "tool_version": "2", "score": score, "hours_required": round(1.2 + score / 6, 1),
            "scored_on": day.isoformat(), "judgement": "As scored; mornings take longest" if score > 9 else "Manages most with a word",
        }  # fmt: skip
        yield creating(f"score/{person.id}/{day}", wall_ms(day, 13 * 60 + person.place), home.tablet_of(None), coordinator, "dependency_score", fields)


def _incidents(home: DemoHome, seed: int, span: plans.Span, day: date) -> Iterator[Act]:
    """One or two a week; early on most at the busiest hours and for want of somebody."""
    luck = chance("incident", seed, home.number, day)
    if not home.residents or luck.random() > (0.1 + 0.012 * len(home.residents)) * (1.4 - 0.8 * span.progress(day)):
        return
    person, (type_, harm) = luck.choice(home.residents), luck.choice(INCIDENTS)
    happened = wall_ms(day, luck.choice(PEAKS[DAY] + PEAKS[NIGHT]) * 60 + luck.randrange(60))
    senior = _senior(home, seed, happened)
    if senior is None:
        return
    staffing = luck.random() < 0.55 - 0.45 * span.progress(day)
    fields = {
        "resident": str(person.id), "unit": person.unit, "happened_at": plans.iso(happened), "type": type_, "harm": harm,
        "shift": days.shift_of(days.from_ms(happened)), "staffing_related": staffing, "hydration_related": not staffing and luck.random() < 0.15,
    }  # fmt: skip
    tablet = home.tablet_of(person.unit)
    yield creating(f"incident/{seed}/{home.number}/{day}", happened + luck.randrange(5, 40) * MINUTE_MS, tablet, senior.staff, "incident", fields, occurred_ms=happened)


def form_of(home: DemoHome, seed: int, span: plans.Span, sample: str, drawn: dict[str, Any]) -> Act | None:
    """The form of a drawn shift, saved when its two hours are over; early on many a one is never filled in."""
    from_ms, to_ms = (days.to_ms(days.datetime.fromisoformat(drawn[name])) for name in ("from", "to"))
    day, unit = plans.day_of(from_ms), str(drawn.get("unit") or home.units[0])
    luck, better = chance("form", seed, home.number, drawn["shift"]), span.progress(day)
    at_ms = to_ms + luck.randrange(4, 50) * MINUTE_MS
    leader = _senior(home, seed, at_ms)
    if leader is None or luck.random() > 0.58 + 0.4 * better:
        return None
    shift = drawn["shift"].partition("/")[2]
    busy = days.from_ms(from_ms).astimezone(days.zone_of(days.LONDON)).hour in PEAKS[shift]
    waits = [_wait(home, luck, unit, from_ms, n, better) for n in range(luck.randrange(0, 3 if busy and luck.random() > 0.5 * better else 2))]
    actual = [turn for turn in working(home, seed, (from_ms + to_ms) // 2) if turn.floor and turn.unit == unit]
    rushed = bool(waits) and luck.random() < 0.5 - 0.4 * better
    fields = {
        "shift": drawn["shift"], "unit": unit, "from": drawn["from"], "to": drawn["to"], "sample": sample, "actual": _counted(actual),
        "planned": _counted([turn for turn in actual if not turn.staff.agency]) or _counted(actual), "delays": waits, "no_delays_confirmed": not waits,
        "rushed_support": rushed, "unmet_need": rushed and luck.random() < 0.3, "staff_pressure": rushed and luck.random() < 0.6,
        "feedback_heard": "Would have liked to get up earlier" if rushed else "Nobody complained",
    }  # fmt: skip
    return creating(f"form/{seed}/{home.number}/{drawn['shift']}", at_ms, home.tablet_of(unit), leader.staff, "deployment_observation", fields)


def _wait(home: DemoHome, luck, unit: str, from_ms: int, n: int, better: float) -> dict[str, Any]:
    people = [person for person in home.residents if person.unit == unit] or list(home.residents)
    minutes = luck.randrange(6, 34 - round(18 * better))
    told = {"response": luck.choice(RESPONSES)} if luck.random() < 0.7 + 0.28 * better else {}
    at_ms = from_ms + luck.randrange(2 * HOUR_MS)
    initials = "".join(part[0] for part in luck.choice(people).name.split())
    return {"id": str(named_id("wait", unit, from_ms, n)), "what": luck.choice(WAITS), "for": initials, "at": plans.iso(at_ms), "minutes": minutes, **told}


def _counted(there: list[Turn]) -> list[dict[str, Any]]:
    by_role: dict[str, int] = {}
    for turn in there:
        by_role[turn.role] = by_role.get(turn.role, 0) + 1
    return [{"role": role, "count": count} for role, count in sorted(by_role.items())]


def _senior(home: DemoHome, seed: int, at_ms: int) -> Turn | None:
    there = [turn for turn in working(home, seed, at_ms) if turn.staff.holds(roles.SENIOR_CARER, roles.SHIFT_LEADER)]
    return there[0] if there else None
