"""What each resident's hydration plan says, how it changes over the weeks, and when the person is away.

Twenty kinds of people, dealt out by place: the first four of a home are the four that the smallest demo needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from server.demo.people import ZONE, DemoHome, Resident
from server.demo.seeded import chance, named_id, stamped_id
from server.demo.shifts import wall_ms
from sync import days, roles

(LOW, STEADY, THICK_2, AT_RISK, RESTRICTED, DEMENTIA, PEG, HOSPITAL, THICK_3, INFECTION, LAST_DAYS, NIL) = (
    "low", "steady", "thick_2", "at_risk", "restricted", "dementia", "peg", "hospital", "thick_3", "infection", "last_days", "nil",
)  # fmt: skip
BY_PLACE = (
    LOW, STEADY, THICK_2, AT_RISK, STEADY, RESTRICTED, LOW, STEADY, DEMENTIA, PEG,
    STEADY, HOSPITAL, STEADY, THICK_3, INFECTION, LAST_DAYS, AT_RISK, STEADY, NIL, DEMENTIA,
)  # fmt: skip

REASONS = {
    LOW: "Drank under a litre on three days of the fortnight before; moist mouth and dark urine noted by the senior carer.",
    THICK_2: "Needs thickened drinks and often leaves half of them.",
    THICK_3: "Needs thickened drinks and help with every cup.",
    AT_RISK: "Two urine infections since the summer; the GP asked for a chart.",
    RESTRICTED: "Heart failure: the heart failure nurse set a daily limit and asked for a chart.",
    DEMENTIA: "Does not ask for drinks; drinks well when someone sits with her or him.",
    PEG: "Fed by tube: the dietitian asked for every flush and feed to be charted.",
    HOSPITAL: "Home from hospital with an acute kidney injury; discharge letter asks for intake to be watched.",
    INFECTION: "On antibiotics for a chest infection; the GP asked us to push fluids.",
    NIL: "Losing weight and drinking less; waiting for the speech and language therapist.",
}
LIKES = {
    LOW: "Weak tea with two sugars in her or his own mug. Squash left in reach. Ask little and often.",
    STEADY: "Tea with breakfast, coffee at eleven, tea in the afternoon.",
    THICK_2: "Thickened blackcurrant squash. Hot chocolate at night.",
    THICK_3: "Thickened tea by spoon, then a rest. Dislikes orange.",
    AT_RISK: "Cranberry juice and milky coffee. Drinks best before noon.",
    RESTRICTED: "Small cups spread over the day; ice cubes in the evening.",
    DEMENTIA: "Sit beside and drink a cup together. A red cup is seen best.",
    PEG: "Mouth care before each flush.",
    HOSPITAL: "Water with lemon. Likes the jug where it can be seen.",
    INFECTION: "Warm squash and soup.",
    LAST_DAYS: "Sips when awake, mouth care every hour, apple juice on the sponge.",
    NIL: "Tea, not too hot.",
}


@dataclass(frozen=True)
class Change:
    """A plan's new values from a moment on, and who wrote them."""

    at_ms: int
    fields: dict[str, Any] = field(hash=False)
    by: str
    why: str


@dataclass(frozen=True)
class Away:
    """A stay away from the home. `record` is the absence's id; `said_ms` is when it was written down."""

    record: str
    resident: Resident
    type: str
    from_ms: int
    to_ms: int
    source: str


@dataclass(frozen=True)
class Span:
    """The history that `tidemark demo` makes: care days `first` … `last`, and how far a day lies on the way to better care.

    `recording` is the share of windows that is written down, on every day alike; None lets it grow over the history.
    """

    first: date
    last: date
    recording: float | None = None

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    def day(self, share: float) -> date:
        return self.first + timedelta(days=int(self.length * share))

    def progress(self, day: date) -> float:
        """0 on the first day, 1 on the last and on every day after it."""
        return min(1.0, max(0.0, (day - self.first).days / max(1, self.length - 1)))


def kind_of(person: Resident) -> str:
    return BY_PLACE[person.place % len(BY_PLACE)]


def first_plan(person: Resident, span: Span, nutrition_lead: str, checked_by: str) -> dict[str, Any]:
    """The plan as it was when Tidemark came to the home."""
    kind = kind_of(person)
    luck = chance(span.first, "plan", person.id)
    began = (span.first - timedelta(days=luck.randrange(5, 40))).isoformat()
    plan: dict[str, Any] = {
        "resident": str(person.id),
        "preferences": LIKES[kind],
        "preferences_asked_at": f"{began}T10:00:00+00:00",
        "preferences_asked_by": nutrition_lead,
        "support": {THICK_3: "full", PEG: "full", DEMENTIA: "prompting", LOW: "prompting", THICK_2: "some"}.get(kind, "none"),
        "review_on": (span.last + timedelta(days=luck.randrange(10, 40))).isoformat(),
        "checked_by": checked_by,
        "source_document": f"Care plan {began}, eating and drinking",
        "wakes_at": "07:00",
        "sleeps_at": "21:00",
        "monitoring": kind not in (STEADY, INFECTION, HOSPITAL, LAST_DAYS),
        "at_risk": kind not in (STEADY, RESTRICTED),
    }
    if plan["monitoring"]:
        plan |= {"monitoring_reason": REASONS[kind], "monitored_from": f"{began}T09:00:00+00:00"}
    plan |= {
        LOW: {"target_ml": 1500, "basis": "care_plan", "check_every_minutes": 120},
        AT_RISK: {"target_ml": 1600 if person.sex == "female" else 2000, "basis": "care_plan"},
        THICK_2: {"iddsi_level": 2, "target_ml": 1500, "basis": "care_plan"},
        THICK_3: {"iddsi_level": 3, "target_ml": 1500, "basis": "care_plan"},
        RESTRICTED: {"limit_ml": 1200, "basis": "clinician"},
        PEG: {"route": "peg", "target_ml": 1800, "basis": "clinician"},
        NIL: {"target_ml": 1400, "basis": "care_plan"},
    }.get(kind, {})
    return plan


