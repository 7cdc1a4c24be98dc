"""Tidemark as real processes: started on free ports, moved through time, killed hard, and ended by their ids.

    tidemark = Installation(tmp_path)
    tidemark.start()                 # web and escalator; start("serve") is the command with both in it
    tidemark.forward(hours=3)        # every process of it sees the time move
    tidemark.kill9()                 # no goodbye: all processes at once
    tidemark.start()                 # the same data, the same port

Nothing outlives the test run: every process holds a pipe from us as its standard input, and ends with it.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from flask import current_app

from server import db_upgrade
from tests.harness.warm import REPOSITORY, Command, within

T = TypeVar("T")
# Two busy cores may need a while to import everything twice.
READY_WITHIN_S = 120.0
ENDED_WITHIN_S = 60.0
# Long enough on a machine that is busy with other tests: what is waited for is asserted, how fast it comes is not.
PATIENCE_S = 30.0


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(ask: Callable[[], T], *, within_s: float = PATIENCE_S, what: str = "it", every_s: float = 0.05) -> T:
    """Ask again until the answer is true, and return that answer; fail with `what` was waited for."""
    end = time.monotonic() + within_s
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"waited {within_s} s for {what}; last answer: {answer!r}")
        time.sleep(every_s)


class Process:
    """One started process of Tidemark, with its children."""

    def __init__(self, arguments: list[str], environment: dict[str, str], log: Path):
        self.log, arguments = log, [*arguments, "--end-with-stdin"]
        # `serve` is started as people start it; what it would start itself is forked, and so is there at once.
        self.popen = Popen(arguments, environment, log) if arguments[0] == "serve" else Command(arguments, environment, log)

    @property
    def running(self) -> bool:
        return self.popen.poll() is None

    def children(self) -> list[int]:
        """The ids of the processes that it started and that still run."""
        return children_of(self.popen.pid)

    def stop(self) -> int:
        """Ask it to end, as Ctrl-C's SIGTERM would, and return its exit code."""
        if self.running:
            self.popen.terminate()
        return self._gone()

    def kill9(self) -> None:
        """End it and its children as a power cut would."""
        if not self.running:
            return
        ids = [self.popen.pid, *self.children()]
        # Stopped first, so that a supervisor can't start a child between our reading of its children and the kill.
        os.kill(self.popen.pid, signal.SIGSTOP)
        ids += [child for child in self.children() if child not in ids]
        for process in ids:
            kill(process)
        self._gone()
        until(lambda: not any(alive(process) for process in ids), what="killed processes to be gone")

    def _gone(self) -> int:
        code = self.popen.wait(ENDED_WITHIN_S)
        if code is None:
            self.popen.kill()
            code = self.popen.wait()
        self.popen.close()
        return code


class Popen(subprocess.Popen):
    """A command of the console script, started by a Python of its own."""

    def __init__(self, arguments: list[str], environment: dict[str, str], log: Path):
        with log.open("ab") as output:
            super().__init__(
                [sys.executable, "-m", "server", *arguments],
                cwd=REPOSITORY, env=environment, stdin=subprocess.PIPE, stdout=output, stderr=output,
            )  # fmt: skip

    def wait(self, timeout: float | None = None) -> int | None:
        """Its exit code, waited for so long; None when it still runs then."""
        try:
            return super().wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def close(self) -> None:
        """Let go of what we hold of a process that ended."""
        self.stdin.close()


class Installation:
    """One Tidemark: a data folder, a database, a port, a clock that can be moved; any number of processes."""

    def __init__(self, data: Path, *, database_url: str | None = None, port: int | None = None, **environment: str):
        self.data, self.port = data, port or free_port()
        data.mkdir(parents=True, exist_ok=True)
        self._clock = data / "clock-shift-ms"
        self._clock.write_text("0")
        self.log = data / "log.txt"
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("TIDEMARK_") and k != "DATABASE_URL"},
            "TIDEMARK_DATA": str(data),
            "TIDEMARK_CLOCK_FILE": str(self._clock),
            "TIDEMARK_PUSH_ALLOW_LOOPBACK": "1",
            "TIDEMARK_VAPID_SUBJECT": "mailto:operations@saltmarsh.example",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            **({"DATABASE_URL": database_url} if database_url else {}),
            **environment,
        }
        self.processes: list[Process] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, command: str | None = None, *, wait: bool = True) -> Process:
        """Start `serve`, `web` or `escalator`, or where none is named web and escalator apart; with `wait`, return when it
        answers. Returns the process, of two the first."""
        if command is None:
            within(self.environment, _migrate)
        started = [Process([each], self.environment, self.log) for each in ([command] if command else ["web", "escalator"])]
        self.processes += started
        if wait and command != "escalator":
            ready = self._answers if command == "web" else self.healthy
            until(lambda: all(map(self._still, started)) and ready(), within_s=READY_WITHIN_S, what=f"{command or 'Tidemark'} to be up")
        return started[0]

    @property
    def serving(self) -> bool:
        return any(process.running for process in self.processes)

    def stop(self) -> None:
        for process in self._all():
            process.stop()

    def kill9(self) -> None:
        for process in self._all():
            process.kill9()

    def forward(self, **delta: float) -> None:
        """Move the clock of every process of this installation: `forward(hours=3, minutes=10)`."""
        shift = int(self._clock.read_text()) + int(timedelta(**delta).total_seconds() * 1000)
        # In one step: a process must never read half a number.
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(str(shift))
        fresh.replace(self._clock)

    def now(self) -> datetime:
        """The time as this installation's processes see it."""
        return datetime.now(UTC) + timedelta(milliseconds=int(self._clock.read_text()))

    def tidemark(self, *arguments: str, check: bool = True) -> str:
        """Run a command of the console script to its end and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "server", *arguments],
            cwd=REPOSITORY, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        if check and done.returncode:
            raise AssertionError(f"tidemark {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def tidemark_json(self, *arguments: str) -> Any:
        return json.loads(self.tidemark(*arguments, "--json"))

    def call(self, path: str, body: Any = None, *, token: str | None = None, method: str | None = None) -> tuple[int, Any]:
        """One HTTP request to it, without a browser: (status, JSON)."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def _all(self) -> list[Process]:
        processes, self.processes = self.processes, []
        return processes[::-1]

    def _still(self, process: Process) -> bool:
        if not process.running:
            raise AssertionError(f"it ended by itself, exit {process.popen.returncode}:\n{self.log.read_text()[-4000:]}")
        return True

    def healthy(self) -> bool:
        """Whether health says that all is well."""
        try:
            return self.call("/api/v1/health")[0] == 200
        except (OSError, ValueError):
            return False

    def _answers(self) -> bool:
        try:
            return bool(self.call("/api/v1/health")[0])
        except (OSError, ValueError):
            return False


def _migrate() -> None:
    db_upgrade(current_app)


def children_of(process: int) -> list[int]:
    """The ids of the living processes whose parent is `process` (Linux, without ps)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _parent(int(entry.name)) == process:
            found.append(int(entry.name))
    return found


def descendants(process: int) -> list[int]:
    """The ids of its living children, of theirs, and so on."""
    return [one for child in children_of(process) for one in (child, *descendants(child))]


def kill(process: int) -> None:
    """No goodbye, where it still runs."""
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        pass


def alive(process: int) -> bool:
    """Whether it still runs; one that ended and was not yet collected by its parent does not."""
    return _stat(process)[:1] not in ([], ["Z"], ["X"])


def _parent(process: int) -> int | None:
    stat = _stat(process)
    return int(stat[1]) if len(stat) > 1 else None


def _stat(process: int) -> list[str]:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
