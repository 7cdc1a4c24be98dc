"""A long storm: `python -m tests.chaos --runs 1000 --entries 10 --seed 7`. Prints the figures; ends with 1 where one is wrong."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.chaos.storm import Figures, Storm
from tests.harness import small_home
from tests.harness.browser import Browsers
from tests.harness.hands import Hands
from tests.harness.processes import Installation
from tests.harness.proxy import FaultProxy

#: Runs in one storm: then the tablet drains, the ledger is read, and a fresh home begins.
RUNS_A_STORM = 25


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    asked.add_argument("--runs", type=int, default=1_000)
    asked.add_argument("--entries", type=int, default=10, help="entries in a run")
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    said = asked.parse_args()
    print(f"seed {said.seed}", flush=True)
    began, storms = time.monotonic(), []
    with sync_playwright() as playwright:
        for first in range(0, said.runs, RUNS_A_STORM):
            runs = min(RUNS_A_STORM, said.runs - first)
            storms.append(_storm(playwright, runs, said.entries, random.Random(said.seed + first)))
            show(storms, time.monotonic() - began)
    sys.exit(1 if any(figures.wrong for figures in storms) else 0)


def _storm(playwright, runs: int, entries: int, draw: random.Random) -> Figures:
    with tempfile.TemporaryDirectory(prefix="tidemark-chaos-") as folder:
        tidemark = Installation(Path(folder) / "data")
        browsers, proxy = Browsers(playwright, Path(folder)), None
        try:
            tidemark.start()
            home = small_home.make(tidemark)
            proxy = FaultProxy(tidemark.url).start()
            hands = Hands(browsers.open(), proxy.url, home)
            hands.enrol(home["codes"].pop(0))
            hands.sign_in("Ama Mensah")
            storm = Storm(hands, tidemark, proxy, home, draw)
            storm.begin()
            for _ in range(runs):
                storm.run(entries)
            return storm.end()
        finally:
            browsers.close()
            if proxy:
                proxy.stop()
            tidemark.kill9()


def show(storms: list[Figures], seconds: float) -> None:
    """One line of figures for everything so far."""
    total = {name: sum(getattr(figures, name) for figures in storms) for name in ("runs", "entries", "lost", "doubled", "false_saved", "false_sent", "wrong_name")}
    print(", ".join(f"{name.replace('_', ' ')} {count}" for name, count in total.items()) + f", {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
