"""Schedules by the thousand, or one again: `python -m tests.sim --schedules 10000`, `python -m tests.sim --seed 4711`."""

from __future__ import annotations

import argparse
import os
import sys

from tests.sim.many import many, one, show_broken


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__)
    asked.add_argument("--seed", type=int, help="only this schedule, told step by step")
    asked.add_argument("--schedules", type=int, default=10_000)
    asked.add_argument("--first", type=int, default=1, help="the first seed")
    asked.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    said = asked.parse_args()
    if said.seed is not None:
        outcome = one(said.seed, said.database)
        print("\n".join(outcome.story))
        print(f"seed {outcome.seed}: {outcome.entries} entries, head {outcome.head}")
        show_broken([outcome])
        sys.exit(0 if outcome.holds else 1)
    sys.exit(0 if many(said.first, said.schedules, said.processes, said.database) else 1)


if __name__ == "__main__":
    main()
