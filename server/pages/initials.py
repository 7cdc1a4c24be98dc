"""Names as initials, for whoever is shown the evidence and need not know the people: a pack, and a guest of the home.

Two people with the same initials are told apart by a number, in the order in which they came.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import g
from sqlalchemy import Connection

from server.pages.names import Names
from server.pages.store import as_id
from server.pages.words import say
from server.people import store as people_store


@dataclass
class Initials(Names):
    """As `Names`, but nobody's name. Places and tablets keep theirs."""

    _people: dict[uuid.UUID, str] = field(default_factory=dict)
    _workers: dict[uuid.UUID, str] = field(default_factory=dict)

    def staff(self, value: Any) -> str:
        """A member of staff's initials; Tidemark's own name for its actor."""
        if not self._workers:
            known = sorted(people_store.staff_list(self.home_id), key=lambda one: one.id)
            self._workers = numbered((one.id, one.name) for one in known)
        id_ = as_id(value)
        return self._workers.get(id_) or super().staff(value)

    def author(self, body: dict[str, Any]) -> str:
        """As for names; a typed name is shortened too."""
        return super().author({**body, "author_name": initials(body["author_name"])} if body.get("author_name") else body)

    def resident(self, value: Any) -> str:
        """A resident's initials."""
        if not self._people:
            self._people = numbered((id_, row.fields.get("preferred_name") or "") for id_, row in self.residents().items())
        return self._people.get(as_id(value)) or say("names.unknown_resident")


def initials(name: str) -> str:
    """'EV' of 'Edith Vane'."""
    return "".join(part[0].upper() for part in name.split() if part[0].isalnum())


def numbered(people: Iterable[tuple[uuid.UUID, str]]) -> dict[uuid.UUID, str]:
    """Each person's initials, 'EV', then 'EV 2'."""
    seen: dict[str, int] = {}
    found = {}
    for id_, name in people:
        short = initials(name)
        seen[short] = seen.get(short, 0) + 1
        found[id_] = short if seen[short] == 1 else f"{short} {seen[short]}"
    return found


def names_for(c: Connection) -> Names:
    """Names as the person on this page is shown them."""
    return (Initials if g.person.initials else Names)(c, g.person.home_id)
