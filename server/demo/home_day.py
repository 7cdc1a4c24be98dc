"""Everything that people do on one care day of one home, computed from the seed: drinks, shifts, plans, stays
away, appointments, rota."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from server.demo import plans
from server.demo.acts import Act, changing, creating
from server.demo.checks import shift_checks
from server.demo.people import ZONE, DemoHome, Resident
from server.demo.rhythm import Day
from server.demo.seeded import chance
from server.demo.shifts import MINUTE_MS, Turn, turns, wall_ms, working
from server.demo.staffing import staffing_acts
from server.demo.visits import visit_acts
from server.demo.voices import voices
from sync import days, roles

# Monday is written up on the Thursday before.
ROTA_WEEKDAY = 3
# How long after a plan was changed a second person has read and confirmed it.
CONFIRMED_MS = 20 * MINUTE_MS


class Story:
    """One home's life: the same days for the same seed, however often they are asked for."""

    def __init__(self, home: DemoHome, seed: int, span: plans.Span):
        self.home, self.seed, self.span = home, seed, span
        lead, checker = home.first(roles.NUTRITION_LEAD), home.first(roles.DEPUTY_MANAGER)
        self.first_plans = {p.id: plans.first_plan(p, span, lead.name, checker.name) for p in home.residents}
        self.day = lru_cache(maxsize=4)(self._day)

    def acts_between(self, after_ms: int, until_ms: int) -> list[Act]:
        """What is saved after one instant and up to another, in order. A day's late entries may be saved on the next."""
        first = days.care_day(days.from_ms(after_ms), ZONE) - timedelta(days=1)
        last = days.care_day(days.from_ms(until_ms), ZONE)
        found = []
        while first <= last:
            if first >= self.span.first:
                found += [act for act in self.day(first) if after_ms < act.at_ms <= until_ms]
            first += timedelta(days=1)
        return sorted(found, key=lambda act: (act.at_ms, act.id))

    def _day(self, day: date) -> tuple[Act, ...]:
        noon = wall_ms(day, 12 * 60)
        found: list[Act] = []
        watched: dict[Resident, list[Act]] = {}
        for person in self.home.residents:
            acts = Day(self.home, self.seed, self.span, person, self.first_plans[person.id], day).acts()
            found += acts
            here = not any(stay.from_ms <= noon < stay.to_ms for stay in plans.aways(self.home, self.seed, self.span, person))
            if here and self.plan(person, noon).get("monitoring"):
                watched[person] = [act for act in acts if act.kind == "hydration_check"]
        found += shift_checks(self.home, self.seed, self.span, day, watched)
        for turn in turns(self.home, self.seed, day):
            found.append(self._on(turn))
        found += self._off(day)
        found += self._plan_changes(day)
        found += self._stays(day)
        found += visit_acts(self.home, self.seed, self.span, day)
        found += staffing_acts(self.home, self.seed, self.span, day)
        found += voices(self.home, self.seed, self.span, day)
        if day.weekday() == ROTA_WEEKDAY:
            found += self._rota(day)
        return tuple(found)

    def plan(self, person: Resident, at_ms: int) -> dict[str, Any]:
        return plans.plan_at(self.home, self.seed, self.span, person, self.first_plans[person.id], at_ms)

    def _on(self, turn: Turn) -> Act:
        fields = {
            "what": "on_shift", "staff": str(turn.staff.id), "role": turn.role, "from": plans.iso(turn.on_ms),
            "device": str(turn.tablet.id),
        }  # fmt: skip
        # Seniors lead both units; only support workers sign on for one.
        if turn.unit and turn.role == roles.SUPPORT_WORKER:
            fields["unit"] = turn.unit
        return creating(str(turn.id), turn.on_ms, turn.tablet, turn.staff, "duty", fields, id_=str(turn.id))

    def _off(self, day: date) -> Iterable[Act]:
        """Who signs off within a care day: yesterday's night, today's day, and whoever was on call for a week."""
        start, end = wall_ms(day, 7 * 60), wall_ms(day, 31 * 60)
        for back in (0, 1, 7):
            for turn in turns(self.home, self.seed, day - timedelta(days=back)):
                if start <= turn.off_ms < end and day - timedelta(days=back) >= self.span.first:
                    done = {"to": plans.iso(turn.off_ms)}
                    id_ = str(turn.id)
                    yield changing(f"{id_}/off", turn.off_ms, turn.tablet, turn.staff, "duty", id_, done, (id_,))

    def _plan_changes(self, day: date) -> Iterable[Act]:
        for person in self.home.residents:
            parent = plans.second_id(str(person.plan_id))
            for change in plans.changes(self.home, self.seed, self.span, person):
                made = plans.change_id(person, change)
                if days.care_day(days.from_ms(change.at_ms), ZONE) == day:
                    author = self.home.first(change.by)
                    fields = {**change.fields, "correction_reason": change.why}
                    yield Act(
                        made, change.at_ms, change.at_ms, self.home.tablet_of(None), author, "hydration_plan",
                        str(person.plan_id), (parent,), fields,
                    )  # fmt: skip
                    second = next(one for role in (roles.DEPUTY_MANAGER, roles.REGISTERED_MANAGER) if (one := self.home.first(role)).id != author.id)
                    at_ms = change.at_ms + CONFIRMED_MS
                    yield Act(
                        plans.second_id(made), at_ms, at_ms, self.home.tablet_of(None), second, "hydration_plan", str(person.plan_id), (made,),
                        {"confirms": [made]},
                    )  # fmt: skip
                parent = plans.second_id(made)

    def _stays(self, day: date) -> Iterable[Act]:
        start, end = wall_ms(day, 7 * 60), wall_ms(day, 31 * 60)
        for person in self.home.residents:
            known = [*plans.aways(self.home, self.seed, self.span, person), plans.outing(self.home, self.seed, person, day)]
            for stay in filter(None, known):
                tablet = self.home.tablet_of(person.unit)
                luck = chance("stay", stay.record)
                if start <= stay.from_ms < end:
                    saved = stay.from_ms + luck.randrange(2 * MINUTE_MS, 20 * MINUTE_MS)
                    fields = {
                        "resident": str(person.id), "type": stay.type, "from": plans.iso(stay.from_ms), "source": stay.source,
                    }  # fmt: skip
                    author = self._present(saved, person)
                    yield creating(stay.record, saved, tablet, author, "absence", fields, id_=stay.record)
                if start <= stay.to_ms < end:
                    saved = stay.to_ms + luck.randrange(3 * MINUTE_MS, 30 * MINUTE_MS)
                    fields = {"to": plans.iso(stay.to_ms)}
                    author = self._present(saved, person)
                    yield changing(f"{stay.record}/back", saved, tablet, author, "absence", stay.record, fields, (stay.record,))

    def _present(self, at_ms: int, person: Resident):
        floor = [turn.staff for turn in working(self.home, self.seed, at_ms) if turn.floor]
        return chance("present", person.id, at_ms).choice(floor) if floor else self.home.first(roles.DEPUTY_MANAGER)

    def _rota(self, thursday: date) -> Iterable[Act]:
        author = self.home.first(roles.ROTA_COORDINATOR)
        saved = wall_ms(thursday, 14 * 60 + 10)
        for number, fields in enumerate(rota_fields(self.home, self.seed, *next_week(thursday))):
            id_ = fields.pop("id")
            yield creating(id_, saved + number * 1500, self.home.tablet_of(None), author, "rota_shift", fields, id_=id_)


def next_week(thursday: date) -> tuple[date, date]:
    """The Monday and Sunday of the week after."""
    monday = thursday + timedelta(days=7 - thursday.weekday())
    return monday, monday + timedelta(days=6)


def rota_fields(home: DemoHome, seed: int, first: date, last: date) -> list[dict[str, Any]]:
    """The rota of these days: one entry a shift, with the id that its record has."""
    found = []
    while first <= last:
        for turn in turns(home, seed, first):
            fields = {
                "id": str(turn.rota_id), "staff": str(turn.staff.id), "shift": turn.shift, "role": turn.role,
                "from": plans.iso(turn.from_ms), "to": plans.iso(turn.to_ms),
            }  # fmt: skip
            if turn.unit:
                fields["unit"] = turn.unit
            found.append(fields)
        first += timedelta(days=1)
    return found
