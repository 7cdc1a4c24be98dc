"""Many schedules over several processes, and the table of what they came to."""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.harness.postgres import Postgres
from tests.sim.checks import CHECKS, NO_ERROR
from tests.sim.installation import Installation
from tests.sim.schedule import Outcome, run

#: Seeds that one process takes at a time.
CHUNK = 20
#: Where nobody watches, one line of progress for so many schedules.
TOLD_EVERY = 200
_place: Installation | None = None


def one(seed: int, database: str) -> Outcome:
    postgres = Postgres() if database == "postgresql" else None
    with tempfile.TemporaryDirectory(prefix="tidemark-sim-") as folder:
        try:
            return run(Installation(Path(folder), postgres), seed)
        finally:
            if postgres:
                postgres.stop()


def _start(folder: str) -> None:
    global _place
    own = Path(tempfile.mkdtemp(dir=folder))
    _place = Installation(own)


def _chunk(seeds: range) -> list[Outcome]:
    found = [run(_place, seed) for seed in seeds]
    for outcome in found:
        outcome.story.clear()  # a seed tells it again
    return found


def many(first: int, schedules: int, processes: int, database: str) -> bool:
    """Run so many seeds and print what they came to. True when everything held."""
    began, outcomes = time.monotonic(), []
    if database == "postgresql":
        postgres = Postgres()
        with tempfile.TemporaryDirectory(prefix="tidemark-sim-") as folder:
            place = Installation(Path(folder), postgres)
            outcomes = [run(place, seed) for seed in range(first, first + schedules)]
        postgres.stop()
    else:
        chunks = [range(at, min(at + CHUNK, first + schedules)) for at in range(first, first + schedules, CHUNK)]
        with tempfile.TemporaryDirectory(prefix="tidemark-sim-") as folder:
            with multiprocessing.get_context("spawn").Pool(processes, _start, (folder,)) as pool:
                for found in pool.imap_unordered(_chunk, chunks):
                    outcomes += found
                    show_broken(found)  # at once: a long run may be ended before its table
                    _progress(outcomes, schedules)
    show(outcomes, time.monotonic() - began)
    return all(outcome.holds for outcome in outcomes)


def _progress(outcomes: list[Outcome], of: int) -> None:
    done = f"{len(outcomes)} of {of}, {sum(not outcome.holds for outcome in outcomes)} broken"
    if sys.stderr.isatty():
        print(f"\r{done}", end="", file=sys.stderr)
    elif len(outcomes) % TOLD_EVERY == 0:
        print(f"{done}, {sum(outcome.entries for outcome in outcomes)} entries", flush=True)


def show(outcomes: list[Outcome], seconds: float) -> None:
    """The table: schedules, entries, faults by kind, and how often each invariant was broken."""
    faults: Counter[str] = sum((outcome.faults for outcome in outcomes), Counter())
    print(f"{len(outcomes)} schedules (seeds {min(o.seed for o in outcomes)} to {max(o.seed for o in outcomes)}), "
          f"{sum(o.entries for o in outcomes)} entries, {sum(faults.values())} faults, {seconds:.0f} s")  # fmt: skip
    print("\nFault                      times")
    for name, count in faults.most_common():
        print(f"{name:24} {count:7}")
    print("\nInvariant               violations")
    for name in (*CHECKS, NO_ERROR):
        print(f"{name:24} {sum(name in o.broken for o in outcomes):7}")
    show_broken(outcomes)


def show_broken(outcomes: list[Outcome]) -> None:
    for outcome in sorted((o for o in outcomes if not o.holds), key=lambda o: o.seed)[:10]:
        print(f"\nBroken: python -m tests.sim --seed {outcome.seed}")
        for name, said in outcome.broken.items():
            print(f"  {name}: {said[0][:600]}" + (f" (and {len(said) - 1} more)" if len(said) > 1 else ""), flush=True)
