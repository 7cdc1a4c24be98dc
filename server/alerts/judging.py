"""Whom the ledger's rows concern, what is known about them, and what the rules make of it. Reads only.

A handful of queries for any number of people: one for what they drank, one each for plans, absences, people, thresholds,
the alerts that stand, and the tablets that are silent.
"""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, select

from server.alerts import schedule, silence
from server.alerts.cases import by_subject
from server.people.store import Home
from server.people.tables import device
from server.records import doubles as records_doubles
from server.records import plans, store
from sync import alerts as rules
from sync import days
from sync.facts import Entry, Facts, PlanVersion, absence_of, entry_of
from sync.fields import time_ms
from sync.rules import doubles, hydration
from sync.rules.catalogue import RULES
from sync.rules.doubles import Pair
from sync.rules.in_force import plan_versions
from sync.rules.scene import Scene
from sync.thresholds import Values

log = logging.getLogger(__name__)

CHECK, ALERT, THRESHOLD, DECISION = "hydration_check", "alert", "threshold", "double_check"
# A row of these kinds changes what is true of a person, from today on and for the day before, which may not be closed yet.
ABOUT_A_PERSON = frozenset({"hydration_plan", "absence", "resident", "escalation"})
# A judgement about a day looks back two more (low two days running), so an entry speaks of its own day and the two after.
REACH_DAYS = 2
# An entry older than this moves no alert any more: it is history, and the ledger has it.
OLDEST_DAYS = 14
# After an error in one person's judgement, that person is looked at again this soon.
AGAIN_MS = 60_000
# Entries kept ready for the next judgement of the same people.
MOST_ENTRIES = 8192
_entries: dict[uuid.UUID, tuple[dict[str, Any], Entry | None]] = {}

Day = schedule.Day
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Planned:
    """One step about one alert, as the rules name it, with the record that stands (None: none yet)."""

    alert: uuid.UUID
    resident: uuid.UUID
    unit: str | None
    step: rules.Step
    stands: store.RecordRow | None


@dataclass
class Found:
    """What a reading came to: steps to write, when to look again at people and at tablets, and alerts that people have moved.

    `moved` maps an alert to the (person, device) pairs that wrote to it.
    """

    steps: list[Planned] = field(default_factory=list)
    looks: dict[Day, int | None] = field(default_factory=dict)
    moved: dict[uuid.UUID, list[tuple[uuid.UUID | None, uuid.UUID]]] = field(default_factory=dict)
    tablet_looks: dict[uuid.UUID, int | None] = field(default_factory=dict)
    matter_looks: dict[schedule.Subject, int | None] = field(default_factory=dict)


def of_rows(c: Connection, home: Home, rows: Sequence[store.LedgerRow], now_ms: int) -> Found:
    """Judge everybody whom these rows concern."""
    today = _day(now_ms, home.zone)
    found = Found(moved=_moved(home, rows))
    judged = _judge(c, home, _touched(c, home, rows, today), today, now_ms)
    found.steps, found.looks = judged.steps, judged.looks
    found.tablet_looks = dict.fromkeys(_tablets(c, home, rows), now_ms)
    return found


def of_days(c: Connection, home: Home, due: Iterable[Day], now_ms: int) -> Found:
    """Judge these people's days."""
    # Written again even where nothing moves: a look that was set under a wrong clock is due until it is set under this one.
    return _judge(c, home, set(due), _day(now_ms, home.zone), now_ms, again=True)


# ---- whom rows concern ----


def _moved(home: Home, rows: Iterable[store.LedgerRow]) -> dict:
    """Alerts that people wrote to. What Tidemark wrote itself is never judged."""
    moved: dict = {}
    for row in rows:
        if row.kind == ALERT and row.author != home.tidemark:
            moved.setdefault(row.record, []).append((row.author, row.device))
    return moved


