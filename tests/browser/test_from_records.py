"""What the tablet says of the records that it holds: its own modules in real Chromium, without a server and without a screen.

It is Sunday 22 November 2026 in the home; every time is an argument, or the page's clock set to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.harness.browser import QUIET, chromium_path
from tests.harness.bundle import bundled
from tests.harness.processes import REPOSITORY

ENTRY = """
export * as plans from './src/kinds/hydration_plan';
export * as suggestions from './src/kinds/suggestions';
export * as checks from './src/kinds/hydration_check';
export * as shift from './src/kinds/shift_hydration_check';
export * as untold from './src/kinds/not_told';
export * as alerts from './src/kinds/alert';
export * as round from './src/kinds/round';
export * as paper from './src/kinds/paper';
export * as handover from './src/screens/handover_build';
export * as languages from './src/languages';
export * as look from './src/ui/theme';
export * as visits from './src/kinds/visit';
export * as chart from './src/kinds/day_chart';
export * as settings from './src/kinds/threshold';
export { careDayBounds } from './src/time';
import { h, render } from 'preact';
import { DayChart } from './src/screens/day_chart';
export const draw = (day: Parameters<typeof DayChart>[0]['day']) => render(h(DayChart, { day, summary: 'Her day' }), document.body);
export { words } from './src/words';
export { state, putRecord } from './src/state';
"""
VECTORS = REPOSITORY / "tests" / "vectors"
PUT = """records => { for (const one of records) app.putRecord({seq: 1, author: 'ben', device: 'tablet-1', conflicts: {}, flags: [], heads: [], struck_out: false,
  recorded_at: one.occurred_at, received_at: one.occurred_at, ...one}); }"""
EDITH = {"id": "edith", "name": "Edith", "room": "1", "unit": "Willow", "fields": {}}
NOON = "2026-11-22T12:00:00Z"


@pytest.fixture(scope="module")
def opened(tmp_path_factory, playwright):
    script = bundled(ENTRY, tmp_path_factory.mktemp("bundle"))
    browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(QUIET))
    yield lambda: _page(browser, script)
    browser.close()


def _page(browser, script: str):
    page = browser.new_page()
    # A page with storage of its own: loopback is a secure context.
    page.route("http://127.0.0.1/**", lambda route: route.fulfill(body="<!doctype html><title>x</title>", content_type="text/html"))
    page.goto("http://127.0.0.1/")
    page.evaluate(script + "; self.app = app; 0")
    return page


@pytest.fixture
def tablet(opened):
    """A tablet that holds nothing yet; `tablet.held(...)` lays records into it."""
    page = opened()
    page.clock.set_fixed_time(NOON)
    yield Tablet(page)
    page.close()


class Tablet:
    def __init__(self, page):
        self.run: Callable[..., Any] = page.evaluate
        self.at: Callable[[str], None] = page.clock.set_fixed_time
        self.held(one("resident", {"preferred_name": "Edith", "room": "1", "unit": "Willow"}, "2026-01-01T09:00:00Z", record="edith"))

    def held(self, *records: dict[str, Any]) -> None:
        self.run(PUT, list(records))


def one(kind: str, fields: dict[str, Any], at: str, *, record: str = "", **more: Any) -> dict[str, Any]:
    about = {} if kind in ("resident", "threshold", "vessel") else {"resident": "edith"}
    return {"record": record or f"{kind} {at}", "kind": kind, "fields": {**about, **fields}, "occurred_at": at, **more}


def ms(at: str) -> int:
    return round(datetime.fromisoformat(at).timestamp() * 1000)


# ---- the plan in force ----


@pytest.mark.parametrize("case", json.loads((VECTORS / "plans_as_one.json").read_text())["cases"], ids=lambda case: case["name"])
def test_two_plans_are_read_as_one_as_the_server_does(tablet, case):
    found = tablet.run("plans => { const {values, differ} = app.plans.asOne(plans); return {values, differ: Object.keys(differ)}; }", case["plans"])
    assert found == case["want"]


STOPS = "([person, entry, day_ml, now]) => app.plans.stops(person, app.plans.planOf(person.id), entry, day_ml, now)"


def test_two_plans_of_one_person_that_differ_are_a_stop_with_both_values_and_never_the_newest_alone(tablet):
    tablet.held(one("hydration_plan", {"limit_ml": 1000, "iddsi_level": 2}, "2026-11-01T09:00:00Z"))
    tablet.held(one("hydration_plan", {"limit_ml": 1500, "iddsi_level": 2}, "2026-11-02T09:00:00Z"))
    assert tablet.run("() => app.plans.planOf('edith').limit_ml") == 1000
    tea = {"outcome": "drank", "drunk_ml": 200, "iddsi_level": 2}
    (stop,) = tablet.run(STOPS, [EDITH, tea, 0, ms(NOON)])
    assert "two different instructions" in stop and "1,000ml" in stop and "1,500ml" in stop and "Ask the senior" in stop


def test_a_plan_that_speaks_of_tea_alone_hides_neither_thickness_nor_limit_nor_nil_by_mouth(tablet):
    tablet.held(one("hydration_plan", {"limit_ml": 100, "iddsi_level": 2, "nil_by_mouth_from": "2026-11-22"}, "2026-11-01T09:00:00Z"))
    tablet.held(one("hydration_plan", {"preferences": "tea"}, "2026-11-02T09:00:00Z"))
    assert len(tablet.run(STOPS, [EDITH, {"outcome": "drank", "drunk_ml": 200, "iddsi_level": 0}, 0, ms(NOON)])) == 3


def test_a_plan_that_one_person_loosened_stops_at_the_values_that_are_in_force_and_says_that_it_waits(tablet):
    """What is in force is the server's word (`in_force`, sync/rules/in_force.py); whichever plan it spoke of last says it for the person."""
    asked = {"limit_ml": 1500, "iddsi_level": 1, "preferences": "tea"}
    tablet.held(one("hydration_plan", asked, "2026-11-01T09:00:00Z", record="plan", seq=5, in_force={"limit_ml": 600, "iddsi_level": 3, "nil_by_mouth_from": None}))
    plan = tablet.run("() => app.plans.planOf('edith')")
    assert (plan["limit_ml"], plan["level"], plan["waits"], plan["fields"]["preferences"]) == (600, 3, True, "tea")
    assert len(tablet.run(STOPS, [EDITH, {"outcome": "drank", "drunk_ml": 700, "iddsi_level": 1}, 0, ms(NOON)])) == 2
    lines = tablet.run("now => app.handover.build(now).lines", ms(NOON))
    assert any(line["part"] == "away" and "Edith" in line["words"] and "waits for a second person" in line["words"] for line in lines), lines
    tablet.held(one("hydration_plan", asked, "2026-11-01T09:00:00Z", record="plan", seq=6))
    plan = tablet.run("() => app.plans.planOf('edith')")
    assert (plan["limit_ml"], plan["level"], plan["waits"]) == (1500, 1, False)


