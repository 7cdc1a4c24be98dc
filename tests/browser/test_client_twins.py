"""What the tablet computes by itself must be what the server computes: due times, care days, clock, digests.

The app's own modules are bundled by the app's own bundler and run in real Chromium, beside the Python that they twin.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sync import canonical, clock, days
from sync.thresholds import THRESHOLDS
from tests.harness.browser import QUIET, chromium_path
from tests.harness.bundle import bundled
from tests.harness.processes import REPOSITORY

VECTORS = json.loads((REPOSITORY / "tests" / "vectors" / "hydration_pace.json").read_text())
ENTRY = """
export * as due from './src/due';
export * as appointments from './src/appointment_state';
export * as breaches from './src/breaches';
export * as shift from './src/shift_check';
export * as dry from './src/nothing_drunk';
export * as shifts from './src/shifts';
export * as decisions from './src/kinds/alert_decision';
export * as doubles from './src/kinds/double_check';
export * as spans from './src/spans';
export * as time from './src/time';
export * as clock from './src/clock';
export { digest } from './src/digest';
export { exchange, judge } from './src/sync';
export { save } from './src/outbox';
export { setMeta, strictly } from './src/db';
export { state } from './src/state';
export { uuid7 } from './src/ids';
"""
LONDON = "Europe/London"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory) -> str:
    """The app's modules as one script that puts them on `self.app`."""
    return bundled(ENTRY, tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def run(bundle, playwright_browser) -> Callable[..., Any]:
    page = playwright_browser.new_page()
    page.goto("about:blank")
    page.evaluate(bundle + "; self.app = app; 0")
    return page.evaluate


@pytest.fixture(scope="module")
def playwright_browser(playwright):
    browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(QUIET))
    yield browser
    browser.close()


def test_the_browser_draws_no_screen_of_its_own_beside_those_under_test(run, playwright_browser):
    told = playwright_browser.new_browser_cdp_session().send("Target.getTargets", {"filter": [{}]})
    assert {one["type"] for one in told["targetInfos"]} <= {"page", "tab"}


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


PACE = """case_ => {
  const {due, spans} = app, zone = case_.zone, at = text => text === null ? Infinity : Date.parse(text), now = at(case_.now);
  const excused = case_.excused.map(([a, b]) => [at(a), at(b)]);
  const entries = case_.entries.map(one => ({outcome: one.outcome, happened_ms: at(one.occurred_at)}));
  const aim = due.target(case_.plan, case_.person, due.DEFAULTS);
  const free = spans.minus([due.waking(case_.plan, now, zone, due.DEFAULTS)], spans.merged(excused));
  const found = due.due(entries, case_.plan, now, zone, due.DEFAULTS, excused);
  const today = app.time.careDayBounds(app.time.careDay(now, zone), zone);
  const drinks = case_.entries.filter(one => { const t = at(one.occurred_at); return t >= today[0] && t < today[1] && t <= now; }).map(one =>
    ({id: one.id, happened_ms: at(one.occurred_at), drink: one.drink ?? null, ml: one.drunk_ml ?? 0, device: one.device ?? null}));
  return {drunk_ml: app.doubles.total(drinks).low_ml, target_ml: aim.ml, basis: aim.basis, expected_ml: Math.round(due.expectedBy(aim.ml, now, free)),
          floor_ml: Math.round(due.floorOf(due.expectedBy(aim.ml, now, free), case_.plan, due.DEFAULTS)),
          due: found.state, due_at: found.due_at_ms === null ? null : new Date(found.due_at_ms).toISOString()};
}"""


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_the_tablet_says_due_and_expected_as_the_server_does(run, case):
    excused = case.get("excused", [])
    plan = case["plan"] or {}
    if plan.get("nil_by_mouth_from"):
        excused = [*excused, [plan["nil_by_mouth_from"], plan.get("nil_by_mouth_until")]]
    found = run(PACE, {"zone": VECTORS["zone"], **case, "plan": plan, "excused": excused})
    want = case["want"]
    assert found["target_ml"] == want["target_ml"] and found["basis"] == want["basis"]
    assert found["expected_ml"] == round(want["expected_ml"])
    assert found["drunk_ml"] == want["drunk_ml"]
    assert abs(found["floor_ml"] - want["floor_ml"]) <= 1
    assert found["due"] == want["due"]
    assert (found["due_at"] and ms(found["due_at"])) == (want["due_at"] and ms(want["due_at"]))


