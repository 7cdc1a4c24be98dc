"""What people in the demo do about an alert: see it or miss it, take it on, decide, call somebody, and close it.

Early in the history many are seen late and some climb; by its end most are taken on within minutes.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from server.demo import plans
from server.demo.acts import Act, changing, creating
from server.demo.people import DemoHome, Resident
from server.demo.seeded import chance, stamped_id
from server.demo.shifts import MINUTE_MS, Turn, working
from sync import roles

OVER = frozenset({"resolved", "withdrawn"})
SENIORS = (roles.SENIOR_CARER, roles.SHIFT_LEADER)
# An alert that pages is one of these; the others only stand in the list and are looked over at the end of the shift.
PAGES = frozenset({"senior", "urgent", "critical"})

DECISIONS = {
    "offered_and_watching": "Sat with her or him, offered the favourite drink, checking again in an hour",
    "told_duty_manager": "Told the duty manager, who came to see",
    "called_gp": "Rang the GP surgery for advice",
    "called_111": "Rang 111",
}
ADVICE = (
    "Push fluids this evening, review in the morning, ring back if drowsy or not passing urine.",
    "GP will visit tomorrow. Small amounts often; try jelly and lollies. Check urine colour.",
    "No change in treatment. Offer every hour while awake and record each offer.",
)
OUTCOMES = (
    "Drank two cups with someone beside her or him; back near the usual pace by the evening.",
    "Managed sips, then slept. Brighter in the morning and drank at breakfast.",
    "Family came in and helped at tea; drank well with them.",
    "Visited by the GP: no new infection. Plan looked at again with the nutrition lead.",
)
# Outcome of an alert (a code that the app offers) and the evidence in the words of whoever closed it.
RESOLVED = (
    ("drank_enough", "Two cups since, both finished with someone beside her or him."),
    ("drank_enough", "Back near the usual pace; see the chart."),
    ("person_declined", "Offered three different drinks. Clear that nothing is wanted now; offered again at supper."),
    ("advice_taken", "Advice written in the escalation and followed."),
    ("plan_changed", "Smaller cups, offered more often. Nutrition lead is changing the plan."),
)
LISTED = (
    ("drank_enough", "Seen on the round: has had a drink since."),
    ("no_action", "Looked in: asleep after lunch, offered when awake."),
    ("no_action", "Was with family; the chart was filled in afterwards."),
)
# Whoever runs a shift, and what they say of a line about it.
RUN_SHIFTS = (roles.DUTY_MANAGER, roles.DEPUTY_MANAGER)
OF_A_SHIFT = (
    ("no_action", "Talked over with the shift leader; it is in the log of the day."),
    ("no_action", "Looked at with the rota coordinator for the next allocation."),
)


class Responses:
    """Plans what is done about each opening of an alert, once. What it plans is kept in the home's state as acts to come."""

    def __init__(self, home: DemoHome, seed: int, span: plans.Span):
        self.home, self.seed, self.span = home, seed, span
        self.residents = {str(person.id): person for person in home.residents}

    def to(self, alert: dict[str, Any], now_ms: int) -> list[Act]:
        """The acts that answer an alert as its record stands (`alert` is the wire form)."""
        values = alert["fields"]
        person = self.residents.get(str(values.get("subject")))
        if values.get("status") in OVER:
            return []
        luck = chance("response", self.seed, alert["record"], values.get("opening", 1))
        if person is None:
            # A shift's matter is for whoever runs it; a late duty ends when it is done or missed.
            staffing = str(values.get("rule")).startswith("deployment.")
            return list(self._looked_over(alert, luck, now_ms, RUN_SHIFTS, OF_A_SHIFT)) if staffing else []
        if values.get("severity") not in PAGES or not values.get("told"):
            return list(self._looked_over(alert, luck, now_ms, SENIORS, LISTED))
        return list(self._taken_on(alert, person, luck, now_ms))

    def _looked_over(self, alert: dict[str, Any], luck: random.Random, now_ms: int, by: tuple[str, ...], said: tuple[tuple[str, str], ...]) -> Iterable[Act]:
        """A line of the list that called nobody: somebody ticks it off before the shift ends."""
        at_ms = now_ms + luck.randrange(40, 420) * MINUTE_MS
        turn = self._who(at_ms, by)
        if turn:
            outcome, evidence = luck.choice(said)
            fields = {"status": "resolved", "outcome": outcome, "evidence": evidence}
            yield self._on(alert, at_ms, turn, fields, "listed")

    def _taken_on(self, alert: dict[str, Any], person: Resident, luck: random.Random, now_ms: int) -> Iterable[Act]:
        values, better = alert["fields"], self._progress(now_ms)
        urgent = values["severity"] in ("urgent", "critical")
        seen_after = int(luck.expovariate(1 / (22 - 14 * better))) + 2
        wanted: tuple[str, ...] = SENIORS
        if luck.random() < 0.22 - 0.17 * better:  # missed by the first who was called: it climbs
            seen_after += luck.randrange(28, 55) if not urgent else luck.randrange(18, 35)
            wanted = (roles.DUTY_MANAGER, roles.DEPUTY_MANAGER)
            if luck.random() < 0.15:
                seen_after += luck.randrange(60, 200)
                wanted = (roles.REGISTERED_MANAGER, roles.DUTY_MANAGER)
        at_ms = now_ms + seen_after * MINUTE_MS + luck.randrange(60_000)
        turn = self._who(at_ms, wanted) or self._who(at_ms, SENIORS)
        if turn is None:
            return
        yield self._on(alert, at_ms, turn, {"status": "acknowledged", "owner": str(turn.staff.id)}, "ack")
        decided_ms = at_ms + luck.randrange(4, 16) * MINUTE_MS
        yield from self._escalation(alert, person, luck, turn, decided_ms, urgent, better)
        # Most are closed within hours; a third stay with their owner until the next shift has looked.
        closed_ms = decided_ms + (luck.randrange(45, 170) if luck.random() < 0.65 else luck.randrange(360, 840)) * MINUTE_MS
        closer = self._who(closed_ms, SENIORS) or turn
        outcome, evidence = luck.choice(RESOLVED)
        fields = {"status": "resolved", "outcome": outcome, "evidence": evidence}
        yield self._on(alert, closed_ms, closer, fields, "closed")

    def _escalation(
        self, alert: dict[str, Any], person: Resident, luck: random.Random, turn: Turn, at_ms: int, urgent: bool, better: float
    ) -> Iterable[Act]:  # fmt: skip
        """The one record of a breach: decision at once, advice and its result as they come (care.md, Alerts 10)."""
        values = alert["fields"]
        if luck.random() < 0.16 - 0.13 * better:
            return  # acknowledged and never decided: what the weekly audit finds
        decision = luck.choices(list(DECISIONS), (5, 3, 3, 1) if urgent else (8, 3, 1, 0))[0]
        fields = {
            "resident": str(person.id), "alert": alert["record"], "tier": values["severity"], "decision": decision,
            "breached_at": values.get("happened_at") or values.get("opened_at"), "decided_at": plans.iso(at_ms // 1000 * 1000),
        }  # fmt: skip
        called = decision in ("called_gp", "called_111")
        if called:
            fields |= {
                "contacted": "GP surgery, duty doctor" if decision == "called_gp" else "111 clinician",
                "contacted_at": plans.iso(at_ms // 1000 * 1000), "channel": "telephone",
                "advice_due_at": plans.iso(at_ms + 4 * 60 * MINUTE_MS),
            }  # fmt: skip
        elif decision == "told_duty_manager":
            fields |= {"contacted": "Duty manager", "contacted_at": plans.iso(at_ms // 1000 * 1000), "channel": "in_person"}
        tablet, made = turn.tablet, self._escalation_id(alert, at_ms)
        yield creating(made, at_ms, tablet, turn.staff, "escalation", fields, id_=made)
        parent, later_ms = made, at_ms
        if called:
            later_ms += luck.randrange(25, 260) * MINUTE_MS
            advice = {"advice": luck.choice(ADVICE), "advice_received_at": plans.iso(later_ms // 1000 * 1000)}
            who = self._who(later_ms, SENIORS) or turn
            act = changing(f"{made}/advice", later_ms, who.tablet, who.staff, "escalation", made, advice, (parent,))
            yield act
            parent = act.id
        later_ms += luck.randrange(60, 420) * MINUTE_MS
        who = self._who(later_ms, SENIORS) or turn
        result = {"acted_on_at": plans.iso(at_ms + 10 * MINUTE_MS), "person_outcome": luck.choice(OUTCOMES)}
        yield changing(f"{made}/result", later_ms, who.tablet, who.staff, "escalation", made, result, (parent,))

    def _on(self, alert: dict[str, Any], at_ms: int, turn: Turn, fields: dict[str, Any], step: str) -> Act:
        name = f"alert/{alert['record']}/{alert['fields'].get('opening', 1)}/{step}"
        return changing(name, at_ms, turn.tablet, turn.staff, "alert", alert["record"], fields)

    def _escalation_id(self, alert: dict[str, Any], at_ms: int) -> str:
        return stamped_id(f"escalation/{alert['record']}/{alert['fields'].get('opening', 1)}", at_ms)

    def _progress(self, at_ms: int) -> float:
        return self.span.progress(plans.day_of(at_ms))

    def _who(self, at_ms: int, wanted: tuple[str, ...]) -> Turn | None:
        there = [turn for turn in working(self.home, self.seed, at_ms) if turn.staff.holds(*wanted)]
        return there[0] if there else None


def still_wanted(act: Act, alert: dict[str, Any] | None) -> bool:
    """Whether an act on an alert still makes sense: nobody closed it, or took it on, meanwhile."""
    if act.kind != "alert":
        return True
    if alert is None:
        return False
    status = alert["fields"].get("status")
    if act.fields["status"] == "acknowledged":
        return status not in OVER and status != "acknowledged"
    return status not in OVER
