"""The plan in force: all of a person's plans as one, tightened by one person and loosened by two (care.md, Duties).

Every reader of a hydration plan comes through here. What tightens a watch (monitoring on, thicker drinks, nil by mouth, a limit,
end of life, a higher target, closer checks) holds at once and waits for a second person to confirm it. What loosens it waits
first: until somebody else than its author confirms it, the tighter value stays in force. One edit may do both, so each group of
fields is judged by itself. A person's first plan loosens nothing.

Pure, and the same for any order in which the submissions came: they are taken in the order in which they were made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sync.facts import NIL, SAFETY, UTC_MIN, PlanVersion, Waiting
from sync.rules.hydration import says_yes
from sync.thresholds import THRESHOLDS, read_day_or_time

#: Who says yes from outside names all three: who they are, in which role, and how they confirmed.
OUTSIDE = ("outside_name", "outside_role", "outside_how")
#: The server's own pages: there alone somebody outside may be named, once it is known that nobody here can confirm.
PAGE = "page"


@dataclass(frozen=True)
class TwoPeople:
    """From when the rule counts in a home: what it received before stands as it was written, and so does what Tidemark states."""

    since: datetime = UTC_MIN
    tidemark: str | None = None

    def counts(self, said: _Said) -> bool:
        return said.received >= self.since and (said.author is None or said.author != self.tidemark)


# ---- several plans as one ----


def as_one(plans: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """(values, safety fields in which they differ) of a person's live plans, the one last said at the end.

    What the last does not speak of stays in force; of two limits the lower, of two times nil by mouth the one that ends later.
    Has a twin in the app (`pwa/src/kinds/hydration_plan.ts`), held to it by `tests/vectors/plans_as_one.json`.
    """
    values = {name: value for plan in plans for name, value in plan.items()}
    if limits := [plan["limit_ml"] for plan in plans if isinstance(plan.get("limit_ml"), int)]:
        values["limit_ml"] = min(limits)
    if nil := [plan for plan in plans if plan.get("nil_by_mouth_from")]:
        longest = max(nil, key=lambda plan: plan.get("nil_by_mouth_until") or "~")
        values |= {name: longest.get(name) for name in NIL}
    said = {name: {plan.get(name) for plan in (nil if name in NIL else plans) if name in NIL or name in plan} for name in SAFETY}
    return {name: value for name, value in values.items() if value is not None}, tuple(name for name in SAFETY if len(said[name]) > 1)


# ---- which is tighter ----

Values = dict[str, Any]


@dataclass(frozen=True)
class Group:
    """Fields that are tightened or loosened together: what they say by themselves, and the tighter of two such sayings."""

    name: str
    fields: tuple[str, ...]
    #: The fields as far as they mean something; none where the group asks for nothing.
    read: Callable[[Values], Values]
    #: (what holds, what is asked) -> the tightest of both; what holds where nothing gets tighter.
    join: Callable[[Values, Values], Values]
    #: What two ways of saying the same have in common.
    key: Callable[[Values], Any]
    #: Whether it has come to its end by an instant, so that taking it away loosens nothing.
    over: Callable[[Values, datetime], bool] = lambda values, at: False
    #: Setting it in a person's first plan asks for a second person.
    from_first: bool = True

    def of(self, values: Mapping[str, Any]) -> Values:
        return self.read({name: values[name] for name in self.fields if values.get(name) is not None})


def _number(name: str, group: str, tighter: Callable[[float, float], float], without: float, from_first: bool = True) -> Group:
    """A group of one number; `without` is what it comes to where none is said."""

    def weight(values: Values) -> float:
        said = values.get(name)
        return said if isinstance(said, (int, float)) and not isinstance(said, bool) else without

    def join(held: Values, asked: Values) -> Values:
        return held if tighter(weight(held), weight(asked)) == weight(held) else asked

    return Group(group, (name,), lambda values: values if weight(values) != without or values.get(name) == without else {}, join, weight, from_first=from_first)


def _span(group: str, first: str, last: str | None, yes: str | None = None) -> Group:
    """A group that holds from one time until another: the tightest of two covers both. `yes` is the field that turns it on; without
    one, a start does."""
    names = tuple(name for name in (yes, first, last) if name)

    def bounds(values: Values) -> tuple[Any, ...]:
        return read_day_or_time(values.get(first)), read_day_or_time(values.get(last)) if last else None

    def read(values: Values) -> Values:
        if yes:
            return {**values, yes: True} if says_yes(values.get(yes)) else {}
        return values if read_day_or_time(values.get(first)) is not None else {}

    def join(held: Values, asked: Values) -> Values:
        if not held or not asked:
            return held or asked
        (begins, ends), (asked_from, asked_to) = bounds(held), bounds(asked)
        both = dict(held)
        if begins is not None and (asked_from is None or asked_from < begins):
            both[first] = asked.get(first)
        if last and ends is not None and (asked_to is None or asked_to > ends):
            both[last] = asked.get(last)
        return {name: value for name, value in both.items() if value is not None}

    def over(values: Values, at: datetime) -> bool:
        ends = bounds(values)[1]
        return not values or (ends is not None and ends <= at)

    return Group(group, names, read, join, lambda values: (bool(values), *bounds(values)), over)


GROUPS: tuple[Group, ...] = (
    _span("monitoring", "monitored_from", "monitored_until", yes="monitoring"),
    _number("iddsi_level", "thickness", max, 0),
    _span("nil_by_mouth", *NIL),
    _number("limit_ml", "limit", min, float("inf")),
    _span("end_of_life", "end_of_life_from", None),
    _number("target_ml", "target", max, THRESHOLDS["hydration.target_floor_ml"].default, from_first=False),
    _number("check_every_minutes", "checks", min, THRESHOLDS["hydration.due_minutes"].default, from_first=False),
)
BY_NAME: Mapping[str, Group] = {group.name: group for group in GROUPS}
GUARDED = tuple(name for group in GROUPS for name in group.fields)


# ---- what was said, in the order in which it was made ----


@dataclass(frozen=True)
class _Said:
    """One submission about one plan. `values` are the whole plan's once it was made; None is a plan struck out."""

    at: datetime
    order: tuple[Any, ...]
    record: str
    submission: str
    version: str
    author: str | None
    received: datetime
    values: Mapping[str, Any] | None
    confirms: frozenset[str]
    rejects: frozenset[str]
    outside: bool
    unresolved: tuple[str, ...]
    #: Group -> (submission, author) where the plan shows a value that somebody else wrote before.
    others: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)


