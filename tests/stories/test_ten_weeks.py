"""Weeks of care lived through tablets and pages: where forms improve and care does not, an action of the plan does not close.

Everybody records at a tablet or at a page; nothing is written past them. What is asked at each week's end is read from the pages
that an inspector would read.
"""

from __future__ import annotations

import re

import pytest

from sync import days
from tests.harness.apps import rfc3339
from tests.harness.weeks import CALENDAR, UNIT, Weeks

MONITORING, ESCALATION, FOLLOW_UP, DEPLOYMENT = "complete_monitoring", "timely_escalation", "appointment_follow_up", "compliant_deployment"
#: The first day on which the home does what the action says.
CHANGED = 14
WEEKS = 10


@pytest.fixture
def life(house, tmp_path, monkeypatch) -> Weeks:
    monkeypatch.setenv("TIDEMARK_CLOCK_FILE", str(tmp_path / "clock-shift-ms"))
    return Weeks(house, tmp_path / "clock-shift-ms")


def share(figure: tuple[int, int]) -> float:
    return 100 * figure[0] / figure[1]


# ---- drinks ----

#: When somebody is offered a drink, once in each window of a care day.
ROUNDS = (8, 10.5, 12.5, 15, 18, 21, 26)
LOW_RULE = "hydration.behind_pace"


def drinks(life: Weeks, day: int, person: str, low: bool, rounds: tuple[int, ...]) -> None:
    """What is drunk in these rounds of a care day; `low` is little until 2pm."""
    for place in rounds:
        life.go(day, ROUNDS[place])
        drunk = {"outcome": "drank", "drunk_ml": (100 if place < 3 else 450) if low else 300, "drink": "tea"}
        life.floor.says("hydration_check", {"resident": person, **(drunk if place < 6 else {"outcome": "asleep"})})


def decides(life: Weeks, day: int, hour: float) -> None:
    """Somebody decides about the day's low intake that their tablet shows, and stays until it is better."""
    life.go(day, hour)
    life.floor.send()
    for alert, fields in life.floor.alerts.items():
        if fields["rule"] == LOW_RULE and fields["status"] == "open" and fields["care_day"] == rfc3339(life.ms(day, 12))[:10]:
            life.floor.says("escalation", {
                "resident": fields["subject"], "alert": alert, "tier": fields["severity"], "breached_at": fields["happened_at"],
                "decision": "offered_and_watching", "decided_at": rfc3339(life.ms(day, hour)), "person_outcome": "Drank two cups by six",
            })  # fmt: skip
            resolved = {"status": "resolved", "outcome": "drank_enough", "evidence": "Two cups since"}
            life.floor.says("alert", resolved, record=alert, parents=tuple(fields["heads"]))
    life.floor.send()


def drinks_day(life: Weeks, day: int, edith: str, *, complete: bool, decided_at: float | None) -> None:
    """A day of Edith's: every other one she drinks little, and somebody decides about it or nobody does."""
    low = day % 2 == 0
    drinks(life, day, edith, low, (0, 1, 2))
    life.go(day, 14.1)
    life.floor.send()
    life.look()
    if low and decided_at:
        decides(life, day, decided_at)
    drinks(life, day, edith, low, (3, 4, 5, 6) if complete else (3, 4) if low else (4,))
    if complete:
        on = rfc3339(life.ms(day, 12))[:10]
        for shift, hour in (("day", 19.5), ("night", 31.5)):
            life.go(day, hour)
            life.floor.says("shift_hydration_check", {"shift": f"{on}/{shift}", "resident": edith, "finding": "complete"})
    life.go(day, 31.75)
    life.floor.send()
    life.close_day(day)


def says_of_drinks(life: Weeks, week: int, person: str, score: int, words: str) -> None:
    life.go(7 * week + 2, 15)
    life.floor.says("feedback", {
        "resident": person, "words": words, "theme": "support_to_drink", "score": score, "whose": "resident", "method": "talk",
    })  # fmt: skip
    life.floor.send()


