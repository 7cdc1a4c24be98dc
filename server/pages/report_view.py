"""The monthly governance report in words: drafted from the month's records, in sections of plain lines that can be signed and kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from server.improvement.monthly import Facts, Month
from server.improvement.store import Total
from server.pages import beside_view, filed_view, measures_view, plan_view
from server.pages.names import Names
from server.pages.words import code, date_text, say
from server.pages.words import day as day_words
from server.records import store
from sync.rules import plan
from sync.rules import standing_beside as rules
from sync.rules.plan import CLOSE, ESCALATE, REOPEN

Section = dict[str, Any]


def title(month: Month) -> str:
    """'October 2026'."""
    return f"{say(f'months.{month.first.month}')} {month.first.year}"


def draft(month: Month, facts: Facts, found: Sequence[plan_view.Action]) -> list[Section]:
    """Sections {title, lines}. Every section stands, also where it has nothing to tell: then it says so."""
    held: tuple[tuple[str, Callable[[], list[str]]], ...] = (
        ("measures", lambda: [_measure(name, *totals) for name, totals in facts.measures.items()]),
        ("plan", lambda: _plan(month, facts, found)),
        ("triggers", lambda: _triggers(facts)),
        ("beside", lambda: [say("report.disagree", stream=line["name"], says=line["says"]) for line in beside_view.streams(facts.sides) if line["disagree"]]),
        ("alerts", lambda: _counted("report.unhandled", (code("rule", row.fields.get("rule")) for row in facts.unhandled))),
        ("duties", lambda: _counted("report.missed", (_duty(row) for row in facts.missed))),
        ("incidents", lambda: _incidents(facts)),
        ("complaints", lambda: _complaints(facts)),
        ("minutes", lambda: [say("report.challenge", date=date_text(row.fields.get("held_on")), says=_first(row)) for row in facts.minutes]),
        ("gaps", lambda: gaps(month, facts, found)),
    )  # fmt: skip
    return [{"name": name, "title": say(f"report.sections.{name}"), "lines": lines() or [say(f"report.none.{name}")]} for name, lines in held]


def kept(sections: Sequence[Section]) -> list[Section]:
    """What of a draft is signed: its text."""
    return [{"title": each["title"], "lines": each["lines"]} for each in sections]


def signature(row: store.RecordRow, names: Names, zone: str) -> dict[str, Any]:
    """A signed report: who, when, what they decided, and the text as it stood."""
    return {
        "id": row.id, "by": names.staff(row.body["author"]), "on": day_words(filed_view.on_day(row, zone)),
        "decision": say(f"report.decision.{row.fields['decision']}"), "words": row.fields["words"],
        "sections": [each for each in row.fields.get("sections") or () if isinstance(each, dict)],
    }  # fmt: skip


# ---- sections ----


def _measure(name: str, now: Total, before: Total) -> str:
    key = "report.measure" if now.percent is not None else "report.measure_none"
    late = say("report.late", figure=measures_view.said(now.in_the_end, now.denominator)) if now.in_the_end != now.numerator else ""
    said = say(key, measure=say(f"measures.names.{name}"), now=measures_view.said(now.numerator, now.denominator), before=measures_view.said(before.numerator, before.denominator))
    return " ".join(each for each in (said, late) if each)


def _plan(month: Month, facts: Facts, found: Sequence[plan_view.Action]) -> list[str]:
    """Static actions first: they are what a report hides most easily."""
    then = [standing for each in found if (standing := plan_view.as_at(each, month.last)) is not None]
    static = [each for each in then if plan.STATIC in each.eyes(month.last)]
    return [
        *(say("report.static", action=_issue(each.row), days=each.number("plan.static_days")) for each in static),
        *(say("report.opened", action=_issue(row)) for row in facts.opened),
        *(say(f"report.decided.{decision}", action=_issue(row)) for decision in facts.decided for row, _ in facts.decided[decision]),
    ]  # fmt: skip


def _triggers(facts: Facts) -> list[str]:
    opened = [say("report.trigger_opened", why=row.fields.get("finding_ref") or "") for row in facts.opened if row.fields.get("trigger")]
    return opened + [say("report.trigger_escalated", why=each.fields.get("challenge") or "") for _, each in facts.decided[ESCALATE] if each.fields.get("trigger")]


def _counted(key: str, named: Any) -> list[str]:
    return [say(key, what=what, n=n) for what, n in Counter(named).most_common()]


def _duty(row: store.RecordRow) -> str:
    return say("report.duty", duty=say(f"duties.names.{row.fields['what']}"), role=code("roles", row.fields.get("role")))


def _incidents(facts: Facts) -> list[str]:
    lines = _counted("report.incident", (filed_view.code_words("incident", "type", row.fields.get("type")) for row in facts.incidents))
    for what in ("staffing_related", "hydration_related"):
        if n := sum(row.fields.get(what) in (True, "yes") for row in facts.incidents):
            lines.append(say(f"report.{what}", n=n, of=len(facts.incidents)))
    return lines


def _complaints(facts: Facts) -> list[str]:
    lines = _counted("report.complaint", (filed_view.code_words("complaint", "about", row.fields.get("about")) for row in facts.complaints))
    waiting = sum(not row.fields.get("answered_at") for row in facts.complaints)
    return [*lines, *([say("report.unanswered", n=waiting)] if waiting else [])]


def gaps(month: Month, facts: Facts, found: Sequence[plan_view.Action]) -> list[str]:
    """What could not be evidenced: no figure, no second source, or evidence that was named and is not held."""
    lines = [say("report.gap.measure", measure=say(f"measures.names.{name}")) for name, (now, _) in facts.measures.items() if now.percent is None]
    for stream, sides in facts.sides.items():
        silent = [say(f"beside.sources.{each.source}") for each in sides if each.verdict == rules.SILENT and each.source in (rules.AUDITS, rules.PRACTICE, rules.STAFF, rules.PEOPLE)]
        if silent:
            lines.append(say("report.gap.sources", stream=say(f"filed.options.{stream}"), sources=", ".join(silent)))
    for each in (standing for one in found if (standing := plan_view.as_at(one, month.last)) is not None):
        lacking = [line["what"] for line in plan_view.evidence(each, month.last) if line["lacking"]]
        if lacking:
            lines.append(say("report.gap.evidence", action=_issue(each.row), what="; ".join(lacking)))
    return lines


def _issue(row: store.RecordRow) -> str:
    return str(row.fields.get("baseline_issue") or say("plan.no_words")).rstrip(".")


def _first(row: store.RecordRow) -> str:
    return str(row.fields.get("words") or "")
