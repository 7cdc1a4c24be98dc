"""A tablet's side of the sealed queue, made with jwcrypto: it shares no code with what the server opens with."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import uuid
from dataclasses import dataclass, field
from typing import Any

import rfc8785
from jwcrypto import jwe, jwk


def digest_of(submission: dict[str, Any]) -> str | None:
    """As the tablet makes it; None where there is no RFC 8785 form."""
    try:
        return hashlib.sha256(rfc8785.dumps({k: v for k, v in submission.items() if k != "grant"})).hexdigest()
    except (rfc8785.CanonicalizationError, ValueError):
        return None


def compact(plain: bytes, key: jwk.JWK, header: dict[str, Any]) -> str:
    """A compact JWE."""
    allowed = ["dir", "A256GCM", "ECDH-ES+A256KW", "ECDH-ES", "A256KW", "A128GCM", "A128CBC-HS256"]
    made = jwe.JWE(plain, json.dumps(header), algs=allowed)
    made.add_recipient(key)
    return made.serialize(compact=True)


@dataclass
class Session:
    """What one unlock makes: a random key, known to the tablet's memory and, sealed, to the home."""

    home_key: dict[str, Any]
    device: uuid.UUID
    kid: str = field(default_factory=lambda: str(uuid.uuid4()))
    raw: bytes = field(default_factory=lambda: os.urandom(32))

    @property
    def key(self) -> jwk.JWK:
        return jwk.JWK(kty="oct", k=base64.urlsafe_b64encode(self.raw).rstrip(b"=").decode())

    def sealed_key(self, plain: bytes | None = None, **header: Any) -> str:
        said = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "kid": self.home_key["kid"], **header}
        return compact(self.raw if plain is None else plain, jwk.JWK(**self.home_key), said)

    @property
    def keys(self) -> dict[str, str]:
        return {self.kid: self.sealed_key()}

    def seal(self, submission: Any, *, plain: bytes | None = None, **members: Any) -> dict[str, Any]:
        """The row of a submission; `plain` puts other bytes inside, `members` changes its outside, `header` its header."""
        header = {
            "alg": "dir", "enc": "A256GCM", "kid": self.kid, "id": submission["id"], "number": submission["number"],
            "device": str(self.device), **members.pop("header", {}),
        }  # fmt: skip
        text = json.dumps(submission).encode() if plain is None else plain
        row = {
            "id": submission["id"], "number": submission["number"], "digest": digest_of(submission), "kid": self.kid,
            "sealed": compact(text, self.key, header),
        }  # fmt: skip
        return {**row, **members}
