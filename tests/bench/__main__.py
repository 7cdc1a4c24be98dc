"""`make bench`: every figure of performance.md that this version can measure, each beside its floor or with a word on why it has none. It prints; it gates nothing.

`python -m tests.bench intake` runs one part: intake, filled, push, alerting, pack, tap, drain or woken.
"""

from __future__ import annotations

import sys

from tests.bench import alerting, drain, filled, intake, pack, push, tap, woken
from tests.bench.report import machine, show
from tests.harness.postgres import Postgres


def main() -> None:
    wanted = set(sys.argv[1:]) or {"intake", "filled", "push", "alerting", "pack", "tap", "drain", "woken"}
    print(f"Measured on {machine()}")
    postgres = Postgres(durable=True)
    try:
        if "intake" in wanted:
            show("Intake", intake.run(postgres))
        if "filled" in wanted:
            show("In use", filled.run(postgres))
        if "push" in wanted:
            show("Breach to push", push.run(postgres))
        if "alerting" in wanted:
            show("What alerts cost", alerting.run(postgres))
        if "pack" in wanted:
            show("What governance costs", pack.run(postgres))
    finally:
        postgres.stop()
    if "tap" in wanted:
        show("On the tablet", tap.run())
    if "drain" in wanted:
        show("After two weeks offline", drain.run())
    if "woken" in wanted:
        show("At three in the morning", woken.run())


if __name__ == "__main__":
    main()
