"""What people, families and staff told us, theme by theme, in words and numbers: what the deputy manager draws the summary from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from server.improvement import store as plan_store
from server.pages import filed_view
from server.pages.names import Names
from server.pages.words import code, day, say
from server.records import store
from sync.rules import plan
from sync.rules import standing_beside as rules
from sync.rules.starts import STARTS
from sync.rules.triggers import THEMES, Number

#: Answers of a theme that are shown in people's own words.
SHOWN = 5
OTHER = "other"


def themes(c: Connection, home_id: int, zone: str, today: date, number: Number, names: Names) -> dict[str, Any]:
    """Each stream with its themes over the last weeks, beside as many days before, and the actions of the plan that it bears on."""
    span = number("plan.beside_days")
    first = today - timedelta(days=span - 1)
    rows = [row for row in store.of_days(c, home_id, (first - timedelta(days=span)).toordinal(), today.toordinal(), ("feedback",)) if not row.struck]
    lately, before = ([row for row in rows if (filed_view.on_day(row, zone) >= first) == now] for now in (True, False))
    actions = [row for row in plan_store.actions(c, home_id) if row.fields.get("status") != "closed"]
    return {
        "days": span, "from": first.isoformat(), "to": today.isoformat(), "n": len(lately),
        "unanswered": sum(not row.fields.get("replied_at") for row in lately),
        "streams": [
            {
                "code": stream, "name": say(f"filed.options.{stream}"),
                "themes": [_theme(theme, of, _of(before, stream).get(theme, ()), number, names, zone) for theme, of in _of(lately, stream).items()],
                "actions": [
                    {"href": f"/plan/{row.id}", "title": str(row.fields.get("baseline_issue") or say("plan.no_words")).rstrip(".")}
                    for row in actions
                    if stream in STARTS and set(STARTS[stream].measures) & set(plan.measures_of(row.fields))
                ],
            }
            for stream in (*THEMES, OTHER)
        ],
    }  # fmt: skip


def _of(rows: Sequence[store.RecordRow], stream: str) -> dict[str, list[store.RecordRow]]:
    """The answers of a stream by theme, most spoken of first; what belongs to no stream is the other one's."""
    found: dict[str, list[store.RecordRow]] = defaultdict(list)
    for row in rows:
        theme = row.fields.get("theme")
        if theme in THEMES.get(stream, ()) or (stream == OTHER and not any(theme in of for of in THEMES.values())):
            found[str(theme or OTHER)].append(row)
    return dict(sorted(found.items(), key=lambda each: -len(each[1])))


def _theme(theme: str, rows: list[store.RecordRow], before: Sequence[store.RecordRow], number: Number, names: Names, zone: str) -> dict[str, Any]:
    scores, waits = rules.scores(row.fields for row in rows), [wait for row in rows if isinstance(wait := row.fields.get("wait_minutes"), (int, float))]
    whose = Counter(_whose(row) for row in rows)
    return {
        "code": theme, "name": filed_view.code_words("feedback", "theme", theme), "n": len(rows), "before": len(before),
        "whose": ", ".join(f"{words} {n}" for words, n in whose.most_common()),
        "mean": _mean(scores), "mean_before": _mean(rules.scores(row.fields for row in before)), "wait": max(waits, default=None),
        "verdict": (verdict := rules.by_scores(scores, number)), "reads": say(f"beside.verdicts.{verdict}"),
        "unanswered": sum(not row.fields.get("replied_at") for row in rows),
        "words": [_said(row, names, zone) for row in reversed(rows[-SHOWN:])],
    }  # fmt: skip


def _mean(scores: list[int]) -> str:
    return f"{sum(scores) / len(scores):.1f}" if scores else "–"


def _whose(row: store.RecordRow) -> str:
    if row.fields.get("staff_role"):
        return code("roles", row.fields["staff_role"])
    return filed_view.code_words("feedback", "whose", row.fields["whose"]) if row.fields.get("whose") else say("feedback.somebody")


def _said(row: store.RecordRow, names: Names, zone: str) -> dict[str, Any]:
    """One answer in its own words; a member of staff stands there by their role alone."""
    person = names.resident(row.fields["resident"]) if row.fields.get("resident") and not row.fields.get("staff_role") else ""
    return {
        "href": f"/show-me/{row.id}", "words": str(row.fields.get("words") or ""), "on": day(filed_view.on_day(row, zone)),
        "by": ", ".join(filter(None, (person, _whose(row)))),
    }  # fmt: skip
