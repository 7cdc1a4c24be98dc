"""The improvement plan as its pages show it: actions by quality area, what each needs, and where its measures stand."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from server.improvement import auditing, beside, filing, numbers
from server.improvement import store as plan_store
from server.improvement.beside import Side
from server.pages import audit_scores, beside_view, changes_view, chart_view, duties_view, measures_view
from server.pages.names import Names
from server.pages.words import code, date_text, from_text, say, when
from server.records import store
from sync.rules import plan, warning_signs
from sync.rules.duties import DUTIES
from sync.rules.framework import Framework
from sync.rules.starts import STARTS
from sync.rules.triggers import Number

#: The fields of an action that its history names.
NAMED = (
    "status", "baseline_issue", "source", "finding_ref", "risk", "risk_reason", "quality_area", "tags", "corrective_action", "owner", "deputy",
    "due_on", "measures", "target", "evidence_required", "difference_for_people", "review_every_days", "closed_by", "sustain_check_on",
)  # fmt: skip
# Static first, then what is the nominated individual's, then the graver risk.
_FIRST = (plan.STATIC, plan.WEAK_TWICE, plan.ESCALATED)
#: How the rounds of each duty went.
Duties = Mapping[str, Counter[str]]


@dataclass(frozen=True)
class Action:
    """An action with its reviews, oldest first, the series of each measure that it is bound to, the home's finished audits, its own
    numbers and its standards."""

    row: store.RecordRow
    reviews: list[store.RecordRow]
    series: Mapping[str, Sequence[plan_store.Day]]
    zone: str
    audits: list[store.RecordRow]
    number: Number
    seen: Mapping[str, int] = field(default_factory=dict)  # how often each rule saw something lately
    standards: Sequence[store.RecordRow] = ()

    @property
    def fields(self) -> dict[str, Any]:
        return self.row.fields

    @property
    def began(self) -> date:
        return plan_store.on_day(self.row, self.zone)

    @property
    def since(self) -> date:
        """The day from which evidence shows anything of it: its own, or that on which it was opened again."""
        return plan.ran_since(self.began, self.said())

    @property
    def streams(self) -> set[str]:
        """The streams whose measures it is bound to."""
        return {stream for stream, start in STARTS.items() if set(start.measures) & set(self.series)}

    def said(self) -> list[dict[str, Any]]:
        """The reviews as the rules read them."""
        return plan_store.said(self.reviews, self.zone)

    def reached(self) -> dict[str, plan.Reached]:
        """Where each of its measures stands against the action's own target."""
        target = plan.target_percent(self.fields)
        return {name: plan_store.reached(series, target, plan_store.rebases(self.reviews, name), self.number) for name, series in self.series.items()}

    def eyes(self, today: date) -> tuple[str, ...]:
        made = auditing.made_on(self.audits, self.series, self.zone)
        return plan.eyes(self.fields, self.said(), since=self.began, today=today, audited=made, number=self.number)

    def eye_words(self, today: date) -> list[str]:
        return [say(f"plan.eyes.{name}", days=self.number("plan.static_days")) for name in self.eyes(today)]

    @property
    def did(self) -> set[str]:
        """Everybody who ever owned it or stood in: none of them closes it."""
        told = self.row.body.get("history") or [{"fields": self.fields}]
        return {str(step["fields"][name]) for step in told for name in ("owner", "deputy") if step["fields"].get(name)}

    def duties(self, duties: Duties) -> dict[str, Counter[str]]:
        """The rounds of those duties that serve it: of its streams, and oversight's where it is an action of governance."""
        served = {*self.streams, self.fields.get("quality_area")}
        return {name: of for name, of in duties.items() if of and DUTIES[name].serves in served}


