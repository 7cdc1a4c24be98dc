"""A home with a push service behind its phones."""

from __future__ import annotations

import pytest

from tests.harness.alerted import Alerted
from tests.harness.push_service import PushService


@pytest.fixture
def service():
    with PushService() as made:
        yield made


@pytest.fixture
def alerted(home, service):
    return Alerted(home, service)
