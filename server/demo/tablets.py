"""The demo's tablets: they stamp acts as a real one does, queue them, and send them when they are in reach of the server."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from server.demo.acts import Act
from server.demo.people import ZONE, DemoHome, Tablet
from server.demo.seeded import chance, nonce
from server.demo.shifts import HOUR_MS, MINUTE_MS, wall_ms
from server.people import grants
from sync import days
from sync.clock import Clock
from sync.fields import time_ms

# A tablet out of reach of the Wi-Fi: how often, in days of one tablet.
OFFLINE_DAYS = 0.05
# Fields whose times the server corrects by the tablet's offset, like the envelope's own.
DEVICE_TIMES = ("occurred_at",)


@dataclass
class Held:
    """What one tablet holds between two steps; plain JSON in `demo_home.state`."""

    number: int = 0
    clock_ms: int = 0
    clock_counter: int = 0
    seen: int | None = None
    queue: list[dict[str, Any]] = field(default_factory=list)

    def json(self) -> dict[str, Any]:
        return dict(self.__dict__)


def offline(home: DemoHome, seed: int, tablet: Tablet, at_ms: int) -> bool:
    """Whether a unit's tablet is out of reach at an instant: some afternoons, for two to five hours."""
    if tablet.unit is None:
        return False
    day = days.care_day(days.from_ms(at_ms), ZONE)
    luck = chance("offline", seed, home.number, tablet.name, day)
    if luck.random() > OFFLINE_DAYS:
        return False
    start = wall_ms(day, luck.randrange(8 * 60, 24 * 60))
    return start <= at_ms < start + luck.randrange(2 * HOUR_MS, 5 * HOUR_MS)


class Stamper:
    """Turns acts into submissions: ids, numbers, clocks and nonces all from the seed and what the tablet held before."""

    def __init__(self, home: DemoHome, secret: bytes):
        self.home, self.secret = home, secret
        self._grants: dict[tuple, tuple[str, int]] = {}

    def stamp(self, act: Act, held: Held, parents: tuple[str, ...]) -> dict[str, Any]:
        """The submission of an act, next in line on its tablet."""
        tablet = act.tablet
        clock = Clock(str(tablet.id), held.clock_ms, held.clock_counter)
        stamp = clock.tick(act.at_ms)
        held.clock_ms, held.clock_counter = clock.ms, clock.counter
        held.number += 1
        fields = dict(act.fields)
        for name in DEVICE_TIMES:
            if name in fields:
                fields[name] = days.write_time(time_ms(fields[name]) + tablet.ahead_ms)
        made = {
            "id": act.id,
            "record": act.record,
            "kind": act.kind,
            "schema": 1,
            "parents": list(parents),
            "author": str(act.author.id) if act.author else None,
            "occurred_at": days.write_time(act.occurred_ms + tablet.ahead_ms),
            "recorded_at": days.write_time(act.at_ms + tablet.ahead_ms),
            "offset_ms": -tablet.ahead_ms,
            "seen": held.seen,
            "clock": stamp,
            "nonce": nonce(act.id),
            "number": held.number,
            "fields": fields,
        }
        if act.author_name:
            made["author_name"] = act.author_name
        return made

    def with_grant(self, submission: dict[str, Any], tablet: Tablet, now_ms: int) -> dict[str, Any]:
        """The submission as it travels: with the proof that its author unlocked this tablet."""
        author = submission["author"]
        return {**submission, "grant": None if author is None else self._grant(uuid.UUID(author), tablet, now_ms)}

    def _grant(self, author: uuid.UUID, tablet: Tablet, now_ms: int) -> str:
        text, issued = self._grants.get((author, tablet.id), ("", 0))
        if not 0 <= now_ms - issued < 12 * HOUR_MS:
            # Issued a little before: what was saved while the tablet was out of reach was saved under it.
            issued = now_ms - 6 * HOUR_MS
            roles = list(self.home.people[author].roles)
            text, _ = grants.issue_grant(self.secret, self.home.id, tablet.id, author, roles, issued)
            self._grants[author, tablet.id] = text, issued
        return text


def next_step_ms(home: DemoHome, at_ms: int) -> int:
    """When the home is looked at next: hourly by day, every two hours at night, never quite on the hour."""
    hour = days.from_ms(at_ms).astimezone(days.zone_of(ZONE)).hour
    every = HOUR_MS if 6 <= hour < 22 else 2 * HOUR_MS
    slot = at_ms // every * every
    for start in (slot, slot + every):
        found = start + chance("step", home.id, start).randrange(2 * MINUTE_MS, 50 * MINUTE_MS)
        if found > at_ms:
            return found
    return slot + 2 * every
