"""Appointment follow-up evidence = appointments with an outcome in 24 h, actions listed or "none needed because", all allocated in
24 h, every due one evidenced, the care plan checked where needed ÷ all whose time has come (care.md).

`awaiting_update` fails and stays in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sync.measures.figure import Case, Figure
from sync.measures.told import field_ms, said_ms
from sync.rules.appointments import AWAITING, HOUR_MS, Limits

OUTCOME, ACTIONS, ALLOCATED, EVIDENCED, CARE_PLAN = "outcome", "actions", "allocated", "evidenced", "care_plan"
ORDER = (OUTCOME, ACTIONS, ALLOCATED, EVIDENCED, CARE_PLAN)

Change = Mapping[str, Any]


def figure(appointment: Change, outcomes: Sequence[Change], follow_ups: Sequence[Change], *, now_ms: int, limits: Limits) -> Figure:
    """One appointment whose time has come, with the standing records about it, each in its wire form."""
    starts = field_ms(appointment["fields"], "starts_at") or 0
    about = {"record": appointment["record"], "resident": appointment["fields"].get("resident"), "at": starts}
    in_time = _missing(starts, outcomes, follow_ups, now_ms, limits, late_counts=False)
    in_the_end = _missing(starts, outcomes, follow_ups, now_ms, limits, late_counts=True)
    return Figure((Case(in_time, not in_the_end, about),))


def next_look(follow_ups: Sequence[Change], *, now_ms: int) -> int | None:
    """When (ms) the next follow-up falls due, which no record announces."""
    due = [at for each in follow_ups if (at := field_ms(each["fields"], "due_at")) is not None and at >= now_ms]
    return min(due, default=None)


def _missing(
    starts: int, outcomes: Sequence[Change], follow_ups: Sequence[Change], now_ms: int, limits: Limits, *, late_counts: bool
) -> tuple[str, ...]:  # fmt: skip
    def within(at: int | None, since: int, hours: float) -> bool:
        return at is not None and (late_counts or at - since <= hours * HOUR_MS)

    told = [at for each in outcomes if (at := said_ms(each, _settled)) is not None]
    if not told or not within(min(told), starts, limits.outcome_hours):
        missed = {OUTCOME}
        if not told:
            return (OUTCOME,)
    else:
        missed = set()
    since = min(told)
    said = [each["fields"] for each in outcomes]
    asks = {fields.get("actions_required") for fields in said}
    because = any(fields.get("actions_required") == "none" and fields.get("no_action_reason") for fields in said)
    if not ("listed" in asks and follow_ups) and not (because and "listed" not in asks):
        missed.add(ACTIONS)
    needed = [each for each in follow_ups if each["fields"].get("status") != "not_needed"]
    if not all(within(_allocated_ms(each), since, limits.allocate_hours) for each in needed):
        missed.add(ALLOCATED)
    due = [each for each in needed if (at := field_ms(each["fields"], "due_at")) is not None and at < now_ms]
    if not all(_evidenced(each, late_counts) for each in due):
        missed.add(EVIDENCED)
    if "needed" in {fields.get("care_plan_change") for fields in said}:
        missed |= set() if now_ms - since <= limits.care_plan_hours * HOUR_MS else {CARE_PLAN}
    elif changed := [at for each in outcomes if (at := _plan_done_ms(each)) is not None]:
        missed |= set() if within(max(changed), since, limits.care_plan_hours) else {CARE_PLAN}
    return tuple(name for name in ORDER if name in missed)


def _settled(values: Mapping[str, Any]) -> bool:
    return values.get("attendance") not in (None, AWAITING)


def _allocated_ms(follow_up: Change) -> int | None:
    return said_ms(follow_up, lambda values: bool(values.get("owner")) and bool(values.get("due_at")))


def _evidenced(follow_up: Change, late_counts: bool) -> bool:
    fields = follow_up["fields"]
    if fields.get("status") != "done" or not fields.get("evidence"):
        return False
    done, due = field_ms(fields, "done_at"), field_ms(fields, "due_at")
    return late_counts or done is None or due is None or done <= due


def _plan_done_ms(outcome: Change) -> int | None:
    """When it was said that the care plan now holds the advice; None where no change was asked for."""
    return said_ms(outcome, lambda values: values.get("care_plan_change") == "done")
