"""What the plan's pages ask: figures by day, actions, and the reviews of each. Cost depends on the days shown, never on the history."""

from __future__ import annotations

import uuid
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, func, select

from server import fast
from server.improvement.tables import measure_day
from server.records import store
from sync.days import care_day, from_ms
from sync.measures import MEASURES
from sync.measures.figure import percent
from sync.rules import xmr
from sync.rules.plan import Reached
from sync.rules.triggers import Number

ACTION, REVIEW, STANDARD = "improvement_action", "review", "standard"
#: Care days on a chart, and days before an action from which its own chart begins: what it is to change.
CHART_DAYS, BASELINE_DAYS = 84, 28


@dataclass(frozen=True)
class Day:
    """One care day of a measure. `first` is (numerator, denominator) as it was first told; `changed_rows` came since."""

    on: date
    numerator: int
    denominator: int
    in_the_end: int
    left_out: int
    first: tuple[int, int]
    changed_rows: int
    worked_out_ms: int

    @property
    def percent(self) -> float | None:
        return percent(self.numerator, self.denominator)

    @property
    def changed(self) -> bool:
        """Whether what is told now differs from what was told first."""
        return self.first != (self.numerator, self.denominator)


_DAY = (
    measure_day.c.day, measure_day.c.numerator, measure_day.c.denominator, measure_day.c.in_the_end, measure_day.c.left_out,
    measure_day.c.first_numerator, measure_day.c.first_denominator, measure_day.c.changed_rows, measure_day.c.worked_out_ms,
)  # fmt: skip


def _day(row: Any) -> Day:
    return Day(
        date.fromordinal(row.day), row.numerator, row.denominator, row.in_the_end, row.left_out,
        (row.first_numerator, row.first_denominator), row.changed_rows, row.worked_out_ms,
    )  # fmt: skip


def series(c: Connection, home_id: int, measure: str, *, limit: int = CHART_DAYS) -> list[Day]:
    """The last care days of a measure, oldest first."""
    mine = (measure_day.c.home_id == home_id) & (measure_day.c.measure == measure)
    rows = c.execute(select(*_DAY).where(mine).order_by(measure_day.c.day.desc()).limit(limit)).all()
    return [_day(row) for row in reversed(rows)]


@dataclass(frozen=True)
class Series(Sequence[Day]):
    """The last care days of a measure, oldest first. `before` are the days before those on which anything was due, (ordinal, numerator,
    denominator). Its chart has the days from `begins` on: limits rest on the first of them and on what reviews rebased, and not on
    which days happen to be shown."""

    days: tuple[Day, ...]
    before: tuple[tuple[int, int, int], ...] = ()
    begins: date = date.min

    def __getitem__(self, place: Any) -> Any:
        return self.days[place]

    def __len__(self) -> int:
        return len(self.days)

    def since(self, on: date) -> Series:
        """The same for a chart that begins on a later day."""
        return Series(self.days, self.before[bisect_left(self.before, (on.toordinal(),)) :], on)


def history(c: Connection, home_id: int, measure: str) -> Series:
    """A measure's last days, and every day before them from its first on."""
    days = series(c, home_id, measure)
    return Series(tuple(days), tuple(earlier(c, home_id, measure, days[0].on)) if days else ())


def earlier(c: Connection, home_id: int, measure: str, on: date) -> list[tuple[int, int, int]]:
    """(ordinal, numerator, denominator) of each day before `on` on which anything was due, oldest first."""
    where = "home_id = ? AND measure = ? AND day < ? AND denominator > 0 ORDER BY day"
    return fast.select_where(c, ("day", "numerator", "denominator"), measure_day, where, (home_id, measure, on.toordinal()))


def charted_from(began: date) -> date:
    """The day on which the chart of an action begins."""
    return began - timedelta(days=BASELINE_DAYS)


def day(c: Connection, home_id: int, measure: str, on: date) -> tuple[Day, dict[str, Any]] | None:
    """One day with its detail {misses: [{missed, in_the_end, about}], left_out: {why: count}}; None where there is no figure."""
    query = select(*_DAY, measure_day.c.detail).where(
        measure_day.c.home_id == home_id, measure_day.c.measure == measure, measure_day.c.day == on.toordinal()
    )
    row = c.execute(query).first()
    return None if row is None else (_day(row), orjson.loads(row.detail))


def between(c: Connection, home_id: int, measure: str, first: date, last: date) -> list[tuple[Day, dict[str, Any]]]:
    """The care days from `first` to `last` of a measure, oldest first, each with its detail as `day` gives it."""
    query = select(*_DAY, measure_day.c.detail).where(
        measure_day.c.home_id == home_id, measure_day.c.measure == measure, measure_day.c.day.between(first.toordinal(), last.toordinal())
    )
    return [(_day(row), orjson.loads(row.detail)) for row in c.execute(query.order_by(measure_day.c.day))]


def details(c: Connection, home_id: int, measure: str, first: int) -> list[dict[str, Any]]:
    """The detail of every day of a measure from the ordinal `first` on."""
    mine = (measure_day.c.home_id == home_id) & (measure_day.c.measure == measure) & (measure_day.c.day >= first)
    return [orjson.loads(text) for text in c.execute(select(measure_day.c.detail).where(mine).order_by(measure_day.c.day)).scalars()]


