"""What different sources say of each stream, in words: streams whose sources disagree come first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.improvement import beside
from server.improvement.beside import Side
from server.pages import measures_view
from server.pages.words import say
from sync.rules import standing_beside as rules
from sync.rules.plan import EXPERIENCE, OBSERVATION, OUTCOMES, PROCESSES, STAFF
from sync.rules.triggers import Number

#: Where each source's own records are.
HREFS = {
    rules.AUDITS: "/audits", rules.PRACTICE: "/observations", rules.STAFF: "/staff-accounts", rules.PEOPLE: "/feedback", rules.COMPLAINTS: "/complaints",
    rules.INCIDENTS: "/incidents",
}  # fmt: skip
#: Which sources are evidence of each category (domain.md 5b). A complaint is people's own word; an incident is an outcome.
CATEGORIES = {
    EXPERIENCE: (rules.PEOPLE, rules.COMPLAINTS), STAFF: (rules.STAFF,), OBSERVATION: (rules.PRACTICE,), PROCESSES: (rules.RECORDS, rules.AUDITS),
    OUTCOMES: (rules.INCIDENTS,),
}  # fmt: skip


def streams(found: Mapping[str, list[Side]]) -> list[dict[str, Any]]:
    """Each stream with what every source says, those that disagree first."""
    lines = [
        {
            "name": say(f"filed.options.{stream}"),
            "disagree": beside.disagree(sides),
            "says": disagreement(sides),
            "lines": [{"source": source(each), "says": said(each), "verdict": say(f"beside.verdicts.{each.verdict}"), "code": each.verdict, "href": href(each)} for each in sides],
        }
        for stream, sides in found.items()
    ]
    return sorted(lines, key=lambda each: not each["disagree"])


def key(number: Number) -> str:
    """From which of the home's own numbers each source reads good."""
    asked = {name: f"{number(f'plan.{name}'):g}" for name in ("good_audit_percent", "good_practice_percent", "good_mean", "feedback_worst")}
    return say("beside.key", **asked)


def disagreement(sides: list[Side]) -> str:
    """'Some say good: …. Others say poor: ….'; nothing where they agree."""
    if not beside.disagree(sides):
        return ""
    good, poor = ("; ".join(f"{source(each)}: {said(each)}" for each in sides if each.verdict == verdict) for verdict in (rules.GOOD, rules.POOR))
    return say("beside.disagree", good=good, poor=poor)


def source(side: Side) -> str:
    return say(f"measures.names.{side.measure}") if side.measure else say(f"beside.sources.{side.source}")


def said(side: Side) -> str:
    """'19 of 20 (95%)', 'mean 2.4 of 5 from 7 answers', '3'."""
    if side.source in (rules.COMPLAINTS, rules.INCIDENTS):
        return str(side.n)
    if not side.of:
        return say("beside.nothing")
    if side.mean is not None:
        return say("beside.mean", mean=f"{side.mean:.1f}", n=side.of) if side.of > 1 else say("beside.mean_one", mean=f"{side.mean:.1f}")
    return measures_view.said(side.n, side.of)


def href(side: Side) -> str:
    return f"/measures/{side.measure}" if side.measure else HREFS[side.source]


def of_category(category: str, found: list[Side]) -> list[dict[str, str]]:
    """What the records of the last weeks hold of an evidence category: shown beside what a review says is held."""
    return [{"says": say("beside.held", source=source(each), figure=said(each)), "href": href(each)} for each in found if each.source in CATEGORIES.get(category, ()) and (each.of or each.n)]