def actions(c: Connection, home_id: int, zone: str, today: date, only: uuid.UUID | None = None) -> list[Action]:
    """The home's actions, or the one that is asked for. Each measure's days are read once, whatever the number of actions."""
    rows = [row for row in plan_store.actions(c, home_id) if only in (None, row.id)]
    reviews = plan_store.reviews(c, home_id, [row.id for row in rows])
    bound = sorted({name for row in rows for name in plan.measures_of(row.fields)})
    series = {name: plan_store.history(c, home_id, name) for name in bound}
    made = auditing.finished(auditing.audits(c, home_id, today)) if rows else []
    number = numbers.of(c, home_id, zone, today)
    seen, standards = (_seen(c, home_id, today, number), plan_store.standards(c, home_id)) if bound else ({}, [])
    return [Action(row, reviews[row.id], _own(row, series, zone), zone, made, number, seen, standards) for row in rows]


def _own(row: store.RecordRow, series: Mapping[str, plan_store.Series], zone: str) -> dict[str, plan_store.Series]:
    """The days of an action's measures, as its own chart has them: from the weeks before it began."""
    since = charted_from(row, zone)
    return {name: series[name].since(since) for name in plan.measures_of(row.fields)}


def as_at(action: Action, on: date) -> Action | None:
    """An action that was open at the end of a day, with the reviews and audits that there were by then: what somebody did later makes
    it neither less static nor better evidenced on that day. None where it had not begun, or was closed."""
    if action.began > on:
        return None
    reviews = [row for row in action.reviews if plan_store.on_day(row, action.zone) <= on]
    decided = [row.fields.get("decision") for row in reviews if row.fields.get("decision") in (plan.CLOSE, plan.REOPEN, plan.OPEN_AGAIN)]
    later = len(reviews) < len(action.reviews)
    closed = decided[-1:] == [plan.CLOSE] if decided or later else action.fields.get("status") == "closed"
    if closed:
        return None
    made = [row for row in action.audits if (done := plan.read_day(row.fields.get("done_at"))) is None or done <= on]
    # Its status is that of today: by then it was open.
    fields = {**action.fields, "status": "open"} if action.fields.get("status") == "closed" else action.fields
    return replace(action, row=action.row._replace(body={**action.row.body, "fields": fields}), reviews=reviews, audits=made)


def charted_from(row: store.RecordRow, zone: str) -> date:
    """The day from which an action's chart counts points."""
    return plan_store.charted_from(plan_store.on_day(row, zone))


def _seen(c: Connection, home_id: int, today: date, number: Number) -> Mapping[str, int]:
    first = today - timedelta(days=number("plan.beside_days") - 1)
    rows = store.of_days(c, home_id, first.toordinal(), today.toordinal(), ("alert",))
    return warning_signs.counted(row.fields for row in rows if not row.struck)


def board(found: Sequence[Action], names: Names, today: date, duties: Duties) -> dict[str, Any]:
    """The plan's front: open actions by quality area, those that need an eye first, and closed ones that are still watched."""
    cards = [(each, card(each, names, today, duties)) for each in found]
    opened = sorted(((a, c) for a, c in cards if not c["closed"]), key=lambda each: _order(each[1]))
    areas = {area: [c for _, c in opened if c["area_code"] == area] for area in (*plan.AREAS, None)}
    return {
        "areas": [{"name": area_words(area), "cards": listed} for area, listed in areas.items() if listed],
        "closed": [c for _, c in cards if c["closed"]],
        "eyes": sum(bool(c["eyes"]) for _, c in cards),
        "none": not cards,
    }


def card(action: Action, names: Names, today: date, duties: Duties) -> dict[str, Any]:
    """One action in short, with its latest figures and their charts, and how many of the duties that serve it were missed."""
    fields, eyes = action.fields, action.eyes(today)
    area = fields.get("quality_area")
    risk = fields.get("risk")
    return {
        "id": action.row.id,
        "title": _title(action),
        "closed": fields.get("status") == "closed",
        "status": say(f"plan.status.{fields.get('status') or 'open'}"),
        "risk": risk if risk in plan.RISKS else None,
        "area_code": area if area in plan.AREAS else None,
        "area": area_words(area),
        "does": fields.get("corrective_action") or "",
        "owner": names.staff(fields.get("owner")) or say("plan.no_owner"),
        "deputy": names.staff(fields.get("deputy")),
        "due": date_text(fields.get("due_on")) or say("plan.no_date"),
        "target": target(fields),
        "baseline": baseline(fields),
        "tags": [str(tag) for tag in fields.get("tags") or ()],
        "eyes": action.eye_words(today),
        "eye_codes": eyes,
        "figures": figures(action),
        "missed": missed(action, duties),
        "signs": signs(action),
        "beside_words": say("beside.column", days=action.number("plan.beside_days")),
        "check_on": date_text(fields.get("sustain_check_on")),
    }


