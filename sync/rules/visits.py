"""What a person's appointments still ask of the home, as matters with their time (`sync/matters.py`).

Where an appointment stands is said by `sync/rules/appointments.py`, for tablets and pages as well; here is from when each
thing that is open is a matter for people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sync.days import LONDON, shift_bounds, shift_of, to_ms, write_time
from sync.matters import Matter
from sync.rules import appointments as rule
from sync.rules import catalogue as rules
from sync.rules.appointments import AWAITING, Limits, Said
from sync.thresholds import Values
from sync.told import Told, counting, known_by

UNSUPPORTED = "not_supported_to_attend"


@dataclass(frozen=True)
class Visits:
    """A person's appointments of the last weeks with all that hangs on them, and who asked about the person.

    Outcomes and follow-ups name what they are about (`appointment`, `about`).
    """

    person: str
    unit: str | None = None
    zone: str = LONDON
    appointments: tuple[Told, ...] = ()
    outcomes: tuple[Told, ...] = ()
    follow_ups: tuple[Told, ...] = ()
    contacts: tuple[Told, ...] = ()

    def known_by(self, at: datetime) -> Visits:
        """The same as anybody could know it by an instant."""
        names = ("appointments", "outcomes", "follow_ups", "contacts")
        return replace(self, **{name: known_by(getattr(self, name), at) for name in names})


def matters(visits: Visits, values: Values, now: datetime) -> Iterator[Matter]:
    """Every matter of a person's appointments, those to come included."""
    mine = counting(visits.appointments)
    booked = {each.fields.get("arises_from") for each in mine}
    done, todo = counting(visits.outcomes), counting(visits.follow_ups)
    for each in mine:
        outcomes = [one for one in done if one.fields.get("appointment") == each.id]
        about = {each.id, *(one.id for one in outcomes)}
        follow_ups = [one for one in todo if one.fields.get("about") in about]
        yield from _of_appointment(visits, each, outcomes, follow_ups, each.id in booked, values, now)
    for one in todo:
        yield from _of_follow_up(visits, one, values, now)
    yield from _chasing(visits, values, now)


def _said(each: Told) -> Said:
    return Said(to_ms(each.occurred), each.fields)


def _of_appointment(
    visits: Visits, visit: Told, outcomes: Sequence[Told], follow_ups: Sequence[Told], booked: bool, values: Values, now: datetime
) -> Iterator[Matter]:  # fmt: skip
    starts = visit.time("starts_at") or visit.occurred
    limits = Limits.of(values, now)
    facts = {"starts_at": _text(starts)}
    if not outcomes:
        ends = shift_bounds(shift_of(starts, visits.zone), visits.zone)[1]
        yield Matter(rules.OUTCOME_AT_SHIFT_END, visits.person, ends, visit.id, facts)
        due = starts + timedelta(hours=limits.outcome_hours)
        yield Matter(rules.OUTCOME_MISSING, visits.person, due, visit.id, facts | {"hours": limits.outcome_hours}, ("appointments.outcome_hours",))
        return
    stands = rule.judge(to_ms(starts), map(_said, outcomes), [_said(each) for each in follow_ups], booked=booked, now_ms=to_ms(now), limits=limits)
    settled = [each for each in outcomes if each.fields.get("attendance") != AWAITING]
    first = (settled or outcomes)[0].occurred
    for state, name, hours in (
        (AWAITING, rules.UPDATE_LATE, "update_hours"), (rule.CARE_PLAN, rules.CARE_PLAN, "care_plan_hours"), (rule.NOT_BOOKED, rules.NOT_BOOKED, "book_hours"),
    ):  # fmt: skip
        if state in stands.open:
            number = f"appointments.{hours}"
            within = values.value(number, visits.person, visits.unit, at=now)
            yield Matter(name, visits.person, first + timedelta(hours=within), visit.id, facts | {"hours": within}, (number,))
    if AWAITING in stands.open:
        yield from _asked_again(visits, visit, outcomes, facts, values, now)
    for each in outcomes:
        if each.fields.get("attendance") == UNSUPPORTED:
            yield Matter(rules.NOT_SUPPORTED, visits.person, starts, each.id, facts, received=each.received)


def _asked_again(visits: Visits, visit: Told, outcomes: Sequence[Told], facts: dict, values: Values, now: datetime) -> Iterator[Matter]:
    """An update that is awaited or chased for the second time, and none has come."""
    times = values.value("appointments.update_times", visits.person, visits.unit, at=now)
    said = sorted(row.recorded for each in outcomes for row in each.rows if row.fields.get("attendance") == AWAITING or row.fields.get("next_chase_at"))
    if len(said) >= times:
        yield Matter(
            rules.UPDATE_REPEATED, visits.person, said[times - 1], visit.id, facts | {"times": len(said)}, ("appointments.update_times",)
        )  # fmt: skip


def _of_follow_up(visits: Visits, each: Told, values: Values, now: datetime) -> Iterator[Matter]:
    """A follow-up without an owner or a day, or past its day."""
    asks = rule.follow_up(_said(each), to_ms(now), Limits.of(values, now))
    if asks is None or asks.open == rule.NO_EVIDENCE:
        return
    due = each.time("due_at")
    if due is not None:
        yield Matter(rules.OVERDUE, visits.person, due, each.id, {"due_at": _text(due)})
    if not each.fields.get("owner") or due is None:
        hours = values.value("appointments.allocate_hours", visits.person, visits.unit, at=now)
        due = each.occurred + timedelta(hours=hours)
        yield Matter(rules.UNALLOCATED, visits.person, due, each.id, {"hours": hours}, ("appointments.allocate_hours",))


def _chasing(visits: Visits, values: Values, now: datetime) -> Iterator[Matter]:
    """Relatives who have to ask again: each time that makes it so many within so many days."""
    asked = [each for each in counting(visits.contacts) if each.fields.get("chasing")]
    times = values.value("appointments.chasing_times", visits.person, visits.unit, at=now)
    within = timedelta(days=values.value("appointments.chasing_days", visits.person, visits.unit, at=now))
    for place, each in enumerate(asked):
        before = [one for one in asked[: place + 1] if each.occurred - one.occurred <= within]
        if len(before) >= times:
            facts = {"times": len(before), "at": _text(each.occurred)}
            yield Matter(
                rules.CHASING, visits.person, each.occurred, each.id, facts, ("appointments.chasing_times", "appointments.chasing_days"), each.received
            )  # fmt: skip


def _text(at: datetime) -> str:
    return write_time(to_ms(at))
