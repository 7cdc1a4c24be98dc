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


@pytest.fixture(scope="module")
def _installation(tmp_path_factory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("tidemark") / "data")
    yield installation
    installation.kill9()


@pytest.fixture
def tidemark(_installation) -> Installation:
    """A served Tidemark: the module's, started again where the test before killed it. Tests that move time make their own."""
    if not _installation.serving:
        _installation.start()
    return _installation


@pytest.fixture
def home(tidemark) -> dict[str, Any]:
    """Larkfield, a small home of this test's own (tests/harness/small_home.py)."""
    return small_home.make(tidemark)


@pytest.fixture
def own_tidemark(tmp_path) -> Iterator[Installation]:
    """A Tidemark whose clock the test may move."""
    installation = Installation(tmp_path / "own")
    yield installation
    installation.kill9()


@pytest.fixture
def person(browsers: Browsers, tidemark, home) -> Callable[..., Hands]:  # noqa: F811
    """`person("Ama Mensah")`: at a tablet of her own, enrolled by link, signed in with her PIN."""

    def sit_down(name: str, *, base: str | None = None, size=PHONE, subscription: dict | None = None) -> Hands:
        tablet = browsers.open(size=size)
        if subscription:
            tablet.subscribe_with(subscription)
        hands = Hands(tablet, base or tidemark.url, home)
        hands.enrol(home["codes"].pop(0))
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
