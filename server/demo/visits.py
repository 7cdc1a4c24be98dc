"""Appointments of the demo's people, in every state that one can be in: planned, gone to, followed up, forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from server.demo import plans
from server.demo.acts import Act, changing, creating
from server.demo.people import DemoHome, Resident, StaffMember
from server.demo.seeded import chance, named_id, pick_weighted, stamped_id
from server.demo.shifts import HOUR_MS, MINUTE_MS, wall_ms, working
from sync import roles

#: Days ahead that an appointment is put into the diary.
AHEAD = 5
#: (type, with, what was said, what has to be done)
KINDS = (
    ("gp_visit", "Dr Shah", "Chest is clear. Drink a little more in the afternoon.", "Offer an extra drink at 3pm"),
    ("nurse", "District nurse", "Leg is healing. Dress it again on Friday.", "Order dressings from the pharmacy"),
    ("dentist", "High Street Dental", "Loose denture eased. Soft food for two days.", "Tell the kitchen: soft food until Thursday"),
    ("optician", "Vision at Home", "New reading glasses are ordered.", "Collect the glasses"),
    ("outpatient", "Eye clinic", "Keep on with the drops twice a day.", "Check that the drops are on the medicine chart"),
    ("salt", "Speech therapist", "Swallow is safe. Sit upright for every drink.", "Put the advice on the card in the room"),
    ("bloods", "Phlebotomist", "Blood taken from the left arm.", "Ask the surgery for the result"),
    ("podiatry", "Podiatrist", "Nails cut. Left heel is a little red.", "Look at the heel each morning"),
)
#: What becomes of an appointment; the well-run ones grow with the weeks.
FATES = {"done": 40, "acted_on": 26, "care_plan": 5, "unallocated": 5, "overdue": 6, "in_hand": 6, "awaiting": 6, "missing": 6}
WITH_ACTION = frozenset({"acted_on", "unallocated", "overdue", "in_hand"})


@dataclass(frozen=True)
class Visit:
    """One appointment and what becomes of it."""

    name: str
    person: Resident
    day: date
    starts_ms: int
    kind: int
    fate: str

    def id(self, what: str) -> str:
        return str(named_id(self.name, what))


@lru_cache(maxsize=64)
def visits_of(home: DemoHome, seed: int, span: plans.Span, day: date) -> tuple[Visit, ...]:
    """Who has an appointment on this day. Those that would have been booked before the demo began are left out."""
    if day - timedelta(days=AHEAD) < span.first or not home.residents:
        return ()
    luck = chance("visits", seed, home.number, day)
    # On weekdays one or two of a home, hardly ever on a Sunday.
    people = luck.sample(home.residents, min(len(home.residents), luck.randrange(1, 3) if day.weekday() < 5 else int(luck.random() < 0.2)))
    found = []
    for person in people:
        fates = {**FATES, "done": FATES["done"] * (1 + span.progress(day))}
        name = f"visit/{seed}/{home.number}/{person.place}/{day}"
        starts = wall_ms(day, 9 * 60 + 15 * luck.randrange(28))
        found.append(Visit(name, person, day, starts, luck.randrange(len(KINDS)), pick_weighted(luck, fates)))
    return tuple(found)


def visit_acts(home: DemoHome, seed: int, span: plans.Span, day: date) -> Iterator[Act]:
    """What is saved about appointments on one care day: those of this day, and what hangs on earlier and coming ones."""
    # A follow-up that is done is done before the evening of the day that it was due.
    for back, acts in ((-AHEAD, _booked), (0, _gone_to), (1, _allocated), (2, _finished)):
        for visit in visits_of(home, seed, span, day - timedelta(days=back)):
            yield from acts(home, seed, visit, day)


def _booked(home: DemoHome, _seed: int, visit: Visit, day: date) -> Iterable[Act]:
    type_, whom, _, _ = KINDS[visit.kind]
    fields = {
        "resident": str(visit.person.id), "type": type_, "with": whom, "starts_at": plans.iso(visit.starts_ms), "origin": "planned",
    }  # fmt: skip
    at_ms = wall_ms(day, 14 * 60 + 20 + visit.person.place % 40)
    yield _made(home, visit, "appointment", at_ms, home.first(roles.CARE_COORDINATOR), fields)


def _gone_to(home: DemoHome, seed: int, visit: Visit, _day: date) -> Iterable[Act]:
    if visit.fate == "missing":
        return
    luck = chance("visit", visit.name)
    at_ms = visit.starts_ms + luck.randrange(HOUR_MS, 3 * HOUR_MS)
    author = _present(home, seed, at_ms)
    _, _, advice, action = KINDS[visit.kind]
    about = {"appointment": visit.id("appointment"), "resident": str(visit.person.id), "appointment_at": plans.iso(visit.starts_ms)}
    if visit.fate == "awaiting":
        chase = plans.iso(wall_ms(visit.day + timedelta(days=2), 12 * 60))
        yield _made(home, visit, "appointment_outcome", at_ms, author, {**about, "attendance": "awaiting_update", "next_chase_at": chase})
        return
    listed = visit.fate in WITH_ACTION
    said: dict[str, Any] = {
        **about, "attendance": "attended", "advice": advice, "actions_required": "listed" if listed else "none", "told": ["person", "senior"],
        "medicine_change": False, "care_plan_change": "needed" if visit.fate == "care_plan" else "not_needed",
    }  # fmt: skip
    if not listed:
        said["no_action_reason"] = "No change was advised"
    yield _made(home, visit, "appointment_outcome", at_ms, author, said)
    note = {"resident": str(visit.person.id), "words": advice, "about": "appointment", "ref": visit.id("appointment_outcome")}
    yield _made(home, visit, "daily_note", at_ms + 900, author, note)
    if listed:
        todo = {"about": visit.id("appointment_outcome"), "resident": str(visit.person.id), "what": action, "status": "open"}
        yield _made(home, visit, "follow_up", at_ms + 1_800, author, todo)


def _given(visit: Visit) -> str:
    """The name that the giving's id hangs on."""
    return f"{visit.name}/given"


