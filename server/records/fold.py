"""Fold ledger rows into `record`, in the transaction that appended them; the same code refills it on a rebuild.

A record is a pure function of the home's ledger: its rows, and which of the records that it names have arrived. One that
names what has not arrived waits in `waiting`; when the missing thing comes, it is folded again and moves to that row's
`seq`, so that tablets hear of the flag that went.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection

from server import fast, ids
from server.people.store import Home
from server.people.tables import staff
from server.records import doubles, holding
from server.records.entries import Entry
from server.records.tables import ledger, record, waiting
from sync import flags, merge
from sync.envelope import reread
from sync.kinds import Kind
from sync.kinds import kind as kind_named

_ROW = (
    "record", "id", "kind", "seq", "submission", "role", "device", "origin", "occurred_ms", "recorded_ms", "received_ms",
    "offset_ms", "marks",
)  # fmt: skip


Stored = dict[uuid.UUID, list[tuple]]


def question(home_id: int, records: Iterable[uuid.UUID]) -> fast.Question:
    """The stored rows that name these records, erased ones left out; each row begins with the record."""
    return fast.one_of(_ROW, ledger, "record", home_id, records, " AND submission IS NOT NULL")


def entries(c: Connection, home: Home, new: list[Entry], stored: Stored | None = None) -> None:
    """Fold the records that these rows name, and those that were waiting for one of them. The rows are not stored yet.

    `stored` has what `question` was answered about some of these records, by record; about others it is asked here.
    """
    by_record: dict[uuid.UUID, list[merge.Row]] = {}
    born: dict[uuid.UUID, int] = {}
    for entry in new:
        by_record.setdefault(entry.record, []).append(_row_of(entry))
        if entry.creates:
            born.setdefault(entry.record, entry.seq)
    stored = stored or {}
    for id_, row in stored_rows(c, home.id, by_record.keys() - stored.keys()):
        by_record[id_].append(row)
    for id_ in by_record.keys() & stored.keys():
        by_record[id_] += (stored_row(*row[2:]) for row in stored[id_])
    folded = {id_: found for id_, rows in by_record.items() if (found := merge.fold(kind_named, rows)) is not None}
    names = {id_: named(found, home) for id_, found in folded.items()}
    lie = doubles.Entered(home.id, folded, min((entry.seq for entry in new), default=1) - 1)
    lie.lay(c)
    there, wait, near = fast.ask(
        c,
        fast.one_of(("id",), record, "id", home.id, set(folded).union(*names.values())),
        fast.one_of(("missing", "record"), waiting, "missing", home.id, born),
        lie.question(),
    )
    present = {row[0] for row in there}
    born = {id_: seq for id_, seq in born.items() if id_ not in present}
    here = present | set(folded)
    _write(c, home, folded, names, here, present, born)
    _wake(c, home, born, {waiter for missing, waiter in wait if missing in born} - set(folded))
    lie.write(c, near)


def _wake(c: Connection, home: Home, born: Mapping[uuid.UUID, int], waiters: set[uuid.UUID]) -> None:
    """Fold again what was waiting for records that have just been born."""
    if not waiters:
        return
    rows: dict[uuid.UUID, list[merge.Row]] = {}
    for id_, row in stored_rows(c, home.id, waiters):
        rows.setdefault(id_, []).append(row)
    folded = {id_: found for id_, of in rows.items() if (found := merge.fold(kind_named, of)) is not None}
    stood = dict(fast.select_in(c, ("id", "seq"), record, "id", home.id, folded))
    names = {id_: named(found, home) for id_, found in folded.items()}
    here = _present(c, home.id, set().union(*names.values()))
    for id_, found in folded.items():
        found.seq = max(found.seq, stood[id_])
    _write(c, home, folded, names, here, set(folded), born)


def _write(
    c: Connection,
    home: Home,
    folded: Mapping[uuid.UUID, merge.Folded],
    names: Mapping[uuid.UUID, dict[uuid.UUID, str]],
    here: set[uuid.UUID],
    present: set[uuid.UUID],
    born: Mapping[uuid.UUID, int],
) -> None:
    """Write folded records. `here` are the records that exist now, `present` those that had a row before."""
    made, changed, waits, people = [], [], [], []
    for id_, found in folded.items():
        missing = {other: flag for other, flag in names[id_].items() if other not in here}
        found.seq = max(found.seq, max((born[other] for other in names[id_] if other in born), default=0))
        row = record_row(home, id_, found, missing.values())
        (changed if id_ in present else made).append(row)
        waits += [(home.id, other, id_) for other in missing]
        if found.kind == "staff_member":
            people.append(staff_row(home, id_, found))
    if changed:
        stood = {row[0] for row in fast.select_in(c, ("record",), waiting, "record", home.id, [row[1] for row in changed])}
        for id_ in stood:
            fast.run(c, "DELETE FROM waiting WHERE home_id = ? AND record = ?", (home.id, id_))
    fast.insert(c, record, made)
    fast.insert(c, record, changed, upsert=True)
    fast.insert(c, waiting, waits)
    fast.insert(c, staff, people, upsert=True)


def _present(c: Connection, home_id: int, ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these records that have a row already."""
    return {row[0] for row in fast.select_in(c, ("id",), record, "id", home_id, ids)}


