"""Weekly audits: the sample drawn by the server, and what somebody found in it.

An audit is one record, whose id follows from the home, the template and the round of the duty that it does: whoever asks for the
sample, and however often, the same sample stands. It looks at the seven care days before its round, which are over and closed.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from server.db import reading
from server.improvement.audit_sources import SOURCES, Week
from server.people.store import Home
from server.problems import Problem
from server.records import intake, store
from server.wire import rfc3339
from sync import days
from sync.audits import TEMPLATES, Template, drawing, scoring
from sync.fields import time_ms

KIND = "audit"
WEEK = timedelta(days=7)
#: Care days over which audits are listed and scores shown: half a year.
SHOWN_DAYS = 182


def audit_id(home: uuid.UUID, template: str, round_: str) -> uuid.UUID:
    """The record of one audit. `round_` is the Monday that the duty's round begins on."""
    return uuid.uuid5(home, f"{KIND}/{template}/{round_}")


def audits(c: Connection, home_id: int, today: date, back_days: int = SHOWN_DAYS) -> list[store.RecordRow]:
    """The home's audits of the last half year, or of fewer days, oldest first."""
    last = today.toordinal() + 1
    return [row for row in store.records(c, home_id, KIND, days=(last - back_days, last)) if not row.struck]


def draw(home: Home, template: Template, round_: str, *, by: uuid.UUID, now_ms: int) -> uuid.UUID:
    """Draw the sample of a round, where it is not drawn yet; returns the audit's id. `by` asked for it, and chose nothing."""
    id_, begins = audit_id(home.uuid, template.name, round_), date.fromisoformat(round_)
    first, last = begins - WEEK, begins - timedelta(days=1)
    seed = drawing.seed(home.secret.hex(), template.name, round_)
    sample: list[dict[str, Any]] = []
    drawn_from: dict[str, dict[str, Any]] = {}
    with reading() as c:
        if store.record(c, home.id, id_) is not None:
            return id_
        week = Week(c, home, first, last)
        for source in template.sources:
            held = SOURCES[template.name, source](week)
            drawn_from[source] = {"of": len(held), "signs": dict(sorted(Counter(sign for each in held for sign in each.signs).items()))}
            sample += [_item(source, pick) for pick in drawing.draw(seed, source, held)]
    fields = {
        "template": template.name, "version": template.version, "round": round_, "from": first.isoformat(), "to": last.isoformat(),
        "due_on": (begins + WEEK - timedelta(days=1)).isoformat(), "sample": sample, "seed": seed, "drawn_from": drawn_from,
        "drawn_at": rfc3339(now_ms), "drawn_for": str(by),
    }  # fmt: skip
    _write(home.id, intake.Statement(record=id_, id=id_, kind=KIND, fields=fields, occurred_ms=now_ms), now_ms, "system")
    return id_


def _item(source: str, pick: drawing.Pick) -> dict[str, Any]:
    one = pick.candidate
    item = {"id": f"{source}-{one.id}", "source": source, "kind": one.kind, "record": one.record, "because": list(pick.because)}
    return item | ({"day": one.day} if one.day else {})


def answer(
    home_id: int, row: store.RecordRow, said: list[dict[str, Any]], shown: str, *, reason: str | None, by: uuid.UUID, now_ms: int
) -> bool:  # fmt: skip
    """What somebody found, or a correction of it with its reason, in one submission. `shown` are the heads that their form was
    about. Returns whether somebody else had answered meanwhile: then both stand, side by side. Raises Problem: moved_on."""
    with reading() as c:
        now = store.record(c, home_id, row.id)
    heads = tuple(shown.split())
    if now is None or now.struck or not heads or not set(heads) <= _steps(now).keys():
        raise Problem("moved_on")
    fields: dict[str, Any] = {"answers": said, "sources_covered": scoring.covered(said)}
    # When it was made is when it was answered first: a correction makes no audit late.
    fields |= {"correction_reason": reason} if answered(now, shown) else {"done_at": rfc3339(now_ms), "done_by": str(by)}
    made = intake.Statement(record=row.id, kind=KIND, fields=fields, occurred_ms=now_ms, author=by, parents=heads)
    _write(home_id, made, now_ms, "page")
    return set(heads) != set(now.body["heads"])


def answered(row: store.RecordRow, shown: str) -> bool:
    """Whether the version with these heads was answered already: whoever writes on top of it corrects it."""
    steps = _steps(row)
    return any("answers" in steps[head] for head in shown.split() if head in steps)


def versions(row: store.RecordRow) -> list[Mapping[str, Any]]:
    """What each of several auditors found who did not know of each other: {value: answers, author}; nothing where they agree."""
    return row.body["conflicts"].get("answers", [])


def finished(rows: Iterable[store.RecordRow]) -> list[store.RecordRow]:
    """Those that somebody has answered."""
    return [row for row in rows if scoring.done(row.fields)]


def made_on(rows: Iterable[store.RecordRow], measures: Iterable[str], zone: str) -> list[date]:
    """The care days on which audits that bear on one of these measures were made."""
    bound = set(measures)
    names = {template.name for template in TEMPLATES.values() if not bound.isdisjoint(template.measures)}
    told = (time_ms(str(row.fields.get("done_at") or "")) for row in rows if row.fields.get("template") in names)
    return [days.care_day(days.from_ms(ms), zone) for ms in told if ms is not None]


def _steps(row: store.RecordRow) -> dict[str, Mapping[str, Any]]:
    """What each submission about the audit set, by its id."""
    told = row.body.get("history")
    return {step["submission"]: step["fields"] for step in told} if told else {head: row.fields for head in row.body["heads"]}


def _write(home_id: int, made: intake.Statement, now_ms: int, origin: str) -> None:
    if intake.write(home_id, [made], now_ms=now_ms, origin=origin)[0].status not in ("accepted", "duplicate"):
        raise Problem("not_decided")
