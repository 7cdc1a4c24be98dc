"""What someone in the demo does on a tablet: one act becomes one submission (tablets.py)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from server.demo.people import StaffMember, Tablet
from server.demo.seeded import stamped_id


@dataclass(frozen=True)
class Act:
    """`at_ms` is when it was saved, `occurred_ms` when it happened, both in true time.

    `record` is the id itself where the act creates. `parents` None means: whatever heads the record has by then.
    """

    id: str
    at_ms: int
    occurred_ms: int
    tablet: Tablet
    author: StaffMember | None
    kind: str
    record: str
    parents: tuple[str, ...] | None
    fields: dict[str, Any] = field(hash=False, compare=False)
    author_name: str | None = None

    @property
    def creates(self) -> bool:
        return self.record == self.id


def creating(
    name: str, at_ms: int, tablet: Tablet, author: StaffMember | None, kind: str, fields: dict[str, Any],
    *, occurred_ms: int | None = None, id_: str | None = None, author_name: str | None = None,
) -> Act:  # fmt: skip
    """An act that makes a new record. `name` is what its id hangs on, unless `id_` is given."""
    made = id_ or stamped_id(name, at_ms)
    occurred = at_ms if occurred_ms is None else occurred_ms
    return Act(made, at_ms, occurred, tablet, author, kind, made, (), fields, author_name)


def changing(
    name: str, at_ms: int, tablet: Tablet, author: StaffMember, kind: str, record: str, fields: dict[str, Any],
    parents: tuple[str, ...] | None = None,
) -> Act:  # fmt: skip
    """An act that changes a record."""
    return Act(stamped_id(name, at_ms), at_ms, at_ms, tablet, author, kind, record, parents, fields)
