"""A provider lead sees every home that their account is of, the one that needs most first, and no other home."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import event

from server import clock
from server.db import db
from server.people import store
from tests.api.test_pages_plan import TODAY, one_database, told
from tests.api.test_pages_records import state
from tests.harness.visitor import PASSWORD, Visitor


def of(home, visitor, roles: list[str]) -> uuid.UUID:
    """Give the visitor's account another home, in which they hold these roles; returns who they are there."""
    person = home.staff(visitor.person.name, roles, pin=None)
    with home.house.app.app_context():
        store.create_account(home.id, visitor.email, PASSWORD, person.id, now_ms=clock.now_ms())
    return person.id


def afresh(visitor):
    """Signed in again with the same password: the homes that it opens now."""
    visitor.client = visitor.house.app.test_client()
    visitor.sign_in()
    return visitor


def test_every_home_of_the_account_with_its_figures_and_what_stands_still_first(house, home):
    saltings, foreign, elsewhere = house.home("Saltings"), house.home("Not theirs"), house.home("Their other work")
    lead = Visitor.manager(home, ["provider_lead"], "Pat Lowe")
    theirs = of(saltings, lead, ["provider_lead"])
    of(elsewhere, lead, ["registered_manager"])
    afresh(lead)
    told(home, "complete_monitoring", [(20, 20)] * 14)
    told(saltings, "complete_monitoring", [(10, 20)] * 14)
    old = {"status": "open", "risk": "high", "baseline_issue": "Charts have gaps", "due_on": (TODAY - timedelta(days=1)).isoformat()}
    state(saltings, "improvement_action", old, ago=30 * 24 * 60)
    state(home, "improvement_action", {"status": "closed", "risk": "high"}, ago=30 * 24 * 60)
    audit = {"template": "hydration", "version": 1, "from": (TODAY - timedelta(days=7)).isoformat(), "done_at": f"{TODAY.isoformat()}T08:00:00+00:00"}
    kept = {**old, "measures": ["complete_monitoring"], "due_on": (TODAY + timedelta(days=30)).isoformat()}
    state(home, "improvement_action", kept, ago=30 * 24 * 60)
    state(home, "audit", {**audit, "answers": [{"question": "checks_filled", "source": "charts", "answer": "yes", "looked_at": 5}]})
    page = lead.open("/provider")
    first, second = page.html.split('data-testid="home"')[1:]
    assert "Saltings" in first and "140 of 280 (50%)" in first and "Below target" in first
    assert "Larkfield" in second and "280 of 280 (100%)" in second and "Target met" in second
    assert foreign.row.name not in page.text and "Their other work" not in page.html.split("<main")[1], "there they do not look from outside"
    assert page.html.count("Plan of Saltings") == 1
    door = first.split('name="home" value="')[1].split('"')[0]
    assert "Charts have gaps" in lead.send("/choose-home", form_at="/provider", home=door, to="/plan").text
    assert lead.send("/choose-home", form_at="/provider", home="0", to="https://elsewhere.example").path == "/overview"
    sue = Visitor.manager(home, ["registered_manager"])
    assert sue.open("/provider").status == 403
    with house.app.app_context():
        store.create_account(saltings.id, lead.email, "another password here", theirs, now_ms=clock.now_ms())
    assert "Saltings" not in lead.open("/provider").html.split("<main")[1], "also for whoever is signed in"
    assert "Saltings" not in afresh(lead).open("/provider").html.split("<main")[1], "a door whose password changed is shut"


@one_database
def test_a_homes_figure_is_the_one_that_stands_under_its_measures_by_its_own_number_of_days(home):
    lead = Visitor.manager(home, ["provider_lead"], "Pat Lowe")
    told(home, "complete_monitoring", [(0, 20)] * 3 + [(20, 20)] * 14)
    told(home, "appointment_follow_up", [(0, 3)] * 3 + [(2, 2)] * 14, until=TODAY - timedelta(days=3))
    for figure in ("280 of 280 (100%)", "28 of 28 (100%)"):
        assert figure in lead.open("/provider").text and figure in lead.open("/measures").text, figure
    mine = {"name": "plan.judged_days", "value": 7, "from": (TODAY - timedelta(days=1)).isoformat(), "owner": str(uuid.uuid4()), "reason": "x"}
    state(home, "threshold", mine)
    for figure in ("140 of 140 (100%)", "14 of 14 (100%)"):
        assert figure in lead.open("/provider").text and figure in lead.open("/measures").text, figure


@one_database
def test_a_home_costs_the_same_few_questions_whatever_its_history(house, home):
    lead = Visitor.manager(home, ["nominated_individual"], "Ines Ward")
    counted = []
    with house.app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *said: counted.append(said[2]))
    lead.open("/provider")
    alone = len(counted)
    for measure in ("complete_monitoring", "timely_escalation"):
        told(home, measure, [(19, 20)] * 300)
    for n in range(20):
        state(home, "improvement_action", {"status": "closed", "baseline_issue": f"Old {n}"}, ago=n)
    counted.clear()
    lead.open("/provider")
    assert len(counted) <= alone
    for n in range(4):
        of(house.home(f"Home {n}"), lead, ["nominated_individual"])
    afresh(lead)
    counted.clear()
    page = lead.open("/provider")
    assert page.html.count('data-testid="home"') == 5 and len(counted) <= alone + 4 * 7
