"""Record kinds, discovered: every module beside this one declares one `KIND`.

A new kind is a new file here, its twin in `pwa/src/kinds/`, its vectors in `tests/vectors/` and its words in the
message file. There is no list to edit.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
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
    #: Roles that may write it; None is any signed-on member of staff; empty is Tidemark alone.
    writers: frozenset[str] | None = None
    #: Care kinds take emergency entries under a typed name.
    care: bool = False
    #: What a tablet holds of it: ALWAYS, RECENT (today and yesterday), OPEN (open ones always, else recent), NEVER.
    holds: str = NEVER
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
    #: Picks the survivor to show among the surviving writes of one group, greatest first; None is the first.
    choose: Callable[..., Any] | None = None
    #: True when two surviving writes really contradict each other; None is "whenever their values differ".
    contradicts: Callable[..., bool] | None = None
    #: Roles that may not create it through sync (alert: people move it, none creates it).
    creators: frozenset[str] | None = None


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
