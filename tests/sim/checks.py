"""What must be true when the faults have stopped and everything has drained. Each check returns what it found wrong."""

from __future__ import annotations

import json
import random
import uuid
from collections import Counter
from functools import cached_property
from itertools import combinations
from typing import Any

import orjson
from sqlalchemy import select

from server.alerts.silence import signed_on_at
from server.alerts.tables import step_event
from server.people.tables import device, device_number, staff
from server.records import fold, rebuild, totals
from server.records import store as records
from server.records.tables import ledger, quarantine, record, waiting
from server.db import reading
from sync import flags, merge
from sync.days import care_day, from_ms
from sync.fields import time_ms
from sync.kinds import kind as kind_named
from sync.kinds.alert import RESOLVED, WITHDRAWN
from sync.kinds.double_check import decided
from sync.rules.catalogue import CLOCK_STEPPED, ESCALATOR_LATE, MISSING_ENTRIES, NOBODY_REACHED, SILENT, TABLET_RULES, TWO_TABLETS
from sync.thresholds import THRESHOLDS
from tests.rules.merge_by_hand import ByHand
from tests.sim.book import ACCEPTED, ASIDE, WAITS, key_of, read_kept
from tests.sim.installation import MINUTE_MS
from tests.sim.tablet import Tablet
from tests.sim.world import ROUND, World

PROJECTIONS = (record, waiting, staff, *totals.TABLES)
#: Worked out when a record is shown, from other records: a tablet hears of them with the record's next change.
SHOWN = {flags.LEFT, flags.ABOVE_VESSEL, flags.ABOVE_LIMIT}

#: By then whatever may last an hour has lasted too long. A look that comes late says that the server was away, and waits a little.
LATER_MINUTES = (120, 6, 6)


class Drained:
    """A home that has come to rest, read once."""

    def __init__(self, world: World):
        self.world, self.place, self.book = world, world.place, world.book
        self.place.fold()
        self.accepted, self.aside = self.book.stored()

    @cached_property
    def stored(self) -> set:
        return set(self.accepted) | set(self.aside)

    @cached_property
    def arrived(self) -> dict[uuid.UUID, set[tuple[int, str]]]:
        """By device, the number and id of everything of it that is stored."""
        found: dict[uuid.UUID, set[tuple[int, str]]] = {}
        for saved in (self.book.saved[key] for key in self.stored & self.book.saved.keys()):
            found.setdefault(saved.device, set()).add((saved.entry.number, saved.entry.id))
        return found

    @cached_property
    def by_record(self) -> dict[uuid.UUID, list[merge.Row]]:
        """Every record's rows, as the merge takes them."""
        ids = {row[0] for row in self.place.rows(ledger, "record")}
        found: dict[uuid.UUID, list[merge.Row]] = {}
        with reading() as c:
            wanted = [id_ if isinstance(id_, uuid.UUID) else uuid.UUID(bytes=id_) for id_ in ids]
            for id_, row in fold.stored_rows(c, self.place.facts.home_id, wanted):
                found.setdefault(id_, []).append(row)
        return found

    @cached_property
    def shown(self) -> dict[uuid.UUID, dict[str, Any]]:
        """Every record as the server holds it."""
        with reading() as c:
            return {id_: row.body for id_, row in records.records_by_id(c, self.place.facts.home_id, self.by_record).items()}

    @cached_property
    def fresh(self) -> Tablet | None:
        """A new tablet that has pulled everything; None where the server refuses it."""
        fresh = Tablet(*self.place.facts.tablets[-1], self.world.draw)
        fresh.unlock("Sue", self.place.grant(fresh.disk.device, "Sue"), self.place.home_key())
        fresh.more = True
        while fresh.more:
            batch, body = fresh.offer(self.place.now_ms)
            if fresh.heard(self.place.now_ms, self.place.now_ms, batch, self.place.post(fresh.disk.token, body)) != "done":
                return None
        return fresh

    def why(self, key: tuple[str, str]) -> str | None:
        """What the server said of an entry that it set aside."""
        for body, errors in self.place.rows(quarantine, "body", "errors"):
            said = read_kept(bytes(body))
            if self.book.key_of_row(said) == key:
                return errors
        return None

    def live(self) -> list[tuple[int, Tablet]]:
        return [(n, tablet) for n, tablet in enumerate(self.world.tablets) if tablet.refused != "revoked"]


