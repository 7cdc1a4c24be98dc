"""Open what a tablet sealed to its home's key (protocol.md, Access, *Sealed queue*), or say why one row stays closed.

A session key is sealed to the home (`keys`), a row to a session key. A key is opened once a batch and remembered while the
process runs; a row costs one AES-GCM. What is inside is then read and judged exactly as if it had come plain.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.util import urlsafe_b64decode

from server.people import home_keys
from server.records import body
from server.records.body import Unparsed
from sync.fields import sentence
from sync.messages import text
from sync.readable import bad_text, short

MEMBERS = frozenset({"id", "number", "digest", "kid", "sealed"})
#: What a sealed session key says of itself, and nothing else: no other algorithm, no packing, nothing critical.
KEY_HEADER = {"alg": home_keys.ALG, "enc": "A256GCM"}
ROW_HEADER = {"alg": "dir", "enc": "A256GCM"}
REFUSED_HEADERS = frozenset({"zip", "crit", "b64"})
SESSION_KEY_BYTES, IV_BYTES, TAG_BYTES = 32, 12, 16
#: A sealed session key has some 500 characters. Longer texts are no such key, and are not kept beside a row.
KEY_TEXT_MAX = 4096

_DIGEST = re.compile(r"[0-9a-f]{64}")
_registry = jwe.JWERegistry(algorithms=list(KEY_HEADER.values()), strict_check_header=False)

Errors = dict[str, list[str]]


class Closed(Exception):
    """Something sealed cannot be opened; the argument is a key of `problems.entry`."""


@dataclass(frozen=True, slots=True)
class Unopened:
    """A row that stays closed, with its sealed session key where one came, so that it can still be opened one day."""

    row: dict[str, Any]
    key: str | None
    errors: Errors

    @property
    def id(self) -> str | None:
        """The id that the row gives itself, where it can be told."""
        id_ = self.row.get("id")
        return id_ if isinstance(id_, str) and id_ and not bad_text(id_) else None

    @property
    def claimed(self) -> str:
        """The digest that the row gives itself, "" where it gives none. It proves nothing."""
        digest = self.row.get("digest")
        return digest if isinstance(digest, str) and _DIGEST.fullmatch(digest) else ""

    @property
    def text(self) -> bytes:
        """The row as it came: what sameness is judged by."""
        return json.dumps(self.row, separators=(",", ":"), sort_keys=True).encode()

    @property
    def kept(self) -> bytes:
        """The row as it is kept, its session key beside it."""
        keys = {} if self.key is None else {"keys": {self.row["kid"]: self.key}}
        return json.dumps({**self.row, **keys}, separators=(",", ":"), sort_keys=True).encode()


def is_sealed(raw: Any) -> bool:
    """Whether an entry of a batch is a sealed row, well formed or not."""
    return type(raw) is dict and "sealed" in raw


class Opener:
    """Opens the rows of one batch from one device. `device` is its id as text; `private_key` gives the home's of a name as PEM,
    None where it has none."""

    def __init__(self, device: str, keys: Mapping[str, Any] | None, private_key: Callable[[str], str | None]):
        self._device, self._keys, self._private_key = device, keys or {}, private_key
        self._sessions: dict[str, AESGCM | str] = {}

    def open(self, row: dict[str, Any]) -> Any:
        """The submission inside (or `Unparsed`, where it is no JSON); None where its key did not come; or `Unopened`."""
        if errors := _misshapen(row):
            return self.closed(row, errors)
        if row["kid"] not in self._keys:
            return None
        try:
            inner = _read(_plain(row, self._device, self._session(row["kid"])), row)
        except Closed as why:
            return self.closed(row, {"sealed": [text(f"problems.entry.{why}")]})
        differs = not isinstance(inner, Unparsed) and [
            name for name in ("id", "number") if not isinstance(inner, dict) or not _same(inner.get(name), row[name])
        ]
        return self.differs(row, differs) if differs else inner

    def closed(self, row: dict[str, Any], errors: Errors) -> Unopened:
        """The row as one that stays closed."""
        kid = row.get("kid")
        key = self._keys.get(kid) if isinstance(kid, str) else None
        fit = isinstance(key, str) and len(key) <= KEY_TEXT_MAX
        return Unopened(row, key if fit else None, errors)

    def differs(self, row: dict[str, Any], names: list[str]) -> Unopened:
        """The row as one that says something else outside than inside."""
        return self.closed(row, {name: [text("problems.entry.sealed_differs")] for name in names})

    def _session(self, kid: str) -> AESGCM:
        if kid not in self._sessions:
            try:
                self._sessions[kid] = self._open_key(self._keys[kid])
            except Closed as why:
                self._sessions[kid] = str(why)
        found = self._sessions[kid]
        if isinstance(found, str):
            raise Closed(found)
        return found

    def _open_key(self, token: Any) -> AESGCM:
        if not isinstance(token, str) or len(token) > KEY_TEXT_MAX:
            raise Closed("sealed_key")
        header = _header(token, KEY_HEADER, "sealed_key")
        named = header.get("kid")
        pem = self._private_key(named) if isinstance(named, str) else None
        if pem is None:
            raise Closed("sealed_home_key")
        return _session_key(token, pem)


@lru_cache(maxsize=2048)
def _session_key(token: str, pem: str) -> AESGCM:
    try:
        raw = jwe.decrypt_compact(token, home_keys.key_of(pem), registry=_registry).plaintext
    except (JoseError, InvalidTag, ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError) as error:
        raise Closed("sealed_key") from error
    if raw is None or len(raw) != SESSION_KEY_BYTES:
        raise Closed("sealed_key")
    return AESGCM(raw)


def _misshapen(row: dict[str, Any]) -> Errors:
    """What is wrong with the outside of a row; {} when it has the five members and nothing else."""
    errors: Errors = {}
    for name in row.keys() - MEMBERS:
        if bad_text(name):
            errors["submission"] = [text("refusals.bad_name")]
        else:
            errors[short(name)] = [sentence("unknown_member", short(name))]
    for name in MEMBERS - row.keys():
        errors[name] = [sentence("missing_member", name)]
    for name in ("id", "kid", "sealed"):
        value = row.get(name)
        if name in row and not (isinstance(value, str) and value and not bad_text(value)):
            errors[name] = [sentence("text", name)]
    if "number" in row and _whole(row["number"]) is None:
        errors["number"] = [sentence("whole", "number")]
    digest = row.get("digest")
    if "digest" in row and not (digest is None or (isinstance(digest, str) and _DIGEST.fullmatch(digest))):
        errors["digest"] = [text("problems.entry.sealed_differs")]
    return errors


def _plain(row: dict[str, Any], device: str, session: AESGCM) -> bytes:
    """What a row holds: compact JWE with `dir`, whose header must name this row and this device."""
    sealed = row["sealed"]
    header = _header(sealed, ROW_HEADER, "sealed_broken")
    named = all(_same(header.get(name), row[name]) for name in ("id", "number", "kid"))
    if not named or header.get("device") != device:
        raise Closed("sealed_other")
    head, key, iv, ciphertext, tag = sealed.split(".")
    try:
        nonce, cut = urlsafe_b64decode(iv.encode()), urlsafe_b64decode(tag.encode())
        if key or len(nonce) != IV_BYTES or len(cut) != TAG_BYTES:
            raise Closed("sealed_broken")
        return session.decrypt(nonce, urlsafe_b64decode(ciphertext.encode()) + cut, head.encode())
    except (InvalidTag, ValueError) as error:
        raise Closed("sealed_broken") from error


def _header(token: str, wanted: Mapping[str, str], why: str) -> dict[str, Any]:
    """The protected header of a compact JWE that has five parts and the algorithms wanted. Raises Closed(`why`)."""
    parts = token.split(".")
    try:
        header = orjson.loads(urlsafe_b64decode(parts[0].encode()))
    except ValueError as error:
        raise Closed(why) from error
    fit = isinstance(header, dict) and all(header.get(name) == value for name, value in wanted.items())
    if len(parts) != 5 or not fit or REFUSED_HEADERS & header.keys():
        raise Closed(why)
    return header


def _read(plain: bytes, row: dict[str, Any]) -> Any:
    """The submission in an opened row, read as one entry of a body is. What is no JSON keeps the row's id and number."""
    found = body.entry(plain)
    return Unparsed(found.text, row["id"], _whole(row["number"])) if isinstance(found, Unparsed) else found


def _whole(value: Any) -> int | None:
    """A count from 1, also when it was written 1.0; None for anything else."""
    if type(value) is float and value.is_integer():
        value = int(value)
    return value if type(value) is int and 1 <= value < 2**53 else None


def _same(inner: Any, outer: Any) -> bool:
    """Whether two members say the same: texts alike, numbers alike."""
    if isinstance(outer, str):
        return type(inner) is str and inner == outer
    return _whole(inner) is not None and _whole(inner) == _whole(outer)