def test_a_plan_that_one_person_struck_out_guards_its_person_until_a_second_has_confirmed_that(tablet):
    gone = {"limit_ml": 600, "struck_out": True}
    tablet.held(one("hydration_plan", gone, "2026-11-01T09:00:00Z", record="plan", seq=5, struck_out=True, in_force={"limit_ml": 600, "iddsi_level": None}))
    plan = tablet.run("() => app.plans.planOf('edith')")
    assert (plan["limit_ml"], plan["level"], plan["waits"], plan["shown"]["record"]) == (600, 0, True, "plan")
    tablet.held(one("hydration_plan", gone, "2026-11-01T09:00:00Z", record="plan", seq=6, struck_out=True))
    plan = tablet.run("() => app.plans.planOf('edith')")
    assert (plan["limit_ml"], plan["shown"]) == (None, None)


def test_a_suggestion_makes_no_plan_of_its_own_on_a_tablet_that_holds_none(tablet):
    tablet.held(one("follow_up", {"about": "edith", "suggests": {"field": "preferences", "words": "Cocoa"}, "status": "open"}, "2026-11-20T09:00:00Z"))
    accept = "() => app.suggestions.accept(app.suggestions.openSuggestions()[0], 'ama')"
    assert tablet.run(accept) is None
    tablet.held(one("hydration_plan", {"limit_ml": 1000}, "2026-11-01T09:00:00Z", record="plan"))
    plan, done = tablet.run(accept)
    assert plan["record"] == "plan" and plan["fields"]["preferences"] == "Cocoa" and done["fields"]["status"] == "done"


