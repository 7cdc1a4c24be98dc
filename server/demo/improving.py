"""How the demo's leaders run their improvement plan on the pages: standards, actions, weekly audits and reviews, watched practice,
staff accounts, complaints, minutes, and the duties that no record does.

Each duty of the calendar is missed at least once, as in any home. Nothing here is closed: whether an action may close is for whoever
opens it to try.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from server.alerts import duties
from server.demo import plans
from server.demo.people import DemoHome
from server.demo.seeded import chance, named_id
from server.demo.settings import Decision
from server.demo.shifts import MINUTE_MS, wall_ms
from sync import roles
from sync.messages import text
from sync.rules import plan
from sync.rules.starts import STARTS, Start

#: Stream, who owns its action, who stands in.
OWNERS = {
    "hydration": (roles.NUTRITION_LEAD, roles.DEPUTY_MANAGER), "appointments": (roles.CARE_COORDINATOR, roles.DUTY_MANAGER),
    "deployment": (roles.ROTA_COORDINATOR, roles.DEPUTY_MANAGER),
}  # fmt: skip
#: What was counted by hand before Tidemark came: (right, of, what).
COUNTED = {
    "hydration": (13, 20, "20 charts drawn at random"), "appointments": (11, 18, "every appointment of the month"),
    "deployment": (7, 20, "20 shifts of the rota file"),
}  # fmt: skip
STANDARDS = (
    ("hydration", "Offer a drink every two hours while awake, sit down beside the person, and write it down before leaving the room.", "Hydration file"),
    ("appointments", "The outcome is written by the end of the shift; every action has an owner and a day by the next morning.", "Communication governance file"),
    ("deployment", "Before each shift: who works where and why, by the people's own needs. A wait of more than ten minutes is written down with what was done.", "Rota file"),
)
#: (topic, expected, seen when it was not met, seen when it was)
WATCHED = (
    ("hydration", "Sits down, offers a choice of two drinks, waits", "Stood at the door and asked once", "Sat down, held the cup, waited and wrote it down"),
    ("appointments", "Tells the next shift what was advised and where it stands", "Nobody knew of the new drops", "The advice was on the board and in the plan"),
    ("deployment", "The unit's busiest hour has the people that the allocation says", "One of three was on a break at 8:30", "All three were there and one stayed with Harbour"),
)
ACCOUNTS = ("hydration_1", "hydration_2", "appointments_1", "appointments_2", "deployment_1", "deployment_2")
#: (share of the history, whose, about, words, what came of it; the last one still waits)
COMPLAINTS = (
    (0.08, "family", "appointments", "We found out about the eye clinic from a letter in the drawer.", "Said sorry. The coordinator rings the daughter after each appointment."),
    (0.30, "resident", "deployment", "I waited half an hour to be helped to the toilet on Sunday.", "Said sorry. A third person starts at 7am at weekends."),
    (0.55, "family", "hydration", "Mum's jug was out of her reach again.", "Said sorry. The jug's place is marked and on the round's list."),
    (0.90, "family", "kindness", "He was called by a name that he does not like.", ""),
)
#: What a review changed, by stream, and the share of the history at which it did.
CHANGED = {
    "hydration": (0.34, "The shift check moved to 2pm, and the senior decides there about every low intake"),
    "appointments": (0.34, "The duty manager looks at the appointments each day at 10am and gives every action an owner"),
    "deployment": (0.52, "A third person from 7am to 11am on each unit; the senior stays on the floor at breakfast"),
}
#: What that change had tablets say, by the standard of the stream.
PROMPTS = {
    "hydration": {"refusal": "Offer another drink before you go.", "escalation": "Decide now: who is asked, and by when."},
    "appointments": {"appointment_outcome": "Each action has an owner and a day before you go on."},
    "deployment": {"allocation": "Name who covers 7am to 11am."},
}
ESCALATED_AT = 0.40  # of the history: staffing had not moved
#: The week (of every five) in which each weekly duty is missed, and the day (of every eleven) on which each daily one is.
MISSED_WEEK = {"hydration": 1, "appointments": 2, "deployment": 3, "review": 1}
MISSED_DAY = {"appointment_check": 4, "daily_log": 7}


def decided_between(home: DemoHome, seed: int, span: plans.Span, after_ms: int, until_ms: int) -> list[Decision]:
    """What leaders wrote on pages after one instant and up to another."""
    first, last = plans.day_of(after_ms) - timedelta(days=1), plans.day_of(until_ms)
    found: list[Decision] = []
    while first <= last:
        if first >= span.first:
            found += [each for each in _day(home, seed, span, first) if after_ms < each.at_ms <= until_ms]
        first += timedelta(days=1)
    return sorted(found, key=lambda each: (each.at_ms, str(each.id)))


@lru_cache(maxsize=8)
def _day(home: DemoHome, seed: int, span: plans.Span, day: date) -> tuple[Decision, ...]:
    parts = (_standards, _actions, _reviews, _watched, _accounts, _complaints, _minutes, _said_done)
    return tuple(each for part in parts for each in part(home, seed, span, day))


def _new(home: DemoHome, seed: int, name: str, at_ms: int, role: str, kind: str, fields: Mapping[str, Any]) -> Decision:
    return Decision(named_id(seed, kind, home.number, name), at_ms, home.first(role).id, dict(fields), kind)


def _later(home: DemoHome, record: uuid.UUID, name: str, at_ms: int, role: str, kind: str, fields: Mapping[str, Any]) -> Decision:
    return Decision(uuid.uuid5(record, name), at_ms, home.first(role).id, dict(fields), kind, record)


def _weekday(day: date) -> date:
    """The day itself, or the Monday after a weekend: leaders meet on weekdays."""
    return day + timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > 4 else 0)


# ---- standards, actions, reviews ----


def _standards(home: DemoHome, seed: int, span: plans.Span, day: date) -> Iterator[Decision]:
    """Agreed on the first day; tablets come to say them on the day of the review that changes practice."""
    for place, (topic, (at, _)) in enumerate(CHANGED.items()):
        if _first_friday(span, at) == day:
            at_ms = wall_ms(day, 14 * 60 + place)
            said = [{"name": name, "value": words, "from": plans.iso(wall_ms(day, 15 * 60))} for name, words in PROMPTS[topic].items()]
            fields = {"prompts": said, "effective_from": day.isoformat(), "correction_reason": "Agreed at the weekly meeting"}
            yield _later(home, _standard_id(home, seed, topic), f"prompts/{day}", at_ms, roles.REGISTERED_MANAGER, "standard", fields)
    if day != _weekday(span.first):
        return
    for place, (topic, words, file) in enumerate(STANDARDS):
        fields = {
            "topic": topic, "words": words, "agreed_with": "Senior carers and the deputy manager", "filed_under": file, "effective_from": day.isoformat(),
            "reviewer": home.first(OWNERS[topic][0]).name,
        }  # fmt: skip
        yield _new(home, seed, topic, wall_ms(day, 14 * 60 + place), roles.REGISTERED_MANAGER, "standard", fields)


def _standard_id(home: DemoHome, seed: int, topic: str) -> uuid.UUID:
    return named_id(seed, "standard", home.number, topic)


def action_id(home: DemoHome, seed: int, stream: str) -> uuid.UUID:
    return named_id(seed, "improvement_action", home.number, stream)


def _actions(home: DemoHome, seed: int, span: plans.Span, day: date) -> Iterator[Decision]:
    if day != _weekday(span.first):
        return
    for place, (stream, start) in enumerate(STARTS.items()):
        fields = _action(home, span, day, start)
        yield _new(home, seed, stream, wall_ms(day, 14 * 60 + 30 + place), roles.REGISTERED_MANAGER, "improvement_action", fields)


def _action(home: DemoHome, span: plans.Span, day: date, start: Start) -> dict[str, Any]:
    """As the page fills the form from the article's example, with what was counted by hand before Tidemark came."""
    stream, (right, of, what) = start.name, COUNTED[start.name]
    owner, deputy = (home.first(role) for role in OWNERS[stream])
    words = {name: text(f"pages.plan.starts.{stream}.{name}") for name in ("baseline_issue", "corrective_action", "difference_for_people")}
    evidence = [{"id": name, "what": text(f"pages.plan.starts.{stream}.evidence.{name}"), "category": category} for name, category in start.evidence]
    month = span.first - timedelta(days=28)
    return {
        **words, "status": "open", "source": "CQC inspection (made up)", "finding_ref": f"Report of {month:%B %Y}, {start.tags[-1]}", "risk": start.risk,
        "risk_reason": "People could come to harm and nobody would know in time", "quality_area": start.area, "tags": list(start.tags),
        "baseline_numerator": right, "baseline_denominator": of, "baseline_period": f"The four weeks from {month.day} {month:%B}",
        "baseline_source": f"{owner.name}, {what}", "owner": str(owner.id), "deputy": str(deputy.id), "measures": list(start.measures),
        "target": {"percent": start.percent}, "due_on": (day + timedelta(weeks=start.weeks)).isoformat(), "evidence_required": evidence,
        "review_every_days": plan.WEEKLY,
    }  # fmt: skip


