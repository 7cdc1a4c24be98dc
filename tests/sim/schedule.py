"""What a seed chooses, and what it comes to: a schedule from its first tap to the checks at its end."""

from __future__ import annotations

import random
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sync import kinds
from sync.fields import Text, schema_of
from tests.sim.checks import CHECKS, NO_ERROR, Drained
from tests.sim.installation import HOUR_MS, Installation
from tests.sim.tablet import UNREAD_MS
from tests.sim.world import FUTURE, ROUND, ROUND_VERSION, World

#: What a schedule chooses from, and how often.
EVENTS = {
    "drink": 20, "correct": 8, "tell_more": 3, "strike": 4, "restore_struck": 1, "both_edit": 4, "duty": 2, "acknowledge": 4,
    "emergency": 1, "unknown_person": 1, "person_arrives": 1, "jumped_drink": 1, "bad": 3, "set_aside_creator": 1, "middle_parent": 1,
    "id_again": 1, "not_allowed": 1, "from_the_future": 1, "sync": 32, "killed_before_heard": 2, "late_delivery": 4, "wait": 8,
    "days_pass": 0.4, "tablet_clock": 1, "server_clock": 0.4, "escalate": 3, "kill": 2, "snapshot": 1, "roll_back": 0.6, "clone": 0.5,
    "wipe": 0.5, "server_restart": 1, "back_up": 1, "restore": 1, "revoke_person": 0.4, "revoke_device": 0.3, "change_role": 0.8,
    "old_app": 0.3, "lock": 2, "unlock": 4, "same_drink": 3, "decide_double": 2, "spoiled_row": 0.5, "without_keys": 0.5,
    "rescue_file": 1.5, "bring_file": 2, "rotate_home_key": 0.5, "cup": 2, "older_app": 2,
}  # fmt: skip
ROUND_FIELDS = schema_of(ROUND, {"what": Text(), "floor": Text()})
#: Rounds within which a home without faults must have come to rest.
ROUNDS = 60


@dataclass
class Outcome:
    """What a schedule came to. `broken` names each invariant that does not hold, with what was found."""

    seed: int
    entries: int
    faults: Counter[str]
    broken: dict[str, list[str]]
    head: str
    story: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.broken


def run(place: Installation, seed: int) -> Outcome:
    """One schedule: the same seed is the same schedule, to the last byte of the ledger."""
    draw = random.Random(seed)
    with place.schedule(seed), learning() as learn:
        world = World(place, draw, draw.choice((2, 2, 3, 3, 4, 6, 12)))
        try:
            _live(world, learn)
            broken = finish(world)
        except Exception as error:  # noqa: BLE001 (whatever the product raises is what was looked for)
            broken = {NO_ERROR: ["".join(traceback.format_exception(error)[-3:])]}
        return Outcome(seed, len(world.book.saved), world.seen, broken, place.head().hash.hex(), world.story)


def _live(world: World, learn: Callable[[], None]) -> None:
    """Let happen what the seed chooses."""
    draw, place = world.draw, world.place
    world.net.rate = draw.choice((0.0, 0.15, 0.35, 0.6))
    for _ in range(draw.choice((20, 40, 60, 90))):
        event = draw.choices(list(EVENTS), list(EVENTS.values()))[0]
        getattr(world, event)(draw.randrange(len(world.tablets)))
        place.now_ms += draw.choice((40, 1_500, 30_000))
    if draw.random() < 0.5:
        learn()
        world.updated = True


def finish(world: World) -> dict[str, list[str]]:
    """Stop the faults, let everything drain, and ask every invariant. Returns those that are broken."""
    drained = drain(world)
    found = {name: check(drained) for name, check in CHECKS.items()}
    return {name: said for name, said in found.items() if said}


def drain(world: World) -> Drained:
    """No more faults: what was held back arrives, every app is updated and unlocked, and every tablet talks until quiet."""
    world.net.rate = 0.0
    world.place.skew_ms = 0
    while world.net.held:
        world.net.release()
    for tablet in world.tablets:
        tablet.protocol, tablet.later = 1, {}
    for _ in range(ROUNDS):
        world.place.now_ms += UNREAD_MS + HOUR_MS // 2
        world.place.escalate()
        before = world.place.head().seq
        for number, tablet in enumerate(world.tablets):
            tablet.unlock("Sue", world.place.grant(tablet.disk.device, "Sue"), world.place.home_key())
            for _ in range(ROUNDS):
                world.sync(number)
                if not (tablet.failures == 0 and (tablet.more or any(e.id not in tablet.later for e in tablet.disk.queue.values()))):
                    break
        if world.place.head().seq == before and all(_quiet(tablet) for tablet in world.tablets):
            break
    return Drained(world)


def _quiet(tablet) -> bool:
    return tablet.refused == "revoked" or all(entry.id in tablet.later for entry in tablet.disk.queue.values())


@contextmanager
def learning() -> Iterator[Callable[[], None]]:
    """A server that is newer than some apps and older than others: it knows the newest version of one kind, and can be updated.
    Yields a function after which it knows the kind of the future."""
    known = dict(kinds.kinds())
    note = known["daily_note"]
    kinds.kinds()[ROUND] = replace(
        note, name=ROUND, fields=ROUND_FIELDS, required=frozenset(), version=ROUND_VERSION, subject=None, refers=()
    )

    def learn() -> None:
        kinds.kinds()[FUTURE] = replace(note, name=FUTURE, required=frozenset())

    try:
        yield learn
    finally:
        kinds.kinds().clear()
        kinds.kinds().update(known)