def acknowledged_is_stored(d: Drained) -> list[str]:
    """What a tablet was told is in the ledger or set aside is there, at that instant and at the end. What a restore took
    away, and only a tablet still holds that is let in no more, waits there for a person."""
    found, shut_out = list(d.book.lies), d.world.held()
    for _, tablet in d.live():
        shut_out -= _keys(tablet)
    for key, saved in d.book.saved.items():
        if saved.word and key not in d.stored and not saved.may_be_gone and not (key in shut_out and d.world.seen["server restored"]):
            found.append(f"number {saved.entry.number} of {saved.device} was {saved.word}, and is gone")
    return found


def nothing_lost(d: Drained) -> list[str]:
    """Every entry is at the server or still on its tablet, where it belongs, unless what held it was lost."""
    found, held = [], d.world.held()
    for key, saved in d.book.saved.items():
        if saved.may_be_gone:
            continue
        where = "ledger" if key in d.accepted else "aside" if key in d.aside else "tablet" if key in held else "nowhere"
        waiting_still = where == "tablet"
        revoked = waiting_still and not any(key in _keys(tablet) for _, tablet in d.live())
        right = {
            ACCEPTED: where == "ledger", ASIDE: where == "aside", WAITS: waiting_still, "stored": where in ("ledger", "aside"),
        }[saved.must]  # fmt: skip
        if saved.must == WAITS and d.world.updated and saved.entry.submission["kind"] != "hydration_check":
            right = where in ("ledger", "aside")
        if not right and not revoked:
            found.append(f"number {saved.entry.number} of {saved.device} must be {saved.must} and is {where}: {d.why(key)}")
    return found


def _keys(tablet: Tablet) -> set:
    return {key_of(e) for kept in (tablet.disk.queue, tablet.disk.sent, tablet.disk.looks) for e in kept.values()}


def nothing_doubled(d: Drained) -> list[str]:
    """Each entry stands once, as it was saved, and nobody else's stands beside it."""
    found = []
    rows = [(row, orjson.loads(row[2])) for row in d.place.rows(ledger, "seq", "origin", "submission")]
    times = Counter((said["id"], said["nonce"]) for (_, origin, _), said in rows if origin == "tablet")
    for key, count in times.items():
        if count > 1:
            found.append(f"{key[0]} stands {count} times")
        if key not in d.book.saved:
            found.append(f"{key[0]} stands in the ledger, and nobody saved it")
        elif json.loads(json.dumps(d.book.saved[key].entry.submission | {"grant": None})) != next(
            said | {"grant": None} for _, said in rows if (said["id"], said["nonce"]) == key
        ):
            found.append(f"{key[0]} is not what was saved")
    again = Counter((row[0], bytes(row[1])) for row in d.place.rows(quarantine, "device", "same"))
    found += [f"set aside {count} times: {key}" for key, count in again.items() if count > 1]
    found += [f"{key[0]} is accepted and set aside and open" for key in _both(d)]
    return found


def _both(d: Drained) -> list:
    still = {bytes(body) for body, state in d.place.rows(quarantine, "body", "state") if state == "open"}
    open_ = {d.book.key_of_row(said) for said in map(read_kept, still)}
    return [key for key in d.accepted if key in open_]


