"""Suspected doubles in the home's records: found through an index, never by comparing entries with each other.

Each drink keeps a row in `drink_place`: a number made of person, drink, amount and quarter of an hour, so that whatever may
be its double lies at the same number or one beside it. A record whose place was ever beside another tablet's moves to the
`seq` of that one's newest row, and one that a decision ever named to the decision's: so a tablet that holds it is told when
it becomes suspect, and when it no longer is. That is a pure function of the ledger, whatever came in one batch.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import blake2b
from itertools import groupby, islice
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, select

from server import fast, ids
from server.records.tables import drink_place, record
from sync import days, merge
from sync.kinds import kind as kind_named
from sync.kinds.double_check import decided
from sync.rules import doubles
from sync.rules.doubles import Drink, Pair
from sync.thresholds import THRESHOLDS, Values

DRINK, DECISION, SETTING = "hydration_check", "double_check", "hydration.double_minutes"
#: No home may ask about more: a place is as long, so that doubles lie at one place or at two beside each other.
LONGEST_MS = THRESHOLDS[SETTING].high * 60_000
#: A record moves for the first so many of other tablets' beside it. Nobody is given one drink so often in two hours, and
#: without a bound a tablet that says one thing again and again would have each of its rows move all the others.
MOST_BESIDE = 16


# ---- where a drink lies ----


def place_of(resident: str, drink: str | None, ml: int, at_ms: int) -> int:
    """The place of a drink among all that a home holds: a whole number of 64 bits, sign included."""
    said = blake2b(f"{resident.lower()}\0{ml}\0{drink or ''}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return (int.from_bytes(said, signed=True) >> 1) + at_ms // LONGEST_MS


def drink_of(change: Mapping[str, Any], at_ms: int) -> Drink | None:
    """The drink that an entry in its wire form adds to its person's day; None for one that adds nothing."""
    said = change["fields"]
    ml = said.get("drunk_ml")
    if change["struck_out"] or not isinstance(ml, int) or ml <= 0 or said.get("source") == "practice":
        return None
    return Drink(change["record"], at_ms, said.get("drink"), ml, change["device"])


def _place(found: merge.Folded) -> int | None:
    said = found.values
    ml, resident = said.get("drunk_ml"), said.get("resident")
    if found.struck_out or not isinstance(ml, int) or ml <= 0 or said.get("source") == "practice" or not isinstance(resident, str):
        return None
    return place_of(resident, said.get("drink"), ml, found.occurred_ms)


def _states(found: merge.Folded, since: int = 0) -> list[merge.Folded]:
    """The record as each of its rows after `since` left it, in the ledger's order: what any reader may have seen of it."""
    rows = sorted(found.rows, key=lambda row: row.seq)
    if len(rows) == 1 or rows[-2].seq <= since:
        return [found]
    states = (merge.fold(kind_named, rows[: place + 1]) for place, row in enumerate(rows) if row.seq > since)
    return [state for state in states if state is not None]


def _newest(found: merge.Folded) -> int:
    return max(row.seq for row in found.rows)


def _places(found: merge.Folded, since: int = 0) -> set[int]:
    return {place for state in _states(found, since) if (place := _place(state)) is not None}


def _rows(home_id: int, id_: uuid.UUID, found: merge.Folded, places: Iterable[int]) -> list[tuple]:
    return [(home_id, place, id_, ids.read(found.creator.device), _newest(found)) for place in places]


def _named(found: merge.Folded) -> set[uuid.UUID]:
    """Every entry that any state of a decision speaks of."""
    said = (state.values.get(name) for state in _states(found) for name in ("one", "other"))
    return {ids.read(each) for each in said if isinstance(each, str)}


# ---- kept while entries arrive, and filled again on a rebuild ----


