"""The evidence pack as tables: the one source of the page, the PDF, the CSV files and the workbook.

Cells are text or whole numbers. What one table adds up can be added up again from another: the days from the misses, the measures
and the actions' figures from the days, the hours from the looks, the people from the entries.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from server.improvement import auditing
from server.improvement import pack as packs
from server.improvement import store as plan_store
from server.improvement.pack import Pack
from server.pages import entries, hours_view, measures_view, pack_audits, pack_gaps, plan_view
from server.pages.names import Names
from server.pages.sheets import Cell
from server.pages.words import code, date_text, from_text, say, when
from server.records import store
from sync import days
from sync.measures.figure import percent
from sync.rules import plan

Rows = list[tuple[Cell, ...]]


@dataclass(frozen=True)
class Table:
    """One table. Its words are `pages.pack.tables.<name>` and `pages.pack.columns.<column>`; the longest stand in files alone."""

    name: str
    columns: tuple[str, ...]
    rows: Rows
    shown: bool = True


def tables(pack: Pack, names: Names) -> list[Table]:
    """Every table of the pack, in the order in which it is read."""
    refs = {row.id: f"A{n}" for n, row in enumerate(pack.actions, 1)}
    today = days.care_day(days.from_ms(pack.now_ms), pack.home.zone)
    found = [_action(pack, row) for row in pack.actions]
    return [
        Table("gaps", ("about", "gap"), pack_gaps.gaps(pack, found, refs, names, today)),
        Table("actions", _ACTIONS, [_action_row(each, refs, names) for each in found]),
        Table("action_figures", _FIGURES, [row for each in found for row in _figures(each, refs)]),
        Table("evidence", ("action", "what", "category", "held", "where", "as_of"), [
            (refs[each.row.id], line["what"], line["category"], line["strength"], line["where"], line["as_of"])
            for each in found for line in plan_view.evidence(each, today)
        ]),
        Table("reviews", ("action", "on", "by", "decision", "says", "row"), [row for each in found for row in _reviews(each, refs, names)]),
        Table("measures", _MEASURES, [_measure_row(name, told) for name, told in pack.days.items()]),
        Table("left_out", ("measure", "day", "why", "n"), [
            (_measure(name), day.on.isoformat(), say(f"measures.left_out.{why}"), n)
            for name, told in pack.days.items() for day, detail in told for why, n in sorted(detail["left_out"].items())
        ]),
        Table("by_hour", hours_view.COLUMNS, list(hours_view.lines(pack.by_hour)) if pack.by_hour.looks or pack.by_hour.incidents else []),
        Table("people", _PEOPLE, _people(pack, names)),
        Table("audits", pack_audits.AUDITS, list(pack_audits.lines(pack, names))),
        Table("answers", pack_audits.ANSWERS, list(pack_audits.answers(pack))),
        Table("beside", ("kind", "n"), [(code("kinds", kind), len(pack.beside[kind])) for kind in packs.BESIDE]),
        Table("minutes", ("meeting", "held_on", "type", "by", "words", "answered", "row"), [_minute(row, pack.home.zone, names) for row in pack.beside["minute"]]),
        Table("sampled", _SAMPLED, list(_sampled(pack, names))),
        Table("measure_days", _DAYS, list(_days(pack, names))),
        Table("days_before", ("measure", "day", "numerator", "denominator"), [
            (_measure(name), date.fromordinal(day).isoformat(), met, due) for name, listed in pack.before.items() for day, met, due in listed
        ], shown=False),
        Table("misses", ("measure", "day", "who", "what", "why", "in_the_end"), list(_misses(pack, names)), shown=False),
        Table("hour_entries", hours_view.ROWS, list(hours_view.entries(pack.by_hour)), shown=False),
        Table("entries", _ENTRIES, list(_entries(pack, names)), shown=False),
    ]  # fmt: skip


# ---- the plan ----

_ACTIONS = ("action", "baseline_issue", "area", "risk", "status", "owner", "due", "baseline_n", "baseline_of", "baseline_period", "baseline_source",
            "target_percent", "does", "difference", "row")  # fmt: skip
_FIGURES = ("action", "measure", "first", "last", "numerator", "denominator", "percent", "target_percent", "charted_from", "says")


def _action(pack: Pack, row: store.RecordRow) -> plan_view.Action:
    """An action with its measures' days of the pack alone: what stands in the pack can be counted again from it."""
    since = plan_view.charted_from(row, pack.home.zone)
    bound = {name: packs.series(pack, name, since) for name in plan.measures_of(row.fields) if name in pack.days}
    return plan_view.Action(row, pack.reviews[row.id], bound, pack.home.zone, auditing.finished(pack.beside["audit"]), pack.number)


