"""What the last restores kept of who may come in, and what somebody must do again: on Staff and on Tablets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import orjson
from sqlalchemy import Connection

from server.pages import store as pages_store
from server.pages.words import DAY_MS, say, when
from server.people.store import Staff
from server.records import store

# Long enough for a manager who was away to see it; after that it is history, and stands in the ledger's page alone.
SHOWN_MS = 14 * DAY_MS
OF_STAFF = ("ended", "pins", "passwords", "gone", "roles")
OF_TABLETS = ("tablets_added", "tablets_ended")


def of_staff(c: Connection, home_id: int, zone: str, now: int, everybody: Iterable[Staff]) -> list[dict[str, Any]]:
    """What each restore of the last fortnight did to people. Whoever was added again is no longer asked for."""
    names = {str(person.id): person.name for person in everybody}
    here = {name.casefold() for name in names.values()}

    def named(what: str, ids: list[str]) -> list[str]:
        if what == "gone":
            return [name for name in ids if name.casefold() not in here]
        return [names[id_] for id_ in ids if id_ in names]

    return _notes(c, home_id, zone, now, OF_STAFF, named)


def of_tablets(c: Connection, home_id: int, zone: str, now: int) -> list[dict[str, Any]]:
    """What each restore of the last fortnight did to tablets and phones."""
    names = {str(id_): name for id_, name in pages_store.device_names(c, home_id).items()}
    return _notes(c, home_id, zone, now, OF_TABLETS, lambda _, ids: [names[id_] for id_ in ids if id_ in names])


def _notes(
    c: Connection, home_id: int, zone: str, now: int, groups: tuple[str, ...], named: Callable[[str, list[str]], list[str]]
) -> list[dict[str, Any]]:
    notes = []
    for life in store.lives(c, home_id)[1:]:
        if life.began_ms < now - SHOWN_MS:
            continue
        told = orjson.loads(life.carried) if life.carried else {}
        found = {what: named(what, told[what]) for what in groups if what in told}
        lines = [say(f"after_restore.{what}", names=", ".join(sorted(people))) for what, people in found.items() if people]
        # A restore on an empty machine: what came after the backup is not known here at all.
        if life.carried is None:
            lines = [say("after_restore.unknown")]
        if lines:
            notes.append({"heading": say("after_restore.heading", when=when(life.began_ms, zone, now)), "lines": lines})
    return notes
