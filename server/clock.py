"""What time the server says it is: the one place that reads the system clock.

Rules, stores and followers take `now` as an argument; only what stands at the edge (a request, a heartbeat, a command)
asks here. `TIDEMARK_CLOCK_FILE` names a file that holds milliseconds to add: the test harness moves time by it in
processes that it cannot reach. It is never set in service.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path


def now_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000 + _shift_ms()


def now() -> datetime:
    """The same as an aware datetime in UTC."""
    return datetime.fromtimestamp(now_ms() / 1000, UTC)


def _shift_ms() -> int:
    path = os.environ.get("TIDEMARK_CLOCK_FILE")
    if not path:
        return 0
    try:
        return int(Path(path).read_text() or 0)
    except FileNotFoundError:
        return 0
