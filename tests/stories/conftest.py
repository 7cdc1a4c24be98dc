"""A home with a push service behind its phones, and a time of day that the test chooses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from server import clock
from tests.harness.alerted import Alerted
from tests.harness.push_service import PushService


@pytest.fixture
def service():
    with PushService() as made:
        yield made


@pytest.fixture
def alerted(home, service):
    return Alerted(home, service)


@pytest.fixture
def clock_at(tmp_path, monkeypatch):
    """`now_ms = clock_at(11)`: for this test it is eleven in the morning, winter time, of the next day."""

    def at(hour: int, minute: int = 0) -> int:
        monkeypatch.delenv("TIDEMARK_CLOCK_FILE", raising=False)
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        wanted = tomorrow.replace(hour=hour, minute=minute, second=0, microsecond=0)
        shift = tmp_path / "clock-shift-ms"
        shift.write_text(str(int(wanted.timestamp() * 1000) - clock.now_ms()))
        monkeypatch.setenv("TIDEMARK_CLOCK_FILE", str(shift))
        return clock.now_ms()

    return at
