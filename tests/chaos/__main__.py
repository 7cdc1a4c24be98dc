"""A long storm: `python -m tests.chaos --runs 1000 --seed 7`. Prints the figures; ends with 1 where one is wrong."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.chaos.faults import FAULTS
from tests.chaos.figures import Figures
from tests.chaos.storm import open_storm
from tests.harness.browser import Browsers

#: Runs in one storm: then the ledger is read, and a fresh home begins.
RUNS_A_STORM = 50


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    asked.add_argument("--runs", type=int, default=1_000)
    asked.add_argument("--entries", type=int, default=11, help="drinks in a run; a full disk refuses a few")
    asked.add_argument("--from", type=int, default=0, dest="first", help="go on after so many runs of this seed (a multiple of 50)")
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked.add_argument("--fault", choices=sorted(FAULTS), help="this one in every run")
    said = asked.parse_args()
    print(f"seed {said.seed}", flush=True)
    began, total = time.monotonic(), Figures()
    with sync_playwright() as playwright:
        for first in range(said.first, said.runs, RUNS_A_STORM):
            runs = min(RUNS_A_STORM, said.runs - first)
            total += _storm(playwright, runs, said.entries, random.Random(said.seed + first), said.fault)
            print(f"{time.monotonic() - began:.0f} s, up to run {first + runs}: {total.line()}", flush=True)
    print(", ".join(f"{name} {count}" for name, count in sorted(total.faults.items())))
    sys.exit(1 if total.wrong else 0)


def _storm(playwright, runs: int, entries: int, draw: random.Random, fault: str | None) -> Figures:
    with tempfile.TemporaryDirectory(prefix="tidemark-chaos-") as folder:
        browsers = Browsers(playwright, Path(folder))
        with open_storm(browsers, Path(folder), draw) as storm:
            for _ in range(runs):
                storm.run(entries, fault)
            found = storm.verdict()
            for lie in storm.witness.lies:
                print(f"  {lie}", flush=True)
            return found


if __name__ == "__main__":
    main()
