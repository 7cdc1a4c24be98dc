"""Each home's own key towards push services (RFC 8292), and who they may write to about us.

A key is made when a home's first device asks for it. Subscriptions remember the key they were made under, and an old key
goes on serving its own, so that a new key never silences a phone.
"""

from __future__ import annotations

import base64
import re
import uuid
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from server.alerts.tables import vapid_key
from server.config import Config
from sync.messages import text

# RFC 8292 allows 24 hours; four leave room for a clock that is wrong and little for a token that leaks.
TOKEN_LIFE_S = 4 * 3600
_PLACEHOLDER = Config.vapid_subject
_MAILBOX = re.compile(r"[^\s<>@,;:\"]+@((?:[a-z0-9-]+\.)+[a-z]{2,})", re.IGNORECASE)
# Names that lead nowhere: Apple answers 403 to them, so every iPhone would be dead while Android works.
_NOWHERE = (".localhost", ".local", ".invalid", ".test", ".internal", ".lan", ".home.arpa")


class BadSubject(Exception):
    """TIDEMARK_VAPID_SUBJECT is set to what a push service would refuse."""


def check_subject(subject: str) -> None:
    """Raise `BadSubject`, with a sentence for whoever starts Tidemark, unless it is a real mailto: or https: address."""
    if subject.startswith("mailto:"):
        found = _MAILBOX.fullmatch(subject.removeprefix("mailto:"))
        host = found[1] if found else ""
    else:
        parts = urlsplit(subject)
        host = parts.hostname or "" if parts.scheme == "https" and not parts.username else ""
    host = host.lower()
    if "." not in host or f".{host}".endswith(_NOWHERE) or re.fullmatch(r"[0-9.]+|.*:.*", host):
        raise BadSubject(text("push.start.bad_subject"))


def is_placeholder(subject: str) -> bool:
    """Whether nobody has said who push services may write to."""
    return subject == _PLACEHOLDER


def claims(subject: str, origin: str, now_s: float) -> dict[str, str | int]:
    """The claims of one message to one push service. A new dict each time: the library writes into what it is given."""
    return {"sub": subject, "aud": origin, "exp": int(now_s) + TOKEN_LIFE_S}


def current(c: Connection, home_id: int, now_ms: int):
    """The home's key row for new subscriptions, made if it has none (in the caller's writing transaction)."""
    query = (
        select(vapid_key)
        .where(vapid_key.c.home_id == home_id, vapid_key.c.retired_ms.is_(None))
        .order_by(vapid_key.c.made_ms.desc(), vapid_key.c.id)
        .limit(1)
    )
    if row := c.execute(query).first():
        return row
    # The first key's id is derived, so that two requests at once make one key and not two.
    made = {"home_id": home_id, "id": uuid.uuid5(uuid.NAMESPACE_OID, f"vapid:{home_id}:1"), "made_ms": now_ms, **_new()}
    insert = postgresql.insert if c.dialect.name == "postgresql" else sqlite.insert
    c.execute(insert(vapid_key).values(made).on_conflict_do_nothing())
    return c.execute(query).first()


def rotate(c: Connection, home_id: int, now_ms: int):
    """Retire the home's key and make another. Old subscriptions keep the old one until their app opens again."""
    c.execute(
        update(vapid_key)
        .where(vapid_key.c.home_id == home_id, vapid_key.c.retired_ms.is_(None))
        .values(retired_ms=now_ms)
    )
    c.execute(vapid_key.insert().values({"home_id": home_id, "id": uuid.uuid4(), "made_ms": now_ms, **_new()}))
    return current(c, home_id, now_ms)


@lru_cache(maxsize=256)
def signer(private_pem: str) -> Vapid02:
    """The key, read once a process."""
    return Vapid02(serialization.load_pem_private_key(private_pem.encode(), password=None))


def _new() -> dict[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return {"private_pem": pem.decode(), "public": base64.urlsafe_b64encode(point).rstrip(b"=").decode()}
