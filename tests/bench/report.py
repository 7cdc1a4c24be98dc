"""What `make bench` prints: each figure beside its floor, measured in the same run, with its goal."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERTZ = os.sysconf("SC_CLK_TCK")


@dataclass
class Row:
    """One line. `floor` is what the same run measured as the least, or "no floor: why"; `goal` is in words; `met` is None where
    there is only a figure to know."""

    work: str
    figure: str
    floor: str
    goal: str = ""
    met: bool | None = None


def show(title: str, rows: list[Row]) -> None:
    print(f"\n{title}", flush=True)
    for row in rows:
        verdict = {True: "pass", False: "MISS", None: ""}[row.met]
        floor = f" · {row.floor}" if row.floor.startswith("no floor") else f" · floor {row.floor}"
        goal = f" · goal {row.goal}" if row.goal else ""
        print(f"  {row.work}: {row.figure}{floor}{goal}  {verdict}".rstrip(), flush=True)


def machine() -> str:
    """What these figures were measured on."""
    load = os.getloadavg()
    return f"{os.cpu_count()} cores, load {load[0]:.1f}, Python {platform.python_version()}, {platform.machine()}"


class Cpu:
    """CPU seconds of this process and of a database server's processes (by the id of the one that started them)."""

    def __init__(self, database_server: int | None = None):
        self._server = database_server

    def seconds(self) -> float:
        return time.process_time() + (_family_seconds(self._server) if self._server else 0.0)


def cpu_of(cpu: Cpu, work: Callable[[], object]) -> float:
    """CPU seconds that `work` takes."""
    before = cpu.seconds()
    work()
    return cpu.seconds() - before


def _family_seconds(first: int) -> float:
    """CPU of a process and of its living and collected children, in seconds; PostgreSQL has one for each connection."""
    ticks = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(entry.name) == first:
                ticks += sum(int(ticks_) for ticks_ in fields[11:15])
            elif int(fields[1]) == first:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / HERTZ


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of them lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]
