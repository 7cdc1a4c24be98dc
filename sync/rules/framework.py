"""A framework that a regulator inspects by, as data: key questions, quality statements, regulations, and which tags meet which.

Tags stand in actions as codes of statements and regulations. A later framework says of each of its statements which codes it takes
over (`was`), so that actions tagged before it are placed in it too, and none has to be written again.

A file holds {id, name, version, from, questions: [{code, name, statements: [{code, name, regulations?, was?}]}], regulations: [{code, name}]}.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sync.rules.plan import read_day


@dataclass(frozen=True)
class Statement:
    """A quality statement, the regulations that it rests on, and the codes of earlier frameworks that it takes over."""

    code: str
    name: str
    regulations: tuple[str, ...] = ()
    was: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """A key question with its statements."""

    code: str
    name: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Framework:
    """One version of a framework, in force from a day on. `regulations` are names by code."""

    id: str
    name: str
    version: str
    starts: date
    questions: tuple[Question, ...]
    regulations: Mapping[str, str]

    def statements(self) -> Iterable[tuple[Question, Statement]]:
        return ((question, each) for question in self.questions for each in question.statements)

    def codes(self) -> set[str]:
        """Every tag that the framework offers."""
        return {each.code for _, each in self.statements()} | set(self.regulations)

    def named(self, tag: str) -> str:
        """The words for a tag; one that the framework does not know stands as it was written."""
        names = {each.code: each.name for _, each in self.statements()}
        return names.get(tag) or self.regulations.get(tag) or tag

    def placed(self, tags: Iterable[Any]) -> dict[str, list[Statement]]:
        """The statements that these tags meet, by the code of their key question. A regulation alone meets none."""
        said, found = set(map(str, tags)), {}
        for question, each in self.statements():
            if said & {each.code, *each.was}:
                found.setdefault(question.code, []).append(each)
        return found


def current(frameworks: Sequence[Framework], today: date) -> Framework:
    """The newest that is in force; before any is, the first. ValueError where there is none."""
    if not frameworks:
        raise ValueError("no framework")
    ordered = sorted(frameworks, key=lambda each: (each.starts, each.id))
    return next((each for each in reversed(ordered) if each.starts <= today), ordered[0])


# ---- reading a file ----


def read(data: Any) -> Framework:
    """A framework from what its file holds. ValueError says what is wrong with it."""
    _must(isinstance(data, Mapping), "it is no JSON object")
    starts = read_day(data.get("from"))
    _must(starts is not None, "from is no date")
    questions = tuple(_question(each) for each in _list(data, "questions"))
    _must(bool(questions), "it has no questions")
    regulations = {_text(each, "code"): _text(each, "name") for each in _list(data, "regulations")}
    found = Framework(_text(data, "id"), _text(data, "name"), _text(data, "version"), starts, questions, regulations)
    codes = [each.code for _, each in found.statements()]
    for code in {code for code in codes if codes.count(code) > 1}:
        raise ValueError(f"the code {code} stands twice")
    for _, each in found.statements():
        for code in set(each.regulations) - set(regulations):
            raise ValueError(f"{each.code} names {code}, which is no regulation of the file")
    return found


def _question(data: Any) -> Question:
    return Question(_text(data, "code"), _text(data, "name"), tuple(_statement(each) for each in _list(data, "statements")))


def _statement(data: Any) -> Statement:
    return Statement(_text(data, "code"), _text(data, "name"), tuple(_list(data, "regulations", str)), tuple(_list(data, "was", str)))


def _list(data: Mapping[str, Any], name: str, of: type = dict) -> list[Any]:
    found = data.get(name) or []
    _must(isinstance(found, list) and all(isinstance(each, of) for each in found), f"{name} is no list of the right things")
    return found


def _text(data: Any, name: str) -> str:
    found = data.get(name) if isinstance(data, Mapping) else None
    _must(isinstance(found, str) and bool(found.strip()), f"{name} is missing")
    return found


def _must(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(what)
