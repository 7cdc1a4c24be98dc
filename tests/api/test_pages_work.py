"""My work here: each leader finds what is due from them, and is sent to no page that refuses them."""

from __future__ import annotations

import uuid

from server import clock
from server.alerts import duties
from sync import days, roles
from sync.rules.rhythm import TASKS, tasks_of
from tests.api.test_pages_filed import SAID, ines, one_database  # noqa: F401 (a fixture)
from tests.api.test_pages_plan import start
from tests.api.test_pages_records import state
from tests.harness.visitor import Visitor


@one_database
def test_duties_actions_challenges_and_the_report_wait_for_whoever_owes_them(home, sue, ines):  # noqa: F811
    state(home, "improvement_action", {"status": "open", "risk": "high", "owner": str(ines.person.id), "baseline_issue": "Older"}, ago=14 * 24 * 60)
    with home.house.app.app_context():
        duties.keep(home.row, clock.now_ms())
    start(ines, sue)
    ines.send("/minutes/new", **SAID["minute"])
    page = sue.open("/my-work")
    assert "Review of high-risk actions, each week" in page.text and "Audit of drinks" not in page.text
    assert "Charts have gaps" in page.text and "Why is it static?" in page.text and "Read and sign" not in page.text
    assert "You stand in for this" not in page.text and "Registered manager" in page.text
    page = ines.open("/my-work")
    assert "Oversight minutes, each month" in page.text and "Read and sign the report of" in page.text and "Older" in page.text and "Charts have gaps" not in page.text
    deputy = Visitor.manager(home, ["deputy_manager"], "Dee Moss").open("/my-work").text
    assert deputy.count("You stand in for this.") == 5 and "Complaints that wait for an answer" in deputy


@one_database
def test_an_action_that_nobody_owns_waits_for_the_registered_manager_and_weak_evidence_twice_for_the_nominated_individual(home, sue, ines):  # noqa: F811
    id_ = state(home, "improvement_action", {"status": "open", "risk": "high", "baseline_issue": "Opened by Tidemark", "measures": ["complete_monitoring"]})
    page = sue.open("/my-work").text
    assert "Opened by Tidemark" in page and "Nobody owns it yet. Name an owner." in page
    assert "Opened by Tidemark" not in ines.open("/my-work").text
    for ago in (60, 30):
        state(home, "review", {"action": str(id_), "decision": "stay_open", "evidence_weighed": [{"id": "a", "what": "Audit", "strength": "weak"}]}, ago=ago)
    page = ines.open("/my-work").text
    assert "Opened by Tidemark" in page and "For the nominated individual: weak evidence twice" in page


@one_database
def test_a_key_worker_sees_their_own_people_with_what_they_like_and_whoever_was_never_asked_first(home):
    kay = Visitor.manager(home, ["key_worker"], "Kay Bell")
    asked, never, other = (home.resident(name, key_worker=str(whose)) for name, whose in (("Edith Vane", kay.person.id), ("Joan Hill", kay.person.id), ("Elsie Voss", uuid.uuid4())))
    said = {"resident": str(asked), "preferences": ["tea, strong"], "support": "Hold the cup with her", "preferences_asked_at": days.write_time(clock.now_ms() - 3 * 86_400_000)}
    state(home, "hydration_plan", said)
    page = kay.open("/my-work").text
    assert page.index("Joan Hill") < page.index("Edith Vane") and "Never asked what they like to drink." in page and never
    assert "3 days ago. Likes: tea, strong. Helps: Hold the cup with her." in page and "Elsie Voss" not in page and other
    assert "People you are key worker of" not in Visitor.manager(home, ["support_worker"]).open("/my-work").text


@one_database
def test_no_role_is_sent_to_a_page_that_refuses_it_and_the_floor_is_sent_to_the_tablets(home):
    for role in (role for role in roles.ROLES if role in TASKS):
        visitor = Visitor.manager(home, [role], sign_in=False)
        visitor.sign_in()
        page = visitor.open("/my-work")
        hrefs = {each.href for each in tasks_of([role])}
        assert hrefs <= set(page.links())
        assert {href: visitor.open(href).status for href in hrefs - {"/app/"}} == dict.fromkeys(hrefs - {"/app/"}, 200), role
    worker = Visitor.manager(home, ["support_worker"], sign_in=False)
    worker.sign_in()
    assert "Your work is on the tablets." in worker.open("/my-work").text and worker.open("/my-work").marked("nothing")
