"""The demo home for four weeks, recorded in full and to 60 %: `python -m tests.weeks`. Prints a table; ends with 1 where an alert
said that somebody drank too little on a chart with gaps."""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

import server
from tests.harness.apps import Database, House, config_for
from tests.weeks.figures import Figures, figures
from tests.weeks.living import live

RECORDINGS = (1.0, 0.6)
TITLES = ("recorded", "charts filled", "called", "per manager-hour", "per shift", "acted on", "on a chart with gaps", "of them said low intake")


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.weeks", description=__doc__)
    asked.add_argument("--weeks", type=int, default=4)
    asked.add_argument("--residents", type=int, default=20)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--until", type=date.fromisoformat, default=date(2026, 11, 16), help="the day at whose 7am they end")
    said = asked.parse_args()
    with ProcessPoolExecutor(len(RECORDINGS)) as together:
        found = list(together.map(_one, RECORDINGS, [said] * len(RECORDINGS)))
    for line in (TITLES, *(_row(recording, each) for recording, each in zip(RECORDINGS, found, strict=True))):
        print(" | ".join(line))
    for recording, each in zip(RECORDINGS, found, strict=True):
        noisy = ", ".join(f"{rule} {count} ({acted} acted on)" for rule, count, acted in each.heard.rules)
        print(f"{recording:.0%}, by rule: {noisy}")
    sys.exit(1 if any(each.false for each in found) else 0)


def _one(recording: float, said: argparse.Namespace) -> Figures:
    days = 7 * said.weeks
    with tempfile.TemporaryDirectory(prefix="tidemark-weeks-") as folder:
        database = Database("sqlite", f"sqlite:///{folder}/tidemark.sqlite", Path(folder))
        server.db_upgrade(server.create_app(config_for(database)))
        house = House(database)
        with house.app.app_context():
            home, until_ms = live(days=days, until=said.until, residents=said.residents, recording=recording, seed=said.seed)
            found = figures(home, until_ms, days)
        house.close()
        return found


def _row(recording: float, each: Figures) -> tuple[str, ...]:
    return (
        f"{recording:.0%}", f"{each.filled:.1%}", str(each.heard.alerts), f"{each.heard.per_hour:.3f}", f"{each.a_shift:.2f}",
        f"{100 - each.heard.without_action} %", str(each.on_gaps), str(len(each.false)),
    )  # fmt: skip


if __name__ == "__main__":
    main()