def _touched(c: Connection, home: Home, rows: Iterable[store.LedgerRow], today: int) -> set[Day]:
    touched: set[Day] = set()
    look_up: set[uuid.UUID] = set()
    people: set[uuid.UUID] = set()
    decisions: set[uuid.UUID] = set()
    everybody = False
    for row in rows:
        if row.kind == CHECK:
            person = _creates_for(row)
            if person is not None:
                touched |= _around(person, _day(row.occurred_ms, home.zone), today)
            else:
                look_up.add(row.record)
        elif row.kind == DECISION:
            decisions.add(row.record)
        elif row.kind == "resident":
            people.add(row.record)
        elif row.kind in ABOUT_A_PERSON:
            look_up.add(row.record)
        elif row.kind == THRESHOLD:
            everybody = True
    look_up |= _decided_about(c, home, decisions)
    if look_up:
        corrected = set()
        for id_, record in store.records_by_id(c, home.id, look_up).items():
            if record.subject is not None and record.kind == CHECK:
                touched |= _around(record.subject, record.day, today)
                corrected.add(id_)
            elif record.subject is not None:
                people.add(record.subject)
        touched |= _stood_before(c, home, corrected, today)
    if everybody:
        people |= {row.id for row in store.records(c, home.id, "resident") if not row.struck}
    return touched | {(person, day) for person in people for day in (today - 1, today)}


def _tablets(c: Connection, home: Home, rows: Iterable[store.LedgerRow]) -> set[uuid.UUID]:
    """Devices whose health these rows bear on: where somebody signs on or off, all when a setting changes."""
    duties = {row.record for row in rows if row.kind == "duty"}
    said = [row.fields.get("device") for row in store.records_by_id(c, home.id, duties).values()]
    found = {uuid.UUID(each) for each in said if isinstance(each, str) and _UUID.fullmatch(each)}
    if any(row.kind == THRESHOLD for row in rows):
        mine = (device.c.home_id == home.id) & device.c.pseudo.is_(None) & device.c.revoked_ms.is_(None)
        found |= set(c.execute(select(device.c.id).where(mine)).scalars())
    return found


def _decided_about(c: Connection, home: Home, decisions: set[uuid.UUID]) -> set[uuid.UUID]:
    """The entries that these decisions speak of, or spoke of before."""
    said = [(row.submission or {}).get("fields") or {} for row in store.rows_of(c, home.id, decisions)]
    return {uuid.UUID(fields[name]) for fields in said for name in ("one", "other") if isinstance(fields.get(name), str)}


def _creates_for(row: store.LedgerRow) -> uuid.UUID | None:
    """Whom a creating entry is about, without asking for its record; None where the record must be asked."""
    said = (row.submission or {}).get("fields") or {}
    if row.id != row.record or "occurred_at" in said or not isinstance(said.get("resident"), str):
        return None
    try:
        return uuid.UUID(said["resident"])
    except ValueError:
        return None


def _stood_before(c: Connection, home: Home, records: set[uuid.UUID], today: int) -> set[Day]:
    """Where corrected entries stood before: the day or person that an entry was moved away from is judged too."""
    people: dict[uuid.UUID, set[uuid.UUID]] = {}
    on: dict[uuid.UUID, set[int]] = {}
    for row in store.rows_of(c, home.id, records):
        said = (row.submission or {}).get("fields") or {}
        if row.id == row.record:
            on.setdefault(row.record, set()).add(_day(row.occurred_ms, home.zone))
        if isinstance(said.get("resident"), str):
            people.setdefault(row.record, set()).add(uuid.UUID(said["resident"]))
        moved = time_ms(said["occurred_at"]) if isinstance(said.get("occurred_at"), str) else None
        if moved is not None:
            on.setdefault(row.record, set()).add(_day(days.corrected_ms(moved, row.offset_ms), home.zone))
    found: set[Day] = set()
    for record, who in people.items():
        for person in who:
            for day in on.get(record, ()):
                found |= _around(person, day, today)
    return found


