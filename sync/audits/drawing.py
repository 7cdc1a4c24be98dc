"""Which entries an audit looks at: drawn, so that nobody picks the easy ones.

Every candidate has a rank that follows from the seed and its own id, and from nothing else: a record that comes late moves no other
one, and whoever has the seed, which stands in the audit, draws the same again. What looks like gaming comes on top of the draw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sync.rules.sampling import rank

#: Entries drawn from each source, and the most that are added because they look odd (D).
SIZE, MOST_FLAGGED = 5, 3
#: Why an entry is in the sample, beside the signs of `gaming`.
DRAWN = "drawn"


@dataclass(frozen=True)
class Candidate:
    """One thing that might be looked at. `of` is whom or what it is about: one person does not fill the sample while others wait."""

    kind: str
    record: str
    day: str | None = None
    of: str | None = None
    signs: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """What names it inside an audit: the same whenever it is drawn."""
        return hashlib.sha256("/".join((self.kind, self.record, self.day or "")).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Pick:
    """A candidate in the sample, and why."""

    candidate: Candidate
    because: tuple[str, ...]


def seed(secret: str, template: str, round_: str) -> str:
    """The seed of one audit, which may be told: the home's own secret cannot be read from it. 32 hex digits."""
    return hashlib.sha256("/".join((secret, template, round_)).encode()).hexdigest()[:32]


def draw(seed: str, source: str, candidates: Iterable[Candidate]) -> list[Pick]:
    """Up to `SIZE` candidates by rank, each of somebody else as far as there are others; then up to `MOST_FLAGGED` with a sign."""
    ordered = sorted(set(candidates), key=lambda each: (rank(seed, source, each.id), each.id))
    firsts: dict[str, Candidate] = {}
    for each in ordered:
        firsts.setdefault(each.of or each.id, each)
    alone = set(firsts.values())
    drawn = [*firsts.values(), *(each for each in ordered if each not in alone)][:SIZE]
    flagged = [each for each in ordered if each.signs and each not in drawn][:MOST_FLAGGED]
    return [Pick(each, (DRAWN, *each.signs)) for each in drawn] + [Pick(each, each.signs) for each in flagged]
