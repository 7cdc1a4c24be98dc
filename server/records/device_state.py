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


class DeviceState:
    """One device's row for the length of a transaction: read it, count, then `save`."""

    names = (
        "hour_from_ms", "hour_count", "day_from_ms", "day_bytes", "last_number", "number_clash_ms", "number_fell_ms", "pending",
        "offset_ms",
    )  # fmt: skip

    @classmethod
    def read(cls, c: Connection, home_id: int, device: uuid.UUID) -> DeviceState:
        """The device's row as it stands. The home is locked, so nobody else changes what is counted here."""
        return cls(*fast.select_where(c, cls.names, device_table, "home_id = ? AND id = ?", (home_id, device))[0])

    def __init__(self, hour_from, hour_count, day_from, day_bytes, last_number, clash, fell, pending, offset):
        self.hour_from, self.hour_count, self.day_from, self.day_bytes = hour_from, hour_count, day_from, day_bytes
        self.last_number, self.clash, self.fell, self.pending, self.offset = last_number, clash, fell, pending, offset
        #: Whether the device itself sends: what a person carries in its stead is not its traffic.
        self.limited = True

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

    def arrived(
        self, c: Connection, home_id: int, device: uuid.UUID, arrived: list[int], first_heard: list[int], now_ms: int
    ) -> None:
        """Note which of the device's numbers have arrived. `first_heard` are those of entries that came for the first
        time: one of them that is there already is a number under two ids. That is two tablets with one identity, or
        storage that was put back: it is noted when it was seen."""
        if not arrived:
            return
        where = "home_id = ? AND device = ? ORDER BY first"
        runs = [tuple(run) for run in fast.select_where(c, ("first", "last"), device_number, where, (home_id, device))]
        after, clashes = numbers.add(runs, first_heard)
        after, _ = numbers.add(after, arrived)
        if clashes:
            self.clash = now_ms
        for first, last in set(runs) - set(after):
            fast.run(c, "DELETE FROM device_number WHERE home_id = ? AND device = ? AND first = ?", (home_id, device, first))
        fast.insert(c, device_number, [(home_id, device, *run) for run in after if run not in runs])

    def save_clash(self, c: Connection, home_id: int, device: uuid.UUID) -> None:
        """Write back whether one number came under two ids, and nothing that the device itself would have said."""
        fast.run(c, "UPDATE device SET number_clash_ms = ? WHERE home_id = ? AND id = ?", (self.clash, home_id, device))

    def save(
        self, c: Connection, home_id: int, device: uuid.UUID, pieces: list[Any], said: tuple, now_ms: int
    ) -> None:
        """Write back what the device said and what was counted."""
        pending, last_number, offset_ms = said
        if last_number is not None and last_number < self.last_number:
            self.fell = now_ms
        fast.run(
            c,
            "UPDATE device SET hour_from_ms = ?, hour_count = ?, day_from_ms = ?, day_bytes = ?, last_number = ?, "
            "number_clash_ms = ?, number_fell_ms = ?, pending = ?, offset_ms = ?, last_seen_ms = ?, "
            "last_sent_ms = CASE WHEN ? THEN ? ELSE last_sent_ms END WHERE home_id = ? AND id = ?",
            (
                self.hour_from, self.hour_count, self.day_from, self.day_bytes,
                self.last_number if last_number is None else last_number, self.clash, self.fell, pending, offset_ms, now_ms,
                bool(pieces), now_ms, home_id, device,
            ),  # fmt: skip
        )
