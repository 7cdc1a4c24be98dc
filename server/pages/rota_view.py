"""The rota as its pages show and change it: a week of shifts on each unit, who is planned for them, and as what.

A line is one person planned, or one place that nobody fills yet. A shift that has begun is changed no more: what it was planned
as is what its observation is held against, and what changed is said in its allocation.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from server.improvement import filing
from server.pages.names import Names
from server.pages.store import as_id
from server.pages.words import at, code, day, say, shift_words
from server.people.store import Staff
from server.records import intake, store
from server.wire import rfc3339
from sync import days
from sync.roles import ROLES

WEEK = timedelta(days=7)
#: Lines of a form that are still empty.
SPARE = 4
#: How far back and ahead a rota is looked at.
FAR = timedelta(days=366)


@dataclass(frozen=True)
class Slot:
    """One shift on one unit; `unit` is empty for the whole home. `lines` are the records that plan it."""

    shift: str
    unit: str
    starts_ms: int
    ends_ms: int
    lines: tuple[store.RecordRow, ...] = ()

    @property
    def seen(self) -> str:
        """What a form carries of the lines that it was made from."""
        return " ".join(sorted(filing.seen(row) for row in self.lines))

    def begun(self, now_ms: int) -> bool:
        return self.starts_ms <= now_ms

    def fields(self, role: str, staff: uuid.UUID | None) -> dict[str, Any]:
        """A new line."""
        said = {"shift": self.shift, "role": role, "from": rfc3339(self.starts_ms), "to": rfc3339(self.ends_ms)}
        return {**said, **({"unit": self.unit} if self.unit else {}), **({"staff": str(staff)} if staff else {})}


def slot(shift: str, unit: str, zone: str, lines: Iterable[store.RecordRow] = ()) -> Slot:
    """Raises ValueError for a text that names no shift."""
    starts, ends = days.shift_bounds(shift, zone)
    return Slot(shift, unit, days.to_ms(starts), days.to_ms(ends), tuple(sorted(lines, key=_by_role)))


def _by_role(row: store.RecordRow) -> tuple[int, bool, str]:
    role = row.fields.get("role")
    return (ROLES.index(role) if role in ROLES else len(ROLES), not row.fields.get("staff"), str(row.id))


def monday(on: date) -> date:
    """The first day of the week in which a day lies."""
    return on - timedelta(days=on.weekday())


def units(c: Connection, home_id: int, first: date) -> list[str]:
    """The units that have a rota: where residents live, whatever is planned in these days, and the whole home last."""
    planned = {unit for _, unit in _planned(c, home_id, first, first + WEEK)}
    return sorted({*store.units(c, home_id), *planned} - {""}) + [""]


def slots(c: Connection, home_id: int, zone: str, first: date, on_units: Iterable[str], number: int = 7) -> list[Slot]:
    """Every shift of these days on these units, in order."""
    planned = _planned(c, home_id, first, first + timedelta(days=number))
    shifts = [f"{first + timedelta(days=place)}/{name}" for place in range(number) for name, _ in days.SHIFTS]
    return [slot(shift, unit, zone, planned.get((shift, unit), ())) for unit in on_units for shift in shifts]


def _planned(c: Connection, home_id: int, first: date, end: date) -> dict[tuple[str, str], list[store.RecordRow]]:
    """The lines that stand, by shift and unit; a day is looked at on either side, whatever a line's times say."""
    found: dict[tuple[str, str], list[store.RecordRow]] = {}
    for row in store.records(c, home_id, "rota_shift", days=(first.toordinal() - 1, end.toordinal())):
        if not row.struck:
            found.setdefault((str(row.fields.get("shift")), row.fields.get("unit") or ""), []).append(row)
    return found


def ahead(c: Connection, home_id: int, zone: str, now_ms: int) -> tuple[int, int]:
    """(how many of the next seven days' shifts on the units have somebody planned, how many there are)."""
    first = at(now_ms, zone).date()
    on_units = store.units(c, home_id)
    everywhere = {each.shift for each in slots(c, home_id, zone, first, [""]) if _filled(each)}
    found = slots(c, home_id, zone, first, on_units or [""])
    return sum(_filled(each) or each.shift in everywhere for each in found), len(found)


def _filled(each: Slot) -> bool:
    return any(row.fields.get("staff") for row in each.lines)


# ---- what is shown ----


