"""Every form of the app asks for fields and codes that the record kind of the same name has, and for all that it must have.

The forms are read as the app declares them: each `pwa/src/kinds/<kind>.tsx` is bundled by the app's own bundler and
its `FORM` printed by Node.
"""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache
from typing import Any

import pytest

from sync.fields import Code, Item, ListOf, YesNo
from sync.kinds import kind
from sync.kinds.standard import PROMPTS
from sync.messages import section
from tests.harness.processes import REPOSITORY

PWA = REPOSITORY / "pwa"
NAMES = sorted(path.stem for path in (PWA / "src" / "kinds").glob("*.tsx"))
# What the forms import keeps timers, which would keep node from ending.
PLAIN = "process.stdout.write(JSON.stringify(app.FORMS), () => process.exit(0))"


@cache
def forms() -> dict[str, dict[str, Any]]:
    """Every `FORM` as data: functions (conditions, computed fields) are left out by JSON."""
    entry = "".join(f"import {{ FORM as {name} }} from './src/kinds/{name}.tsx';\n" for name in NAMES)
    entry += f"export const FORMS = {{ {', '.join(NAMES)} }};"
    bundled = subprocess.run(
        [PWA / "node_modules" / ".bin" / "esbuild", "--bundle", "--format=iife", "--global-name=app", "--jsx=automatic",
         "--jsx-import-source=preact", "--log-level=error", "--loader=ts", "--loader:.scss=empty", f"--sourcefile={PWA / 'forms_read.ts'}"],
        input=entry, text=True, cwd=PWA, check=True, capture_output=True,
    ).stdout  # fmt: skip
    said = subprocess.run(["node", "-"], input=f"{bundled}\n{PLAIN}", text=True, check=True, capture_output=True, timeout=60).stdout
    return json.loads(said)


def questions(name: str) -> list[dict[str, Any]]:
    return [question for page in forms()[name]["pages"] for question in page]


def test_there_are_forms_and_each_file_is_named_after_its_kind():
    assert NAMES
    assert {name: form["kind"] for name, form in forms().items()} == {name: name for name in NAMES}


def test_every_prompt_of_a_standard_has_its_place_on_tablets():
    placed = {name for path in (PWA / "src" / "screens").glob("*.tsx") for name in re.findall(r'<Prompt name="(\w+)"', path.read_text())}
    assert placed | set(NAMES) >= set(PROMPTS) and placed <= set(PROMPTS)


@pytest.mark.parametrize("name", NAMES)
def test_a_form_asks_for_fields_that_the_kind_has(name):
    fields = set(kind(name).fields().load_fields)
    asked = {question["field"] for question in questions(name)}
    assert asked | set(forms()[name].get("sets", ())) <= fields
    assert {forms()[name].get("happened")} - {None} <= asked


@pytest.mark.parametrize("name", NAMES)
def test_what_a_record_must_have_is_asked_or_set(name):
    must = {question["field"] for question in questions(name) if not question.get("optional")}
    assert kind(name).required <= must | set(forms()[name].get("sets", ()))


@pytest.mark.parametrize("name", NAMES)
def test_codes_and_shapes_are_those_of_the_kind(name):
    fields = kind(name).fields().load_fields
    for question in questions(name):
        field = fields[question["field"]]
        if isinstance(field, Code) and question["ask"] == "one":
            assert set(question["codes"]) <= field.codes, question["field"]
        if question["ask"] == "several":
            assert isinstance(field, ListOf) or type(field).__name__ == "Open", question["field"]
        if question["ask"] == "items":
            assert isinstance(field, ListOf) and isinstance(field.inner, Item)
            assert {part["field"] for part in question["parts"]} <= set(field.inner.shape), question["field"]
            assert question.get("none") in (None, *forms()[name]["sets"])
        if isinstance(field, YesNo):
            assert question["ask"] == "yes", question["field"]


@pytest.mark.parametrize("name", NAMES)
def test_every_question_and_every_code_has_words(name):
    words = section(f"forms.{name}")
    assert words["title"]
    for question in questions(name):
        for each in (question, *question.get("parts", ())):
            said = words["fields"][each["field"]]
            assert said["label"]
            if "codes" in each:
                # Closed codes have their words with the kind; a form says its own only where the codes are open.
                options = said.get("options") or section(f"kinds.{name}.{each['field']}")
                assert set(each["codes"]) <= set(options), each["field"]


@pytest.mark.parametrize("name", NAMES)
def test_no_word_of_a_form_is_left_over(name):
    codes: dict[str, set[str]] = {}
    for question in questions(name):
        for each in (question, *question.get("parts", ())):
            codes.setdefault(each["field"], set()).update(each.get("codes", ()))
    words = section(f"forms.{name}.fields")
    assert set(words) <= set(codes) | set(forms()[name].get("sets", ()))
    for field, said in words.items():
        assert set(said.get("options", ())) <= codes.get(field, set()), field
