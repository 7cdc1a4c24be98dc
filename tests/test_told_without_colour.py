"""No status is told by colour alone, and nothing is hard to read for somebody who sees fewer colours, or none.

Contrast is a ratio of lightness, so what it is in colour it is in greyscale; for the three kinds of colour blindness it is worked
out here. That two statuses on a screen never say the same is asked wherever a test looks at one (`tests/harness/look.py`).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
STYLES = {path.name: re.sub(r"(?m)//.*$", "", path.read_text()) for path in sorted((REPOSITORY / "pwa" / "src" / "styles").glob("*.scss"))}
APP = "\n".join(path.read_text() for path in sorted((REPOSITORY / "pwa" / "src").rglob("*.tsx")))
CHART = (REPOSITORY / "server" / "pages" / "templates" / "pages" / "_chart.html").read_text()
WORDS = json.loads((REPOSITORY / "sync" / "messages.json").read_text())
THEMES = ("day", "night")

# What each kind of eye makes of red, green and blue light: Machado, Oliveira and Fernandes 2009, severity 1.
EYES = {
    "every colour": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
# WCAG: words 4.5, a shape or border that carries meaning 3.
READABLE, SEEN = 4.5, 3


def colours(theme: str) -> dict[str, str]:
    block = STYLES["_tokens.scss"].split(f"@mixin {theme} {{")[1].split("}")[0]
    return dict(re.findall(r"--tm-([\w-]+): (#[0-9a-f]{3,6});", block))


def lightness(colour: str, eye: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * one for one in colour[1:])
    light = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))]
    red, green, blue = (min(1, max(0, sum(share * one for share, one in zip(row, light, strict=True)))) for row in EYES[eye])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str, eye: str) -> float:
    low, high = sorted((lightness(one, eye), lightness(other, eye)))
    return (high + 0.05) / (low + 0.05)


# Words of a status on the ground they stand on, and shapes on theirs.
INKS = [
    ("due-ink", "due", READABLE), ("late-ink", "late", READABLE), ("sent-ink", "card", READABLE), ("late-ink", "card", READABLE),
    ("quiet", "card", READABLE), ("quiet", "page", READABLE), ("danger", "card", READABLE), ("danger", "page", READABLE),
    ("ink", "card", READABLE), ("ink", "page", READABLE), ("ink", "soft", READABLE), ("button-ink", "button", READABLE),
    ("due-line", "card", SEEN), ("late-line", "card", SEEN), ("strong", "card", SEEN), ("late-line", "soft", SEEN),
    ("drunk", "card", SEEN), ("drunk", "soft", SEEN),
]  # fmt: skip


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("eye", EYES)
def test_the_words_of_every_status_can_be_read_in_greyscale_and_by_an_eye_that_lacks_a_colour(theme, eye):
    of = colours(theme)
    assert {f"{ink} on {ground}": round(found, 2) for ink, ground, least in INKS if (found := contrast(of[ink], of[ground], eye)) < least} == {}


def test_night_changes_colours_and_nothing_that_moves_a_word():
    assert set(colours("day")) == set(colours("night"))
    moves = {}
    for name, text in STYLES.items():
        for block in re.findall(r"(?:prefers-color-scheme: dark\)|\[data-theme='dark'\][^{]*)\s*\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}", text):
            said = re.findall(r"(?m)(?:^|[;{])\s*([a-z-]+):(?! ?hover|:)", block)
            if wrong := set(said) - {"color", "background", "border-color", "box-shadow", "color-scheme"}:
                moves[name] = wrong
    assert moves == {}


# The classes that colour a status, and what is said in words or drawn as a shape in it, one for each status.
ALERT, HEADER = WORDS["app"]["alert"], WORDS["app"]["header"]
SAID = {
    "tm-state": list(WORDS["app"]["state"].values()),
    "tm-due": [WORDS["app"]["residents"][name] for name in ("not_due", "due", "late", "behind", "not_watched")],
    "tm-severity": list(WORDS["app"]["alerts"]["severity"].values()),
    "tm-standing": [ALERT[name] for name in ("ack_waiting", "acked", "acked_by", "paused", "resolve_waiting", "resolved", "withdrawn")],
    "tm-asks": list(WORDS["screens"]["visits"]["states"].values()),
    "tm-finding": list(WORDS["screens"]["shift_check"]["finding"].values()),
    "tm-sync__dot": [HEADER[name] for name in ("all_sent", "not_sent", "amber")],
}
# An edge that repeats what is said inside it.
REPEATS = {"tm-row", "tm-alert"}
# What looks other without being a status.
LOOKS = {"tm-choice", "tm-sheet", "tm-header", "tm-last"}


def test_every_status_has_a_word_of_its_own():
    assert {name: twice for name, said in SAID.items() if (twice := [word for word, times in Counter(said).items() if times > 1])} == {}


def test_whatever_the_app_colours_by_a_status_is_known_to_say_it_in_words_as_well():
    computed = set(re.findall(r"(tm-[a-z]+(?:__[a-z]+)?)--\$\{", APP)) | set(re.findall(r"\? *['\"`] ?(tm-[a-z]+(?:__[a-z]+)?)--", APP))
    assert computed - LOOKS == set(SAID) | REPEATS


def test_the_points_of_a_chart_and_the_marks_of_what_is_due_differ_in_shape():
    points = re.findall(r'<(path|circle) class="tm-xmr__(better|worse|common)"(?: d="M\{\{[^}]*\}\} \{\{[^}]*\}\}([^"]*)")?', CHART)
    assert sorted(name for _, name, _ in points) == ["better", "common", "worse"] and len({(tag, path) for tag, _, path in points}) == 3
    (marks,) = re.findall(r"\{late \? '(.)' : asked === 'done' \? '(.)' : '(.)'\}", APP)
    assert len(set(marks)) == 3
    dots = re.findall(r"\.tm-sync__dot(?:--\w+)? \{([^}]*)\}", STYLES["_frame.scss"])
    assert ["border-radius: 50%" in dots[0], "background: transparent" in dots[1], "rotate(45deg)" in dots[2]] == [True] * 3  # a disc, a ring, a diamond