def _time(value: Any) -> datetime:
    return read_day_or_time(value) or UTC_MIN


def _said_of(change: Mapping[str, Any]) -> list[_Said]:
    """A plan's submissions, oldest first: one comes after those that its author had seen."""
    unresolved = tuple(sorted(change.get("conflicts") or ()))
    record = str(change["record"])
    told = change.get("history") or ()
    if not told:
        heads = change.get("heads") or (record,)
        at = _time(change["occurred_at"])
        values = None if change.get("struck_out") else change["fields"]
        received = _time(change.get("received_at"))
        return [_Said(at, (at, 0, _time(change.get("recorded_at")), record), record, str(heads[0]), record, change.get("author"), received, values, frozenset(), frozenset(), False, unresolved)]
    rows, creator = {row["submission"]: row for row in told}, told[0]["submission"]
    made = _made(rows, creator)
    ordered = sorted(rows.values(), key=lambda row: (*made[row["submission"]], _time(row["recorded_at"]), row["submission"]))
    found, values = [], {}
    for place, row in enumerate(ordered):
        said = row["fields"]
        values = {name: value for name, value in {**values, **said}.items() if value is not None}
        last = place == len(ordered) - 1
        shown = change["fields"] if last else values
        struck = bool(change.get("struck_out")) if last else values.get("struck_out") is True
        at, depth = made[row["submission"]]
        found.append(_Said(
            at, (at, depth, _time(row["recorded_at"]), row["submission"]), record, row["submission"], row["submission"], row.get("author"),
            _time(row.get("received_at")), None if struck else shown, frozenset(map(str, said.get("confirms") or ())),
            frozenset(map(str, said.get("rejects") or ())), row.get("origin") == PAGE and all(said.get(name) for name in OUTSIDE), unresolved,
            _written_before(ordered, values, shown) if last else {},
        ))  # fmt: skip
    return found


