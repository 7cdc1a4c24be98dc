"""What records should say by a certain time: appointments, decisions, staffing and Tidemark itself; at each bound, and late."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import matters
from sync.alert_words import say_alert
from sync.days import care_day
from sync.facts import Absence
from sync.kinds.alert import ACKNOWLEDGED, RESOLVED, WITHDRAWN
from sync.matters import Key, Matter, Scope, Standing
from sync.rules import confirming, copied, decisions, inhibitions, staffing, system, visits
from sync.rules.catalogue import COPIED, MATTER_RULES, OUTCOME_AT_SHIFT_END, OUTCOME_MISSING, OVERDUE, PLAN_NOT_CONFIRMED, UNMET_NEED
from sync.rules.decisions import Breached, Decisions
from sync.rules.in_force import TwoPeople
from sync.rules.inhibitions import Inhibitions
from sync.rules.staffing import Recent, Shift
from sync.rules.visits import Visits
from sync.standing import Existing, existing_of
from sync.thresholds import Values
from sync.told import Told, told_of

VECTORS = json.loads(Path(__file__).parents[1].joinpath("vectors", "alert_matters.json").read_text(encoding="utf-8"))
CASES = VECTORS["cases"]
SCOPE = Scope("p", "Rowan")


def switched_on(*names: str) -> list[dict[str, Any]]:
    return [{"record": f"on-{name}", "fields": {"name": f"rule.{name}", "value": "on", "from": "2026-01-01"}} for name in names]


ALL_ON = Values(switched_on(*MATTER_RULES))


def time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def told(each: dict[str, Any]) -> Told:
    saved = each.get("saved", each["at"])
    rows = [{"saved": saved, "fields": each["fields"]}, *each.get("later", ())]
    fields: dict[str, Any] = {}
    for row in rows:
        fields |= row["fields"]
    return told_of({
        "record": each["id"], "occurred_at": each["at"], "fields": {name: value for name, value in fields.items() if value is not None},
        "history": [
            {"seq": seq, "recorded_at": row["saved"], "received_at": each.get("got", row["saved"]), "fields": row["fields"], "flags": row.get("flags", [])}
            for seq, row in enumerate(rows)
        ],
    })  # fmt: skip


def plan_of(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A hydration plan as these people wrote it, one after the other; `s0`, `s1` … are their submissions."""
    fields: dict[str, Any] = {}
    for row in rows:
        fields |= row["fields"]
    history = [
        {"submission": f"s{n}", "seq": n + 1, "author": row["by"], "origin": "page", "occurred_at": row["at"], "recorded_at": row.get("saved", row["at"]),
         "received_at": row.get("saved", row["at"]), "parents": [f"s{n - 1}"] if n else [], "fields": row["fields"], "flags": []}
        for n, row in enumerate(rows)
    ]  # fmt: skip
    return {"record": "plan", "seq": len(rows), "heads": [f"s{len(rows) - 1}"], "conflicts": {}, "struck_out": False, "fields": fields, "history": history}


def all_of(case: dict[str, Any], name: str) -> tuple[Told, ...]:
    return tuple(map(told, case.get(name, ())))


def named(case: dict[str, Any], now: datetime, values: Values = ALL_ON, by: datetime | None = None) -> Iterator[Matter]:
    """The matters of a case; with `by`, as they were known by then."""

    def known(found):
        return found.known_by(by) if by else found

    stream = case["stream"]
    if stream == "visits":
        yield from visits.matters(known(Visits("p", "Rowan", appointments=all_of(case, "appointments"), outcomes=all_of(case, "outcomes"),
                                               follow_ups=all_of(case, "follow_ups"), contacts=all_of(case, "contacts"))), values, now)  # fmt: skip
    elif stream == "decisions":
        low = tuple(Breached(each["id"], existing_of({"fields": each["fields"]})) for each in case.get("alerts", ()))
        yield from decisions.matters(known(Decisions("p", breaches=low, escalations=all_of(case, "escalations"))), values, now)
    elif stream == "shift":
        yield from staffing.of_shift(known(Shift("rowan", case["shift"], case["unit"], samples=all_of(case, "samples"), allocations=all_of(case, "allocations"),
                                                 others=all_of(case, "others"), observations=all_of(case, "observations"))), values)  # fmt: skip
    elif stream == "unit":
        yield from staffing.recurring(known(Recent("rowan", case["unit"], observations=all_of(case, "observations"))), values, now)
    elif stream == "scores":
        away = [Absence("x", time(each["from"]), time(each["to"]) if each["to"] else None, now, now) for each in case.get("absences", ())]
        scored = tuple(each for each in all_of(case, "scores") if by is None or each.recorded <= by)
        yield from staffing.old_score("p", scored, away, values, "Rowan", now)
    elif stream == "inhibitions":
        held = Inhibitions("p", "Rowan", absences=all_of(case, "away"), plans=all_of(case, "plans"))
        yield from inhibitions.matters(known(held), values, now)
    elif stream == "confirming":
        written = [plan_of(case["written"])]
        yield from confirming.matters("p", "Rowan", confirming.known_by(written, by) if by else written, TwoPeople(), values)
    elif stream == "conflicts":
        yield from system.conflicts("home", [(id_, time(since)) for id_, since in case["differing"]], values, now)
    elif stream == "clock":
        yield from system.clock_stepped("home", case["step_ms"], now)
    elif stream == "late":
        yield from system.late_steps("home", case["late_ms"], values, now)
    else:
        yield from system.nobody_reached("home", "alert", case["told"], now)


