"""What a storm came to, and the ledger that it is held against."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass, field, fields
from pathlib import Path


@dataclass
class Figures:
    """Counts of one storm or of several together. Those of `WRONG` must be 0."""

    runs: int = 0
    entries: int = 0
    #: Instants at which a row said what became of an entry.
    instants: int = 0
    lost: int = 0
    doubled: int = 0
    false_saved: int = 0
    false_sent: int = 0
    wrong_name: int = 0
    #: A tap that the screen did not say was saved, where nothing but the storm's own full disk may be the reason.
    not_saved: int = 0
    #: The header's number differed from the queue for longer than a second.
    header_late: int = 0
    header_slowest_ms: int = 0
    #: From the return of the network to the first offer, where nothing told the tablet of it.
    sending_slowest_s: float = 0.0
    sending_late: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def wrong(self) -> int:
        return sum(getattr(self, name) for name in WRONG)

    def __add__(self, other: Figures) -> Figures:
        added = Figures()
        for one in fields(Figures):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            setattr(added, one.name, max(mine, theirs) if "slowest" in one.name else mine + theirs)
        return added

    def line(self) -> str:
        """Everything but the single faults, on one line."""
        return ", ".join(f"{one.name.replace('_', ' ')} {getattr(self, one.name)}" for one in fields(Figures) if one.name != "faults")


WRONG = ("lost", "doubled", "false_saved", "false_sent", "wrong_name", "not_saved")


@dataclass(frozen=True)
class Row:
    """One entry of a tablet, as the server keeps it."""

    id: str
    number: int
    author: str


def ledger_of(data: Path) -> list[Row]:
    """The tablets' rows of the only home of this installation (SQLite), read without disturbing whoever writes."""
    with sqlite3.connect(f"file:{data / 'tidemark.sqlite'}?mode=ro", uri=True, timeout=30) as c:
        rows = [json.loads(text) for (text,) in c.execute("SELECT submission FROM ledger WHERE origin = 'tablet' ORDER BY seq")]
    c.close()
    return [Row(row["id"], row["number"], row["author"]) for row in rows]
