"""Which system is the home's record of what: read for the pages and the evidence pack; said by a manager, by type of entry."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from sqlalchemy import Connection

from server.db import reading
from server.people.store import Home
from server.records import intake, store
from sync.kinds.record_system import OF

KIND = "record_system"


def elsewhere(c: Connection, home_id: int) -> dict[str, str]:
    """The other systems that are the home's record, by type of entry, in the order in which types are shown."""
    said = {row.fields["of"]: row.fields["system"] for row in store.records(c, home_id, KIND) if not row.struck and row.fields.get("system")}
    return {of: said[of] for of in OF if of in said}


def change(home: Home, wanted: Mapping[str, str], *, by: uuid.UUID, now_ms: int) -> int:
    """Say of these types which system is the record, "" for Tidemark. What is the same already is not written again.
    Returns how many changed."""
    with reading() as c:
        known = {row.fields["of"]: row for row in store.records(c, home.id, KIND) if not row.struck}
    stated = []
    for of, system in wanted.items():
        row = known.get(of)
        if system == ((row.fields.get("system") if row else None) or ""):
            continue
        # One record a type: the first time creates it, under an id that two managers at once would give it; any other changes it.
        id_ = row.id if row else uuid.uuid5(home.uuid, f"{KIND}:{of}")
        stated.append(intake.Statement(
            record=id_, id=None if row else id_, kind=KIND, fields={"of": of, "system": system or None}, occurred_ms=now_ms, author=by,
        ))  # fmt: skip
    if not stated:
        return 0
    return sum(result.status == "accepted" for result in intake.write(home.id, stated, now_ms=now_ms, origin="page"))
