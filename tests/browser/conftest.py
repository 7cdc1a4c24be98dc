"""What the browser tests ask for: a served Tidemark with a small home in it, people at tablets, a push service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.harness import small_home
from tests.harness.browser import PHONE, Browsers, browsers, playwright  # noqa: F401 (fixtures)
from tests.harness.hands import Hands
from tests.harness.processes import Installation
from tests.harness.proxy import FaultProxy
from tests.harness.push_service import PushService


@pytest.fixture
def tidemark(tmp_path) -> Iterator[Installation]:
    installation = Installation(tmp_path / "data")
    yield installation
    installation.kill9()


@pytest.fixture
def home(tidemark) -> dict[str, Any]:
    """Larkfield, a small home (tests/harness/small_home.py), served."""
    made = small_home.make(tidemark)
    tidemark.start()
    return made


@pytest.fixture
def person(browsers: Browsers, tidemark, home) -> Callable[..., Hands]:  # noqa: F811
    """`person("Ama Mensah")`: at a tablet of her own, enrolled by link, signed in with her PIN."""

    def sit_down(name: str, *, base: str | None = None, size=PHONE, subscription: dict | None = None) -> Hands:
        tablet = browsers.open(size=size)
        if subscription:
            tablet.subscribe_with(subscription)
        hands = Hands(tablet, base or tidemark.url, home)
        hands.enrol(home["codes"].pop(0), f"{name}'s tablet")
        hands.sign_in(name)
        return hands

    return sit_down


@pytest.fixture
def proxy(tidemark, home) -> Iterator[FaultProxy]:
    started = FaultProxy(tidemark.url).start()
    yield started
    started.stop()


@pytest.fixture
def push_service() -> Iterator[PushService]:
    with PushService() as service:
        yield service
