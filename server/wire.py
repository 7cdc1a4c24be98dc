"""JSON in and out of the API: bodies read with a limit, answers never stored, times as RFC 3339."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Response, request
from marshmallow import Schema, ValidationError

from server.problems import Problem
from sync.messages import text

#: Unpacked bytes that a sync body may have; other bodies are far smaller.
SYNC_BODY_BYTES = 4 * 1024 * 1024
SMALL_BODY_BYTES = 64 * 1024
_CHUNK = 64 * 1024


def rfc3339(ms: int) -> str:
    """`2026-11-22T21:04:09.120+00:00`."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")


def answer(body: Any, status: int = 200) -> Response:
    """A JSON answer that nothing keeps."""
    response = Response(orjson.dumps(body), status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def raw_body(limit: int) -> bytes:
    """The request's body, unpacked, at most `limit` bytes: counted while it streams, so a bomb stops at the limit."""
    encoding = (request.headers.get("Content-Encoding") or "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise Problem("wrong_type")
    if encoding == "identity" and (request.content_length or 0) > limit:
        raise Problem("too_large")
    unpack = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    out = bytearray()
    while chunk := request.stream.read(_CHUNK):
        if unpack is None:
            out += chunk
        else:
            try:
                while chunk and not unpack.eof:
                    out += unpack.decompress(chunk, limit + 1 - len(out))
                    if len(out) > limit:
                        raise Problem("too_large")
                    chunk = unpack.unconsumed_tail
            except zlib.error:
                raise Problem("unreadable") from None
        if len(out) > limit:
            raise Problem("too_large")
    if unpack is not None and not unpack.eof:
        raise Problem("unreadable")
    return bytes(out)


def small_body(schema: type[Schema], limit: int = SMALL_BODY_BYTES) -> dict[str, Any]:
    """A small JSON body checked by a schema, or 400 with a sentence for each member."""
    try:
        found = orjson.loads(raw_body(limit))
    except orjson.JSONDecodeError:
        raise Problem("unreadable") from None
    if not isinstance(found, dict):
        raise Problem("not_an_object")
    try:
        return schema().load(found)
    except ValidationError as error:
        errors = {str(name): [text("problems.members.type")] for name in error.messages}
        raise Problem("bad_request", errors=errors) from None