def _action_row(each: plan_view.Action, refs: dict, names: Names) -> tuple[Cell, ...]:
    fields = each.fields
    counted = [int(value) if isinstance(value := fields.get(name), (int, float)) else None for name in ("baseline_numerator", "baseline_denominator")]
    return (
        refs[each.row.id], _text(fields.get("baseline_issue")), plan_view.area_words(fields.get("quality_area")), say(f"plan.risk.{fields['risk']}") if fields.get("risk") in plan.RISKS else "",
        say(f"plan.status.{fields.get('status') or 'open'}"), names.staff(fields.get("owner")), date_text(fields.get("due_on")), *counted,
        _text(fields.get("baseline_period")), _text(fields.get("baseline_source")), _percent(plan.target_percent(fields)),
        _text(fields.get("corrective_action")), _text(fields.get("difference_for_people")), each.row.seq,
    )  # fmt: skip


def _figures(each: plan_view.Action, refs: dict) -> Iterator[tuple[Cell, ...]]:
    target, reached = plan.target_percent(each.fields), each.reached()
    for name, series in each.series.items():
        lately = plan_store.lately(series, each.number)
        whole = plan_store.total(lately)
        says = say(f"measures.variation.{reached[name].variation}") if reached[name].variation else say("measures.not_enough")
        yield (
            refs[each.row.id], _measure(name), lately[0].on.isoformat() if lately else None, lately[-1].on.isoformat() if lately else None,
            whole.numerator, whole.denominator, _percent(whole.percent), _percent(target),
            plan_view.charted_from(each.row, each.zone).isoformat(), says,
        )  # fmt: skip


def _reviews(each: plan_view.Action, refs: dict, names: Names) -> Iterator[tuple[Cell, ...]]:
    told = plan_view.review_lines(each, names)
    for row, line in zip(reversed(each.reviews), told, strict=True):
        words = [*line["figures"], *line["weighed"], *line["changed"], *(f"{label}: {value}." for label, value in line["lines"])]
        yield refs[each.row.id], line["on"], line["by"], line["decision"], " ".join(words), row.seq


# ---- the measures ----

_MEASURES = ("measure", "days", "numerator", "denominator", "percent", "in_the_end", "percent_in_the_end", "missed", "left_out", "days_changed")
_DAYS = ("measure", "day", "numerator", "denominator", "in_the_end", "left_out", "first_numerator", "first_denominator", "changed_rows", "who")


def _measure_row(name: str, told: list[tuple[plan_store.Day, dict[str, Any]]]) -> tuple[Cell, ...]:
    listed = [day for day, _ in told]
    whole = plan_store.total(listed)
    share = percent(whole.in_the_end, whole.denominator)
    return (
        _measure(name), len(listed), whole.numerator, whole.denominator, _percent(whole.percent), whole.in_the_end, _percent(share),
        whole.denominator - whole.numerator, sum(day.left_out for day in listed), sum(day.changed for day in listed),
    )  # fmt: skip


def _said(pack: Pack, names: Names) -> Iterator[tuple[str, date, dict[str, Any]]]:
    for name, told in pack.days.items():
        for day, detail in told:
            for each in detail["misses"]:
                yield name, day.on, measures_view.miss(name, day.on, each, names, pack.home.zone)


def _misses(pack: Pack, names: Names) -> Iterator[tuple[Cell, ...]]:
    for name, on, line in _said(pack, names):
        yield _measure(name), on.isoformat(), line["who"], line["what"], line["why"], int(bool(line["late"]))


