"""Which row of a record came before which: by what their authors had seen, never by a clock (protocol.md, Merge).

A row is before another when the other reaches it through `parents` within the record and it does not reach the other
back; the creator is before all others. So rings and self-parents order nothing, and the relation is a strict order:
nothing is ever before itself, however odd the parents are.

Rows are numbered by (clock, id), and a set of rows is an int whose bits are these numbers: a record with many
corrections stays cheap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any


def bits(rows: int) -> Iterator[int]:
    """The numbers in a set of rows, smallest first."""
    while rows:
        lowest = rows & -rows
        yield lowest.bit_length() - 1
        rows ^= lowest


class Order:
    """The order of one record's rows. `below[i]` is the set of rows before row i."""

    def __init__(self, rows: Sequence[Any], creator: int):
        number = {row.id: i for i, row in enumerate(rows)}
        repaired = {row.repairs for row in rows if row.repairs}
        parents: list[list[int]] = []
        #: Rows that name a parent which has not arrived; one that a repair stands in for has.
        self.orphans = 0
        for i, row in enumerate(rows):
            known = []
            for parent in row.parents:
                place = number.get(parent)
                if place is not None:
                    known.append(place)
                elif parent not in repaired:
                    self.orphans |= 1 << i
            parents.append(known)
        reach = _reach(parents)
        self.below = [_strictly_below(i, reach) | 1 << creator if i != creator else 0 for i in range(len(rows))]
        #: Rows whose place may change when a missing parent arrives. What the creator lacks changes nothing: it is first.
        missing = self.orphans & ~(1 << creator)
        self.unsettled = sum(1 << i for i, far in enumerate(reach) if (far | 1 << i) & missing and i != creator)

    def before(self, a: int, b: int) -> bool:
        return bool(self.below[b] >> a & 1)

    def beside(self, a: int, among: int) -> int:
        """The rows of `among` that are neither before `a` nor after it."""
        rest = among & ~self.below[a] & ~(1 << a)
        return sum(1 << i for i in bits(rest) if not self.below[i] >> a & 1)


def _reach(parents: list[list[int]]) -> list[int]:
    """For each row the set of rows that it reaches. Visiting parents first, one pass is enough unless there are rings."""
    order, seen = [], [False] * len(parents)
    for start in range(len(parents)):
        stack = [(start, iter(parents[start]))] if not seen[start] else []
        seen[start] = True
        while stack:
            row, rest = stack[-1]
            for parent in rest:
                if not seen[parent]:
                    seen[parent] = True
                    stack.append((parent, iter(parents[parent])))
                    break
            else:
                order.append(row)
                stack.pop()
    reach, changed = [0] * len(parents), True
    while changed:
        changed = False
        for row in order:
            far = reach[row]
            for parent in parents[row]:
                far |= reach[parent] | 1 << parent
            if far != reach[row]:
                reach[row], changed = far, True
    return reach


def _strictly_below(row: int, reach: list[int]) -> int:
    far = reach[row]
    if not far >> row & 1:
        # It stands on no ring, so nothing that it reaches can reach it back.
        return far
    return sum(1 << i for i in bits(far) if i != row and not reach[i] >> row & 1)