def test_charts_that_fill_up_while_nobody_acts_on_low_intake_never_close_the_action_and_escalate_it(life):
    edith = life.lives_here("Edith Vane")
    life.go(0, 7.5)
    # Bound to the charts alone: the figure that looks best.
    action = life.starts(life.nina, "hydration", life.nina.person, measures=MONITORING)
    for week in range(WEEKS):
        for day in range(7 * week, 7 * week + 7):
            drinks_day(life, day, edith, complete=day >= CHANGED, decided_at=None)
            if day == 7 * week + 2:
                says_of_drinks(life, week, edith, 4, "They write a lot")
        life.go(7 * week + 7, 10)
        met, due = life.figure(life.sue, action, MONITORING)
        if week in (3, 6, 9):
            assert met == due, "every chart is full"
            assert life.record(action)["status"] == "escalated"
            page = life.reviews(life.sue, action, "close", "strong")
            assert page.status == 400 and "This action cannot close yet." in page.text
            assert "Low intake without a decision: " in page.text and "The target is not met" not in page.text
    assert life.record(action)["status"] == "escalated"
    guest = life.inspector()
    page = guest.open(action).text
    assert "Getting better." in page and "Escalated" in page and "Challenge: Low intake without a decision: " in page
    missed = guest.open("/measures").text
    assert "0 of 7 (0%)" in missed, "what the charts do not say stands beside them"


# ---- appointments ----


def visit_day(life: Weeks, day: int, person: str, *, told: bool, chased: bool = False) -> None:
    """One appointment: what was said of it is written down, acted on and finished, or nothing is."""
    life.go(day, 9)
    starts = life.ms(day, 11)
    visit = life.office.says("appointment", {"resident": person, "type": "gp_visit", "with": "Dr Shah", "starts_at": rfc3339(starts)})
    life.office.send()
    if told:
        listed = day % 2 == 0
        life.go(day, 12.5)
        said = {"appointment": visit, "resident": person, "appointment_at": rfc3339(starts), "attendance": "attended", "advice": "Drink more in the afternoon",
                "care_plan_change": "not_needed", "actions_required": "listed" if listed else "none"}  # fmt: skip
        outcome = life.floor.says("appointment_outcome", said | ({} if listed else {"no_action_reason": "No change was advised"}))
        if listed:
            todo = life.floor.says("follow_up", {"about": outcome, "resident": person, "what": "Offer a drink at 3pm", "status": "open"})
            life.floor.send()
            life.go(day, 16)
            given = life.office.says("follow_up", {"owner": str(life.floor.person.id), "due_at": rfc3339(life.ms(day + 1, 18)), "allocated_at": rfc3339(life.ms(day, 16))}, record=todo, parents=(todo,))
            life.office.send()
            life.go(day, 20)
            done = {"status": "done", "done_at": rfc3339(life.ms(day, 20)), "evidence": "Offered, and written in the plan", "evidence_kind": "record"}
            life.floor.says("follow_up", done, record=todo, parents=(given,))
    if chased:
        life.go(day, 17)
        life.floor.says("contact", {"resident": person, "about": "appointment", "who": "relative", "chasing": True})
    if life.floor.queue:
        life.floor.send()
    life.close_day(day)
    if told and day % 7 in CALENDAR:
        looks_at_appointments(life)


def looks_at_appointments(life: Weeks) -> None:
    """The duty manager's daily look, said to be done on the page of duties."""
    page = life.at(life.dan).open("/duties")
    for form in re.findall(r'action="(/duties/[0-9a-f-]+/done)"', page.html):
        assert life.dan.send(form, form_at="/duties").status == 200


def says_of_visits(life: Weeks, week: int, person: str, score: int) -> None:
    life.go(7 * week + 2, 15)
    life.floor.says("feedback", {
        "resident": person, "words": "We are told what the doctor said" if score > 3 else "We never hear", "theme": "communication", "score": score,
        "whose": "family", "method": "telephone",
    })  # fmt: skip
    life.floor.send()


