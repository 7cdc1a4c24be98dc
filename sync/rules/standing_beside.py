"""What different sources say of one stream, side by side, and whether they disagree (care.md, The plan 5).

A measure of 95 % says that entries were made. Practice that was watched, staff who were asked and people who complained may say
otherwise, and then nobody may claim that care is better. What reads good is the home's own number (`sync/thresholds.py`, `plan.…`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sync.audits import scoring
from sync.rules.triggers import APPOINTMENTS, DEPLOYMENT, HYDRATION, THEMES, Number, by_default, poor

STREAMS = (HYDRATION, APPOINTMENTS, DEPLOYMENT)
#: What a standard, an observation or an account is about.
TOPICS = (*STREAMS, "other")
RECORDS, AUDITS, PRACTICE, STAFF, PEOPLE, COMPLAINTS, INCIDENTS = SOURCES = (
    "records", "audits", "practice", "staff", "people", "complaints", "incidents",
)  # fmt: skip
GOOD, MIXED, POOR, SILENT = VERDICTS = ("good", "mixed", "poor", "silent")

Values = Mapping[str, Any]


def by_share(met: int, of: int, good_percent: float) -> str:
    """Good from `good_percent` on; under it poor. Nothing looked at is silence, not success."""
    return SILENT if not of else GOOD if met * 100 >= good_percent * of else POOR


def by_scores(scores: Sequence[int], number: Number = by_default) -> str:
    """Of answers from 1 to 5: poor where the mean is poor or anybody gave the worst, as the triggers have it."""
    if not scores:
        return SILENT
    if poor(scores, number):
        return POOR
    return GOOD if sum(scores) >= number("plan.good_mean") * len(scores) else MIXED


def by_count(count: int) -> str:
    """A complaint or an incident speaks against; that there was none proves nothing."""
    return POOR if count else SILENT


def disagree(verdicts: Iterable[str]) -> bool:
    """Whether one source says good where another says poor."""
    said = set(verdicts)
    return {GOOD, POOR} <= said


# ---- reading what records hold ----


def scores(rows: Iterable[Values]) -> list[int]:
    """The scores from 1 to 5 among these answers."""
    found = (each.get("score") for each in rows)
    return [int(score) for score in found if isinstance(score, (int, float)) and not isinstance(score, bool) and 1 <= score <= 5 and score == int(score)]


def practice(rows: Iterable[Values]) -> tuple[int, int]:
    """(met, observations that say whether it was met)."""
    said = [each["met"] for each in rows if each.get("met") in (True, False, "yes", "no")]
    return sum(met in (True, "yes") for met in said), len(said)


def audited(rows: Iterable[Values]) -> tuple[int, int]:
    """(entries that were right, entries looked at) over every answer of these audits that says yes or no."""
    return scoring.total(scoring.score(answer) for row in rows for answer in scoring.answers(row))


def stream_of(kind: str, values: Values) -> str | None:
    """The stream that a record speaks of; None where it is none of the three."""
    if kind == "feedback":
        return next((stream for stream in STREAMS if values.get("theme") in THEMES[stream]), None)
    if kind == "incident":
        # Staffing first: what happened because nobody was there is no matter of drinks.
        return DEPLOYMENT if values.get("staffing_related") in (True, "yes") else HYDRATION if values.get("hydration_related") in (True, "yes") else None
    said = values.get({"audit": "template", "complaint": "about"}.get(kind, "topic"))
    return said if said in STREAMS else None
