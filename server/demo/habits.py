"""How a kind of person drinks, and how well it is written down: both get better over the weeks of the history."""

from __future__ import annotations

import random
from dataclasses import dataclass

from server.demo import plans


@dataclass
class Habits:
    """How a person drinks on a day, in shares and chances; recording habits beside them."""

    full: float
    refuse: float
    asleep: float
    on_time: float
    late: float


def habits_of(kind: str, monitored: bool, progress: float, luck: random.Random, recording: float | None = None) -> Habits:
    full, refuse = {
        plans.LOW: (0.62 + 0.22 * progress, 0.14 - 0.07 * progress),
        plans.DEMENTIA: (0.78 + 0.10 * progress, 0.13 - 0.05 * progress),
        plans.THICK_2: (0.80 + 0.10 * progress, 0.08 - 0.03 * progress),
        plans.THICK_3: (0.78 + 0.10 * progress, 0.07 - 0.03 * progress),
        plans.NIL: (0.80, 0.07),
        plans.LAST_DAYS: (0.55, 0.12),
    }.get(kind, (0.88, 0.04))
    if luck.random() < 0.04 and kind in (plans.LOW, plans.DEMENTIA, plans.NIL, plans.INFECTION):
        full, refuse = full * 0.55, refuse * 2.5  # a bad day
    if recording is not None:
        return Habits(full, refuse, 0.05 if monitored else 0.03, recording, 0)
    if not monitored:
        return Habits(full, refuse, 0.03, 0.55, 0.03)
    return Habits(full, refuse, 0.05, 0.79 + 0.17 * progress, 0.12 - 0.09 * progress)
