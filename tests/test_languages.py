"""Another language says everything that English says, with the same gaps to fill, in every form that its numbers need."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SYNC = Path(__file__).resolve().parents[1] / "sync"
APP = Path(__file__).resolve().parents[1] / "pwa" / "src"
ENGLISH = json.loads((SYNC / "messages.json").read_text())
SAFETY = json.loads((SYNC / "safety_words.json").read_text())["paths"]
LANGUAGES = {path.name.split(".")[1]: json.loads(path.read_text()) for path in sorted(SYNC.glob("messages.*.json"))}
# The forms that a language has for a number, by Unicode's plural rules; English has one and other.
FORMS = {"ro": {"one", "few", "other"}}


def floor_sections() -> set[str]:
    """The sections of the message file that the app bundles; what a push says on a lock screen stays as the server wrote it."""
    found = set()
    for path in APP.rglob("*.ts*"):
        for names in re.findall(r"import \{ ([\w, ]+) \} from '[./]*/sync/messages\.json\?\w+'", path.read_text()):
            found |= {name.strip() for name in names.split(",")}
    return found


def leaves(part: object, trail: str) -> Iterator[tuple[str, str]]:
    """Every sentence by its trail; the forms of one that counts are one sentence."""
    if isinstance(part, dict) and set(part) >= {"one", "other"} and set(part) <= {"one", "few", "many", "two", "zero", "other"}:
        yield trail, "\n".join(part.values())
    elif isinstance(part, dict):
        for name, inner in part.items():
            yield from leaves(inner, f"{trail}.{name}")
    elif isinstance(part, list):
        for at, inner in enumerate(part):
            yield from leaves(inner, f"{trail}.{at}")
    else:
        yield trail, str(part)


def all_of(words: dict) -> dict[str, str]:
    return dict(leaf for section in sorted(floor_sections()) if section in words for leaf in leaves(words[section], section))


def gaps(said: str) -> set[str]:
    return set(re.findall(r"\{[\w:,]+\}", said))


@pytest.fixture(params=sorted(LANGUAGES))
def language(request) -> str:
    return request.param


def test_a_language_has_every_sentence_of_the_floor_app_and_no_other(language):
    english, other = all_of(ENGLISH), all_of(LANGUAGES[language]["words"])
    missing = [f"{trail}: {said}" for trail, said in english.items() if trail not in other]
    assert missing == [], f"sync/messages.{language}.json lacks:\n" + "\n".join(missing)
    assert sorted(set(other) - set(english)) == [] and set(LANGUAGES[language]["words"]) == floor_sections()


def test_a_language_fills_the_same_gaps(language):
    english, other = all_of(ENGLISH), all_of(LANGUAGES[language]["words"])
    # "1 person" may be said in words, so a count may be missing from one of the forms; never from all.
    wrong = {trail: (english[trail], said) for trail, said in other.items() if gaps(said) != gaps(english[trail])}
    assert wrong == {}


def counted(part: object) -> Iterator[dict]:
    if isinstance(part, dict):
        if {"one", "other"} <= set(part) and all(isinstance(form, str) for form in part.values()) and "{n}" in part["other"]:
            yield part
        for inner in part.values():
            yield from counted(inner)


def test_a_language_has_every_form_that_its_numbers_need(language):
    found = list(counted(LANGUAGES[language]["words"]))
    assert len(found) == sum(len(list(counted(ENGLISH[section]))) for section in floor_sections())
    assert [forms for forms in found if set(forms) != FORMS[language]] == []


def test_what_counts_in_english_has_one_and_other():
    def wrong(part: object, trail: str) -> Iterator[str]:
        if isinstance(part, dict):
            if "one" in part and "many" in part:
                yield f"{trail}: name the second form other, not many"
            for name, inner in part.items():
                yield from wrong(inner, f"{trail}.{name}")

    assert list(wrong(ENGLISH, "")) == []


def test_every_safety_word_is_there_in_english():
    for path in SAFETY:
        found = ENGLISH
        for name in path.split("."):
            found = found[name]
    assert "app.drink.red_now" in SAFETY and "app.stop.nil" in SAFETY


def test_a_language_says_that_no_native_speaker_has_checked_it(language):
    assert LANGUAGES[language]["note"] == "Not yet checked by a native speaker."
    assert isinstance(LANGUAGES[language]["safety_version"], int)


# What Romanian says to somebody whom it calls "tu": verbs and pronouns that mean nothing else.
FAMILIAR = re.compile(
    r"\b(ești|îți|ți|ți-ai|tău|tăi|poți|știi|vrei|alegi|(?<!se )(?:apasă|introdu|mergi|vezi|întreabă|încearcă|adaugă))\b"
    r"|(?:^|[.:] )(alege|spune|scrie|cere|salvează|înregistrează|verifică)\b",
    re.IGNORECASE,
)  # fmt: skip
# Not said to anybody: a tablet asks for, an alert asks for, on a cup stands, and a button of the iPad's own.
OF_THINGS = {"Cere", "Cere o decizie", "Apăsați cana din care a băut. Scrie pe ea ce va înregistra.", "Alegeți Adaugă la ecranul principal."}


def test_romanian_speaks_to_everybody_politely():
    said = {trail: text for trail, text in all_of(LANGUAGES["ro"]["words"]).items() if text not in OF_THINGS}
    assert {trail: text for trail, text in said.items() if FAMILIAR.search(text)} == {}


SENTENCE = re.compile(r"[^.!?:;\n]+[.!?:;]?")


def lengths(words: dict) -> dict[str, list[int]]:
    """How many words each sentence of the interface has. Lists of choices and times do not make a sentence longer."""
    return {trail: [len(one.split()) for one in SENTENCE.findall(said) if one.strip()] for trail, said in all_of(words).items()}


def test_no_sentence_of_the_app_is_longer_than_twenty_words_and_half_have_at_most_twelve():
    found = lengths(ENGLISH)
    long = {trail: max(counts) for trail, counts in found.items() if counts and max(counts) > 20}
    assert long == {}
    every = sorted(count for counts in found.values() for count in counts)
    assert every[len(every) // 2] <= 12
