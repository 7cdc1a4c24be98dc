"""A record is what its ledger rows add up to: the same for any order, grouping or repetition of their arrival.

`fold` gives the values to show, what two people said differently, and whether the record counts at all. It is protocol.md's
*Merge* to the letter; `order.py` says which row came before which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sync import flags
from sync.canonical import canonical
from sync.days import corrected_ms
from sync.fields import time_ms
from sync.kinds import Kind
from sync.order import Order, bits
from sync.record import Folded, Row, change

__all__ = ["Folded", "Row", "change", "fold"]

REASON, STRUCK, MOVED = "correction_reason", "struck_out", "occurred_at"
_STRUCK = frozenset({STRUCK})
_REASON = frozenset({REASON})

Lookup = Callable[[str], Kind | None]


def fold(kinds: Lookup, rows: Iterable[Row]) -> Folded | None:
    """The record that these rows (all of one record id) add up to; None while its creator has not arrived."""
    by_id = {row.id: row for row in rows}
    ordered = sorted(by_id.values(), key=_age) if len(by_id) > 1 else list(by_id.values())
    creator = _creator(ordered)
    if creator is None:
        return None
    kind = kinds(ordered[creator].kind)
    if len(ordered) == 1:
        return _alone(ordered[0], kind)
    return _Fold(ordered, creator, kind).folded()


def _age(row: Row) -> tuple[str, str]:
    return row.clock, row.id


def _creator(ordered: list[Row]) -> int | None:
    creating = [i for i, row in enumerate(ordered) if row.record in (row.id, row.repairs)]
    for i in creating:
        if ordered[i].id == ordered[i].record:
            return i
    return creating[0] if creating else None


def _alone(row: Row, kind: Kind | None) -> Folded:
    """The fold of a creating row with nothing beside it, which is nearly every record."""
    values = {name: row.fields[name] for name in sorted(row.fields) if row.fields[name] is not None and name != REASON}
    if kind is not None:
        for name in kind.sets:
            if name in values:
                values[name] = _union([values[name]])
    found = Folded(row.record, row.kind, row, values, [row.id], [row], struck_out=values.get(STRUCK) is True, seq=row.seq)
    found.occurred_ms = _happened(values, row, row)
    found.flags.update(row.marks)
    if row.author is None and row.author_name:
        found.flags.add(flags.UNVERIFIED)
    if row.parents and any(parent not in (row.id, row.repairs) for parent in row.parents):
        found.flags.add(flags.UNKNOWN_PARENT)
    if kind is not None and kind.marks is not None:
        found.flags.update(kind.marks([row]))
    return found


def _happened(values: Mapping[str, Any], writer: Row, creator: Row) -> int:
    moved = values.get(MOVED)
    at = time_ms(moved) if isinstance(moved, str) else None
    return creator.occurred_ms if at is None else corrected_ms(at, writer.offset_ms)


def _union(sets: Iterable[Any]) -> list[Any]:
    """The sorted union of lists of text."""
    return sorted({item for each in sets if each for item in each})


def _lists(lists: Iterable[Any]) -> tuple[list[Any], bool]:
    """Lists joined by their items' id, greatest list first; and whether two of them tell one item differently."""
    joined: dict[str, Any] = {}
    differ = False
    for item in (item for each in lists if each for item in each):
        given = item.get("id") if isinstance(item, dict) else None
        key = given if isinstance(given, str) else canonical(item).decode()
        if key in joined:
            differ = differ or not _same(joined[key], item)
        else:
            joined[key] = item
    return [joined[key] for key in sorted(joined)], differ


def _same(a: Any, b: Any) -> bool:
    """Equal as JSON: true is not 1."""
    if type(a) is type(b) and not isinstance(a, (dict, list)):
        return a == b
    return canonical(a) == canonical(b)


