"""The improvement plan: what an action still lacks before it may close, and what about it needs somebody's eye (care.md, The plan).

Actions and reviews are the values of their records; days are dates and `today` is an argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sync.measures import MEASURES
from sync.rules import xmr
from sync.rules.triggers import Number, by_default

RISKS = ("high", "medium", "low")
AREAS = ("care_planning", "medicines", "staffing", "safeguarding", "feedback", "leadership", "governance")
#: The six evidence categories (domain.md 5b).
EXPERIENCE, STAFF, PARTNERS, OBSERVATION, PROCESSES, OUTCOMES = CATEGORIES = (
    "experience", "staff", "partners", "observation", "processes", "outcomes",
)  # fmt: skip
#: How a piece of evidence was weighed. `against` speaks against improvement, whatever the forms say.
STRONG, ADEQUATE, WEAK, AGAINST = STRENGTHS = ("strong", "adequate", "weak", "against")
STAY_OPEN, CHANGE, ESCALATE, CLOSE = DECISIONS = ("stay_open", "change", "escalate", "close")
#: What Tidemark writes when a closed action slides.
REOPEN = "reopen"
#: What somebody finds who looks whether a closed action has lasted: it has, or it opens again by their word.
LASTED, OPEN_AGAIN = CHECKS = ("lasted", "open_again")

#: Days between reviews of an action that failed, and evidence categories that closing needs.
WEEKLY, LEAST_CATEGORIES = 7, 2

Values = Mapping[str, Any]


# ---- closing ----

NOT_HELD, TARGET, SIGNAL, ONE_SIDED, NO_PEOPLE, CONTRADICTED, DUTIES, DOER, DID, NO_CHECK, NO_DIFFERENCE = BLOCKS = (
    "not_held", "target", "signal", "one_sided", "no_people", "contradicted", "duties", "doer", "did", "no_check", "no_difference",
)  # fmt: skip
#: What stands in the way of saying that a closed action has lasted.
CHECK_BLOCKS = (TARGET, CONTRADICTED, DUTIES, DOER, DID)
#: (rounds missed, rounds whose time has come) of one duty.
Rounds = tuple[int, int]


@dataclass(frozen=True)
class Reached:
    """Where one of the action's measures stands: its figure over the days that are judged, and the two icons of its chart.

    `nothing_due`: complete records show that there was nothing to judge (`sync/rules/nothing_due.py`). That is no figure and no
    improvement, and whoever reviews decides what it is worth; by itself it keeps no action open.
    """

    percent: float | None
    variation: str | None = None
    assurance: str | None = None
    nothing_due: bool = False

    def meets(self, target: float) -> bool:
        return self.percent is not None and self.percent >= target

    @property
    def improves(self) -> bool:
        """A change that is no accident, or a process that meets its target whatever the day."""
        return self.variation == xmr.IMPROVEMENT or (self.assurance == xmr.PASS and self.variation != xmr.CONCERN)


def closing(
    action: Values, evidence: Iterable[Values], reached: Sequence[Reached], *, closer: str, check_on: date | None, today: date,
    did: Iterable[str] = (), duties: Iterable[Rounds] = (), number: Number = by_default, since: date | None = None,
) -> tuple[str, ...]:  # fmt: skip
    """What stands in the way of closing, in the order of `BLOCKS`; nothing when it may close.

    `evidence` is what the closing review weighed, `reached` one entry a measure of the action. An action without a measure has
    nothing to show that its target was met. `did` are those who ever owned it or stood in, `duties` the rounds of each duty that
    serves it. What is older than `since`, the day on which the action began or was opened again, cannot show that it worked.
    """
    evidence = list(evidence)
    held = [each for each in evidence if each.get("strength") in (STRONG, ADEQUATE) and not _before(each, since)]
    categories = {each.get("category") for each in held}
    target = target_percent(action)
    has = {each.get("id") for each in held}
    found = {
        NOT_HELD: any(each.get("id") not in has for each in required(action)) or not required(action),
        TARGET: target is None or not reached or not all(each.nothing_due or each.meets(target) for each in reached),
        SIGNAL: not reached or not all(each.nothing_due or each.improves for each in reached),
        ONE_SIDED: len(categories) < LEAST_CATEGORIES,
        NO_PEOPLE: not categories & {EXPERIENCE, OUTCOMES},
        CONTRADICTED: any(each.get("strength") == AGAINST for each in evidence),
        DUTIES: neglected(duties, number),
        DOER: closer in _doers(action),
        DID: closer in {*did} - _doers(action),
        NO_CHECK: check_on is None or check_on <= today,
        NO_DIFFERENCE: not str(action.get("difference_for_people") or "").strip(),
    }
    return tuple(name for name in BLOCKS if found[name])


def lasting(
    action: Values, evidence: Iterable[Values], reached: Sequence[Reached], *, closer: str, today: date,
    did: Iterable[str] = (), duties: Iterable[Rounds] = (), number: Number = by_default,
) -> tuple[str, ...]:  # fmt: skip
    """What stands in the way of saying that a closed action has lasted. Its evidence was weighed when it closed: what is asked
    again is whether the figures, the duties and whatever is held since still say so, and somebody else than the doer."""
    found = closing(action, evidence, reached, closer=closer, check_on=None, today=today, did=did, duties=duties, number=number)
    return tuple(name for name in CHECK_BLOCKS if name in found)


def neglected(duties: Iterable[Rounds], number: Number = by_default) -> bool:
    """Whether any duty that serves an action was missed more often than the home allows: its miss counts against it (care.md, Duties)."""
    most = number("plan.duties_missed_percent")
    return any(missed * 100 > most * rounds for missed, rounds in duties)


def _before(evidence: Values, since: date | None) -> bool:
    as_of = read_day(evidence.get("as_of"))
    return since is not None and as_of is not None and as_of < since


def _doers(action: Values) -> set[Any]:
    return {action.get("owner"), action.get("deputy")} - {None}


def ran_since(began: date, reviews: Iterable[Values]) -> date:
    """The day from which an action runs: its own, or that on which it was last opened again. From then on it is given its time, and
    what is older shows nothing of it. `reviews` each have the day `on` which they were made."""
    return max([began, *(each["on"] for each in reviews if each.get("decision") in (REOPEN, OPEN_AGAIN))])


def slid(target: float | None, reached: Sequence[Reached]) -> bool:
    """Whether a closed action's measures have fallen back: below the target by more than a day's accident."""
    return target is not None and any(
        each.percent is not None and each.percent < target and each.variation is not None for each in reached
    )


# ---- what needs an eye ----

ESCALATED, STATIC, WEAK_TWICE, OVERDUE, PAST_DUE, CHECK_DUE, NEVER_REVIEWED, NOT_REVIEWED_CLOSED = EYES = (
    "escalated", "static", "weak_twice", "review_overdue", "past_due", "check_due", "never_reviewed", "closed_without_review",
)  # fmt: skip


def eyes(
    action: Values, reviews: Sequence[Values], *, since: date, today: date, audited: Iterable[date] = (), number: Number = by_default
) -> tuple[str, ...]:  # fmt: skip
    """What about an action asks for somebody. `reviews` are newest last, each with the day `on` which it was made; `since` is the
    day on which the action began, `audited` the days on which an audit that bears on it was made: each is new evidence."""
    status = action.get("status") or "open"
    last = reviews[-1] if reviews else None
    if status == "closed":
        check = read_day(action.get("sustain_check_on"))
        found = {CHECK_DUE: check is not None and check <= today, NOT_REVIEWED_CLOSED: not any(each.get("decision") == CLOSE for each in reviews)}
        return tuple(name for name in EYES if found.get(name))
    due = read_day(action.get("due_on"))
    newest = max([since, *audited, *(on for each in reviews for one in weighed(each) if (on := _as_of(one, each)))])
    found = {
        ESCALATED: status == "escalated",
        STATIC: (today - newest).days >= number("plan.static_days"),
        WEAK_TWICE: weak_twice(reviews),
        OVERDUE: next_review(action, last, since) < today,
        PAST_DUE: due is not None and due < today,
        NEVER_REVIEWED: last is None,
    }
    return tuple(name for name in EYES if found.get(name))


def weak_twice(reviews: Sequence[Values]) -> bool:
    """Whether the evidence was weak at two reviews running: then it is the nominated individual's."""
    return len(reviews) >= 2 and all(_weak(each) for each in reviews[-2:])


