"""Take in a rescue file: the queue of a tablet that can no longer send, brought by a manager.

The rows are the tablet's own and are judged as if it had sent them: each needs its own grant. Sending is the tablet's act
and this is a person's, so the tablet's limits do not count here and nothing is noted as heard from it.
"""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Any

from server.db import reading
from server.people import grants, home_keys
from server.people import store as people
from server.problems import Problem
from server.records import body, intake, sealed
from server.records.entries import Result

FORMAT = 1
#: A tablet keeps at most 35 days or 20 MB of sealed copies (protocol.md, Rewind), and its queue beside them.
MOST_BYTES = 64 * 1024 * 1024
#: Rows taken in by one transaction.
BATCH = 500


@dataclass(frozen=True)
class Rescued:
    """What became of a file's rows, in the file's order."""

    device: uuid.UUID
    results: list[Result]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows ended in each status."""
        found = Counter(result.status for result in self.results)
        return {status: found[status] for status in ("accepted", "duplicate", "quarantined", "retry")}


@dataclass(frozen=True)
class File:
    """A rescue file whose outside is in order."""

    home: uuid.UUID
    device: uuid.UUID
    keys: dict[str, Any]
    rows: list[Any]


def read(raw: bytes) -> File:
    """The file in these bytes. One row that cannot be read costs no other. Raises Problem rescue_unreadable, rescue_large."""
    if len(raw) > MOST_BYTES:
        raise Problem("rescue_large")
    try:
        said = body.read(raw)
    except Problem:
        raise Problem("rescue_unreadable") from None
    home, device, keys, rows = _id(said.get("home")), _id(said.get("device")), said.get("keys"), said.get("submissions")
    right = type(said.get("tidemark_rescue")) is int and said["tidemark_rescue"] == FORMAT
    if not right or home is None or device is None or not isinstance(rows, list) or not isinstance(keys or {}, dict):
        raise Problem("rescue_unreadable")
    return File(home, device, keys or {}, rows)


def take(home: people.Home, file: File, *, now_ms: int) -> Rescued:
    """Take in every row of a file of this home, in batches. Repeating it is free of harm.

    A tablet whose access was ended is taken; one that is not listed is listed again where a grant in the file shows that
    this home knew it. Raises Problem rescue_other_home, rescue_other_tablet.
    """
    if file.home != home.uuid:
        raise Problem("rescue_other_home")
    device = _device(home, file, now_ms)
    results: list[Result] = []
    for start in range(0, len(file.rows), BATCH):
        rows = file.rows[start : start + BATCH]
        results += intake.submit(home.id, device, rows, now_ms=now_ms, keys=file.keys, carried=True)
    return Rescued(file.device, results)


def _device(home: people.Home, file: File, now_ms: int) -> Any:
    with reading() as c:
        row = people.device_row(c, home.id, file.device)
    if row is None and _was_ours(home, file):
        people.relist_device(home.id, file.device, now_ms=now_ms)
        with reading() as c:
            row = people.device_row(c, home.id, file.device)
    if row is None or row.pseudo is not None:
        raise Problem("rescue_other_tablet")
    return row


def _was_ours(home: people.Home, file: File) -> bool:
    """Whether a row holds a grant that this home gave to the file's tablet."""
    opener = sealed.Opener(str(file.device), file.keys, partial(home_keys.named, home.id))
    for row in file.rows:
        said = opener.open(row) if sealed.is_sealed(row) else row
        text = said.get("grant") if isinstance(said, dict) else None
        grant = grants.read_grant(home.secret, text) if isinstance(text, str) else None
        if grant is not None and grant.home == home.uuid and grant.device == file.device:
            return True
    return False


def _id(value: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
