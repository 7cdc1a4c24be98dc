"""What an appointment still asks of the home. Attended is not done.

Done is: an outcome, every action that it asks for allocated and evidenced, the care plan reviewed, and whatever was promised
next booked (domain.md, 3). The tablet judges the same (`pwa/src/appointment_state.ts`, held to it by
`tests/vectors/appointment_state.json`). Pure: instants are milliseconds UTC and `now_ms` is an argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sync.fields import time_ms
from sync.thresholds import Values

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

# What may still be open, the most pressing first: the first one is the appointment's state.
OUTCOME_MISSING = "outcome_missing"
SAFEGUARDING = "safeguarding"
OVERDUE = "follow_up_overdue"
AWAITING = "awaiting_update"
UNALLOCATED = "follow_up_unallocated"
NOT_LISTED = "actions_not_listed"
NO_EVIDENCE = "no_evidence"
CARE_PLAN = "care_plan"
NOT_BOOKED = "next_not_booked"
FOLLOW_UP = "follow_up_open"
OUTCOME_DUE = "outcome_due"
COMING = "coming"
ORDER = (
    OUTCOME_MISSING, SAFEGUARDING, OVERDUE, AWAITING, UNALLOCATED, NOT_LISTED, NO_EVIDENCE, CARE_PLAN, NOT_BOOKED, FOLLOW_UP,
    OUTCOME_DUE, COMING,
)  # fmt: skip
DONE = "done"

SEEN = frozenset({"attended", "attended_part"})
BOOK, LETTER = "book", "letter"


@dataclass(frozen=True, slots=True)
class Said:
    """A record about the appointment: an outcome or a follow-up, and when it was made. One struck out is left out."""

    at_ms: int
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Limits:
    """Hours within which each thing happens (thresholds `appointments.*`)."""

    outcome_hours: float = 24
    allocate_hours: float = 24
    update_hours: float = 72
    care_plan_hours: float = 72

    @classmethod
    def of(cls, values: Values, at: datetime) -> Limits:
        """What this home has set, else the defaults."""
        return cls(*(values.value(f"appointments.{name}", at=at) for name in cls.__slots__))


@dataclass(frozen=True, slots=True)
class Standing:
    """What is open, the most pressing first, and which of it is late. While an update is awaited: since how many whole days,
    and when somebody asks again (ms), where that was said."""

    open: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    days_waiting: int | None = None
    chase_ms: int | None = None

    @property
    def state(self) -> str:
        return self.open[0] if self.open else DONE


def judge(
    starts_ms: int, outcomes: Iterable[Said], follow_ups: Sequence[Said], *, booked: bool, now_ms: int, limits: Limits = Limits()
) -> Standing:  # fmt: skip
    """Where an appointment stands. `booked` says that an appointment arises from this one; `follow_ups` are all of it or its outcomes."""
    told = sorted(outcomes, key=lambda each: each.at_ms)
    if not told:
        return _without_outcome(starts_ms, now_ms, limits)
    settled = [each for each in told if each.fields.get("attendance") != AWAITING]
    found: dict[str, bool] = {}  # what is open -> whether it is late
    for each in follow_ups:
        if (asks := follow_up(each, now_ms, limits)) is not None:
            found[asks.open] = asks.late or found.get(asks.open, False)
    waiting = None
    if settled:
        _asked(settled, follow_ups, booked, now_ms, limits, found)
    else:
        waiting = now_ms - told[0].at_ms
        found[AWAITING] = waiting > limits.update_hours * HOUR_MS
    listed = tuple(name for name in ORDER if name in found)
    return Standing(
        listed, tuple(name for name in listed if found[name]), None if waiting is None else max(0, waiting // DAY_MS),
        None if waiting is None else _chase_ms(told),
    )  # fmt: skip


def _without_outcome(starts_ms: int, now_ms: int, limits: Limits) -> Standing:
    if now_ms < starts_ms:
        return Standing((COMING,))
    if now_ms - starts_ms <= limits.outcome_hours * HOUR_MS:
        return Standing((OUTCOME_DUE,))
    return Standing((OUTCOME_MISSING,), (OUTCOME_MISSING,))


def _asked(
    settled: list[Said], follow_ups: Sequence[Said], booked: bool, now_ms: int, limits: Limits, found: dict[str, bool]
) -> None:
    """What the outcomes themselves leave open. Where several were recorded, what any of them asks for stays asked."""
    said = [each.fields for each in settled]
    attended = any(fields.get("attendance") in SEEN for fields in said)
    unsupported = any(fields.get("attendance") == "not_supported_to_attend" for fields in said)
    if unsupported and not any(fields.get("safeguarding_decision") for fields in said):
        found[SAFEGUARDING] = True
    actions = {fields.get("actions_required") for fields in said}
    if not actions & {"listed", "none"} or ("listed" in actions and not follow_ups):
        found[NOT_LISTED] = now_ms - settled[0].at_ms > limits.allocate_hours * HOUR_MS
    plan = {fields.get("care_plan_change") for fields in said}
    if "needed" in plan or (attended and not plan & {"done", "not_needed"}):
        since = min(each.at_ms for each in settled)
        found[CARE_PLAN] = now_ms - since > limits.care_plan_hours * HOUR_MS
    promised = any(fields.get("next_promised") for fields in said)
    if promised and not booked and not any(each.fields.get("asks") == BOOK for each in follow_ups):
        found[NOT_BOOKED] = False


def _chase_ms(told: list[Said]) -> int | None:
    for each in reversed(told):
        chase = each.fields.get("next_chase_at")
        if isinstance(chase, str):
            return time_ms(chase)
    return None


# ---- one follow-up ----


@dataclass(frozen=True, slots=True)
class Asks:
    """What is open about a follow-up, and whether its time has passed."""

    open: str
    late: bool = False


def follow_up(each: Said, now_ms: int, limits: Limits = Limits()) -> Asks | None:
    """What is open about a follow-up; None for one that is done with evidence, or not needed because of something."""
    fields = each.fields
    if fields.get("status") == "not_needed":
        return None
    if fields.get("status") == "done":
        return None if fields.get("evidence") else Asks(NO_EVIDENCE)
    due = fields.get("due_at")
    due_ms = time_ms(due) if isinstance(due, str) else None
    if due_ms is not None and due_ms < now_ms:
        return Asks(OVERDUE, late=True)
    if not fields.get("owner") or due_ms is None:
        return Asks(UNALLOCATED, late=now_ms - each.at_ms > limits.allocate_hours * HOUR_MS)
    return Asks(FOLLOW_UP)
