"""Reading what somebody answered in an audit. What is missing is said by field, in words that can be acted on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from server.pages.words import say
from sync.audits import Question, Template, scoring

LONGEST = 2_000

Read = tuple[list[dict[str, Any]], dict[str, str]]


def answers(form: MultiDict[str, str], template: Template, audit: Mapping[str, Any]) -> Read:
    """(the answers as they are kept, sentences by field of the form). A source that held nothing is answered by nobody."""
    said, wrong = [], {}
    for question in template.questions:
        drawn = [each["id"] for each in scoring.sample(audit, question.source)]
        made = {"question": question.name, "source": question.source, "looked_at": len(drawn)}
        if not drawn:
            said.append(made | {"answer": scoring.NOTHING, "words": "", "misses": []})
            continue
        ticked = set(form.getlist(f"miss-{question.name}"))
        made |= {
            "answer": form.get(f"answer-{question.name}", ""), "words": form.get(f"words-{question.name}", "").strip(),
            "misses": [id_ for id_ in drawn if id_ in ticked],
        }  # fmt: skip
        said.append(made)
        wrong |= _wrong(question, made)
    return said, wrong


def _wrong(question: Question, made: Mapping[str, Any]) -> dict[str, str]:
    answer, words = made["answer"], f"words-{question.name}"
    if answer not in scoring.ANSWERS:
        return {f"answer-{question.name}": say("audits.need.answer")}
    if len(made["words"]) > LONGEST:
        return {words: say("audits.need.shorter")}
    if answer == scoring.NO and not made["misses"]:
        return {f"miss-{question.name}": say("audits.need.misses")}
    if answer != scoring.NO and made["misses"]:
        return {f"miss-{question.name}": say("audits.need.no_misses")}
    if answer != scoring.YES and not made["words"]:
        return {words: say("audits.need.words")}
    return {}


def as_form(audit: Mapping[str, Any]) -> MultiDict[str, str]:
    """The answers that stand, as their form holds them."""
    form: MultiDict[str, str] = MultiDict()
    for each in scoring.answers(audit):
        form.add(f"answer-{each['question']}", str(each.get("answer") or ""))
        form.add(f"words-{each['question']}", str(each.get("words") or ""))
        for id_ in each.get("misses") or ():
            form.add(f"miss-{each['question']}", str(id_))
    return form
