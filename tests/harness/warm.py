"""Work inside an installation, served or not, in a process of its own under its environment and its clock.

    made = within(tidemark, small_home.build, "Larkfield", 0, 0)

The process is forked from one that has imported Tidemark already: starting Python and importing it anew takes longer than
most of what tests want done.
"""

from __future__ import annotations

import multiprocessing
import os
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from server import create_app
from tests.harness.processes import Installation

WITHIN_S = 120.0
_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(["tests.harness.warm", "tests.harness.small_home", "tests.harness.by_tidemark"])


def within(tidemark: Installation, work: Callable[..., Any], *given: Any) -> Any:
    """What `work(*given)` returns, done in the application of this installation. `work` is a function of an imported module."""
    ours, theirs = _FORKED.Pipe(duplex=False)
    process = _FORKED.Process(target=_work, args=(theirs, tidemark.environment, work, given), daemon=True)
    process.start()
    theirs.close()
    try:
        assert ours.poll(WITHIN_S), f"{work.__name__} took over {WITHIN_S} s"
        done, answer = ours.recv()
    finally:
        process.kill()
        process.join()
    assert done, answer
    return answer


def _work(answer: Connection, environment: dict[str, str], work: Callable[..., Any], given: tuple[Any, ...]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    try:
        with create_app().app_context():
            answer.send((True, work(*given)))
    except Exception:  # noqa: BLE001 (whatever it was, the test says it)
        answer.send((False, traceback.format_exc()))