APPOINTMENT = """case_ => {
  const at = text => Date.parse(text), said = each => ({at_ms: at(each.at), fields: each.fields});
  const found = app.appointments.judge(at(case_.starts_at), case_.outcomes.map(said), case_.follow_ups.map(said), case_.booked, at(case_.now), app.appointments.LIMITS);
  const {state, open, late, days_waiting, chase_ms} = found;
  return {state, open, late, days_waiting, chase_ms};
}"""
APPOINTMENTS = json.loads((REPOSITORY / "tests" / "vectors" / "appointment_state.json").read_text())["cases"]


@pytest.mark.parametrize("case", APPOINTMENTS, ids=lambda case: case["name"])
def test_the_tablet_says_what_an_appointment_asks_as_the_server_does(run, case):
    want = dict(case["want"])
    chase = want.pop("chase_at")
    assert run(APPOINTMENT, case) == {**want, "chase_ms": chase and ms(chase)}


def test_the_tablets_limits_are_the_servers_defaults(run):
    found = run("() => app.appointments.LIMITS")
    assert found == {name: THRESHOLDS[f"appointments.{name}"].default for name in found}


DOUBLES = """case_ => {
  const {suspected, total, pairKey} = app.doubles, within = case_.minutes * 60000;
  const drinks = case_.drinks.map(one => ({...one, happened_ms: Date.parse(one.occurred_at)}));
  const decided = new Set(case_.decided.map(([one, other]) => pairKey(one, other)));
  const sum = total(drinks, within, decided);
  const pairs = suspected(drinks, within, decided).map(([one, other]) => [one.id, other.id].sort()).sort();
  return {pairs, least_ml: sum.low_ml, most_ml: sum.high_ml, to_check: sum.to_check};
}"""
DOUBLES_CASES = json.loads((REPOSITORY / "tests" / "vectors" / "doubles.json").read_text())["cases"]


@pytest.mark.parametrize("case", DOUBLES_CASES, ids=lambda case: case["name"])
def test_the_tablet_suspects_and_counts_doubles_as_the_server_does(run, case):
    assert run(DOUBLES, case) == case["want"]


SHIFT = """case_ => {
  const at = text => Date.parse(text), now_ms = at(case_.now), zone = 'Europe/London', day = app.time.careDayBounds(case_.shift.slice(0, 10), zone);
  const entries = case_.entries.map(one => ({outcome: one.outcome, happened_ms: at(one.occurred_at), recorded_ms: at(one.recorded_at), drunk_ml: one.drunk_ml ?? null, reason: one.reason ?? null}));
  const counted = entries.filter(one => one.happened_ms >= day[0] && one.happened_ms < Math.min(day[1], now_ms + 1));
  const drunk_ml = counted.reduce((sum, one) => sum + (one.drunk_ml ?? 0), 0);
  const numbers = {...app.due.DEFAULTS, ...app.shift.SHIFT_DEFAULTS};
  const excused = case_.excused.map(([a, b]) => [at(a), at(b)]);
  return {...app.shift.propose({shift: case_.shift, now_ms, zone, entries, drunk_ml, plan: case_.plan, person: case_.person, numbers, excused}), drunk_ml};
}"""
SHIFT_CASES = json.loads((REPOSITORY / "tests" / "vectors" / "shift_check.json").read_text())["cases"]


@pytest.mark.parametrize("case", SHIFT_CASES, ids=lambda case: case["name"])
def test_the_tablet_proposes_of_a_shift_what_the_server_would(run, case):
    assert run(SHIFT, case) == case["want"]