def _made(rows: Mapping[str, Mapping[str, Any]], creator: str) -> dict[str, tuple[datetime, int]]:
    """When each was made, no earlier than what it stands on, and how many stand below it. No chain is too long: a plan that could not
    be read would keep every tablet of the home from its changes."""
    made: dict[str, tuple[datetime, int]] = {}
    below: dict[str, list[str]] = {}
    for start in rows:
        above = [start] if start not in made else []
        while above:
            id_ = above[-1]
            if id_ not in made:
                made[id_] = _time(rows[id_]["occurred_at"]), 0  # a ring of parents ends here
                seen = {*(rows[id_].get("parents") or ()), creator} if id_ != creator else ()
                below[id_] = [parent for parent in sorted(seen) if parent in rows and parent != id_]
            if unread := next((parent for parent in below[id_] if parent not in made), None):
                above.append(unread)
                continue
            stands_on = [made[parent] for parent in below[id_]]
            made[id_] = max([made[id_][0], *(at for at, _ in stands_on)]), 1 + max((depth for _, depth in stands_on), default=-1)
            above.pop()
    return made


def _written_before(ordered: Sequence[Mapping[str, Any]], values: Mapping[str, Any], shown: Mapping[str, Any]) -> dict[str, tuple[str, str | None]]:
    """Who wrote what the merge shows of a group, where the last to write is not whom it chose."""
    found = {}
    for group in GROUPS:
        if group.key(group.of(values)) == group.key(group.of(shown)):
            continue
        writers = [row for row in ordered if any(name in row["fields"] and row["fields"][name] == shown.get(name) for name in group.fields)]
        if writers:
            found[group.name] = writers[-1]["submission"], writers[-1].get("author")
    return found


# ---- what holds ----


@dataclass
class _Held:
    """One group as it stands: what is asked, what is in force, and what of it waits for whom."""

    asked: Values = field(default_factory=dict)
    value: Values = field(default_factory=dict)
    tight: Waiting | None = None
    loose: Waiting | None = None

    def settle(self, asked: Values) -> None:
        self.asked = self.value = asked
        self.tight = self.loose = None

    def ask(self, group: Group, said: _Said, asked: Values) -> None:
        """Somebody asks for another value."""
        if group.over(self.value, said.at):
            # What has come to its end guards nothing any more.
            self.settle({})
        before, self.asked = self.value, asked
        self.value = group.join(before, asked)
        submission, author = said.others.get(group.name, (said.submission, said.author))
        made = Waiting(group.name, False, said.at, submission, said.record, author, asked, self.value, before)
        if self.value != before:
            since, was = (self.tight.since, self.tight.before) if self.tight else (said.at, before)
            self.tight = replace(made, since=since, before=was)
        if group.key(asked) == group.key(self.value):
            self.loose = None
        else:
            self.loose = replace(made, loosens=True, since=self.loose.since if self.loose else said.at)

    def confirm(self, said: _Said) -> None:
        """Somebody says yes: it settles what another person wrote."""

        def settles(waits: Waiting | None) -> bool:
            other = said.author is not None and waits is not None and waits.author != said.author
            return waits is not None and waits.submission in said.confirms and (other or said.outside)

        if settles(self.loose):
            self.settle(self.asked)
        elif settles(self.tight):
            self.tight = None

    def reject(self, said: _Said) -> None:
        """Somebody else says no to what holds already and asks for what stood before: that alone waits now, and it holds meanwhile."""
        if self.tight and self.loose and self.tight.submission in said.rejects and said.author not in (None, self.tight.author):
            self.tight = None

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        return tuple(waits for waits in (self.tight, self.loose) if waits)