def missed(action: Action, duties: Duties) -> str:
    """'Duties missed in the last 28 days: 2 of 60. Late now: 1'; nothing where none that serves the action has fallen due."""
    of = sum(action.duties(duties).values(), Counter())
    late = [say("plan.duties_late", n=of[duties_view.LATE])] if of[duties_view.LATE] else []
    return ". ".join([say("plan.duties_missed", days=duties_view.COUNTED_DAYS, n=of[duties_view.MISSED], total=of.total()), *late]) if of else ""


def signs(action: Action) -> str:
    """'Warning signs in the last 28 days: Refusals without a reason 4, Advice not back in time 2'; nothing where none was seen."""
    found = [say("plan.sign", sign=code("rule", rule), n=n) for rule, n in warning_signs.of(action.streams, action.seen)]
    return say("plan.signs", days=action.number("plan.beside_days"), signs=", ".join(found)) if found else ""


def figures(action: Action) -> list[dict[str, Any]]:
    """Each measure of the action: its figure now, and its chart with what was changed."""
    goal = plan.target_percent(action.fields)
    rebased = {name: plan_store.rebases(action.reviews, name) for name in action.series}
    return [
        {
            **measures_view.line(name, series, action.number, rebased[name]),
            "chart": chart_view.chart(series, goal, rebased[name], _lines(action, name)),
        }
        for name, series in action.series.items()
    ]


def _lines(action: Action, name: str) -> list[tuple[date, str]]:
    return changes_view.lines(action.reviews, action.standards, name, action.zone)


def changed(action: Action) -> list[dict[str, Any]]:
    """What was changed in practice, the newest first: each change with where it stands, and how the measures went since."""
    return [
        {"on": date_text(each.on.isoformat()), "words": each.words, "shown": each.shown, "since": changes_view.judged(action.series, each.on)}
        for each in reversed(changes_view.all_of(action.reviews, action.standards, action.series, action.zone))
    ]


def target(fields: dict[str, Any]) -> str:
    """'95% by 22 January 2027'; words where none is set."""
    percent = plan.target_percent(fields)
    if percent is None:
        return say("plan.no_target")
    return say("plan.target_is", percent=f"{percent:g}", date=date_text(fields.get("due_on")) or say("plan.no_date"))


def baseline(fields: dict[str, Any]) -> str:
    """The figure at the start, marked as counted by hand: it is never a point on the chart."""
    n, of = fields.get("baseline_numerator"), fields.get("baseline_denominator")
    if n is None or not of:
        return say("plan.no_baseline")
    parts = [measures_view.said(int(n), int(of)), *(str(fields[name]) for name in ("baseline_period", "baseline_source") if fields.get(name))]
    return say("plan.baseline_is", figure=", ".join(parts))


