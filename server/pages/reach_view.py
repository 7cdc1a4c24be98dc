"""Who would be woken now: the ladder as it stands this minute, rung by rung, with each device's last proof."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from server.alerts import duty, quiet, subscriptions
from server.alerts.moment import Moment
from server.pages.names import Names
from server.pages.words import clock_time, code, say, span, when
from server.people.store import Home
from server.records import call_numbers
from sync import days, roles
from sync.kinds.call_number import ON_CALL, PROVIDER, UNIT
from sync.rules import quiet as quiet_rule
from sync.severities import SENIOR, URGENT

# A phone that has shown a message within this is taken to be able to: a long shift and the way home.
PROVEN_MS = 14 * 3_600_000
# A test that was not shown within this has not come (alerts.md, 3.6).
TEST_WAIT_MS = 60_000
# The rungs without which an alert cannot be answered in time.
NEEDED = 2
# Whose telephone answers for a role when no phone does.
TELEPHONE = {
    roles.SENIOR_CARER: UNIT, roles.DUTY_MANAGER: ON_CALL, roles.DEPUTY_MANAGER: ON_CALL, roles.REGISTERED_MANAGER: ON_CALL,
    roles.PROVIDER_LEAD: PROVIDER, roles.NOMINATED_INDIVIDUAL: PROVIDER,
}  # fmt: skip


def ladders(c: Connection, home: Home, now_ms: int) -> list[dict[str, Any]]:
    """Each ladder that climbs, with its rungs: {title, rungs: [{name, after, people, bad}]}."""
    moment, names = Moment(c, home, now_ms, ""), Names(c, home.id)
    proofs = subscriptions.proofs(c, home.id, now_ms - TEST_WAIT_MS)
    return [_ladder(moment, names, severity, proofs) for severity in (URGENT, SENIOR)]


def quiet_hours(c: Connection, home: Home, now_ms: int) -> list[str]:
    """What the home's quiet hours are, and whether they leave anybody asleep now."""
    moment, now = Moment(c, home, now_ms, ""), days.from_ms(now_ms)
    kept = quiet_rule.hours(moment.values, now)
    if kept is None:
        return [say("reach.quiet_none")]
    begins, ends = (days.say_time(datetime.combine(datetime.min, each, UTC), "UTC") for each in kept)
    found, over = [say("reach.quiet", begins=begins, ends=ends)], quiet_rule.over_at(moment.values, now, home.zone)
    if over is not None:
        awake = quiet.somebody_awake(moment, None)
        found.append(say("reach.quiet_now", when=when(days.to_ms(over), home.zone, now_ms)) if awake else say("reach.quiet_nobody"))
    return found


def _ladder(moment: Moment, names: Names, severity: str, proofs: dict[uuid.UUID, Any]) -> dict[str, Any]:
    rungs, after_ms = [], 0.0
    for place, rung in enumerate(moment.ladder(severity, None).rungs):
        after_ms += rung.after.total_seconds() * 1000
        people = [_person(one, names, proofs.get(one.device), moment) for one in duty.named(moment.everyone, rung.roles, None)]
        rungs.append({
            "name": say("reach.rung", n=place + 1),
            "roles": ", ".join(code("roles", role) for role in rung.roles),
            "after": say("reach.at_once") if not after_ms else say("reach.after", span=span(int(after_ms))),
            "people": people,
            "bad": place < NEEDED and not any(person["ok"] for person in people),
        })  # fmt: skip
    return {"title": code("severity", severity), "rungs": rungs}


def _person(one: duty.OnDuty, names: Names, proof: Any, moment: Moment) -> dict[str, Any]:
    now, zone = moment.now_ms, moment.home.zone
    if one.device is None:
        state, words = "bad", say("reach.no_device")
    elif one.device not in moment.live:
        state, words = "bad", say("reach.no_subscription")
    elif proof is not None and proof.unconfirmed:
        state, words = "bad", say("reach.test_unconfirmed")
    elif proof is None or proof.receipt_ms is None:
        state, words = "bad", say("reach.never_proven")
    elif now - proof.receipt_ms > PROVEN_MS:
        state, words = "old", say("reach.old", when=when(proof.receipt_ms, zone, now))
    else:
        state, words = "ok", say("reach.proven", when=when(proof.receipt_ms, zone, now))
    return {
        "name": names.staff(one.staff),
        "role": code("roles", one.role),
        "device": ", ".join(filter(None, [names.device(one.device), one.unit])) or "–",
        "state": say(f"reach.state.{state}"),
        "colour": {"ok": "green", "old": "yellow", "bad": "red"}[state],
        "words": words,
        "ok": state == "ok",
    }


def phone_tree(c: Connection, home: Home, now_ms: int) -> list[dict[str, Any]]:
    """Whom to telephone, in the order of the urgent ladder, when no alert can be sent."""
    moment, names, numbers = Moment(c, home, now_ms, ""), Names(c, home.id), call_numbers.numbers(c, home.id)
    steps, after_ms = [], 0.0
    for place, rung in enumerate(moment.ladder(URGENT, None).rungs):
        after_ms += rung.after.total_seconds() * 1000
        wanted = {TELEPHONE.get(role, ON_CALL) for role in rung.roles}
        steps.append({
            "n": place + 1,
            "roles": ", ".join(code("roles", role) for role in rung.roles),
            "after": say("reach.tree.first") if not after_ms else say("reach.tree.after", span=span(int(after_ms))),
            "numbers": [(say(f"numbers.{each.whose}", unit=each.unit), each.number) for each in numbers if each.whose in wanted],
            "people": [
                say("reach.tree.on_duty", name=names.staff(one.staff), where=one.unit or say("reach.tree.whole_home"),
                    since=clock_time(one.since_ms, home.zone))
                for one in duty.named(moment.everyone, rung.roles, None)
            ],
        })  # fmt: skip
    return steps
