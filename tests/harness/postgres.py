"""A PostgreSQL of the tests' own: made by initdb in a folder of its own, on a free port of 127.0.0.1, gone afterwards.

Where the machine runs tests as root, the server runs as the system's user `postgres`, since PostgreSQL refuses root.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from pathlib import Path

import psycopg
import pytest

SAYS_MISSING = "PostgreSQL is needed for the tests: install the system's package postgresql (initdb was not found)."


def binaries() -> Path | None:
    """The folder that holds initdb and pg_ctl."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    return folders[-1].parent if folders else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Postgres:
    """One server. `fresh(template)` makes a database from a template and returns its URL.

    `durable` is for measuring: making a database for each test waits for the disk otherwise, and no test cuts the power.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self.bin = binaries()
        if self.bin is None:
            pytest.fail(SAYS_MISSING, pytrace=False)
        self.folder = Path(tempfile.mkdtemp(prefix="tidemark-pg-"))
        self.port = free_port()
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            os.chown(self.folder, pwd.getpwnam(self.user).pw_uid, -1)
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "tidemark", "--auth=trust", "-E", "UTF8", "--locale=C")
        sync = "on" if durable else "off"
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} "
            f"-c max_connections=200 -c shared_buffers=64MB -c fsync={sync} -c full_page_writes={sync}"
        )
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-t", "60", "-l", str(self.folder / "log"), "-o", options, "start")

    def _run(self, name: str, *arguments: str) -> None:
        command = [str(self.bin / name), *arguments]
        done = subprocess.run(
            command, user=self.user, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
        )
        if done.returncode:
            pytest.fail(f"PostgreSQL did not start for the tests: {name}: {done.stderr.strip()[-300:]}", pytrace=False)

    def admin(self, statement: str) -> None:
        address = f"host=127.0.0.1 port={self.port} user=tidemark dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://tidemark@127.0.0.1:{self.port}/{name}"

    def create(self, name: str, template: str = "template1") -> str:
        self.admin(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, name: str) -> None:
        self.admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def fresh(self, template: str) -> tuple[str, str]:
        name = f"t_{uuid.uuid4().hex[:12]}"
        # Whoever made the template may not have hung up yet, and nothing is copied under an open connection.
        self.admin(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{template}'")
        return name, self.create(name, template)

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)
