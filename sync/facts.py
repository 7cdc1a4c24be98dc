"""What is known about one person and one care day, as the rules read it: entries, absences, plans, people's silence.

Made from records in their wire form (a change as protocol.md has it) by `entry_of`, `absence_of` and `plan_versions`
(`sync/rules/in_force.py`); the rules themselves see only these. Times are aware datetimes in UTC, already corrected for the tablet's clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sync import flags
from sync.days import LONDON
from sync.kinds.hydration_check import THE_DRINK, UNFINISHED

UTC_MIN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    """One hydration check that counts (struck-out ones are left out by the caller, and by `entry_of`).

    `recorded` and `received` are those of the last submission that said what was drunk, offered or when: a correction
    made hours later is not something seen at the bedside. `finished_cup` is true where that submission only finished
    a cup that stood open. `on_paper` is true for what was written on paper and typed in afterwards.
    """

    id: str
    outcome: str
    occurred: datetime
    recorded: datetime
    received: datetime
    drunk_ml: int | None = None
    drink: str | None = None
    vessel: str | None = None
    device: str | None = None
    from_food: bool = False
    reason: str | None = None
    route: str | None = None
    iddsi_level: int | None = None
    red_flags: tuple[str, ...] = ()
    time_not_proven: bool = False
    time_in_doubt: bool = False
    finished_cup: bool = False
    on_paper: bool = False

    @property
    def ml(self) -> int:
        """What was seen to be drunk: an open cup is 0 ml until somebody says how much."""
        return self.drunk_ml or 0


@dataclass(frozen=True)
class Absence:
    """A person away from `start` until `end` (None: still away)."""

    id: str
    start: datetime
    end: datetime | None
    recorded: datetime
    received: datetime
    time_not_proven: bool = False


@dataclass(frozen=True)
class Waiting:
    """A group of a plan's fields that waits for a second person. `asked` is what its author wrote, `holds` what is in force.

    What tightens holds already, and `before` is what it took the place of; what loosens holds only once it is confirmed.
    """

    group: str
    loosens: bool
    since: datetime
    submission: str
    record: str
    author: str | None
    asked: Mapping[str, Any]
    holds: Mapping[str, Any]
    before: Mapping[str, Any]


@dataclass(frozen=True)
class PlanVersion:
    """The values of a hydration plan that are in force from an instant on; `unresolved` names fields that stand in conflict,
    `waiting` what a second person has not confirmed yet."""

    since: datetime
    values: Mapping[str, Any]
    version: str
    unresolved: tuple[str, ...] = ()
    waiting: tuple[Waiting, ...] = ()


@dataclass(frozen=True)
class Facts:
    """Everything that a judgement about one person and care day rests on.

    `entries` are those of `care_day` and the two care days before it, in any order. `plans` is the history of the
    plan, oldest first; where only the plan in force is known, give `plan` and `plan_version` instead. `silent` names
    expected tablets that have not been heard of, `based_on_until` is how far the records reach.
    """

    resident: str
    care_day: date
    zone: str = LONDON
    plan: Mapping[str, Any] | None = None
    plan_version: str | None = None
    plans: tuple[PlanVersion, ...] = ()
    person: Mapping[str, Any] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    absences: tuple[Absence, ...] = ()
    silent: tuple[str, ...] = ()
    silent_tablets: tuple[Mapping[str, Any], ...] = ()  # the same with {device, name, heard_at}, for people to read
    based_on_until: datetime | None = None
    home_started: datetime | None = None
    #: Pairs of entries (ids in lower case, the smaller first) of which somebody who may decide said that both are real.
    decided: frozenset[tuple[str, str]] = frozenset()

    @property
    def unit(self) -> str | None:
        return self.person.get("unit")

    def plan_at(self, at: datetime) -> Mapping[str, Any] | None:
        """The plan in force at an instant; before the first one was written, the first."""
        if not self.plans:
            return self.plan
        found = self.plans[0]
        for each in self.plans:
            if each.since <= at:
                found = each
        return found.values


@dataclass(frozen=True)
class Breach:
    """One rule that does not hold, or did not for a while (`ended`). `facts` are plain JSON values for people to read."""

    rule: str
    severity: str
    subject: str
    care_day: date
    happened_at: datetime
    facts: Mapping[str, Any]
    reason: str
    incomplete: bool = False
    ended: datetime | None = None
    received_at: datetime | None = None
    threshold_version: str = "default"
    #: False while the rule is only watched, and for nudges: it is listed and calls nobody.
    pages: bool = True


def entry_of(change: Mapping[str, Any]) -> Entry | None:
    """The entry that a `hydration_check` record is, or None when it is struck out or says too little to count."""
    fields = change.get("fields") or {}
    if change.get("struck_out") or not isinstance(fields.get("outcome"), str):
        return None
    recorded, received, finished, marks = _last_said(change)
    return Entry(
        id=str(change["record"]),
        outcome=fields["outcome"],
        occurred=_time(change["occurred_at"]),
        recorded=recorded,
        received=received,
        drunk_ml=fields.get("drunk_ml"),
        drink=fields.get("drink"),
        vessel=fields.get("vessel"),
        device=change.get("device"),
        from_food=bool(fields.get("from_food")),
        reason=fields.get("reason"),
        route=fields.get("route"),
        iddsi_level=fields.get("iddsi_level"),
        red_flags=tuple(fields.get("red_flags") or ()),
        time_not_proven=flags.TIME_NOT_PROVEN in marks,
        time_in_doubt=flags.TIME_IN_DOUBT in marks,
        finished_cup=finished,
        on_paper=fields.get("source") == "paper",
    )


def absence_of(change: Mapping[str, Any]) -> Absence | None:
    """The absence that a record is, or None when it is struck out or has no start."""
    fields = change.get("fields") or {}
    if change.get("struck_out") or not fields.get("from"):
        return None
    recorded, received, _, marks = _last_said(change, frozenset({"from", "to"}))
    end = _time(fields["to"]) if fields.get("to") else None
    proven = flags.TIME_NOT_PROVEN not in marks and flags.TIME_IN_DOUBT not in marks
    return Absence(str(change["record"]), _time(fields["from"]), end, recorded, received, not proven)


#: What keeps somebody safe: where two plans differ in it, tablets stop at both values (care.md, Recording 3).
NIL = ("nil_by_mouth_from", "nil_by_mouth_until")
SAFETY = ("iddsi_level", "limit_ml", *NIL)


# A red flag that is added later came to light later.
_WHAT_COUNTS = THE_DRINK | {"red_flags"}


def _last_said(change: Mapping[str, Any], said: frozenset[str] = _WHAT_COUNTS) -> tuple[datetime, datetime, bool, Iterable[str]]:
    """(recorded, received, whether it finished an open cup, marks) of the last row that said what counts or when."""
    told = [row for row in change.get("history") or () if _says(row, said)]
    if not told:
        return _time(change["recorded_at"]), _time(change["received_at"]), False, change.get("flags") or ()
    told.sort(key=lambda row: (row["recorded_at"], row["seq"]))
    last = told[-1]
    before = [row["fields"]["outcome"] for row in told[:-1] if row["fields"].get("outcome")]
    finished = bool(before) and before[-1] in UNFINISHED and "occurred_at" not in last["fields"]
    return _time(last["recorded_at"]), _time(last["received_at"]), finished, last.get("flags") or ()


def _says(row: Mapping[str, Any], said: frozenset[str]) -> bool:
    return any(name in said or name == "occurred_at" or name == "struck_out" for name in row["fields"])


def _time(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return UTC_MIN
    return at.astimezone(UTC) if at.tzinfo else UTC_MIN
