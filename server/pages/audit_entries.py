"""The entries in an audit's sample: what each is called in a list, where it opens, and everything that was recorded about it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from server.improvement.audit_sources import PERSON_DAY
from server.pages import entries as shown_entries
from server.pages import store as pages_store
from server.pages.names import Names
from server.pages.store import as_id
from server.pages.words import code, date_text, from_text, say, shift_words, when
from server.records import store
from sync import audits
from sync.audits import gaming, scoring
from sync.rules.plan import read_day

#: What the page of a person's day shows of it; its drinks have a page of their own.
_OF_A_DAY = ("appointment", "daily_note", "care_review_note", "contact", "incident")
#: Fields that say when something happens, where that is not when it was written.
_HAPPENED = ("starts_at", "appointment_at", "happened_at")
#: Days around a shift in which what names it was written.
_NEAR_DAYS = 14
#: Fields that hold a name of somebody, and those that say nothing to a reader.
_PEOPLE = frozenset({"resident", "performed_by", "owner", "staff", "checked_by", "key_worker", "done_by", "asked_by", "allocated_by", "verified_by"})
_SILENT = frozenset({"correction_reason", "anonymous"})


@dataclass
class Entries:
    """The sample of one audit, its records read once."""

    c: Connection
    home_id: int
    zone: str
    audit: store.RecordRow
    names: Names
    now_ms: int
    _sample: list[Mapping[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self._sample = scoring.sample(self.audit.fields)

    @cached_property
    def rows(self) -> dict[uuid.UUID, store.RecordRow]:
        wanted = {id_ for each in self._sample if (id_ := as_id(each.get("record"))) is not None}
        return store.records_by_id(self.c, self.home_id, wanted)

    # ---- in the list ----

    def item(self, drawn: Mapping[str, Any]) -> dict[str, Any]:
        """One entry of the sample: its name, where it opens, and why it was added to the draw where it was."""
        signs = [say(f"audits.sign.{sign}") for sign in drawn.get("because") or () if sign in gaming.SIGNS]
        return {"id": drawn["id"], "name": self._name(drawn), "href": self._href(drawn), "signs": signs}

    def _name(self, drawn: Mapping[str, Any]) -> str:
        row = self.rows.get(as_id(drawn.get("record")))
        if row is None:
            return say("audits.gone")
        if drawn["kind"] == PERSON_DAY:
            return ", ".join((self.names.resident(row.id), date_text(drawn.get("day"))))
        if row.kind == "resident":
            return self.names.resident(row.id)
        fields = row.fields
        what = {
            "alert": lambda: code("rule", fields.get("rule")),
            "appointment": lambda: code("visit_types", fields.get("type")),
            "appointment_outcome": lambda: code("attendance", fields.get("attendance")),
            "incident": lambda: code("incident_types", fields.get("type")),
        }.get(row.kind, lambda: code("kinds", row.kind))()
        whose = [self.names.resident(row.subject)] if row.subject in self.names.residents() and fields.get("anonymous") is not True else []
        if fields.get("shift"):
            return ", ".join([what, shift_words(fields["shift"]), *([str(fields["unit"])] if fields.get("unit") else [])])
        at_ms = next((ms for name in _HAPPENED if (ms := from_text(fields.get(name))) is not None), row.occurred_ms)
        return ", ".join([*whose, what, when(at_ms, self.zone)])

    def _href(self, drawn: Mapping[str, Any]) -> str:
        if drawn["source"] == audits.CHARTS and drawn.get("day"):
            return f"/measures/complete_monitoring/{drawn['day']}/{drawn['record']}"
        return f"/alerts/{drawn['record']}" if drawn["kind"] == "alert" else f"/audits/{self.audit.id}/entries/{drawn['id']}"

    # ---- opened ----

    def open(self, id_: str) -> dict[str, Any] | None:
        """Everything that was recorded about one entry, as it was first written and with every change; None for no such entry."""
        drawn = next((each for each in self._sample if each["id"] == id_), None)
        row = self.rows.get(as_id(drawn.get("record"))) if drawn else None
        if drawn is None or row is None:
            return None
        listed = [each for each in self._about(drawn, row) if not each.struck or each.id == row.id]
        said = pages_store.submissions(self.c, self.home_id, [each.id for each in listed])
        return {"name": self._name(drawn), "source": say(f"audits.sources.{drawn['source']}"), "records": [self._record(each, said.get(each.id, [])) for each in listed]}

    def _about(self, drawn: Mapping[str, Any], row: store.RecordRow) -> list[store.RecordRow]:
        """The record itself, and those that belong to it."""
        if drawn["kind"] == PERSON_DAY:
            on = read_day(drawn.get("day"))
            day = on.toordinal() if on else 0
            own = [each for kind in _OF_A_DAY for each in self._of(kind, [row.id], (day, day))]
            return [*own, *self._of("appointment_outcome", [each.id for each in own if each.kind == "appointment"])]
        if row.kind == "resident":
            return self._of("dependency_score", [row.id])[::-1]
        if row.kind == "shift_sample":
            return [row, *self._of_shift(row)]
        if row.kind == "appointment":
            outcomes = self._of("appointment_outcome", [row.id])
            return [row, *outcomes, *self._of("follow_up", [row.id, *(each.id for each in outcomes)])]
        if row.kind == "appointment_outcome":
            visit = store.records_by_id(self.c, self.home_id, [row.subject] if row.subject else [])
            return [*visit.values(), row, *self._of("follow_up", [row.id, *visit])]
        return [row]

    def _of(self, kind: str, subjects: Iterable[uuid.UUID], span: tuple[int, int] | None = None) -> list[store.RecordRow]:
        return store.about(self.c, self.home_id, kind, list(subjects), days=span)

    def _of_shift(self, row: store.RecordRow) -> list[store.RecordRow]:
        shift, unit, day = row.fields.get("shift"), row.fields.get("unit"), row.day or 0
        near = store.of_days(self.c, self.home_id, day - _NEAR_DAYS, day + _NEAR_DAYS, ("allocation", "deployment_observation"))
        return [each for each in near if each.fields.get("shift") == shift and unit in (None, each.fields.get("unit"))]

    def _record(self, row: store.RecordRow, said: list[store.LedgerRow]) -> dict[str, Any]:
        unnamed = row.fields.get("anonymous") is True
        steps = shown_entries.history(said, self.zone, self.names) if len(said) > 1 else []
        return {
            "kind": code("kinds", row.kind),
            "when": when(row.occurred_ms, self.zone),
            "by": self.names.author(row.body),
            "struck": row.struck,
            "lines": [(code("fields", name), self._shown(name, value)) for name, value in row.fields.items() if self._tells(name, value, unnamed)],
            "history": [step | {"who": say("names.unnamed")} if unnamed else step for step in steps],
        }

    def _tells(self, name: str, value: Any, unnamed: bool) -> bool:
        """Whether a field says something to a reader: bare ids of other records do not, nor who spoke where they asked not to be named."""
        if value in (None, "", []) or name in _SILENT or (unnamed and name in _PEOPLE):
            return False
        return name in _PEOPLE or as_id(value) is None

    def _shown(self, name: str, value: Any) -> str:
        if name in _PEOPLE and name != "resident":
            return ", ".join(self.names.staff(each) if as_id(each) else str(each) for each in (value if isinstance(value, list) else [value]))
        return shift_words(value) if name == "shift" else shown_entries.shown(name, value, self.zone, self.names)
