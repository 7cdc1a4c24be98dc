"""The demo home: believable, the same every time, and never in anybody's way."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from server.db import db, reading
from server.demo import improving, making, top_up
from server.demo.home_day import Story
from server.demo.people import make_homes
from server.demo.plans import Span
from server.demo.shifts import HOUR_MS, wall_ms
from server.improvement import figuring
from server.people import signin, store
from server.records import ledger
from sync import days
from sync.roles import ROLES
from sync.rules.in_force import TwoPeople, in_force
from tests.harness.apps import Database, House, copy_template
from tests.harness.visitor import Visitor

UNTIL = date(2026, 11, 16)
WEEKS, RESIDENTS = 1, 8
END_MS = wall_ms(UNTIL, 7 * 60)
NOW_MS = END_MS + 3 * HOUR_MS
FLOOR_ROLES = ROLES[:10]
DAY_MS = 24 * HOUR_MS
#: Tuesday, 6pm: the leads have made their audits of the week before.
LATER_MS = NOW_MS + DAY_MS + 8 * HOUR_MS


def make(house, *, now_ms=NOW_MS, **options):
    wanted = {"weeks": WEEKS, "residents": RESIDENTS, "seed": 1, "until": UNTIL} | options
    with house.app.app_context():
        return making.make(now_ms=now_ms, **wanted)


def topped_up(house, now_ms):
    with house.app.app_context():
        return top_up(now_ms)


def everything(house):
    """Every ledger row of every home as it stands, in order."""
    with house.app.app_context(), reading() as c:
        rows = c.execute(text("SELECT home_id, seq, origin, received_ms, submission FROM ledger ORDER BY home_id, seq")).all()
    return [tuple(row) for row in rows]


def said(house):
    """Every submission with its origin, without the nonce where the server draws it at random."""
    found = []
    for home_id, seq, origin, received_ms, submission in everything(house):
        body = json.loads(submission)
        if origin == "system":
            body.pop("nonce")
        found.append((home_id, seq, origin, received_ms, body))
    return found


def ask(house, query, **values):
    with house.app.app_context(), reading() as c:
        return c.execute(text(query), values).all()


def of_kind(house, kind):
    """(home number, wire form) of every record of a kind."""
    rows = ask(house, "SELECT home_id, body FROM record WHERE kind = :kind", kind=kind)
    return [(home_id, json.loads(body)) for home_id, body in rows]


@pytest.fixture(scope="module")
def original(sqlite_template, tmp_path_factory):
    """A small demo, made once; tests that change it take a copy."""
    folder = tmp_path_factory.mktemp("demo")
    house = House(Database("sqlite", copy_template(sqlite_template, folder), folder))
    house.roster = make(house)
    with house.app.app_context():
        with db.engine.connect() as c:
            c.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    yield house
    house.close()


@pytest.fixture
def demo(original, tmp_path):
    shutil.copyfile(original.database.folder / "tidemark.sqlite", tmp_path / "tidemark.sqlite")
    house = House(Database("sqlite", f"sqlite:///{tmp_path / 'tidemark.sqlite'}", tmp_path))
    house.roster = original.roster
    yield house
    house.close()


def test_each_home_has_somebody_in_every_floor_role_and_the_provider_roles_exist(original):
    roster = original.roster
    assert len(roster["homes"]) == 2 and len(roster["staff"]) == 30
    for home in roster["homes"]:
        assert {p["role"] for p in roster["staff"] if p["home"] == home["id"]} >= set(FLOOR_ROLES)
    assert {p["role"] for p in roster["staff"]} == set(ROLES)
    assert set(roster["staff"][0]) == {"id", "home", "name", "role", "pin"}
    assert set(roster["managers"][0]) == {"id", "home", "email", "password", "role"}


def test_every_printed_pin_unlocks_a_tablet(demo):
    for home in demo.roster["homes"]:
        with demo.app.app_context():
            number = next(h.id for h in store.homes() if str(h.uuid) == home["id"])
            _, token = store.enrol_device(number, "Another tablet", now_ms=NOW_MS)
        client = demo.app.test_client()
        for person in demo.roster["staff"]:
            if person["home"] == home["id"]:
                body = {"staff": person["id"], "pin": person["pin"]}
                answer = client.post("/api/v1/unlock", json=body, headers={"Authorization": f"Bearer {token}"})
                assert answer.status_code == 200, (person["name"], answer.get_data(as_text=True))


def test_every_printed_password_opens_its_managers_account(demo):
    for manager in demo.roster["managers"]:
        assert manager["email"].endswith(".example")
        with demo.app.app_context():
            opened, wait_ms = signin.check_account(manager["email"], manager["password"], now_ms=NOW_MS)
        assert wait_ms == 0
        assert manager["id"] in {str(staff) for _, staff in opened}


def test_run_again_with_any_options_on_any_day_it_changes_nothing_and_prints_the_same(demo):
    before = everything(demo)
    for options in ({}, {"weeks": 3, "residents": 20, "seed": 9}, {"until": date(2026, 11, 20), "now_ms": NOW_MS + 9 * DAY_MS}):
        assert make(demo, **options) == demo.roster
        assert everything(demo) == before


def test_run_again_after_people_recorded_in_it_it_changes_nothing_and_prints_the_same(demo):
    topped_up(demo, NOW_MS)
    before = everything(demo)
    assert make(demo, now_ms=NOW_MS + DAY_MS) == demo.roster
    assert everything(demo) == before


def test_it_refuses_on_a_database_that_holds_anything_else(house):
    house.home("Larkfield")
    with pytest.raises(making.Refused):
        make(house)
    assert [home.name for home in _homes(house)] == ["Larkfield"]


def _homes(house):
    with house.app.app_context():
        return store.homes()


# On SQLite the same is shown by the history that was stopped on its way.
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_same_seed_and_end_say_the_same_to_the_byte(original, house):
    make(house, now_ms=NOW_MS + 50 * DAY_MS)
    first, second = said(original), said(house)
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        assert one == other


def test_another_seed_is_another_history(original, sqlite_template, tmp_path, monkeypatch):
    other = House(Database("sqlite", copy_template(sqlite_template, tmp_path), tmp_path))
    # Two days of it tell as much as seven.
    _die_after(monkeypatch, 60)
    with pytest.raises(KeyboardInterrupt):
        make(other, seed=2)
    fresh = {row[4]["id"] for row in said(other)}
    assert len(fresh) > 200 and not fresh & {row[4]["id"] for row in said(original)}
    other.close()


def test_nothing_of_it_was_set_aside_doubted_or_left_waiting(original):
    assert ask(original, "SELECT errors FROM quarantine") == []
    assert ask(original, "SELECT * FROM waiting") == []
    assert ask(original, "SELECT marks FROM ledger WHERE marks LIKE '%time%' OR marks LIKE '%sign%'") == []
    assert ask(original, "SELECT name FROM device WHERE number_clash_ms IS NOT NULL OR number_fell_ms IS NOT NULL") == []


def test_every_tablet_number_arrived_once_and_in_one_run(original):
    runs = ask(original, "SELECT home_id, device, first, last FROM device_number")
    assert runs and all(first == 1 for _, _, first, _ in runs)
    assert len({(home, device) for home, device, _, _ in runs}) == len(runs)


def test_a_stop_at_any_step_is_finished_by_the_next_run_with_the_same_bytes(original, sqlite_template, tmp_path, monkeypatch):
    house = House(Database("sqlite", copy_template(sqlite_template, tmp_path), tmp_path))
    for stop_after in (1, 40, 200):
        with monkeypatch.context() as patched:
            _die_after(patched, stop_after)
            with pytest.raises(KeyboardInterrupt):
                make(house)
    make(house, now_ms=NOW_MS + 50 * DAY_MS)
    assert said(house) == said(original)
    house.close()


def _die_after(patched, deliveries):
    """The process ends right after the server committed a batch: the worst moment, since nobody heard of it."""
    count = [0]
    whole = making.Life._deliver

    def deliver(self, batch):
        whole(self, batch)
        count[0] += 1
        if count[0] == deliveries:
            raise KeyboardInterrupt

    patched.setattr(making.Life, "_deliver", deliver)


@pytest.fixture(scope="module")
def later(original, tmp_path_factory):
    """The same demo a day and a half on, at 6pm: topped up once; nobody changes it."""
    folder = tmp_path_factory.mktemp("later")
    shutil.copyfile(original.database.folder / "tidemark.sqlite", folder / "tidemark.sqlite")
    house = House(Database("sqlite", f"sqlite:///{folder / 'tidemark.sqlite'}", folder))
    house.roster = original.roster
    topped_up(house, LATER_MS)
    yield house
    house.close()


def test_topping_up_twice_is_topping_up_once(demo):
    before = everything(demo)
    topped_up(demo, NOW_MS)
    once = everything(demo)
    assert len(once) > len(before)
    topped_up(demo, NOW_MS)
    topped_up(demo, NOW_MS - HOUR_MS)
    assert everything(demo) == once


def test_after_days_off_a_top_up_leaves_nobody_without_a_drink_since_tuesday(demo):
    now_ms = NOW_MS + 3 * DAY_MS + 8 * HOUR_MS  # 6pm, three days on
    topped_up(demo, now_ms)
    latest = defaultdict(int)
    for _, check in of_kind(demo, "hydration_check"):
        if not check["struck_out"]:
            who = check["fields"]["resident"]
            latest[who] = max(latest[who], _ms(check["occurred_at"]))
    assert len(latest) >= RESIDENTS - 1
    assert all(now_ms - at_ms < 12 * HOUR_MS for at_ms in latest.values())


def test_after_a_top_up_the_present_shift_is_signed_on_at_tablets_and_no_earlier_one_is(later):
    now_ms = LATER_MS  # past a Monday: the week's call has changed hands
    on = Counter()
    for home_id, duty in of_kind(later, "duty"):
        fields = duty["fields"]
        if fields["what"] == "on_shift" and _ms(fields["from"]) <= now_ms and "to" not in fields:
            on[home_id] += 1
            assert fields["device"]
            week = fields["role"] in ROLES[10:]  # the provider's people are on call by the week
            assert now_ms - _ms(fields["from"]) < (8 * DAY_MS if week else DAY_MS // 2)
    assert set(on) == {1, 2} and all(4 <= count <= 9 for count in on.values())


def test_a_home_that_the_demo_did_not_make_is_never_topped_up(house):
    home = house.home("Larkfield")
    assert topped_up(house, NOW_MS) == 0
    assert ask(house, "SELECT seq FROM counter WHERE home_id = :home", home=home.id) == [(0,)]


def test_who_left_and_what_was_taken_away_meanwhile_take_no_part_in_a_top_up(demo):
    with demo.app.app_context():
        home = store.homes()[0]
        tablet = store.devices(home.id)[0]
        store.revoke_device(home.id, tablet.id, now_ms=NOW_MS)
        person = store.staff_list(home.id)[0]
        store.revoke_person(home.id, person.id, at_ms=END_MS, now_ms=NOW_MS)
    before = {row[4]["id"] for row in said(demo)}
    topped_up(demo, NOW_MS + DAY_MS)
    fresh = [row for row in said(demo) if row[4]["id"] not in before and row[0] == home.id]
    assert fresh
    assert not [row for row in fresh if row[4]["author"] == str(person.id)]
    assert not [row for row in fresh if row[4]["clock"].endswith(str(tablet.id))]
    assert ask(demo, "SELECT errors FROM quarantine") == []


def test_people_drink_at_meals_and_sleep_at_night(original):
    hours = Counter()
    for _, check in of_kind(original, "hydration_check"):
        if check["fields"]["outcome"] == "drank":
            local = days.from_ms(_ms(check["occurred_at"])).astimezone(days.zone_of("Europe/London"))
            hours[local.hour] += 1
    assert hours[8] + hours[9] > 4 * sum(hours[hour] for hour in (0, 1, 2, 3, 4, 5, 6))
    assert all(hours[hour] for hour in (8, 10, 12, 15, 17, 20))


def test_every_outcome_has_its_share_and_amounts_are_what_people_drink(original):
    outcomes, totals = Counter(), defaultdict(int)
    for _, check in of_kind(original, "hydration_check"):
        fields = check["fields"]
        outcomes[fields["outcome"]] += 1
        if fields["outcome"] == "drank" and not check["struck_out"]:
            day = days.care_day(days.from_ms(_ms(check["occurred_at"])))
            totals[fields["resident"], day] += fields["drunk_ml"]
    share = {outcome: count / outcomes.total() for outcome, count in outcomes.items()}
    assert 0.5 < share["drank"] < 0.85 and 0.03 < share["refused"] < 0.2 and share["asleep"] > 0.02
    amounts = sorted(totals.values())
    assert 600 < amounts[len(amounts) // 2] < 1800 and amounts[-1] < 3500


def test_every_change_of_a_plan_was_confirmed_by_a_second_person(original):
    plans = defaultdict(list)
    for _, plan in of_kind(original, "hydration_plan"):
        plans[plan["fields"]["resident"]].append(plan)
    last = [in_force(each, TwoPeople()) for each in plans.values()]
    assert last and not any(version.waiting for version in last)
    # The four people above change no plan; of forty, eight plans do.
    span = Span(UNTIL - timedelta(weeks=8), UNTIL - timedelta(days=1))
    story = Story(make_homes(1, 40)[0], 1, span)
    acts = {act.id: act for n in range(span.length) for act in story._plan_changes(span.first + timedelta(days=n))}
    confirming = [act for act in acts.values() if "confirms" in act.fields]
    assert len(confirming) * 2 == len(acts) > 0
    assert all(acts[act.fields["confirms"][0]].author != act.author for act in confirming)


def test_complete_monitoring_gets_better_over_the_history(original):
    span = Span(UNTIL - timedelta(weeks=WEEKS), UNTIL - timedelta(days=1))
    watched = {plan["fields"]["resident"] for _, plan in of_kind(original, "hydration_plan") if plan["fields"].get("monitoring")}
    kept = defaultdict(set)
    for _, check in of_kind(original, "hydration_check"):
        at_ms, saved_ms = _ms(check["occurred_at"]), _ms(check["recorded_at"])
        day = days.care_day(days.from_ms(at_ms))
        window = days.window_at(days.from_ms(at_ms))
        if check["fields"]["resident"] in watched and saved_ms <= days.to_ms(window.end) + HOUR_MS // 2:
            kept[day].add((check["fields"]["resident"], window.name))
    early = sum(len(kept[span.first + timedelta(days=k)]) for k in range(3))
    late = sum(len(kept[span.last - timedelta(days=k)]) for k in range(3))
    assert late > early


def test_every_alert_that_called_somebody_was_answered_or_is_being_answered(original):
    alerts = [body for _, body in of_kind(original, "alert")]
    assert alerts
    old = [a["fields"] for a in alerts if _ms(a["fields"]["opened_at"]) < END_MS - 2 * DAY_MS]
    assert sum(a["status"] in ("resolved", "withdrawn") for a in old) >= 0.9 * len(old)


def test_nobody_is_said_to_drink_too_little_where_the_chart_is_incomplete(original):
    incomplete = 0
    for _, alert in of_kind(original, "alert"):
        fields = alert["fields"]
        facts = fields["facts"]
        gaps = facts.get("incomplete") or facts.get("chart_filled", 1) < 0.8 * facts.get("chart_due", 1)
        if gaps and fields["rule"] not in ("hydration.red_flag", "hydration.over_limit", "hydration.thickness"):
            incomplete += 1
            assert fields["reason"] != "measured", fields
    assert incomplete


PLAN_PAGES = (
    "/plan", "/plan/questions", "/plan/by-question", "/audits", "/audits/scores", "/audits/scores/deployment", "/measures", "/standards", "/observations",
    "/staff-accounts", "/complaints", "/incidents", "/minutes", "/oversight", "/duties",
)  # fmt: skip


def test_no_page_of_the_plan_is_empty(later, tmp_path, monkeypatch):
    monkeypatch.setenv("TIDEMARK_CLOCK_FILE", str(tmp_path / "clock-shift-ms"))
    (tmp_path / "clock-shift-ms").write_text(str(LATER_MS - time.time_ns() // 1_000_000))
    with later.app.app_context():
        home = store.homes()[0]
        figuring.keep(home, LATER_MS)
    manager = next(each for each in later.roster["managers"] if each["role"] == "registered_manager" and each["home"] == str(home.uuid))
    helen = Visitor(later)
    assert helen.sign_in(manager["email"], manager["password"]).status == 200
    pages = {path: helen.open(path) for path in PLAN_PAGES}
    assert {path: page.status for path, page in pages.items() if page.status != 200} == {}
    assert [path for path, page in pages.items() if 'data-testid="empty"' in page.html] == []
    plan = pages["/plan"]
    assert plan.html.count('data-testid="action"') == 3 and plan.text.count("(counted by hand)") == 3
    (action,) = {link for link in plan.links() if link == f"/plan/{improving.action_id(make_homes(1, RESIDENTS)[0], 1, 'hydration')}"}
    one = helen.open(action)
    assert "13 of 20 (65%)" in one.text and "Change the action Helen Marchbank" in one.text and "(made up)" in one.text and "<svg" in one.html


def test_it_holds_what_the_plan_is_judged_by(later):
    held = {kind: [body["fields"] for home_id, body in of_kind(later, kind)] for kind in (
        "incident", "dependency_score", "allocation", "complaint", "contact", "practice_observation", "improvement_action", "audit", "standard",
        "shift_sample", "deployment_observation", "feedback", "staff_account", "review", "minute", "care_review_note",
    )}  # fmt: skip
    assert [kind for kind, rows in held.items() if len(rows) < 2] == []
    samples = {each["shift"]: each for each in held["shift_sample"]}
    assert len(samples) >= 8, "one a care day, in each home"
    forms = held["deployment_observation"]
    assert len(held["shift_sample"]) > len(forms), "some drawn shifts have no form"
    assert all(each["shift"] in samples for each in forms) and any(each["delays"] for each in forms)
    assert {bool(each.get("chasing")) for each in held["contact"]} == {True, False}
    assert {each["met"] for each in held["practice_observation"]} | {True} == {True, False}
    assert any(each.get("answers") for each in held["audit"]) and any(each.get("answered_at") for each in held["complaint"])


def test_duties_are_done_by_most_and_missed_by_some(later):
    rounds = [body["fields"] for _, body in of_kind(later, "duty") if body["fields"]["what"] != "on_shift"]
    missed = Counter(each["what"] for each in rounds if each.get("missed_reason"))
    done = Counter(each["what"] for each in rounds if each.get("done_at"))
    assert {"hydration_check", "appointment_check"} <= missed.keys() and {"hydration_check", "appointment_check", "daily_log"} <= done.keys()
    assert done["daily_log"] > missed["daily_log"]


def test_a_monthly_duty_that_nobody_did_is_missed_within_the_demos_weeks(sqlite_template, tmp_path):
    house = House(Database("sqlite", copy_template(sqlite_template, tmp_path), tmp_path))
    until = date(2026, 11, 10)
    make(house, weeks=2, residents=2, until=until, now_ms=wall_ms(until, 10 * 60))
    rounds = [body["fields"] for _, body in of_kind(house, "duty") if body["fields"]["what"] == "provider_review"]
    assert [bool(each.get("missed_reason")) for each in sorted(rounds, key=lambda each: each["due_at"])] == [True, True, False, False], "October's in each home, and not November's"
    house.close()


def _ms(text_):
    return days.to_ms(days.datetime.fromisoformat(text_))


def test_the_ledger_of_each_home_verifies(original):
    for home in _homes(original):
        with original.app.app_context():
            assert ledger.verify(home.id).broken is None


def test_the_command_prints_json_and_nothing_else_and_the_same_again(tmp_path):
    def run(*more):
        return subprocess.run(
            [sys.executable, "-m", "server", "demo", "--weeks", "1", "--residents", "4", "--until", "2026-11-10", "--json", *more],
            env={**_environment(), "TIDEMARK_DATA": str(tmp_path)}, capture_output=True, text=True, timeout=280,
        )  # fmt: skip

    first, second = run(), run("--seed", "5")
    assert first.returncode == 0, first.stderr
    roster = json.loads(first.stdout)
    assert set(roster) == {"homes", "staff", "managers"}
    assert second.stdout == first.stdout


def _environment():
    return {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