def _around(person: uuid.UUID, day: int | None, today: int) -> set[Day]:
    """An entry's own day and those that look back at it, up to today. What is set in the future waits for its day."""
    if day is None or day < today - OLDEST_DAYS:
        return set()
    return {(person, each) for each in range(day, min(day + REACH_DAYS, today) + 1)}


def _day(ms: int, zone: str) -> int:
    return days.care_day(days.from_ms(ms), zone).toordinal()


# ---- judging ----


def _judge(c: Connection, home: Home, wanted: set[Day], today: int, now_ms: int, *, again: bool = False) -> Found:
    found = Found()
    if not wanted:
        return found
    now = days.from_ms(now_ms)
    known = Known(c, home, wanted, now_ms)
    for resident, day in sorted(wanted, key=lambda each: (each[1], each[0])):
        try:
            steps, next_look = known.judge(resident, day, now)
        except Exception:
            # One person's records must never keep the rules from the others. No id or content goes into the log.
            log.exception("judging one person failed in home %s; tried again in a minute", home.id)
            found.looks[resident, day] = now_ms + AGAIN_MS
            continue
        found.steps += steps
        at = None if next_look is None else max(days.to_ms(next_look), now_ms + 1)
        if again or at != known.looks.get((resident, day)):
            found.looks[resident, day] = at
        _leave_a_look(found, known, resident, day, today, home.zone)
    return found


def _leave_a_look(found: Found, known: Known, resident: uuid.UUID, day: int, today: int, zone: str) -> None:
    """See that the day after is looked at when it begins: silence has no row in the ledger to wake us."""
    after = (resident, max(day + 1, today - OLDEST_DAYS))
    if day > today or known.gone(resident, day) or after in known.looks or after in found.looks or after in known.wanted:
        return
    begins = days.care_day_bounds(date.fromordinal(after[1]), zone)[0]
    found.looks[after] = days.to_ms(begins)


class Known:
    """What is known about some people: read once, then asked in memory."""

    def __init__(self, c: Connection, home: Home, wanted: set[Day], now_ms: int):
        self.home, self.wanted = home, wanted
        people = {person for person, _ in wanted}
        first, last = min(day for _, day in wanted), max(day for _, day in wanted)
        self.values = Values((row.body for row in store.records(c, home.id, THRESHOLD)), home.zone)
        self.people = store.records_by_id(c, home.id, people)
        self.checks = _by_person(store.about(c, home.id, CHECK, people, days=(first - REACH_DAYS, last)))
        self.plans = by_subject(store.about(c, home.id, plans.KIND, people))
        self._in_force: dict[uuid.UUID, tuple[PlanVersion, ...]] = {}
        self.absences = _by_person(store.about(c, home.id, "absence", people))
        self.decided = _decided(c, home, self.checks)
        self.ids = {
            (person, day): _alerts_of(home.uuid, person, day) for person, day in wanted
        }
        self.alerts = store.records_by_id(c, home.id, [id_ for each in self.ids.values() for id_ in each])
        self.looks = schedule.looks_of(c, home.id, people)
        self.silence = silence.of(c, home.id, now_ms, home.zone, self.values)
        self.started = days.care_day_bounds(date.fromisoformat(home.started_on), home.zone)[0]

    def gone(self, resident: uuid.UUID, day: int) -> bool:
        """Whether the person has left, or was entered in error."""
        row = self.people.get(resident)
        left = row.fields.get("left_on") if row else None
        return row is None or row.struck or (isinstance(left, str) and left[:10] < date.fromordinal(day).isoformat())

    def alerts_of(self, resident: uuid.UUID, day: int) -> list[store.RecordRow]:
        """The alerts about one person and care day."""
        return [self.alerts[id_] for id_ in self.ids[resident, day] if id_ in self.alerts]

    def judge(self, resident: uuid.UUID, day: int, now: Any) -> tuple[list[Planned], Any]:
        """(the steps of one person's day, when to look again)."""
        facts = self.facts(resident, day)
        judgement = rules.judge(facts, self.values, now)
        stand = {rule: self.alerts[id_] for id_, rule in self.ids[resident, day].items() if id_ in self.alerts}
        existing = [rules.existing_of(row.body) for row in stand.values()]
        steps = rules.reconcile(facts, self.values, judgement, existing, now)
        by_rule = {rule: id_ for id_, rule in self.ids[resident, day].items()}
        planned = [Planned(by_rule[step.rule], resident, facts.unit, step, stand.get(step.rule)) for step in steps]
        # An entry that a slightly fast clock has put ahead of us counts when its moment comes; nothing else would wake us.
        ahead = [entry.occurred for entry in facts.entries if entry.occurred > now]
        looks = [at for at in (judgement.next_look, *ahead) if at is not None]
        return planned, None if self.gone(resident, day) and not steps and not ahead else min(looks, default=None)

    def _planned(self, resident: uuid.UUID) -> tuple[PlanVersion, ...]:
        """The person's plan as it was in force over time: the same for each of their days."""
        if resident not in self._in_force:
            self._in_force[resident] = plan_versions((row.body for row in self.plans.get(resident, ())), self.home.two_people)
        return self._in_force[resident]

    def facts(self, resident: uuid.UUID, day: int) -> Facts:
        """Everything that a judgement about one person and care day rests on."""
        person = self.people.get(resident)
        return Facts(
            resident=str(resident),
            care_day=date.fromordinal(day),
            zone=self.home.zone,
            plans=self._planned(resident),
            person=person.fields if person and not person.struck else {},
            entries=tuple(
                entry
                for row in self.checks.get(resident, ())
                if row.day is not None and day - REACH_DAYS <= row.day <= day and (entry := _entry(row)) is not None
            ),
            absences=tuple(each for row in self.absences.get(resident, ()) if (each := absence_of(row.body)) is not None),
            silent=self.silence.silent,
            silent_tablets=tuple(tablet.wire() for tablet in self.silence.tablets),
            based_on_until=days.from_ms(self.silence.based_on_until_ms),
            home_started=self.started,
            decided=self.decided,
        )