def test_how_old_a_plan_may_be_is_the_homes_own_number_once_a_second_person_has_approved_it(tablet):
    tablet.held(one("hydration_plan", {"target_ml": 1500}, "2026-11-01T09:00:00Z"))
    tablet.run("at => { app.state.standing.last_contact = at; }", ms("2026-11-22T04:00:00Z"))
    tea = {"outcome": "drank", "drunk_ml": 200}
    stopped = lambda: len(tablet.run(STOPS, [EDITH, tea, 0, ms(NOON)]))  # noqa: E731
    assert stopped() == 0, "eight hours are not twelve"
    proposed = one("threshold", {"name": "hydration.old_plan_minutes", "value": 240, "from": "2026-11-01T09:00:00Z", "proposed_by": "sue"}, "2026-11-01T09:00:00Z", record="old")
    tablet.held(proposed)
    assert stopped() == 0, "what one person proposes counts for nobody"
    tablet.held(proposed | {"fields": proposed["fields"] | {"approved_by": "lee"}, "seq": 2})
    assert stopped() == 1


@pytest.mark.parametrize(("name", "default", "own"), [("hydration.a_lot_ml", 1000, 500), ("hydration.long_ago_minutes", 720, 240)])
def test_what_is_a_lot_for_one_drink_and_how_long_ago_is_long_are_the_homes_own_numbers(tablet, name, default, own):
    in_force = f"now => app.settings.pace('edith', 'Willow', now).{name.partition('.')[2]}"
    assert tablet.run(in_force, ms(NOON)) == default
    agreed = {"name": name, "value": own, "from": "2026-11-01T09:00:00Z", "proposed_by": "sue", "approved_by": "lee"}
    tablet.held(one("threshold", agreed, "2026-11-01T09:00:00Z"))
    assert tablet.run(in_force, ms(NOON)) == own


def test_an_appointments_limit_that_nobody_has_approved_counts_on_no_tablet(tablet):
    limit = one("threshold", {"name": "appointments.outcome_hours", "value": 1, "from": "2026-11-01T09:00:00Z", "proposed_by": "sue"}, "2026-11-01T09:00:00Z", record="limit")
    hours = "() => app.visits.limits().outcome_hours"
    tablet.held(limit)
    assert tablet.run(hours) == 24
    tablet.held(limit | {"fields": limit["fields"] | {"approved_by": "lee"}, "seq": 2})
    assert tablet.run(hours) == 1


# ---- cups that nobody has answered for ----

MONITORED = one("hydration_plan", {"monitoring": True, "monitored_from": "2026-11-01"}, "2026-11-01T09:00:00Z")
CUP = one("hydration_check", {"outcome": "given", "vessel_ml": 150, "offered_ml": 150, "given_at": "2026-11-21T22:00:00Z"}, "2026-11-21T22:00:00Z", record="cup")
MORNING = "2026-11-22T07:30:00Z"


def test_a_cup_of_the_night_is_still_asked_about_after_seven_and_its_answer_is_the_nights(tablet):
    tablet.at(MORNING)
    tablet.held(MONITORED, CUP, one("hydration_check", {"outcome": "drank", "drunk_ml": 200}, "2026-11-22T07:10:00Z"))
    row = "now => { const {open_cups, drunk_ml} = app.checks.standing(app.edith, now).day; return [open_cups.map(one => one.record), drunk_ml]; }"
    tablet.run("edith => { app.edith = edith; }", EDITH)
    assert tablet.run(row, ms(MORNING)) == [["cup"], 200]
    look = "now => { const {gaps, cups, at_ms} = app.shift.lookAt(app.edith, '2026-11-21/night', now); return [[...cups], gaps.includes('20-23'), at_ms]; }"
    windows, gap, at_ms = tablet.run(look, ms(MORNING))
    assert windows == ["20-23"] and gap and tablet.run(row, at_ms) == [["cup"], 0]
    tablet.held(CUP | {"fields": CUP["fields"] | {"outcome": "drank", "drunk_ml": 100}, "seq": 2})
    assert tablet.run(row, ms(MORNING)) == [[], 200] and tablet.run(row, at_ms) == [[], 100]
    assert "occurred_at" not in tablet.run("() => Object.keys(app.checks.otherAmount({record: 'cup', fields: {vessel_ml: 150}}, 100, 'seen').fields)")


