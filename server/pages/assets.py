"""Addresses of built files, changing when the file does, so that a browser may keep them for ever."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

DIST = Path(__file__).resolve().parents[2] / "pwa" / "dist"


def address(*names: str) -> str | None:
    """The address under /app/ of the first of these files that has been built; None while none has."""
    for name in names:
        try:
            stamp = (DIST / name).stat().st_mtime_ns
        except OSError:
            continue
        return f"/app/{name}?v={_print(name, stamp)}"
    return None


@lru_cache(maxsize=16)
def _print(name: str, _stamp: int) -> str:
    return hashlib.sha256((DIST / name).read_bytes()).hexdigest()[:12]
