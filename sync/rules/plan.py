"""The improvement plan: what an action still lacks before it may close, and what about it needs somebody's eye (care.md, The plan).

Actions and reviews are the values of their records; days are dates and `today` is an argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sync.rules import xmr

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

OPEN_STATUSES = frozenset({"open", "changed", "escalated"})
#: Days without new evidence after which an action reads "static", and between reviews of one that failed.
STATIC_DAYS, WEEKLY = 21, 7
#: Days over which a measure is judged against its target, and categories that closing needs.
JUDGED_DAYS, LEAST_CATEGORIES = 14, 2

Values = Mapping[str, Any]


# ---- closing ----

NOT_HELD, TARGET, SIGNAL, ONE_SIDED, NO_PEOPLE, CONTRADICTED, DOER, NO_CHECK, NO_DIFFERENCE = BLOCKS = (
    "not_held", "target", "signal", "one_sided", "no_people", "contradicted", "doer", "no_check", "no_difference",
)  # fmt: skip


@dataclass(frozen=True)
class Reached:
    """Where one of the action's measures stands: its figure over the last `JUDGED_DAYS`, and the two icons of its chart."""

    percent: float | None
    variation: str | None = None
    assurance: str | None = None

    def meets(self, target: float) -> bool:
        return self.percent is not None and self.percent >= target

    @property
    def improves(self) -> bool:
        """A change that is no accident, or a process that meets its target whatever the day."""
        return self.variation == xmr.IMPROVEMENT or (self.assurance == xmr.PASS and self.variation != xmr.CONCERN)


def closing(action: Values, weighed: Iterable[Values], reached: Sequence[Reached], *, closer: str, check_on: date | None, today: date) -> tuple[str, ...]:
    """What stands in the way of closing, in the order of `BLOCKS`; nothing when it may close.

    `weighed` is the evidence of the closing review, `reached` one entry a measure of the action. An action without a measure has
    nothing to show that its target was met.
    """
    held = [each for each in weighed if each.get("strength") in (STRONG, ADEQUATE)]
    against = [each for each in weighed if each.get("strength") == AGAINST]
    categories = {each.get("category") for each in held}
    target = target_percent(action)
    has = {each.get("id") for each in held}
    found = {
        NOT_HELD: any(each.get("id") not in has for each in required(action)) or not required(action),
        TARGET: target is None or not reached or not all(each.meets(target) for each in reached),
        SIGNAL: not reached or not all(each.improves for each in reached),
        ONE_SIDED: len(categories) < LEAST_CATEGORIES,
        NO_PEOPLE: not categories & {EXPERIENCE, OUTCOMES},
        CONTRADICTED: bool(against),
        DOER: closer in (action.get("owner"), action.get("deputy")),
        NO_CHECK: check_on is None or check_on <= today,
        NO_DIFFERENCE: not str(action.get("difference_for_people") or "").strip(),
    }
    return tuple(name for name in BLOCKS if found[name])


def slid(target: float | None, reached: Sequence[Reached]) -> bool:
    """Whether a closed action's measures have fallen back: below the target by more than a day's accident."""
    return target is not None and any(
        each.percent is not None and each.percent < target and each.variation is not None for each in reached
    )


# ---- what needs an eye ----

ESCALATED, STATIC, WEAK_TWICE, OVERDUE, PAST_DUE, CHECK_DUE, NEVER_REVIEWED = EYES = (
    "escalated", "static", "weak_twice", "review_overdue", "past_due", "check_due", "never_reviewed",
)  # fmt: skip


def eyes(action: Values, reviews: Sequence[Values], *, since: date, today: date) -> tuple[str, ...]:
    """What about an action asks for somebody. `reviews` are newest last, each with the day `on` which it was made; `since` is the
    day on which the action began."""
    status = action.get("status") or "open"
    last = reviews[-1] if reviews else None
    if status == "closed":
        check = read_day(action.get("sustain_check_on"))
        return (CHECK_DUE,) if check is not None and check <= today else ()
    due = read_day(action.get("due_on"))
    newest = max([since, *(on for each in reviews for one in each.get("evidence_weighed") or () if (on := _as_of(one, each)))])
    found = {
        ESCALATED: status == "escalated",
        STATIC: (today - newest).days >= STATIC_DAYS,
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
    return not any(each.get("strength") in (STRONG, ADEQUATE) for each in review.get("evidence_weighed") or ())


def _as_of(evidence: Values, review: Values) -> date | None:
    """From when a piece of evidence is. What was not held is no evidence."""
    return None if not evidence.get("strength") else read_day(evidence.get("as_of")) or review["on"]


# ---- what stands in an action ----


def required(action: Values) -> list[Values]:
    """The evidence that was named at the start: {id, what, category}."""
    return [each for each in action.get("evidence_required") or () if isinstance(each, Mapping) and each.get("id")]


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
