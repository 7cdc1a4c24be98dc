"""What records should say by a certain time: an appointment, advice, a shift; told once, taken back when it came late after all."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from server import clock
from server.alerts import follow
from server.db import reading
from server.records import intake, rebuild
from tests.harness.alerted import HOUR, MINUTE
from tests.harness.apps import rfc3339
from tests.harness.visitor import Visitor

MISSING, SHIFT_END = "appointments.outcome_missing", "appointments.outcome_at_shift_end"
UNMET, NOBODY, CONFLICT = "deployment.unmet_need", "system.nobody_reached", "system.conflict"


class Days:
    """The home's days, moved by hand. `start` is ten in the morning, winter time, of a day that is still to come."""

    def __init__(self, alerted):
        self.alerted, self.home = alerted, alerted.home
        today = datetime.fromtimestamp(clock.now_ms() / 1000, UTC)
        self.start = int(today.replace(hour=10, minute=0, second=0, microsecond=0).timestamp() * 1000) + 24 * HOUR
        self.joan = self.home.resident("Joan Petty", room="4")
        self.priya = self.home.staff("Priya", ["duty_manager"])

    def say(self, kind: str, fields: dict[str, Any], at: int, record: uuid.UUID | None = None, now: int | None = None) -> uuid.UUID:
        id_ = uuid.uuid4()
        self.alerted.write(intake.Statement(record=record or id_, id=id_, kind=kind, fields=fields, occurred_ms=at, author=self.priya.id), now or at)
        return record or id_

    def turn_on(self, rule: str) -> None:
        self.say("threshold", {"name": f"rule.{rule}", "value": "on", "from": "2026-01-01", "reason": "Agreed"}, self.start - HOUR)

    def at(self, now: int) -> dict[str, dict[str, Any]]:
        """One round of the escalator; every alert by rule."""
        self.alerted.at(now)
        self.alerted.at(now)
        return {each["rule"]: each for each in self.alerted.alerts()}

    def visit(self) -> uuid.UUID:
        return self.say("appointment", {"resident": str(self.joan), "type": "gp", "starts_at": rfc3339(self.start)}, self.start - HOUR)


@pytest.fixture
def days(alerted):
    return Days(alerted)


def test_an_outcome_that_was_saved_in_time_and_arrives_late_takes_the_alert_back_and_a_rebuild_raises_nothing(days):
    tablet = days.home.tablet("Willow 1")
    tablet.unlock(days.priya)
    now = clock.now_ms()
    days.start = now - 26 * HOUR
    days.alerted.sign_on(days.priya, "duty_manager", days.alerted.phone("Priya's phone"), now - 3 * HOUR)
    days.turn_on(MISSING)
    visit = days.visit()
    assert MISSING not in days.at(days.start + 24 * HOUR - MINUTE)
    found = days.at(days.start + 24 * HOUR)[MISSING]
    assert (found["subject"], found["status"], found["matters"]) == (str(days.joan), "open", [str(visit)])
    assert found["threshold_version"] != "default" and found["rung"] and found["told"][0]["role"] == "senior_carer"
    saved = {"occurred_at": rfc3339(days.start + HOUR), "recorded_at": rfc3339(days.start + HOUR + MINUTE)}
    outcome = {"appointment": str(visit), "attendance": "attended", "actions_required": "none", "no_action_reason": "All well", "care_plan_change": "not_needed"}
    assert tablet.sync([tablet.statement("appointment_outcome", outcome, **saved)])["results"][0]["status"] == "accepted"
    after = days.at(clock.now_ms())
    assert (after[MISSING]["status"], after[MISSING]["reason"], after[SHIFT_END]["status"]) == ("withdrawn", "late_arrival", "withdrawn")
    assert {"told", "withdrawn"} <= {each["what"] for each in days.alerted.messages()}, "whoever was told of it is told of its end"
    assert not any("Joan" in str(each) for each in days.alerted.messages())
    rows = len(days.home.rows())
    with days.alerted.app.app_context():
        rebuild.rebuild(days.home.id)
    days.at(clock.now_ms() + MINUTE)
    assert len(days.home.rows()) == rows


