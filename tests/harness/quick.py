"""What only makes tests wait: PINs and passwords that cost an attacker something to guess, and a disk that has really written.

Nobody guesses in a test and none cuts the power. For pytest alone, which says so in the environment of all that it forks: what
`make bench` measures, and whatever a Python of its own serves, keeps the real ones. That those are what they should be is asked in
tests/api: test_access.py, test_unlock_keys.py, test_database_trouble.py.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from argon2 import PasswordHasher

from server import config, serving
from server.people import signin

NAME = "QUICK_SECRETS"
#: Rounds of PBKDF2, in the browser as well.
ROUNDS = 1_000
_load = config.load


def wanted() -> bool:
    return os.environ.get(NAME) == "1"


def make_quick() -> None:
    """From now on, in this process and in those that it forks."""
    os.environ[NAME] = "1"
    signin._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    config.load = serving.load = _quick


def _quick(*given) -> config.Config:
    return replace(_load(*given), unlock_rounds=ROUNDS)


def wait_for_no_disk(connection: Any, _record: Any) -> None:
    """To be told of each connection to SQLite, after the server has set it up."""
    connection.execute("PRAGMA synchronous=OFF")
