"""What Python need not search for cycles: what a process has loaded when it begins to serve, and very many records while they are read.

Of the first nothing is ever thrown away, and each search through it takes longer than a batch of a hundred entries. Sixty thousand
records are half a million objects, all of them still wanted: each search goes through them all and finds nothing, and together they
take longer than the reading. Whatever else the process makes meanwhile is searched afterwards.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_inside = 0


def settle() -> None:
    """All that there is now stays, and is not searched again. A process says so once, when it is ready to serve."""
    gc.collect()
    gc.freeze()


@contextmanager
def many() -> Iterator[None]:
    """Inside, nothing is searched; also where several requests are at it, until the last of them is through."""
    global _inside
    with _lock:
        _inside += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                gc.enable()
