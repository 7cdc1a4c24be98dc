"""What holds for any day: order never matters, a second look writes nothing, and nothing back-filled takes an alert back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.alerts import Existing, judge, reconcile
from sync.days import LONDON, care_day
from sync.facts import Absence, Entry, Facts
from sync.kinds.hydration_check import OUTCOMES
from sync.putting_right import near_bedside
from sync.rules.catalogue import RULES
from sync.thresholds import Values
from tests.rules.care import ALL_ON, PLAN, written

ORDINARY, AUTUMN, SPRING = date(2026, 11, 22), date(2026, 10, 24), date(2026, 3, 28)
days = st.sampled_from([ORDINARY, AUTUMN, SPRING])
VALUES = st.sampled_from([ALL_ON, Values()])


@st.composite
def entries(draw, day: date) -> Entry:
    start = datetime(day.year, day.month, day.day, 6, tzinfo=UTC) - timedelta(days=2)
    occurred = start + timedelta(minutes=draw(st.integers(0, 3 * 24 * 60)))
    recorded = occurred + timedelta(minutes=draw(st.sampled_from([0, 1, 29, 30, 31, 240])))
    received = recorded + timedelta(minutes=draw(st.sampled_from([0, 0, 5, 90, 600])))
    outcome = draw(st.sampled_from(OUTCOMES))
    return Entry(
        id=draw(st.uuids()).hex, outcome=outcome, occurred=occurred, recorded=recorded, received=received,
        drunk_ml=draw(st.sampled_from([0, 50, 200, 200, 650])) if outcome in ("drank", "given") else None,
        drink=draw(st.sampled_from(["tea", "water"])), device=draw(st.sampled_from(["a", "b"])),
        iddsi_level=draw(st.sampled_from([None, 0, 2])), reason=draw(st.sampled_from([None, "visitor"])),
        red_flags=draw(st.sampled_from([(), (), (), ("choking",)])), time_not_proven=draw(st.sampled_from([False, False, True])),
    )  # fmt: skip


@st.composite
def scenes(draw) -> Facts:
    day = draw(days)
    plan = {
        **PLAN, "monitored_from": "2026-01-01", "monitoring": draw(st.sampled_from([True, True, False])),
        "limit_ml": draw(st.sampled_from([None, None, 600])), "iddsi_level": draw(st.sampled_from([None, 2])),
        "route": draw(st.sampled_from([None, None, "peg"])),
        "end_of_life_from": draw(st.sampled_from([None, None, day.isoformat()])),
        "nil_by_mouth_from": draw(st.sampled_from([None, None, day.isoformat()])),
    }  # fmt: skip
    found = draw(st.lists(entries(day), max_size=14, unique_by=lambda each: each.id))
    absences = []
    if draw(st.booleans()) and found:
        first = found[0]
        end = draw(st.sampled_from([None, first.occurred + timedelta(hours=5)]))
        absences = [Absence("away", first.occurred, end, first.recorded, first.received)]
    silent = draw(st.sampled_from([(), ("tablet-2",)]))
    return Facts("edith", day, plan=plan, person={"sex": "female"}, entries=tuple(found), absences=tuple(absences), silent=silent)


def moments(facts: Facts) -> st.SearchStrategy[datetime]:
    start = datetime(facts.care_day.year, facts.care_day.month, facts.care_day.day, 6, tzinfo=UTC)
    return st.integers(0, 30 * 60).map(lambda minutes: start + timedelta(minutes=minutes))


def known(facts: Facts, now: datetime) -> Facts:
    """What had arrived by then."""
    return replace(
        facts,
        entries=tuple(each for each in facts.entries if each.received <= now),
        absences=tuple(each for each in facts.absences if each.received <= now),
    )


def take(facts: Facts, values: Values, alerts: dict[str, Existing], now: datetime) -> list:
    done = reconcile(facts, values, judge(facts, values, now), alerts.values(), now)
    for each in done:
        alerts[each.rule] = written(each, alerts.get(each.rule), now=now)
    return list(done)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_the_judgement_is_the_same_in_whatever_order_entries_came(data):
    facts, values = data.draw(scenes()), data.draw(VALUES)
    now = data.draw(moments(facts))
    shuffled = replace(facts, entries=tuple(data.draw(st.permutations(facts.entries))))
    assert judge(facts, values, now) == judge(shuffled, values, now) == judge(facts, values, now)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_looking_twice_writes_nothing_the_second_time_and_never_two_alerts_of_a_rule(data):
    facts, values, alerts = data.draw(scenes()), data.draw(VALUES), {}
    for now in sorted(data.draw(st.lists(moments(facts), min_size=1, max_size=5))):
        seen = known(facts, now)
        done = take(seen, values, alerts, now)
        assert len({each.rule for each in done}) == len(done) and {each.rule for each in done} <= set(RULES)
        for each in done:
            assert each.kind != "open" or each.fields["opening"] == 1
        assert take(seen, values, alerts, now) == []


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_nothing_back_filled_ever_takes_an_alert_back(data):
    facts, values, alerts = data.draw(scenes()), data.draw(VALUES), {}
    first, later = sorted(data.draw(st.lists(moments(facts), min_size=2, max_size=2)))
    take(known(facts, first), values, alerts, first)
    new = [each for each in facts.entries if first < each.received <= later]
    on_time = {each.id for each in new if near_bedside(each, values)}
    only_back_filled = replace(known(facts, first), entries=(*known(facts, first).entries, *(e for e in new if e.id not in on_time)))
    assert [each.kind for each in take(only_back_filled, values, alerts, later) if each.kind == "withdraw"] == []


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_red_flags_thickness_and_limit_are_never_withdrawn_whatever_happens_to_their_entries(data):
    facts, alerts = data.draw(scenes()), {}
    first, later = sorted(data.draw(st.lists(moments(facts), min_size=2, max_size=2)))
    take(known(facts, first), ALL_ON, alerts, first)
    kept = [each for each in facts.entries if data.draw(st.booleans())]
    done = take(known(replace(facts, entries=tuple(kept)), later), ALL_ON, alerts, later)
    assert {each.rule for each in done if each.kind == "withdraw"} <= {name for name, rule in RULES.items() if rule.withdraws}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_stands_breached_has_an_open_alert_unless_somebody_closed_that_very_one(data):
    facts, alerts = data.draw(scenes()), {}
    for now in sorted(data.draw(st.lists(moments(facts), min_size=1, max_size=4))):
        seen = known(facts, now)
        take(seen, ALL_ON, alerts, now)
        for breach in judge(seen, ALL_ON, now).breaches:
            assert not alerts[breach.rule].closed


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_going_from_look_to_look_finds_what_looking_every_ten_minutes_finds(data):
    """Silence leaves no row in the ledger: the looks must miss nothing that a restless eye would see."""
    facts = data.draw(scenes())
    facts = known(facts, datetime(2100, 1, 1, tzinfo=UTC))
    start = datetime(facts.care_day.year, facts.care_day.month, facts.care_day.day, 6, tzinfo=UTC)
    # Everything is known from the start but happens as the day goes: an entry is a look of its own.
    stops = {each.occurred for each in facts.entries if care_day(each.occurred, LONDON) == facts.care_day}
    seen, now, end = set(), start, start + timedelta(hours=27)
    while now is not None and now <= end:
        seen |= {(each.rule, each.happened_at) for each in judge(facts, ALL_ON, now).breaches}
        next_look = judge(facts, ALL_ON, now).next_look
        now = min((stop for stop in (*stops, next_look) if stop is not None and stop > now), default=None)
    restless = set()
    for minute in range(0, 27 * 60, 10):
        restless |= {(each.rule, each.happened_at) for each in judge(facts, ALL_ON, start + timedelta(minutes=minute)).breaches}
    assert restless <= seen
