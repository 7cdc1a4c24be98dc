"""`tidemark serve` and its children: they come up together, are kept alive, and leave nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.processes import Installation, alive, children_of, until


@pytest.fixture
def tidemark(tmp_path):
    installation = Installation(tmp_path / "data")
    yield installation
    installation.kill9()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One that is up, for tests that leave it so."""
    installation = Installation(tmp_path_factory.mktemp("running") / "data")
    installation.start("serve")
    yield installation
    installation.kill9()


def said_to(process: int) -> list[bytes]:
    """The words a process was started with; none when it has ended since it was listed."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except FileNotFoundError:
        return []


def child(process, name: str) -> int | None:
    return next((pid for pid in process.children() if name.encode() in said_to(pid)), None)


def test_serve_answers_health_and_stays_in_its_process_group(running):
    assert running.healthy()
    (process,) = running.processes
    children = process.children()
    assert len(children) == 2
    groups = {os.getpgid(pid) for pid in [process.popen.pid, *children]}
    assert groups == {os.getpgid(0)}, "a process left the group it was started in"


def test_a_second_serve_on_the_same_port_says_so_in_one_line(running):
    second = subprocess.run(
        [sys.executable, "-m", "server", "serve"],
        env=running.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert second.returncode != 0
    assert f"port {running.port}" in second.stderr and "Traceback" not in second.stderr


def test_a_child_that_is_killed_is_started_again(running):
    (process,) = running.processes
    for name in ("web", "escalator"):
        before = until(lambda: child(process, name), what=name)
        os.kill(before, signal.SIGKILL)
        until(lambda: child(process, name) not in (None, before), within_s=30, what=f"a new {name}")
    until(running.healthy, within_s=60, what="health after both were killed")


def test_ctrl_c_ends_everything_cleanly(tidemark):
    process = tidemark.start("serve")
    children = process.children()
    process.popen.send_signal(signal.SIGINT)
    assert process.stop() == 0
    assert not any(alive(pid) for pid in children)
    assert "recorded is kept" in tidemark.log.read_text()


def test_the_children_end_when_their_supervisor_is_killed(tidemark):
    process = tidemark.start("serve")
    children = process.children()
    os.kill(process.popen.pid, signal.SIGKILL)
    process.popen.wait()
    until(lambda: not any(alive(pid) for pid in children), within_s=20, what="the children to end")


def test_killed_without_warning_it_starts_again_on_the_same_data(tidemark):
    first = tidemark.start("serve")
    tidemark.kill9()
    assert not first.running and children_of(first.popen.pid) == []
    tidemark.start("serve")
    assert tidemark.healthy()