def week(found: list[Slot], names: Names, now_ms: int) -> list[dict[str, Any]]:
    """One table a unit: a row a day, and in it a cell a shift."""
    tables: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for each in found:
        tables.setdefault(each.unit, {}).setdefault(each.shift.partition("/")[0], []).append(_cell(each, names, now_ms))
    return [
        {"unit": unit_words(unit), "days": [{"day": f"{date.fromisoformat(on):%A} {day(date.fromisoformat(on))}", "shifts": cells} for on, cells in by_day.items()]}
        for unit, by_day in tables.items()
    ]


def _cell(each: Slot, names: Names, now_ms: int) -> dict[str, Any]:
    return {
        "shift": each.shift, "unit": each.unit, "says": shift_words(each.shift), "begun": each.begun(now_ms),
        "lines": [_line(role, each.lines, names) for role in dict.fromkeys(row.fields.get("role") for row in each.lines)],
    }  # fmt: skip


def _line(role: Any, lines: Iterable[store.RecordRow], names: Names) -> str:
    """'Support worker, 3: Ben Okoro, Joe Bell, nobody yet'."""
    who = [names.staff(row.fields["staff"]) if row.fields.get("staff") else say("rota.nobody") for row in lines if row.fields.get("role") == role]
    return say("rota.line", role=code("roles", role) or say("rota.no_role"), n=len(who), names=", ".join(who))


def unit_words(unit: str) -> str:
    return unit or say("rota.whole_home")


def form(each: Slot) -> dict[str, str]:
    """What the lines of a form hold: those that stand, by the records' ids, and some that are still empty."""
    said = {f"{part}-{row.id}": str(row.fields.get(part) or "") for row in each.lines for part in ("role", "staff")}
    return said | {f"{part}-{place}": "" for place in range(SPARE) for part in ("role", "staff")}


# ---- what is changed ----


def told(each: Slot, said: Mapping[str, str], staff: Mapping[uuid.UUID, Staff], by: uuid.UUID, now_ms: int) -> tuple[list[intake.Statement], dict[str, str]]:
    """(the statements that make the lines what the form says, what is wrong by question). A line whose role was taken away is struck."""
    stands = {str(row.id): row for row in each.lines}
    statements: list[intake.Statement] = []
    wrong: dict[str, str] = {}
    planned: set[uuid.UUID] = set()
    for key in [*stands, *map(str, range(SPARE))]:
        role, who, row = said.get(f"role-{key}", "").strip(), said.get(f"staff-{key}", "").strip(), stands.get(key)
        person = staff.get(as_id(who)) if who else None
        if not role and row is not None:
            statements.append(filing.later(row, {"struck_out": True, "correction_reason": say("rota.taken_off")}, by, now_ms))
            continue
        if not role and not who:
            continue
        same = row is not None and (role, who) == (row.fields.get("role") or "", str(row.fields.get("staff") or ""))
        if role not in ROLES:
            wrong[f"role-{key}"] = say("rota.need_role")
        elif who and person is None and not same:
            wrong[f"staff-{key}"] = say("rota.need_person")
        elif person is not None and role not in person.roles and not same:
            wrong[f"role-{key}"] = say("rota.not_held", name=person.name)
        elif person is not None and person.id in planned:
            wrong[f"staff-{key}"] = say("rota.twice", name=person.name)
        if person is not None:
            planned.add(person.id)
        if row is None:
            id_ = uuid.uuid4()
            statements.append(filing.new(id_, "rota_shift", each.fields(role, person.id if person else None), by, now_ms))
        elif not same:
            statements.append(filing.later(row, {"role": role, "staff": str(person.id) if person else None}, by, now_ms))
    return statements, wrong


def copied(last: Iterable[Slot], this: Iterable[Slot], staff: Mapping[uuid.UUID, Staff], by: uuid.UUID, now_ms: int) -> list[intake.Statement]:
    """Last week's lines in this week's shifts that nobody has planned and that have not begun. Who has left by then leaves a place to fill."""
    statements = []
    for before, now in zip(last, this, strict=True):
        if now.lines or now.begun(now_ms):
            continue
        for row in before.lines:
            role, person = row.fields.get("role"), staff.get(as_id(row.fields.get("staff")))
            stays = person is not None and role in person.roles and not person.left(now.starts_ms)
            if role in ROLES:
                statements.append(filing.new(uuid.uuid4(), "rota_shift", now.fields(role, person.id if stays else None), by, now_ms))
    return statements