def plan_versions(changes: Iterable[Mapping[str, Any]], rule: TwoPeople) -> tuple[PlanVersion, ...]:
    """The history of a person's plan from its records, oldest first, as it was in force; where several stand, of all of them as one.

    A plan struck out counts nowhere, as if it had never been, once forgetting it loosens nothing that is in force: striking it out
    loosened nothing, or somebody has confirmed it. Until then it guards, whatever else was written meanwhile.
    """
    told = {str(change["record"]): change for change in changes if not change.get("struck_out") or change.get("history")}
    said = {record: _said_of(change) for record, change in told.items()}
    versions, struck = _versions(said.values(), rule), sorted(record for record in said if told[record].get("struck_out"))
    while True:
        for record in struck:
            without = {other: each for other, each in said.items() if other != record}
            left = _versions(without.values(), rule)
            if not _looser(left, versions):
                said, versions = without, left
                struck.remove(record)
                break  # what could not be forgotten before may be now
        else:
            return versions


def _looser(one: Sequence[PlanVersion], other: Sequence[PlanVersion]) -> bool:
    """Whether the first guards less than the second, as both stand at their end."""
    values, held = (versions[-1].values if versions else {} for versions in (one, other))
    return any(group.key(group.join(group.of(values), group.of(held))) != group.key(group.of(values)) for group in GROUPS)


def _versions(told: Iterable[Sequence[_Said]], rule: TwoPeople) -> tuple[PlanVersion, ...]:
    standing: dict[str, _Said] = {}
    groups = {group.name: _Held() for group in GROUPS}
    versions: list[PlanVersion] = []
    for one in sorted((each for said in told for each in said), key=lambda each: each.order):
        standing = {record: each for record, each in standing.items() if record != one.record}
        if one.values is not None:
            standing[one.record] = one
        values, differ = as_one([each.values for each in standing.values() if each.values is not None])
        for group in GROUPS:
            asked, held = group.of(values), groups[group.name]
            if asked == held.asked and versions:
                continue
            # A limit takes the place of a target: a plan gives one of them.
            replaced = group.name == "target" and "limit_ml" in values
            if rule.counts(one) and (versions or group.from_first) and not replaced:
                held.ask(group, one, asked)
            else:
                held.settle(asked)
        for held in groups.values():
            held.confirm(one)
            held.reject(one)
        unresolved = {name for each in standing.values() for name in each.unresolved}.union(differ)
        waiting = tuple(waits for held in groups.values() for waits in held.waiting)
        versions.append(PlanVersion(one.at, _in_force(values, groups), one.version, tuple(sorted(unresolved)), waiting))
    return tuple(versions)


def _in_force(values: Values, groups: Mapping[str, _Held]) -> Values:
    """The plan with the tighter value wherever a looser one waits."""
    for group in GROUPS:
        held = groups[group.name]
        if held.loose:
            values = {name: value for name, value in values.items() if name not in group.fields} | held.value
    return values


def in_force(changes: Iterable[Mapping[str, Any]], rule: TwoPeople) -> PlanVersion | None:
    """A person's plan as it is in force once all of this is known; None for a person without one."""
    versions = plan_versions(changes, rule)
    return versions[-1] if versions else None


def overlay(version: PlanVersion) -> dict[str, Any] | None:
    """What a tablet lays over the plan that it holds: the fields that are in force in another form than they were last written, null for
    none; None where they are as they were written. A tablet merges nothing itself."""
    return {name: version.values.get(name) for waits in version.waiting if waits.loosens for name in BY_NAME[waits.group].fields} or None
