"""Standards, observations, staff accounts, complaints, incidents and minutes: filed by hand, corrected in the open, never overwritten."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from server import clock
from server.pages.filed_forms import FILED
from sync import days
from tests.api.test_pages_plan import start, told
from tests.api.test_pages_records import state
from tests.harness.visitor import Visitor

one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
NOW = days.from_ms(clock.now_ms()).astimezone(days.zone_of(days.LONDON))
TIME, DAY = (NOW - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"), NOW.date().isoformat()

#: Each form filled in as somebody would.
SAID = {
    "standard": {"topic": "hydration", "words": "Offer a drink every two hours", "agreed_with": "Seniors, 3 March", "reviewer": "Nina Cole, nutrition lead",
                 "filed_under": "Hydration file", "effective_from": DAY},
    "practice_observation": {"occurred_at": TIME, "topic": "hydration", "observed_role": "support_worker", "expected": "Sits down beside the person",
                             "seen": "Stood and hurried", "met": "no", "coached": "yes"},
    "staff_account": {"occurred_at": TIME, "question": "deployment_1", "role": "support_worker", "score": "2", "words": "Never at breakfast"},
    "feedback_summary": {"topic": "deployment", "from": DAY, "to": DAY, "themes": "Breakfast is rushed", "response": "One more carer from 7am"},
    "complaint": {"received_at": TIME, "whose": "family", "about": "appointments", "words": "Nobody told us what the GP said"},
    "incident": {"happened_at": TIME, "type": "fall", "harm": "low", "staffing_related": "yes", "hydration_related": "no"},
    "minute": {"meeting": "Provider oversight", "held_on": DAY, "type": "challenge", "words": "Why is it static?", "due_on": DAY},
}  # fmt: skip


@pytest.fixture
def ines(home):
    return Visitor.manager(home, ["nominated_individual"], "Ines Ward")


def version(page) -> str:
    return re.search(r'name="version" value="([^"]*)"', page.html).group(1)


def record(home, page) -> dict:
    return home.record(page.path.rsplit("/", 1)[1])


def test_each_is_written_once_seen_with_its_history_and_struck_out_with_a_reason(home, ines):
    for kind, filed in FILED.items():
        assert ines.open(filed.path).marked("empty"), kind
        page = ines.send(f"{filed.path}/new", **SAID[kind])
        assert page.status == 200 and "It is in the record." in page.text and "Ines Ward" in page.text, (kind, page.text[:900])
        stored = record(home, page)
        assert stored["kind"] == kind and len(stored["heads"]) == 1
        missing = ines.send(f"{page.path}/strike", form_at=page.path, version=version(page), reason=" ")
        assert missing.status == 400 and "Say why" in missing.text
        struck = ines.send(f"{page.path}/strike", form_at=page.path, version=version(page), reason="Wrong home")
        assert struck.marked("struck") == "Entered in error: Wrong home" and record(home, struck)["struck_out"]
        assert "Entered in error" in ines.open(filed.path).text, "it stays in the list"


@one_database
def test_a_correction_says_why_keeps_what_stood_and_is_refused_where_somebody_was_faster(home, sue):
    page = sue.send("/observations/new", **SAID["practice_observation"])
    form = sue.open(f"{page.path}/correct")
    said = {**SAID["practice_observation"], "met": "yes", "version": version(form)}
    assert 'value="no" checked' in form.html and "Say why" in sue.send(f"{page.path}/correct", **said).text
    done = sue.send(f"{page.path}/correct", **said, reason="Asked her: she had sat down first")
    assert "The earlier words are kept." in done.text and "<s><span" in done.html and "Asked her: she had sat down first" in done.text
    fields = record(home, done)["fields"]
    assert fields["met"] is True and "occurred_at" not in fields, "the time was not touched"
    late = sue.send(f"{page.path}/correct", **{**said, "met": "no"}, reason="An older page")
    assert late.status == 409 and record(home, page)["fields"]["met"] is True


@one_database
def test_what_is_missing_is_said_by_question_and_nothing_is_written(home, ines):
    before = len(home.rows())
    for kind, filed in FILED.items():
        page = ines.send(f"{filed.path}/new")
        assert page.status == 400, kind
        for asked in filed.asked:
            assert not asked.must or f'id="{asked.name}-error"' in page.html, (kind, asked.name)
    assert "Choose the day by which an answer is due" in ines.send("/minutes/new", **{**SAID["minute"], "due_on": ""}).text
    late = (NOW + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert "not in the future" in ines.send("/incidents/new", **{**SAID["incident"], "happened_at": late}).text
    assert len(home.rows()) == before


@one_database
def test_a_challenge_waits_for_its_answer_and_the_minute_stays_as_it_was_written(home, ines, sue):
    page = ines.send("/minutes/new", **SAID["minute"])
    assert "Not answered. Due" in ines.open("/minutes").text
    assert sue.send("/minutes/new", form_at="/overview", **SAID["minute"]).status == 403, "nobody challenges their own house"
    mine = sue.open(page.path)
    done = sue.send(f"{page.path}/answer", form_at=page.path, version=version(mine), answer="The shift check moved to 2pm")
    assert "The shift check moved to 2pm" in done.text and "Not answered" not in done.text
    stored = record(home, page)
    assert stored["fields"]["words"] == "Why is it static?" and stored["fields"]["answered_at"]
    assert sue.send(f"{page.path}/answer", form_at="/overview", answer="Again").status == 409
    assert ines.open(f"{page.path}/correct").status == 404


@one_database
def test_a_complaint_is_answered_by_a_correction_and_an_account_keeps_a_role_and_no_name(home, sue):
    page = sue.send("/complaints/new", **SAID["complaint"])
    assert "Not answered yet" in page.text
    form = sue.open(f"{page.path}/correct")
    said = {**SAID["complaint"], "answered_at": TIME, "version": version(form), "reason": "Answered today"}
    assert "Write what came of it" in sue.send(f"{page.path}/correct", **said).text
    done = sue.send(f"{page.path}/correct", **said, outcome="Family are told the same day")
    assert "The earlier words are kept." in done.text and "Family are told the same day" in done.text
    assert done.html.count('data-testid="version"') == 2
    home.staff("Ama Mensah", ["support_worker"])
    assert sue.open("/staff-accounts").marked("ask") == "Drawn to be asked today: Ama Mensah, Support worker."
    fields = record(home, sue.send("/staff-accounts/new", **SAID["staff_account"]))["fields"]
    assert fields == {"question": "deployment_1", "topic": "deployment", "role": "support_worker", "score": 2, "words": "Never at breakfast"}


def test_a_standard_is_confirmed_on_a_tablet_as_it_is_worded_and_other_words_are_to_be_read_again(home, sue):
    page = sue.send("/standards/new", **SAID["standard"])
    ama, ben = home.staff("Ama Mensah"), home.staff("Ben Osei")
    tablet = home.tablet()
    tablet.unlock(ama)
    (held,) = [each for each in tablet.sync()["changes"] if each["kind"] == "standard"]
    tablet.sync([tablet.statement("standard_read", {"standard": held["record"], "version": held["seq"]})])
    shown = sue.open(page.path).text
    assert "Read and understood: 1 of 3 (33%) of the staff" in shown and "Not yet: Ben Osei, Sue Hart" in shown
    assert "1 of 3 (33%)" in sue.open("/standards").text
    said = {**SAID["standard"], "words": "Offer a drink every hour", "version": version(sue.open(f"{page.path}/correct")), "reason": "Agreed anew"}
    assert "0 of 3 (0%)" in sue.send(f"{page.path}/correct", **said).text, "whoever read the earlier words has not read these"
    assert ben and [each["fields"]["words"] for each in tablet.sync()["changes"] if each["kind"] == "standard"] == ["Offer a drink every hour"]


def test_a_standard_has_tablets_say_its_words_from_its_day_and_other_words_are_a_line_on_the_charts_it_serves(home, sue):
    told(home, "complete_monitoring", [(14, 20), (15, 20)] * 8)
    at = start(sue, sue)
    first = {**SAID["standard"], "effective_from": (NOW - timedelta(days=60)).date().isoformat(), "prompts-refusal": "Offer another drink", "prompts-contact": "Ring back"}
    page = sue.send("/standards/new", **first)
    assert "After a refused drink “Offer another drink”, from" in page.text
    long = sue.send("/standards/new", **{**first, "prompts-refusal": "x" * 201})
    assert long.status == 400 and "Use 200 letters or fewer" in long.text and "Ring back" in long.html
    tablet = home.tablet()
    tablet.unlock(home.staff("Ama Mensah"))
    (held,) = [each for each in tablet.sync()["changes"] if each["kind"] == "standard"]
    written = [(each["name"], each["value"]) for each in held["fields"]["prompts"]]
    assert written == [("refusal", "Offer another drink"), ("contact", "Ring back")]
    assert all(each["from"][:10] == days.from_ms(clock.now_ms()).date().isoformat() for each in held["fields"]["prompts"]), "none counts from before it was written"

    form = sue.open(f"{page.path}/correct")
    assert "Offer another drink</textarea>" in form.html
    next_week = (NOW + timedelta(days=7)).date().isoformat()
    said = {**first, "effective_from": next_week, "prompts-refusal": "Ask what they would like", "prompts-contact": "", "reason": "Agreed anew", "version": version(form)}
    shown = sue.send(f"{page.path}/correct", **said)
    assert "“Ask what they would like”, from" in shown.text and "nothing, from" in shown.text
    prompts = record(home, shown)["fields"]["prompts"]
    assert prompts[:2] == held["fields"]["prompts"] and [(each["name"], each["value"]) for each in prompts[2:]] == [("refusal", "Ask what they would like"), ("contact", "")]
    assert {each["from"][:10] for each in prompts[2:]} <= {next_week, (NOW + timedelta(days=6)).date().isoformat()}, "midnight in the home"

    told(home, "complete_monitoring", [(14, 20), (15, 20)] * 8, until=NOW.date())
    line = "New words on tablets by the standard for Drinks: after a refused drink, when somebody asked about this"
    for where in (at, "/measures/complete_monitoring"):
        assert line in sue.open(where).text and "tm-xmr__change" in sue.open(where).html, where
    assert line not in sue.open("/measures/appointment_follow_up").text
    assert "Too early to say for Complete monitoring." in sue.open(at).text


@one_database
def test_feedback_stands_by_theme_beside_the_weeks_before_and_its_themes_are_filed_in_the_summary(home, sue):
    assert sue.open("/feedback").marked("empty") == "No feedback in these days"
    edith = home.resident("Edith Vane")
    dee = Visitor.manager(home, ["deputy_manager"], "Dee Moss")
    day = 24 * 60
    for score, ago in ((2, 1), (1, 2), (5, 30 * day)):
        state(home, "feedback", {"resident": str(edith), "whose": "family", "words": f"Said {score}", "theme": "rushed", "score": score, "wait_minutes": 10 * score}, ago=ago)
    state(home, "feedback", {"staff_role": "support_worker", "words": "Too few of us", "theme": "pressure", "anonymous": True}, author=dee.person.id)
    start(sue, sue, measures="compliant_deployment")
    page = dee.open("/feedback")
    assert "3 told us something. 3 wait for an answer." in page.text and "2, before 1" in page.text and "1.5, before 5.0" in page.text
    assert "20 minutes" in page.text and "“Said 1” Edith Vane, Family" in page.text and "Said 5" not in page.text and "Poor" in page.text
    assert "“Too few of us” Support worker" in page.text and "Dee Moss, S" not in page.text
    assert "In the plan: Charts have gaps" in page.text
    form = next(link for link in page.links() if "summaries/new?topic=deployment" in link).replace("&amp;", "&")
    assert 'value="deployment" selected' in " ".join(dee.open(form).html.split()) or 'value="deployment" checked' in " ".join(dee.open(form).html.split())
    done = dee.send("/feedback/summaries/new", **SAID["feedback_summary"])
    assert "Breakfast is rushed" in done.text and "One more carer from 7am" in done.text
    assert Visitor.manager(home, ["senior_carer"]).open("/feedback").status == 403


@one_database
def test_another_homes_records_are_unknown(house, home, sue):
    page = sue.send("/complaints/new", **SAID["complaint"])
    other = Visitor.manager(house.home("Saltings"), ["registered_manager"], "Tom Reed")
    for at in (page.path, f"{page.path}/correct", page.path.replace("complaints", "incidents")):
        assert other.open(at).status == 404
    assert other.send(f"{page.path}/strike", form_at="/overview", reason="Mine").status == 404
