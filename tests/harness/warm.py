"""Processes forked from one that has imported Tidemark and wired its views already: to do that anew is most of what a test waits for.

    made = within(environment, small_home.build, "Larkfield", 0, 0)       # work in the application that stands on this environment
    served = Command(["web", "--end-with-stdin"], environment, log)       # `tidemark web`, with a process id of its own
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from flask import Flask

import server
from server.__main__ import main
from tests.harness import quick

REPOSITORY = Path(__file__).resolve().parents[2]
WITHIN_S = 120.0
_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(["server.serving", "tests.harness.warm", "tests.harness.wired", "tests.harness.small_home", "tests.harness.by_tidemark"])


def within(environment: dict[str, str], work: Callable[..., Any], *given: Any) -> Any:
    """What `work(*given)` returns, done in the application of this environment. `work` is a function of an imported module."""
    ours, theirs = _FORKED.Pipe(duplex=False)
    process = _FORKED.Process(target=_work, args=(theirs, environment, work, given), daemon=True)
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


class Command:
    """A command of the console script, running. Its standard input is a pipe from us: it ends when we do."""

    def __init__(self, arguments: list[str], environment: dict[str, str], log: Path):
        theirs, self._stdin = _FORKED.Pipe(duplex=False)
        self._process = _FORKED.Process(target=_command, args=(theirs, str(log), environment, arguments), daemon=True)
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout_s: float | None = None) -> int | None:
        """Its exit code, waited for so long; None when it still runs then."""
        self._process.join(timeout_s)
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        """Let go of what we hold of a process that ended."""
        self._stdin.close()


def _work(answer: Connection, environment: dict[str, str], work: Callable[..., Any], given: tuple[Any, ...]) -> None:
    _stand_on(environment)
    try:
        with server.create_app().app_context():
            answer.send((True, work(*given)))
    except Exception:  # noqa: BLE001 (whatever it was, the test says it)
        answer.send((False, traceback.format_exc()))


def _command(stdin: Connection, log: str, environment: dict[str, str], arguments: list[str]) -> None:
    _stand_on(environment)
    os.dup2(stdin.fileno(), 0)
    written = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        os.dup2(written, stream.fileno())
        stream.reconfigure(line_buffering=True)
    main(arguments, prog_name="tidemark")


def _stand_on(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    if quick.wanted():
        quick.make_quick()
    server.wire = _wired
    os.chdir(REPOSITORY)


def _wired() -> Flask:
    """What was wired before the fork: this process has it for itself."""
    return sys.modules["tests.harness.wired"].APP
