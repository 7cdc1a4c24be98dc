"""Record kinds, discovered: every module beside this one declares one `KIND`.

A new kind is a new file here, its twin in `pwa/src/kinds/`, its vectors in `tests/vectors/` and its words in the
message file. There is no list to edit.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from marshmallow import Schema

ALWAYS, RECENT, OPEN, NEVER = "always", "recent", "open", "never"


@dataclass(frozen=True)
class Kind:
    """What a record kind is. Names are fixed by kinds.md."""

    name: str
    #: Schema class with every field of the kind, all of them optional and nullable; its types and closed codes.
    fields: type[Schema]
    #: Fields that a creating submission must hold, and that no later one may clear.
    required: frozenset[str] = frozenset()
    #: Fields that only make sense together; every other field is a group of one (protocol.md, Merge).
    groups: tuple[frozenset[str], ...] = ()
    #: Fields whose surviving values show as a sorted union.
    sets: frozenset[str] = frozenset()
    #: Lists of objects, each with an `id` made on the device: union by id.
    lists: frozenset[str] = frozenset()
    #: Fields that the creating submission alone decides: a later word on one stays in the history, is marked, and moves nothing.
    stays: frozenset[str] = frozenset()
    #: Roles that may write it; None is any signed-on member of staff; empty is Tidemark alone.
    writers: frozenset[str] | None = None
    #: Care kinds take emergency entries under a typed name.
    care: bool = False
    #: What a tablet holds of it: ALWAYS, RECENT (today and yesterday), OPEN (open ones always, else recent), NEVER.
    holds: str = NEVER
    #: For how many care days after it stands, and after the last word on it, a tablet holds it; one is yesterday's.
    keeps_days: int = 1
    #: The field that names whom (or what) the record is about: the index by person.
    subject: str | None = None
    #: Fields that hold another record's id: unknown ones are flagged, and unflagged when they arrive.
    refers: tuple[str, ...] = ()
    #: True while the record is still open, for OPEN kinds.
    still_open: Callable[[Mapping[str, Any]], bool] = field(default=lambda values: False)
    #: Newest version of the fields that this code knows.
    version: int = 1
    #: Cross-field checks of one submission: (fields, creating) -> {field: [sentence]}.
    check: Callable[[Mapping[str, Any], bool], dict[str, list[str]]] | None = None
    #: (group, survivors greatest first, scene) -> the survivor to show; None is the first (`sync/merge.py` has the scene).
    choose: Callable[[frozenset[str], list[Any], Any], Any] | None = None
    #: (field, a, b, scene) -> whether two differing survivors need somebody to decide; None is "always".
    contradicts: Callable[[str, Any, Any, Any], bool] | None = None
    #: Roles that may create it through sync; None is whoever may write it; empty is Tidemark alone (alert).
    creators: frozenset[str] | None = None
    #: The fields in a person's submission that only a follower may write (alert).
    not_by_people: Callable[[Mapping[str, Any]], list[str]] | None = None
    #: (what the author saw, what the submission sets) -> whether it corrects what was said; None is "never": the kind's
    #: records move on by nature, and nobody has to give a reason for that.
    corrects: Callable[[Mapping[str, Any], Mapping[str, Any]], bool] | None = None
    #: (its rows) -> flags that the record carries because of who said what in it.
    marks: Callable[[Iterable[Any]], Iterable[str]] | None = None
    #: (the record, the home's time zone) -> flags that hang on when something was said by the home's own clock.
    marks_in: Callable[[Any, str], Iterable[str]] | None = None
    #: The field whose time says on which care day it stands; None is when it happened.
    dated_by: str | None = None


def changes_what_was_said(seen: Mapping[str, Any], sets: Mapping[str, Any]) -> bool:
    """True when `sets` changes a value that the author had seen, rather than adding one."""
    return any(seen.get(name) is not None and seen[name] != value for name, value in sets.items())


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by name."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        kind = importlib.import_module(f"{__name__}.{module.name}").KIND
        found[kind.name] = kind
    return found


def kind(name: str) -> Kind | None:
    """The kind of that name, or None when this code does not know it."""
    return kinds().get(name)
