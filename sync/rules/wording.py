"""Wording that promises and says nothing: "improve recording" is no action until it says what will change, who does it and how
success is measured (the article; care.md, The plan).
"""

from __future__ import annotations

import re

#: Words that name a wish. Beside nothing that can be seen or counted, the sentence is vague.
_WISHES = re.compile(
    r"\b(improv\w*|ensur\w*|better|enhanc\w*|rais\w* awareness|remind\w*|monitor\w*|review\w*|strengthen\w*|promot\w*|support\w*|encourag\w*|"
    r"embed\w*|address\w*|focus\w*|work on|be more|should|try to|as appropriate|where possible|ongoing|asap|as soon as possible)\b",
    re.IGNORECASE,
)
#: What makes it something that can be done and checked: when or how often, and who.
_WHEN = re.compile(
    r"\b(each|every|daily|weekly|monthly|hourly|per|within|before|after|by|at|during|twice|once|from|until|when|while)\b|\d", re.IGNORECASE
)
_WHO = re.compile(
    r"\b(manager|lead|leader|carer|carers|senior|seniors|worker|workers|coordinator|nurse|staff|individual|deputy|chef|cook|shift|key worker|"
    r"gp|family|who)\b",
    re.IGNORECASE,
)  # fmt: skip
_LEAST_WORDS = 6

TOO_SHORT, NO_WHO, NO_WHEN = "too_short", "no_who", "no_when"


def vague(text: str) -> tuple[str, ...]:
    """What a corrective action does not say: nothing when it is plain."""
    words = re.findall(r"\w+", text)
    if len(words) < _LEAST_WORDS:
        return (TOO_SHORT,)
    if not _WISHES.search(text) and len(words) >= 2 * _LEAST_WORDS:
        return ()
    return tuple(name for name, said in ((NO_WHO, _WHO), (NO_WHEN, _WHEN)) if not said.search(text))
