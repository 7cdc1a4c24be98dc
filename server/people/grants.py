"""Device tokens and grants: signed, not looked up, so that a server restored from a backup still knows them.

A token says which device of which home; a grant says that a person, with the roles held then, unlocked one device. Both
are signed with the home's secret. Whether a device or a person's access was ended since is looked up by the caller.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from functools import lru_cache

from itsdangerous import BadData, URLSafeSerializer

# How long an unlock lasts while a tablet is offline (protocol.md, Access).
GRANT_LIFE_MS = 72 * 3_600_000
# A grant older than this is renewed by the next request that carries it.
GRANT_RENEW_AFTER_MS = 3_600_000


@dataclass(frozen=True)
class Token:
    """What a device token says."""

    home: uuid.UUID
    device: uuid.UUID


@dataclass(frozen=True)
class Grant:
    """What a grant says. `roles` is sorted; times are milliseconds UTC by the server."""

    id: str
    person: uuid.UUID
    roles: tuple[str, ...]
    home: uuid.UUID
    device: uuid.UUID
    issued_ms: int
    expires_ms: int


def _serializer(secret: bytes, salt: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=salt, signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256})


def issue_token(secret: bytes, home: uuid.UUID, device: uuid.UUID) -> str:
    """The token that an enrolled device sends with every request."""
    return _serializer(secret, "device").dumps([home.hex, device.hex])


@lru_cache(maxsize=4096)
def token_home(token: str) -> uuid.UUID | None:
    """The home that a token claims, before its signature is checked; None when it is no token."""
    try:
        ok, claims = _serializer(b"", "device").loads_unsafe(token)
        return uuid.UUID(claims[0]) if isinstance(claims, list) and len(claims) == 2 else None
    except (BadData, ValueError, TypeError, AttributeError, RecursionError):
        return None


@lru_cache(maxsize=4096)
def read_token(secret: bytes, token: str) -> Token | None:
    """What the token says, or None when this home did not sign it."""
    try:
        home, device = _serializer(secret, "device").loads(token)
        return Token(uuid.UUID(home), uuid.UUID(device))
    except (BadData, ValueError, TypeError, AttributeError):
        return None


def issue_grant(
    secret: bytes, home: uuid.UUID, device: uuid.UUID, person: uuid.UUID, roles: list[str], now_ms: int
) -> tuple[str, Grant]:
    """A new grant and its signed text."""
    grant = Grant(
        uuid.uuid4().hex, person, tuple(sorted(roles)), home, device, now_ms, now_ms + GRANT_LIFE_MS
    )
    claims = [grant.id, person.hex, list(grant.roles), home.hex, device.hex, grant.issued_ms, grant.expires_ms]
    return _serializer(secret, "grant").dumps(claims), grant


@lru_cache(maxsize=4096)
def read_grant(secret: bytes, text: str) -> Grant | None:
    """What the grant says, or None when this home did not sign it. Expiry and device are the caller's to judge."""
    try:
        id_, person, roles, home, device, issued, expires = _serializer(secret, "grant").loads(text)
        return Grant(id_, uuid.UUID(person), tuple(roles), uuid.UUID(home), uuid.UUID(device), issued, expires)
    except (BadData, ValueError, TypeError, AttributeError, UnicodeError):
        return None