def test_an_outcome_that_was_written_after_people_were_told_is_for_them_to_check(days):
    days.turn_on(MISSING)
    visit = days.visit()
    days.at(days.start + 24 * HOUR)
    days.say("appointment_outcome", {"appointment": str(visit), "attendance": "attended", "actions_required": "none", "no_action_reason": "All well",
                                     "care_plan_change": "not_needed"}, days.start + HOUR, now=days.start + 25 * HOUR)  # fmt: skip
    after = days.at(days.start + 25 * HOUR)
    assert (after[MISSING]["status"], after[MISSING]["reason"]) == ("unhandled", "late_entry"), "nobody is on duty, and it stays so"
    assert (after[SHIFT_END]["status"], after[SHIFT_END]["reason"]) == ("withdrawn", "done_since"), "nobody had been told of that one"


def test_what_nobody_turned_on_is_listed_and_calls_nobody(days):
    days.visit()
    found = days.at(days.start + 20 * HOUR)
    assert found.keys() == {SHIFT_END} and "rung" not in found[SHIFT_END] and days.alerted.messages() == []
    assert days.at(days.start + 20 * HOUR) == found, "a second look says nothing again"


def test_an_action_about_nobody_in_particular_is_judged_for_itself(days):
    todo = days.say("follow_up", {"about": "the fall", "what": "Ask the physio", "owner": str(days.priya.id), "due_at": rfc3339(days.start + HOUR)}, days.start)
    found = days.at(days.start + 2 * HOUR)["appointments.follow_up_overdue"]
    assert found["subject"] == str(todo)
    days.say("follow_up", {"status": "done", "evidence": "Seen today"}, days.start + 3 * HOUR, record=todo)
    assert days.at(days.start + 3 * HOUR)["appointments.follow_up_overdue"]["reason"] == "late_entry"


def test_advice_that_does_not_come_is_asked_for_again(days):
    days.say("escalation", {
        "resident": str(days.joan), "decision": "ask_gp", "decided_at": rfc3339(days.start), "contacted": "GP",
        "advice_due_at": rfc3339(days.start + 4 * HOUR),
    }, days.start)  # fmt: skip
    assert days.at(days.start + 3 * HOUR) == {}
    assert days.at(days.start + 4 * HOUR)["hydration.advice_late"]["subject"] == str(days.joan)


def test_a_red_flag_that_nobody_decided_about_is_seen_although_tidemark_wrote_the_alert_itself(days):
    days.say("hydration_check", {"resident": str(days.joan), "outcome": "drank", "drunk_ml": 20, "red_flags": ["choking"]}, days.start)
    flag = days.at(days.start + MINUTE)["hydration.red_flag"]
    assert "hydration.no_decision" not in days.at(days.start + 60 * MINUTE)
    found = days.at(days.start + 61 * MINUTE)["hydration.no_decision"]
    assert (found["facts"]["breach"], found["matters"]) == ("hydration.red_flag", [str(flag["id"])])
    decided = {"resident": str(days.joan), "alert": str(flag["id"]), "decision": "nurse_asked", "decided_at": rfc3339(days.start + 2 * HOUR)}
    days.say("escalation", decided, days.start + 2 * HOUR)
    assert days.at(days.start + 2 * HOUR)["hydration.no_decision"]["status"] == "withdrawn"


def test_an_unmet_need_is_in_the_log_with_its_unit_and_shift_and_nobody_on_the_rung_is_said_once(days):
    days.turn_on(UNMET)
    on = datetime.fromtimestamp(days.start / 1000, UTC).date().isoformat()
    days.say("deployment_observation", {
        "shift": f"{on}/day", "unit": "Willow", "from": rfc3339(days.start), "to": rfc3339(days.start + 2 * HOUR),
        "actual": [{"role": "support_worker", "count": 2}], "unmet_need": True,
    }, days.start + 2 * HOUR)  # fmt: skip
    found = days.at(days.start + 2 * HOUR)
    assert found[UNMET]["facts"]["unit"] == "Willow" and found[UNMET]["told"][0]["reached"] is False
    assert found[NOBODY]["subject"] == str(days.home.uuid) and "rung" not in found[NOBODY]
    later = days.at(days.start + 10 * HOUR)
    assert (later[NOBODY]["opening"], later[NOBODY]["status"]) == (1, "open"), "looked at when the shift changes, on its own day"
    sue = Visitor.manager(days.home, ["registered_manager"], "Sue")
    page = sue.open(f"/alerts/{found[UNMET]['id']}")
    assert page.status == 200 and "Willow, Day shift" in page.text and "A need was not met" in page.text
    assert "The whole home" in sue.open(f"/alerts/{found[NOBODY]['id']}").text
    assert "A need was not met (Willow, Day shift" in sue.open("/log").text
    assert "Nobody could be reached" in sue.open("/thresholds").text
    over = days.at(days.start + 22 * HOUR)
    assert (over[NOBODY]["status"], over[NOBODY]["reason"]) == ("withdrawn", "day_over"), "it called nobody, and its day is over"
    assert over[UNMET]["status"] == "unhandled", "what called people ends with one of them"