def evidence(action: Action, today: date, sides: Sequence[Side] = ()) -> list[dict[str, Any]]:
    """The evidence named at the start against what is held, as the last review that weighed it says. `sides` are what the sources of
    the action's stream say by themselves: shown beside it."""
    held: dict[Any, dict[str, Any]] = {}
    for row, review in zip(action.reviews, action.said(), strict=True):
        held |= {each.get("id"): {**each, "on": review["on"], "review": row.id} for each in plan.weighed(review) if each.get("strength")}
    lines, made = [], audits(action)
    for each in plan.required(action.fields):
        last = held.get(each["id"])
        # Evidence is named in a home's own words: what speaks of an audit is held once an audit of the stream is made.
        here = made if each.get("category") == plan.PROCESSES and "audit" in str(each.get("what")).casefold() else []
        as_of = (plan.read_day(last.get("as_of")) or last["on"]) if last else None
        lines.append({
            "id": each["id"], "what": each.get("what") or "", "category": say(f"plan.category.{each['category']}") if each.get("category") in plan.CATEGORIES else "",
            "strength": say(f"plan.strength.{last['strength']}") if last and last["strength"] in plan.STRENGTHS else say("audits.not_weighed" if here else "plan.not_held"),
            "audits": here,
            "beside": beside_view.of_category(each.get("category") or "", sides),
            "lacking": not last or last["strength"] in (plan.WEAK, plan.AGAINST),
            "where": (last or {}).get("where") or "", "age": say("plan.days_old", n=(today - as_of).days) if as_of else "",
            "as_of": as_of.isoformat() if as_of else "", "review": last["review"] if last else None,
        })  # fmt: skip
    return lines


def audits(action: Action) -> list[dict[str, Any]]:
    """The last finished audit of each stream that the action is bound to, with its score over the weeks."""
    return audit_scores.latest(action.audits, action.series, action.zone)


def sides(c: Connection, home_id: int, action: Action, today: date) -> list[Side]:
    """What each source says of the streams whose measures the action is bound to."""
    bound = action.streams
    return [each for stream, found in beside.lately(c, home_id, today, action.number).items() if stream in bound for each in found] if bound else []


def questions(found: Sequence[Action], names: Names, today: date, duties: Duties) -> dict[str, Any]:
    """What a leader is asked: the current risks, the evidence gaps, the closure decisions."""
    opened = [each for each in found if each.fields.get("status") != "closed"]
    gaps = [(each, [line for line in evidence(each, today) if line["lacking"]]) for each in opened]
    decided = [(each, row) for each in found for row in each.reviews if row.fields.get("decision") in (plan.CLOSE, plan.REOPEN, *plan.CHECKS)]
    cards = sorted((card(each, names, today, duties) for each in opened), key=_order)
    return {
        "risks": [each for each in cards if each["risk"] == plan.RISKS[0] or each["eyes"]],
        "gaps": [{"id": each.row.id, "title": _title(each), "lines": lines} for each, lines in gaps if lines or not plan.required(each.fields)],
        "closures": [
            {"id": each.row.id, "title": _title(each), **_review(row, names, each)}
            for each, row in sorted(decided, key=lambda one: (one[1].occurred_ms, one[1].id), reverse=True)
        ],
    }  # fmt: skip


def by_question(found: Sequence[Action], framework: Framework, names: Names, today: date) -> list[dict[str, Any]]:
    """Every key question with its open actions, each under every question that one of its tags meets; last those that meet none."""
    opened = [(each, framework.placed(each.fields.get("tags") or ())) for each in found if each.fields.get("status") != "closed"]

    def short(action: Action, statements: Sequence[Any]) -> dict[str, Any]:
        # Figures and charts are on the board and on the action: here it is where it stands in the framework.
        return {
            "id": action.row.id, "title": _title(action).rstrip("."), "owner": names.staff(action.fields.get("owner")) or say("plan.no_owner"),
            "statements": [each.name for each in statements], "eyes": action.eye_words(today),
        }  # fmt: skip

    lines = [
        {"name": question.name, "actions": [short(each, placed[question.code]) for each, placed in opened if question.code in placed]}
        for question in framework.questions
    ]
    nowhere = [short(each, ()) for each, placed in opened if not placed]
    return [*lines, *([{"name": say("framework.none"), "actions": nowhere}] if nowhere else [])]


