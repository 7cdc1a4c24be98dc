"""The drinks of one person on one care day: what is offered when, what is drunk of it, and how it is written down.

Meals, mid-morning, afternoon tea and supper set the rhythm; at night people sleep. Recording gets better over the weeks
of the history: fewer windows stay empty, fewer are filled in late.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from server.demo import plans
from server.demo.acts import Act, changing, creating
from server.demo.habits import habits_of
from server.demo.meals import FEEDS, FOOD, HOT, NIGHT_SLOTS, RED_FLAGS, REFUSALS, SLOTS, TYPED_NAMES, VESSELS, Slot
from server.demo.people import ZONE, DemoHome, Resident, StaffMember
from server.demo.seeded import chance, named_id, pick_weighted
from server.demo.shifts import HOUR_MS, MINUTE_MS, Turn, at_bedside, wall_ms
from sync import days


@lru_cache(maxsize=64)
def windows(day: date) -> tuple[tuple[str, int, int], ...]:
    """The windows of a care day: name, start and end in milliseconds."""
    return tuple((w.name, days.to_ms(w.start), days.to_ms(w.end)) for w in days.windows(day, ZONE))


def window_of(day: date, at_ms: int) -> tuple[str, int, int]:
    return next((w for w in windows(day) if w[1] <= at_ms < w[2]), windows(day)[-1])


class Day:
    """One person's care day, written as it would be lived: call `acts()`."""

    def __init__(self, home: DemoHome, seed: int, span: plans.Span, person: Resident, base: dict[str, Any], day: date):
        self.home, self.seed, self.span, self.person, self.day = home, seed, span, person, day
        self.base = base
        self.name = f"{seed}/{home.number}/{person.place}/{day}"
        self.luck = chance("day", self.name)
        self.progress = span.progress(day)
        self.kind = plans.kind_of(person)
        self.away = [*plans.aways(home, seed, span, person), plans.outing(home, seed, person, day)]
        # Now and then a visitor pours for someone who has a limit, and nobody counts until the evening.
        self.visitor = self.kind == plans.RESTRICTED and self.luck.random() < 0.05
        self.total = 0
        self.count = 0
        self.found: list[Act] = []
        self._how: dict[str, str] = {}

    def plan(self, at_ms: int) -> dict[str, Any]:
        return plans.plan_at(self.home, self.seed, self.span, self.person, self.base, at_ms)

    def acts(self) -> list[Act]:
        noon = self.plan(wall_ms(self.day, 12 * 60))
        self.monitored = bool(noon.get("monitoring"))
        self.habits = habits_of(self.kind, self.monitored, self.progress, self.luck, self.span.recording)
        for slot in FEEDS if self.kind == plans.PEG else SLOTS:
            if self.luck.random() < slot.likely:
                self._slot(slot)
        return self.found

    # ---- one round ----

    def _slot(self, slot: Slot) -> None:
        luck = self.luck
        at_ms = wall_ms(self.day, luck.randrange(slot.start, slot.end)) + luck.randrange(60_000)
        if any(stay and stay.from_ms <= at_ms < stay.to_ms for stay in self.away):
            return
        how = self._recorded(window_of(self.day, at_ms)[0])
        if how == "gap" or (slot.name in NIGHT_SLOTS and not self.monitored):
            return
        plan = self.plan(at_ms)
        if plan.get("nil_by_mouth_from", "~") <= plans.iso(at_ms) < plan.get("nil_by_mouth_until", "~"):
            self._write(at_ms, how, {"outcome": "nil_by_mouth", "next_step": "none"})
        elif plan.get("end_of_life_from", "~") <= plans.iso(at_ms) and luck.random() < 0.6:
            self._write(at_ms, how, {"outcome": "comfort_only", "next_step": "offer_again"})
        elif slot.name in NIGHT_SLOTS and luck.random() < 0.85:
            self._write(at_ms, how, {"outcome": "asleep", "next_step": "none"})
        else:
            self._offer(slot, at_ms, how, plan)

    def _recorded(self, window: str) -> str:
        """How this window is recorded today: on_time, late, or not at all."""
        if window not in self._how:
            forgotten = window == "night" and self.monitored and self.span.recording is None
            roll = self.luck.random() + (0.05 if forgotten else 0)
            habits = self.habits
            late = roll < habits.on_time + habits.late
            self._how[window] = "on_time" if roll < habits.on_time else "late" if late else "gap"
        return self._how[window]

    def _offer(self, slot: Slot, at_ms: int, how: str, plan: dict[str, Any]) -> None:
        luck, habits = self.luck, self.habits
        drink = pick_weighted(luck, slot.drinks)
        vessel, vessel_ml = self._vessel(drink, plan)
        offered = {
            "drink": drink, "vessel": str(vessel_id(self.seed, self.home, vessel)), "vessel_ml": vessel_ml, "offered_ml": vessel_ml,
        }  # fmt: skip
        if "iddsi_level" in plan and drink != "Feed":
            offered["iddsi_level"] = plan["iddsi_level"]
        limit, roll = plan.get("limit_ml"), luck.random()
        if limit and not self.visitor and self.total + vessel_ml > limit - 60:
            self._write(at_ms, how, {"outcome": "restriction_reached", "next_step": "none"})
        elif self.kind == plans.PEG:
            self._drank(at_ms, how, {**offered, "route": "peg", "basis": "measured"}, vessel_ml, 1)
        elif roll < habits.refuse:
            self._refused(slot, at_ms, how, offered)
        elif roll < habits.refuse + (habits.asleep if slot.name in ("early", "afternoon", "late") else 0):
            self._write(at_ms, how, {"outcome": "asleep", "next_step": "offer_again"})
        elif roll > 0.985:
            self._write(at_ms, how, {**offered, "outcome": "left_within_reach", "next_step": "offer_again"})
        elif roll > 0.97 and self.kind in (plans.STEADY, plans.AT_RISK):
            self._write(at_ms, how, {"outcome": "not_observed", "next_step": "none"})
        elif roll > 0.967:
            self._write(at_ms, how, {"outcome": "unwell", "reason": "too_tired", "next_step": "told_senior"})
        else:
            self._drank(at_ms, how, {**offered, "basis": "estimated"}, vessel_ml, None)

    def _vessel(self, drink: str, plan: dict[str, Any]) -> tuple[str, int]:
        if drink in ("Feed", "Soup"):
            name = "Feeding pump" if drink == "Feed" else "Bowl"
        elif self.kind == plans.PEG:
            name = "Glass"
        elif plan.get("iddsi_level"):
            name = "Beaker"
        elif plan.get("limit_ml") and not self.visitor:
            name = "Teacup" if drink in HOT else "Small glass"
        elif drink in HOT:
            name = ("Mug", "Mug", "Teacup", "Mug", "Beaker with spout")[self.person.place % 5]
        else:
            name = ("Glass", "Beaker", "Small glass", "Glass")[self.person.place % 4]
        return name, next(ml for known, ml, _ in VESSELS if known == name)

    def _refused(self, slot: Slot, at_ms: int, how: str, offered: dict[str, Any]) -> None:
        luck = self.luck
        reason = pick_weighted(luck, REFUSALS)
        again = luck.random() < 0.45 + 0.4 * self.progress and how == "on_time"
        fields = {**offered, "outcome": "refused", "reason": reason, "next_step": "offer_again" if again else "none"}
        if not again and luck.random() < 0.3 + 0.5 * self.progress:
            fields["next_step"] = "told_senior"
        if again:
            later = at_ms + luck.randrange(25, 50) * MINUTE_MS
            fields["offer_again_at"] = plans.iso(later // MINUTE_MS * MINUTE_MS)
            self._write(at_ms, how, fields)
            if luck.random() < 0.65:
                part = luck.choice((0.25, 0.5, 0.5, 0.75))
                self._drank(later, how, {**offered, "basis": "estimated"}, offered["vessel_ml"], part)
            else:
                self._write(later, how, {**offered, "outcome": "refused", "reason": reason, "next_step": "tried_another"})
        else:
            self._write(at_ms, how, fields)

    def _drank(self, at_ms: int, how: str, offered: dict[str, Any], vessel_ml: int, fraction: float | None) -> None:
        luck = self.luck
        author = self._author(at_ms)
        if fraction is None:
            fraction = self._fraction(author.staff if author else None)
        drunk = round(vessel_ml * fraction / 5) * 5
        if drunk == 0:
            self._write(at_ms, how, {**offered, "outcome": "left_within_reach", "next_step": "offer_again"}, author)
            return
        self.total += drunk
        fields = {**offered, "outcome": "drank", "drunk_ml": drunk, "fraction": fraction}
        if fields["drink"] in FOOD:
            fields["from_food"] = True
        if luck.random() < 0.0007 and self.kind != plans.PEG:
            fields["red_flags"] = [RED_FLAGS[luck.randrange(3)]]
            fields["next_step"] = "told_senior"
        if fields.get("iddsi_level", 0) >= 2 and luck.random() < 0.0016:
            fields |= {"iddsi_level": 0, "override_reason": "A visitor handed over thin tea. Cup taken away, senior told."}
        if how == "on_time" and luck.random() < 0.11:
            self._given_first(at_ms, fields, author)
        else:
            self._write(at_ms, how, fields, author)

    def _fraction(self, author: StaffMember | None) -> float:
        # Someone new to the home writes "all" for everybody: what the look for copied estimates is there to find.
        if author and author.agency and self.luck.random() < 0.9:
            return 1
        mean = min(1.0, max(0.1, self.luck.gauss(self.habits.full, 0.28)))
        return min((0.1, 0.25, 0.5, 0.75, 1), key=lambda step: abs(step - mean))

    # ---- writing it down ----

    def _author(self, at_ms: int) -> Turn | None:
        present = at_bedside(self.home, self.seed, at_ms, self.person.unit)
        return self.luck.choice(present) if present else None

    def _next_name(self) -> str:
        self.count += 1
        return f"{self.name}/{self.count}"

    def _saved(self, at_ms: int, how: str) -> int:
        luck = self.luck
        if how == "on_time":
            return at_ms + int(min(luck.expovariate(1 / 3), 24) * MINUTE_MS) + luck.randrange(9_000, 50_000)
        end = window_of(self.day, at_ms)[2]
        return end + luck.randrange(35 * MINUTE_MS, 3 * HOUR_MS) if luck.random() < 0.5 else self._shift_end(end)

    def _shift_end(self, end: int) -> int:
        """Late entries are often typed in one go before going home: that is how they are noticed."""
        ends = wall_ms(self.day, 19 * 60 + 48) if end < wall_ms(self.day, 19 * 60) else wall_ms(self.day, 31 * 60 + 38)
        return ends + self.luck.randrange(4 * MINUTE_MS)

    def _write(self, at_ms: int, how: str, fields: dict[str, Any], author: Turn | None = None) -> str | None:
        luck = self.luck
        saved = self._saved(at_ms, how)
        author = author or self._author(at_ms)
        if author is None or not author.on_ms <= saved < author.off_ms:
            author = self._author(saved)
        if author is None:
            return None
        whole = {"resident": str(self.person.id), **fields, "source": "bedside", "plan_version": self._plan_version(saved)}
        tablet = self.home.tablet_of(self.person.unit)
        occurred = at_ms // 1000 * 1000
        name, roll = self._next_name(), luck.random()
        if roll < 0.0008:
            typed = TYPED_NAMES[luck.randrange(len(TYPED_NAMES))]
            act = creating(name, saved, tablet, None, "hydration_check", whole, occurred_ms=occurred, author_name=typed)
            self.found.append(act)
            self.found.append(changing(
                name + "/by", saved + luck.randrange(40, 240) * MINUTE_MS, tablet, self._senior(saved),
                "hydration_check", act.record, {"performed_by": str(author.staff.id)}, (act.id,),
            ))  # fmt: skip
            return act.id
        act = creating(name, saved, tablet, author.staff, "hydration_check", whole, occurred_ms=occurred)
        if roll > 0.991:
            self._slip(name, act, author, roll)
        self.found.append(act)
        if "drunk_ml" in fields and 0.0008 < roll < 0.014 and fields.get("basis") != "measured":
            self._put_right(name, act, author, fields)
        return act.id

    def _senior(self, at_ms: int) -> StaffMember:
        present = at_bedside(self.home, self.seed, at_ms, self.person.unit)
        seniors = [turn.staff for turn in present if turn.staff.holds("senior_carer", "shift_leader")]
        return (seniors or self.home.with_role("senior_carer"))[0]

    def _slip(self, name: str, act: Act, author: Turn, roll: float) -> None:
        """A wrong tile or a wrong person, taken back before the right entry is made."""
        neighbours = [other for other in self.home.residents if other.unit == self.person.unit and other is not self.person]
        wrong = dict(act.fields)
        if roll > 0.998 and neighbours:
            wrong["resident"] = str(self.luck.choice(neighbours).id)
            wrong["plan_version"] = None
            reason, after_ms = "Wrong person", self.luck.randrange(60_000, 240_000)
        elif "drink" in wrong:
            wrong["drink"] = "Squash" if wrong["drink"] != "Squash" else "Water"
            reason, after_ms = "Undo", self.luck.randrange(2_500, 9_000)
        else:
            return
        kept = {name for name, value in wrong.items() if value is not None} - {"red_flags", "override_reason"}
        wrong = {name: value for name, value in wrong.items() if name in kept}
        saved = act.at_ms - after_ms - 4_000
        who, occurred = author.staff, min(saved, act.occurred_ms)
        first = creating(name + "/slip", saved, act.tablet, who, act.kind, wrong, occurred_ms=occurred)
        strike = {"struck_out": True, "correction_reason": reason}
        self.found.append(first)
        self.found.append(changing(name + "/undo", saved + after_ms, act.tablet, who, act.kind, first.id, strike, (first.id,)))

    def _put_right(self, name: str, act: Act, author: Turn, fields: dict[str, Any]) -> None:
        half = round(fields["drunk_ml"] / 10) * 5
        same = ("outcome", "drink", "vessel", "vessel_ml", "offered_ml", "basis", "iddsi_level", "from_food")
        new = {**{key: fields[key] for key in same if key in fields},
               "drunk_ml": half, "fraction": fields["fraction"] / 2,
               "correction_reason": "Half of it was left in the cup when it was cleared away"}  # fmt: skip
        self.total -= fields["drunk_ml"] - half
        at_ms = act.at_ms + self.luck.randrange(3, 40) * MINUTE_MS
        self.found.append(changing(name + "/right", at_ms, act.tablet, author.staff, act.kind, act.record, new, (act.id,)))

    def _given_first(self, at_ms: int, fields: dict[str, Any], author: Turn | None) -> None:
        """The cup is handed over and recorded; what was drunk of it is seen later, or never."""
        luck = self.luck
        handed = {key: fields[key] for key in ("drink", "vessel", "vessel_ml", "offered_ml", "iddsi_level") if key in fields}
        made = self._write(at_ms, "on_time", {**handed, "outcome": "given"}, author)
        if made is None:
            return
        share = self.span.recording
        if luck.random() < (0.06 - 0.04 * self.progress if share is None else 0.06 * (1 - share)):
            self.total -= fields["drunk_ml"]
            return
        seen = at_ms + luck.randrange(28, 55) * MINUTE_MS
        who = self._author(seen)
        if who is None:
            return
        # `fields` in whole: outcome, drink and amount are one group.
        done = {key: value for key, value in fields.items() if key not in ("red_flags", "override_reason", "next_step")} | {
            "given_at": plans.iso(at_ms // 1000 * 1000), "occurred_at": plans.iso(seen // 1000 * 1000),
            "correction_reason": "Cup seen",
        }  # fmt: skip
        tablet = self.home.tablet_of(self.person.unit)
        self.found.append(changing(f"{made}/seen", seen + 40_000, tablet, who.staff, "hydration_check", made, done, (made,)))

    def _plan_version(self, at_ms: int) -> str:
        known = [c for c in plans.changes(self.home, self.seed, self.span, self.person) if c.at_ms <= at_ms]
        return plans.change_id(self.person, known[-1]) if known else str(self.person.plan_id)


def vessel_id(seed: int, home: DemoHome, name: str):
    return named_id(seed, "vessel", home.number, name)
