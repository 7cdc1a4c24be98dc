"""What is known of a shift, and of a unit's last weeks, for the rules about staffing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from server.alerts import schedule
from server.alerts.cases import Case, Moment, subject_of, told
from server.people.store import Home
from server.records import store
from sync.matters import Matter
from sync.rules import catalogue as rules
from sync.rules import staffing
from sync.rules.staffing import Recent, Shift

SHIFT, UNIT = "shift", "unit"
KINDS = frozenset({"shift_sample", "allocation", "deployment_observation"})
OF_A_SHIFT = frozenset({rules.NOT_OBSERVED, rules.NO_REASON, rules.BELOW_PLAN, rules.BELOW_HOURS, rules.UNMET_NEED, rules.SLOW_RESPONSE})
OF_A_UNIT = frozenset({rules.SAME_HOUR, rules.UNDER_PRESSURE})
# A rota is written this many days ahead of a shift, and what was seen of one this many after it.
AROUND = 14
# Twice what the longest setting counts over.
RECENT_DAYS = 56


def touched(c: Connection, home: Home, rows: Sequence[store.LedgerRow]) -> set[schedule.Subject]:
    """The shifts and units that these rows speak of, or spoke of before."""
    found: set[schedule.Subject] = set()
    for row in store.records_by_id(c, home.id, {row.record for row in rows if row.kind in KINDS}).values():
        for said in (row.fields, *(each["fields"] for each in row.body.get("history") or ())):
            shift, unit = said.get("shift") or row.fields.get("shift"), said.get("unit") or row.fields.get("unit")
            # What is seen on a unit answers for a draw of the whole home too.
            found |= {(SHIFT, f"{shift}|{unit or ''}"), (SHIFT, f"{shift}|")}
            if unit and row.kind == "deployment_observation":
                found.add((UNIT, str(unit)))
    return found


def shifts(moment: Moment, keys: list[str]) -> Iterator[Case]:
    """The cases of these shifts of units (`2026-11-22/night|Rowan`; without a unit: the whole home)."""
    for key in keys:
        shift, _, said = key.rpartition("|")
        unit = said or None
        try:
            day = date.fromisoformat(shift.partition("/")[0]).toordinal()
        except ValueError:
            continue
        rows = store.of_days(moment.c, moment.home.id, day - AROUND, day + AROUND, KINDS)
        known = _shift(moment, shift, unit, rows)

        def by_then(at: datetime, known: Shift = known) -> Iterable[Matter]:
            return staffing.of_shift(known.known_by(at), moment.values)

        found = tuple(staffing.of_shift(known, moment.values))
        yield Case((SHIFT, key), subject_of(moment.home, "shift", said, shift), found, moment.scope(None, unit), OF_A_SHIFT, by_then)


def _shift(moment: Moment, shift: str, unit: str | None, rows: list[store.RecordRow]) -> Shift:
    def of(kind: str, *, this: bool = True, anywhere: bool = False) -> list[store.RecordRow]:
        return [
            row for row in rows
            if row.kind == kind and (row.fields.get("shift") == shift) is this and (anywhere or row.fields.get("unit") == unit)
        ]  # fmt: skip

    whole_home = unit is None
    drawn = of("shift_sample")
    return Shift(
        str(subject_of(moment.home, "shift", unit or "", shift)), shift, unit, moment.home.zone, told(drawn),
        told(of("allocation", anywhere=whole_home)) if drawn or unit else (),
        told(of("allocation", this=False)) if unit else (),
        told(of("deployment_observation", anywhere=whole_home)) if drawn or unit else (),
    )  # fmt: skip


def units(moment: Moment, keys: list[str]) -> Iterator[Case]:
    """The cases of what recurs on these units."""
    rows = store.of_days(moment.c, moment.home.id, moment.today - RECENT_DAYS, moment.today + 1, {"deployment_observation"})
    for unit in keys:
        subject = subject_of(moment.home, "unit", unit)
        known = Recent(str(subject), unit, moment.home.zone, told(row for row in rows if row.fields.get("unit") == unit))

        def by_then(at: datetime, known: Recent = known) -> Iterable[Matter]:
            return staffing.recurring(known.known_by(at), moment.values, at)

        found = tuple(staffing.recurring(known, moment.values, moment.now))
        yield Case((UNIT, unit), subject, found, moment.scope(None, unit), OF_A_UNIT, by_then)
