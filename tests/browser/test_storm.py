"""One tablet in a storm, each fault once: a share of `make chaos` (tests/chaos), with the drinks and people of one seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.chaos.faults import FAULTS
from tests.chaos.storm import Storm, open_storm
from tests.harness.browser import Browsers

ENTRIES = 4


@pytest.fixture(scope="module")
def storm(playwright, tmp_path_factory) -> Iterator[Storm]:
    """One tablet and one server for all faults: each leaves a network that works and an empty queue."""
    folder = tmp_path_factory.mktemp("storm")
    with open_storm(Browsers(playwright, folder), folder, random.Random(20261127)) as opened:
        yield opened


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_lost_doubled_misnamed_or_called_saved_or_sent_too_early(storm: Storm, fault: str):
    storm.run(ENTRIES, fault)
    found = storm.verdict()
    assert found.wrong == 0, "\n".join([found.line(), *storm.witness.lies])
    assert storm.tablet.errors == []
