"""The senior carer's look over each shift: what was due, what is missing, and what was decided about it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from server.demo import plans
from server.demo.acts import Act, creating
from server.demo.people import DemoHome, Resident
from server.demo.rhythm import window_of, windows
from server.demo.seeded import chance
from server.demo.shifts import MINUTE_MS, Turn, wall_ms, working

# What counts as a window kept: saved within half an hour of its end (care.md, The four measures).
ON_TIME_MS = 30 * MINUTE_MS
COUNTS_NOT = frozenset({"given", "not_observed"})
# (shift, minute of the check, windows that belong to the shift)
CHECKS = (
    ("day", 19 * 60 + 5, ("waking", "10-12", "12-14", "14-17")),
    ("night", 31 * 60 - 4, ("17-20", "20-23", "night")),
)
DECISIONS = ("offered_now", "told_next_shift", "drank_not_written_down", "family_helped")


def shift_checks(home: DemoHome, seed: int, span: plans.Span, day: date, monitored: dict[Resident, list[Act]]) -> Iterable[Act]:
    """The checks of one care day, from what its acts had saved by then. Early on, many a shift is not checked."""
    for shift, minute, names in CHECKS:
        luck = chance("check", seed, home.number, day, shift)
        if luck.random() > 0.55 + 0.42 * span.progress(day):
            continue
        at_ms = wall_ms(day, minute) + luck.randrange(4 * MINUTE_MS)
        senior = _senior(home, seed, at_ms)
        if senior is None:
            continue
        for number, (person, acts) in enumerate(monitored.items()):
            saved = at_ms + number * luck.randrange(7_000, 25_000)
            fields = _finding(day, names, [act for act in acts if act.creates and act.at_ms <= at_ms], luck)
            fields |= {"shift": f"{day.isoformat()}/{shift}", "resident": str(person.id)}
            fields |= {"based_on_until": plans.iso(at_ms // 1000 * 1000)}
            name = f"check/{seed}/{home.number}/{person.place}/{day}/{shift}"
            yield creating(name, saved, home.tablet_of(person.unit), senior.staff, "shift_hydration_check", fields)


def _senior(home: DemoHome, seed: int, at_ms: int) -> Turn | None:
    present = [turn for turn in working(home, seed, at_ms) if turn.floor and turn.staff.holds("senior_carer", "shift_leader")]
    return present[0] if present else None


def _finding(day: date, names: tuple[str, ...], acts: list[Act], luck) -> dict:
    on_time, late, drunk = set(), set(), 0
    ends = {name: end for name, _, end in windows(day)}
    for act in acts:
        drunk += act.fields.get("drunk_ml", 0)
        window = window_of(day, act.occurred_ms)[0]
        if act.fields["outcome"] not in COUNTS_NOT:
            (on_time if act.at_ms <= ends[window] + ON_TIME_MS else late).add(window)
    late -= on_time
    missing = [name for name in names if name not in on_time | late]
    found = "gaps" if missing else "complete"
    # Half a litre by tea time, or under 900 ml by the morning: low for anybody here.
    if not missing and drunk < (500 if "waking" in names else 900):
        found = "low_intake"
    fields = {
        "finding": found,
        "windows_due": len(names),
        "windows_on_time": len(on_time.intersection(names)),
        "windows_late": len(late.intersection(names)),
    }
    if missing:
        fields["gaps"] = [{"window": name, "decision": DECISIONS[luck.randrange(len(DECISIONS))]} for name in missing]
    return fields
