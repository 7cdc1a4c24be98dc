"""What put an alert right: an entry saved at the bedside that merely arrived late, or something a person must check.

Only the first may take an alert back by itself (care.md, Alerts 5). An entry written long after it happened, by a clock
nobody can vouch for, or a record that was changed since, may well be true: a senior says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sync.facts import Absence, Entry, Facts
from sync.thresholds import Values

LATE_ENTRY, CHANGED_SINCE = "late_entry", "changed_since"


def near_bedside(entry: Entry, values: Values, *, who: str | None = None, unit: str | None = None) -> bool:
    """Saved within half an hour of when it happened, by a clock that holds. A cup finished by whoever saw it counts too.

    What was written on paper first never does, however soon it was typed in: nobody saved it at the bedside.
    """
    name = "hydration.open_cup_minutes" if entry.finished_cup else "hydration.bedside_minutes"
    within = timedelta(minutes=values.value(name, who, unit, at=entry.occurred))
    return not (entry.on_paper or entry.time_not_proven or entry.time_in_doubt) and entry.recorded - entry.occurred <= within


def _told_in_time(absence: Absence, values: Values) -> bool:
    within = timedelta(minutes=values.value("hydration.bedside_minutes", at=absence.start))
    return not absence.time_not_proven and absence.recorded - absence.start <= within


def what_put_right(
    facts: Facts, values: Values, opened_at: datetime, happened_at: datetime, breached: Callable[[Facts], bool]
) -> tuple[str | None, str | None]:  # fmt: skip
    """(reason for a person to check, or None when it was on time; id of the entry or absence that made the difference).

    `breached` judges the rule by other facts: without what arrived since the alert was opened, and with only that of
    it which was saved on time.
    """
    new_entries = sorted((e for e in facts.entries if e.received > opened_at), key=lambda e: (e.received, e.id))
    new_absences = sorted((a for a in facts.absences if a.received > opened_at), key=lambda a: (a.received, a.id))
    if not breached(_without(facts, new_entries, new_absences)):
        return CHANGED_SINCE, None
    late_entries = [e for e in new_entries if not near_bedside(e, values, who=facts.resident, unit=facts.unit)]
    late_absences = [a for a in new_absences if not _told_in_time(a, values)]
    if not breached(_without(facts, late_entries, late_absences)):
        on_time = [e.id for e in new_entries if e not in late_entries and e.occurred <= happened_at]
        on_time += [a.id for a in new_absences if a not in late_absences]
        return None, next(iter(on_time), None)
    found = [e.id for e in late_entries if e.occurred <= happened_at] + [a.id for a in late_absences]
    return LATE_ENTRY, next(iter(found), None)


def _without(facts: Facts, entries: list[Entry], absences: list[Absence]) -> Facts:
    left_out = {e.id for e in entries} | {a.id for a in absences}
    return replace(
        facts,
        entries=tuple(e for e in facts.entries if e.id not in left_out),
        absences=tuple(a for a in facts.absences if a.id not in left_out),
    )
