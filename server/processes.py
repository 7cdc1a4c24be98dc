"""Keeping child processes alive, and ending them together.

Every child stays in the parent's process group and holds the read end of a pipe as its standard input. The parent alone
holds the other end, so however the parent dies, `kill -9` included, the pipe closes and `end_with_stdin` ends the child.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sync.messages import text

# A child that dies sooner than this after its start is restarted with a growing pause.
STEADY_AFTER_S = 10.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0
# How long a child may take to finish what it is doing before it is killed.
GOODBYE_S = 10.0
POLL_S = 0.1


def stop_on_signals(stop: threading.Event) -> None:
    """Let Ctrl-C and SIGTERM set `stop` (call it in the main thread)."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())


def end_with_stdin(on_end: Callable[[], None]) -> None:
    """Call `on_end` once, in a thread of its own, when standard input reaches its end."""

    def wait() -> None:
        try:
            while os.read(0, 4096):
                pass
        except OSError:
            pass
        on_end()

    threading.Thread(target=wait, name="end-with-stdin", daemon=True).start()


@dataclass
class Child:
    """One child: its name for people, the arguments after `python -m server`, and how it is doing."""

    name: str
    arguments: Sequence[str]
    process: subprocess.Popen | None = None
    started: float = 0.0
    pause_s: float = 0.0
    start_at: float = 0.0

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "server", *self.arguments, "--end-with-stdin"],
            stdin=subprocess.PIPE,
        )
        self.started = time.monotonic()

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None


def supervise(children: Sequence[Child], stop: threading.Event, say: Callable[[str], None]) -> None:
    """Start the children, start again whichever dies, and end all of them when `stop` is set.

    Returns once every child has ended.
    """
    for child in children:
        child.start()
    try:
        while not stop.wait(POLL_S):
            for child in children:
                _look_after(child, say)
    finally:
        end(children)


def end(children: Sequence[Child]) -> None:
    """Ask every child to finish, and kill what has not finished in time."""
    running = [child.process for child in children if child.process is not None]
    for process in running:
        if process.poll() is None:
            process.terminate()
    last = time.monotonic() + GOODBYE_S
    for process in running:
        try:
            process.wait(max(0.1, last - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin:
            process.stdin.close()


def _look_after(child: Child, say: Callable[[str], None]) -> None:
    now = time.monotonic()
    if child.running:
        return
    if child.process is not None:
        steady = now - child.started >= STEADY_AFTER_S
        child.pause_s = FIRST_PAUSE_S if steady else min(LONGEST_PAUSE_S, max(FIRST_PAUSE_S, child.pause_s * 2))
        child.start_at = now + child.pause_s
        say(text("cli.serve.child_stopped", name=child.name, how=_how(child.process.returncode)))
        child.process.stdin.close()
        child.process = None
    if now >= child.start_at:
        child.start()


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit {code}"