def next_review(action: Values, last: Values | None, since: date) -> date:
    """When the action is reviewed next: as the last review says, else after its own interval, weekly where it says none."""
    said = read_day(last.get("next_review_on")) if last else None
    every = action.get("review_every_days")
    interval = timedelta(days=int(every) if isinstance(every, (int, float)) and every >= 1 else WEEKLY)
    return said or (last["on"] if last else since) + interval


def _weak(review: Values) -> bool:
    return not any(each.get("strength") in (STRONG, ADEQUATE) for each in weighed(review))


def _as_of(evidence: Values, review: Values) -> date | None:
    """From when a piece of evidence is. What was not held is no evidence."""
    return None if not evidence.get("strength") else read_day(evidence.get("as_of")) or review["on"]


# ---- what stands in an action ----


def required(action: Values) -> list[Values]:
    """The evidence that was named at the start: {id, what, category}."""
    return [each for each in action.get("evidence_required") or () if isinstance(each, Mapping) and each.get("id")]


def weighed(review: Values) -> list[Values]:
    """The evidence that a review weighed: {id, what, category, strength, where, as_of}."""
    return [each for each in review.get("evidence_weighed") or () if isinstance(each, Mapping)]


def measures_of(action: Values) -> list[str]:
    """The measures that an action is bound to, those that this code knows."""
    return [name for name in action.get("measures") or () if isinstance(name, str) and name in MEASURES]


def target_percent(action: Values) -> float | None:
    """The target as a percentage; None where none was set."""
    target = action.get("target")
    value = target.get("percent") if isinstance(target, Mapping) else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def read_day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None