def any_order_gives_the_same(d: Drained) -> list[str]:
    """Each record is what its rows add up to in any order, also by the merge that was written out by hand."""
    found, draw = [], random.Random(len(d.accepted))
    for id_, rows in d.by_record.items():
        mixed = draw.sample(rows, len(rows)) + draw.sample(rows, len(rows) // 2)
        folded = merge.fold(kind_named, mixed)
        if (folded is None) != (id_ not in d.shown):
            found.append(f"{id_} shows or does not show by order")
            continue
        if folded is None:
            continue
        body, again = d.shown[id_], json.loads(orjson.dumps(merge.change(folded)))
        for name in ("fields", "heads", "conflicts", "struck_out", "author", "occurred_at", "kind"):
            if again[name] != body[name]:
                found.append(f"{id_}: {name} is {body[name]} and in another order {again[name]}")
        if folded.kind == "hydration_check" and len(rows) > 1:
            values, conflicts, struck, _waits, heads = ByHand(rows).result()
            told = {name: [(value, row.id) for value, row in said] for name, said in folded.conflicts.items()}
            if (values, conflicts, struck, heads) != (folded.values, told, folded.struck_out, folded.heads):
                found.append(f"{id_}: by hand {values} {conflicts} {struck} and not {folded.values} {told} {folded.struck_out}")
    return found


def a_rebuild_gives_the_same_bytes(d: Drained) -> list[str]:
    before = {table.name: d.place.rows(table) for table in PROJECTIONS}
    rebuild.rebuild(d.place.facts.home_id)
    return [f"{table.name} differs after a rebuild" for table in PROJECTIONS if d.place.rows(table) != before[table.name]]


def the_chain_verifies(d: Drained) -> list[str]:
    found = d.place.verify()
    return [] if found.broken is None else [f"row {found.broken} is broken: {found.why}"]


def every_alert_once(d: Drained) -> list[str]:
    """One record a rule, person and care day; each opening of it stated once, and taken once."""
    alerts = {id_: body["fields"] for id_, body in d.shown.items() if body["kind"] == "alert"}
    keys = Counter((said["rule"], said["subject"], said.get("care_day")) for said in alerts.values())
    found = [f"{count} alerts for {key}" for key, count in keys.items() if count > 1]
    for id_ in alerts:
        openings = Counter(row.fields.get("opening") for row in d.by_record[id_] if row.fields.get("opened_at") and row.origin == "system")
        found += [f"alert {id_} was opened {count} times as {opening}" for opening, count in openings.items() if count > 1]
    steps = Counter(row[:3] for row in d.place.rows(step_event, "alert", "opening", "step"))
    return found + [f"{step} was taken {count} times" for step, count in steps.items() if count > 1]


def queues_are_empty(d: Drained) -> list[str]:
    """What the server can read is no longer waiting on any tablet that it lets in."""
    found = []
    for number, tablet in d.live():
        for entry in tablet.disk.queue.values():
            saved = d.book.saved[key_of(entry)]
            if saved.must != WAITS:
                found.append(f"tablet {number} still holds {entry.number}")
    return found


def all_end_equal(d: Drained) -> list[str]:
    """A fresh tablet that pulls everything holds what each tablet holds, and what the server shows."""
    if d.fresh is None:
        return ["a fresh tablet is refused"]
    wanted = {id_: _plain(change) for id_, change in d.fresh.disk.records.items()}
    today = care_day(from_ms(d.place.server_ms()), "Europe/London").toordinal()
    aged = {str(id_ if isinstance(id_, uuid.UUID) else uuid.UUID(bytes=id_)) for id_, day in d.place.rows(record, "id", "held_day") if day < today}
    found = []
    for number, tablet in d.live():
        held = {id_: _plain(change) for id_, change in tablet.disk.records.items() if id_ not in aged}
        for id_ in sorted(held.keys() | wanted.keys()):
            if held.get(id_) != wanted.get(id_):
                found.append(f"tablet {number}: {id_} is {held.get(id_)} and the server says {wanted.get(id_)}")
    for id_, change in wanted.items():
        # Whether two entries may be one drink is said when they are shown, not kept: the tablets above agree on it.
        told = {**change, "flags": [flag for flag in change["flags"] if flag != flags.SUSPECTED_DOUBLE]}
        if told != _plain(d.shown[uuid.UUID(id_)]):
            found.append(f"{id_} is told otherwise than it stands")
    return found


def _plain(change: dict[str, Any]) -> dict[str, Any]:
    return change | {"flags": sorted(set(change["flags"]) - SHOWN)}


def what_is_missing_is_named(d: Drained) -> list[str]:
    """The server knows exactly which of each device's numbers have arrived, so it can name every one that never came; a
    number under two ids is seen."""
    runs: dict[Any, set[int]] = {}
    for id_, first, last in d.place.rows(device_number, "device", "first", "last"):
        runs.setdefault(_uuid(id_), set()).update(range(first, last + 1))
    found = []
    for id_ in {saved.device for saved in d.book.saved.values()}:
        numbers = {number for number, _ in d.arrived.get(id_, ())}
        if runs.get(id_, set()) != numbers:
            found.append(f"{id_}: the server names {sorted(runs.get(id_, ()))}, arrived {sorted(numbers)}")
    clash = {_uuid(id_): at for id_, at in d.place.rows(device, "id", "number_clash_ms")}
    for id_, pairs in d.arrived.items():
        numbers = sorted(number for number, _ in pairs)
        if len(numbers) != len(set(numbers)) and clash.get(id_) is None:
            found.append(f"{id_}: numbers under two ids were not noticed: {numbers}")
        if id_ not in d.world.doubtful and clash.get(id_) is not None:
            found.append(f"{id_}: a clash of numbers is claimed, and there was none")
    return found


def _uuid(given: Any) -> uuid.UUID:
    return given if isinstance(given, uuid.UUID) else uuid.UUID(bytes=given)


def older_apps_touch_nothing_new(d: Drained) -> list[str]:
    """What a newer app said in a field that older ones do not know stands, whoever corrected the rest."""
    made = [d.shown[uuid.UUID(id_)] for id_ in d.world.newest if uuid.UUID(id_) in d.shown]
    # Where another entry took its id first, what stands there never had the field.
    return [
        f"{change['record']} has lost its floor: {change['fields']}"
        for change in made
        if change["kind"] == ROUND and change["fields"].get("floor") != "first"
    ]


def tablets_in_trouble_are_named(d: Drained) -> list[str]:
    """Hours later somebody is told of every tablet of which numbers are missing, and of which; of each that was expected and was
    not heard; of each identity that two tablets have; and of no other."""
    for minutes in LATER_MINUTES:
        d.place.now_ms += minutes * MINUTE_MS
        d.place.escalate()
    home, zone = d.place.facts.home_id, "Europe/London"
    with reading() as c:
        rows = c.execute(select(device).where(device.c.home_id == home, device.c.pseudo.is_(None))).all()
        at_work = signed_on_at(c, home, d.place.server_ms(), zone)
        alerts = [row.fields for row in records.records(c, home, "alert")]
    told: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for said in alerts:
        told.setdefault((said["rule"], said["subject"]), []).append(said)
    found = []
    for row in rows:
        numbers = [number for number, _ in d.arrived.get(row.id, ())]
        top = max(numbers, default=0)
        # Above the highest that came only the tablet's own word tells, and only once it says that nothing waits.
        until = max(top, row.last_number if row.pending == 0 else 0)
        missing = [number for number in range(1, until + 1) if number not in set(numbers)]
        silent = row.last_seen_ms is not None and (row.pending or row.id in at_work)
        twice = len(numbers) != len(set(numbers)) or (row.number_fell_ms is not None and row.last_number < top)
        late = d.world.seen["hold back"] or d.world.seen["duplicate"]  # an old request that comes last says an old count
        due = {MISSING_ENTRIES: missing, SILENT: silent, TWO_TABLETS: twice}
        # Of a silent tablet that is back its alert stands for as long as something of it has not arrived.
        may = {**due, TWO_TABLETS: twice or row.id in d.world.doubtful or late, SILENT: silent or missing}
        for rule in due:
            of_it = told.get((rule, str(row.id)), [])
            open_ = [said for said in of_it if said["status"] not in (WITHDRAWN, RESOLVED)]
            if row.revoked_ms is not None:
                if open_:
                    found.append(f"{rule} stands of {row.name} ({row.id}), which is let in no more")
            elif due[rule] and all(said["status"] == WITHDRAWN for said in of_it):
                found.append(f"{rule} is due of {row.id} and nobody is told: missing {missing}, pending {row.pending}")
            elif open_ and not may[rule]:
                found.append(f"{rule} stands of {row.id}, and nothing is wrong: {open_[0]['facts']}")
            elif rule == MISSING_ENTRIES:
                d.world.seen["missing is told"] += bool(open_)
                found += [f"{row.id}: told {said['facts']}, missing {missing}" for said in open_ if _named(said["facts"]) != _first_runs(missing)]
    return found


def _named(facts: dict[str, Any]) -> list[tuple[int, int]]:
    """The runs of numbers that an alert names: `5, 8-12`, and `…` after the fifth."""
    ends = [part.split("-") for part in facts["numbers"].rstrip("…").split(", ")]
    return [(int(end[0]), int(end[-1])) for end in ends]


def _first_runs(numbers: list[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs[:5]


def suspected_doubles_are_shown(d: Drained) -> list[str]:
    """Whoever looks sees both of two entries that may be one drink, and no other entry so marked: every pair is compared."""
    if d.fresh is None:
        return ["a fresh tablet is refused"]
    within_ms = THRESHOLDS["hydration.double_minutes"].default * 60_000
    changes = {str(id_): change for id_, change in d.shown.items()}
    real = {frozenset(two) for change in changes.values() if change["kind"] == "double_check" and (two := decided(change))}
    alike: dict[tuple, list[dict[str, Any]]] = {}
    for change in changes.values():
        said = change["fields"]
        if change["kind"] == "hydration_check" and not change["struck_out"] and (said.get("drunk_ml") or 0) > 0:
            alike.setdefault((said.get("resident"), said.get("drink"), said["drunk_ml"]), []).append(change)
    wanted = {
        name
        for entries in alike.values()
        for one, other in combinations(entries, 2)
        if one["device"] != other["device"]
        and abs(time_ms(one["occurred_at"]) - time_ms(other["occurred_at"])) <= within_ms
        and frozenset((one["record"], other["record"])) not in real
        for name in (one["record"], other["record"])
    }
    held = {id_: change for id_, change in d.fresh.disk.records.items() if change["kind"] == "hydration_check"}
    marked = {id_ for id_, change in held.items() if flags.SUSPECTED_DOUBLE in change["flags"]}
    return [f"marked {sorted(marked)}, alike {sorted(wanted & held.keys())}"] if marked != wanted & held.keys() else []


def a_replay_changes_nothing(d: Drained) -> list[str]:
    """Every request that ever reached the server arrives again, in another order: same ledger, same alerts, same length."""
    gone = {key for key, saved in d.book.saved.items() if key not in d.stored}
    first = d.place.head().seq

    def state() -> tuple:
        # How a tablet fares is told by the clock and by its latest word, and the latest is now an old one: alerts about
        # tablets may come and go. Nothing else may.
        told = [row for row in d.place.rows(ledger, "seq", "kind", "origin", "record", "submission") if row[0] > first]
        tablets = {row[3] for row in d.place.rows(ledger, "seq", "kind", "origin", "record", "submission") if _about_tablet(row)}
        rows = [row for row in told if row[3] not in tablets]
        steps = [row for row in d.place.rows(step_event) if not tablets.intersection(row)]
        records = [row for row in d.place.rows(record) if not tablets.intersection(row)]
        return rows, len(d.place.rows(quarantine, "key")), steps, records

    d.place.escalate()  # what has come due by the clock since the last round would happen without any replay
    before = state()
    traffic = list(d.world.net.traffic)
    random.Random(first).shuffle(traffic)
    for token, body in traffic:
        d.place.post(token, _without(d, body, gone))
    for raw, _ in d.world.files:
        d.place.rescue(_without(d, raw, gone))
    d.place.escalate()
    after = state()
    if before == after:
        return []
    names = [name for name, a, b in zip(("rows", "set aside", "steps", "records"), before, after, strict=True) if a != b]
    return [f"the replay moved {', '.join(names)} by {after[0]}"]


def _about_tablet(row: tuple) -> bool:
    """Of a tablet, or of the ladder on which an alert about one goes on climbing."""
    rule = read_kept(row[4])["fields"].get("rule") if row[1] == "alert" and row[4] else None
    return rule in (*TABLET_RULES, NOBODY_REACHED, ESCALATOR_LATE, CLOCK_STEPPED)


def _without(d: Drained, body: bytes, gone: set) -> bytes:
    """The request without what a restore or a wipe has taken away for good: that would arrive anew."""
    said = read_kept(body)
    if not gone or not isinstance(said.get("submissions"), list):
        return body
    kept = [one for one in said["submissions"] if d.book.key_of_row(one) not in gone]
    return json.dumps({**said, "submissions": kept}).encode()


#: What the product raises where it should have answered, and a simulator that could not go on.
NO_ERROR = "no error"
#: Every invariant by its name, in the order in which they are asked: the last ones write.
CHECKS = {
    "acknowledged is stored": acknowledged_is_stored,
    "nothing lost": nothing_lost,
    "nothing doubled": nothing_doubled,
    "queues empty": queues_are_empty,
    "any order, same state": any_order_gives_the_same,
    "chain verifies": the_chain_verifies,
    "every alert once": every_alert_once,
    "missing is named": what_is_missing_is_named,
    "all end equal": all_end_equal,
    "doubles are shown": suspected_doubles_are_shown,
    "newer fields stand": older_apps_touch_nothing_new,
    "rebuild, same bytes": a_rebuild_gives_the_same_bytes,
    "trouble is told": tablets_in_trouble_are_named,
    "replay changes nothing": a_replay_changes_nothing,
}