BREACHES = "case_ => app.breaches.breaches(case_.plan, case_.entry, case_.before_ml.reduce((sum, ml) => sum + ml, 0)).sort()"
BREACH_CASES = json.loads((REPOSITORY / "tests" / "vectors" / "drink_breaches.json").read_text())["cases"]


@pytest.mark.parametrize("case", BREACH_CASES, ids=lambda case: case["name"])
def test_the_tablet_stops_at_what_the_server_raises_an_alert_for(run, case):
    assert run(BREACHES, case) == case["want"]


DECISIONS = """case_ => {
  const {state} = app, of = (record, kind, one, fields) => ({record, kind, fields, occurred_at: one.occurred_at, recorded_at: one.recorded_at ?? one.occurred_at, flags: [], conflicts: {}});
  state.records = new Map(case_.decisions.map(one => [one.id, of(one.id, 'escalation', one, one.alert ? {alert: one.alert} : {})]));
  state.byKind = new Map([['escalation', new Set(state.records.keys())]]);
  return app.decisions.decisionOf({record: case_.alert, fields: {happened_at: case_.happened_at}})?.record ?? null;
}"""
DECISION_CASES = json.loads((REPOSITORY / "tests" / "vectors" / "decisions.json").read_text())["cases"]


@pytest.mark.parametrize("case", DECISION_CASES, ids=lambda case: case["name"])
def test_the_tablet_finds_the_decision_about_an_alert_that_the_server_does(run, case):
    assert run(DECISIONS, case) == case["want"]


def test_the_tablets_numbers_about_drinks_are_the_thresholds_defaults(run):
    found = run("() => ({...app.due.DEFAULTS, ...app.shift.SHIFT_DEFAULTS, ...app.dry.DRY_DEFAULTS})")
    assert found == {name: THRESHOLDS[f"hydration.{name}"].default for name in found}


DRY = """case_ => {
  const at = text => text === null ? Infinity : Date.parse(text), numbers = {...app.due.DEFAULTS, ...app.dry.DRY_DEFAULTS};
  const entries = case_.entries.map(one => ({outcome: one.outcome, happened_ms: at(one.occurred_at), drunk_ml: one.drunk_ml ?? null}));
  const found = app.dry.nothingDrunk(entries, case_.plan, at(case_.now), 'Europe/London', numbers, case_.excused.map(([a, b]) => [at(a), at(b)]));
  return found === null ? null : new Date(found).toISOString();
}"""
DRY_CASES = json.loads((REPOSITORY / "tests" / "vectors" / "nothing_drunk.json").read_text())["cases"]


@pytest.mark.parametrize("case", DRY_CASES, ids=lambda case: case["name"])
def test_the_tablet_says_that_nothing_was_drunk_for_too_long_when_the_server_does(run, case):
    found = run(DRY, case)
    assert (found and ms(found)) == (case["want"] and ms(case["want"]))


def test_somebody_is_behind_on_the_list_once_a_first_drink_is_due_and_under_the_homes_share(run):
    behind = """([hour, drunk, percent]) => { const now = Date.parse(`2026-11-22T${hour}:00Z`), plan = {}, zone = 'Europe/London', pace = {...app.due.DEFAULTS, pace_percent: percent};
      const free = [app.due.waking(plan, now, zone, pace)]; return app.due.isBehind(drunk, app.due.expectedBy(1400, now, free), plan, now, free, pace); }"""
    assert not run(behind, ["07:30", 0, 50]) and not run(behind, ["08:59", 0, 50]) and run(behind, ["09:00", 0, 50])
    assert run(behind, ["14:00", 349, 50]) and not run(behind, ["14:00", 350, 50]) and run(behind, ["14:00", 350, 80])


NIGHTS = [datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2027, 3, 27, 20, tzinfo=UTC), datetime(2026, 6, 1, 20, tzinfo=UTC)]


