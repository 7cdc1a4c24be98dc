"""What the server counts about a device, under the home's lock: its limits, its numbers, what it last said."""

from __future__ import annotations

import uuid
from sqlalchemy import Connection

from server import fast
from server.people.tables import device as device_table
from server.people.tables import device_number
from server.problems import Problem
from server.records import numbers

#: Submissions that one device may send in an hour, and bytes of its quarantine in a day (protocol.md).
HOUR_SUBMISSIONS, HOUR_MS = 3_000, 3_600_000
DAY_QUARANTINE_BYTES, DAY_MS = 20 * 1024 * 1024, 24 * 3_600_000
# A tablet that was quiet for longer and is heard again may have been missed.
QUIET_MS = 600_000


class DeviceState:
    """One device's row for the length of a transaction: asked for, counted in, then saved."""

    names = (
        "hour_from_ms", "hour_count", "day_from_ms", "day_bytes", "last_number", "number_clash_ms", "number_fell_ms", "pending",
        "offset_ms", "behind_ms", "last_seen_ms", "look_at_ms", "look_set_ms", "pseudo", "revoked_ms",
    )  # fmt: skip

    @classmethod
    def questions(cls, home_id: int, device: uuid.UUID) -> tuple[fast.Question, fast.Question]:
        """The device's row, and the runs of its numbers that have arrived. Asked while the home is locked: nobody else
        changes what is counted here."""
        runs = fast.Question(("first", "last", "since_ms"), device_number, "home_id = ? AND device = ? ORDER BY first", (home_id, device))
        return fast.Question(cls.names, device_table, "home_id = ? AND id = ?", (home_id, device)), runs

    def __init__(
        self, runs, hour_from, hour_count, day_from, day_bytes, last_number, clash, fell, pending, offset, behind, seen, look, look_set,
        pseudo, revoked_ms,
    ):  # fmt: skip
        self._rows: list[tuple] = runs
        self.runs: list[numbers.Run] = [(first, last) for first, last, _ in runs]
        self.pseudo, self.revoked_ms = pseudo, revoked_ms
        self.hour_from, self.hour_count, self.day_from, self.day_bytes = hour_from, hour_count, day_from, day_bytes
        self.last_number, self.clash, self.fell, self.pending, self.offset = last_number, clash, fell, pending, offset
        #: Whether the device itself sends: what a person carries in its stead is not its traffic.
        self.limited = True
        self.behind, self.seen, self.look, self.look_set = behind, seen, look, look_set
        self.news = False  # something that the tablet's health is judged by has changed

    def count(self, submissions: int, now_ms: int) -> None:
        """Count a batch against the hour. Raises Problem 429 when it does not fit any more."""
        if not self.limited:
            return
        if not self.hour_from <= now_ms < self.hour_from + HOUR_MS:
            self.hour_from, self.hour_count = now_ms, 0
        if submissions and self.hour_count + submissions > HOUR_SUBMISSIONS:
            raise Problem("hourly_limit", retry_after=-(-(self.hour_from + HOUR_MS - now_ms) // 1000))
        self.hour_count += submissions

    def set_aside(self, size: int, now_ms: int) -> None:
        """Count what is set aside against the day. Raises Problem 429 when it does not fit any more."""
        if not self.limited:
            return
        if not self.day_from <= now_ms < self.day_from + DAY_MS:
            self.day_from, self.day_bytes = now_ms, 0
        if self.day_bytes + size > DAY_QUARANTINE_BYTES:
            raise Problem("quarantine_limit", retry_after=-(-(self.day_from + DAY_MS - now_ms) // 1000))
        self.day_bytes += size
        self.news = True

    def arrived(
        self, c: Connection, home_id: int, device: uuid.UUID, arrived: list[int], first_heard: list[int], now_ms: int
    ) -> None:
        """Note which of the device's numbers have arrived. `first_heard` are those of entries that came for the first
        time: one of them that is there already is a number under two ids. That is two tablets with one identity, or
        storage that was put back: it is noted when it was seen."""
        if not arrived:
            return
        runs = self.runs
        after, clashes = numbers.add(runs, first_heard)
        after, _ = numbers.add(after, arrived)
        if clashes:
            self.clash, self.news = now_ms, True
        self.news = self.news or numbers.missing(after) != numbers.missing(runs)
        self.runs = after
        fresh = [run for run in after if run not in runs]
        for first, last in set(runs) - set(after):
            # What began where a run begins now is that run's row, and grows.
            if all(first != run[0] for run in fresh):
                fast.run(c, "DELETE FROM device_number WHERE home_id = ? AND device = ? AND first = ?", (home_id, device, first))
        if fresh:
            fast.insert(c, device_number, [(home_id, device, *run, _since(run, self._rows, now_ms)) for run in fresh], upsert=True)

    def save_clash(self, c: Connection, home_id: int, device: uuid.UUID) -> None:
        """Write back whether one number came under two ids, and nothing that the device itself would have said."""
        fast.run(c, "UPDATE device SET number_clash_ms = ? WHERE home_id = ? AND id = ?", (self.clash, home_id, device))

    def save(
        self, c: Connection, home_id: int, device: uuid.UUID, pieces: list[Any], said: tuple, now_ms: int
    ) -> None:
        """Write back what the device said and what was counted."""
        pending, last_number, offset_ms = said
        if last_number is not None and last_number < self.last_number:
            self.fell, self.news = now_ms, True
        highest = self.last_number if last_number is None else last_number
        self._note_health(pending, highest, now_ms)
        # The look stands in two indexes, which SQLite writes again whenever it is named: so only where it moves.
        look, looked = (", look_at_ms = ?, look_set_ms = ?", (self.look, self.look_set)) if self.news else ("", ())
        fast.run(
            c,
            "UPDATE device SET hour_from_ms = ?, hour_count = ?, day_from_ms = ?, day_bytes = ?, last_number = ?, "
            "number_clash_ms = ?, number_fell_ms = ?, pending = ?, offset_ms = ?, last_seen_ms = ?, behind_ms = ?, "
            f"last_sent_ms = CASE WHEN ? THEN ? ELSE last_sent_ms END{look} WHERE home_id = ? AND id = ?",
            (
                self.hour_from, self.hour_count, self.day_from, self.day_bytes, highest, self.clash, self.fell, pending, offset_ms, now_ms,
                self.behind, bool(pieces), now_ms, *looked, home_id, device,
            ),  # fmt: skip
        )

    def _note_health(self, pending: int | None, highest: int, now_ms: int) -> None:
        """Ask for a look at the tablet's health where this request changes it. Being heard as usual changes nothing: the
        look that stands finds it out, so a request moves no deadline."""
        arrived = self.runs[-1][1] if self.runs else 0
        behind = pending == 0 and highest > arrived
        quiet = self.seen is None or not now_ms - QUIET_MS < self.seen <= now_ms
        if quiet or behind != (self.behind is not None) or bool(pending) != bool(self.pending):
            self.news = True
        self.behind = (self.behind or now_ms) if behind else None
        if self.news:
            self.look = self.look_set = now_ms


def _since(run: numbers.Run, rows: list[tuple], now_ms: int) -> int:
    """When a run was first seen: it is as old as the oldest of those that it was joined from."""
    return min([since or 0 for first, last, since in rows if run[0] <= first and last <= run[1]], default=now_ms)
