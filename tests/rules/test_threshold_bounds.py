"""Every number just below, at and just above its bound, the home's own in its place, and what a fact that comes late does.

The vectors are `tests/vectors/threshold_bounds.json`: a number or a rule that is added without them fails here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.improvement.store import lately
from sync import matters, owning, tablets
from sync.days import write_time, to_ms
from sync.facts import Facts
from sync.measures import timely_escalation
from sync.rules import copied, duties, fatigue, hydration, nothing_due, plan, quiet, standing_beside, triggers, visits, waits
from sync.rules.catalogue import ACTIVITY_RULES, DUTY_RULES, EVERY_RULE, RULES, TABLET_RULES, switched
from sync.rules.scene import Scene
from sync.rules.triggers import TRIGGERS, Numbers, Seen
from sync.standing import Existing, existing_of
from sync.tablets import Gap, TabletFacts
from sync.thresholds import CLOCK, THRESHOLDS, Values
from sync.told import Told, Row
from tests.rules import care, test_appointments, test_drink_breaches, test_hydration, test_matters, test_owning, test_shift_check
from tests.rules.care import BEFORE, CLOSE, DAY, at, entry, full_day, opened, person, said, step

HERE = Path(__file__).parents[1]
FILE = json.loads((HERE / "vectors" / "threshold_bounds.json").read_text(encoding="utf-8"))
NUMBERS, LATE = FILE["numbers"], FILE["late"]
YESTERDAY, DAY_BEFORE = DAY - timedelta(days=1), DAY - timedelta(days=2)
LAST_NIGHT = entry("21:00", day=YESTERDAY)
NOW = at("12:00")
SWITCHES = test_matters.switched_on(*EVERY_RULE)
BY_THE_DATABASE = {
    **dict.fromkeys(ACTIVITY_RULES, "tests/stories/test_unusual.py"),
    **dict.fromkeys(DUTY_RULES, "tests/stories/test_duties_story.py"),
}


#: Numbers that only say which days are read, and where that is held; and those that only a tablet asks about.
READ_BY_THE_DATABASE = {
    "plan.waits_days": "tests/api/test_pages_plan_still.py", "plan.slide_days": "tests/api/test_pages_plan.py", "plan.beside_days": "tests/api/test_pages_plan.py",
}  # fmt: skip
ON_A_TABLET_ALONE = dict.fromkeys(("hydration.old_plan_minutes", "hydration.a_lot_ml", "hydration.long_ago_minutes"), "tests/browser/test_from_records.py")
ELSEWHERE = READ_BY_THE_DATABASE | ON_A_TABLET_ALONE


def own(name: str | None = None, value: Any = None, *more: dict[str, Any]) -> Values:
    """Every rule on, and a number that the home has set."""
    number = [{"record": "own", "heads": ["own"], "seq": 1, "fields": {"name": name, "value": value, "from": "2026-01-01"}}] if name else []
    return Values([*SWITCHES, *number, *more])


def clock(text: str) -> datetime:
    return CLOSE if text == "close" else at(text)


time = datetime.fromisoformat


# ---- people ----


def entries_of(said_: list[Mapping[str, Any]]):
    for each in said_:
        more = {name: value for name, value in each.items() if name not in ("at", "day", "outcome", "ml", "red_flags", "saved_after")}
        if each.get("red_flags"):
            more["red_flags"] = tuple(each["red_flags"])
        yield entry(each["at"], each.get("outcome", "drank"), each.get("ml"), day=DAY + timedelta(days=each.get("day", 0)), **more)


def facts_of(given: Mapping[str, Any]) -> Facts:
    before = tuple(entries_of(given.get("before", ())))
    if given.get("before_filled"):
        before += full_day(DAY_BEFORE) + full_day(YESTERDAY, 0, but=("08:00",))
    elif before:
        before += full_day(DAY_BEFORE, 300)
    else:
        before = (*BEFORE, LAST_NIGHT)
    today = tuple(entries_of(given.get("entries", ())))
    if given.get("filled"):
        today += full_day(DAY, 0, but=("08:00",))
    decided = frozenset(tuple(sorted(pair)) for pair in given.get("decided", ()))
    found = person(*today, before=before, plan=given.get("plan"), decided=decided)
    return replace(found, person=given.get("person", found.person))


def scene(given: Mapping[str, Any], values: Values) -> Scene:
    return Scene(facts_of(given), values, clock(given["now"]))


def breach(given, values):
    return care.breach(facts_of(given), given["rule"], clock(given["now"]), values) is not None


def due(given, values):
    now, facts = clock(given["now"]), facts_of(given)
    return hydration.due_state(facts.entries, facts.plan, values, now).state != hydration.NOT_DUE


def chart(given, values):
    return scene(given, values).incomplete(clock(given["now"]))


def double(given, values):
    looked = scene(given, values)
    return looked.total(looked.today).to_check > 0


def late_entry(given, values):
    """What becomes of an alert when an entry arrives that shows that it was never so."""
    rule, facts, spoke = "hydration.nothing_drunk_6h", facts_of(given), clock(given["spoke"])
    alert, now = opened(facts, rule, spoke), at("17:30")
    held = entry(given["at"], id="held-back", finished_cup=given.get("finished_cup", False))
    held = replace(held, recorded=held.occurred + timedelta(minutes=given["saved_after"]), received=now)
    return step(replace(facts, entries=(*facts.entries, held)), (alert,), now, rule, values).kind


def reopened(given, values):
    rule, first = "hydration.nothing_drunk_6h", (*BEFORE, LAST_NIGHT)
    alert, again = opened(person(entry("08:00"), before=first), rule, at("14:00")), at("20:05")
    closed = replace(said(alert, "resolved", again - timedelta(seconds=given["closed_ago_s"]), rung=2), rung=2)
    return step(person(entry("08:00"), entry("14:05", ml=100), before=first), (closed,), again, rule, values).rung


def pages(given, values):
    facts = person(entry("10:00", ml=5, red_flags=("choking",)))
    return step(facts, (), at("10:00") + timedelta(seconds=given["after_s"]), "hydration.red_flag", values).pages


# ---- records, tablets, whose an alert is ----


def matter(given, values):
    return given["rule"] in {rule for rule, *_ in test_matters.standing(given, time(given["now"]), values)}


def letter(given, values):
    """The follow-up that the tablet makes of a letter."""
    now, read = time(given["now"]), time(given["read"])
    due_at = read + timedelta(hours=values.value("appointments.letter_hours", at=now))
    fields = {"about": "letter", "what": "Confirm", "owner": "sue", "due_at": write_time(to_ms(due_at))}
    todo = Told("f", read, fields, (Row(read, read, fields),))
    found = matters.judge(visits.matters(visits.Visits("p", follow_ups=(todo,)), values, now), test_matters.SCOPE, values, now)[0]
    return given["rule"] in {rule for rule, *_ in found}


def look_copied(given, values):
    week = [{"outcome": "drank", "fraction": 1}] * given["all"] + [{"outcome": "drank", "fraction": 0.5}] * given["half"]
    return copied.estimates(week, values, at=NOW).look_copied


def decided(given, values):
    happened = at("14:00")
    when = write_time(to_ms(happened + timedelta(seconds=given["decided_after_s"])))
    alert = {"record": "a", "occurred_at": when, "fields": {
        "rule": "hydration.nothing_drunk_6h", "severity": given["severity"], "status": "open", "happened_at": write_time(to_ms(happened))}}  # fmt: skip
    row = {"submission": "e", "seq": 1, "recorded_at": when, "received_at": when, "fields": {}}
    decision = {"record": "e", "occurred_at": when, "recorded_at": when, "fields": {"decided_at": when}, "history": [row]}
    return timely_escalation.figure(alert, [decision], monitored=True, values=values, at=NOW).numerator == 1


def switch(given, values):
    rule, put_off = RULES[given["switched"]], []
    started = NOW - timedelta(seconds=given["home_age_s"]) if "home_age_s" in given else None
    if "put_off_age_s" in given:
        since = (NOW - timedelta(seconds=given["put_off_age_s"])).isoformat()
        put_off = [{"record": "off", "fields": {"name": f"rule.{rule.name}", "value": "off", "from": since}}]
    numbers = [{"record": "own", "seq": 1, "fields": {"name": name, "value": value, "from": "2026-01-01"}} for name, value in given.get("own", {}).items()]
    return switched(rule, Values([*numbers, *put_off]), person="edith", unit=None, at=NOW, started=started, incomplete=False)[0]


def back(given, values):
    more = {"given_to": given["given_to"]} if "given_to" in given else {}
    until = owning.back_at(test_owning.alert(given["status"], given["severity"], **more), values)
    return until <= test_owning.NOON + timedelta(seconds=given["after_s"])


def asleep(given, values):
    numbers = given["home"] | given.get("own", {})
    home = Values([{"record": name, "seq": 1, "fields": {"name": name, "value": value, "from": "2026-01-01"}} for name, value in numbers.items()])
    return quiet.over_at(home, at(given["now"])) is not None


def flood(given, values):
    return fatigue.is_flood(given["flags"], values, NOW)


def signed_text(given, values):
    return THRESHOLDS["texts.red_flag"].allows("x" * given["length"])


def tablet_of(given: Mapping[str, Any]) -> TabletFacts:
    times = {name: time(given[name]) for name in ("heard", "aside_since", "twice_at") if name in given}
    plain = {name: given[name] for name in ("signed_on", "unsent", "aside") if name in given}
    return TabletFacts("t", "Oak", gaps=tuple(Gap(first, last, time(since)) for first, last, since in given.get("gaps", ())), **times, **plain)


def tablet(given, values):
    return given["rule"] in {trouble.rule for trouble in tablets.judge(tablet_of(given), values, time(given["now"])).troubles}


# ---- the plan's triggers ----


def trigger(given, values):
    seen = Seen(**{name: given[name] for name in ("met", "due", "missed", "undecided", "records") if name in given})
    return TRIGGERS[given["trigger"]].fires(seen, Numbers(values, NOW)) is not None


def period(given, values):
    today = date(2026, 11, 22)
    return today - timedelta(days=given["days_ago"]) >= TRIGGERS[given["trigger"]].first_day(today, Numbers(values, NOW))


def grace(given, values):
    today = date(2026, 11, 22)
    return triggers.had_its_time(today - timedelta(days=given["action_age_days"]), today, values.value("plan.grace_days", at=NOW))


# ---- the plan's reviews and pages ----


def people_wait(given, values):
    return waits.unchanged(given["before"], (given["waited"], given["of"]), Numbers(values, NOW))


def static(given, values):
    today = date(2026, 11, 22)
    return plan.STATIC in plan.eyes({}, [], since=today - timedelta(days=given["evidence_age_days"]), today=today, number=Numbers(values, NOW))


def too_little_to_judge(given, values):
    stretch = nothing_due.Stretch(given["days"], checks=100, on_time=100, monitored=[5] * given["days"], gone=[0] * given["days"])
    return nothing_due.shown(stretch, Numbers(values, NOW))


def neglected(given, values):
    return plan.neglected([(given["missed"], given["rounds"])], Numbers(values, NOW))


def month_missed(given, values):
    review = duties.DUTIES["provider_review"]
    due = duties.period(review, NOW).due
    return due + timedelta(days=given["days_late"]) >= duties.missed_at(review, due, month_days=values.value(duties.MONTH_MISSED, at=NOW))


def share(given, values):
    return standing_beside.by_share(given["met"], given["of"], Numbers(values, NOW)(given["number"])) == standing_beside.GOOD


def mean(given, values):
    return standing_beside.by_scores(given["scores"], Numbers(values, NOW)) == standing_beside.GOOD


def judged(given, values):
    ago = range(60, -1, -1)
    return given["days_ago"] in lately(ago, Numbers(values, NOW))


JUDGES: Mapping[str, Callable[[Mapping[str, Any], Values], Any]] = {
    "breach": breach, "due": due, "chart": chart, "double": double, "late_entry": late_entry, "reopened": reopened, "pages": pages,
    "matter": matter, "letter": letter, "copied": look_copied, "decided": decided, "switch": switch, "back": back, "quiet": asleep, "flood": flood,
    "text": signed_text, "tablet": tablet, "trigger": trigger, "period": period, "grace": grace,
    "waits": people_wait, "static": static, "neglected": neglected, "month_missed": month_missed, "nothing_due": too_little_to_judge, "share": share, "mean": mean, "judged": judged,
}  # fmt: skip


# ---- the bounds ----


def cases_of(name: str) -> dict[str, dict[str, Any]]:
    number = NUMBERS[name]
    return {case["is"]: {"rule": number.get("rule"), **number["given"], **case} for case in number["cases"]}


@pytest.mark.parametrize(("name", "place"), [(name, place) for name in NUMBERS for place in ("below", "at", "above")])
def test_just_below_at_and_just_above_its_bound(name, place):
    case = cases_of(name)[place]
    assert JUDGES[NUMBERS[name]["judge"]](case, own()) == case["want"]


@pytest.mark.parametrize("name", [name for name in NUMBERS if "own" in NUMBERS[name]])
def test_the_homes_own_number_judges_in_the_place_of_the_default(name):
    number = NUMBERS[name]
    mine, case = number["own"], cases_of(name)[number["own"]["of"]]
    assert THRESHOLDS[name].allows(mine["value"]) and mine["value"] != THRESHOLDS[name].default
    want = mine.get("want", not case["want"] if isinstance(case["want"], bool) else None)
    assert want != case["want"], "a number of the home's that changes nothing shows nothing"
    case["own"] = {name: mine["value"]}
    assert JUDGES[number["judge"]](case, own(name, mine["value"])) == want


def test_every_number_and_every_rule_has_its_vectors():
    assert set(NUMBERS) | set(ELSEWHERE) == set(THRESHOLDS), "a threshold was added or removed without vectors"
    for name, number in NUMBERS.items():
        answers = [case["want"] for case in number["cases"]]
        assert [case["is"] for case in number["cases"]] == ["below", "at", "above"] and answers[0] != answers[-1], name
        assert "own" in number or name.startswith("texts."), name
    assert {each["rule"] for each in LATE} | set(BY_THE_DATABASE) == set(EVERY_RULE), "a rule was added without a fact that comes late"
    assert all((HERE.parent / path).exists() for path in BY_THE_DATABASE.values())
    assert [name for name, path in ELSEWHERE.items() if name not in (HERE.parent / path).read_text(encoding="utf-8")] == []


def test_every_number_says_what_comes_late_or_why_nothing_can():
    late = {each["rule"] for each in LATE}
    assert [name for name, number in NUMBERS.items() if number.get("rule") not in late and not number.get("note")] == []


# ---- the tablet's twin ----


def tablets_answers(file: str, values: Values) -> list[Any]:
    """What the server says of the vectors that the tablet reads too."""
    cases = json.loads((HERE / "vectors" / file).read_text(encoding="utf-8"))["cases"]
    match file:
        case "hydration_pace.json":
            return [test_hydration.listed(each, values) for each in cases]
        case "shift_check.json":
            return [test_shift_check.proposed("Europe/London", each, values) for each in cases]
        case "nothing_drunk.json":
            return [test_drink_breaches.dry(each, values) for each in cases]
        case _:
            limits = test_appointments.Limits.of(values, NOW)
            return [test_appointments.judged(each, limits) for each in cases]


@pytest.mark.parametrize("name", [name for name in NUMBERS if NUMBERS[name].get("tablet") not in (None, "doubles.json")])
def test_the_vectors_that_the_tablet_reads_turn_on_the_number(name):
    file = NUMBERS[name]["tablet"]
    assert f'"{file}"' in (HERE / "browser" / "test_client_twins.py").read_text(encoding="utf-8"), "the tablet does not read it"
    number = THRESHOLDS[name]
    moved = {"07:00": ("06:59", "07:01"), "21:00": ("20:59", "21:01")}[number.default] if number.unit == CLOCK else (number.default - 1, number.default + 1)
    assert any(tablets_answers(file, own(name, value)) != tablets_answers(file, own()) for value in (*moved, NUMBERS[name]["own"]["value"]))


def test_every_number_that_the_tablet_holds_has_vectors_that_it_reads():
    app, held = HERE.parent / "pwa" / "src", set()
    for file, block, stream in (
        ("due.ts", "DEFAULTS: Pace", "hydration"), ("shift_check.ts", "SHIFT_DEFAULTS", "hydration"),
        ("nothing_drunk.ts", "DRY_DEFAULTS", "hydration"), ("appointment_state.ts", "LIMITS", "appointments"),
    ):  # fmt: skip
        found = re.search(rf"export const {block} = \{{(.*?)\}}", (app / file).read_text(encoding="utf-8"), re.DOTALL)
        held |= {f"{stream}.{name}" for name in re.findall(r"\b([a-z]\w*):", found[1])}
    assert len(held) > 12
    without = sorted(name for name in held - set(ON_A_TABLET_ALONE) if not NUMBERS[name].get("tablet"))
    assert without == ["appointments.letter_hours", "hydration.limit_floor_percent"] and all("tablet" in NUMBERS[name]["note"] for name in without)


# ---- what comes late ----


def person_late(each):
    rule, given = each["rule"], each["given"]
    facts, spoke = facts_of(given), clock(each["spoke"])
    if each["want"] == "open":
        done = step(facts, (), spoke, rule, own())
        for name in ("happened", "received"):
            if name in each:
                assert done.fields[f"{name}_at"] == write_time(to_ms(at(each[name])))
        assert done.pages or "happened" not in each
        return done
    alert, later = opened(facts, rule, spoke), spoke + timedelta(minutes=130)
    if "becomes" in each:
        return step(facts_of(each["becomes"]), (alert,), later, rule, own())
    held = tuple(
        replace(made, id="held-back", recorded=made.occurred + timedelta(minutes=said_.get("saved_after", 1)), received=later)
        for said_, made in zip(each["arrives"], entries_of(each["arrives"]), strict=True)
    )
    return step(replace(facts, entries=(*facts.entries, *held)), (alert,), later, rule, own())


def matter_late(each):
    given, rule = each["given"], each["rule"]
    now, values = time(given["now"]), own()
    (key, first), *_ = [found for found in test_matters.steps(given, {}, now, values) if found[1].rule == rule]
    if each["want"] == "open":
        if each.get("seen_now"):
            assert first.fields["happened_at"] <= first.fields["opened_at"] and first.fields.get("received_at", write_time(to_ms(now))) == write_time(to_ms(now))
        else:
            assert first.fields["received_at"] == each["received"] and first.fields["happened_at"] < each["received"]
        return first
    there = existing_of({"fields": {**first.fields, "rung": 1}})
    found = dict(test_matters.steps(each["becomes"], {key: there}, time(each["later"]), values))
    return found.get(key)


def tablet_late(each):
    rule, now, later = each["rule"], time(each["given"]["now"]), time(each["later"])
    before, after = tablet_of(each["given"]), tablet_of(each["becomes"])
    (first,) = (done for done in tablets.reconcile(before, own(), tablets.judge(before, own(), now), {}, now) if done.rule == rule)
    there = Existing(rule, "open", 1, now, now, first.fields, rung=1)
    found = tablets.reconcile(after, own(), tablets.judge(after, own(), later), {rule: there}, later)
    return next((done for done in found if done.rule == rule), None)


@pytest.mark.parametrize("each", LATE, ids=lambda each: f"{each['rule']}: {each['name']}")
def test_what_comes_late(each):
    if each["judge"] == "copied":
        assert look_copied(each["given"], own()) is each["want"]
        return
    done = {"person": person_late, "matter": matter_late, "tablet": tablet_late}[each["judge"]](each)
    assert (done and done.kind) == each["want"]
    if each["want"] == "withdraw" and each["rule"] not in TABLET_RULES and EVERY_RULE[each["rule"]].severity != "nudge":
        assert done.pages, "whoever was told of it is told of this"
    if "reason" in each:
        assert done.fields["reason"] == each["reason"]
