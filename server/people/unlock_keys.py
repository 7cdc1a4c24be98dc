"""One key pair a person, so that whoever unlocked any tablet online can unlock all of the home's tablets offline.

The server hears the PIN once, at a right unlock, and makes the pair then: the private half leaves only inside `box`, under
a key that PBKDF2 makes of the PIN. A tablet wraps its own data key to the public half, and the server seals a grant to it.
What six digits can and cannot protect is said in docs/privacy.md.
"""

from __future__ import annotations

import base64
import os
import uuid
from typing import Any, NamedTuple

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from joserfc import jwe
from joserfc.jwk import ECKey
from sqlalchemy import Connection, insert, select, update

from server.db import reading, writing
from server.people import grants, home_keys
from server.people.store import Home, Staff, staff_list
from server.people.tables import pin, unlock_key
from server.wire import rfc3339

SALT_BYTES, IV_BYTES, KEY_BYTES = 16, 12, 32
#: How long one online unlock lets a person unlock the home's tablets offline.
ONLINE_COUNTS_MS = 14 * 24 * 3_600_000


class UnlockKey(NamedTuple):
    """A row of table `unlock_key` but for the home."""

    staff: uuid.UUID
    salt: bytes
    rounds: int
    public: str
    box: bytes
    online_ms: int

    def wire(self) -> dict[str, Any]:
        """As `/unlock` and `/device/keys` answer it; bytes are base64url without padding."""
        return {
            "salt": _text(self.salt), "rounds": self.rounds, "public": orjson.loads(self.public), "box": _text(self.box),
        }  # fmt: skip


def at_unlock(home_id: int, who: uuid.UUID, plain: str, hashed: str, *, rounds: int, now_ms: int) -> UnlockKey | None:
    """The person's key, made now where there is none; the unlock is noted. `hashed` is the hash that the PIN was found to
    match. None when the PIN was changed by somebody else in this very moment."""

    def note(c: Connection) -> UnlockKey | None:
        c.execute(update(unlock_key).where(_mine(home_id, who)).values(online_ms=now_ms))
        return _one(c, home_id, who)

    def keep(c: Connection) -> UnlockKey | None:
        still = c.execute(select(pin.c.hash).where(pin.c.home_id == home_id, pin.c.staff == who).with_for_update()).scalar()
        if still != hashed:
            return None
        found = note(c)  # another tablet was quicker
        if found is None:
            c.execute(insert(unlock_key).values(home_id=home_id, **made._asdict()))
        return found or made

    known = writing(note)
    if known is not None:
        return known
    made = _make(who, plain, rounds, now_ms)
    return writing(keep)


def people_for(home: Home, device: uuid.UUID, *, now_ms: int) -> list[dict[str, Any]]:
    """Everyone who may enter and unlocked online within the last 14 days, each with a grant for this device that only
    their PIN opens."""
    since = now_ms - ONLINE_COUNTS_MS
    with reading() as c:
        query = select(*(unlock_key.c[name] for name in UnlockKey._fields))
        rows = c.execute(query.where(unlock_key.c.home_id == home.id, unlock_key.c.online_ms > since))
        keys = {row.staff: UnlockKey(*row) for row in rows}
    home_key = home_keys.newest_jwk(home.id)
    return [
        _for_device(home, device, person, keys[person.id], home_key, now_ms)
        for person in staff_list(home.id, now_ms=now_ms)
        if person.id in keys
    ]


def _for_device(
    home: Home, device: uuid.UUID, person: Staff, key: UnlockKey, home_key: dict[str, str], now_ms: int
) -> dict[str, Any]:
    text, grant = grants.issue_grant(home.secret, home.uuid, device, person.id, list(person.roles), now_ms)
    inside = orjson.dumps({"grant": text, "expires_at": rfc3339(grant.expires_ms), "home_key": home_key})
    public = ECKey.import_key(orjson.loads(key.public))
    return {
        "staff": str(person.id),
        "name": person.name,
        "roles": list(person.roles),
        **key.wire(),
        "online_at": rfc3339(key.online_ms),
        "grant": jwe.encrypt_compact(
            {"alg": home_keys.ALG, "enc": "A256GCM"}, inside, public, algorithms=[home_keys.ALG, "A256GCM"]
        ),
    }


def _mine(home_id: int, who: uuid.UUID):
    return (unlock_key.c.home_id == home_id) & (unlock_key.c.staff == who)


def _one(c: Connection, home_id: int, who: uuid.UUID) -> UnlockKey | None:
    row = c.execute(select(*(unlock_key.c[name] for name in UnlockKey._fields)).where(_mine(home_id, who))).first()
    return UnlockKey(*row) if row else None


def _make(who: uuid.UUID, plain: str, rounds: int, now_ms: int) -> UnlockKey:
    pair = ECKey.generate_key("P-256")
    salt, iv = os.urandom(SALT_BYTES), os.urandom(IV_BYTES)
    under = PBKDF2HMAC(hashes.SHA256(), KEY_BYTES, salt, rounds).derive(plain.encode())
    box = iv + AESGCM(under).encrypt(iv, orjson.dumps(pair.as_dict(private=True)), None)
    return UnlockKey(who, salt, rounds, orjson.dumps(pair.as_dict(private=False)).decode(), box, now_ms)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