def _given_ms(visit: Visit) -> int:
    """When its follow-up is given to somebody: the next morning."""
    return wall_ms(visit.day + timedelta(days=1), 10 * 60 + visit.person.place % 30)


def _allocated(home: DemoHome, seed: int, visit: Visit, day: date) -> Iterable[Act]:
    if visit.fate not in WITH_ACTION - {"unallocated"}:
        return
    at_ms = _given_ms(visit)
    manager = home.first(roles.DEPUTY_MANAGER)
    due = plans.iso(wall_ms(day + timedelta(days=14 if visit.fate == "in_hand" else 1), 18 * 60))
    fields = {
        "owner": str(_present(home, seed, at_ms).id), "due_at": due, "allocated_at": plans.iso(at_ms), "allocated_by": str(manager.id),
    }  # fmt: skip
    todo, tablet = visit.id("follow_up"), home.tablet_of(visit.person.unit)
    yield changing(_given(visit), at_ms, tablet, manager, "follow_up", todo, fields, (todo,))


def _finished(home: DemoHome, seed: int, visit: Visit, day: date) -> Iterable[Act]:
    if visit.fate != "acted_on":
        return
    at_ms = wall_ms(day, 11 * 60 + visit.person.place % 30) + MINUTE_MS
    fields = {"status": "done", "done_at": plans.iso(at_ms), "evidence": "Done, and written in the care plan", "evidence_kind": "record"}
    before = (stamped_id(_given(visit), _given_ms(visit)),)
    author, tablet = _present(home, seed, at_ms), home.tablet_of(visit.person.unit)
    yield changing(f"{visit.name}/done", at_ms, tablet, author, "follow_up", visit.id("follow_up"), fields, before)


def _made(home: DemoHome, visit: Visit, kind: str, at_ms: int, author: StaffMember, fields: dict[str, Any]) -> Act:
    id_ = visit.id(kind)
    return creating(f"{visit.name}/{kind}", at_ms, home.tablet_of(visit.person.unit), author, kind, fields, id_=id_)


def _present(home: DemoHome, seed: int, at_ms: int) -> StaffMember:
    floor = [turn.staff for turn in working(home, seed, at_ms) if turn.floor]
    return chance("visit", home.number, at_ms).choice(floor) if floor else home.first(roles.DEPUTY_MANAGER)
