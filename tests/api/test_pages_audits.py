"""The weekly audits: drawn by Tidemark, answered by the right lead, corrected openly, and held against the plan."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest

from server import clock
from server.alerts import duties
from server.people import store as people
from server.people.rights import may
from sync import days, roles
from sync.audits import TEMPLATES
from tests.api.test_pages_records import state
from tests.harness.apps import rfc3339
from tests.harness.visitor import Visitor

TODAY = days.care_day(days.from_ms(clock.now_ms()))
MONDAY = TODAY - timedelta(days=TODAY.weekday())
#: A day in the middle of the week that this week's audits look at.
WEDNESDAY = MONDAY - timedelta(days=5)

one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def ago(day: date, hour: int = 12) -> int:
    """Minutes from that hour until now."""
    return (clock.now_ms() - days.to_ms(days.local(day, time(hour)))) // 60_000


def at(day: date, hour: int = 12) -> str:
    return rfc3339(days.to_ms(days.local(day, time(hour))))


def lives_here(home, name: str, **plan) -> str:
    """Somebody who has lived here for a year, on monitoring."""
    id_ = str(state(home, "resident", {"preferred_name": name, "unit": "Willow", "room": "3"}, ago=ago(TODAY - timedelta(days=365))))
    state(home, "hydration_plan", {"resident": id_, "monitoring": True, "target_ml": 1600, **plan}, ago=ago(TODAY - timedelta(days=300)))
    return id_


@pytest.fixture
def week(home):
    """Last week on Willow: Edith's drinks all written up at once and all of one amount, one low intake, one word about tea."""
    edith, joan, ama = lives_here(home, "Edith Vane"), lives_here(home, "Joan Reed"), home.staff("Ama Mensah")
    for hour in range(8, 19):
        state(home, "hydration_check", {"resident": edith, "outcome": "drank", "drunk_ml": 150}, ago=ago(WEDNESDAY, hour), author=ama.id)
    alert = {
        "rule": "hydration.low_at_close", "subject": joan, "severity": "senior", "status": "open", "opening": 1, "opened_at": at(WEDNESDAY),
        "happened_at": at(WEDNESDAY), "care_day": WEDNESDAY.isoformat(), "threshold_version": "default", "reason": "measured", "facts": {},
    }  # fmt: skip
    low = state(home, "alert", alert, ago=ago(WEDNESDAY))
    said = {"resident": joan, "words": "The tea comes cold", "theme": "drink_preference", "score": 2, "anonymous": True}
    state(home, "feedback", said, ago=ago(WEDNESDAY), author=ama.id)
    return {"edith": edith, "joan": joan, "alert": low}


def draw(visitor, name: str):
    """Draw this week's sample, which opens its form."""
    return visitor.send(f"/audits/{name}/{MONDAY.isoformat()}/draw", form_at="/audits")


def answers(page, **changed) -> dict:
    """Yes to whatever the form asks, but for what is changed."""
    asked = set(re.findall(r'name="(answer-[^"]+)"', page.html))
    return {"seen": re.search(r'name="seen" value="([^"]*)"', page.html).group(1), **dict.fromkeys(asked, "yes"), **changed}


def save(visitor, page, **changed):
    return visitor.send(page.path, **answers(page, **changed))


def ticks(page, question: str) -> list[str]:
    return re.findall(rf'name="miss-{question}" type="checkbox" value="([^"]+)"', page.html)


