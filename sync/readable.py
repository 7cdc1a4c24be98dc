"""Whether an entry can be read and kept as data at all, before its meaning is looked at (protocol.md, *Judged alone*)."""

from __future__ import annotations

from typing import Any

from sync.fields import MAX_WHOLE, sentence
from sync.messages import text

SIZE_MAX = 64 * 1024
DEPTH_MAX = 8


def unreadable(raw: Any, size: int = 0) -> dict[str, list[str]]:
    """What makes an entry impossible to read or keep as data, before its meaning is looked at; {} when nothing does."""
    if not isinstance(raw, dict):
        return {"submission": [text("refusals.not_an_object")]}
    errors: dict[str, list[str]] = {}
    for name, value in raw.items():
        if bad_text(name):
            errors["submission"] = [text("refusals.bad_name")]
        elif name == "fields" and isinstance(value, dict):
            for inner, item in value.items():
                if bad_text(inner):
                    errors["submission"] = [text("refusals.bad_name")]
                elif problem := _bad_value(item, 3):
                    errors[short(inner)] = [sentence(problem, short(inner))]
        elif problem := _bad_value(value, 2):
            errors[short(name)] = [sentence(problem, short(name))]
    if not raw.get("id") or not isinstance(raw["id"], str):
        errors.setdefault("id", [sentence("no_id", "id")])
    grant = raw.get("grant")
    if size + (len(grant.encode("utf-8", "replace")) + 11 if isinstance(grant, str) else 0) > SIZE_MAX:
        errors["submission"] = [text("refusals.too_big")]
    return errors


def bad_text(value: str) -> bool:
    """A NUL, or half a character (a lone surrogate), which no database keeps."""
    if "\0" in value:
        return True
    if value.isascii():
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return True
    return False


def _bad_value(value: Any, depth: int) -> str | None:
    """The refusal for a value that cannot be kept, or None. `depth` is that of the value itself, the entry being 1."""
    kind = type(value)
    if kind is str:
        if bad_text(value):
            return "nul" if "\0" in value else "half_character"
    elif kind is int:
        if not -MAX_WHOLE <= value <= MAX_WHOLE:
            return "number_too_large"
    elif kind is float:
        # Infinity is what a parser makes of 1e999; not-a-number is no JSON at all. Below 1e21 a whole float is written
        # without an exponent, and would come back from the ledger as an integer that has no RFC 8785 form.
        if value - value != 0 or (MAX_WHOLE < abs(value) < 1e21 and value.is_integer()):
            return "number_too_large"
    elif kind is dict or kind is list:
        if depth > DEPTH_MAX:
            return "too_deep"
        if kind is dict and any(bad_text(key) for key in value):
            return "half_character"
        for item in value.values() if kind is dict else value:
            if problem := _bad_value(item, depth + 1):
                return problem
    return None


def short(name: str) -> str:
    """A name as an answer repeats it: whoever sent it chose how long it is."""
    return name if len(name) <= 80 else name[:79] + "…"
