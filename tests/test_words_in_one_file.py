"""Every word that is shown stands in `sync/messages.json`, once, so that it can be read, corrected and translated in one place."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment

REPOSITORY = Path(__file__).resolve().parents[1]
APP = sorted((REPOSITORY / "pwa" / "src").rglob("*.tsx"))
READER = REPOSITORY / "tests" / "harness" / "shown_words.mjs"
TEMPLATES = sorted((REPOSITORY / "server").rglob("*.html"))
MESSAGES = json.loads((REPOSITORY / "sync" / "messages.json").read_text())
# A product's own name is not a word to translate.
NAMES = {"Tidemark"}
SHOWN_ATTRIBUTES = {"aria-label", "title", "placeholder", "alt", "label", "value"}
JINJA = Environment()
WORD = re.compile(r"[A-Za-z]{2,}")


def sentences(part: object = MESSAGES, trail: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(part, dict):
        for name, inner in part.items():
            yield from sentences(inner, f"{trail}.{name}".lstrip("."))
    elif isinstance(part, list):
        for at, inner in enumerate(part):
            yield from sentences(inner, f"{trail}.{at}")
    elif isinstance(part, str):
        yield trail, part


def shown_in_tsx(text: str) -> list[str]:
    """Text between tags, and literal attributes that people see or hear."""
    text = re.sub(r"(?s)/\*.*?\*/", "", re.sub(r"(?m)(?<!:)//.*$", "", text))
    between = [found.strip() for found in re.findall(r"(?s)<[A-Za-z/][^<>{}=]*(?:=\"[^\"]*\"[^<>{}=]*)*>([^<>{}();=]+)</", text)]
    attributes = [found for name, found in re.findall(r"\b([a-z-]+)=\"([^\"]+)\"", text) if name in SHOWN_ATTRIBUTES - {"value", "label"}]
    return [found for found in between + attributes if WORD.search(found) and found not in NAMES]


def shown_in_any_branch(*paths: Path) -> list[str]:
    """What these sources would show or say in words of their own, read as TypeScript reads them (`tests/harness/shown_words.mjs`)."""
    said = subprocess.run(["node", READER, *paths], capture_output=True, check=True, timeout=60).stdout
    return [f"{Path(one['file']).name}:{one['line']} {one['text']}" for one in json.loads(said)]


class Shown(HTMLParser):
    """Collects text and shown attributes of a template whose Jinja parts were taken out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag, attrs):
        self._silent += tag in ("script", "style")
        submits = tag == "input" and dict(attrs).get("type") in ("submit", "button")
        for name, value in attrs:
            if name in SHOWN_ATTRIBUTES - {"value"} or (name == "value" and submits):
                self.handle_data(value or "")

    def handle_endtag(self, tag):
        self._silent -= tag in ("script", "style")

    def handle_data(self, data):
        if not self._silent and WORD.search(data) and data.strip() not in NAMES:
            self.found.append(data.strip())


def test_the_app_shows_no_words_of_its_own():
    assert APP, "the app has no screens"
    assert {path.name: shown_in_tsx(path.read_text()) for path in APP if shown_in_tsx(path.read_text())} == {}


def test_no_branch_of_any_screen_says_a_word_that_stands_outside_the_message_file():
    """The made-up language (tests/browser/test_other_language.py) shows it of what is on the screen; this of what might be."""
    assert shown_in_any_branch(*sorted((REPOSITORY / "pwa" / "src").rglob("*.ts*"))) == []


def test_words_hidden_in_a_branch_or_an_attribute_are_found(tmp_path):
    screen = tmp_path / "screen.tsx"
    screen.write_text(
        """export const A = ({ open, n }) => <p class="tm-card one two" title={open ? words.a : 'Shut'} data-testid="row-state">
          {open ? 'Open' : words.shut}{n > 1 && `Drank ${n} times`}{n === 'late' ? words.late : null}</p>;
        function say() { announce('Saved'); setProblems([`Give a reason`]); throw new Error('no such person'); }
        const told = n ? 'Nobody was told' : words.told;"""
    )
    found = [one.split(" ", 1)[1] for one in shown_in_any_branch(screen)]
    assert found == ["Shut", "Open", "Drank", "times", "Saved", "Give a reason", "Nobody was told"]


def test_the_pages_show_no_words_of_their_own():
    assert TEMPLATES, "there are no pages"
    wrong = {}
    for path in TEMPLATES:
        parser = Shown()
        parser.feed("".join(words for _, what, words in JINJA.lex(path.read_text()) if what == "data"))
        if parser.found:
            wrong[path.name] = parser.found
    assert wrong == {}


def test_no_message_is_empty_or_left_undone():
    assert [trail for trail, said in sentences() if not said.strip() or re.search(r"\b(TODO|FIXME|lorem)\b", said)] == []


def test_messages_speak_of_senior_carers_and_never_of_carers():
    wrong = [f"{trail}: {said}" for trail, said in sentences() if re.search(r"(?<!senior )(?<!Senior )\b[Cc]arers?\b", said)]
    assert wrong == []


def test_messages_are_written_in_british_english_and_in_millilitres():
    wrong = [
        f"{trail}: {said}"
        for trail, said in sentences()
        if re.search(r"\b(color|organiz|recogniz|apologiz|center\b|mL\b|millilit(er|re)s?\b)", said)
    ]
    assert wrong == []
