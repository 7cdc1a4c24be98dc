"""Frameworks are data: what a file must hold, which is in force, and which statements an action's tags meet, then and now."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from sync.rules import framework
from sync.rules.starts import STARTS

OURS = json.loads(Path(framework.__file__).parents[1].joinpath("framework_cqc_2023.json").read_text(encoding="utf-8"))
#: Made up: nobody has published the next one.
NEXT = {
    "id": "made-up-2026", "name": "A framework made up for tests", "version": "2026", "from": "2026-10-01",
    "questions": [
        {"code": "safe", "name": "Safe", "statements": [{"code": "s1", "name": "People get enough to drink", "was": ["delivering-evidence-based-care-and-treatment"], "regulations": ["reg-14"]}]},
        {"code": "led", "name": "Led well", "statements": [{"code": "w1", "name": "Staff are where people need them", "was": ["safe-and-effective-staffing", "governance-management-and-sustainability"]}]},
    ],
    "regulations": [{"code": "reg-14", "name": "Regulation 14: made up"}],
}  # fmt: skip


def test_the_present_framework_has_five_questions_and_34_statements_each_code_once():
    found = framework.read(OURS)
    assert [len(question.statements) for question in found.questions] == [8, 6, 5, 7, 8]
    assert [question.name for question in found.questions] == ["Safe", "Effective", "Caring", "Responsive", "Well-led"]
    assert len(found.regulations) == 13 and len(found.codes()) == 34 + 13


def test_the_articles_examples_are_tagged_with_codes_of_the_present_framework():
    found = framework.read(OURS)
    assert {tag for start in STARTS.values() for tag in start.tags} <= found.codes()
    assert set(found.placed(STARTS["deployment"].tags)) == {"safe", "responsive", "well-led"}
    assert found.placed(["reg-14", "our own tag"]) == {} and found.named("our own tag") == "our own tag"


def test_a_later_framework_takes_over_old_tags_and_counts_from_its_day():
    now, after = framework.read(OURS), framework.read(NEXT)
    assert set(after.placed(STARTS["hydration"].tags)) == {"safe"} and set(after.placed(STARTS["deployment"].tags)) == {"led"}
    assert framework.current([now, after], date(2026, 9, 30)) == now and framework.current([after, now], date(2026, 10, 1)) == after
    assert framework.current([after], date(2020, 1, 1)) == after, "better an early one than none"


WRONG = {
    "no object": [], "no date": NEXT | {"from": "soon"}, "no questions": NEXT | {"questions": []}, "no name": NEXT | {"name": ""},
    "a code twice": NEXT | {"questions": NEXT["questions"] * 2}, "an unknown regulation": NEXT | {"regulations": []}, "a wrong list": NEXT | {"questions": ["safe"]},
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_is_wrong_says_what_is_wrong(name):
    with pytest.raises(ValueError, match=r"\w+ "):
        framework.read(WRONG[name])
