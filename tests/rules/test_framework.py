"""Frameworks are data: what a file must hold, which is in force, and which statements an action's tags meet, then and now."""

from __future__ import annotations

import json
import re
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
    assert len(found.regulations) == 14 and len(found.codes()) == 34 + 14
    assert found.starts == date(2023, 11, 21)


#: As CQC's pages title them (assessment framework; regulations for service providers and managers), read in November 2026.
TITLES = """
Learning culture · Safe systems, pathways and transitions · Safeguarding · Involving people to manage risks · Safe environments ·
Safe and effective staffing · Infection prevention and control · Medicines optimisation
Assessing needs · Delivering evidence-based care and treatment · How staff, teams and services work together ·
Supporting people to live healthier lives · Monitoring and improving outcomes · Consent to care and treatment
Kindness, compassion and dignity · Treating people as individuals · Independence, choice and control ·
Responding to people's immediate needs · Workforce wellbeing and enablement
Person-centred care · Care provision, integration and continuity · Providing information · Listening to and involving people ·
Equity in access · Equity in experiences and outcomes · Planning for the future
Shared direction and culture · Capable, compassionate and inclusive leaders · Freedom to speak up ·
Workforce equality, diversity and inclusion · Governance, management and sustainability · Partnerships and communities ·
Learning, improvement and innovation · Environmental sustainability – sustainable development
"""
REGULATIONS = """9: Person-centred care · 9A: Visiting and accompanying in care homes, hospitals and hospices · 10: Dignity and respect ·
11: Need for consent · 12: Safe care and treatment · 13: Safeguarding service users from abuse and improper treatment ·
14: Meeting nutritional and hydration needs · 15: Premises and equipment · 16: Receiving and acting on complaints · 17: Good governance ·
18: Staffing · 19: Fit and proper persons employed · 20: Duty of candour · 20A: Requirement as to display of performance assessments"""


def test_statements_and_regulations_bear_the_titles_that_cqc_gives_them():
    found = framework.read(OURS)
    assert [each.name for _, each in found.statements()] == [title.strip() for title in re.split(r"·|(?<=[a-z])\n", TITLES) if title.strip()]
    assert list(found.regulations.values()) == [f"Regulation {title.strip()}" for title in REGULATIONS.split("·")]


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
