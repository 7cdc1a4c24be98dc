"""Names of people and places as a page shows them: staff by id, residents by id, tablets by id."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from server.pages import store as pages_store
from server.pages.store import as_id
from server.pages.words import say
from server.people import store as people_store
from server.records import store


@dataclass
class Names:
    """Looks names up in one home, each table once a page."""

    c: Connection
    home_id: int
    _staff: dict[uuid.UUID, str] = field(default_factory=dict)
    _residents: dict[uuid.UUID, store.RecordRow] = field(default_factory=dict)
    _devices: dict[uuid.UUID, str] = field(default_factory=dict)

    def staff(self, value: Any) -> str:
        """A member of staff's name; Tidemark's own for its actor; plain words for somebody this home does not know."""
        if not self._staff:
            self._staff = {person.id: person.name for person in people_store.staff_list(self.home_id)}
            self._staff[people_store.home(self.home_id).tidemark] = say("alert.tidemark")
        id_ = as_id(value)
        return self._staff.get(id_, say("names.unknown_staff")) if id_ else ""

    def author(self, body: dict[str, Any]) -> str:
        """Who wrote a submission or a change: the person, or the name that was typed in an emergency.

        Whoever asked not to be named is named on no page: only the ledger holds it.
        """
        if (body.get("fields") or {}).get("anonymous") is True:
            return say("names.unnamed")
        if body.get("author"):
            return self.staff(body["author"])
        return say("names.typed", name=body["author_name"]) if body.get("author_name") else say("names.unknown_staff")

    def residents(self) -> dict[uuid.UUID, store.RecordRow]:
        """Every resident's record by id, people who have left too."""
        if not self._residents:
            self._residents = {row.id: row for row in store.records(self.c, self.home_id, "resident")}
        return self._residents

    def resident(self, value: Any) -> str:
        """A resident's preferred name."""
        row = self.residents().get(as_id(value))
        return (row.fields.get("preferred_name") if row else None) or say("names.unknown_resident")

    def place(self, value: Any) -> str:
        """A resident's unit and room."""
        row = self.residents().get(as_id(value))
        if row is None:
            return ""
        unit, room = row.fields.get("unit"), row.fields.get("room")
        return ", ".join([*([unit] if unit else []), *([say("names.room", room=room)] if room else [])])

    def device(self, value: Any) -> str:
        """A tablet's or phone's name; the pages themselves for what was written here."""
        if not self._devices:
            self._devices = pages_store.device_names(self.c, self.home_id)
        return self._devices.get(as_id(value), "")
