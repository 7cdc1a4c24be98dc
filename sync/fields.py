"""The field types that kinds are declared with, and the plan that checks fields fast.

They are marshmallow fields: a kind's schema documents the API and `Schema.load` is the definition of what is allowed.
Each type has one method, `read`, which marshmallow calls too; `plan_of` builds a table of these once from
`schema.load_fields`, because marshmallow's machinery round each field costs eight times the check itself. A test holds the
plan to `Schema.load`.

`read` returns the value as it is kept or raises a ValidationError with a sentence that a carer can act on. None clears
a field and is always allowed here; what a kind requires is for the envelope to judge.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from sync.messages import text, word

UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:([0-6][0-9])(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

MAX_WHOLE = 2**53 - 1


@cache
def name_of(field: str) -> str:
    """The words for a field: from the message file, else its name with spaces."""
    return word(f"refusals.fields.{field}", field.replace("_", " ").capitalize())


def sentence(key: str, field: str, **values: Any) -> str:
    """The refusal `refusals.<key>` about a field."""
    return text(f"refusals.{key}", field=name_of(field), **values)


def time_ms(value: str) -> int | None:
    """Milliseconds since 1970 of an RFC 3339 time with offset; None when it is not one."""
    found = _TIME.fullmatch(value)
    if found is None:
        return None
    leap = found[1] == "60"
    plain = f"{value[:17]}59{value[19:]}" if leap else value
    try:
        at = datetime.fromisoformat(plain.upper())
        return round((at - _EPOCH).total_seconds() * 1000) + (1000 if leap else 0)
    except (ValueError, OverflowError):
        return None


class _Typed:
    """What every type here shares: `read` is the whole check, and null is allowed."""

    read: Callable[[Any], Any]
    name: str

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return self.read(value)

    def refuse(self, key: str, **values: Any) -> ValidationError:
        return ValidationError(sentence(key, self.name or "value", **values))


class Text(_Typed, fields.String):
    """Any text. It has no length limit but the entry's own."""

    def __init__(self, **kwargs: Any):
        super().__init__(allow_none=True, **kwargs)

    def read(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        raise self.refuse("text")


class Label(_Typed, fields.Raw):
    """A name or number that something goes by: a version, a tier."""

    def __init__(self, **kwargs: Any):
        super().__init__(allow_none=True, **kwargs)

    def read(self, value: Any) -> str | int:
        if isinstance(value, str):
            return value
        if type(value) is float and value.is_integer():
            value = int(value)
        if type(value) is int:
            return value
        raise self.refuse("text")


class Code(_Typed, fields.String):
    """One of a closed list of codes."""

    def __init__(self, *codes: str, **kwargs: Any):
        self.codes = frozenset(codes)
        super().__init__(allow_none=True, validate=validate.OneOf(codes), **kwargs)

    def read(self, value: Any) -> str:
        if isinstance(value, str) and value in self.codes:
            return value
        raise self.refuse("code")


class Whole(_Typed, fields.Integer):
    """A whole number within bounds; by default an amount: never negative. 150.0 is 150 (they have one RFC 8785 form)."""

    def __init__(self, low: int | None = 0, high: int | None = None, **kwargs: Any):
        self.low = -MAX_WHOLE if low is None else low
        self.high = MAX_WHOLE if high is None else high
        super().__init__(allow_none=True, **kwargs)

    def read(self, value: Any) -> int:
        if type(value) is not int:
            if type(value) is not float or not value.is_integer():
                raise self.refuse("whole")
            value = int(value)
        if self.low <= value <= self.high:
            return value
        raise self.refuse(*_bounds_key(value, self.low, self.high), low=self.low, high=self.high)


class Number(_Typed, fields.Float):
    """A number within bounds; by default never negative."""

    def __init__(self, low: float | None = 0, high: float | None = None, **kwargs: Any):
        self.low = float("-inf") if low is None else low
        self.high = float("inf") if high is None else high
        super().__init__(allow_none=True, **kwargs)

    def read(self, value: Any) -> int | float:
        if type(value) is not int and type(value) is not float:
            raise self.refuse("number")
        if self.low <= value <= self.high:
            return value
        raise self.refuse(*_bounds_key(value, self.low, self.high), low=self.low, high=self.high)


def _bounds_key(value: float, low: float, high: float) -> tuple[str]:
    if low == 0 and value < 0:
        return ("negative",)
    return ("between",) if high < MAX_WHOLE else ("at_least",)


class YesNo(_Typed, fields.Boolean):
    """True or false."""

    def __init__(self, **kwargs: Any):
        super().__init__(allow_none=True, **kwargs)

    def read(self, value: Any) -> bool:
        if value is True or value is False:
            return value
        raise self.refuse("yes_no")


class Ref(_Typed, fields.String):
    """Another record's id, as lower-case text."""

    def __init__(self, **kwargs: Any):
        super().__init__(allow_none=True, metadata={"format": "uuid"}, **kwargs)

    def read(self, value: Any) -> str:
        if isinstance(value, str) and UUID.fullmatch(value):
            return value.lower()
        raise self.refuse("id")


class Time(_Typed, fields.String):
    """RFC 3339 with offset, kept as it was written."""

    def __init__(self, **kwargs: Any):
        super().__init__(allow_none=True, metadata={"format": "date-time"}, **kwargs)

    def read(self, value: Any) -> str:
        if isinstance(value, str) and time_ms(value) is not None:
            return value
        raise self.refuse("time")


class DayOrTime(_Typed, fields.String):
    """A date (`2026-11-22`), or a time as `Time`."""

    def __init__(self, **kwargs: Any):
        super().__init__(allow_none=True, **kwargs)

    def read(self, value: Any) -> str:
        if isinstance(value, str):
            if _DATE.fullmatch(value):
                try:
                    date.fromisoformat(value)
                except ValueError:
                    raise self.refuse("day") from None
                return value
            if time_ms(value) is not None:
                return value
        raise self.refuse("day")


class ClockTime(_Typed, fields.String):
    """A time of day on the home's clock (`07:30`), or a time as `Time`."""

    def __init__(self, **kwargs: Any):
        super().__init__(allow_none=True, **kwargs)

    def read(self, value: Any) -> str:
        if isinstance(value, str) and (_CLOCK.fullmatch(value) or time_ms(value) is not None):
            return value
        raise self.refuse("clock_time")


class Open(_Typed, fields.Raw):
    """Anything that JSON can say: for what the notes leave to the home."""

    def __init__(self, **kwargs: Any):
        super().__init__(allow_none=True, **kwargs)

    def read(self, value: Any) -> Any:
        return value


class ListOf(_Typed, fields.List):
    """A list in which every entry is of one type."""

    def __init__(self, inner: Any, **kwargs: Any):
        super().__init__(inner, allow_none=True, **kwargs)

    def read(self, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.refuse("list")
        inner = self.inner
        inner.name = self.name  # a sentence about an entry names the list
        read = inner.read
        return [read(item) for item in value]


class Item(_Typed, fields.Dict):
    """An object whose named members are typed; others are kept as they come."""

    def __init__(self, shape: Mapping[str, Any], **kwargs: Any):
        self.shape = dict(shape)
        for name, member in self.shape.items():
            member.name = name
        super().__init__(allow_none=True, **kwargs)

    def read(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.refuse("item")
        kept = dict(value)
        for name, member in self.shape.items():
            if value.get(name) is not None:
                kept[name] = member.read(value[name])
        return kept


def schema_of(kind: str, own: Mapping[str, Any], *, care: bool = False) -> type[Schema]:
    """The schema of a kind: its own fields and those that every record has."""
    common: dict[str, Any] = {"occurred_at": Time(), "correction_reason": Text(), "struck_out": YesNo()}
    if care:
        # Who really gave it, or who the typed name of an emergency entry was.
        common["performed_by"] = Ref()
        # Somebody wants the next shift to hear of it.
        common["for_handover"] = YesNo()
        # What it goes by in another system, where that one is the home's record of it.
        common["record_ref"] = Text()
    title = "".join(part.capitalize() for part in kind.split("_"))
    return Schema.from_dict({**common, **own}, name=f"{title}Fields")


Plan = Mapping[str, Callable[[Any], Any]]


@cache
def plan_of(schema: type[Schema]) -> Plan:
    """Field name -> its check, compiled once from what marshmallow would load."""
    return {field.data_key or name: field.read for name, field in schema().load_fields.items()}


def check_fields(plan: Plan, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The fields as they are kept (null included), and {field: [sentence]} for what is wrong with them."""
    kept: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, value in given.items():
        read = plan.get(name)
        if read is None:
            errors[name] = [sentence("unknown_field", name)]
        elif value is None:
            kept[name] = None
        else:
            try:
                kept[name] = read(value)
            except ValidationError as error:
                errors[name] = error.messages
    return kept, errors


def texts() -> ListOf:
    return ListOf(Text())


def refs() -> ListOf:
    return ListOf(Ref())


def codes(allowed: Iterable[str]) -> ListOf:
    return ListOf(Code(*allowed))