def test_appointments_that_close_and_slide_back_are_opened_again_by_themselves(life):
    life.floor.seals = True
    edith = life.lives_here("Edith Vane", monitoring=False)
    life.go(0, 7.5)
    action = life.starts(life.cole, "appointments", life.cole.person)
    closed_in, slides = 5, 49
    standing = []
    for week in range(WEEKS):
        for day in range(7 * week, 7 * week + 7):
            told = CHANGED <= day < slides or day % 2 == 1
            visit_day(life, day, edith, told=told, chased=day in (3, 9))
            if day == 7 * week + 2:
                says_of_visits(life, week, edith, 4 if day >= CHANGED else 3)
        life.go(7 * week + 7, 10)
        if week == 1 or closed_in - 3 <= week <= closed_in:
            life.audits(life.cole, "appointments")
        if week == closed_in:
            page = life.reviews(life.sue, action, "close", "strong")
            assert "The action is closed." in page.text, page.text[:1500]
        standing.append(life.record(action)["status"])
    assert standing[closed_in : closed_in + 2] == ["closed"] * 2 and standing[-1] != "closed"
    assert life.actions(FOLLOW_UP) == [action], "one concern is one action"
    assert "Close Sue Hart" in life.at(life.sue).open(action).text
    page = life.inspector().open(action).text
    assert "Opened again by Tidemark" in page and "Missing outcomes: " in page
    assert share(life.figure(life.sue, action, FOLLOW_UP)) < 60


# ---- staffing ----


def form_of(life: Weeks, sample: dict, id_: str, waits: int) -> None:
    """The shift leader tells what a drawn shift was like, every delay with its response."""
    at_ms = days.to_ms(days.datetime.fromisoformat(sample["from"]))
    delays = [
        {"id": f"{id_}-{n}", "what": "Help to get up", "for": "HV", "at": rfc3339(at_ms + 1_800_000 * (n + 1)), "minutes": 25, "response": "Came from the other corridor"}
        for n in range(waits)
    ]  # fmt: skip
    life.floor.says("deployment_observation", {
        "shift": sample["shift"], "unit": UNIT, "from": sample["from"], "to": sample["to"], "sample": id_,
        "actual": [{"role": "support_worker", "count": 2}], "planned": [{"role": "support_worker", "count": 2}],
        "delays": delays, "no_delays_confirmed": not delays, "unmet_need": False, "rushed_support": False,
    })  # fmt: skip


def staffing_day(life: Weeks, day: int, *, evidenced: bool, waits: int) -> None:
    """The shifts of a day: each allocated with a reason of its own, the drawn one looked at; or neither, but for a form now and then."""
    on = rfc3339(life.ms(day, 12))[:10]
    if evidenced:
        life.go(day, 7.5)
        for shift in ("day", "night"):
            life.office.says("allocation", {"shift": f"{on}/{shift}", "unit": UNIT, "rationale": f"Edith needs two to get up, {on}, {shift}"})
        life.office.send()
    # By the last of the hours that may be drawn, Tidemark has said which shift is looked at.
    life.go(day, 30.1)
    life.draw()
    life.floor.send()
    id_, sample = next((id_, each) for id_, each in life.floor.samples.items() if each["shift"].startswith(on))
    if evidenced or day % 2:
        form_of(life, sample, id_, waits)
        life.floor.send()
    life.close_day(day)


def test_staffing_forms_that_reach_a_hundred_per_cent_while_people_wait_as_before_do_not_close_the_action(life):
    edith = life.lives_here("Edith Vane", monitoring=False)
    life.go(0, 7.25)
    action = life.starts(life.dan, "deployment", life.dan.person)
    for week in range(WEEKS):
        for day in range(7 * week, 7 * week + 7):
            if day % 21 == CHANGED % 21:
                life.go(day, 7.4)
                life.office.says("dependency_score", {"resident": edith, "tool": "Barthel", "score": 8, "scored_on": rfc3339(life.ms(day, 8))[:10], "judgement": "Needs two to get up"})
                life.office.send()
            staffing_day(life, day, evidenced=day >= CHANGED, waits=2)
        life.go(7 * week + 7, 12)
        if week in (4, 7, 9):
            met, due = life.figure(life.sue, action, DEPLOYMENT)
            assert met == due == 14, "every form is there"
            page = life.reviews(life.sue, action, "close", "strong")
            assert page.status == 400 and "People wait as before:" in page.text, page.text[:900]
            assert "The target is not met" not in page.text and "does not show a change" not in page.text
    assert life.record(action)["status"] != "closed"
    page = life.inspector().open(action).text
    assert "Getting better." in page, "and yet nobody waits less"
