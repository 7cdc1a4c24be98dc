"""Who is told of an alert and when: one ladder a severity, as data, and the pure next step on it (care.md, Alerts 6).

    next_step(ladder, State(rung, loop, next_at), now, reachable) -> Next(state, tell, ...)

One step at a time: after downtime an alert takes one step, and the step after it counts from now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sync import roles
from sync.days import LONDON, shift_of
from sync.severities import CRITICAL, NUDGE, SENIOR, SEVERITIES, URGENT
from sync.thresholds import DEFAULT, read_day_or_time, waits

# Bounds that a home's own ladder keeps: nobody may set a delay by which a call is as good as never.
LONGEST_RUNG_MINUTES = 240
REPEAT_MINUTES = (5, 120)
LOOPS = (0, 12)
MOST_RUNGS = 8

NIGHT = "night"

_MANAGER_ON_CALL = [roles.DUTY_MANAGER, roles.DEPUTY_MANAGER]
_PROVIDER_ON_CALL = [roles.PROVIDER_LEAD, roles.NOMINATED_INDIVIDUAL]


def _rung(who: list[str], after_minutes: int, *channels: str) -> dict[str, Any]:
    return {"roles": who, "after_minutes": after_minutes, "channels": ["push", *channels]}


def _senior(manager: list[str]) -> list[dict[str, Any]]:
    return [_rung([roles.SENIOR_CARER], 0), _rung(manager, 30), _rung([roles.REGISTERED_MANAGER], 60)]


def _urgent(manager: list[str]) -> list[dict[str, Any]]:
    others = ("email", "sms")
    first = _rung([roles.SENIOR_CARER, *manager], 0)
    return [first, _rung([roles.REGISTERED_MANAGER], 20, *others), _rung(_PROVIDER_ON_CALL, 40, *others)]


# In the form of a `ladder` record. `after_minutes` counts from the opening. At night the on-call manager is whoever of
# the duty and deputy managers is signed on.
DEFAULTS: tuple[Mapping[str, Any], ...] = (
    {"severity": NUDGE, "rungs": [], "repeat_minutes": 30, "loops": 0},
    {"severity": SENIOR, "rungs": _senior([roles.DUTY_MANAGER]), "repeat_minutes": 30, "loops": 0},
    {"severity": SENIOR, "rungs": _senior(_MANAGER_ON_CALL), "repeat_minutes": 30, "loops": 0, "shift": NIGHT},
    *(
        {"severity": severity, "rungs": _urgent(manager), "repeat_minutes": 15, "loops": 4, **shift}
        for severity in (URGENT, CRITICAL)
        for manager, shift in (([roles.DUTY_MANAGER], {}), (_MANAGER_ON_CALL, {"shift": NIGHT}))
    ),
)


@dataclass(frozen=True)
class Rung:
    """Roles told together, `after` the step before it. `channels` beside push name what else is tried."""

    roles: tuple[str, ...]
    after: timedelta
    channels: tuple[str, ...] = ("push",)


@dataclass(frozen=True)
class Ladder:
    """The rungs of one severity; after the last, all are told again `loops` times every `repeat`, then `unhandled`."""

    severity: str
    rungs: tuple[Rung, ...]
    repeat: timedelta
    loops: int
    version: str = DEFAULT

    @property
    def everyone(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(role for rung in self.rungs for role in rung.roles))

    @property
    def longest(self) -> timedelta:
        """No step of this ladder is ever further away."""
        return max([self.repeat, *(rung.after for rung in self.rungs)])


@dataclass(frozen=True)
class State:
    """Where an alert stands: rungs reached (0: nobody told), loops gone, and when the next step is due."""

    rung: int = 0
    loop: int = 0
    next_at: datetime | None = None


@dataclass(frozen=True)
class Next:
    """One step of the climb. `tell` are the roles to call now (empty: nobody); `skipped` are rungs without anybody
    reachable, passed at once. `state` is where the alert stands afterwards, with `state.next_at` and `next_roles` for
    the step after it; `unhandled` says that the ladder is at its end."""

    state: State
    tell: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    skipped: tuple[tuple[str, ...], ...] = ()
    next_roles: tuple[str, ...] = ()
    unhandled: bool = False


def faults(fields: Mapping[str, Any]) -> list[str]:
    """What is wrong with a home's own ladder, as codes with a sentence under `alerts.ladder` in the message file."""
    found = []
    if fields.get("severity") not in SEVERITIES:
        found.append("severity")
    rungs = fields.get("rungs")
    climbs = fields.get("severity") != NUDGE
    if not isinstance(rungs, list) or len(rungs) > MOST_RUNGS or (climbs and not rungs) or (rungs and not climbs):
        return [*found, "rungs"]
    if any(not rung.get("roles") or not set(rung["roles"]) <= set(roles.ROLES) for rung in rungs):
        found.append("roles")
    after = [rung.get("after_minutes") for rung in rungs]
    if not all(_number(each, 0, LONGEST_RUNG_MINUTES * MOST_RUNGS) for each in after) or after != sorted(after) or after[:1] not in ([], [0]):
        found.append("after")
    elif any(later - sooner > LONGEST_RUNG_MINUTES for sooner, later in zip(after, after[1:], strict=False)):
        found.append("too_long")
    if not _number(fields.get("repeat_minutes"), *REPEAT_MINUTES):
        found.append("repeat")
    if not _number(fields.get("loops"), *LOOPS):
        found.append("loops")
    return found


def _number(value: Any, low: float, high: float) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high