def _reviews(home: DemoHome, seed: int, span: plans.Span, day: date) -> Iterator[Decision]:
    """Each Friday, each action in turn; one week in five nobody gets to it."""
    week = (day - span.first).days // 7
    if day.weekday() != 4 or day <= _weekday(span.first) or week % 5 == MISSED_WEEK["review"]:
        return
    for place, stream in enumerate(STARTS):
        at_ms, action = wall_ms(day, 15 * 60 + 10 * place), action_id(home, seed, stream)
        fields = {"action": str(action), **_review(home, seed, span, day, stream)}
        made = _new(home, seed, f"{stream}/{day}", at_ms, roles.REGISTERED_MANAGER, "review", fields)
        yield made
        if (status := {plan.CHANGE: "changed", plan.ESCALATE: "escalated"}.get(fields["decision"])) is not None:
            yield _later(home, action, f"reviewed/{day}", at_ms, roles.REGISTERED_MANAGER, "improvement_action", {"status": status, "review_every_days": plan.WEEKLY})


def _review(home: DemoHome, seed: int, span: plans.Span, day: date, stream: str) -> dict[str, Any]:
    at, what = CHANGED[stream]
    evidence = [_weighed(seed, home, span, day, stream, place, name, category) for place, (name, category) in enumerate(STARTS[stream].evidence)]
    fields: dict[str, Any] = {
        "decision": plan.STAY_OPEN, "evidence_weighed": [each for each in evidence if each], "next_review_on": (day + timedelta(days=7)).isoformat(),
        "challenge": "Would the night shift say the same? Three night entries were read to find out.",
    }  # fmt: skip
    if _first_friday(span, at) == day:
        fields |= {
            "decision": plan.CHANGE, "changed": [{"what": what, "on": day.isoformat(), "rebases": [], "record": str(_standard_id(home, seed, stream))}],
            "protection": "A senior carer looks at each person at risk twice a shift until it is better", "learning": "Told at both handovers and to the relatives' meeting",
        }  # fmt: skip
    elif stream == "deployment" and _first_friday(span, ESCALATED_AT) == day:
        lead = home.first(roles.PROVIDER_LEAD)
        fields |= {
            "decision": plan.ESCALATE, "intervened_by": f"{lead.name}, {text('kinds.roles.provider_lead').lower()}",
            "protection": "An office carer helps on each unit from 8am to 10am", "challenge": "Forms are there, and people wait as long as before. Why?",
        }  # fmt: skip
    return fields


