"""Chance and identity from the seed: every random number, id and nonce of the demo comes from here.

Each thing draws from a source named after itself, so that one more resident or one more drink changes nobody else's day.
"""

from __future__ import annotations

import hashlib
import random
import uuid

# Any fixed UUID: the root that the demo's own names hang on.
ROOT = uuid.UUID("6d0f3c4e-7f0b-5c43-9f53-0d2d6a1de0a1")


def chance(*name: object) -> random.Random:
    """A random source of its own for whatever is named: the same name, the same numbers, on any machine."""
    return random.Random("/".join(map(str, name)))


def named_id(*name: object) -> uuid.UUID:
    """The id of something that exists once: a home, a tablet, a person, a plan."""
    return uuid.uuid5(ROOT, "/".join(map(str, name)))


def _bytes(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def stamped_id(name: str, at_ms: int) -> str:
    """A UUIDv7 of a moment, as a tablet makes them; lower-case text."""
    tail = int.from_bytes(_bytes("id/" + name)[:10], "big")
    value = (at_ms << 80) | (7 << 76) | ((tail >> 62 & 0xFFF) << 64) | (2 << 62) | (tail & (2**62 - 1))
    return str(uuid.UUID(int=value))


def nonce(name: str) -> str:
    """The 16 random bytes of a submission, as 32 hex digits."""
    return _bytes("nonce/" + name)[:16].hex()


def pick_weighted(source: random.Random, table: dict[str, float]) -> str:
    """One key of the table, as often as its weight says."""
    return source.choices(list(table), list(table.values()))[0]
