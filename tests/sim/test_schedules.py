"""Whatever network, clocks, people and disks do: what the simulator's seeds choose breaks no invariant.

A broken seed is told again by `python -m tests.sim --seed N`; `make sim` runs ten thousand.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.sim.installation import Installation
from tests.sim.network import FAULTS
from tests.sim.schedule import EVENTS, finish, learning, run
from tests.sim.world import World

#: The seeds of `make test`: always the same, so that a red run means that something was changed. `make sim` goes on.
SEEDS, ON_POSTGRES = range(1, 101), range(161, 165)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return Installation(tmp_path_factory.mktemp("sim"))


def _broken(outcomes):
    return {f"python -m tests.sim --seed {outcome.seed}": outcome.broken for outcome in outcomes if not outcome.holds}


@pytest.fixture(scope="module")
def outcomes(place):
    found = [run(place, seed) for seed in SEEDS]
    print(f"{len(found)} schedules, {sum(outcome.entries for outcome in found)} entries")
    return found


def test_no_schedule_loses_doubles_or_lies(outcomes):
    assert _broken(outcomes) == {}


def test_no_schedule_loses_doubles_or_lies_on_postgresql(postgres, tmp_path):
    place = Installation(tmp_path, postgres)
    try:
        assert _broken([run(place, seed) for seed in ON_POSTGRES]) == {}
    finally:
        postgres.drop("tidemark_sim")


def test_a_seed_is_the_same_schedule_to_the_last_byte_of_the_ledger(place):
    once, again = run(place, 7), run(place, 7)
    assert (once.head, once.story, once.faults) == (again.head, again.story, again.faults)


def test_the_seeds_reach_every_fault_and_every_event(outcomes):
    """A fault that no seed ever reaches proves nothing."""
    wanted = set(FAULTS) | {
        "storage wiped", "storage rolled back", "cloned", "server restored", "server clock jump", "tablet clock jump",
        "one drink on two tablets", "double decided", "sealed row spoiled", "sent without keys", "rescue file brought",
        "home key changed", "server restart", "backup", "restored, two ahead", "tablet killed", "person revoked", "device revoked",
        "role changed", "role changed after grant", "grants expired", "app too old", "older app", "half an emoji", "creator set aside",
        "middle parent set aside", "id used again", "rescue file made", "missing is told",
    }  # fmt: skip
    assert wanted - set().union(*(outcome.faults for outcome in outcomes)) == set()


class Home(RuleBasedStateMachine):
    """The same events, chosen by Hypothesis: it looks for the shortest way to a broken invariant."""

    place: Installation

    @initialize(tablets=st.integers(2, 4), seed=st.integers(0, 2**32), rate=st.sampled_from((0.0, 0.3, 0.6)))
    def begin(self, tablets, seed, rate):
        self._schedule, self._learning = self.place.schedule(seed), learning()
        self._schedule.__enter__()
        self._learning.__enter__()
        self.world = World(self.place, random.Random(seed), tablets)
        self.world.net.rate = rate

    @rule(event=st.sampled_from(sorted(EVENTS)), tablet=st.integers(0, 11))
    def happens(self, event, tablet):
        getattr(self.world, event)(tablet % len(self.world.tablets))
        self.place.now_ms += 2_000

    def teardown(self):
        if hasattr(self, "world"):
            try:
                assert finish(self.world) == {}
            finally:
                self._learning.__exit__(None, None, None)
                self._schedule.__exit__(None, None, None)


def test_no_events_that_hypothesis_chooses_break_an_invariant(place):
    Home.place = place
    chosen = settings(
        max_examples=8, stateful_step_count=25, deadline=None, print_blob=True, derandomize=True, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(Home, settings=chosen)