def from_record(fields: Mapping[str, Any], version: str = DEFAULT) -> Ladder | None:
    """The ladder that a `ladder` record describes, or None when it has a fault: then the default holds."""
    if faults(fields):
        return None
    rungs, before = [], 0.0
    for rung in fields["rungs"]:
        after, before = rung["after_minutes"] - before, rung["after_minutes"]
        channels = tuple(rung.get("channels") or ("push",))
        rungs.append(Rung(tuple(rung["roles"]), timedelta(minutes=after), channels))
    return Ladder(fields["severity"], tuple(rungs), timedelta(minutes=fields["repeat_minutes"]), int(fields["loops"]), version)


def ladder_for(
    severity: str, changes: Iterable[Mapping[str, Any]], at: datetime, zone: str = LONDON, unit: str | None = None
) -> Ladder:  # fmt: skip
    """The ladder in force for a severity, a unit and the shift of that instant: the home's own `ladder` record (one for the
    unit before one for all, then one for the shift, then the newest), else the default. One that waits for its second
    person, or begins later, is not in force. `changes` are records in their wire form."""
    shift = shift_of(at, zone).rpartition("/")[2]
    own = [
        (bool(fields.get("unit")), bool(fields.get("shift")), change.get("seq") or 0, fields, str(change.get("record") or DEFAULT))
        for change in changes
        if not change.get("struck_out") and (fields := change.get("fields") or {}).get("severity") == severity
    ]
    for *_, fields, version in sorted(own, key=lambda each: each[:3], reverse=True):
        begins = read_day_or_time(fields.get("from"), zone)
        holds = not waits(fields) and (begins is None or begins <= at) and fields.get("unit") in (None, "", unit)
        if holds and _names(fields, shift) and (found := from_record(fields, version)):
            return found
    given = [fields for fields in DEFAULTS if fields["severity"] == severity and _names(fields, shift)]
    found = from_record(given[-1])
    assert found is not None
    return found


def own_ladder(facts: Mapping[str, Any], severity: str) -> Ladder | None:
    """The ladder of an alert that names whom it is for: a late duty's owner and deputy, then their manager."""
    owner, manager = facts.get("owner_role"), facts.get("manager_role")
    if not owner or not manager:
        return None
    first = tuple(dict.fromkeys(role for role in (owner, facts.get("deputy_role")) if role))
    after = timedelta(minutes=min(int(facts.get("manager_minutes") or 0), LONGEST_RUNG_MINUTES))
    return Ladder(severity, (Rung(first, timedelta()), Rung((manager,), after)), max(after, timedelta(minutes=REPEAT_MINUTES[0])), 0)


def _names(fields: Mapping[str, Any], shift: str) -> bool:
    """Whether a ladder is for a shift: by its name, by a whole `2026-11-22/night`, or for all of them."""
    return not fields.get("shift") or str(fields["shift"]).rpartition("/")[2] == shift


def is_due(next_at: datetime, now: datetime, delay: timedelta) -> bool:
    """Due is past, or further ahead than its own delay: that was written under a wrong clock."""
    return next_at <= now or next_at > now + delay


def next_step(ladder: Ladder, state: State, now: datetime, reachable: Collection[str]) -> Next | None:
    """The one step due now; None when none is due or the ladder has no rungs. `reachable` are roles with somebody
    signed on and a device that can be reached."""
    if not ladder.rungs or state.next_at is None or not is_due(state.next_at, now, ladder.longest):
        return None
    if state.rung < len(ladder.rungs):
        return _climb(ladder, state, now, reachable)
    if state.loop < ladder.loops:
        return _again(ladder, state, now, reachable)
    return Next(State(state.rung, state.loop, None), unhandled=True)


def _climb(ladder: Ladder, state: State, now: datetime, reachable: Collection[str]) -> Next:
    """The next rung on which somebody can be reached; those passed on the way are skipped at once."""
    skipped: list[tuple[str, ...]] = []
    for place in range(state.rung, len(ladder.rungs)):
        rung = ladder.rungs[place]
        if any(role in reachable for role in rung.roles):
            return _after(ladder, State(place + 1, state.loop), now, rung.roles, rung.channels, skipped)
        skipped.append(rung.roles)
    top = State(len(ladder.rungs), state.loop)
    if state.loop < ladder.loops and any(role in reachable for role in ladder.everyone):
        return _again(ladder, top, now, reachable)  # nobody further up: whoever is there is told again, without a wait
    return _after(ladder, top, now, (), (), skipped)


def _again(ladder: Ladder, state: State, now: datetime, reachable: Collection[str]) -> Next:
    """After the last rung everybody on the ladder is told again."""
    here = [rung for rung in ladder.rungs if any(role in reachable for role in rung.roles)]
    skipped = [rung.roles for rung in ladder.rungs if rung not in here]
    tell = tuple(dict.fromkeys(role for rung in here for role in rung.roles))
    channels = tuple(dict.fromkeys(channel for rung in here for channel in rung.channels))
    return _after(ladder, State(state.rung, state.loop + 1), now, tell, channels, skipped)


def _after(
    ladder: Ladder, state: State, now: datetime, tell: tuple[str, ...], channels: tuple[str, ...], skipped: list[tuple[str, ...]]
) -> Next:  # fmt: skip
    """What follows a step that brings an alert to `state`."""
    if state.rung < len(ladder.rungs):
        wait, following = ladder.rungs[state.rung].after, ladder.rungs[state.rung].roles
    else:
        wait, following = ladder.repeat, ladder.everyone if state.loop < ladder.loops else ()
    return Next(State(state.rung, state.loop, now + wait), tell, channels, tuple(skipped), following)