class _Fold:
    """The fold of several rows. Also the scene that a kind's hooks look at: `counted` and `before`."""

    def __init__(self, rows: list[Row], creator: int, kind: Kind | None):
        self.rows, self.creator, self.kind = rows, creator, kind
        self.order = Order(rows, creator)
        self.number = {row.id: i for i, row in enumerate(rows)}
        named = rows[creator].kind
        self.counts = sum(1 << i for i, row in enumerate(rows) if row.kind == named)
        self.counted = [rows[i] for i in bits(self.counts)]
        self.group_of = {name: group for group in (kind.groups if kind else ()) for name in group}
        #: Group -> the counted rows that write it.
        self.writes: dict[frozenset[str], int] = {}
        for i in bits(self.counts):
            for group in self._groups(rows[i]):
                self.writes[group] = self.writes.get(group, 0) | 1 << i
        self.strikes = sum(1 << i for i in bits(self.writes.get(_STRUCK, 0)) if rows[i].fields[STRUCK] is True)
        #: (row, group) -> writes that stay beside this row's write although it was made after them.
        self.kept: dict[tuple[int, frozenset[str]], int] = {}
        #: (row, group) -> the whole group as its author left it.
        self.views: dict[tuple[int, frozenset[str]], dict[str, Any]] = {}
        self._work_upwards()

    def before(self, a: Row, b: Row) -> bool:
        return self.order.before(self.number[a.id], self.number[b.id])

    def _groups(self, row: Row) -> set[frozenset[str]]:
        return {self.group_of.get(name) or frozenset({name}) for name in row.fields} - {_REASON}

    def _work_upwards(self) -> None:
        """Earlier rows first: what a row keeps and what it saw follow from the rows before it."""
        for i in sorted(bits(self.counts), key=lambda i: self.order.below[i].bit_count()):
            for group in self._groups(self.rows[i]):
                if not self.rows[i].decides:
                    self.kept[i, group] = self._undecided(i, group)
                view = dict(self.seen(i, group)) if len(group) > 1 else {}
                view.update((name, value) for name, value in self.rows[i].fields.items() if name in group)
                self.views[i, group] = view

    def _undecided(self, i: int, group: frozenset[str]) -> int:
        """The writes before row i that were in conflict there, which only somebody who may decide can end."""
        below = self.order.below[i]
        here = self.survivors(group, below)
        if here & (here - 1) == 0 and not self.strikes & below:
            return 0
        rivals = here
        if self.strikes & below:
            struck = self.survivors(_STRUCK, below) & self.strikes
            if group != _STRUCK:
                rivals |= struck
            else:
                others = [self.survivors(other, below) for other in self.writes if other != _STRUCK]
                elsewhere = 0
                for each in others:
                    elsewhere |= each
                return sum(
                    1 << w
                    for w in bits(here)
                    if self.order.beside(w, here) or (struck >> w & 1 and self.order.beside(w, elsewhere))
                )
        return sum(1 << w for w in bits(here) if self.order.beside(w, rivals))

    def survivors(self, group: frozenset[str], within: int = -1) -> int:
        """The writes to a group, among the rows `within`, that no other of them supersedes."""
        here = self.writes.get(group, 0) & within
        gone = 0
        for i in bits(here):
            gone |= self.order.below[i] & ~self.kept.get((i, group), 0)
        return here & ~gone

    def seen(self, i: int, group: frozenset[str]) -> Mapping[str, Any]:
        """The group as the author of row i saw it."""
        here = self.survivors(group, self.order.below[i])
        return self.views[self._shown(group, here), group] if here else {}

    def _shown(self, group: frozenset[str], survivors: int) -> int:
        if self.kind is None or self.kind.choose is None or survivors & (survivors - 1) == 0:
            return survivors.bit_length() - 1
        greatest_first = [self.rows[i] for i in reversed(list(bits(survivors)))]
        return self.number[self.kind.choose(group, greatest_first, self).id]

    def folded(self) -> Folded:
        rows, creator = self.rows, self.rows[self.creator]
        heads = self.counts
        for i in bits(self.counts):
            heads &= ~self.order.below[i]
        found = Folded(creator.record, creator.kind, creator, {}, sorted(rows[i].id for i in bits(heads)), self._history())
        found.seq = max(row.seq for row in rows)
        moved_by = creator
        surviving = {group: self.survivors(group) for group in self.writes}
        for group, survivors in surviving.items():
            shown = self._shown(group, survivors)
            if MOVED in group:
                moved_by = rows[shown]
            for name in group:
                self._show(found, name, group, shown, list(reversed(list(bits(survivors)))))
        self._strike(found, surviving)
        # One order of names, or a rebuild would not give the same bytes.
        found.values = dict(sorted(found.values.items()))
        found.occurred_ms = _happened(found.values, moved_by, creator)
        self._flag(found)
        return found

    def _show(self, found: Folded, name: str, group: frozenset[str], shown: int, survivors: list[int]) -> None:
        if self.kind is not None and name in self.kind.stays and (first := self.rows[self.creator].fields.get(name)) is not None:
            found.values[name] = first
            return
        value = self.views[shown, group].get(name)
        said = [(i, self.views[i, group].get(name)) for i in survivors]
        kind, several = self.kind, len(said) > 1
        if kind is not None and name in kind.sets:
            value = None if all(each is None for _, each in said) else _union(each for _, each in said)
        elif several and kind is not None and name in kind.lists:
            value = None if all(each is None for _, each in said) else _lists(each for _, each in said)[0]
            self._compare_pairs(found, name, said, lambda a, b: _lists([said[a][1], said[b][1]])[1])
        elif several and kind is not None and kind.contradicts is not None:
            really, rows = kind.contradicts, [self.rows[i] for i in survivors]
            self._compare_pairs(
                found, name, said, lambda a, b: not _same(said[a][1], said[b][1]) and really(name, rows[a], rows[b], self)
            )
        elif several:
            self._compare(found, name, said)
        if value is not None:
            found.values[name] = value

    def _compare(self, found: Folded, name: str, said: list[tuple[int, Any]]) -> None:
        """Put a field into `conflicts` where survivors differ, unless only a row still on its way may settle it."""
        if all(_same(said[0][1], value) for _, value in said[1:]):
            return
        settled = [value for i, value in said if not self.order.unsettled >> i & 1]
        if len(settled) < len(said):
            found.waiting = True
        if any(not _same(settled[0], value) for value in settled[1:]):
            found.conflicts[name] = [(value, self.rows[i]) for i, value in said]

    def _compare_pairs(
        self, found: Folded, name: str, said: list[tuple[int, Any]], differ: Callable[[int, int], bool]
    ) -> None:
        """The same where not every difference is a contradiction: those who contradict each other are parties to it."""
        parties: set[int] = set()
        for a in range(len(said)):
            for b in range(a + 1, len(said)):
                if not differ(a, b):
                    continue
                if self.order.unsettled & (1 << said[a][0] | 1 << said[b][0]):
                    found.waiting = True
                else:
                    parties |= {a, b}
        if parties:
            found.conflicts[name] = [(said[i][1], self.rows[said[i][0]]) for i in sorted(parties)]

    def _strike(self, found: Folded, surviving: Mapping[frozenset[str], int]) -> None:
        """A strike beside an edit that did not know of it: out of totals, and somebody decides."""
        strikes = surviving.get(_STRUCK, 0) & self.strikes
        edits = 0
        for group, survivors in surviving.items():
            if group != _STRUCK:
                edits |= survivors
        parties, pending = 0, 0
        for s in bits(strikes):
            for w in bits(self.order.beside(s, edits)):
                if self.order.unsettled & (1 << s | 1 << w):
                    pending |= 1 << s | 1 << w
                else:
                    parties |= 1 << s | 1 << w
        if pending:
            found.waiting = True
        if parties or pending:
            found.values[STRUCK] = True
        if parties:
            said = {row.id: (value, row) for value, row in found.conflicts.get(STRUCK, ())}
            for i in bits(parties):
                row = self.rows[i]
                said.setdefault(row.id, (bool(strikes >> i & 1), row))
            found.conflicts[STRUCK] = sorted(said.values(), key=lambda entry: _age(entry[1]), reverse=True)
        found.struck_out = found.values.get(STRUCK) is True

    def _history(self) -> list[Row]:
        """Every row, the creator first, then by clock: also rows that do not count, for nothing is hidden."""
        creator = self.rows[self.creator]
        return [creator, *(row for row in self.rows if row is not creator)]

    def _flag(self, found: Folded) -> None:
        for row in self.counted:
            found.flags.update(row.marks)
        if len(self.counted) < len(self.rows):
            found.flags.add(flags.OTHER_KIND)
        if self.order.orphans:
            found.flags.add(flags.UNKNOWN_PARENT)
        if found.waiting:
            found.flags.add(flags.WAITING)
        named = any(row.decides and row.fields.get("performed_by") is not None for row in self.counted)
        if not named and any(row.author is None and row.author_name for row in self.counted):
            found.flags.add(flags.UNVERIFIED)
        if any(self._lacks_reason(i) for i in bits(self.counts) if i != self.creator):
            found.flags.add(flags.NO_REASON)
        stays = self.kind.stays if self.kind is not None else ()
        if any(name in row.fields and row.fields[name] != found.values.get(name) for name in stays for row in self.counted):
            found.flags.add(flags.STAYS)
        if self.kind is not None and self.kind.marks is not None:
            found.flags.update(self.kind.marks(self.counted))

    def _lacks_reason(self, i: int) -> bool:
        row = self.rows[i]
        if self.kind is None or self.kind.corrects is None or row.fields.get(REASON):
            return False
        seen: dict[str, Any] = {}
        for group in self._groups(row):
            seen.update(self.seen(i, group))
        return self.kind.corrects(seen, {name: value for name, value in row.fields.items() if name != REASON})
