"""What may happen in a home: everything that a schedule chooses from. One method an event; each does it whole."""

from __future__ import annotations

import copy
import random
import uuid
from collections import Counter
from typing import Any

from server.people import store
from server.people.grants import read_grant
from sync import flags
from sync.fields import time_ms
from sync.kinds import kind as kind_named
from sync.roles import PLANNERS
from tests.sim.book import ACCEPTED, ASIDE, STORED, WAITS, Book, key_of
from tests.sim.installation import DAY_MS, HOUR_MS, MINUTE_MS, ROLES, Installation
from tests.sim.network import Network
from tests.sim.tablet import Entry, Storage, Tablet, rfc3339

#: A kind that this server does not know yet, and learns when it is updated.
FUTURE = "sim_future_note"
#: A kind whose fields have had three versions: a field came with the third.
ROUND, ROUND_VERSION = "sim_round", 3


class World:
    """A home at work: its server, its tablets, what lies between, and the book of what was saved."""

    def __init__(self, place: Installation, draw: random.Random, tablets: int):
        self.place, self.draw = place, draw
        self.seen: Counter[str] = Counter()
        self.net = Network(place, draw, self.seen)
        self.book = Book(place)
        self.tablets: list[Tablet] = []
        self.snapshots: list[tuple[int, Storage]] = []
        self.backup: str | None = None
        #: Whose access ended, and when first: a later end does not move it.
        self.ended: dict[str, int] = {}
        self.updated = False
        #: What roles somebody was given since the beginning.
        self.roles: dict[str, list[str]] = {}
        #: Records that a newer app made, with a field that older ones do not know.
        self.newest: set[str] = set()
        #: Devices under which more than one storage has written, or one that was put back.
        self.doubtful: set[uuid.UUID] = set()
        self.unknown: list[uuid.UUID] = []
        #: Rescue files that somebody made, with the entries in them; each may be brought at any time and again.
        self.files: list[tuple[bytes, list[Entry]]] = []
        self.story: list[str] = []
        for device, token in place.facts.tablets[:tablets]:
            self._tablet(device, token)
        for number in range(len(self.tablets)):
            self.unlock(number)
            self.sync(number)

    def _tablet(self, device: uuid.UUID, token: str) -> Tablet:
        made = Tablet(device, token, self.draw, self.draw.choice((0, 0, -90_000, 420_000, -3 * DAY_MS, 400 * DAY_MS)))
        made.on_word = self.book.word
        made.seals = self.draw.random() < 0.7
        self.tablets.append(made)
        return made

    def note(self, words: str) -> None:
        self.story.append(f"{(self.place.now_ms) % DAY_MS / 3_600_000:5.2f}h {words}")

    def held(self) -> set[tuple[str, str]]:
        """What lies on any tablet now."""
        return {
            key_of(entry)
            for tablet in self.tablets
            for kept in (tablet.disk.queue, tablet.disk.sent, tablet.disk.looks)
            for entry in kept.values()
        }

    # ---- people at tablets ----

    def unlock(self, number: int, name: str | None = None) -> bool:
        """Somebody unlocks a tablet, online where the server lets them."""
        tablet, name = self.tablets[number], name or self.draw.choice(list(ROLES))
        fresh = self.place.grant(tablet.disk.device, name) if self.draw.random() < 0.8 else None
        return tablet.unlock(name, fresh, self.place.home_key())

    def lock(self, number: int) -> None:
        self.tablets[number].lock()

    def _save(self, number: int, kind: str, fields: dict[str, Any], must: str = ACCEPTED, **members: Any):
        tablet = self.tablets[number]
        if tablet.person is None and not self.unlock(number):
            return None
        author = members.pop("author", self.place.facts.staff[tablet.person])
        name = tablet.person if author else None
        entry = tablet.save(self.place.now_ms, kind, fields, author=author, **members)
        if name in self.ended and must == ACCEPTED:
            must = self._side(name, entry)
        self.book.add(entry, tablet.disk.device, must, name)
        self.note(f"tablet {number} saves {entry.number} {kind} {entry.id[:8]} of {entry.record[:8]}: must be {must}")
        return entry

    def _side(self, name: str, entry: Entry) -> str:
        """Where an entry belongs that arrives after its author's access has ended: what was recorded before, by corrected time,
        counts. Where the tablet never knew how far out it was, the time at which it arrives decides."""
        said = entry.submission
        if said["offset_ms"] is None:
            return STORED
        return ACCEPTED if time_ms(said["recorded_at"]) + said["offset_ms"] <= self.ended[name] else ASIDE

    def drink(self, number: int, **members: Any):
        resident = str(self.draw.choice(self.place.facts.residents))
        fields: dict[str, Any] = {"resident": resident, "outcome": "drank", "drunk_ml": self.draw.choice((50, 150, 200, 450))}
        if self.draw.random() < 0.1:
            fields["red_flags"] = ["choking"]
        return self._save(number, "hydration_check", fields, **members)

    def jumped_drink(self, number: int) -> None:
        """The tablet's clock jumps between the tap and the save."""
        self.drink(number, jump_ms=self.draw.choice((30_000, 2 * HOUR_MS, 40 * DAY_MS)))

    def _some_drink(self, number: int) -> str | None:
        """A drink that the tablet shows: received, or its own and not yet sent."""
        disk = self.tablets[number].disk
        known = sorted(id_ for id_, change in disk.records.items() if change["kind"] == "hydration_check")
        own = [e.record for e in disk.queue.values() if e.submission.get("kind") == "hydration_check"]
        found = [*known[:4], *own]
        return self.draw.choice(found) if found else None

    def correct(self, number: int) -> None:
        if record := self._some_drink(number):
            fields = {"drunk_ml": self.draw.choice((10, 120, 300)), "correction_reason": "wrong cup"}
            self._save(number, "hydration_check", fields, record=record)

    def tell_more(self, number: int) -> None:
        """Another group of fields, or one of sets."""
        if record := self._some_drink(number):
            earlier = rfc3339(self.place.now_ms + self.tablets[number].skew_ms - HOUR_MS)
            more = self.draw.choice(({"note": "slowly 𝄞"}, {"red_flags": ["drowsy"]}, {"occurred_at": earlier}))
            self._save(number, "hydration_check", {**more, "correction_reason": "added"}, record=record)

    def strike(self, number: int) -> None:
        if record := self._some_drink(number):
            self._save(number, "hydration_check", {"struck_out": True, "correction_reason": "entered twice"}, record=record)

    def restore_struck(self, number: int) -> None:
        if record := self._some_drink(number):
            self._save(number, "hydration_check", {"struck_out": False, "correction_reason": "it was right"}, record=record)

    def both_edit(self, number: int) -> None:
        """Two tablets correct one record without having heard of each other."""
        if record := self._some_drink(number):
            other = self.draw.randrange(len(self.tablets))
            for which in (number, other):
                fields = {"drunk_ml": self.draw.choice((20, 220)), "correction_reason": "as I saw it"}
                self._save(which, "hydration_check", fields, record=record)

    def same_drink(self, number: int) -> None:
        """Two people give one drink down, each on a tablet of their own: perhaps it was two."""
        other = self.draw.randrange(len(self.tablets))
        resident = str(self.draw.choice(self.place.facts.residents))
        for which in (number, other):
            self._save(which, "hydration_check", {"resident": resident, "outcome": "drank", "drink": "tea", "drunk_ml": 180})
            self.place.now_ms += self.draw.choice((2_000, 45_000, 3 * MINUTE_MS))
        self.seen["one drink on two tablets"] += self.tablets[number].disk.device != self.tablets[other].disk.device

    def decide_double(self, number: int) -> None:
        """Somebody sees two entries side by side: both are real, or one of them is struck out."""
        shown = self.tablets[number].disk.records
        suspected = sorted(id_ for id_, change in shown.items() if flags.SUSPECTED_DOUBLE in change["flags"])
        if len(suspected) < 2:
            return
        one, other = self.draw.sample(suspected, 2)
        if self.draw.random() < 0.6:
            self._save(number, "double_check", {"one": one, "other": other, "decision": "both_real"})
        else:
            self._save(number, "hydration_check", {"struck_out": True, "correction_reason": "the same drink"}, record=one)
        self.seen["double decided"] += 1

    def duty(self, number: int) -> None:
        tablet = self.tablets[number]
        if tablet.person or self.unlock(number):
            fields = {
                "what": "on_shift", "staff": str(self.place.facts.staff[tablet.person]), "role": ROLES[tablet.person][0],
                "device": str(tablet.disk.device),
            }  # fmt: skip
            self._save(number, "duty", fields)

    def acknowledge(self, number: int) -> None:
        tablet = self.tablets[number]
        alerts = sorted(id_ for id_, change in tablet.disk.records.items() if change["kind"] == "alert")
        if alerts and (tablet.person or self.unlock(number)):
            status = self.draw.choice(("acknowledged", "acknowledged", "resolved"))
            fields = {"status": status, "owner": str(self.place.facts.staff[tablet.person])}
            self._save(number, "alert", fields, record=self.draw.choice(alerts))

    def emergency(self, number: int) -> None:
        """Somebody whom the tablet does not know records under a typed name."""
        self.drink(number, author=None, author_name="Agency Ann")

    def unknown_person(self, number: int) -> None:
        """A drink of somebody whom nobody has entered yet."""
        unknown = uuid.UUID(int=self.draw.getrandbits(128), version=4)
        self.unknown.append(unknown)
        self._save(number, "hydration_check", {"resident": str(unknown), "outcome": "drank", "drunk_ml": 80})

    def person_arrives(self, _number: int) -> None:
        if self.unknown:
            id_ = self.unknown.pop()
            self.place.say("resident", {"preferred_name": "Late", "unit": "Willow"}, id_=id_)
            self.note("the unknown person is entered")

    # ---- what must be set aside, or wait ----

    def bad(self, number: int) -> None:
        """An entry that is unfit in itself."""
        resident = str(self.place.facts.residents[0])
        fields, members = self.draw.choice((
            ({"resident": resident, "outcome": "drank", "drunk_ml": -5}, {}),
            ({"resident": resident, "outcome": "drank", "drunk_ml": 50, "note": "\ud83d"}, {}),
            ({"resident": resident, "outcome": "drank", "drunk_ml": 50, "shoe_size": 9}, {}),
            ({"outcome": "drank"}, {}),
            ({"resident": resident, "outcome": "drank"}, {"parents": None}),
            ({"resident": resident, "outcome": "drank"}, {"grant": "forged"}),
            ({"resident": resident, "outcome": "drank", "note": "x\u0000y"}, {}),
        ))  # fmt: skip
        if self._save(number, "hydration_check", fields, must=ASIDE, **members):
            self.seen["half an emoji"] += fields.get("note") == "\ud83d"

    def set_aside_creator(self, number: int) -> None:
        """A creation that is set aside, a correction that builds on it, and sometimes the repair."""
        resident = str(self.place.facts.residents[1])
        first = self._save(number, "hydration_check", {"resident": resident, "outcome": "drank", "drunk_ml": -1}, must=ASIDE)
        if first is None:
            return
        self.seen["creator set aside"] += 1
        self._save(number, "hydration_check", {"drunk_ml": 90, "correction_reason": "misread"}, record=first.id, parents=[first.id])
        if self.draw.random() < 0.6:
            self._save(number, "hydration_check", {"resident": resident, "outcome": "drank", "drunk_ml": 70}, repairs=first.id)

    def middle_parent(self, number: int) -> None:
        """A chain of corrections whose middle one is set aside."""
        if record := self._some_drink(number):
            middle = self._save(number, "hydration_check", {"drunk_ml": 9_999}, must=ASIDE, record=record)
            if middle:
                fields = {"drunk_ml": 140, "correction_reason": "again"}
                self._save(number, "hydration_check", fields, record=record, parents=[middle.id])
                self.seen["middle parent set aside"] += 1

    def id_again(self, number: int) -> None:
        """An id that was used for something else."""
        if self.book.saved:
            before = self.draw.choice(list(self.book.saved.values()))
            for saved in self.book.saved.values():
                if saved.entry.id == before.entry.id and saved.must != WAITS:
                    saved.must = STORED
            if before.must != WAITS and self.drink(number, id=before.entry.id, must=STORED):
                self.seen["id used again"] += 1

    def not_allowed(self, number: int) -> None:
        """A kind that only Tidemark writes."""
        self._save(number, "set_aside", {"reason": ["x"]}, must=ASIDE)

    def cup(self, number: int) -> None:
        """A kind that only some roles write. The roles inside the grant decide, whatever has become of them since."""
        tablet = self.tablets[number]
        if tablet.person or self.unlock(number):
            held = read_grant(self.place.facts.secret, tablet.disk.grants[tablet.person][0]).roles
            may = not PLANNERS.isdisjoint(held)
            self._save(number, "vessel", {"name": "Blue beaker", "ml": 200}, must=ACCEPTED if may else ASIDE)
            now = self.roles.get(tablet.person, ROLES[tablet.person])
            self.seen["role changed after grant"] += may != (not PLANNERS.isdisjoint(now))

    def older_app(self, number: int) -> None:
        """An app of up to two versions ago makes a record, or corrects one of a newer app whose new fields it does not know."""
        disk, schema = self.tablets[number].disk, self.draw.choice((1, 2, 3))
        known = sorted(id_ for id_, change in disk.records.items() if change["kind"] == ROUND)
        own = [e.record for e in disk.queue.values() if e.submission.get("kind") == ROUND]
        fields: dict[str, Any] = {"what": self.draw.choice(("morning", "evening"))}
        if (known or own) and self.draw.random() < 0.5:
            record = self.draw.choice([*known[:4], *own])
            self._save(number, ROUND, {**fields, "correction_reason": "misread"}, record=record, schema=1)
        elif entry := self._save(number, ROUND, fields | ({"floor": "first"} if schema == 3 else {}), schema=schema):
            if schema == 3:
                self.newest.add(entry.id)
        self.seen["older app"] += schema < 3

    def from_the_future(self, number: int) -> None:
        """What a newer app would send: a kind or a version of its fields that this server does not know."""
        if self.draw.random() < 0.5:
            self._save(number, FUTURE, {"text": "hello"}, must=WAITS)
        else:
            fields = {"resident": str(self.place.facts.residents[0]), "outcome": "drank", "mood": "merry"}
            self._save(number, "hydration_check", fields, must=WAITS, schema=kind_named("hydration_check").version + 7)

    def spoiled_row(self, number: int) -> None:
        """A bit of a sealed row falls over on the tablet's disk: nobody can open it any more."""
        entry = self.drink(number)
        if entry and entry.sealed:
            head, last = entry.sealed["sealed"][:-1], entry.sealed["sealed"][-1]
            entry.sealed["sealed"] = head + ("A" if last != "A" else "Q")
            self.book.saved[key_of(entry)].must = ASIDE
            self.seen["sealed row spoiled"] += 1

    # ---- the network, time and clocks ----

    def sync(self, number: int) -> str:
        """One round trip, if the tablet may ask now."""
        tablet = self.tablets[number]
        if not tablet.ready(self.place.now_ms):
            return "quiet"
        batch, body = tablet.offer(self.place.now_ms)
        asked = self.place.now_ms
        answer = self.net.carry(tablet.disk.token, body)
        said = tablet.heard(self.place.now_ms, asked, batch, answer)
        self.note(f"tablet {number} sends {[entry.number for entry in batch]}: {said}")
        return said

    def without_keys(self, number: int) -> None:
        """The rows go without the keys that open them: the server keeps nothing, and the tablet everything."""
        tablet = self.tablets[number]
        batch, body = tablet.offer(self.place.now_ms, with_keys=False)
        said = tablet.heard(self.place.now_ms, self.place.now_ms, batch, self.net.carry(tablet.disk.token, body))
        self.note(f"tablet {number} sends {[entry.number for entry in batch]} without keys: {said}")
        self.seen["sent without keys"] += 1

    def killed_before_heard(self, number: int) -> None:
        """The app is killed after the server acted and before the answer is on the disk."""
        tablet = self.tablets[number]
        _, body = tablet.offer(self.place.now_ms)
        self.net.carry(tablet.disk.token, body)
        tablet.restart()
        self.seen["tablet killed"] += 1

    def late_delivery(self, _number: int) -> None:
        self.net.release()

    def wait(self, _number: int) -> None:
        self.place.now_ms += self.draw.choice((500, 20_000, 5 * MINUTE_MS, HOUR_MS, 5 * HOUR_MS))

    def days_pass(self, _number: int) -> None:
        """Long enough for every grant to expire."""
        self.place.now_ms += 80 * HOUR_MS
        self.seen["grants expired"] += 1

    def tablet_clock(self, number: int) -> None:
        self.tablets[number].skew_ms = self.draw.choice((0, HOUR_MS, -HOUR_MS, -20 * 365 * DAY_MS, 3 * 365 * DAY_MS))
        self.seen["tablet clock jump"] += 1

    def server_clock(self, _number: int) -> None:
        """The server's clock is a day out for a minute, and the home goes on meanwhile."""
        self.place.skew_ms = self.draw.choice((-DAY_MS, DAY_MS))
        self.note(f"the server's clock is {self.place.skew_ms / HOUR_MS:+.0f} h out")
        self.seen["server clock jump"] += 1
        for _ in range(3):
            number = self.draw.randrange(len(self.tablets))
            self.drink(number)
            self.sync(number)
            self.place.now_ms += 20_000
        if self.draw.random() < 0.5:
            self.place.escalate()
        self.place.skew_ms = 0

    def escalate(self, _number: int) -> None:
        self.place.escalate()

    # ---- tablets end, come back, are copied ----

    def kill(self, number: int) -> None:
        self.tablets[number].restart()
        self.seen["tablet killed"] += 1

    def snapshot(self, number: int) -> None:
        """Somebody copies the tablet's disk."""
        self.snapshots.append((number, copy.deepcopy(self.tablets[number].disk)))

    def roll_back(self, _number: int) -> None:
        """A tablet's disk is put back to an earlier copy of itself."""
        if self.snapshots:
            number, disk = self.draw.choice(self.snapshots)
            self.doubtful.add(disk.device)
            self.tablets[number].disk = copy.deepcopy(disk)
            self.tablets[number].restart()
            self._lose(f"tablet {number} is rolled back to number {disk.number}", "storage rolled back")

    def clone(self, number: int) -> None:
        """A second tablet with the same identity."""
        if len(self.tablets) < 12:
            disk = self.tablets[number].disk
            twin = self._tablet(disk.device, disk.token)
            twin.disk = copy.deepcopy(disk)
            self.doubtful.add(disk.device)
            self.note(f"tablet {number} is cloned as {len(self.tablets) - 1}")
            self.seen["cloned"] += 1

    def wipe(self, number: int) -> None:
        """Somebody clears the browser's data; the tablet is enrolled again, as another device."""
        old = self.tablets[number]
        self.snapshots = [(n, disk) for n, disk in self.snapshots if n != number]
        device, token = self.place.enrol()
        old.disk = Storage(device, token)
        old.restart()
        self._lose(f"tablet {number} is wiped", "storage wiped")

    def _lose(self, words: str, name: str) -> None:
        self.book.lost(self.held())
        self.note(words)
        self.seen[name] += 1

    def rescue_file(self, number: int) -> None:
        """Somebody saves what waits on a tablet to a file. The tablet goes on, or is wiped later."""
        disk = self.tablets[number].disk
        if disk.queue:
            waiting = [entry for _, entry in sorted(disk.queue.items())]  # as they stand in the file
            self.files.append((self.tablets[number].rescue_file(self.place.facts.home), waiting))
            self.note(f"a rescue file of tablet {number} with {sorted(disk.queue)}")
            self.seen["rescue file made"] += 1

    def bring_file(self, _number: int) -> None:
        """A manager brings a rescue file, perhaps one whose entries have come by themselves or by another file."""
        if self.files:
            raw, entries = self.draw.choice(self.files)
            results = self.place.rescue(raw)
            for entry, result in zip(entries, results or (), strict=results is not None):
                if result.status != "retry":
                    self.book.word(entry, result.status)
            self.note(f"a rescue file of {len(entries)} is brought: {results and [result.status for result in results]}")
            self.seen["rescue file brought"] += 1

    # ---- the server ends, comes back, is put back ----

    def server_restart(self, _number: int) -> None:
        self.place.restart()
        self.seen["server restart"] += 1

    def back_up(self, _number: int) -> None:
        self.backup = "home.zip"
        seq = self.place.back_up(self.backup, safe=self.draw.random() < 0.3)
        self.note(f"a backup up to {seq}")
        self.seen["backup"] += 1

    def restore(self, _number: int) -> None:
        """The disk is lost; what the last backup holds comes back."""
        if self.backup:
            before = self.place.head().seq
            self.place.restore(self.backup)
            heads = {tablet.disk.device: (tablet.disk.head or {}).get("seq", 0) for tablet in self.tablets}
            self.seen["restored, two ahead"] += sum(seq > self.place.head().seq for seq in heads.values()) > 1
            self._lose(f"the server is restored: from {before} to {self.place.head().seq}", "server restored")

    # ---- access ----

    def revoke_person(self, _number: int) -> None:
        name, now = self.draw.choice(("Ben", "Cleo")), self.place.server_ms()
        self.ended.setdefault(name, now)
        accepted, _ = self.book.stored()
        for key, saved in self.book.saved.items():
            if saved.author == name and saved.must == ACCEPTED:
                side = self._side(name, saved.entry)
                # By a clock that was ahead it may be of after the end and have come before: it stands, and a restore judges it anew.
                saved.must = STORED if key in accepted and side == ASIDE else side
        store.revoke_person(self.place.facts.home_id, self.place.facts.staff[name], at_ms=now, now_ms=now)
        self.note(f"{name}'s access ends")
        self.seen["person revoked"] += 1

    def revoke_device(self, number: int) -> None:
        if len(self.tablets) > 2:
            store.revoke_device(self.place.facts.home_id, self.tablets[number].disk.device, now_ms=self.place.server_ms())
            self.note(f"tablet {number} is revoked")
            self.seen["device revoked"] += 1

    def change_role(self, _number: int) -> None:
        name = self.draw.choice(("Ama", "Cleo", "Dan"))
        roles = self.draw.choice((["senior_carer"], ["support_worker"], ["shift_leader", "support_worker"]))
        self.place.say("staff_member", {"roles": roles}, record=self.place.facts.staff[name], by="Sue")
        self.roles[name] = roles
        self.note(f"{name} is now {roles}")
        self.seen["role changed"] += 1

    def rotate_home_key(self, _number: int) -> None:
        """The home gets a new key to seal to; tablets hear of it when somebody unlocks them, and the old one still opens."""
        self.place.rotate_home_key()
        self.note("the home's key is changed")
        self.seen["home key changed"] += 1

    def old_app(self, number: int) -> None:
        """An app so old that the server tells it to update: it keeps everything until it is."""
        self.tablets[number].protocol = 0
        self.seen["app too old"] += 1
