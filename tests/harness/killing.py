"""Find the process that is at a certain point, so that it can be killed exactly there: inside its transaction, or between
a POST and the note of it. Nothing in the server knows of this."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Iterable
from contextlib import contextmanager
from pathlib import Path

import psycopg

# Bytes of a `-shm` file that SQLite locks while somebody writes (WAL_WRITE_LOCK).
WAL_WRITE_LOCK = 120


def kill9(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def sender_of(port: int, pids: Iterable[int]) -> int | None:
    """Which of these processes holds the local TCP port `port`."""
    inode = None
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        parts = line.split()
        if int(parts[1].split(":")[1], 16) == port and parts[9] != "0":
            inode = parts[9]
    for pid in pids:
        try:
            links = [os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()]
        except OSError:
            continue
        if f"socket:[{inode}]" in links:
            return pid
    return None


@contextmanager
def slow_outbox(kind: str, url: str):
    """While this lasts, whoever queues a message stays inside that transaction: on PostgreSQL for as long as we like, on
    SQLite for some seconds of computing. Yields a function: given processes, which of them is inside, or None."""
    if kind == "sqlite":
        path = Path(url.removeprefix("sqlite:///"))
        with sqlite3.connect(path, timeout=30, isolation_level=None) as c:
            c.execute(
                "CREATE TRIGGER dawdle BEFORE INSERT ON outbox BEGIN SELECT count(*) FROM "
                "(WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 60000000) SELECT n FROM t); END"
            )
        try:
            yield lambda pids: _sqlite_writer(path, pids)
        finally:
            with sqlite3.connect(path, timeout=60, isolation_level=None) as c:
                c.execute("DROP TRIGGER dawdle")
        return
    address = url.replace("+psycopg", "")
    with psycopg.connect(address) as blocker, psycopg.connect(address, autocommit=True) as watcher:
        blocker.execute("LOCK TABLE outbox IN SHARE MODE")
        yield lambda pids: _postgres_waiter(watcher, pids)
        blocker.rollback()


def _sqlite_writer(path: Path, pids: Iterable[int]) -> int | None:
    """The process that has held the write lock for a while."""
    inode = Path(f"{path}-shm").stat().st_ino
    first = _lock_holder(inode)
    time.sleep(0.3)
    return first if first in set(pids) and first == _lock_holder(inode) else None


def _lock_holder(inode: int) -> int | None:
    for line in Path("/proc/locks").read_text().splitlines():
        parts = line.split()
        if "->" not in parts and parts[3] == "WRITE" and parts[5].endswith(f":{inode}") and parts[6] == str(WAL_WRITE_LOCK):
            return int(parts[4])
    return None


def _postgres_waiter(c: psycopg.Connection, pids: Iterable[int]) -> int | None:
    """The process whose INSERT into the outbox waits for our lock."""
    row = c.execute(
        "SELECT client_port FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO outbox%' LIMIT 1"
    ).fetchone()
    return sender_of(row[0], pids) if row else None