@lru_cache(maxsize=1024)
def changes(home: DemoHome, seed: int, span: Span, person: Resident) -> tuple[Change, ...]:
    """How the plan changes within the history, oldest first; nothing changes after it until people change it."""
    kind, luck = kind_of(person), chance(seed, "changes", person.id)
    minute = luck.randrange(10 * 60, 15 * 60)
    lead, coordinator = roles.NUTRITION_LEAD, roles.CARE_COORDINATOR

    def at(share: float, later_minutes: int = 0) -> int:
        return wall_ms(span.day(share), minute + later_minutes)

    watch = {"monitoring": True, "monitoring_reason": REASONS.get(kind, "")}
    if kind == INFECTION:
        started, ended = at(0.3), at(0.75)
        return (
            Change(started, {**watch, "monitored_from": iso(started), "target_ml": 1600, "basis": "clinician"}, coordinator,
                   "GP visit: chest infection"),
            Change(ended, {"monitoring": False, "monitored_until": iso(ended), "target_ml": None, "basis": None}, lead,
                   "Antibiotics finished ten days ago and drinking well: monitoring ended after a week above target"),
        )  # fmt: skip
    if kind == HOSPITAL:
        home_again = wall_ms(stay_days(span)[1], 15 * 60)
        return (
            Change(home_again, {**watch, "monitored_from": iso(home_again), "target_ml": 1800, "basis": "clinician"}, coordinator,
                   "Discharge letter"),
        )  # fmt: skip
    if kind == LAST_DAYS:
        started = at(0.62)
        return (Change(started, {"end_of_life_from": iso(started)}, coordinator, "GP and family: end of life care agreed"),)
    if kind == NIL:
        fast, drinks = at(0.45), at(0.45, 27 * 60)
        return (
            Change(fast, {"nil_by_mouth_from": iso(fast), "nil_by_mouth_until": iso(at(0.45, 72 * 60))}, coordinator,
                   "Coughing with drinks: nil by mouth on the GP's word until the therapist has seen her or him"),
            Change(drinks, {"nil_by_mouth_until": iso(drinks), "iddsi_level": 1}, coordinator,
                   "Seen by the speech and language therapist: slightly thick drinks"),
        )  # fmt: skip
    if kind == LOW and span.length > 14:
        return (Change(at(0.4), {"check_every_minutes": 90}, lead, "Weekly audit: offers in the afternoon came too far apart"),)
    return ()


def stay_days(span: Span) -> tuple[date, date]:
    """The days of the hospital stay, first and last."""
    first = span.day(0.2)
    return first, max(first + timedelta(days=1), first + timedelta(days=min(5, span.length // 4)))


@lru_cache(maxsize=1024)
def aways(home: DemoHome, seed: int, span: Span, person: Resident) -> tuple[Away, ...]:
    """Stays in hospital and with family that begin within the history."""
    kind = kind_of(person)
    if kind != HOSPITAL:
        return ()
    first, last = stay_days(span)
    name = named_id(seed, "away", person.id, first)
    return (Away(str(name), person, "hospital", wall_ms(first, 11 * 60 + 20), wall_ms(last, 14 * 60 + 40), "Ambulance crew"),)


@lru_cache(maxsize=4096)
def outing(home: DemoHome, seed: int, person: Resident, day: date) -> Away | None:
    """An afternoon with family, mostly at weekends: goes on for as long as the demo is topped up."""
    if kind_of(person) not in (STEADY, AT_RISK, INFECTION):
        return None
    luck = chance(seed, "outing", person.id, day)
    if luck.random() > (0.10 if day.weekday() >= 5 else 0.01):
        return None
    start = luck.randrange(11 * 60, 13 * 60 + 30)
    name = named_id(seed, "outing", person.id, day)
    return Away(str(name), person, "family", wall_ms(day, start), wall_ms(day, start + luck.randrange(150, 330)), "Daughter or son")


def plan_at(home: DemoHome, seed: int, span: Span, person: Resident, base: dict[str, Any], at_ms: int) -> dict[str, Any]:
    """The plan's values in force at an instant."""
    values = dict(base)
    for change in changes(home, seed, span, person):
        if change.at_ms <= at_ms:
            values |= change.fields
    return {name: value for name, value in values.items() if value is not None}


def iso(ms: int) -> str:
    """A moment as records write it."""
    return days.write_time(ms)


def change_id(person: Resident, change: Change) -> str:
    """The id of the submission that makes a change: entries name it as the plan's version."""
    return stamped_id(f"{person.plan_id}/{change.at_ms}", change.at_ms)


def second_id(version: str) -> str:
    """The id of the submission by which a second person confirms a version of a plan."""
    return str(named_id("confirmed", version))


def day_of(at_ms: int) -> date:
    """The care day that an instant falls in."""
    return days.care_day(days.from_ms(at_ms), ZONE)