def test_a_cup_of_somebody_not_on_monitoring_is_listed_under_the_shifts_check(tablet):
    tablet.held(CUP)
    out = "([shift, now]) => app.shift.looseEnds([app.edith], shift, now).map(one => [one.person.name, one.cups.map(cup => cup.record)])"
    tablet.run("edith => { app.edith = edith; }", EDITH)
    assert tablet.run(out, ["2026-11-21/night", ms(MORNING)]) == [["Edith", ["cup"]]]
    assert tablet.run(out, ["2026-11-22/day", ms(NOON)]) == [], "it was for the night's check to ask"


def test_two_records_that_may_be_one_drink_of_the_night_are_asked_about_before_it_is_signed_off(tablet):
    tea = {"outcome": "drank", "drunk_ml": 200, "drink": "Tea"}
    tablet.held(MONITORED, one("hydration_check", tea, "2026-11-22T02:00:00Z"), one("hydration_check", tea, "2026-11-22T02:01:00Z", device="tablet-2"))
    missing = """([now, shift]) => { const look = app.shift.lookAt(app.edith, shift, now);
      return app.shift.whatIsMissing([look], () => ({agreed: true, gaps: Object.fromEntries(look.gaps.map(gap => [gap, {}]))})); }"""
    tablet.run("edith => { app.edith = edith; }", EDITH)
    assert tablet.run(missing, [ms(MORNING), "2026-11-21/night"]) == ["Decide for Edith: two records may be one drink"]
    assert tablet.run(missing, [ms(NOON), "2026-11-22/day"]) == []
    tablet.held(one("double_check", {"one": "hydration_check 2026-11-22T02:00:00Z", "other": "hydration_check 2026-11-22T02:01:00Z", "decision": "both_real"}, MORNING))
    assert tablet.run(missing, [ms(MORNING), "2026-11-21/night"]) == []


# ---- what stands before a drink ----


def test_a_drink_left_within_reach_is_stopped_for_like_one_that_is_handed_over(tablet):
    plan = {"iddsi_level": 2, "limit_ml": 600, "nil_by_mouth_from": "2026-11-22", "nil_by_mouth_until": "2026-11-23"}
    tablet.held(one("hydration_plan", plan, "2026-11-01T09:00:00Z"))
    nil, thick, limit = tablet.run(STOPS, [EDITH, {"outcome": "left_within_reach", "iddsi_level": 0}, 600, ms(NOON)])
    assert "nil by mouth" in nil and "level 2" in thick and "This makes 600ml" in limit
    left = tablet.run("edith => app.checks.left(edith, app.plans.planOf('edith'), 2)", EDITH)
    assert left["outcome"] == "left_within_reach" and left["iddsi_level"] == 2 and left["plan_version"]
    assert len(tablet.run(STOPS, [EDITH, left, 600, ms(NOON)])) == 2, "a drink of no stated size goes over the limit too"
    assert tablet.run(STOPS, [EDITH, {"outcome": "asleep"}, 600, ms(NOON)]) == []


# ---- what nobody can be told of ----


def test_nothing_drunk_for_eight_waking_hours_is_found_here_unless_the_server_knew_or_the_manager_put_it_off(tablet):
    dry = "now => app.untold.dry(now).filter(one => !app.untold.told(one.resident, one.at)).map(one => [one.name, one.at, one.minutes])"
    tablet.held(MONITORED, one("hydration_check", {"outcome": "drank", "drunk_ml": 100}, "2026-11-21T18:00:00Z"))
    at = ms("2026-11-22T13:00:00Z")
    assert tablet.run(dry, at) == [["Edith", "2026-11-22T12:00:00.000+00:00", 480]]
    tablet.run("at => { app.state.standing.last_contact = at; }", at)
    assert tablet.run(dry, at) == [], "the server was there when the time was up"
    slow = "at => { Object.assign(app.state.standing, {last_contact: at - 86400000, offset_ms: 86400000}); }"
    tablet.run(slow, at)
    assert tablet.run(dry, at) == [], "and was it on a tablet that is a day slow"
    tablet.run("() => { app.state.standing.offset_ms = null; }")
    tablet.run("at => { app.state.standing.last_contact = at; }", ms("2026-11-22T06:00:00Z"))
    tablet.held(one("threshold", {"name": "hydration.nothing_drunk_urgent_minutes", "value": 600, "from": "2026-01-01T00:00:00Z"}, "2026-01-01T00:00:00Z"))
    assert tablet.run(dry, at) == [] and len(tablet.run(dry, ms("2026-11-22T14:00:00Z"))) == 1
    tablet.held(one("escalation", {"breached_at": "2026-11-22T14:00:00.000+00:00"}, "2026-11-22T14:05:00Z"))
    assert tablet.run(dry, ms("2026-11-22T14:10:00Z")) == []
    off = {"name": "rule.hydration.nothing_drunk_8h", "value": {"switch": "off", "until": "2026-12-01"}, "from": "2026-11-01T00:00:00Z"}
    tablet.held(one("threshold", off, "2026-11-01T00:00:00Z", record="off"), one("escalation", {}, "2026-11-22T14:05:00Z", struck_out=True))
    assert tablet.run(dry, ms("2026-11-22T14:10:00Z")) == []
    tablet.held(one("threshold", off, "2026-11-01T00:00:00Z", record="off", struck_out=True))
    assert len(tablet.run(dry, ms("2026-11-22T14:10:00Z"))) == 1