def test_a_sample_is_drawn_answered_and_proves_the_duty_and_the_plan_holds_it(home, nina, sue, week):
    with home.house.app.app_context():
        row = people.home(home.id)
        duties.keep(row, clock.now_ms())
    assert nina.open("/audits").html.count("Sample not drawn. Draw it") == 2, "one button, and its name for those who hear it"
    form = draw(nina, "hydration")
    id_ = form.path.split("/")[2]
    assert form.status == 200 and "Drawn by Tidemark for Nina Cole" in form.text
    assert re.search(r"\b[56] of 14 in the sample\.", form.text) and "Written up in a burst: 1. The same amount all day: 1." in form.text
    assert "Edith Vane, " in form.text and "Taken off monitoring" not in form.text
    drawn = home.record(id_)["fields"]
    assert draw(nina, "hydration").path == form.path and home.record(id_)["fields"] == drawn, "asking again draws the same"
    odd = next(each for each in drawn["sample"] if "burst" in each["because"])
    assert (odd["record"], odd["day"]) == (week["edith"], WEDNESDAY.isoformat()) and len(drawn["seed"]) == 32

    assert "Written up in a burst: 1." in sue.open("/measures/complete_monitoring").text
    opened = [nina.open(link) for link in form.links() if re.match(r"/(measures|alerts|audits)/.*[0-9a-f-]{8}", link)]
    assert len(opened) >= 9 and {page.status for page in opened} == {200}
    assert "The tea comes cold" in " ".join(page.text for page in opened) and f"/alerts/{week['alert']}" in form.links()

    misses = ticks(form, "saved_at_bedside")
    page = save(nina, form, **{"answer-saved_at_bedside": "no", "miss-saved_at_bedside": misses[0], "words-saved_at_bedside": "All at 9pm"})
    assert "The audit is saved." in page.text and "All at 9pm" in page.text
    assert re.search(r"Not met by: (Edith Vane|Joan Reed), \d", page.text)
    made = home.record(id_)["fields"]["done_at"]
    kept = {"answer-saved_at_bedside": "no", "miss-saved_at_bedside": misses[0], "words-saved_at_bedside": "All at 9pm, by one person"}
    page = save(nina, nina.open(form.path), correction_reason="More was found", **kept)
    assert "More was found" in page.text and home.record(id_)["fields"]["done_at"] == made, "a correction makes no audit late"
    record = home.record(id_)["fields"]
    assert record["sources_covered"] == ["charts", "care_plans", "escalations", "feedback"] and record["done_by"] == str(nina.person.id)
    looked = len(misses)
    assert page.marked("score").startswith(f"{3 * looked - 1 + 8} of {3 * looked + 8}")

    with home.house.app.app_context():
        duties.keep(row, clock.now_ms())
    board = nina.open("/audits")
    assert "Done" in board.text and page.path in board.links()
    duty = home.record(duties.duty_id(row.uuid, "audit_hydration", MONDAY.isoformat()))["fields"]
    assert (duty["done_by"], duty["done_at"]) == (str(nina.person.id), record["done_at"])
    action = {
        "status": "open", "baseline_issue": "Charts have gaps", "measures": ["complete_monitoring"], "quality_area": "care_planning", "risk": "high",
        "evidence_required": [{"id": "a", "what": "Weekly audit", "category": "processes"}, {"id": "b", "what": "Words", "category": "experience"}],
    }  # fmt: skip
    shown = sue.open(f"/plan/{state(home, 'improvement_action', action, ago=60 * 24 * 40)}")
    assert "Held, not weighed yet" in shown.text and shown.text.count("Not held yet") == 1 and f"/audits/{id_}" in shown.links()
    weighed = sue.open(f"{shown.path}/review").html
    assert re.search(r'name="where-a" type="text" value="Audit of drinks, week from ', weighed) and re.search(rf'name="as_of-a" type="date" value="{TODAY}"', weighed)
    assert "no new evidence" not in shown.text, "an audit of today is new evidence"
    scores = sue.open("/audits/scores/hydration")
    assert f"{looked - 1} of {looked}" in scores.text and "Two audits are needed to draw a chart." in scores.text
    assert "week from" in sue.open("/audits/scores").text
    assert "Edith" not in form.title + page.title + scores.title


WRONG = [
    ({"answer-plan_clear": ""}, "Answer every question or say why not"),
    ({"answer-plan_clear": "no", "words-plan_clear": "No target"}, "Tick the entries that do not meet the question"),
    ({"answer-plan_clear": "not_applicable"}, "Write what you saw, or why it does not apply"),
    ({"answer-plan_clear": "perhaps"}, "Answer every question or say why not"),
    ({"answer-plan_clear": "not_applicable", "words-plan_clear": "x" * 2_001}, "Write less than 2,000 letters"),
]


@one_database
def test_what_is_left_out_is_said_and_what_was_answered_stays_in_the_form(home, nina, week):
    form, before = draw(nina, "hydration"), len(home.rows())
    for changed, said in WRONG:
        page = save(nina, form, **{"words-decided_in_time": "Seen at 8pm", **changed})
        assert page.status == 400 and said in page.text and "Seen at 8pm" in page.html, said
    ticked = ticks(form, "plan_clear")[0]
    assert "Take the ticks away, or answer no" in save(nina, form, **{"miss-plan_clear": ticked}).text
    assert len(home.rows()) == before


