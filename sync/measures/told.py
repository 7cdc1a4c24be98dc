"""When a record first said something: what a correction said later was not known before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sync.fields import time_ms


def said_ms(change: Mapping[str, Any], holds: Callable[[Mapping[str, Any]], bool]) -> int | None:
    """When (ms) the record's values, as saved one after the other, first were as `holds` asks; None if they never were.

    `change` is a record in its wire form. Times are those at which the submissions were saved.
    """
    if not (told := change.get("history")):
        return _ms(change["recorded_at"]) if holds(change["fields"]) else None
    values: dict[str, Any] = {}
    for row in sorted(told, key=lambda row: (row["recorded_at"], row["seq"])):
        values = {name: value for name, value in {**values, **row["fields"]}.items() if value is not None}
        if holds(values):
            return _ms(row["recorded_at"])
    return None


def field_ms(fields: Mapping[str, Any], name: str) -> int | None:
    """A time that a record states, as milliseconds; None where it states none."""
    value = fields.get(name)
    return time_ms(value) if isinstance(value, str) else None


def _ms(value: str) -> int:
    return time_ms(value) or 0
