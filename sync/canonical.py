"""The RFC 8785 form of JSON, its digest, and the hash that chains a ledger.

The `rfc8785` library says what the form is. orjson writes the same bytes many times faster for everything that the two
treat alike, which is nearly every entry; `plain` says when that holds, and a differential test holds it to the library.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson
import rfc8785

_OPTIONS = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)

# Between these a fraction is written alike by ECMAScript and by orjson: no exponent, shortest digits.
_SMALLEST, _LARGEST = 1e-4, 1e15

# Nested deeper than this goes to the library; nothing that is accepted comes near.
_DEPTH = 32


class NoCanonicalForm(ValueError):
    """The value has no RFC 8785 form: a lone surrogate, an integer beyond ±(2^53 − 1), or no number at all."""


def plain(value: Any, depth: int = 0) -> bool:
    """Whether orjson, sorting by code point, writes `value` as RFC 8785 does."""
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return True
    if kind is dict:
        if depth > _DEPTH:
            return False
        for key, item in value.items():
            # RFC 8785 sorts by UTF-16 unit, orjson by UTF-8 byte: the same for ASCII.
            if type(key) is not str or not key.isascii():
                return False
            item_kind = type(item)
            if item_kind is not str and item_kind is not int and not plain(item, depth + 1):
                return False
        return True
    if kind is list:
        return depth <= _DEPTH and all(plain(item, depth + 1) for item in value)
    return kind is float and _SMALLEST < abs(value) < _LARGEST and not value.is_integer()


def canonical(value: Any) -> bytes:
    """The RFC 8785 form of a JSON value. Raises NoCanonicalForm where there is none."""
    return _plainly(value) if plain(value) else _by_library(value)


def settled(value: Any) -> tuple[bytes, Any]:
    """The RFC 8785 form, and the value as it would be read back from it: 1.0 is 1 there, and -0 is 0."""
    if plain(value):
        return _plainly(value), value
    form = _by_library(value)
    try:
        return form, orjson.loads(form)
    except orjson.JSONDecodeError:
        # Nested too deep for a reader: it has a form and a digest, and will be put aside all the same.
        return form, value


def _plainly(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError as error:
        raise NoCanonicalForm(str(error)) from None


def _by_library(value: Any) -> bytes:
    try:
        return rfc8785.dumps(value)
    except RecursionError:
        return _deep(value)
    except (rfc8785.CanonicalizationError, ValueError, TypeError) as error:
        raise NoCanonicalForm(str(error)) from None


def _deep(value: Any) -> bytes:
    """The form of what is nested too deep for the library, which calls itself at every level: it has one all the same."""
    written: list[bytes] = []
    todo: list[Any] = [value]  # bytes among these are text that stands between values
    while todo:
        item = todo.pop()
        if isinstance(item, bytes):
            written.append(item)
            continue
        try:
            if isinstance(item, dict):
                parts = [
                    (rfc8785.dumps(key) + b":", item[key]) for key in sorted(item, key=lambda key: key.encode("utf-16-be"))
                ]
                opens, closes = b"{", b"}"
            elif isinstance(item, list):
                parts = [(b"", inner) for inner in item]
                opens, closes = b"[", b"]"
            else:
                written.append(rfc8785.dumps(item))
                continue
        except (rfc8785.CanonicalizationError, ValueError, TypeError) as error:
            raise NoCanonicalForm(str(error)) from None
        written.append(opens)
        todo.append(closes)
        for place in range(len(parts) - 1, -1, -1):
            name, inner = parts[place]
            todo += [inner, (b"," if place else b"") + name]
    return b"".join(written)


def body(submission: Any) -> Any:
    """What a digest is taken of: the submission without its grant."""
    if isinstance(submission, dict) and "grant" in submission:
        return {name: value for name, value in submission.items() if name != "grant"}
    return submission


def digest(submission: Any) -> str | None:
    """SHA-256 of the RFC 8785 form of a submission without its grant, in lower-case hex; None where it has no such form."""
    try:
        return sha256(canonical(body(submission))).hexdigest()
    except NoCanonicalForm:
        return None


def chain_hash(prev: bytes, header: Mapping[str, Any]) -> bytes:
    """The hash of a ledger row: SHA-256 of the row before's 32 bytes (zeros before row 1) and its header's RFC 8785 form."""
    return sha256(prev + canonical(dict(header))).digest()