@one_database
def test_a_source_in_which_nothing_was_recorded_is_a_gap_that_nobody_can_answer_away(home, nina):
    lives_here(home, "Joan Reed")
    form = draw(nina, "hydration")
    assert form.text.count("Nothing was recorded here in this week.") == 2 and 'name="answer-decided_in_time"' not in form.html
    page = save(nina, form, **{"answer-decided_in_time": "yes", "answer-drinks_as_wished": "yes"})
    assert "does not rest on these sources: Escalation notes Feedback" in page.text
    assert home.record(form.path.split("/")[2])["fields"]["sources_covered"] == ["charts", "care_plans"]


@one_database
def test_two_who_answer_at_once_are_both_kept_until_a_manager_settles_it_with_a_reason(home, nina, sue, week):
    form = draw(nina, "hydration")
    theirs = sue.open(form.path)
    save(nina, form)
    ticked = ticks(theirs, "plan_clear")[0]
    page = save(sue, theirs, **{"answer-plan_clear": "no", "miss-plan_clear": ticked, "words-plan_clear": "No target"})
    assert "Somebody answered this audit before you. Both are kept." in page.text
    assert "both answered. They agree on 8 of 9 answers." in page.text
    assert re.search(r"Does the plan say how much, how often and what help\? (Sue Hart: No. Nina Cole: Yes|Nina Cole: Yes. Sue Hart: No)\.", page.text)
    assert "agree on 8 of 9" in save(nina, nina.open(form.path), correction_reason="Mine is right").text, "a manager settles it, not one of the two"
    again = sue.open(form.path)
    assert "Write why you correct it" in save(sue, again).text
    page = save(sue, again, correction_reason="We looked together")
    assert "agree on" not in page.text and "We looked together" in page.text and "Nina Cole answered" in page.text
    id_ = form.path.split("/")[2]
    assert home.record(id_)["conflicts"] == {} and len(home.record(id_)["history"]) == 5


@one_database
def test_audits_of_appointments_and_staffing_draw_every_source_and_each_entry_opens(home, sue):
    coordinator, ama = Visitor.manager(home, ["care_coordinator"], "Cara Bell"), home.staff("Ama Mensah")
    edith, when = lives_here(home, "Edith Vane"), ago(WEDNESDAY)
    visit = str(state(home, "appointment", {"resident": edith, "type": "gp", "starts_at": at(WEDNESDAY)}, ago=when))
    told = {"appointment": visit, "attendance": "attended", "advice": "More fluids", "actions_required": "listed", "care_plan_change": "needed", "appointment_at": at(WEDNESDAY)}
    outcome = str(state(home, "appointment_outcome", told, ago=when))
    state(home, "follow_up", {"about": outcome, "what": "Offer soup at lunch", "status": "open"}, ago=when)
    state(home, "daily_note", {"resident": edith, "words": "GP came, wants more fluids"}, ago=when)
    state(home, "contact", {"resident": edith, "about": "What the GP said", "chasing": True}, ago=when)
    form = draw(coordinator, "appointments")
    assert form.text.count("1 of 1 in the sample.") == 4 and "Nothing was recorded here" not in form.text
    opened = " ".join(coordinator.open(link).text for link in form.links() if "/entries/" in link)
    for words in ("More fluids", "Offer soup at lunch", "GP came, wants more fluids", "What the GP said"):
        assert words in opened, words

    shift = f"{WEDNESDAY.isoformat()}/day"
    state(home, "shift_sample", {"shift": shift, "unit": "Willow", "from": at(WEDNESDAY), "to": at(WEDNESDAY, 14), "drawn_at": at(WEDNESDAY)}, ago=when)
    state(home, "allocation", {"shift": shift, "unit": "Willow", "rationale": "Edith needs two", "staff": [str(ama.id)]}, ago=when)
    seen = {"shift": shift, "unit": "Willow", "from": at(WEDNESDAY), "to": at(WEDNESDAY, 14), "actual": [{"role": "senior_carer", "count": 1}]}
    state(home, "deployment_observation", seen, ago=when)
    state(home, "incident", {"happened_at": at(WEDNESDAY), "type": "fall", "resident": edith}, ago=when)
    pressed = {"staff_role": "support_worker", "words": "We were two short", "theme": "pressure", "anonymous": True, "performed_by": str(ama.id)}
    state(home, "feedback", pressed, ago=when, author=ama.id)
    form = draw(sue, "deployment")
    assert form.text.count("1 of 1 in the sample.") == 5
    pages = [sue.open(link) for link in form.links() if "/entries/" in link]
    opened = " ".join(page.text for page in pages)
    assert "Edith needs two" in opened and "We were two short" in opened and {page.status for page in pages} == {200}
    assert "Ama Mensah" not in next(page.text for page in pages if "We were two short" in page.text), "who asked not to be named is not"
    assert "Nothing was recorded about this." in opened, "nobody ever scored Edith"