@lru_cache(maxsize=4096)
def _alerts_of(home: uuid.UUID, person: uuid.UUID, day: int) -> dict[uuid.UUID, str]:
    """The rule of each alert that one person's day can have."""
    return {rules.alert_id(home, rule, str(person), date.fromordinal(day)): rule for rule in RULES}


def _entry(row: store.RecordRow) -> Entry | None:
    """`entry_of` this record, made once for the same body: a person's day is judged with each of its drinks."""
    known = _entries.get(row.id)
    if known is None or known[0] is not row.body:
        if len(_entries) >= MOST_ENTRIES:
            _entries.clear()
        known = _entries[row.id] = row.body, entry_of(row.body)
    return known[1]


def _decided(c: Connection, home: Home, checks: dict[uuid.UUID, list[store.RecordRow]]) -> frozenset[Pair]:
    """What was decided about those of these entries that lie so close that somebody may be asked."""
    near: set[Pair] = set()
    for rows in checks.values():
        near |= doubles.suspected(hydration.drinks(entry for row in rows if (entry := _entry(row)) is not None), records_doubles.LONGEST_MS)
    return records_doubles.both_real(c, home.id, {uuid.UUID(id_) for pair in near for id_ in pair})


def _by_person(rows: Iterable[store.RecordRow]) -> dict[uuid.UUID, list[store.RecordRow]]:
    found: dict[uuid.UUID, list[store.RecordRow]] = {}
    for row in rows:
        if not row.struck:
            found.setdefault(row.subject, []).append(row)
    return found


def scenes(c: Connection, home: Home, wanted: Iterable[Day], now_ms: int) -> dict[Day, Scene]:
    """What the rules see of these people's days, for a page that shows what they judge."""
    asked = set(wanted)
    if not asked:
        return {}
    known = Known(c, home, asked, now_ms)
    return {each: Scene(known.facts(*each), known.values, days.from_ms(now_ms)) for each in asked if not known.gone(*each)}
