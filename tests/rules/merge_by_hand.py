"""The merge of protocol.md written out as its sentences say it: slow, with sets, sharing no code with `sync/merge.py`.

It knows drinks only: one large group, one set field, single fields, strikes, and who may decide.
"""

from __future__ import annotations

from functools import cache

DRINK = {
    "outcome", "drink", "vessel", "vessel_ml", "fraction", "drunk_ml", "offered_ml", "basis", "from_food", "reason",
    "next_step", "iddsi_level",
}  # fmt: skip
MAY_DECIDE = {
    "senior_carer", "shift_leader", "duty_manager", "deputy_manager", "registered_manager", "provider_quality_lead",
    "provider_lead", "nominated_individual",
}  # fmt: skip


def group_of(name):
    return "the drink" if name in DRINK else name


class ByHand:
    """One record, from a list of rows (each id once)."""

    def __init__(self, rows):
        self.rows = {row.id: row for row in rows}
        creating = [row for row in rows if row.record in (row.id, row.repairs)]
        own = [row for row in creating if row.id == row.record]
        self.creator = own[0] if own else min(creating, key=lambda row: (row.clock, row.id), default=None)
        self.counted = [row for row in rows if self.creator and row.kind == self.creator.kind]
        repaired = {row.repairs for row in rows}
        self.lacking = {row.id for row in rows if any(p not in self.rows and p not in repaired for p in row.parents)}
        self.reached = cache(self._reached)
        self.survivors = cache(self._survivors)
        self.stays_beside = cache(self._stays_beside)
        self.whole_group = cache(self._whole_group)

    def _reached(self, start):
        found, todo = set(), [start]
        while todo:
            for parent in self.rows[todo.pop()].parents:
                if parent in self.rows and parent not in found:
                    found.add(parent)
                    todo.append(parent)
        return found

    def before(self, a, b):
        if a.id == b.id or b is self.creator:
            return False
        return a is self.creator or (a.id in self.reached(b.id) and b.id not in self.reached(a.id))

    def concurrent(self, a, b):
        return a.id != b.id and not self.before(a, b) and not self.before(b, a)

    def writes(self, group, seen_by=None):
        """The counted rows that write a group: all of them, or those before row `seen_by`."""
        return [
            row for row in self.counted
            if any(group_of(name) == group for name in row.fields) and (seen_by is None or self.before(row, seen_by))
        ]  # fmt: skip

    def groups(self):
        return {group_of(name) for row in self.counted for name in row.fields} - {"correction_reason"}

    def _survivors(self, group, seen_by_id=None):
        writes = self.writes(group, self.rows[seen_by_id] if seen_by_id else None)
        return [w for w in writes if not any(self.before(w, by) and not self.stays_beside(w.id, by.id, group) for by in writes)]

    def _stays_beside(self, w_id, by_id, group):
        """A write by someone without a deciding role ends no conflict that its author had before them."""
        w, by = self.rows[w_id], self.rows[by_id]
        if MAY_DECIDE & set(by.roles):
            return False
        known = self.survivors(group, by.id)
        if w not in known:
            return False
        if any(self.concurrent(w, other) for other in known):
            return True
        struck = [s for s in self.survivors("struck_out", by.id) if s.fields["struck_out"] is True]
        if group != "struck_out":
            return any(self.concurrent(w, s) for s in struck)
        others = [o for other in self.groups() - {"struck_out"} for o in self.survivors(other, by.id)]
        return w in struck and any(self.concurrent(w, o) for o in others)

    def _whole_group(self, row_id, group):
        row = self.rows[row_id]
        seen = self.survivors(group, row.id)
        values = dict(self.whole_group(max(seen, key=lambda r: (r.clock, r.id)).id, group)) if seen else {}
        return {**values, **{name: value for name, value in row.fields.items() if group_of(name) == group}}

    def waits(self, row):
        return row is not self.creator and bool(({row.id} | self.reached(row.id)) & (self.lacking - {self.creator.id}))

    def result(self):
        """(values, conflicts as {field: [(value, submission)]}, struck_out, waiting, heads), or None without a creator."""
        if self.creator is None:
            return None
        values, conflicts, waiting = {}, {}, False
        surviving = {group: self.survivors(group) for group in self.groups()}
        for group, rows in surviving.items():
            ranked = sorted(rows, key=lambda r: (r.clock, r.id), reverse=True)
            for name in DRINK if group == "the drink" else {group}:
                said = [(self.whole_group(row.id, group).get(name), row) for row in ranked]
                if name == "red_flags":
                    if any(value is not None for value, _ in said):
                        values[name] = sorted({flag for value, _ in said for flag in value or ()})
                    continue
                if said[0][0] is not None:
                    values[name] = said[0][0]
                pairs = [(a, b) for i, a in enumerate(said) for b in said[i + 1 :] if a[0] != b[0]]
                settled = [pair for pair in pairs if not self.waits(pair[0][1]) and not self.waits(pair[1][1])]
                waiting = waiting or len(settled) < len(pairs)
                if settled:
                    conflicts[name] = [(value, row.id) for value, row in said]
        edits = {row.id: row for group, rows in surviving.items() if group != "struck_out" for row in rows}
        entries = dict((row_id, value) for value, row_id in conflicts.get("struck_out", ()))
        for strike in surviving.get("struck_out", ()):
            for edit in edits.values():
                if strike.fields["struck_out"] is True and self.concurrent(strike, edit):
                    values["struck_out"] = True
                    if self.waits(strike) or self.waits(edit):
                        waiting = True
                        continue
                    entries.setdefault(strike.id, True)
                    entries.setdefault(edit.id, False)
        for row_id in list(entries):
            own = self.rows[row_id]
            if entries[row_id] is False and own in surviving["struck_out"] and own.fields["struck_out"] is True:
                entries[row_id] = True
        if entries:
            ranked = sorted(entries, key=lambda i: (self.rows[i].clock, i), reverse=True)
            conflicts["struck_out"] = [(entries[i], i) for i in ranked]
        heads = sorted(r.id for r in self.counted if not any(self.before(r, other) for other in self.counted))
        return values, conflicts, values.get("struck_out") is True, waiting, heads
