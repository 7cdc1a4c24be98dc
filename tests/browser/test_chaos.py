"""A short storm over a real tablet: nothing lost, nothing doubled, nothing said that was not so. `make chaos` is the long one."""

from __future__ import annotations

import random

import pytest

from tests.chaos.storm import Storm
from tests.harness import small_home
from tests.harness.hands import Hands
from tests.harness.proxy import FaultProxy

RUNS, ENTRIES = 6, 3


@pytest.mark.timeout(300)
def test_a_storm_loses_doubles_and_misstates_nothing(own_tidemark, browsers):
    own_tidemark.start()
    home = small_home.make(own_tidemark)
    proxy = FaultProxy(own_tidemark.url).start()
    try:
        seed = random.SystemRandom().randrange(10**6)
        print(f"python -m tests.chaos --runs {RUNS} --seed {seed}")
        hands = Hands(browsers.open(), proxy.url, home)
        hands.enrol(home["codes"].pop(0))
        hands.sign_in("Ama Mensah")
        storm = Storm(hands, own_tidemark, proxy, home, random.Random(seed))
        storm.begin()
        for _ in range(RUNS):
            storm.run(ENTRIES)
        figures = storm.end()
        assert figures.entries >= RUNS * ENTRIES and figures.wrong == 0, figures
    finally:
        proxy.stop()