def _first_friday(span: plans.Span, share: float) -> date:
    """The first Friday with a review from that share of the history on."""
    day = span.day(share)
    day += timedelta(days=(4 - day.weekday()) % 7)
    while (day - span.first).days // 7 % 5 == MISSED_WEEK["review"]:
        day += timedelta(days=7)
    return day


def _weighed(seed: int, home: DemoHome, span: plans.Span, day: date, stream: str, place: int, name: str, category: str) -> dict[str, Any] | None:
    """Evidence comes in over the weeks, weak at first; that people wait less, in the last of all."""
    held = span.progress(day) - 0.12 * place
    if held < 0:
        return None
    last = stream == "deployment" and name == "delays"
    strength = plan.AGAINST if last and held < 0.4 else plan.WEAK if held < 0.15 else plan.ADEQUATE if held < 0.5 else plan.STRONG
    return {
        "id": name, "what": text(f"pages.plan.starts.{stream}.evidence.{name}"), "category": category, "strength": strength,
        "where": "Governance file, this week", "as_of": day.isoformat(),
    }  # fmt: skip


# ---- beside the records ----


def _watched(home: DemoHome, seed: int, span: plans.Span, day: date) -> Iterator[Decision]:
    if day.weekday() != 2:
        return
    topic, expected, poor, good = WATCHED[day.toordinal() // 7 % len(WATCHED)]
    luck = chance("watched", seed, home.number, day)
    met = luck.random() < 0.35 + 0.6 * span.progress(day)
    fields = {
        "topic": topic, "standard": str(_standard_id(home, seed, topic)), "observed_role": roles.SUPPORT_WORKER, "expected": expected,
        "seen": good if met else poor, "met": met, "coached": not met,
    }  # fmt: skip
    yield _new(home, seed, str(day), wall_ms(day, 10 * 60 + luck.randrange(120)), OWNERS[topic][0], "practice_observation", fields)


def _accounts(home: DemoHome, seed: int, span: plans.Span, day: date) -> Iterator[Decision]:
    if day.weekday() not in (1, 3):
        return
    luck = chance("account", seed, home.number, day)
    score = luck.choice((3, 4, 4, 5)) if luck.random() < 0.3 + 0.6 * span.progress(day) else luck.choice((2, 2, 3))
    fields = {
        "question": luck.choice(ACCOUNTS), "role": luck.choice((roles.SUPPORT_WORKER, roles.SENIOR_CARER)), "score": score,
        "words": "Most days, yes" if score > 3 else "Not at breakfast, and not at weekends",
    }  # fmt: skip
    yield _new(home, seed, str(day), wall_ms(day, 14 * 60 + luck.randrange(60)), roles.DEPUTY_MANAGER, "staff_account", fields)


def _complaints(home: DemoHome, seed: int, span: plans.Span, day: date) -> Iterator[Decision]:
    for place, (share, whose, about, words, outcome) in enumerate(COMPLAINTS):
        came = span.day(share)
        at_ms, id_ = wall_ms(came, 16 * 60 + place), named_id(seed, "complaint", home.number, str(place))
        if came == day and home.residents:
            person = home.residents[place % len(home.residents)]
            fields = {"received_at": plans.iso(at_ms), "whose": whose, "about": about, "words": words, "resident": str(person.id)}
            yield _new(home, seed, str(place), at_ms + 5 * MINUTE_MS, roles.DEPUTY_MANAGER, "complaint", fields)
        if outcome and came + timedelta(days=4) == day and home.residents:
            at_ms = wall_ms(day, 11 * 60)
            fields = {"answered_at": plans.iso(at_ms), "outcome": outcome, "correction_reason": "Answered"}
            yield _later(home, id_, "answered", at_ms, roles.REGISTERED_MANAGER, "complaint", fields)


def _minutes(home: DemoHome, seed: int, span: plans.Span, day: date) -> Iterator[Decision]:
    """Oversight on the second Tuesday of a month: one challenge, one assurance; the challenge is answered within a fortnight."""
    held = day if _oversight(day) else day - timedelta(days=9)
    if not _oversight(held) or held < span.first:
        return
    challenge = named_id(seed, "minute", home.number, f"challenge/{held}")
    if held == day:
        about = {"challenge": "deployment", "assurance": "hydration"}
        words = {
            "challenge": "Every form is there and people wait as long. What changed on the floor, and who has looked?",
            "assurance": "Monitoring is more complete than last month. Three charts were followed from the plan to the original entries.",
        }  # fmt: skip
        for place, (type_, said) in enumerate(words.items()):
            fields = {"meeting": "Provider oversight", "held_on": day.isoformat(), "about": str(action_id(home, seed, about[type_])), "type": type_, "words": said}
            due = {"due_on": (day + timedelta(days=14)).isoformat()} if type_ == "challenge" else {}
            yield _new(home, seed, f"{type_}/{day}", wall_ms(day, 16 * 60 + place), roles.NOMINATED_INDIVIDUAL, "minute", fields | due)
    else:
        at_ms = wall_ms(day, 15 * 60)
        fields = {"answered_at": plans.iso(at_ms), "answer": "The breakfast hour was watched on both units and a third person starts at 7am."}
        yield _later(home, challenge, "answer", at_ms, roles.REGISTERED_MANAGER, "minute", fields)


def _oversight(day: date) -> bool:
    return day.weekday() == 1 and 8 <= day.day <= 14


# ---- duties that no record does ----


def _said_done(home: DemoHome, _seed: int, span: plans.Span, day: date) -> Iterator[Decision]:
    """The daily look at the appointments, and the daily log signed: somebody says so, most days. The calendar has begun the round."""
    for name, role, minute in (("appointment_check", roles.DUTY_MANAGER, 17 * 60), ("daily_log", roles.DEPUTY_MANAGER, 18 * 60)):
        if day == span.first or (day - span.first).days % 11 == MISSED_DAY[name]:
            continue
        at_ms, who = wall_ms(day, minute), home.first(role)
        record = duties.duty_id(home.id, name, day.isoformat())
        yield _later(home, record, "done", at_ms, role, "duty", {"done_at": plans.iso(at_ms), "done_by": str(who.id)})
