"""A tap costs the same whatever waits to be sent. The milliseconds are for `make bench`; here only the ratio is held."""

from __future__ import annotations

from tests.bench.report import percentile
from tests.bench.tap import GOAL_RATIO, both

# A shared machine stumbles; work that grows with the queue would miss every time, and by far.
TRIES = 3


def test_with_5000_entries_waiting_a_tap_is_saved_as_fast_as_with_none():
    ratios = []
    for _ in range(TRIES):
        without, with_ = both(runs=2, taps=16)
        ratios.append(round(percentile(with_, 0.75) / percentile(without, 0.75), 2))
        if ratios[-1] <= GOAL_RATIO:
            return
    assert min(ratios) <= GOAL_RATIO, ratios
