"""What is filed by hand beside the plan, as data: each form's questions, who may see it and who may write it.

Standards, observations of practice, staff accounts, complaints, incidents and minutes share one list page, one page and one form.
The words stand under `pages.filed.<kind>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sync.kinds.standard import PROMPTS
from sync.messages import section
from sync.roles import ROLES
from sync.rules.standing_beside import TOPICS

LINE, WORDS, WHOLE, DAY, TIME, CLOCK, ONE, YES_NO, PERSON, STAFF, ROLE, ROLES_HELD, STANDARD, ACTION, UNIT, QUESTION, SAID, PHOTO = (
    "line", "words", "whole", "day", "time", "clock", "one", "yes_no", "person", "staff", "role", "roles_held", "standard", "action",
    "unit", "question", "said", "photo",
)  # fmt: skip
#: The questions that are answered by choosing one.
CHOSEN = frozenset({ONE, YES_NO, PERSON, STAFF, ROLE, STANDARD, ACTION, UNIT, QUESTION})


@dataclass(frozen=True)
class Asked:
    """One question of a form: the field that it sets, how it is answered, and the codes to choose from."""

    name: str
    how: str
    must: bool = True
    codes: tuple[str, ...] = ()
    future: bool = False  # a day or time that may lie ahead
    past: bool = False  # a day that may lie in another century
    numbered: bool = False  # the codes are numbers, and the record holds a number
    least: int = 0  # of a whole number
    most: int = 0
    unit: str = ""  # of a whole number: ml, minutes, hours


@dataclass(frozen=True)
class Filed:
    """One kind that is filed by hand. `when` is the question that says when it happened; without one it is now.
    `first` are the fields that say in a list what it is; `signed` ones are never put in other words, only struck out.
    What is `standing` counts until somebody changes it, however old: it is listed by what it says. `back` leads out of the list. `beside` is what another form of the same
    record asks: it is shown with the rest."""

    kind: str
    path: str
    see: str
    change: str
    asked: tuple[Asked, ...]
    first: tuple[str, ...]
    when: str | None = None
    signed: bool = False
    standing: bool = False
    strikes: bool = True  # may be struck out as entered in error
    back: str = "/oversight"
    beside: tuple[Asked, ...] = ()

    @property
    def shown(self) -> tuple[Asked, ...]:
        """Every question whose answer the record's own page shows."""
        return self.asked + self.beside


_TOPIC = Asked("topic", ONE, codes=TOPICS)
_HAPPENED = Asked("occurred_at", TIME)
SCORES = ("1", "2", "3", "4", "5")

_ALL = (
    Filed(
        "standard", "/standards", "practice.see", "practice.change",
        (_TOPIC, Asked("words", WORDS), Asked("agreed_with", LINE), Asked("reviewer", LINE), Asked("filed_under", LINE),
         Asked("effective_from", DAY, future=True), Asked("prompts", SAID, must=False, codes=PROMPTS)),
        ("topic", "words"),
    ),
    Filed(
        "practice_observation", "/observations", "practice.see", "practice.change",
        (_HAPPENED, _TOPIC, Asked("standard", STANDARD, must=False), Asked("observed_role", ROLE, codes=ROLES), Asked("expected", WORDS),
         Asked("seen", WORDS), Asked("met", YES_NO), Asked("coached", YES_NO)),
        ("topic", "met", "seen"), "occurred_at",
    ),
    Filed(
        "staff_account", "/staff-accounts", "practice.see", "practice.change",
        (_HAPPENED, Asked("question", QUESTION), Asked("role", ROLE, codes=ROLES), Asked("score", ONE, codes=SCORES, numbered=True), Asked("words", WORDS, must=False)),
        ("question", "score", "words"), "occurred_at",
    ),
    Filed(
        "feedback_summary", "/feedback/summaries", "feedback.see", "practice.change",
        (_TOPIC, Asked("from", DAY), Asked("to", DAY), Asked("themes", WORDS), Asked("response", WORDS), Asked("told", LINE, must=False),
         Asked("about", ACTION, must=False)),
        ("topic", "themes"), back="/feedback",
    ),
    Filed(
        "complaint", "/complaints", "complaints.see", "complaints.change",
        (Asked("received_at", TIME), Asked("whose", ONE, codes=("resident", "family", "friend", "professional", "staff", "other")),
         Asked("resident", PERSON, must=False), Asked("about", ONE, codes=(*TOPICS, "kindness", "safeguarding", "medicines", "other")),
         Asked("words", WORDS), Asked("answered_at", TIME, must=False), Asked("outcome", WORDS, must=False)),
        ("about", "words"), "received_at",
    ),
    Filed(
        "incident", "/incidents", "complaints.see", "complaints.change",
        (Asked("happened_at", TIME), Asked("type", ONE, codes=tuple(section("forms.incident.fields.type.options"))), Asked("resident", PERSON, must=False),
         Asked("unit", UNIT, must=False), Asked("harm", ONE, codes=tuple(section("forms.incident.fields.harm.options"))),
         Asked("staffing_related", YES_NO), Asked("hydration_related", YES_NO), Asked("source_ref", LINE, must=False)),
        ("type", "harm"), "happened_at",
    ),
    Filed(
        "minute", "/minutes", "minutes.see", "minutes.write",
        (Asked("meeting", LINE), Asked("held_on", DAY), Asked("about", ACTION, must=False), Asked("type", ONE, codes=("challenge", "assurance", "decision")),
         Asked("words", WORDS), Asked("due_on", DAY, must=False, future=True)),
        ("type", "words"), signed=True,
    ),
)  # fmt: skip

FILED: Mapping[str, Filed] = {each.kind: each for each in _ALL}
