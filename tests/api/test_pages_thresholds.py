"""Rules and numbers: proposed by one person with a reason, approved by another, and judged by only then."""

from __future__ import annotations

import pytest

from server import clock
from server.db import reading
from server.pages import store as pages_store
from sync import days
from tests.harness.visitor import Visitor

NUMBER, RULE = "hydration.no_offer_minutes", "rule.hydration.no_offer"


@pytest.fixture
def nina(home):
    return Visitor.manager(home, ["nutrition_lead"], "Nina Roy")


@pytest.fixture
def helen(home):
    return Visitor.manager(home, ["registered_manager"], "Helen Marsh")


def in_force(home, name=NUMBER):
    with home.house.app.app_context(), reading() as c:
        values = pages_store.thresholds(c, home.id, home.row.zone)
    at = days.from_ms(clock.now_ms())
    return values.switch(name.removeprefix("rule."), at=at)[0] if name == RULE else values.value(name, at=at)


def propose(visitor, name=NUMBER, **fields):
    return visitor.send(f"/thresholds/{name}", **{"value": "150", "reason": "The audit found late offers", **fields})


def proposal(home) -> str:
    return next(row["submission"]["record"] for row in reversed(home.rows()) if row["submission"]["kind"] == "threshold")


def test_the_page_says_of_every_number_what_applies_between_which_bounds_and_whose_it_is(helen):
    page = helen.open("/thresholds")
    for said in ("Waking time without an offer that is a nudge", "180 minutes", "60 minutes to 480 minutes", "2pm", "1,600ml", "No drink offered", "Goes on by itself"):
        assert said in page.text, said


def test_what_opens_an_action_of_the_plan_is_a_group_of_its_own_and_a_mean_has_tenths(home, nina, helen):
    page = helen.open("/thresholds")
    before, plan = page.html.split('id="plan">Improvement plan</h2>')
    assert "/thresholds/plan.incomplete_monitoring_percent" in plan and "/thresholds/plan." not in before
    assert "2.5 of 5" in plan and "1 of 5 to 4.5 of 5" in plan and "85%" in plan
    propose(nina, "plan.feedback_mean", value="2.8")
    helen.send(f"/thresholds/{proposal(home)}/approve", form_at="/thresholds")
    assert in_force(home, "plan.feedback_mean") == 2.8 and "2.8 of 5" in helen.open("/thresholds").text
    assert "within the bounds: 1 of 5 to 4.5 of 5" in propose(nina, "plan.feedback_mean", value="4.6").text
    assert propose(nina, "plan.feedback_answers", value="2.5").status == 400, "answers are whole"
    assert propose(nina, "plan.feedback_mean", value="2", where=str(home.resident("Edith Vane"))).status == 400, "it is the whole home's"


def test_a_proposal_waits_and_applies_once_a_second_person_has_approved_it(home, nina, helen):
    page = propose(nina)
    assert "Proposed. It waits for a second person." in page.text and "Somebody else approves it: not you." in page.text
    assert in_force(home) == 180
    waiting = helen.open("/thresholds").html
    assert 'aria-label="Approve: Waking time' in waiting and "&lt;span" not in waiting
    page = helen.send(f"/thresholds/{proposal(home)}/approve", form_at="/thresholds")
    assert "Approved." in page.text and "Helen Marsh, since" in page.text and "The audit found late offers" in page.text
    assert in_force(home) == 150
    said = home.rows()[-1]
    assert said["header"]["origin"] == "page" and said["submission"]["fields"]["approved_by"] == str(helen.person.id)


def test_nobody_approves_their_own_proposal_and_a_lead_approves_none(home, nina, helen):
    propose(helen)
    assert helen.send(f"/thresholds/{proposal(home)}/approve", form_at="/thresholds").status == 403
    assert nina.send(f"/thresholds/{proposal(home)}/approve", form_at="/thresholds").status == 403
    assert in_force(home) == 180


def test_turning_a_rule_on_applies_at_once_and_putting_it_off_waits(home, nina, helen):
    assert "It applies now." in propose(nina, RULE, value="on").text
    assert in_force(home, RULE) == "on"
    assert "Proposed." in propose(nina, RULE, value="off", until=days.care_day(days.from_ms(clock.now_ms() + 9 * 86_400_000)).isoformat()).text
    assert in_force(home, RULE) == "on"
    helen.send(f"/thresholds/{proposal(home)}/approve", form_at="/thresholds")
    assert in_force(home, RULE) == "off" and "Off until" in helen.open("/thresholds").text


def test_a_proposal_is_taken_back_or_declined_and_stays_in_the_ledger(home, nina, helen):
    propose(nina)
    assert "Taken back." in nina.send(f"/thresholds/{proposal(home)}/withdraw", form_at="/thresholds").text
    assert "already" in helen.send(f"/thresholds/{proposal(home)}/approve", form_at="/thresholds").text
    assert in_force(home) == 180 and home.record(proposal(home))["struck_out"]


@pytest.mark.parametrize(
    ("name", "fields", "said"),
    [
        (NUMBER, {"value": "59"}, "Enter a value within the bounds: 60 minutes to 480 minutes."),
        (NUMBER, {"value": "-1"}, "Enter a value within the bounds"),
        (NUMBER, {"value": "twelve"}, "Enter a value within the bounds"),
        (NUMBER, {"reason": " "}, "Say why it should change."),
        (NUMBER, {"reason": "a" * 1_001}, "Keep the reason under 1,000 characters."),
        (NUMBER, {"from": "2020-01-01"}, "Choose today or a later day within a year."),
        (NUMBER, {"from": "soon"}, "Choose today or a later day within a year."),
        (NUMBER, {"where": "Nowhere"}, "Choose a unit or person of this home."),
        (RULE, {"value": ""}, "Choose what the rule should do."),
        (RULE, {"value": "off"}, "Say until when"),
        (RULE, {"value": "off", "until": "2099-01-01"}, "Say until when"),
        ("hydration.first_check_at", {"value": "9am"}, "Enter a value within the bounds: 10am to 4:59pm."),
    ],
)
def test_a_wrong_answer_is_refused_in_words_and_nothing_is_written(home, nina, name, fields, said):
    before = len(home.rows())
    page = propose(nina, name, **fields)
    assert page.status == 400 and said in page.text
    assert len(home.rows()) == before


def test_a_value_for_one_person_stands_beside_the_homes(home, nina, helen):
    edith = home.resident("Edith Vane")
    propose(nina, where=str(edith))
    helen.send(f"/thresholds/{proposal(home)}/approve", form_at="/thresholds")
    assert "Edith Vane: 150 minutes" in helen.open("/thresholds").text and in_force(home) == 180


def test_a_safety_text_is_signed_by_two_people_too(home, nina, helen):
    words = "Shout for the nurse, now. Cannot be woken: call 999."
    propose(nina, "texts.red_flag", value=words)
    helen.send(f"/thresholds/{proposal(home)}/approve", form_at="/thresholds")
    assert in_force(home, "texts.red_flag") == words and words in helen.open("/thresholds").text
    assert "20 characters to 300 characters" in propose(nina, "texts.red_flag", value="Call").text


def test_what_cannot_be_set_and_another_homes_proposal_are_unknown(home, house, nina, helen):
    assert nina.open("/thresholds/hydration.magic").status == 404 and nina.open("/thresholds/rule.nothing").status == 404
    other = house.home("Fernside")
    propose(Visitor.manager(other, ["nutrition_lead"]))
    assert helen.send(f"/thresholds/{proposal(other)}/approve", form_at="/thresholds").status == 404