@pytest.mark.parametrize("evening", NIGHTS, ids=["the clocks go back", "the clocks go forward", "a plain night"])
def test_a_care_day_begins_and_ends_at_the_same_instants_on_tablet_and_server(run, evening):
    hours = [evening + timedelta(minutes=30 * step) for step in range(48)]
    found = run(
        "times => times.map(ms => { const day = app.time.careDay(ms, 'Europe/London'); return [day, ...app.time.careDayBounds(day, 'Europe/London')]; })",
        [round(at.timestamp() * 1000) for at in hours],
    )
    for at, (day, start, end) in zip(hours, found, strict=True):
        right = days.care_day(at, LONDON)
        bounds = [round(one.timestamp() * 1000) for one in days.care_day_bounds(right, LONDON)]
        assert [day, start, end] == [right.isoformat(), *bounds]


@pytest.mark.parametrize("evening", NIGHTS, ids=["the clocks go back", "the clocks go forward", "a plain night"])
def test_a_shift_has_the_same_name_and_bounds_on_tablet_and_server(run, evening):
    hours = [evening + timedelta(minutes=30 * step) for step in range(48)]
    found = run(
        "times => times.map(ms => { const name = app.shifts.shiftOf(ms, 'Europe/London'); return [name, ...app.shifts.shiftBounds(name, 'Europe/London')]; })",
        [round(at.timestamp() * 1000) for at in hours],
    )
    for at, (name, *bounds) in zip(hours, found, strict=True):
        right = days.shift_of(at, LONDON)
        assert [name, *bounds] == [right, *(round(one.timestamp() * 1000) for one in days.shift_bounds(right, LONDON))]


@pytest.mark.parametrize("evening", NIGHTS, ids=["the clocks go back", "the clocks go forward", "a plain night"])
def test_times_are_spoken_alike_on_tablet_and_server(run, evening):
    times = [evening + timedelta(minutes=7 * step) for step in range(200)] + [evening + timedelta(hours=step) for step in range(24)]
    found = run("times => times.map(ms => app.time.sayTime(ms, 'Europe/London'))", [round(t.timestamp() * 1000) for t in times])
    assert found == [days.say_time(at, LONDON) for at in times]


def test_a_time_that_has_not_come_is_refused_and_one_of_last_night_is_last_night(run):
    noon = ms("2026-11-22T12:00:00+00:00")
    ask = "([hhmm, now]) => app.time.lastTime(hhmm, now, 'Europe/London')"
    assert run(ask, ["15:00", noon]) == {"ok": False}
    assert run(ask, ["11:45", noon]) == {"ok": True, "ms": noon - 15 * 60_000}
    after_midnight = ms("2026-11-22T00:10:00+00:00")
    assert run(ask, ["23:50", after_midnight]) == {"ok": True, "ms": after_midnight - 20 * 60_000}


def test_the_repeated_hour_means_the_later_of_the_two_that_have_passed(run):
    # 25 October 2026: 1:30am comes at 00:30 and again at 01:30 UTC.
    ask = "([hhmm, now]) => app.time.lastTime(hhmm, now, 'Europe/London')"
    assert run(ask, ["01:30", ms("2026-10-25T00:45:00+00:00")])["ms"] == ms("2026-10-25T00:30:00+00:00")
    assert run(ask, ["01:30", ms("2026-10-25T02:00:00+00:00")])["ms"] == ms("2026-10-25T01:30:00+00:00")