class Entered:
    """Where records lie now that new rows came, and what moves for it: ask, then write. `before` is the ledger's head before
    these rows."""

    def __init__(self, home_id: int, folded: Mapping[uuid.UUID, merge.Folded], before: int):
        self.home_id, self.folded, self.before = home_id, folded, before
        self.lie: dict[uuid.UUID, set[int]] = {}
        self.move: dict[uuid.UUID, int] = {}
        for id_, found in folded.items():
            if found.kind == DRINK:
                self.lie[id_] = _places(found, before)
            elif found.kind == DECISION:
                for other in _named(found):
                    self.move[other] = max(self.move.get(other, 0), _newest(found))

    def lay(self, c: Connection) -> None:
        """Add where corrected records lay before."""
        corrected = [id_ for id_ in self.lie if len(self.folded[id_].rows) > 1]
        for place, id_ in fast.select_in(c, ("place", "record"), drink_place, "record", self.home_id, corrected):
            self.lie[id_].add(place)

    def question(self) -> fast.Question:
        """What lies beside these records, and beside that."""
        near = {place + step for places in self.lie.values() for place in places for step in (-2, -1, 0, 1, 2)}
        return fast.one_of(("place", *Lain._fields), drink_place, "place", self.home_id, near)

    def write(self, c: Connection, near: Iterable[tuple]) -> None:
        """Note where these records lie, and move what they may be doubles of, and what they decide about, to their `seq`.
        `near` answers the question."""
        rows = [row for id_, places in self.lie.items() for row in _rows(self.home_id, id_, self.folded[id_], places)]
        again = any(len(self.folded[id_].rows) > 1 for id_ in self.lie)
        fast.insert(c, drink_place, rows, upsert=again)
        at: dict[int, list[Lain]] = {}
        for place, *lain in near:
            if lain[0] not in self.lie:
                at.setdefault(place, []).append(Lain(*lain))
        for _, place, *lain in rows:
            at.setdefault(place, []).append(Lain(*lain))
        for place in {row[1] + step for row in rows for step in (-1, 0, 1)}:
            _beside(at, place, self.move, self.before)
        _move(c, self.home_id, self.move)


class Lain(NamedTuple):
    """One record at one place: columns of `drink_place`."""

    record: uuid.UUID
    device: uuid.UUID
    seq: int


def _beside(at: Mapping[int, list[Lain]], place: int, move: dict[uuid.UUID, int], before: int = 0) -> None:
    """Note to which `seq` the records at a place move for what lies beside them. `at` has the places around it too; what
    had to move by `before` has moved, and is not read again."""
    mine = at.get(place)
    if not mine:
        return
    near = sorted((one.seq, one.device) for step in (-1, 0, 1) for one in at.get(place + step, ()))
    if near[-1][0] <= before:
        return
    to: dict[uuid.UUID, int] = {}
    for device in {one.device for one in mine}:
        others = islice((seq for seq, other in near if other != device), MOST_BESIDE)
        to[device] = max(others, default=0)
    for one in mine:
        if to[one.device] > max(one.seq, before):
            move[one.record] = max(move.get(one.record, 0), to[one.device])


def _move(c: Connection, home_id: int, to: Mapping[uuid.UUID, int]) -> None:
    for id_, seq, body in fast.select_in(c, ("id", "seq", "body"), record, "id", home_id, to, f" AND kind = '{DRINK}'"):
        if seq < to[id_]:
            said = orjson.dumps({**orjson.loads(body), "seq": to[id_]}, option=orjson.OPT_SORT_KEYS).decode()
            fast.run(c, "UPDATE record SET seq = ?, body = ? WHERE home_id = ? AND id = ?", (to[id_], said, home_id, id_))


class Refill:
    """The same for a whole home: told of every record, in any order, and then once that these were all."""

    def __init__(self, c: Connection, home_id: int):
        self.c, self.home_id = c, home_id
        self.move: dict[uuid.UUID, int] = {}

    def take(self, chunk: Iterable[tuple[uuid.UUID, merge.Folded]]) -> None:
        """Note where these records lie and lay, and what they decide about."""
        rows = []
        for id_, found in chunk:
            if found.kind == DRINK:
                rows += _rows(self.home_id, id_, found, _places(found))
            elif found.kind == DECISION:
                for other in _named(found):
                    self.move[other] = max(self.move.get(other, 0), _newest(found))
        fast.insert(self.c, drink_place, rows)

    def done(self) -> None:
        """Move what lies, or ever lay, beside another."""
        query = select(drink_place).where(drink_place.c.home_id == self.home_id).order_by(drink_place.c.place)
        at: dict[int, list[Lain]] = {}
        for place, group in groupby(self.c.execute(query), key=lambda row: row.place):
            # Everything that may lie beside what came two places ago has been read; before that nobody asks any more.
            for past in [each for each in at if each < place - 1]:
                _beside(at, past, self.move)
            at = {each: lain for each, lain in at.items() if each >= place - 2}
            at[place] = [Lain(*(getattr(row, name) for name in Lain._fields)) for row in group]
        for place in at:
            _beside(at, place, self.move)
        wanted = list(self.move)
        for start in range(0, len(wanted), 1_000):
            _move(self.c, self.home_id, {id_: self.move[id_] for id_ in wanted[start : start + 1_000]})