def test_a_step_that_an_escalator_takes_late_is_said(days):
    days.say("hydration_check", {"resident": str(days.joan), "outcome": "drank", "drunk_ml": 20, "red_flags": ["choking"]}, days.start)
    phone = days.alerted.phone("Priya's phone")
    days.alerted.sign_on(days.priya, "duty_manager", phone, days.start)
    days.at(days.start)
    days.alerted.fire(days.start + HOUR, holder="a machine")
    late = days.at(days.start + HOUR)["system.escalator_late"]
    assert late["facts"]["steps"] == 1 and late["facts"]["minutes"] > 1 and "rung" not in late


def test_two_answers_that_nobody_decided_between_are_told_after_a_shift_and_end_with_the_decision(days):
    todo = days.say("follow_up", {"about": "the fall", "what": "Ask the physio"}, days.start)
    for n, due in enumerate((30, 40)):
        id_ = uuid.uuid4()
        days.alerted.write(intake.Statement(
            record=todo, id=id_, kind="follow_up", fields={"due_at": rfc3339(days.start + due * HOUR), "owner": str(days.priya.id)},
            occurred_ms=days.start + n + 1, author=days.home.staff(f"Sam {n}").id, parents=(str(todo),),
        ), days.start + n + 1)  # fmt: skip
    assert CONFLICT not in days.at(days.start + 2 * HOUR)
    found = days.at(days.start + 23 * HOUR)
    assert (found[CONFLICT]["subject"], found[CONFLICT]["status"]) == (str(days.home.uuid), "open")
    heads = tuple(days.home.record(todo)["heads"])
    days.alerted.write(intake.Statement(
        record=todo, id=uuid.uuid4(), kind="follow_up", fields={"due_at": rfc3339(days.start + 40 * HOUR)}, occurred_ms=days.start + 24 * HOUR,
        author=days.priya.id, parents=heads,
    ), days.start + 24 * HOUR)  # fmt: skip
    assert days.at(days.start + 24 * HOUR)[CONFLICT]["status"] == "withdrawn"


def test_an_idle_round_reads_no_records(days):
    days.visit()
    days.at(days.start)
    with days.alerted.app.app_context(), reading() as c:
        assert follow.schedule.matters_due(c, days.home.id, days.start, 10) == []
        assert not follow.schedule.anything_due(c, days.home.id, days.start)


def test_a_plan_that_no_second_person_confirmed_in_a_day_is_told_to_the_duty_manager_and_ends_with_the_confirmation(days):
    rule, nina = "hydration.plan_not_confirmed", days.home.staff("Nina Cole", ["nutrition_lead"])
    written = days.start
    days.alerted.sign_on(days.priya, "duty_manager", days.alerted.phone("Priya's phone"), written)
    plan = days.say("hydration_plan", {"resident": str(days.joan), "limit_ml": 1000}, written)
    assert rule not in days.at(written + 24 * HOUR - MINUTE)
    found = days.at(written + 24 * HOUR)[rule]
    assert (found["subject"], found["status"], found["facts"]["hours"], found["matters"]) == (str(days.joan), "open", 24, [str(plan)])
    assert [step["role"] for step in found["told"]] == ["duty_manager"], "the seniors on the floor are passed over"
    sue = Visitor.manager(days.home, ["registered_manager"])
    assert "Plan not confirmed" in sue.open("/overview").text and "Plan not confirmed" in sue.open("/log").text
    id_ = uuid.uuid4()
    yes = intake.Statement(record=plan, id=id_, kind="hydration_plan", fields={"confirms": [str(plan)]}, occurred_ms=written + 25 * HOUR, author=nina.id)
    days.alerted.write(yes, written + 25 * HOUR)
    after = days.at(written + 25 * HOUR)[rule]
    assert (after["status"], after["reason"]) == ("withdrawn", "decided")
