"""Who has read and understood each standard as it is worded now: how many of the staff, and who has not yet."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from server.pages import measures_view
from server.pages.words import say
from server.people import store as people_store
from server.records import store


def read_by(c: Connection, home_id: int, rows: Iterable[store.RecordRow], now_ms: int) -> dict[uuid.UUID, dict[str, Any]]:
    """Of each standard that stands: {says, waiting}. Whoever read an earlier wording has not read this one; whoever has left counts nowhere."""
    standing = {row.id: row for row in rows if not row.struck}
    staff = {str(each.id): each.name for each in people_store.staff_of(c, home_id) if not each.left(now_ms)}
    read: dict[uuid.UUID | None, set[str]] = defaultdict(set)
    for each in store.about(c, home_id, "standard_read", standing):
        if not each.struck and each.subject in standing and each.fields.get("version") == standing[each.subject].seq:
            read[each.subject].add(str(each.body["author"]))
    return {id_: _said(read[id_], staff) for id_ in standing}


def _said(read: set[str], staff: dict[str, str]) -> dict[str, Any]:
    waiting = [name for id_, name in staff.items() if id_ not in read]
    return {"says": say("filed.standard.read_by", figure=measures_view.said(len(staff) - len(waiting), len(staff))), "waiting": ", ".join(waiting)}