def test_whatever_keeps_the_server_from_being_told_nobody_knows_what_waits_here(tablet):
    cut = "links => links.map(link => { app.state.link = link; return app.untold.cutOff(); })"
    assert tablet.run(cut, ["unreachable", "busy", "revoked", "unknown_device", "update", "server_old"]) == [True] * 6
    assert tablet.run(cut, ["ok", "unknown"]) == [False, False]


def test_nobody_is_offered_to_pause_a_critical_alert_which_the_server_would_go_on_calling_about(tablet):
    pause = "severity => app.alerts.mayPause({fields: {status: 'acknowledged', severity}})"
    assert [tablet.run(pause, severity) for severity in ("senior", "urgent", "critical")] == [True, True, False]


# ---- what everybody reads ----


def test_what_is_kept_in_a_record_is_english_whatever_language_the_screen_speaks(tablet):
    tablet.run("() => { localStorage.setItem('tidemark-language', 'ro'); return app.languages.begin(); }")
    tablet.held(MONITORED, one("incident", {"type": "fall"}, "2026-11-22T11:30:00Z"))
    assert tablet.run("() => app.words.residents.late") == "Întârziat"
    follow_up, *_ = tablet.run("() => app.suggestions.suggestion('edith', 'drink_preference', 'Cocoa')")
    assert follow_up["fields"]["what"] == "Decide whether a drink they like goes into their hydration plan"
    tablet.held(one("follow_up", follow_up["fields"], "2026-11-22T11:00:00Z"))
    _, done = tablet.run("() => app.suggestions.accept(app.suggestions.openSuggestions()[0], 'ama')")
    assert done["fields"]["evidence"] == "Added to the hydration plan"
    assert tablet.run("() => [app.round.drinks()[0], app.round.sayUsual('Tea')]") == ["Tea", "Ceai"]
    line = {"who": "other", "who_name": "Zoe", "day": "0", "time": "10:00", "outcome": "asleep", "drink": "", "ml": "", "reason": "", "note": ""}
    assert tablet.run("line => app.paper.fromPaper(line, 'edith').note", line) == "Given by Zoe."
    seen, kept = tablet.run("now => { const built = app.handover.build(now); return [built.lines, app.handover.handedOver(built, []).lines]; }", ms(NOON))
    assert [one["id"] for one in seen] == [one["id"] for one in kept]
    assert any("Camera 1" in one["words"] for one in seen)
    assert all("Room 1" in one["words"] for one in kept if "Edith" in one["words"]) and any("a drink was due at" in one["words"] for one in kept)
    assert tablet.run("() => app.words.residents.late") == "Întârziat", "and the screen speaks on in the person's own"


# ---- light and dark ----


@pytest.mark.parametrize(
    ("at", "wish", "shown"),
    [
        ("2026-11-22T19:59:00Z", None, "light"), ("2026-11-22T20:00:00Z", None, "dark"), ("2026-11-22T07:59:00Z", None, "dark"), ("2026-11-22T08:00:00Z", None, "light"),
        ("2026-07-01T18:59:00Z", None, "light"), ("2026-07-01T19:00:00Z", None, "dark"),
        ("2026-11-22T23:00:00Z", "light", "light"), ("2026-11-22T23:00:00Z", "auto", "light"), (NOON, "dark", "dark"),
    ],
)  # fmt: skip
def test_the_tablet_is_dark_on_night_shifts_by_the_homes_own_clock_unless_somebody_chose(tablet, at, wish, shown):
    tablet.at(at)
    tablet.run("wish => { if (wish) localStorage.setItem('tidemark-theme', wish); else localStorage.removeItem('tidemark-theme'); app.look.watchLook(); }", wish)
    assert tablet.run("() => document.documentElement.dataset.theme") == shown


