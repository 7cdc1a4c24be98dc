"""An alert: one rule, one person (or tablet), one care day. A follower opens it; people move it; nobody else creates one.

Its record is written by two sides who never wait for each other. A person's status counts only for the opening that it
descends from, so that an acknowledgement of this morning's alert, arriving late, cannot silence this evening's. Among
the survivors of one opening a person's word outranks the follower's, and resolved outranks acknowledged (kinds.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.fields import Code, DayOrTime, Item, Label, ListOf, Open, Ref, Text, Time, Whole, YesNo, schema_of, texts
from sync.kinds import OPEN, Kind
from sync.roles import TIDEMARK
from sync.severities import SEVERITIES

OPENED, ACKNOWLEDGED, SNOOZED, RESOLVED, WITHDRAWN, UNHANDLED = (
    "open", "acknowledged", "snoozed", "resolved", "withdrawn", "unhandled",
)  # fmt: skip
STATUSES = (OPENED, ACKNOWLEDGED, SNOOZED, RESOLVED, WITHDRAWN, UNHANDLED)

LOCK_SCREEN = "lockscreen"

# What is shown when the survivors of one opening say different things, first of all first.
PRECEDENCE = (RESOLVED, ACKNOWLEDGED, SNOOZED, UNHANDLED, WITHDRAWN, OPENED)

# The opening itself and how it climbs: a follower's alone.
FOLLOWERS = frozenset({
    "rule", "subject", "severity", "opened_at", "happened_at", "opening", "care_day", "rung", "loop", "told", "next_at",
    "next_roles", "silent_tablets", "matters",
})  # fmt: skip
FOLLOWERS_STATUSES = frozenset({WITHDRAWN, UNHANDLED})

FIELDS = schema_of(
    "alert",
    {
        "rule": Text(),
        "subject": Text(),
        "severity": Code(*SEVERITIES),
        "opened_at": Time(),
        "happened_at": Time(),
        "status": Code(*STATUSES),
        "owner": Ref(),
        "outcome": Text(),
        "evidence": Open(),
        "based_on_until": Open(),
        "silent_devices": texts(),
        "silent_tablets": ListOf(Item({"device": Text(), "name": Text(), "heard_at": Time()})),
        "threshold_version": Label(),
        # Ours, beside the fixed names: which care day and opening, how far it has climbed, and why it says what it says.
        "care_day": Text(),
        "opening": Whole(1),
        "rung": Whole(),
        "loop": Whole(),
        "told": ListOf(Item({"role": Text(), "staff": Ref(), "at": Time(), "reached": YesNo(), "held_until": Time()})),
        "next_at": Time(),
        "next_roles": texts(),
        "facts": Open(),
        "matters": texts(),  # the records that it is about, where it is about more than one day's drinking
        "reason": Text(),
        "put_right_by": Text(),
        "received_at": DayOrTime(),
        "snooze_until": Time(),
        "snooze_reason": Text(),
        # Handed over by name, and not taken on yet.
        "given_to": Ref(),
        # Where it was taken on, when that was no screen of the app.
        "via": Text(),
    },
)


def not_by_people(fields: Mapping[str, Any]) -> list[str]:
    """The fields in a person's submission that only a follower may write."""
    found = [name for name in fields if name in FOLLOWERS]
    if fields.get("status") in FOLLOWERS_STATUSES:
        found.append("status")
    return found


def is_opening(row: Any) -> bool:
    return TIDEMARK in row.roles and row.fields.get("opened_at") is not None


def _rank(row: Any) -> tuple[int, str, str]:
    """Later openings are greater: by the number they carry, then by the clock."""
    return (row.fields.get("opening") or 1, row.clock, row.id)


def opening_of(row: Any, scene: Any) -> str | None:
    """The id of the latest opening that a row is or descends from."""
    found = [each for each in scene.counted if is_opening(each) and (each.id == row.id or scene.before(each, row))]
    return max(found, key=_rank).id if found else None


def of_latest_opening(survivors: list[Any], scene: Any) -> list[Any]:
    """The survivors that count now; all of them where none descends from the latest opening."""
    openings = [row for row in scene.counted if is_opening(row)]
    if not openings:
        return survivors
    latest = max(openings, key=_rank).id
    return [row for row in survivors if opening_of(row, scene) == latest] or survivors


def choose(group: frozenset[str], survivors: list[Any], scene: Any) -> Any:
    """The survivor to show: of the latest opening, a person's before the follower's, and for status by precedence."""
    counting = of_latest_opening(survivors, scene)
    if group == {"status"}:
        order = {status: place for place, status in enumerate(PRECEDENCE)}
        return min(counting, key=lambda row: order.get(row.fields.get("status"), len(order)))
    people = [row for row in counting if TIDEMARK not in row.roles]
    return (people or counting)[0]


def contradicts(field: str, a: Any, b: Any, scene: Any) -> bool:
    """Whether two surviving writes that differ need somebody to decide: never follower against person, never two of
    different openings, never one whose author had seen the other."""
    if TIDEMARK in a.roles or TIDEMARK in b.roles:
        return False
    if scene.before(a, b) or scene.before(b, a):
        return False
    return opening_of(a, scene) == opening_of(b, scene)


def still_open(values: Mapping[str, Any]) -> bool:
    return values.get("status") not in (RESOLVED, WITHDRAWN)


KIND = Kind(
    name="alert",
    fields=FIELDS,
    required=frozenset({"rule", "subject", "severity"}),
    sets=frozenset({"silent_devices"}),
    holds=OPEN,
    subject="subject",
    refers=("owner", "given_to"),
    still_open=still_open,
    creators=frozenset(),
    not_by_people=not_by_people,
    choose=choose,
    contradicts=contradicts,
)
