"""The improvement plan: started from a concern, held to its evidence, closed by somebody else, and opened again when it slides."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, insert

from server import clock
from server.db import db
from server.improvement import plan as acting
from server.improvement import triggering
from server.improvement.tables import measure_day
from server.people import store as people
from server.people.rights import may
from sync import days, roles
from tests.api.test_pages_records import state
from tests.harness.visitor import Visitor

TODAY = days.care_day(days.from_ms(clock.now_ms()))
#: Sixteen poor days, then good ones: a change that lasts.
IMPROVED = [(14, 20), (15, 20)] * 8 + [(20, 20), (19, 20)] * 8


#: What a form says is the same on every database: one is enough.
one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def told(home, measure: str, figures: list[tuple[int, int]], until: date = TODAY - timedelta(days=1)) -> None:
    """The figures of a measure, the last on `until`, as the follower keeps them."""
    first = until.toordinal() - len(figures) + 1
    rows = [
        {
            "home_id": home.id, "measure": measure, "day": first + n, "numerator": met, "denominator": due, "in_the_end": met, "left_out": 0,
            "first_numerator": met, "first_denominator": due, "first_ms": 0, "worked_out_ms": clock.now_ms(), "changed_rows": 0,
            "stale_rows": 0, "look_ms": None, "detail": '{"misses": [], "left_out": {}}',
        }
        for n, (met, due) in enumerate(figures)
    ]  # fmt: skip
    with home.house.app.app_context(), db.engine.begin() as c:
        c.execute(delete(measure_day).where(measure_day.c.home_id == home.id, measure_day.c.measure == measure))
        c.execute(insert(measure_day), rows)


def form(by, /, **changed) -> dict[str, str]:
    """A whole action, as it is typed."""
    said = {
        "baseline_issue": "Charts have gaps", "risk": "high", "quality_area": "care_planning", "source": "CQC inspection", "finding_ref": "Regulation 14",
        "baseline_numerator": "13", "baseline_denominator": "20", "baseline_period": "1 to 7 March", "baseline_source": "Nina Cole, 20 charts",
        "corrective_action": "The senior carer checks every chart at 2pm and records a decision for each gap that is found",
        "owner": str(by.person.id), "due_on": (TODAY + timedelta(weeks=8)).isoformat(), "target": "95", "measures": "complete_monitoring",
        "difference_for_people": "Drinks come without asking", "evidence-0": "Weekly audit", "category-0": "processes",
        "evidence-1": "What people say", "category-1": "experience", "review_every_days": "7", "tags": "reg-14",
    }  # fmt: skip
    return {**said, **changed}


def start(visitor, owner, **changed) -> str:
    """The address of a new action."""
    page = visitor.send("/plan/new", **form(owner, **changed))
    assert page.status == 200 and "The action is in the plan." in page.text, page.text[:600]
    return page.path


def evidence_ids(page) -> list[str]:
    return re.findall(r'name="strength-([^"]+)"', page.html)


def reviewed(visitor, at: str, decision: str, strengths=("strong", "adequate"), **more):
    """Send a review in which this evidence was weighed."""
    page = visitor.open(f"{at}/review")
    ids = evidence_ids(page)
    seen = re.search(r'name="seen" value="([^"]*)"', page.html).group(1)
    weighed = {f"strength-{id_}": strength for id_, strength in zip(ids, strengths, strict=False)}
    weighed |= {f"where-{id_}": "Audit folder" for id_ in ids} | {f"as_of-{id_}": TODAY.isoformat() for id_ in ids}
    dates = {"next_review_on": (TODAY + timedelta(days=7)).isoformat(), "check_on": (TODAY + timedelta(weeks=6)).isoformat()}
    return visitor.send(f"{at}/review", form_at=f"{at}/review", **{"seen": seen, "decision": decision, **weighed, **dates, **more})


def status(home, at: str) -> str:
    return home.record(at.rsplit("/", 1)[1])["fields"]["status"]


@one_database
def test_an_empty_plan_says_where_to_start_and_each_example_of_the_article_fills_the_form(nina):
    page = nina.open("/plan")
    assert page.marked("empty") == "No actions. Start from a finding."
    for name, percent, weeks in (("hydration", 95, 8), ("appointments", 95, 10), ("deployment", 90, 8)):
        filled = nina.open(f"/plan/new?start={name}").html
        assert f'value="{percent}"' in filled and (TODAY + timedelta(weeks=weeks)).isoformat() in filled, name
        assert filled.count('value="experience" selected') == 1, name


def test_an_action_stands_in_the_plan_with_its_baseline_owner_target_measure_and_evidence(home, nina):
    told(home, "complete_monitoring", IMPROVED)
    at = start(nina, nina)
    page = nina.open("/plan")
    assert "Charts have gaps" in page.text and "High risk" in page.text and "Care planning" in page.text
    assert "Owner: Nina Cole" in page.text and "Target: 95% by" in page.text
    assert "13 of 20 (65%), 1 to 7 March, Nina Cole, 20 charts (counted by hand)" in page.text
    assert "273 of 280 (97%)" in page.text and "<svg" in page.html and "Getting better." in page.text
    asked = nina.open("/plan/questions").text
    assert "Weekly audit (Processes): Not held yet" in asked and "Nothing has been closed yet." in asked and "Charts have gaps" in asked
    one = nina.open(at).text
    assert "Weekly audit" in one and "What people say" in one and one.count("Not held yet") == 2 and "Not reviewed yet" in one


REFUSED = [
    ({"corrective_action": "Improve recording"}, "Write a whole sentence."),
    ({"corrective_action": "Ensure that charts are better completed and monitored overall"}, "Say who does it. Say when or how often."),
    ({"target": ""}, "Target needs a number and a date"),
    ({"due_on": ""}, "Target needs a number and a date"),
    ({"evidence-1": "", "category-1": ""}, "Name at least two kinds of evidence"),
    ({"category-1": "staff"}, "Name at least two kinds of evidence"),
    ({"owner": ""}, "Choose who owns the action"),
    ({"baseline_numerator": "21"}, "the first not larger than the second"),
    ({"baseline_source": ""}, "Write the period, and who counted what"),
    ({"difference_for_people": " "}, "Write what people should notice"),
    ({"measures": "other"}, "Choose at least one measure"),
]


@one_database
def test_what_is_vague_or_missing_is_said_and_nothing_is_written(home, nina):
    before = len(home.rows())
    for changed, said in REFUSED:
        page = nina.send("/plan/new", **form(nina, **changed))
        assert page.status == 400 and said in page.text, changed
        assert "Charts have gaps" in page.html, "what was typed is still there"
    assert len(home.rows()) == before


def test_an_action_closes_with_its_evidence_its_target_and_another_pair_of_hands_and_is_still_watched(home, nina, sue):
    told(home, "complete_monitoring", IMPROVED)
    at = start(nina, nina)
    assert "The action is closed." in reviewed(sue, at, "close").text
    record = home.record(at.rsplit("/", 1)[1])["fields"]
    assert (record["status"], record["closed_by"]) == ("closed", str(sue.person.id)) and record["sustain_check_on"] > TODAY.isoformat()
    page = sue.open("/plan").text
    assert "Closed, still watched 1" in page and "Looked at again on" in page
    assert "Close Sue Hart" in sue.open(at).text and "Complete monitoring: 97% at the time." in sue.open(at).text


BLOCKED = [
    (IMPROVED, ("strong", ""), {}, "is not held, or is weak"),
    (IMPROVED, ("strong", "against"), {}, "the forms may be better, the care is not"),
    ([(14, 20), (15, 20)] * 16, ("strong", "strong"), {}, "The target is not met over the last 14 days"),
    ([(20, 20)] * 5, ("strong", "strong"), {}, "does not show a change that lasts"),
    (IMPROVED, ("strong", "strong"), {"check_on": ""}, "looks whether it has lasted"),
]


@one_database
def test_what_stands_in_the_way_of_closing_is_said_and_it_stays_open(home, nina, sue):
    at = start(nina, nina)
    for figures, strengths, more, said in BLOCKED:
        told(home, "complete_monitoring", figures)
        page = reviewed(sue, at, "close", strengths, **more)
        assert page.status == 400 and "This action cannot close yet." in page.text and said in page.text, said
        assert status(home, at) == "open"


def rounds_of(home, what: str, *ago: int, **how) -> None:
    """Rounds of a duty that fell due so many days ago."""
    for days_ago in ago:
        due = days.write_time(clock.now_ms() - days_ago * 86_400_000)
        state(home, "duty", {"what": what, "from": due, "due_at": due, **how})


@one_database
def test_duties_that_were_missed_keep_the_action_that_they_serve_open(home, nina, sue):
    told(home, "complete_monitoring", IMPROVED)
    at = start(nina, nina)
    rounds_of(home, "audit_appointments", 3, missed_reason="Not done")
    rounds_of(home, "audit_hydration", 3, 10, 17, done_at="2026-01-01T00:00:00.000Z")
    rounds_of(home, "audit_hydration", 24, missed_reason="Not done")
    page = reviewed(sue, at, "close")
    assert page.status == 400 and "Over 10% of the rounds of a duty that serves this action were missed in 28 days, or are late now." in page.text
    fields = {"name": "plan.duties_missed_percent", "value": 25, "from": "2026-01-01", "reason": "x", "proposed_by": str(nina.person.id), "approved_by": str(sue.person.id)}
    state(home, "threshold", fields)
    assert "The action is closed." in reviewed(sue, at, "close").text, "the share is the home's own"


@one_database
def test_evidence_without_a_date_closes_nothing_and_a_date_is_asked_of_what_is_held_alone(home, nina, sue):
    told(home, "complete_monitoring", IMPROVED)
    at = start(nina, nina)
    undated = {f"as_of-{id_}": "" for id_ in evidence_ids(sue.open(f"{at}/review"))}
    page = reviewed(sue, at, "close", **undated)
    assert page.status == 400 and page.text.count("evidence without a date closes no action") >= 2 and status(home, at) == "open"
    assert reviewed(sue, at, "stay_open", **undated).status == 200
    assert "The action is closed." in reviewed(sue, at, "close").text


@one_database
def test_whoever_owned_an_action_before_does_not_close_it_either(home, nina, sue):
    told(home, "complete_monitoring", IMPROVED)
    at = start(nina, sue)
    shown = re.search(r'name="seen" value="([^"]*)"', nina.open(f"{at}/change").html).group(1)
    assert nina.send(f"{at}/change", **form(nina, seen=shown)).status == 200
    page = reviewed(sue, at, "close")
    assert page.status == 400 and "You owned this action before." in page.text and status(home, at) == "open"


def test_on_the_day_of_its_check_somebody_says_whether_a_closed_action_has_lasted_or_opens_it_again(home, nina, sue):
    told(home, "complete_monitoring", IMPROVED)
    at = start(nina, nina)
    reviewed(sue, at, "close")
    record = at.rsplit("/", 1)[1]
    state(home, "improvement_action", {"sustain_check_on": TODAY.isoformat()}, record=uuid.UUID(record))
    assert "Look whether it has lasted" in sue.open("/plan").text and "Record whether it has lasted" in sue.open(at).text
    assert 'value="lasted"' not in nina.open(f"{at}/review").html and reviewed(nina, at, "lasted").status == 403
    told(home, "complete_monitoring", [*IMPROVED, *[(18, 20)] * 14])
    page = reviewed(sue, at, "lasted", (), check_on="")
    assert page.status == 400 and "It cannot be said yet that it has lasted." in page.text and "The target is not met" in page.text
    told(home, "complete_monitoring", IMPROVED)
    assert "It is recorded that the change has lasted." in reviewed(sue, at, "lasted", (), check_on="").text
    assert "Look whether it has lasted" not in sue.open("/plan").text and status(home, at) == "closed"
    assert "It has lasted Sue Hart" in sue.open(at).text and sue.open("/plan/questions").html.count('data-testid="closure"') == 2
    assert "Write how people are kept safe meanwhile" in reviewed(nina, at, "open_again", ()).text
    page = reviewed(nina, at, "open_again", (), protection="A senior sits in on each round")
    assert "The action is open again and reviewed weekly." in page.text and status(home, at) == "open"
    old = {f"as_of-{id_}": (TODAY - timedelta(days=1)).isoformat() for id_ in evidence_ids(sue.open(f"{at}/review"))}
    assert "or is older than the action or its reopening" in reviewed(sue, at, "close", **old).text, "what closed it before does not close it again"
    assert "closed_by" not in home.record(record)["fields"]


@one_database
def test_warning_signs_stand_on_the_action_that_they_concern(home, nina):
    told(home, "complete_monitoring", IMPROVED)
    at, other = start(nina, nina), start(nina, nina, measures="appointment_follow_up")
    for rule, ago in (("hydration.vague_refusals", 60), ("hydration.vague_refusals", 120), ("appointments.chasing", 60), ("hydration.vague_refusals", 60 * 24 * 40)):
        state(home, "alert", {"rule": rule, "status": "resolved", "subject": str(uuid.uuid4()), "severity": "senior"}, ago=ago)
    assert "Warning signs in the last 28 days: Refusals without a reason 2." in nina.open(at).text
    assert "Warning signs in the last 28 days: Relatives chase an answer 1." in nina.open(other).text
    assert nina.open("/plan").html.count('data-testid="signs"') == 2


@one_database
def test_past_the_plan_nobody_closes_an_action_and_what_was_sent_is_set_aside(home, nina):
    at = start(nina, nina)
    tablet = home.tablet()
    tablet.unlock(home.staff("Ruth Hale", ["registered_manager"]))
    record = at.rsplit("/", 1)[1]
    closing = tablet.statement("improvement_action", {"status": "closed"}, record=record, parents=[record])
    (result,) = tablet.sync([closing])["results"]
    assert result["status"] == "quarantined" and list(result["errors"]) == ["status"]
    assert status(home, at) == "open"


def test_nobody_closes_their_own_work_and_a_lead_is_not_offered_it(home, nina, sue):
    told(home, "complete_monitoring", IMPROVED)
    at = start(nina, sue)
    page = reviewed(sue, at, "close")
    assert page.status == 400 and "You own this action. Somebody else closes it." in page.text
    assert 'value="close"' not in nina.open(f"{at}/review").html
    assert reviewed(nina, at, "close").status == 403 and status(home, at) == "open"


def test_charts_improve_but_staff_do_not_respond_so_it_cannot_close_and_must_escalate(home, nina, sue):
    told(home, "complete_monitoring", IMPROVED)
    told(home, "timely_escalation", [(1, 3), (2, 4)] * 12)
    fields = {
        "status": "open", "baseline_issue": "Charts have gaps", "owner": str(nina.person.id), "target": {"percent": 95}, "difference_for_people": "Drinks come",
        "measures": ["complete_monitoring", "timely_escalation"], "quality_area": "care_planning", "risk": "high",
        "evidence_required": [{"id": "a", "what": "Audit", "category": "processes"}, {"id": "b", "what": "Words", "category": "experience"}],
    }  # fmt: skip
    at = f"/plan/{state(home, 'improvement_action', fields)}"
    assert "The target is not met" in reviewed(sue, at, "close", ("strong", "strong")).text
    assert "Write who stepped in" in reviewed(sue, at, "escalate").text
    page = reviewed(sue, at, "escalate", intervened_by="Lee Marsh, provider lead", protection="A senior carer sits in on each round")
    assert "The action is escalated and reviewed weekly." in page.text and status(home, at) == "escalated"
    assert "Who stepped in: Lee Marsh, provider lead" in page.text and "How people are kept safe meanwhile: A senior carer" in page.text


def test_a_closed_action_whose_figure_slides_back_is_opened_again_once_with_the_figure_that_said_so(home, nina, sue):
    told(home, "complete_monitoring", IMPROVED)
    at = start(nina, nina)
    reviewed(sue, at, "close")
    with home.house.app.app_context():
        row = people.home(home.id)
        assert acting.reopen_slid(row, clock.now_ms()) == 0, "nothing fell yet"
    told(home, "complete_monitoring", [*IMPROVED, *[(16, 20)] * 9], until=TODAY + timedelta(days=9))
    with home.house.app.app_context():
        assert acting.reopen_slid(row, clock.now_ms()) == 1
        assert acting.reopen_slid(row, clock.now_ms()) == 0
    asked = sue.open("/plan/questions")
    assert asked.html.count('data-testid="closure"') == 2 and "What people say: Adequate." in asked.text
    page = sue.open(at).text
    assert status(home, at) == "open" and "Opened again by Tidemark: a figure fell below the target" in page
    assert "Complete monitoring: 80% at the time." in page


@one_database
def test_how_many_days_a_figure_must_have_fallen_is_the_homes_own_number(home, nina, sue):
    told(home, "complete_monitoring", IMPROVED)
    reviewed(sue, start(nina, nina), "close")
    told(home, "complete_monitoring", [*IMPROVED, *[(12, 20)] * 5], until=TODAY + timedelta(days=5))
    with home.house.app.app_context():
        assert acting.reopen_slid(people.home(home.id), clock.now_ms()) == 0, "five days are not seven"
        own = {"name": "plan.slide_days", "value": 3, "from": "2026-01-01", "reason": "x", "proposed_by": str(nina.person.id), "approved_by": str(sue.person.id)}
        state(home, "threshold", own)
        assert acting.reopen_slid(people.home(home.id), clock.now_ms()) == 1


@one_database
def test_how_long_practice_stands_beside_the_records_is_the_homes_own_number(home, nina, sue):
    state(home, "practice_observation", {"topic": "hydration", "met": True, "seen": "x"}, ago=10 * 24 * 60)
    assert "1 of 1 (100%)" in sue.open("/oversight/beside").text
    own = {"name": "plan.beside_days", "value": 7, "from": "2026-01-01", "reason": "x", "proposed_by": str(nina.person.id), "approved_by": str(sue.person.id)}
    state(home, "threshold", own)
    assert "1 of 1 (100%)" not in sue.open("/oversight/beside").text


def test_two_people_who_write_at_once_do_not_overwrite_each_other(home, nina, sue):
    at = start(nina, nina)
    old = re.search(r'name="seen" value="([^"]*)"', sue.open(f"{at}/change").html).group(1)
    nina.send(f"{at}/change", **form(nina, baseline_issue="Charts have many gaps", seen=old))
    page = sue.send(f"{at}/change", **form(nina, baseline_issue="Mine", seen=old))
    assert page.status == 409 and "Nina Cole changed this action while you wrote." in page.text and ">Mine</textarea>" in page.html
    assert home.record(at.rsplit("/", 1)[1])["fields"]["baseline_issue"] == "Charts have many gaps"
    again = re.search(r'name="seen" value="([^"]*)"', page.html).group(1)
    assert sue.send(f"{at}/change", **form(nina, baseline_issue="Mine", seen=again)).status == 200
    assert home.record(at.rsplit("/", 1)[1])["fields"]["baseline_issue"] == "Mine"
    assert reviewed(sue, at, "stay_open", seen=old).status == 409


@one_database
def test_evidence_that_was_named_at_the_start_cannot_be_taken_away(home, nina):
    at = start(nina, nina)
    shown = re.search(r'name="seen" value="([^"]*)"', nina.open(f"{at}/change").html).group(1)
    page = nina.send(f"{at}/change", **form(nina, **{"evidence-1": "", "category-1": "", "seen": shown}))
    assert page.status == 400 and "Evidence that was named stays." in page.text


@one_database
def test_new_limits_begin_only_after_a_change_for_the_better_that_lasts(home, nina):
    told(home, "complete_monitoring", [(19, 20), (18, 20)] * 8 + [(12, 20)] * 8)
    at = start(nina, nina)
    changed = {"changed": "Shift check at 2pm", "changed_on": (TODAY - timedelta(days=9)).isoformat(), "rebase-complete_monitoring": "yes"}
    page = reviewed(nina, at, "stay_open", **changed)
    assert page.status == 400 and "The limits stay." in page.text
    told(home, "complete_monitoring", IMPROVED)
    assert reviewed(nina, at, "stay_open", **changed | {"changed_on": (TODAY - timedelta(days=16)).isoformat()}).status == 200
    page = nina.open(at)
    assert "Shift check at 2pm" in page.text and page.html.count("tm-xmr__mean") == 2
    assert "Since then Complete monitoring is better." in page.text
    for where in (at, "/plan", f"{at}/review", "/measures", "/measures/complete_monitoring"):
        said = nina.open(where).text
        assert "No real change." in said and "Getting better." not in said, f"{where}: by the new limits, as its chart says"
    reviewed(nina, at, "stay_open", changed="Another cup", changed_on=TODAY.isoformat())
    assert "Another cup" in nina.open(at).text and "Too early to say for Complete monitoring." in nina.open(at).text


@one_database
def test_every_role_may_do_what_the_table_says_and_no_more(home, nina):
    told(home, "complete_monitoring", IMPROVED)
    got, wanted, at = {}, {}, start(nina, nina)
    for role in roles.ROLES:
        who = Visitor.manager(home, [role], sign_in=False)
        who.sign_in()
        sees, changes, shuts = (may([role], f"plan.{what}") for what in ("see", "change", "close"))
        closed = reviewed(who, at, "close").status if changes else who.send(f"{at}/review", form_at="/", decision="close").status
        got[role] = [who.open("/measures").status, who.open("/plan/new").status, closed, status(home, at)]
        wanted[role] = [200 if sees else 403, 200 if changes else 403, 200 if shuts else 403, "closed" if shuts else "open"]
        at = start(nina, nina) if shuts else at
    assert got == wanted


def test_another_homes_plan_is_unknown(house, nina):
    other = house.home("Saltings")
    theirs = Visitor.manager(other, ["registered_manager"], "Tess Moor")
    at = start(theirs, theirs)
    assert [nina.open(path).status for path in (at, f"{at}/change", f"{at}/review")] == [404] * 3
    assert nina.send(f"{at}/review", form_at="/plan/new", decision="close").status == 404
    assert "Charts have gaps" not in nina.open("/plan").text


def look(home, now_ms: int | None = None) -> int:
    with home.house.app.app_context():
        return triggering.look(people.home(home.id), now_ms or clock.now_ms())


def test_what_the_records_trigger_opens_an_action_once_says_why_and_later_escalates_it(home, sue):
    told(home, "complete_monitoring", [(14, 20)] * 10)
    edith = home.resident("Edith Vane")
    state(home, "feedback", {"resident": str(edith), "words": "Nobody helps me drink", "theme": "support_to_drink", "score": 1})
    assert look(home) == 2 and look(home) == 0, "once a day"
    page = sue.open("/plan")
    assert page.html.count('data-testid="action"') == 1 and "Owner: nobody yet" in page.text
    one = sue.open(next(link for link in page.links() if re.fullmatch(r"/plan/[0-9a-f-]{36}", link)))
    assert "Opened by Tidemark from the records" in one.text and "Incomplete monitoring: 42 of 140 checks were missed in 7 days." in one.text
    assert "Drink checks due under which their share says nothing: 20 (default)" in one.text
    assert "Share of drink checks on time under which monitoring is incomplete: 85% (default)" in one.text
    assert "Edith" not in one.text

    later = clock.now_ms() + 15 * 86_400_000
    told(home, "complete_monitoring", [(14, 20)] * 10, until=TODAY + timedelta(days=14))
    assert look(home, later) >= 1
    page = sue.open("/plan")
    assert page.html.count('data-testid="action"') == 1 and "Escalated" in page.text
    assert "Challenge: Incomplete monitoring: 42 of 140 checks were missed in 7 days." in sue.open(one.path).text
    assert "Nobody" not in str([row["submission"]["fields"] for row in home.rows() if row["submission"]["kind"] in ("review", "improvement_action")])


def test_a_number_that_one_person_proposes_and_another_approves_changes_what_opens_an_action_and_is_said_there(home, nina, sue):
    told(home, "complete_monitoring", [(18, 20)] * 10)
    nina.send("/thresholds/plan.incomplete_monitoring_percent", value="95", reason="The article asks for 95%")
    assert look(home) == 0, "a proposal changes nothing"
    asked = next(row["submission"]["record"] for row in reversed(home.rows()) if row["submission"]["kind"] == "threshold")
    assert "Approved." in sue.send(f"/thresholds/{asked}/approve", form_at="/thresholds").text
    assert look(home, clock.now_ms() + 86_400_000) == 1
    page = sue.open("/plan")
    one = sue.open(next(link for link in page.links() if re.fullmatch(r"/plan/[0-9a-f-]{36}", link))).text
    assert "Incomplete monitoring: 12 of 120 checks were missed in 7 days." in one
    version = home.record(asked)["heads"][0][:8]
    assert f"under which monitoring is incomplete: 95% (version {version})" in one and "Days of drink checks that are looked at: 7 days (default)" in one


@one_database
def test_duties_that_were_missed_are_shown_on_the_action_that_they_serve_and_on_no_other(home, nina):
    told(home, "complete_monitoring", IMPROVED)
    at, governance = start(nina, nina), start(nina, nina, measures="compliant_deployment", quality_area="governance")

    assert 'data-testid="missed"' not in nina.open("/plan").html, "nothing has fallen due"
    rounds_of(home, "hydration_check", 2, missed_reason="Not done before the next one fell due")
    rounds_of(home, "audit_hydration", 3, done_at=days.write_time(clock.now_ms() - 4 * 86_400_000))
    rounds_of(home, "hydration_check", 40, missed_reason="Long ago")
    rounds_of(home, "appointment_check", 2, missed_reason="Nobody asked")
    rounds_of(home, "daily_log", 2, done_at=days.write_time(clock.now_ms() - 3 * 86_400_000))
    for path in (at, f"{at}/review", "/plan/questions"):
        page = nina.open(path)
        assert page.html.count("Duties missed in the last 28 days: 1 of 2</a>") == 1 and "/duties" in page.links()
    assert "Duties missed in the last 28 days: 0 of 1" in nina.open(governance).text
    rounds_of(home, "oversight_minutes", 3)
    assert "Duties missed in the last 28 days: 0 of 2. Late now: 1" in nina.open(governance).text, "late is not missed, and is told"
    assert "Late now" in nina.open("/duties").text
    assert nina.open("/plan").html.count('data-testid="missed"') == 2