def facts(action: Action, names: Names, tag_named: Callable[[str], str]) -> list[tuple[str, str]]:
    """What was said of the action when it was written, line by line. `tag_named` gives the words for a tag."""
    fields = action.fields
    lines = [
        ("source", fields.get("source")), ("finding_ref", fields.get("finding_ref")), ("risk_reason", fields.get("risk_reason")),
        ("baseline", baseline(fields)), ("corrective_action", fields.get("corrective_action")), ("owner", names.staff(fields.get("owner"))),
        ("deputy", names.staff(fields.get("deputy"))), ("target", target(fields)), ("difference_for_people", fields.get("difference_for_people")),
        ("tags", "; ".join(tag_named(str(tag)) for tag in fields.get("tags") or ())), ("closed_by", names.staff(fields.get("closed_by"))),
        ("sustain_check_on", date_text(fields.get("sustain_check_on"))),
    ]  # fmt: skip
    return [(say(f"plan.fields.{name}"), str(value)) for name, value in lines if value]


def review_lines(action: Action, names: Names) -> list[dict[str, Any]]:
    """Every review, newest first."""
    return [_review(row, names, action) for row in reversed(action.reviews)]


def _review(row: store.RecordRow, names: Names, action: Action) -> dict[str, Any]:
    fields, decision = row.fields, row.fields.get("decision")
    known = {*plan.DECISIONS, *plan.CHECKS, plan.REOPEN}
    figures = [
        say("plan.figure_then", measure=say(f"measures.names.{each['measure']}"), percent=measures_view.whole(each["percent"]))
        for each in fields.get("figures") or ()
        if isinstance(each, dict) and each.get("percent") is not None and each.get("measure") in measures_view.MEASURES
    ]
    figures += [str(each["says"]) for each in fields.get("figures") or () if isinstance(each, dict) and each.get("says")]
    lines = [(say(f"plan.fields.{name}"), str(fields[name])) for name in ("challenge", "intervened_by", "protection", "learning") if fields.get(name)]
    changed = [
        " ".join([
            say("plan.changed_on", what=each.get("what") or "", date=date_text(str(each.get("on") or ""))),
            *(changes_view.judged(action.series, on) if (on := plan.read_day(each.get("on"))) else ()),
        ])
        for each in fields.get("changed") or () if isinstance(each, dict)
    ]  # fmt: skip
    weighed = [
        say("plan.weighed", what=each.get("what") or "", strength=say(f"plan.strength.{each['strength']}"))
        for each in plan.weighed(fields) if each.get("strength") in plan.STRENGTHS
    ]  # fmt: skip
    return {
        "id": row.id,
        "on": date_text(plan_store.on_day(row, action.zone).isoformat()),
        "by": names.staff(row.body["author"]),
        "decision": say(f"plan.decision.{_word(fields)}") if decision in known else str(decision or ""),
        "figures": figures,
        "weighed": weighed,
        "changed": changed,
        "lines": lines,
        "next": date_text(fields.get("next_review_on")),
    }


def _word(review: Mapping[str, Any]) -> str:
    """The word for what a review decided: a concern that is back opens an action again, and so does a figure that fell."""
    decision = str(review["decision"])
    return "concern_back" if decision == plan.REOPEN and review.get("trigger") else decision


def history(row: store.RecordRow, names: Names, zone: str) -> list[dict[str, str]]:
    """Who wrote each version of the action and which parts of it, newest first."""
    told = row.body.get("history") or [{**row.body, "fields": row.fields}]
    return [
        {
            "when": when(from_text(step["recorded_at"]), zone),
            "by": names.staff(step["author"]),
            "fields": ", ".join(say(f"plan.fields.{name}") for name in NAMED if name in step["fields"]),
        }
        for step in reversed(told)
    ]


def seen(action: Action) -> str:
    return filing.seen(action.row)


def _title(action: Action) -> str:
    return action.fields.get("baseline_issue") or say("plan.no_words")


def _order(found: dict[str, Any]) -> tuple[int, int]:
    first = next((n for n, name in enumerate(_FIRST) if name in found["eye_codes"]), len(_FIRST))
    return first, plan.RISKS.index(found["risk"]) if found["risk"] else len(plan.RISKS)


def area_words(code: Any) -> str:
    """A quality area in words."""
    return say(f"plan.area.{code}") if code in plan.AREAS else say("plan.other_area")