# ---- asked ----


def both_real(c: Connection, home_id: int, entries: Iterable[uuid.UUID]) -> frozenset[Pair]:
    """The pairs among these entries of which somebody who may decide has said that both are real."""
    found = fast.select_in(c, ("body",), record, "subject", home_id, set(entries), f" AND kind = '{DECISION}'")
    named = (decided(orjson.loads(body)) for (body,) in found)
    return frozenset(doubles.pair(*each) for each in named if each is not None)


@dataclass
class Asked:
    """How far apart two entries may be in this home, and which were decided: read only when a pair makes it necessary."""

    c: Connection
    home_id: int
    zone: str

    @cached_property
    def _values(self) -> Values:
        told = fast.select_where(self.c, ("body",), record, "home_id = ? AND kind = ?", (self.home_id, "threshold"))
        return Values((orjson.loads(body) for (body,) in told), self.zone)

    def within_ms(self, day: int) -> int:
        """Milliseconds that apply to the entries of a care day (its ordinal)."""
        starts = days.care_day_bounds(date.fromordinal(day), self.zone)[0]
        return self._values.value(SETTING, at=starts) * 60_000

    def pairs(self, drinks: list[Drink], day_of: Callable[[int], int]) -> frozenset[Pair]:
        """The undecided pairs among one person's drinks. `day_of` gives the care day of a time."""
        near = doubles.suspected(drinks, LONGEST_MS)
        if not near:
            return near
        at = {one.id.lower(): one.at_ms for one in drinks}
        real = both_real(self.c, self.home_id, (ids.read(id_) for each in near for id_ in each))
        return frozenset(
            each
            for each in near - real
            if abs(at[each[0]] - at[each[1]]) <= self.within_ms(day_of(min(at[each[0]], at[each[1]])))
        )

    def total(self, drinks: list[Drink], day: int) -> doubles.Total:
        """What one person's drinks of one care day add up to."""
        near = doubles.suspected(drinks, LONGEST_MS)
        if not near:
            return doubles.total(drinks, 0)
        real = both_real(self.c, self.home_id, (ids.read(id_) for each in near for id_ in each))
        return doubles.total(drinks, self.within_ms(day), real)


def suspected_of(c: Connection, home_id: int, zone: str, shown: Iterable[tuple[uuid.UUID, int, Mapping[str, Any]]]) -> dict[str, set[str]]:
    """Which of these entries (person, when it happened, wire form) may be doubles now: id to the ids of the others."""
    mine = [(person, one) for person, at_ms, body in shown if (one := drink_of(body, at_ms)) is not None]
    places = {place_of(str(person), one.drink, one.ml, one.at_ms) for person, one in mine}
    near = {place + step for place in places for step in (-1, 0, 1)}
    at: dict[int, list[tuple[uuid.UUID, uuid.UUID]]] = {}
    for place, id_, device in fast.select_in(c, ("place", "record", "device"), drink_place, "place", home_id, near):
        at.setdefault(place, []).append((id_, device))
    # Where one tablet alone wrote there is nothing to ask, and nothing more to read.
    beside = ([each for step in (-1, 0, 1) for each in at.get(place + step, ())] for place in places)
    others = {id_ for each in beside if len({device for _, device in each}) > 1 for id_, _ in each} - {ids.read(one.id) for _, one in mine}
    by_person: dict[uuid.UUID, list[Drink]] = {}
    for person, one in mine:
        by_person.setdefault(person, []).append(one)
    for person, at_ms, body in fast.select_in(c, ("subject", "occurred_ms", "body"), record, "id", home_id, others, f" AND kind = '{DRINK}'"):
        one = drink_of(orjson.loads(body), at_ms)
        if person in by_person and one is not None:
            by_person[person].append(one)
    asked, found = Asked(c, home_id, zone), {}
    for drinks in by_person.values():
        for one, other in asked.pairs(drinks, lambda ms: days.care_day(days.from_ms(ms), zone).toordinal()):
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return found