# ---- what a series comes to ----


@dataclass(frozen=True)
class Total:
    """Several days as one: cases added, percentages never averaged."""

    numerator: int
    denominator: int
    in_the_end: int

    @property
    def percent(self) -> float | None:
        return percent(self.numerator, self.denominator)


def total(days: Iterable[Day]) -> Total:
    """The days' figures added up."""
    listed = list(days)
    return Total(sum(d.numerator for d in listed), sum(d.denominator for d in listed), sum(d.in_the_end for d in listed))


def totals(c: Connection, home_id: int, first: date, last: date) -> dict[str, Total]:
    """Each measure's care days from `first` to `last` added up, in one question; a measure without a day is (0, 0, 0)."""
    kept = measure_day.c
    query = (
        select(kept.measure, func.sum(kept.numerator), func.sum(kept.denominator), func.sum(kept.in_the_end))
        .where(kept.home_id == home_id, kept.measure.in_(list(MEASURES)), kept.day.between(first.toordinal(), last.toordinal()))
        .group_by(kept.measure)
    )
    found = {row[0]: Total(*(int(value) for value in row[1:])) for row in c.execute(query)}
    return {name: found.get(name, Total(0, 0, 0)) for name in MEASURES}


def judged(c: Connection, home_id: int, number: Number, today: date) -> dict[str, Total]:
    """Each measure over the days that it is judged on, as `lately` has them, in one question: a day settles sooner in one measure than
    in another, so that each has its own last days."""
    kept, most = measure_day.c, number("plan.judged_days")
    first = today.toordinal() - most - max(each.settles_hours for each in MEASURES.values()) // 24 - 2
    query = select(kept.measure, *_DAY).where(kept.home_id == home_id, kept.measure.in_(list(MEASURES)), kept.day >= first).order_by(kept.day)
    found: dict[str, list[Day]] = {name: [] for name in MEASURES}
    for row in c.execute(query):
        found[row.measure].append(_day(row))
    return {name: total(lately(days, number)) for name, days in found.items()}


def charted(days: Sequence[Day]) -> list[Day]:
    """The days of a chart, those on which anything was due: a day without is no point, neither 0 % nor 100 %."""
    begins = days.begins if isinstance(days, Series) else date.min
    return [each for each in days if each.denominator and each.on >= begins]


def chart(days: Sequence[Day], target: float | None, rebased: Iterable[date] = ()) -> xmr.Chart | None:
    """The XmR chart of the days on which anything was due; new limits from the days in `rebased`. Of a `Series` the limits rest on
    all its days, and its last are told: what is said of a day stays the same however many come after it."""
    points = charted(days)
    if len(points) < xmr.DRAW_POINTS:
        return None
    every = [*(days.before if isinstance(days, Series) else ()), *((each.on.toordinal(), each.numerator, each.denominator) for each in points)]
    places = [bisect_left(every, (on.toordinal(),)) for on in rebased]
    return xmr.chart([100 * met / due for _, met, due in every], target=target, rebase_at=places, last=len(points))


def lately(days: Sequence[Day], number: Number) -> Sequence[Day]:
    """The last care days: those that a measure is judged on."""
    return days[-number("plan.judged_days") :]


def reached(days: Sequence[Day], target: float | None, rebased: Iterable[date], number: Number) -> Reached:
    """Where a measure stands: the days that it is judged on, and the icons of its chart."""
    found = chart(days, target, rebased)
    return Reached(total(lately(days, number)).percent, found.variation if found else None, found.assurance if found else None)


# ---- actions ----


def actions(c: Connection, home_id: int) -> list[store.RecordRow]:
    """Every action of the home's plan, oldest first."""
    return [row for row in store.records(c, home_id, ACTION) if not row.struck]


def reviews(c: Connection, home_id: int, of: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[store.RecordRow]]:
    """The reviews of each of these actions, oldest first."""
    found: dict[uuid.UUID, list[store.RecordRow]] = defaultdict(list)
    for row in store.about(c, home_id, REVIEW, list(of)):
        if not row.struck and row.subject is not None:
            found[row.subject].append(row)
    return found


def standards(c: Connection, home_id: int) -> list[store.RecordRow]:
    """The home's standards, oldest first."""
    return [row for row in store.records(c, home_id, STANDARD) if not row.struck]


def said(rows: Iterable[store.RecordRow], zone: str) -> list[dict[str, Any]]:
    """Reviews as the rules read them: their fields, and the care day `on` which each was made."""
    return [{**row.fields, "on": on_day(row, zone)} for row in rows]


def on_day(row: store.RecordRow, zone: str) -> date:
    """The care day on which an action began, or a review was made."""
    return care_day(from_ms(row.occurred_ms), zone)


def rebases(rows: Iterable[store.RecordRow], measure: str) -> list[date]:
    """The days from which reviews began new limits for a measure."""
    return sorted(
        date.fromisoformat(str(each["on"])[:10])
        for row in rows
        for each in row.fields.get("changed") or ()
        if isinstance(each, dict) and measure in (each.get("rebases") or ()) and each.get("on")
    )