@one_database
def test_each_audit_is_made_by_its_own_lead_or_who_stands_in_and_seen_by_the_office_alone(home, nina, week):
    drawn = draw(nina, "hydration").path.removesuffix("/answers")
    got, wanted = {}, {}
    for role in roles.ROLES:
        who = Visitor.manager(home, [role], sign_in=False)
        who.sign_in()
        made = [draw(who, name).status for name in TEMPLATES]
        got[role] = [who.open("/audits").status, who.open(drawn).status, who.open(f"{drawn}/answers").status, *made]
        sees, makes = (200 if may([role], "audits.see") else 403), (200 if role in TEMPLATES["hydration"].auditors else 403)
        wanted[role] = [sees, sees, makes, *(200 if role in each.auditors else 403 for each in TEMPLATES.values())]
    assert got == wanted
    floor = {roles.SUPPORT_WORKER, roles.SENIOR_CARER, roles.SHIFT_LEADER, roles.KEY_WORKER}
    assert all(got[role] == [403] * 6 for role in floor)


@one_database
def test_another_homes_audit_is_unknown_and_so_is_a_week_that_is_over(house, home, nina, week):
    theirs = Visitor.manager(house.home("Saltings"), ["nutrition_lead"], "Tess Moor")
    form = draw(nina, "hydration")
    audit = form.path.removesuffix("/answers")
    assert [theirs.open(path).status for path in (audit, form.path, f"{audit}/entries/{ticks(form, 'plan_clear')[0]}")] == [404] * 3
    assert theirs.send(form.path, form_at="/audits", seen="x").status == 404
    for round_ in ((MONDAY - timedelta(weeks=3)).isoformat(), (MONDAY + timedelta(weeks=1)).isoformat(), "monday"):
        assert nina.send(f"/audits/hydration/{round_}/draw", form_at="/audits").status == 404
    assert nina.send(f"/audits/kitchen/{MONDAY.isoformat()}/draw", form_at="/audits").status == 404
    assert nina.open(f"{audit}/entries/charts-000000000000").status == 404 and nina.open("/audits/scores/kitchen").status == 404


@one_database
def test_what_is_late_is_said_and_can_still_be_made_and_what_was_missed_stays_missed(home, nina, week):
    for weeks, more in ((1, {}), (2, {"missed_reason": "Not done before the next one fell due"})):
        begins = MONDAY - timedelta(weeks=weeks)
        fields = {"what": "audit_hydration", "from": at(begins, 7), "due_at": at(begins + timedelta(weeks=1), 7), "role": "nutrition_lead"}
        state(home, "duty", fields | more, ago=ago(begins, 7))
    page = nina.open("/audits")
    assert page.html.count('data-testid="audit-now"') == 4, "two of hydration, one of each other"
    assert "Late Sample not drawn" in page.text and "Not done" in page.text
    late = nina.send(f"/audits/hydration/{(MONDAY - timedelta(weeks=1)).isoformat()}/draw", form_at="/audits")
    assert late.status == 200 and "The audit is saved." in save(nina, late).text
    assert "Done late" in nina.open("/audits").text


@one_database
def test_taking_somebody_off_monitoring_brings_their_plan_into_the_sample(home, nina):
    for n in range(7):
        lives_here(home, f"Person {n}")
    lives_here(home, "Mabel Ash", monitored_until=WEDNESDAY.isoformat())
    form = draw(nina, "hydration")
    assert "Taken off monitoring: 1." in form.text
    assert "Mabel Ash" in form.text and "Taken off monitoring in this week" in form.text