# ---- rows of the ledger as rows of the merge ----


def _row_of(entry: Entry) -> merge.Row:
    return merge_row(
        entry.submission, entry.kind.name, entry.seq, entry.roles, entry.device, entry.origin, entry.occurred_ms,
        entry.recorded_ms, entry.received_ms, entry.offset_ms, entry.marks,
    )  # fmt: skip


def merge_row(
    said: Mapping[str, Any], kind: str, seq: int, roles: Iterable[str], device: uuid.UUID, origin: str, occurred_ms: int,
    recorded_ms: int, received_ms: int, offset_ms: int | None, marks: Iterable[str],
) -> merge.Row:  # fmt: skip
    """A submission with what the ledger says about it, as the merge wants it."""
    repairs, author = said.get("repairs"), said.get("author")
    return merge.Row(
        id=said["id"].lower(),
        record=said["record"].lower(),
        kind=kind,
        seq=seq,
        clock=said["clock"],
        fields=said["fields"],
        parents=tuple(parent.lower() for parent in said["parents"]),
        repairs=repairs.lower() if repairs else None,
        author=author.lower() if author else None,
        author_name=said.get("author_name"),
        roles=tuple(roles),
        device=str(device),
        origin=origin,
        schema=int(said["schema"]),
        occurred_ms=occurred_ms,
        recorded_ms=recorded_ms,
        received_ms=received_ms,
        offset_ms=offset_ms or 0,
        marks=tuple(marks),
    )


def stored_rows(c: Connection, home_id: int, records: Iterable[uuid.UUID]) -> Iterator[tuple[uuid.UUID, merge.Row]]:
    """(record, row) for every stored row that names one of these records. Erased rows are left out."""
    for row in fast.ask(c, question(home_id, records))[0]:
        yield row[0], stored_row(*row[2:])


def stored_row(
    kind: str, seq: int, submission: str, role: str | None, device: uuid.UUID, origin: str, occurred_ms: int,
    recorded_ms: int, received_ms: int, offset_ms: int | None, marks: str | None,
) -> merge.Row:  # fmt: skip
    """A ledger row's columns as a row of the merge."""
    return merge_row(
        reread(orjson.loads(submission)), kind, seq, orjson.loads(role) if role else (), device, origin, occurred_ms, recorded_ms,
        received_ms, offset_ms, orjson.loads(marks) if marks else (),
    )  # fmt: skip


# ---- what a record names, and its row ----


def named(found: merge.Folded, home: Home) -> dict[uuid.UUID, str]:
    """The records that this one speaks of, each with the flag that stands while it has not arrived."""
    named: dict[uuid.UUID, str] = {}
    kind = kind_named(found.kind)
    for name in kind.refers if kind is not None else ():
        said = found.values.get(name)
        for each in said if isinstance(said, list) else [said]:
            if isinstance(each, str):
                named[ids.read(each)] = flags.UNKNOWN_PERSON if name == "resident" else flags.UNKNOWN_RECORD
    for row in found.rows:
        if row.author is not None:
            named[ids.read(row.author)] = flags.UNKNOWN_PERSON
    named.pop(home.tidemark, None)
    named.pop(ids.read(found.record), None)
    return named


def record_row(home: Home, id_: uuid.UUID, found: merge.Folded, more_flags: Iterable[str]) -> tuple:
    """The row of table `record`, in the order of its columns."""
    kind: Kind = kind_named(found.kind)
    if kind.marks_in is not None:
        more_flags = [*more_flags, *kind.marks_in(found, home.zone)]
    values, body = found.values, orjson.dumps(merge.change(found, more_flags), option=orjson.OPT_SORT_KEYS).decode()
    subject = values.get(kind.subject) if kind.subject else None
    held = holding.of(home, kind, found)
    return (
        home.id, id_, found.kind, found.seq, ids.perhaps(subject), held.day,
        found.occurred_ms, found.struck_out, held.open, held.held_day, held.ends_day, body,
    )  # fmt: skip


def staff_row(home: Home, id_: uuid.UUID, found: merge.Folded) -> tuple:
    """The row of table `staff`: what sign-in and rights read of a member of staff."""
    values = found.values
    return (
        home.id, id_, str(values.get("name", "")), orjson.dumps(sorted(set(values.get("roles", [])))).decode(),
        bool(values.get("agency")), holding.staff_ends_ms(home, found),
    )  # fmt: skip
