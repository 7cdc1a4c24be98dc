"""The frameworks that this installation knows: those that Tidemark brings, and files that somebody laid beside the data.

A file `frameworks/*.json` in the data folder is read from the next request on; nothing is restarted and no code is changed. One with
the id of another takes its place. One that cannot be read is left out, and the plan's page says so.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import orjson
from flask import current_app

import sync
from sync.rules import framework
from sync.rules.framework import Framework

#: Those that come with Tidemark.
OURS = Path(sync.__file__).parent
FOLDER = "frameworks"


def known() -> tuple[list[Framework], list[tuple[str, str]]]:
    """(every framework, oldest first; the name of each file that cannot be read, and why)."""
    data = current_app.extensions["tidemark"].data
    found: dict[str, Framework] = {}
    wrong = []
    for path in [*sorted(OURS.glob("framework_*.json")), *sorted((data / FOLDER).glob("*.json"))]:
        try:
            read = _read(path, path.stat().st_mtime_ns)
        except (OSError, ValueError) as error:
            wrong.append((path.name, str(error)))
        else:
            found[read.id] = read
    return sorted(found.values(), key=lambda each: (each.starts, each.id)), wrong


@lru_cache(maxsize=32)
def _read(path: Path, _changed_ns: int) -> Framework:
    return framework.read(orjson.loads(path.read_bytes()))
