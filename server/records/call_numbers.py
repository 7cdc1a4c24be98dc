"""The home's numbers to call: read for the lock screen, the pages and the paper list; changed by a manager, by name."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from server.db import reading
from server.people.store import Home
from server.records import intake, store
from sync.kinds.call_number import UNIT, WHOSE

KIND = "call_number"
#: What a phone can dial: digits, with the signs that people write between them.
_NUMBER = re.compile(r"\+?[0-9()][0-9 ()-]{1,22}[0-9]")


class CallNumber(NamedTuple):
    """`unit` is None for a number that is no unit's; `number` is as it was typed."""

    whose: str
    unit: str | None
    number: str


def is_number(text: str) -> bool:
    """Whether a phone could dial it."""
    return _NUMBER.fullmatch(text) is not None


def numbers(c: Connection, home_id: int) -> list[CallNumber]:
    """The numbers that are set: units by name, then the on-call manager's, then the provider's."""
    found = [
        CallNumber(row.fields["whose"], row.fields.get("unit"), row.fields["number"])
        for row in store.records(c, home_id, KIND)
        if not row.struck and row.fields.get("number")
    ]
    return sorted(found, key=lambda one: (WHOSE.index(one.whose), one.unit or ""))


def change(home: Home, wanted: Mapping[tuple[str, str | None], str], *, by: uuid.UUID, now_ms: int) -> int:
    """Set these numbers, "" for none, by whose they are and the unit. What is the same already is not written again.
    Returns how many changed."""
    with reading() as c:
        known = {(row.fields["whose"], row.fields.get("unit")): row for row in store.records(c, home.id, KIND) if not row.struck}
    stated = []
    for (whose, unit), number in wanted.items():
        row = known.get((whose, unit))
        if number == ((row.fields.get("number") if row else None) or ""):
            continue
        # One record a phone: the first time creates it, under an id that two managers at once would give it; any other corrects it.
        id_ = row.id if row else uuid.uuid5(home.uuid, f"{KIND}:{whose}:{unit or ''}")
        fields = {"whose": whose, "number": number or None, **({"unit": unit} if whose == UNIT else {})}
        stated.append(intake.Statement(
            record=id_, id=None if row else id_, kind=KIND, fields=fields, occurred_ms=now_ms, author=by,
        ))  # fmt: skip
    if not stated:
        return 0
    return sum(result.status == "accepted" for result in intake.write(home.id, stated, now_ms=now_ms, origin="page"))
