"""Read a sync body so that one unreadable entry never costs its neighbours.

A body that a strict parser takes is taken whole. Where it does not (half a character, a number no double holds, a pit of
brackets, bytes that are no text), the body is cut into its members by a scanner that knows only strings and brackets, and
each entry is parsed by itself: what cannot be parsed is kept as bytes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import orjson

from server.problems import Problem

#: Where a number begins that may be longer than a double can say: the strict parser would round it without a word.
_LONG_NUMBER = re.compile(rb"[:,\[\s]-?[0-9]{17}")
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},:]', re.DOTALL)
_BLANK = b" \t\r\n"
# Entries nested deeper than this are not handed to a recursive parser. They are quarantined for their depth anyway.
_DEPTH = 64


@dataclass(frozen=True)
class Unparsed:
    """An entry that is no JSON that we could keep as data: its text as it came, and the id and number it gives itself."""

    text: bytes
    id: str | None = None
    number: int | None = None


def read(body: bytes) -> dict[str, Any]:
    """The envelope, with `submissions` as a list of parsed entries or `Unparsed`. Raises Problem 400."""
    if not _LONG_NUMBER.search(body):
        try:
            return _object(orjson.loads(body))
        except orjson.JSONDecodeError:
            pass
    return _object(_by_members(body))


def entry(text: bytes) -> Any:
    """One entry by itself, as `read` would take it inside a body: parsed, or `Unparsed`."""
    if not _LONG_NUMBER.search(text):
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            pass
    return _entry(text)


def _object(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise Problem("not_an_object")
    return found


def _by_members(body: bytes) -> Any:
    """Cut the outermost object into members, and the list `submissions` into entries."""
    text = body.strip(_BLANK)
    if not text.startswith(b"{"):
        return _strict(text)
    found: dict[str, Any] = {}
    for member in _split(text, b"{", b"}"):
        name, colon, value = _name_and_value(member)
        if not colon:
            raise Problem("unreadable")
        if name == "submissions" and value.startswith(b"["):
            found[name] = [_entry(item) for item in _split(value, b"[", b"]")]
        else:
            found[name] = _strict(value)
    return found


def _strict(text: bytes) -> Any:
    """One member of the envelope: JSON as the standard says, or 400."""
    try:
        return json.loads(text.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Problem("unreadable") from None


def _entry(text: bytes) -> Any:
    depth = deepest = 0
    for token in _TOKEN.finditer(text):
        mark = token.group()
        if mark in (b"{", b"["):
            depth += 1
            deepest = max(deepest, depth)
        elif mark in (b"}", b"]"):
            depth -= 1
    try:
        if deepest <= _DEPTH:
            return json.loads(text.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        pass
    return _unparsed(text)


def _unparsed(text: bytes) -> Unparsed:
    """What an unreadable entry still says of itself at its outermost level."""
    found: dict[str, Any] = {}
    try:
        for member in _split(text, b"{", b"}"):
            name, _, value = _name_and_value(member)
            if name in ("id", "number") and len(value) <= 100:
                found[name] = json.loads(value.decode())
    except (Problem, ValueError):
        pass
    id_, number = found.get("id"), found.get("number")
    plain = isinstance(id_, str) and id_.isprintable() and id_.isascii()
    return Unparsed(text, id_ if plain else None, number if type(number) is int and 1 <= number < 2**53 else None)


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _split(text: bytes, opens: bytes, closes: bytes) -> list[bytes]:
    """The comma-separated parts between the outermost brackets. Raises Problem 400 when they do not close."""
    parts: list[bytes] = []
    depth, start, stack = 0, len(opens), []
    end = None
    pairs = {b"}": b"{", b"]": b"["}
    position = 0
    for token in _TOKEN.finditer(text):
        mark = token.group()
        if b'"' in text[position : token.start()]:
            raise Problem("unreadable")  # a string that never ends
        position = token.end()
        if mark in (b"{", b"["):
            stack.append(mark)
            depth += 1
        elif mark in pairs:
            if not stack or stack.pop() != pairs[mark]:
                raise Problem("unreadable")
            depth -= 1
            if depth == 0:
                end = token.start()
                break
        elif mark == b"," and depth == 1:
            parts.append(text[start : token.start()])
            start = token.end()
    if end is None or text[end + 1 :].strip(_BLANK) or not text.startswith(opens) or text[end : end + 1] != closes:
        raise Problem("unreadable")
    last = text[start:end]
    if last.strip(_BLANK) or parts:
        parts.append(last)
    stripped = [part.strip(_BLANK) for part in parts]
    if not all(stripped):
        raise Problem("unreadable")  # a comma with nothing behind it
    return stripped


def _name_and_value(member: bytes) -> tuple[str, bytes, bytes]:
    name = _TOKEN.match(member)
    if name is None or not name.group().startswith(b'"'):
        raise Problem("unreadable")
    rest = member[name.end() :].lstrip(_BLANK)
    try:
        return json.loads(name.group().decode()), rest[:1] if rest[:1] == b":" else b"", rest[1:].lstrip(_BLANK)
    except ValueError:
        raise Problem("unreadable") from None