def standing(case: dict[str, Any], now: datetime | None = None, values: Values = ALL_ON) -> dict[Key, Standing]:
    at = now or time(case["now"])
    return matters.judge(named(case, at, values), SCOPE, values, at)[0]


DECISIONS = json.loads(Path(__file__).parents[1].joinpath("vectors", "decisions.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", DECISIONS, ids=lambda case: case["name"])
def test_which_decision_is_about_an_alert_as_it_stands(case):
    """The vectors that the tablet reads too."""
    said = [
        told({"id": each["id"], "at": each["occurred_at"], "saved": each["recorded_at"], "fields": {"alert": each["alert"]} if each["alert"] else {}})
        for each in case["decisions"]
    ]
    found = sorted((one.recorded, one.id) for one in said if decisions.is_about(one, case["alert"], time(case["happened_at"])))
    assert (found[0][1] if found else None) == case["want"]


def steps(case: dict[str, Any], existing: dict[Key, Existing], now: datetime, values: Values = ALL_ON):
    return matters.reconcile(
        standing(case, now, values), existing, SCOPE, values, now,
        lambda at: matters.judge(named(case, at, values, by=at), SCOPE, values, at)[0],
    )  # fmt: skip


def alert(case: dict[str, Any], rule: str, now: datetime, **fields: Any) -> dict[Key, Existing]:
    """The alert that the rule opens, as it stands after that and what people did."""
    key, step = next((key, step) for key, step in steps(case, {}, now) if step.rule == rule)
    return {key: existing_of({"fields": {**step.fields, "rung": 1, **fields}, "history": [{"fields": fields, "recorded_at": fields.get("at", step.fields["opened_at"])}]})}


# ---- the examples ----


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_examples(case):
    now = time(case["now"])
    found, ahead = matters.judge(named(case, now), SCOPE, ALL_ON, now)
    assert sorted((rule, str(day)) for rule, _, day in found) == sorted((want["rule"], want["day"]) for want in case["want"])
    if case["next"]:
        assert ahead == time(case["next"])


def test_the_examples_speak_of_every_rule_and_of_the_moment_before():
    said = {want["rule"] for case in CASES for want in case["want"]}
    assert said | {COPIED} == set(MATTER_RULES)


@pytest.mark.parametrize("case", [case for case in CASES if case["want"]], ids=lambda case: case["name"])
def test_every_alert_says_a_sentence_with_its_numbers(case):
    for _, step in steps(case, {}, time(case["now"])):
        for words in say_alert(step.fields):
            assert words and not any(gap in words for gap in ("?", "{", "None")), words


def test_estimates_that_look_copied_are_told_when_the_week_has_closed():
    closed = time("2026-11-23T07:00:00+00:00")
    week = [{"outcome": "drank", "fraction": 1, "drunk_ml": 200}] * 46 + [{"outcome": "drank", "fraction": 0.5, "drunk_ml": 100}] * 8
    looked = copied.estimates(week, ALL_ON, at=closed, unit="Rowan")
    found, _ = matters.judge(copied.matter("rowan", "Rowan", "2026-11-16", looked, closed), SCOPE, ALL_ON, closed)
    assert list(found) == [(COPIED, "rowan", date(2026, 11, 23))]
    (step,) = [step for _, step in matters.reconcile(found, {}, SCOPE, ALL_ON, closed, lambda at: ())]
    assert say_alert(step.fields).says == "85% of 54 estimated drinks on Rowan say all was drunk." and not step.pages


# ---- who is called ----


def test_only_an_outcome_missing_for_a_day_an_overdue_action_and_the_duty_of_a_second_person_call_people_by_themselves():
    """care.md, Alerts 3, names the first two; a duty that is late tells somebody (care.md, Duties)."""
    assert {name for name, rule in MATTER_RULES.items() if rule.by_itself} == {OUTCOME_MISSING, OVERDUE, PLAN_NOT_CONFIRMED}


def test_in_a_new_home_even_those_are_only_listed():
    case = next(case for case in CASES if case["name"] == "a day after it began, and no outcome")
    now = time(case["now"])
    none = Values()
    new = matters.judge(named(case, now, none), replace(SCOPE, started=now - timedelta(days=13)), none, now)[0]
    old = matters.judge(named(case, now, none), replace(SCOPE, started=now - timedelta(days=20)), none, now)[0]
    assert {key[0]: each.pages for key, each in new.items()} == {OUTCOME_AT_SHIFT_END: False, OUTCOME_MISSING: False}
    assert {key[0]: each.pages for key, each in old.items()} == {OUTCOME_AT_SHIFT_END: False, OUTCOME_MISSING: True}


def test_an_alert_names_the_version_of_the_homes_own_number():
    own = Values([{"record": "t", "heads": ["v7"], "seq": 1, "fields": {"name": "appointments.outcome_hours", "value": 6, "from": "2026-11-01"}}])
    case = next(case for case in CASES if case["name"] == "a minute before the shift ends nothing is missing")
    found = standing(case, time("2026-11-20T16:00:00+00:00"), own)
    assert [(key[0], each.threshold_version) for key, each in found.items()] == [(OUTCOME_MISSING, "v7")]
    assert standing(case, time("2026-11-20T15:59:00+00:00"), own) == {}


def test_what_was_a_matter_weeks_ago_opens_nothing_any_more():
    case = next(case for case in CASES if case["name"] == "a day after it began, and no outcome")
    assert [step.rule for _, step in steps(case, {}, time("2026-12-04T19:00:00+00:00"))] == [OUTCOME_AT_SHIFT_END, OUTCOME_MISSING]
    assert [step.rule for _, step in steps(case, {}, time("2026-12-05T09:00:00+00:00"))] == [OUTCOME_MISSING]
    assert steps(case, {}, time("2026-12-05T11:00:00+00:00")) == []


# ---- what arrives late ----

MISSING = next(case for case in CASES if case["name"] == "a day after it began, and no outcome")
OPENED = time("2026-11-21T10:00:00+00:00")
LATER = time("2026-11-21T15:00:00+00:00")


def came(saved: str, **more: Any) -> dict[str, Any]:
    outcome = {"id": "o", "at": "2026-11-20T11:00:00+00:00", "saved": saved, "got": "2026-11-21T14:00:00+00:00", "fields": {
        "appointment": "a", "attendance": "attended", "actions_required": "none", "care_plan_change": "not_needed"}, **more}  # fmt: skip
    return {**MISSING, "outcomes": [outcome]}


def test_an_outcome_that_was_saved_in_time_and_came_late_takes_the_alert_back_and_tells_whoever_was_told():
    ((_, step),) = steps(came("2026-11-20T11:05:00+00:00"), alert(MISSING, OUTCOME_MISSING, OPENED), LATER)
    assert (step.kind, step.fields["status"], step.fields["reason"], step.pages) == ("withdraw", WITHDRAWN, "late_arrival", True)


def test_an_outcome_that_was_written_after_people_were_told_is_checked_by_a_person():
    existing = alert(MISSING, OUTCOME_MISSING, OPENED)
    ((_, step),) = steps(came("2026-11-21T13:00:00+00:00"), existing, LATER)
    assert (step.kind, dict(step.fields), step.pages) == ("late", {"reason": "late_entry"}, True)
    key, found = next(iter(existing.items()))
    said = replace(found, fields={**found.fields, **step.fields})
    assert steps(came("2026-11-21T13:00:00+00:00"), {key: said}, LATER) == []


def test_a_clock_that_nobody_can_vouch_for_takes_nothing_back():
    case = came("2026-11-20T11:05:00+00:00")
    (outcome,) = all_of(case, "outcomes")
    unsure = replace(outcome, rows=tuple(replace(row, proven=False) for row in outcome.rows))

    def doubtful(at: datetime):
        known = Visits("p", appointments=all_of(case, "appointments"), outcomes=(unsure,)).known_by(at)
        return matters.judge(visits.matters(known, ALL_ON, at), SCOPE, ALL_ON, at)[0]

    ((_, step),) = matters.reconcile({}, alert(MISSING, OUTCOME_MISSING, OPENED), SCOPE, ALL_ON, LATER, doubtful)
    assert step.kind == "late"


def test_what_only_the_daily_log_holds_ends_when_it_is_done():
    ((_, step),) = steps(came("2026-11-21T13:00:00+00:00"), alert(MISSING, OUTCOME_MISSING, OPENED, rung=0), LATER)
    assert (step.kind, step.fields["reason"], step.pages) == ("withdraw", "done_since", False)


def test_no_alert_is_raised_for_what_was_put_right_before_anybody_heard():
    assert steps(came("2026-11-21T13:00:00+00:00"), {}, LATER) == []


def test_an_observation_that_was_corrected_is_looked_at_by_whoever_was_told():
    case = next(case for case in CASES if case["name"] == "a need was not met")
    existing = alert(case, UNMET_NEED, time(case["now"]))
    ((_, step),) = steps({**case, "observations": []}, existing, LATER)
    assert step.kind == "late"


def test_what_was_seen_this_morning_and_came_this_afternoon_says_both_times():
    case = next(case for case in CASES if case["name"] == "a need was not met")
    late = {**case, "observations": [{**case["observations"][0], "got": "2026-11-20T14:20:00+00:00"}]}
    ((_, step),) = steps(late, {}, time("2026-11-20T14:21:00+00:00"))
    assert (step.fields["happened_at"], step.fields["received_at"]) == ("2026-11-20T12:00:00+00:00", "2026-11-20T14:20:00+00:00")


# ---- what comes again ----


def test_an_alert_that_was_closed_opens_again_for_another_appointment_and_for_no_other_reason():
    closed = alert(MISSING, OUTCOME_MISSING, OPENED, status=RESOLVED, at="2026-11-21T12:00:00+00:00")
    assert [step for _, step in steps(MISSING, closed, LATER) if step.rule == OUTCOME_MISSING] == []
    other = {"id": "b", "at": "2026-11-20T13:00:00+00:00", "fields": {"resident": "p", "type": "gp", "starts_at": "2026-11-20T13:00:00+00:00"}}
    both = {**MISSING, "appointments": [*MISSING["appointments"], other]}
    (step,) = [step for _, step in steps(both, closed, LATER) if step.rule == OUTCOME_MISSING]
    assert (step.kind, step.fields["opening"], step.fields["facts"]["count"], step.fields["matters"]) == ("reopen", 2, 2, ["a", "b"])


def test_an_alert_that_opens_again_is_nobodys_and_handed_to_nobody():
    case = next(case for case in CASES if case["name"] == "a need was not met")
    handed = alert(case, UNMET_NEED, time(case["now"]), status=ACKNOWLEDGED, owner="ama", given_to="sue")
    second = {**case["observations"][0], "id": "second"}
    ((_, step),) = steps({**case, "observations": [*case["observations"], second]}, handed, time(case["now"]))
    assert (step.kind, step.fields["owner"], step.fields["given_to"]) == ("reopen", None, None)


def test_another_unmet_need_is_a_new_matter_although_somebody_has_the_first_in_hand():
    case = next(case for case in CASES if case["name"] == "a need was not met")
    mine = alert(case, UNMET_NEED, time(case["now"]), status=ACKNOWLEDGED)
    second = {**case["observations"][0], "id": "second"}
    ((_, step),) = steps({**case, "observations": [*case["observations"], second]}, mine, time(case["now"]))
    assert step.kind == "reopen"


# ---- whatever the records say ----

HOURS = st.integers(-200, 200).map(lambda hours: (OPENED + timedelta(hours=hours)).isoformat())
OUTCOMES = st.lists(st.fixed_dictionaries({"at": HOURS, "fields": st.fixed_dictionaries({"appointment": st.just("a"), "attendance": st.sampled_from(
    ["attended", "awaiting_update", "not_supported_to_attend", "rescheduled"])}, optional={"care_plan_change": st.sampled_from(["needed", "done"]),
    "next_promised": st.booleans(), "actions_required": st.sampled_from(["listed", "none"])})}), max_size=2)  # fmt: skip
TODO = st.lists(st.fixed_dictionaries({"at": HOURS, "fields": st.fixed_dictionaries({"about": st.just("a"), "what": st.just("x")}, optional={
    "owner": st.just("s"), "due_at": HOURS, "status": st.sampled_from(["open", "done", "not_needed"])})}), max_size=2)  # fmt: skip


@given(HOURS, OUTCOMES, TODO, st.integers(-50, 300))
def test_looking_when_told_to_misses_nothing_and_looking_twice_says_nothing_new(starts, outcomes, todo, hours):
    case = {"stream": "visits", "appointments": [{"id": "a", "at": starts, "fields": {"starts_at": starts}}],
            "outcomes": [{"id": f"o{n}", **each} for n, each in enumerate(outcomes)], "follow_ups": [{"id": f"f{n}", **each} for n, each in enumerate(todo)]}  # fmt: skip
    now = OPENED + timedelta(hours=hours)
    found, ahead = matters.judge(named(case, now), SCOPE, ALL_ON, now)
    existing = {key: existing_of({"fields": step.fields}) for key, step in steps(case, {}, now)}
    assert steps(case, existing, now) == []
    if ahead is not None:
        assert ahead > now and set(standing(case, ahead - timedelta(milliseconds=1))) == set(found)
    for key, each in found.items():
        assert key[2] == care_day(each.first.due) and each.first.due <= now