# ---- the nights on which the clocks change ----

# Half past one of the long night comes twice; the short night has no one o'clock. Expected: 1,600ml from 7am to 9pm by the home's clock.
CHART = """([day, drinks]) => {
  const zone = 'Europe/London', bounds = app.careDayBounds(day, zone), marks = drinks.map(([at, ml]) => ({happened_ms: Date.parse(at), outcome: 'drank', offered_ml: 0,
    late: false, food: false, doubtful: false, drink: {id: at, happened_ms: Date.parse(at), drink: null, ml, device: null}}));
  const totals = all => ({low_ml: all.reduce((sum, one) => sum + one.ml, 0)}), waking = 14 * 3600000;
  const all = app.chart.hours(marks, bounds, bounds[1], totals, at => 1600 * Math.min(1, (at - bounds[0]) / waking)).filter(one => one.start < bounds[1]);
  app.draw({bounds, hours: all, steps: app.chart.stair(marks, bounds[0], bounds[1], totals), target_ml: 1600, limited: false, expected: [], missing: null});
  return all.map(one => [app.chart.sayHour(one, all, zone, ['(before)', '(after)']), one.drunk_ml, one.so_far_ml, one.expected_ml, app.chart.tick(one.start, zone)]);
}"""


@pytest.mark.parametrize(
    ("day", "drinks", "one_oclock", "columns"),
    [
        ("2026-10-24", [("2026-10-25T00:30:00Z", 100), ("2026-10-25T01:30:00Z", 50)], [("1am (before)", 100, 100), ("1am (after)", 50, 150)], 25),
        ("2027-03-27", [("2027-03-28T00:30:00Z", 100), ("2027-03-28T01:30:00Z", 50)], [], 23),
        ("2026-11-22", [("2026-11-23T01:30:00Z", 100)], [("1am", 100, 100)], 24),
    ],
    ids=["the clocks go back", "the clocks go forward", "a plain night"],
)
def test_a_persons_day_has_a_column_for_each_of_its_hours_also_when_the_clocks_change(tablet, day, drinks, one_oclock, columns):
    hours = tablet.run(CHART, [day, drinks])
    assert len(hours) == columns and len({said for said, *_ in hours}) == columns, "no two hours are called alike"
    assert hours[0][0] == "7am" and hours[-1][0] == "6am" and hours[-1][2] == sum(ml for _, ml in drinks)
    assert [(said, drunk, so_far) for said, drunk, so_far, *_ in hours if said.startswith("1am")] == one_oclock
    assert next(expected for said, _, _, expected, _ in hours if said == "8pm") == 1600, "all of it is expected by bedtime, and no more in the night"
    assert [tick for *_, tick in hours].count("01") == columns - 23
    # As it is drawn: a bar of its own for each hour in which something was drunk, inside the chart, none over another.
    bars = tablet.run("() => [...document.querySelectorAll('svg[data-testid] > rect.tm-chart__bar')].map(one => [one.x.baseVal.value, one.x.baseVal.value + one.width.baseVal.value])")
    width = tablet.run("() => document.querySelector('svg[data-testid]').width.baseVal.value")
    assert len(bars) == len(drinks) and all(0 < left < right < width for left, right in bars)
    assert all(one[1] <= other[0] for one, other in zip(bars, bars[1:]))


def test_a_round_and_a_persons_total_are_right_in_the_morning_after_each_night_on_which_the_clocks_change(tablet):
    tablet.run("edith => { app.edith = edith; }", EDITH)
    drinks = {"2026-10-24T20:30:00Z": 200, "2026-10-25T00:30:00Z": 100, "2026-10-25T01:30:00Z": 50, "2027-03-28T00:30:00Z": 100, "2027-03-28T01:30:00Z": 50}
    tablet.held(*(one("hydration_check", {"outcome": "drank", "drunk_ml": ml}, at) for at, ml in drinks.items()))
    total = "now => app.checks.standing(app.edith, now).day.drunk_ml"
    for at, ml in (("2026-10-25T06:59:00+00:00", 350), ("2026-10-25T07:00:00+00:00", 0), ("2027-03-28T06:59:00+01:00", 150), ("2027-03-28T07:00:00+01:00", 0)):
        tablet.at(at)
        assert tablet.run(total, ms(at)) == ml, at
