"""The hybrid logical clock that stamps submissions: it never runs backwards.

Text form: `1795381449120-0000-<device id>`: 13 digits of milliseconds, 4 hex digits, the device (protocol.md). Texts sort
as the clocks do. Time is an argument: `now_ms` is corrected device time.

A tablet's clock is led forward by the server's time alone, never by another tablet's, and by no more than a bound: one
wrong answer must not push a clock years ahead, because it could never come back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

# Received time further ahead than this is ignored. A tablet that slept a week catches up by its own clock; the
# bound is for an answer that is wrong, not for one that is late.
AHEAD_MS = 24 * 60 * 60 * 1000

# A device further out than this is told, and what it recorded is flagged (protocol.md, Time).
OFF_MS = 5 * 60 * 1000

_MAX_MS = 9_999_999_999_999
_MAX_COUNTER = 0xFFFF
PATTERN = re.compile(r"([0-9]{13})-([0-9a-f]{4})-([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")


class Stamp(NamedTuple):
    """One reading: compare two of them to know which came first on the clock."""

    ms: int
    counter: int
    device: str


def write(stamp: Stamp) -> str:
    return f"{stamp.ms:013d}-{stamp.counter:04x}-{stamp.device}"


def read(text: str) -> Stamp | None:
    """The stamp in `text`, or None when it is not one."""
    found = PATTERN.fullmatch(text)
    return Stamp(int(found[1]), int(found[2], 16), found[3]) if found else None


@dataclass
class Clock:
    """One device's clock. Keep `ms` and `counter` with the queue: they must outlive a restart."""

    device: str
    ms: int = 0
    counter: int = 0

    def tick(self, now_ms: int) -> str:
        """The next stamp: later than every one before it, whatever `now_ms` says."""
        now_ms = min(max(now_ms, 0), _MAX_MS - 1)
        if now_ms > self.ms:
            self.ms, self.counter = now_ms, 0
        elif self.counter < _MAX_COUNTER:
            self.counter += 1
        else:
            # 65,536 stamps inside a millisecond: borrow the next one rather than repeat.
            self.ms, self.counter = self.ms + 1, 0
        return write(Stamp(self.ms, self.counter, self.device))

    def observe(self, server_ms: int, now_ms: int | None = None) -> bool:
        """Be led forward by the server's time; say whether it was believed.

        With `now_ms` (the device's own corrected time) a server time more than a day ahead of it is ignored.
        """
        known = max(self.ms, now_ms or 0)
        if not 0 <= server_ms < _MAX_MS or (known and server_ms > known + AHEAD_MS):
            return False
        if server_ms > self.ms:
            self.ms, self.counter = server_ms, 0
        return True
