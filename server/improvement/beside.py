"""What records, audits, watched practice, staff, people, complaints and incidents say of each stream over the same weeks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from server.improvement import numbers
from server.improvement import store as plan_store
from server.improvement.store import Total
from server.people import store as people_store
from server.records import store
from sync.measures import MEASURES
from sync.rules import standing_beside as rules
from sync.rules.starts import STARTS
from sync.rules.triggers import Number

#: What stands beside the measures.
KINDS = ("audit", "practice_observation", "staff_account", "feedback", "complaint", "incident")


@dataclass(frozen=True)
class Side:
    """What one source says: `n` of `of` were right, or the mean of `of` scores, or `n` were counted. `measure` names the measure
    where the source is the records."""

    source: str
    verdict: str
    n: int
    of: int
    mean: float | None = None
    measure: str | None = None


def sides(c: Connection, home_id: int, first: date, last: date) -> dict[str, list[Side]]:
    """Each stream's sources over the care days `first` to `last`. One question for the records, one for the
    home's numbers and one for the measures."""
    held: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in store.of_days(c, home_id, first.toordinal(), last.toordinal(), KINDS):
        if not row.struck and (stream := rules.stream_of(row.kind, row.fields)) is not None:
            held[stream, row.kind].append(row.fields)
    number = numbers.of(c, home_id, people_store.home(home_id).zone, last)
    totals = plan_store.totals(c, home_id, first, last)
    return {
        stream: [
            *(_measure(name, totals[name]) for name in STARTS[stream].measures),
            _share(rules.AUDITS, *rules.audited(held[stream, "audit"]), number("plan.good_audit_percent")),
            _share(rules.PRACTICE, *rules.practice(held[stream, "practice_observation"]), number("plan.good_practice_percent")),
            _scores(rules.STAFF, held[stream, "staff_account"] + [each for each in held[stream, "feedback"] if each.get("staff_role")], number),
            _scores(rules.PEOPLE, [each for each in held[stream, "feedback"] if not each.get("staff_role")], number),
            *(Side(source, rules.by_count(n), n, n) for source, n in (
                (rules.COMPLAINTS, len(held[stream, "complaint"])), (rules.INCIDENTS, len(held[stream, "incident"])),
            )),
        ]
        for stream in rules.STREAMS
    }  # fmt: skip


def lately(c: Connection, home_id: int, today: date, number: Number) -> dict[str, list[Side]]:
    """The same over the last weeks."""
    return sides(c, home_id, today - timedelta(days=number("plan.beside_days") - 1), today)


def disagree(found: list[Side]) -> bool:
    """Whether one of a stream's sources says good where another says poor."""
    return rules.disagree(each.verdict for each in found)


def _measure(name: str, total: Total) -> Side:
    return Side(rules.RECORDS, rules.by_share(total.numerator, total.denominator, MEASURES[name].target_percent), total.numerator, total.denominator, measure=name)


def _share(source: str, met: int, of: int, good: float) -> Side:
    return Side(source, rules.by_share(met, of, good), met, of)


def _scores(source: str, rows: list[dict[str, Any]], number: Number) -> Side:
    scores = rules.scores(rows)
    return Side(source, rules.by_scores(scores, number), 0, len(scores), sum(scores) / len(scores) if scores else None)