def test_the_tablets_clock_reads_as_the_servers_and_never_runs_backwards(run):
    luck = random.Random(7)
    device = "0193b0d2-0000-7000-8000-000000000001"
    python, steps, at = clock.Clock(device), [], 1_795_000_000_000
    for _ in range(400):
        at += luck.choice([0, 0, 1, 5, -40, 1000, -90_000, 60_000])
        server = at + luck.choice([0, -5000, 5000, 90_000_000, -90_000_000, 3_600_000]) if luck.random() < 0.3 else None
        steps.append([at, server])
    wanted = []
    for now, server in steps:
        if server is not None:
            python.observe(server, now)
        wanted.append(python.tick(now))
    found = run(
        """([steps, device]) => { let held = {number: 0, clock_ms: 0, clock_n: 0}; return steps.map(([now, server]) => {
             if (server !== null) held = app.clock.observe(held, server, now);
             held = app.clock.tick(held, now);
             return app.clock.say(held, device); }); }""",
        [steps, device],
    )
    assert found == wanted
    assert found == sorted(found) and len(set(found)) == len(found)


TEXTS = ["tea", "Zoë's mug", "½ cup", "\u20ac\r\n\t\"\\/", "אבג", "😀 thirsty", "\u0001\u001f", "ﬁ", "e\u0301"]
NUMBERS = [0, -1, 1, 150, 5000, 0.5, 0.75, 1e21, 1e-7, 123456789.123, 2**53 - 1, -(2**53) + 1, 0.1]


def test_the_digest_that_a_tablet_holds_is_the_one_that_the_server_names(run, tmp_path, playwright_browser, bundle):
    luck = random.Random(3)

    def value(depth: int) -> Any:
        choice = luck.randrange(6 if depth < 4 else 4)
        if choice == 4:
            return [value(depth + 1) for _ in range(luck.randrange(4))]
        if choice == 5:
            return {luck.choice(TEXTS) + str(n): value(depth + 1) for n in range(luck.randrange(4))}
        return [luck.choice(TEXTS), luck.choice(NUMBERS), luck.choice([True, False, None]), luck.random()][choice]

    from hashlib import sha256

    page = secure_page(playwright_browser, bundle)
    for _ in range(200):
        stated = {"id": "x", "fields": {str(n): value(0) for n in range(5)}, "number": luck.randrange(10**6)}
        want = sha256(canonical.canonical(json.loads(json.dumps(stated)))).hexdigest()
        assert page.evaluate("s => app.digest({...s, grant: 'never part of it'})", stated) == want
    page.close()


def secure_page(browser, bundle: str):
    """A page with Web Crypto: it needs a secure context, and loopback is one."""
    page = browser.new_page()
    page.route("http://127.0.0.1/**", lambda route: route.fulfill(body="<!doctype html><title>x</title>", content_type="text/html"))
    page.goto("http://127.0.0.1/")
    page.evaluate(bundle + "; self.app = app; 0")
    return page


JUDGE = "([result, digest]) => app.judge({id: 'a'}, result, digest)"


@pytest.mark.parametrize(
    ("result", "digest", "verdict"),
    [
        ({"id": "a", "status": "accepted", "digest": "d"}, "d", "sent"),
        ({"id": "a", "status": "duplicate", "digest": "d"}, "d", "sent"),
        ({"id": "a", "status": "accepted", "digest": "e"}, "d", "look"),
        ({"id": "a", "status": "quarantined", "digest": None}, "d", "look"),
        ({"id": "a", "status": "retry", "digest": "d"}, "d", "stay"),
        ({"id": "b", "status": "accepted", "digest": "d"}, "d", "stay"),
        ({"id": None, "status": "quarantined", "digest": None}, "d", "stay"),
        ({"id": "a", "status": "ok", "digest": "d"}, "d", "stay"),
    ],
)
def test_an_entry_leaves_the_queue_only_on_the_servers_word_for_that_entry(run, result, digest, verdict):
    assert run(JUDGE, [result, digest]) == verdict


def test_ids_made_on_a_tablet_are_version_7_and_carry_their_time(run):
    made = run("() => app.uuid7(1795381449120)")
    assert made[14] == "7" and made[19] in "89ab"
    assert int(made[:8] + made[9:13], 16) == 1795381449120


