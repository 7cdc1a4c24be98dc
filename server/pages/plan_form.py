"""Reading the forms of the plan: an action, and a review. What is wrong is said by field, in words that can be acted on."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from server.pages.words import say
from sync.measures import MEASURES
from sync.rules import plan
from sync.rules.wording import vague

LONGEST = 2_000
#: Rows for evidence on the form of an action.
EVIDENCE_ROWS = 6
#: No action runs on for longer without being looked at afresh.
LONGEST_DAYS = 366

Read = tuple[dict[str, Any], dict[str, str]]


def action(form: Mapping[str, str], measures: list[str], tags: list[str], staff: set[str], today: date, known: list[Mapping[str, Any]]) -> Read:
    """(fields of the action, sentences by field of the form). `measures` and `tags` are those that are ticked, `known` is the evidence
    that the action names already."""
    fields: dict[str, Any] = {name: _text(form, name) for name in ("source", "finding_ref", "risk_reason", "baseline_issue", "baseline_period", "baseline_source", "corrective_action", "difference_for_people")}
    wrong: dict[str, str] = {}
    for name in ("baseline_issue", "corrective_action", "difference_for_people"):
        if not fields[name]:
            wrong[name] = say(f"plan.need.{name}")
    if fields["corrective_action"] and (missing := vague(fields["corrective_action"])):
        wrong["corrective_action"] = " ".join([say("plan.vague"), *(say(f"plan.vague_{why}") for why in missing)])
    _choice(form, "risk", plan.RISKS, fields, wrong)
    _choice(form, "quality_area", plan.AREAS, fields, wrong)
    _owner(form, staff, fields, wrong)
    due = plan.read_day(form.get("due_on"))
    if due is None or not today < due <= today + timedelta(days=LONGEST_DAYS):
        wrong["due_on"] = say("plan.need.due_on")
    fields["due_on"] = due.isoformat() if due else None
    percent = _whole(form.get("target"), 1, 100)
    if percent is None:
        wrong["target"] = say("plan.need.target")
    fields["target"] = {"percent": percent} if percent is not None else None
    fields["measures"] = [name for name in MEASURES if name in measures]
    if not fields["measures"]:
        wrong["measures"] = say("plan.need.measures")
    _baseline(form, fields, wrong)
    every = _whole(form.get("review_every_days"), 1, 31)
    if every is None:
        wrong["review_every_days"] = say("plan.need.review_every_days")
    fields["review_every_days"] = every
    fields["tags"] = _tags(form, tags)
    _evidence(form, known, fields, wrong)
    wrong |= {name: say("plan.long") for name, value in fields.items() if isinstance(value, str) and len(value) > LONGEST}
    return fields, wrong


def review(
    form: Mapping[str, str], required: list[Mapping[str, Any]], measures: list[str], today: date, decisions: Collection[str] = plan.DECISIONS,
    changes: Mapping[str, tuple[str, date]] = MappingProxyType({}), named: Collection[str] = (),
) -> Read:  # fmt: skip
    """(fields of the review, sentences by field). `decisions` are those that it may come to; whether it may close is not asked here.
    `changes` are the records that were really changed: what each is called, and from when it counts; `named` those that are ticked."""
    fields: dict[str, Any] = {name: _text(form, name) for name in ("challenge", "intervened_by", "protection", "learning")}
    wrong: dict[str, str] = {}
    decision = form.get("decision", "")
    if decision not in decisions:
        wrong["decision"] = say("plan.need.decision")
    fields["decision"] = decision
    fields["evidence_weighed"] = [
        {
            "id": each["id"], "what": each.get("what"), "category": each.get("category"), "strength": strength,
            "where": form.get(f"where-{each['id']}", "").strip()[:LONGEST], "as_of": as_of.isoformat() if as_of else today.isoformat(),
        }
        for each in required
        if (strength := form.get(f"strength-{each['id']}", "")) in plan.STRENGTHS
        and ((as_of := plan.read_day(form.get(f"as_of-{each['id']}"))) is None or as_of <= today)
    ]  # fmt: skip
    for each in required:
        as_of = plan.read_day(form.get(f"as_of-{each['id']}"))
        if as_of is not None and as_of > today:
            wrong[f"as_of-{each['id']}"] = say("plan.need.as_of")
        elif form.get(f"strength-{each['id']}") in plan.STRENGTHS and not form.get(f"where-{each['id']}", "").strip():
            wrong[f"where-{each['id']}"] = say("plan.need.where")
        if decision == plan.CLOSE and as_of is None and form.get(f"strength-{each['id']}") in (plan.STRONG, plan.ADEQUATE):
            # What has no date would count as of today, however old: closing rests on evidence of the time since the action began.
            wrong[f"as_of-{each['id']}"] = say("plan.need.as_of_to_close")
    fields["changed"] = _changed(form, measures, today, changes, named, wrong)
    if decision == plan.CHANGE and not fields["changed"]:
        wrong["changed"] = say("plan.need.changed")
    if decision in (plan.ESCALATE, plan.CHANGE, plan.OPEN_AGAIN) and not fields["protection"]:
        wrong["protection"] = say("plan.need.protection")
    if decision == plan.ESCALATE and not fields["intervened_by"]:
        wrong["intervened_by"] = say("plan.need.intervened_by")
    after = plan.read_day(form.get("next_review_on"))
    if decision not in (plan.CLOSE, plan.LASTED) and (after is None or not today < after <= today + timedelta(days=31)):
        wrong["next_review_on"] = say("plan.need.next_review_on")
    fields["next_review_on"] = after.isoformat() if after else None
    wrong |= {name: say("plan.long") for name, value in fields.items() if isinstance(value, str) and len(value) > LONGEST}
    return {name: value for name, value in fields.items() if value not in (None, "")}, wrong


def _changed(
    form: Mapping[str, str], measures: list[str], today: date, changes: Mapping[str, tuple[str, date]], named: Collection[str], wrong: dict[str, str]
) -> list[dict[str, Any]]:  # fmt: skip
    """What was changed, each a line on the chart: records that really were, in their own words and from their own days, and what was
    written by hand. Of one record alone the hand may give other words and another day; beside several it is a change of its own. New
    limits begin once all of it had been changed."""
    if not set(named) <= changes.keys():
        wrong["changed_record"] = say("plan.need.changed_record")
    records = [each for each in changes if each in set(named)]
    what, day_said = form.get("changed", "").strip(), form.get("changed_on", "").strip()
    on = plan.read_day(day_said)
    if len(what) > LONGEST:
        wrong["changed"] = say("plan.long")
    found = [{"what": changes[each][0], "on": changes[each][1], "record": each} for each in records]
    if len(found) == 1:
        found = [{**found[0], "what": what or found[0]["what"], "on": on if day_said else found[0]["on"]}]
    elif what:
        found.append({"what": what, "on": on})
    elif found and day_said:
        wrong["changed_on"] = say("plan.need.changed_days")
    if any(each["on"] is None or each["on"] > today for each in found):
        wrong["changed_on"] = say("plan.need.changed_on")
        return [{**each, "on": None, "rebases": []} for each in found]
    last = max(found, key=lambda each: each["on"], default=None)
    rebased = [name for name in measures if form.get(f"rebase-{name}") == "yes"]
    return [
        {"what": each["what"], "on": each["on"].isoformat(), "rebases": rebased if each is last else [], **({"record": each["record"]} if "record" in each else {})}
        for each in found
    ]


def _text(form: Mapping[str, str], name: str) -> str | None:
    return form.get(name, "").strip() or None


def _choice(form: Mapping[str, str], name: str, allowed: tuple[str, ...], fields: dict[str, Any], wrong: dict[str, str]) -> None:
    fields[name] = form.get(name) if form.get(name) in allowed else None
    if fields[name] is None:
        wrong[name] = say(f"plan.need.{name}")


def _owner(form: Mapping[str, str], staff: set[str], fields: dict[str, Any], wrong: dict[str, str]) -> None:
    for name in ("owner", "deputy"):
        fields[name] = form.get(name) if form.get(name) in staff else None
    if fields["owner"] is None:
        wrong["owner"] = say("plan.need.owner")
    elif fields["owner"] == fields["deputy"]:
        wrong["deputy"] = say("plan.need.deputy")


def _baseline(form: Mapping[str, str], fields: dict[str, Any], wrong: dict[str, str]) -> None:
    """A figure that was counted by hand has a period and says who counted; without one, none of it."""
    n, of = (_whole(form.get(name), 0, 1_000_000) for name in ("baseline_numerator", "baseline_denominator"))
    fields |= {"baseline_numerator": n, "baseline_denominator": of}
    if (form.get("baseline_numerator") or form.get("baseline_denominator")) and (n is None or not of or n > of):
        wrong["baseline_numerator"] = say("plan.need.baseline_numerator")
    elif of and not (fields["baseline_period"] and fields["baseline_source"]):
        wrong["baseline_source"] = say("plan.need.baseline_source")


def _evidence(form: Mapping[str, str], known: list[Mapping[str, Any]], fields: dict[str, Any], wrong: dict[str, str]) -> None:
    """Evidence that was named stays: it may be put in other words, and more may be added, but none is taken away."""
    kept = []
    for row in range(max(EVIDENCE_ROWS, len(known))):
        what, category = form.get(f"evidence-{row}", "").strip(), form.get(f"category-{row}", "")
        before = known[row] if row < len(known) else None
        if not what and before is None:
            continue
        if not what:
            wrong[f"evidence-{row}"] = say("plan.need.evidence_stays")
        elif category not in plan.CATEGORIES:
            wrong[f"category-{row}"] = say("plan.need.category")
        kept.append({"id": before["id"] if before else uuid.uuid4().hex[:8], "what": what[:LONGEST], "category": category})
    categories = {each["category"] for each in kept}
    if len(categories) < plan.LEAST_CATEGORIES or not categories & {plan.EXPERIENCE, plan.OUTCOMES}:
        wrong.setdefault("evidence-0", say("plan.need.evidence"))
    fields["evidence_required"] = kept


def _tags(form: Mapping[str, str], chosen: list[str]) -> list[str]:
    """Those that were chosen from the framework, then those that a home has of its own, each once."""
    own = form.get("other_tags", "").split(",")
    return list(dict.fromkeys(tag.strip() for tag in (*chosen, *own) if tag.strip()))


def _whole(text: str | None, low: int, high: int) -> int | None:
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 9 and low <= int(digits) <= high else None
