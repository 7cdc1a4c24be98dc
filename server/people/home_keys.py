"""A home's key pairs: tablets seal what they queue to the newest, and every one that ever was still opens.

The first stands in the home's own row; each rotation adds one. None is ever taken away: an entry sealed to a lost private
key is lost with it.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import current_app
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from sqlalchemy import Connection, insert

from server import fast
from server.db import reading, writing
from server.people.tables import home as homes_table
from server.people.tables import home_key

ALG = "ECDH-ES+A256KW"
#: When a key that was put back counts as made: before all others, so that no tablet seals to it again.
PUT_BACK_MS = -1


def fresh_pem() -> str:
    """A new P-256 private key as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@lru_cache(maxsize=4096)
def key_of(pem: str) -> ECKey:
    """The key in a PEM."""
    return ECKey.import_key(pem)


@lru_cache(maxsize=4096)
def kid_of(pem: str) -> str:
    """What names a key: its RFC 7638 thumbprint."""
    return key_of(pem).thumbprint()


def public_jwk(pem: str) -> dict[str, str]:
    """The public half as the JWK that tablets are given, with the `kid` that names it."""
    return {**key_of(pem).as_dict(private=False), "kid": kid_of(pem), "alg": ALG, "use": "enc"}


def all_of(c: Connection, home_id: int) -> list[str]:
    """Every private key of the home as PEM, the newest first."""
    return [pem for pem, _ in sorted(dated(c, home_id), key=lambda each: -each[1])]


def named(home_id: int, kid: str) -> str | None:
    """The home's private key of that name as PEM, or None. None is ever taken away, so this process remembers them: every batch
    of sealed entries asks."""
    known = current_app.extensions.setdefault("tidemark_home_keys", {})
    if (home_id, kid) not in known:
        with reading() as c:
            known.update(((home_id, kid_of(pem)), pem) for pem in all_of(c, home_id))
    return known.get((home_id, kid))


def dated(c: Connection, home_id: int) -> list[tuple[str, int]]:
    """Every private key of the home with when it was made; the first counts as made before all others."""
    first, later = fast.ask(
        c,
        fast.Question(("private_key",), homes_table, "id = ?", (home_id,)),
        fast.Question(("private_key", "made_ms"), home_key, "home_id = ? ORDER BY kid", (home_id,)),
    )
    return [(first[0][0], 0), *later]


def newest_jwk(home_id: int) -> dict[str, str]:
    """What tablets seal to now."""
    with reading() as c:
        return public_jwk(all_of(c, home_id)[0])


def rotate(home_id: int, *, now_ms: int) -> str:
    """Make a new key pair for the home and return its `kid`. Tablets are given it at their next unlock."""
    pem = fresh_pem()
    writing(lambda c: add(c, home_id, [(pem, now_ms)]))
    return kid_of(pem)


def put_back(home_id: int, pem: str) -> str:
    """Give the home back a private key that it lost, and return its `kid`. What was sealed to it can then be opened.

    Raises ValueError for a text that is no P-256 private key.
    """
    try:
        key = key_of(pem)
    except (JoseError, TypeError) as error:
        raise ValueError("no private key") from error
    if not key.is_private or key.curve_name != "P-256":
        raise ValueError("no private key of the right sort")
    writing(lambda c: add(c, home_id, [(pem, PUT_BACK_MS)]))
    return kid_of(pem)


def add(c: Connection, home_id: int, keys: list[tuple[str, int]]) -> None:
    """Add private keys, each with when it was made. One that is there already is left as it is."""
    known = {kid_of(pem) for pem in all_of(c, home_id)}
    fresh = {kid_of(pem): (pem, ms) for pem, ms in keys}
    rows = [
        {"home_id": home_id, "kid": kid, "private_key": pem, "made_ms": ms} for kid, (pem, ms) in fresh.items() if kid not in known
    ]
    if rows:
        c.execute(insert(home_key), rows)