# A tablet with so many drinks waiting, and a way to save one more and to see what it offers next.
WAITING = """async ([device, count]) => {
  const {setMeta, state, strictly} = app, text = '2026-11-22T12:00:00+00:00';
  const home = {id: device, name: 'Home', timezone: 'Europe/London'};
  state.enrolment = {device, token: 't', name: 'Tablet', home};
  await setMeta('enrolment', state.enrolment);
  await setMeta('counters', {number: count, clock_ms: 0, clock_n: 0});
  await strictly(['queue'], async tx => {
    for (let number = 1; number <= count; number++) {
      const id = crypto.randomUUID(), fields = {resident: device, outcome: 'drank', drunk_ml: 150};
      void tx.objectStore('queue').put({number, id, record: id, kind: 'hydration_check', resident: device, submission: {id, number, fields}});
    }
  });
}"""
SAVE = """async ([kind, fields, record]) => {
  const {id, number} = await app.save({id: '0193b0d2-0000-7000-8000-00000000000a', grant: 'g'}, {kind, fields, ...(record ? {record} : {})});
  return [number, id];
}"""
OFFER = "async limit => { const {is, left, full} = await app.exchange(null, limit); return [is, left, full]; }"
FLAGGED = {"resident": "0193b0d2-0000-7000-8000-000000000001", "outcome": "drank", "red_flags": ["choking"]}
SMALL_CALL = {"resident": FLAGGED["resident"], "outcome": "drank", "drunk_ml": 40}


DEVICE = "0193b0d2-0000-7000-8000-000000000002"


@pytest.fixture
def tablet(bundle, playwright_browser):
    """A tablet whose server takes everything: (run, the numbers of each offer so far)."""
    page, offers = secure_page(playwright_browser, bundle), []

    def take(route) -> None:
        given = route.request.post_data_json["submissions"]
        offers.append([one["number"] for one in given])
        route.fulfill(json={
            "protocol": 1, "server_time": datetime.now(UTC).isoformat(), "head": {"ledger": "x", "seq": 1, "hash": "00"}, "safe": None,
            "results": [{"id": one["id"], "status": "accepted", "seq": 1, "digest": canonical.digest(one)} for one in given],
            "changes": [], "removed": [], "resend": [], "cursor": None, "more": False, "locked": True,
        })  # fmt: skip

    page.route("**/api/v1/sync", take)
    yield page.evaluate, offers
    page.close()


def test_a_red_flag_and_an_answer_to_an_alert_are_sent_before_what_only_waits(tablet):
    run, offers = tablet
    run(WAITING, [DEVICE, 12])
    drink, _ = run(SAVE, ["hydration_check", SMALL_CALL, None])
    flag, _ = run(SAVE, ["hydration_check", FLAGGED, None])
    answer, _ = run(SAVE, ["alert", {"status": "acknowledged"}, DEVICE])
    assert run(OFFER, 5) == ["done", 10, False]
    assert run(OFFER, 500) == ["done", 0, False]
    assert offers == [[flag, answer, 1, 2, 3], [*range(4, 13), drink]]


def test_a_red_flag_added_to_a_drink_that_waits_takes_the_drink_along(tablet):
    run, offers = tablet
    run(WAITING, [DEVICE, 12])
    drink, id_ = run(SAVE, ["hydration_check", SMALL_CALL, None])
    flag, _ = run(SAVE, ["hydration_check", {"red_flags": ["choking"], "correction_reason": "added"}, id_])
    run(OFFER, 3)
    assert offers == [[drink, flag, 1]]


def test_a_red_flag_is_sent_at_once_although_more_waits_than_the_server_takes_in_an_hour(tablet):
    run, offers = tablet
    run(WAITING, [DEVICE, 3_000])
    for _ in range(7):
        run(OFFER, 500)
    assert sum(map(len, offers)) == 2_800, "room is left among the hour's 3,000"
    assert run(OFFER, 500) == ["done", 200, True]
    assert offers[-1] == []
    flag, _ = run(SAVE, ["hydration_check", FLAGGED, None])
    run(OFFER, 500)
    assert offers[-1] == [flag]
