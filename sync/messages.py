"""Every word that a person reads comes from one file, `messages.json`, by a dotted key.

The file is British English and split into sections (problems, refusals, kinds, alerts, push, app, pages, cli), so that a
translation, a clinician's signature or a spelling check has one place to look.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("messages.json")


@cache
def _messages() -> dict[str, Any]:
    return json.loads(_FILE.read_text(encoding="utf-8"))


@cache
def _at(key: str) -> Any:
    found: Any = _messages()
    for part in key.split("."):
        if not isinstance(found, dict) or part not in found:
            raise KeyError(f"messages.json has no {key!r}")
        found = found[part]
    return found


def text(key: str, **values: Any) -> str:
    """The sentence at `key`, its `{names}` filled from `values`. KeyError names a key or value that is missing."""
    found = _at(key)
    if not isinstance(found, str):
        raise KeyError(f"{key!r} in messages.json is not a sentence")
    return found.format_map(values) if values else found


def section(name: str) -> dict[str, Any]:
    """One whole branch of the file, by its dotted key, as it stands there. Read it; never change it."""
    found = _at(name)
    if not isinstance(found, dict):
        raise KeyError(f"{name!r} in messages.json is not a section")
    return found


def word(key: str, default: str) -> str:
    """The text at `key`, or `default` where the file has none (codes that a home made up itself)."""
    try:
        found = _at(key)
    except KeyError:
        return default
    return found if isinstance(found, str) else default