def _days(pack: Pack, names: Names) -> Iterator[tuple[Cell, ...]]:
    """Each day with everybody who had a miss, and what was missed; what was told first where that has changed."""
    found: dict[tuple[str, date], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, on, line in _said(pack, names):
        found[name, on][line["who"]].append(line["what"])
    for name, told in pack.days.items():
        for day, _ in told:
            who = "; ".join(f"{person}: {', '.join(what)}" if all(what) else person for person, what in found[name, day.on].items())
            first = (*day.first, day.changed_rows) if day.changed else (None, None, None)
            yield _measure(name), day.on.isoformat(), day.numerator, day.denominator, day.in_the_end, day.left_out, *first, who


# ---- the entries ----

_PEOPLE = ("person", "place", "entries", "struck", "changed", "late", "drunk_ml")
_ENTRIES = ("record", "person", "day", "occurred", "recorded", "by", "outcome", "drunk_ml", "late", "changed", "struck", "row")
_SAMPLED = ("entry", "person", "occurred", "recorded", "late", "by", "says", "row", "seal", "holds")


def _entries(pack: Pack, names: Names) -> Iterator[tuple[Cell, ...]]:
    writers: dict[Any, str] = {}
    people: dict[Any, str] = {}
    for row in pack.entries:
        body, fields = row.body, row.fields
        writer = body["author"] or body.get("author_name")
        if writer not in writers:
            writers[writer] = names.author({**body, "fields": {}})
        if row.subject not in people:
            people[row.subject] = names.resident(row.subject)
        drunk = fields.get("drunk_ml")
        yield (
            str(row.id), people[row.subject], date.fromordinal(row.day).isoformat() if row.day else None, body["occurred_at"], body["recorded_at"],
            writers[writer], fields.get("outcome"), drunk if isinstance(drunk, int) else None, int(row.id in pack.late),
            int(packs.changed(row)), int(row.struck), row.seq,
        )  # fmt: skip


def _people(pack: Pack, names: Names) -> Rows:
    counted: dict[Any, Counter] = defaultdict(Counter)
    for row in pack.entries:
        mine, drunk = counted[row.subject], row.fields.get("drunk_ml")
        mine["entries"] += 1
        mine["struck"] += row.struck
        mine["changed"] += packs.changed(row)
        mine["late"] += row.id in pack.late
        mine["drunk_ml"] += drunk if isinstance(drunk, int) and not row.struck else 0
    rows: Rows = [(names.resident(id_), names.place(id_), *(mine[name] for name in _PEOPLE[2:])) for id_, mine in counted.items()]
    whole = sum(counted.values(), Counter())
    return sorted(rows, key=lambda row: str(row[0])) + ([(say("pack.all"), "", *(whole[name] for name in _PEOPLE[2:]))] if rows else [])


def _sampled(pack: Pack, names: Names) -> Iterator[tuple[Cell, ...]]:
    """Every row that the ledger holds of each drawn entry, with what it set and whether it stands as it was written."""
    zone = pack.home.zone
    for n, row in enumerate(pack.drawn, 1):
        said = pack.rows[row.id]
        for each, step in zip(said, entries.history(said, zone, names), strict=True):
            lines = [f"{line['field']}: {line['now']}" if line["was"] is None else say("pack.from_to", **line) for line in step["lines"]]
            lines += [say("pack.because", reason=step["reason"])] if step["reason"] else []
            proof = pack.proofs[each.seq]
            yield (
                f"E{n}", names.resident(row.subject), when(row.occurred_ms, zone), step["when"], _yes(row.id in pack.late), step["who"],
                ". ".join(lines), each.seq, proof.hash, say("show_me.holds") if proof.wrong is None else say("show_me.broken"),
            )  # fmt: skip


# ---- what stands beside ----


def _minute(row: store.RecordRow, zone: str, names: Names) -> tuple[Cell, ...]:
    fields = row.fields
    answered = when(from_text(fields.get("answered_at")), zone) if fields.get("answered_at") else ""
    return (
        _text(fields.get("meeting")), date_text(fields.get("held_on")) or _on(row, zone), code("type", fields.get("type")), names.author(row.body),
        _text(fields.get("words")), answered, row.seq,
    )  # fmt: skip


def _on(row: store.RecordRow, zone: str) -> str:
    return days.care_day(days.from_ms(row.occurred_ms), zone).isoformat()


def _measure(name: str) -> str:
    return say(f"measures.names.{name}")


def _percent(share: float | None) -> int | None:
    return None if share is None else measures_view.whole(share)


def _yes(value: bool) -> str:
    return say("person.yes") if value else say("person.no")


def _text(value: Any) -> str:
    return "" if value is None else str(value)
