"""Whose an alert is, and what somebody does about it from its page: takes it on, closes it, hands it over.

As on a tablet (pwa/src/kinds/alert.ts and alert_decision.ts): the same statements behind the same gates, so that the ladder hears no
difference. A statement is about the alert as it was seen: of two who act at once the first counts, and the other is told.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from server.alerts import duty
from server.db import writing
from server.pages import alerts_view
from server.pages import store as pages_store
from server.pages.names import Names
from server.pages.session import Person
from server.pages.words import at, roles, say, when
from server.people import store as people_store
from server.people.rights import may
from server.problems import Problem
from server.records import intake, store
from sync import days, owning
from sync.kinds.alert import ACKNOWLEDGED, OPENED, RESOLVED, SNOOZED
from sync.kinds.escalation import DECIDED
from sync.messages import section
from sync.thresholds import Values

OUTCOMES: Mapping[str, str] = section("app.alert.outcomes")
# Closing a breach with one of these says why nobody was told of it.
NOBODY_TOLD = frozenset({"no_action", "person_declined", "drank_enough"})


# ---- how it stands ----


def stands(row: store.RecordRow) -> bool:
    """Whether there is anything left to do about it."""
    return row.open and not row.struck


def mine(row: store.RecordRow, me: uuid.UUID) -> bool:
    """Whether this person has taken it on."""
    return row.fields.get("status") in (ACKNOWLEDGED, SNOOZED) and str(me) in alerts_view.owner_ids(row)


def seen(row: store.RecordRow) -> str:
    """What somebody sees who acts on it: the opening, and a person's last word about it. The ladder's own steps change neither."""
    last = owning.last_word(row.body)
    return f"{row.fields.get('opening') or 1}:{last['seq'] if last else 0}"


def whose(person: Person, row: store.RecordRow, names: Names, values: Values, now: int) -> str:
    """Whose it is now and until when, in a sentence or two; nothing where it is over."""
    if not stands(row):
        return ""
    fields, zone, taken = row.fields, person.zone, alerts_view.owners(row, names)
    until, said = "until", alerts_view.next_step(row, names, zone, now)
    if fields.get("status") == OPENED and fields.get("given_to"):
        until, said = "given_until", say("alert.whose.given", name=names.staff(fields["given_to"]))
    elif fields.get("status") == SNOOZED:
        until, said = "paused_until", say("alert.whose.paused", name=", ".join(taken), reason=(fields.get("snooze_reason") or "–").rstrip("."))
    elif len(taken) == 1 and mine(row, person.staff):
        said = say("alert.whose.you")
    elif not taken:
        said = say("alert.whose.nobody", next=said)
    back = owning.back_at(row.body, values)
    return f"{said}. {say(f'alert.whose.{until}', time=when(days.to_ms(back), zone, now))}" if back else f"{said}."


def offered(c: Connection, person: Person, row: store.RecordRow, values: Values, now: int) -> dict[str, Any] | None:
    """What this person may do about it now; None where that is nothing."""
    if not may(person.roles, "alerts.act") or not stands(row):
        return None
    return {
        "seen": seen(row),
        "mine": mine(row, person.staff),
        "outcomes": [{"value": value, "text": text} for value, text in OUTCOMES.items()],
        "decides": row.fields.get("rule") in DECIDED and not alerts_view.decisions(c, person.home_id, row),
        "colleagues": colleagues(c, person, now),
        "minutes": values.value("alerts.accept_minutes", at=days.from_ms(now)),
    }


def colleagues(c: Connection, person: Person, now: int) -> list[dict[str, str]]:
    """To whom it may be handed: whoever else is signed on, or works here in a role that may act; whoever a call reaches first."""
    here = duty.on_duty(c, person.home_id, days.care_day(at(now, person.zone), person.zone).toordinal(), now)
    devices = duty.with_a_device(c, person.home_id, here, proven=True)
    signed_on, reached = {one.staff for one in here}, {one.staff for one in here if one.device in devices}
    found = [
        each for each in people_store.staff_of(c, person.home_id)
        if each.id != person.staff and not each.left(now) and (each.id in signed_on or may(each.roles, "alerts.act"))
    ]  # fmt: skip
    return [
        {"value": str(each.id), "text": say("alert.give.to" if each.id in reached else "alert.give.to_absent", name=each.name, roles=roles(each.roles))}
        for each in sorted(found, key=lambda each: (each.id not in reached, each.name))
    ]


# ---- what is done ----


def own(me: uuid.UUID) -> dict[str, Any]:
    """Taken on: nobody is called any more, until its time is over."""
    return {"status": ACKNOWLEDGED, "owner": str(me), "given_to": None}


def close(outcome: str, evidence: str) -> dict[str, Any]:
    """Closed, with what was done and what shows it."""
    return {"status": RESOLVED, "outcome": outcome, "evidence": evidence}


def give(to: str) -> dict[str, Any]:
    """Handed over by name: nobody owns it until they take it on."""
    return {"status": OPENED, "owner": None, "given_to": to}


def act(person: Person, alert: uuid.UUID, saw: str, fields: Mapping[str, Any], now: int) -> str | None:
    """State this about an alert as the person `saw` it (see `seen`); why it was not stated, or None.

    Under the home's lock: whoever acts in the same moment waits, and then sees what the first has written.
    """

    def work(c: Connection) -> str | None:
        intake.lock_home(c, person.home_id)
        row = pages_store.one(c, person.home_id, "alert", alert)
        if all(row.fields.get(name) == value for name, value in fields.items()):
            return None  # sent twice
        if not stands(row):
            return say("alert.over")
        if saw != seen(row):
            return say("alert.changed")
        if fields["status"] == RESOLVED and not mine(row, person.staff):
            return say("alert.take_first")
        told = {name: value for name, value in fields.items() if value is not None or row.fields.get(name) is not None}
        made = [intake.Statement(record=alert, kind="alert", fields=told, occurred_ms=now, author=person.staff)]
        if fields["status"] == RESOLVED:
            made += _closing(c, person, row, fields, now)
        if any(each.status != "accepted" for each in intake.append(c, person.home_id, made, now_ms=now, origin="page")):
            raise Problem("not_acted")
        return None

    return writing(work)


def decision(c: Connection, person: Person, row: store.RecordRow, now: int, **said: str) -> intake.Statement:
    """The decision about a breach, as the pages state it."""
    at_ = days.write_time(now)
    fields = {
        "resident": str(row.subject), "alert": str(row.id), "tier": row.fields["severity"],
        "breached_at": row.fields.get("happened_at") or at_, "decided_at": at_, **said,
    }  # fmt: skip
    # One id for the pages' next decision about this alert: of two people who send one at once, the ledger takes the first. One
    # that was entered in error keeps its own.
    id_ = uuid.uuid5(row.id, f"decision:{len(alerts_view.decisions(c, person.home_id, row, every=True))}")
    return intake.Statement(id=id_, record=id_, kind="escalation", fields=fields, occurred_ms=now, author=person.staff)


def _closing(c: Connection, person: Person, row: store.RecordRow, said: Mapping[str, Any], now: int) -> list[intake.Statement]:
    """What goes with closing a breach (care.md, Alerts 10): the result beside the decision; where nobody recorded one, the
    closing is the decision."""
    if row.fields.get("rule") not in DECIDED:
        return []
    result, evidence = OUTCOMES[said["outcome"]], said["evidence"]
    why = {"no_escalation_reason": evidence} if said["outcome"] in NOBODY_TOLD else {}
    # Before it is asked what is known: one that is recorded between the two readings is found by the second.
    own = decision(c, person, row, now, decision=f"{result}: {evidence}", person_outcome=result, **why)
    known = min(alerts_view.decisions(c, person.home_id, row), key=lambda each: each.body["recorded_at"], default=None)
    if known is None:
        return [own]
    if known.fields.get("person_outcome"):
        return []
    return [intake.Statement(record=known.id, kind="escalation", fields={"person_outcome": result}, occurred_ms=now, author=person.staff)]
