"""What an audit comes to: how many of the entries that were looked at met each question, and which sources nobody could look at.

An answer is {question, source, answer, words, misses: [ids of entries], looked_at: number}. *Yes* says that every entry of its
source meets the question; *no* names those that do not; *not applicable* leaves the question out and says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sync.audits import gaming

YES, NO, NOT_APPLICABLE = ANSWERS = ("yes", "no", "not_applicable")
#: What Tidemark writes where a source held nothing to look at: an answer that nobody gives.
NOTHING = "nothing_to_sample"

Values = Mapping[str, Any]
#: (entries that met it, entries looked at).
Score = tuple[int, int]


def answers(audit: Values) -> list[Values]:
    """The answers that stand in an audit, as far as they can be read."""
    return [each for each in audit.get("answers") or () if _is(each, ("question", "source"), "misses")]


def sample(audit: Values, source: str | None = None) -> list[Values]:
    """The entries that were drawn: {id, source, kind, record, day, because}; those of one source, or all."""
    readable = [each for each in audit.get("sample") or () if _is(each, ("id", "source", "kind", "record"), "because")]
    return [each for each in readable if source in (None, each["source"])]


def drawn_from(audit: Values, source: str) -> tuple[int, Mapping[str, int]]:
    """(how many entries the source held when it was drawn from, how many of them carried each sign of gaming)."""
    held = audit.get("drawn_from")
    of = held.get(source) if isinstance(held, Mapping) else None
    count, signs = (of.get("of"), of.get("signs")) if isinstance(of, Mapping) else (None, None)
    known = {name: signs[name] for name in gaming.SIGNS if isinstance(signs.get(name), int)} if isinstance(signs, Mapping) else {}
    return count if isinstance(count, int) else len(sample(audit, source)), known


def _is(each: Any, texts: Sequence[str], listed: str) -> bool:
    """Whether something that was written by whatever program has the shape that is read here."""
    return isinstance(each, Mapping) and all(isinstance(each.get(name), str) for name in texts) and isinstance(each.get(listed) or [], list)


def done(audit: Values) -> bool:
    """Whether somebody has answered it."""
    return bool(answers(audit))


def score(answer: Values) -> Score | None:
    """What one answer comes to; None where the question was left out."""
    looked_at, misses = answer.get("looked_at"), answer.get("misses") or ()
    if answer.get("answer") not in (YES, NO) or not isinstance(looked_at, int) or looked_at < 1:
        return None
    missed = min(looked_at, len(misses)) if answer["answer"] == NO else 0
    return looked_at - missed, looked_at


def total(scores: Iterable[Score | None]) -> Score:
    """Several scores as one: entries added, percentages never averaged."""
    counted = [each for each in scores if each is not None]
    return sum(met for met, _ in counted), sum(of for _, of in counted)


def by_question(audit: Values) -> dict[str, Score]:
    """The score of each question that was answered yes or no."""
    return {each["question"]: found for each in answers(audit) if (found := score(each)) is not None}


def covered(said: Iterable[Values]) -> list[str]:
    """The sources that were looked at: one whose questions were all left out was not."""
    return list(dict.fromkeys(each["source"] for each in said if score(each) is not None))


def gaps(sources: Sequence[str], audit: Values) -> list[str]:
    """The sources that the article names and this audit does not rest on."""
    held = set(covered(answers(audit)))
    return [source for source in sources if source not in held]


def agreement(one: Sequence[Values], other: Sequence[Values]) -> tuple[int, int, list[str]]:
    """(answers that two auditors of one sample share, questions that both answered, those in which they differ)."""
    mine, theirs = (
        {each["question"]: (each["answer"], sorted(each.get("misses") or ())) for each in said if each.get("answer") in ANSWERS} for said in (one, other)
    )
    both = [name for name in mine if name in theirs]
    differ = [name for name in both if mine[name] != theirs[name]]
    return len(both) - len(differ), len(both), differ
