"""A home begins with nothing: its manager writes its people, plans, cups and staff, and a tablet records the first drink."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from server import clock
from server.__main__ import main
from server.pages.set_up_forms import SET_UP
from server.people import store
from server.records import founding
from tests.harness.apps import Home, Person
from tests.harness.visitor import Visitor

one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
REVIEW = (date.today() + timedelta(days=28)).isoformat()
PLAN = {
    "monitoring": "yes", "at_risk": "yes", "target_ml": "1,500", "basis": "care_plan", "wakes_at": "07:00", "sleeps_at": "21:00",
    "iddsi_level": "2", "source_document": "Care plan, eating and drinking", "checked_by": "Nina Cole, nutrition lead", "review_on": REVIEW,
}  # fmt: skip


@pytest.fixture
def founded(house):
    """A home that has just been made, and its manager at the pages."""
    with house.app.app_context():
        made, password = founding.found("Rosewood", "Tide Care", "Priya Shah", "Priya@Example.org", now_ms=clock.now_ms())
    manager = Visitor(house, Home(house, made))
    assert manager.sign_in("priya@example.org", password).path == "/overview"
    return manager


def made(page) -> str:
    return page.path.rsplit("/", 1)[1]


def version(page) -> str:
    return re.search(r'name="version" value="([^"]*)"', page.html).group(1)


def test_a_new_home_goes_from_nothing_to_its_first_drink_on_the_pages_alone(founded):
    home, step = founded.home, lambda: re.findall(r"(To do|Done)\s*<", founded.open("/set-up").html)
    assert step() == ["To do"] * 6
    joan = founded.send("/set-up/residents/new", preferred_name="Joan Ellery", unit="Willow", room="12", sex="female", born="1936-02-29")
    assert joan.status == 200 and "It is in the record." in joan.text and "29 February 1936" in joan.text
    assert founded.send("/set-up/plans/new", resident=made(joan), **PLAN).status == 200
    assert founded.send("/set-up/cups/new", name="Blue beaker", ml="180", drink_default="Squash").status == 200
    ama = founded.send("/set-up/staff/new", name="Ama Mensah", roles=["senior_carer", "key_worker"])
    assert "Senior carer, Key worker" in ama.text
    pin = {who: founded.send(f"/staff/{who}/pin").marked("new-pin") for who in re.findall(r"/staff/([0-9a-f-]{36})/pin", founded.open("/staff").html)}
    tablet = home.tablet()
    assert step() == ["Done"] * 5 + ["To do"], "only whom to call is missing"

    assert tablet.unlock(Person(uuid.UUID(made(ama)), "Ama Mensah", ["senior_carer"], pin[made(ama)])).status_code == 200
    rows = tablet.sync()["changes"]
    told = {(row["kind"], (row["fields"].get("preferred_name") or row["fields"].get("name"))): row["fields"] for row in rows}
    assert told["resident", "Joan Ellery"]["room"] == "12" and told["vessel", "Blue beaker"]["ml"] == 180
    plan = next(row["fields"] for row in rows if row["kind"] == "hydration_plan")
    assert (plan["target_ml"], plan["iddsi_level"], plan["monitoring"], plan["resident"]) == (1500, 2, True, made(joan))
    assert [result["status"] for result in tablet.sync([tablet.drink(made(joan), 180)])["results"]] == ["accepted"]
    assert "180ml" in founded.open(f"/residents/{made(joan)}").text


def test_a_person_has_one_plan_and_a_change_of_it_says_why_and_keeps_what_stood(founded):
    joan = made(founded.send("/set-up/residents/new", preferred_name="Joan Ellery", unit="Willow"))
    plan = founded.send("/set-up/plans/new", resident=joan, **PLAN)
    again = founded.send("/set-up/plans/new", resident=joan, **PLAN)
    assert again.status == 400 and "Choose a resident who has no plan yet" in again.text
    form = founded.open(f"{plan.path}/correct")
    changed = {**PLAN, "resident": joan, "iddsi_level": "3", "target_ml": "", "limit_ml": "1200", "version": version(form)}
    done = founded.send(f"{plan.path}/correct", **changed, reason="Speech therapist, visit of today")
    assert done.status == 200 and "Level 3: moderately thick" in done.text and "Speech therapist" in done.text
    fields = founded.home.record(made(plan))["fields"]
    assert (fields["iddsi_level"], fields["limit_ml"], fields.get("target_ml")) == (3, 1200, None)


@one_database
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"target_ml": "90"}, "Write a target between 500ml and 4,000ml"),
        ({"limit_ml": "1000"}, "Give a target or a limit, not both"),
        ({"target_ml": "12²0"}, "Write a target between"),
        ({"iddsi_level": "5"}, "Choose how thick drinks must be"),
        ({"wakes_at": "7am"}, "Write a time of day"),
        ({"review_on": "2020-01-01"}, "Choose the day of the next review"),
        ({"nil_by_mouth_until": "2026-01-01T08:00"}, "Nil by mouth ends after it began"),
        ({"resident": str(uuid.uuid4())}, "Choose a resident"),
    ],
)
def test_a_plan_that_cannot_be_right_is_refused_with_what_to_write_and_keeps_what_was_typed(founded, wrong, said):
    joan = made(founded.send("/set-up/residents/new", preferred_name="Joan Ellery", unit="Willow"))
    page = founded.send("/set-up/plans/new", **{"resident": joan, **PLAN, "nil_by_mouth_from": "", **wrong})
    assert page.status == 400 and said in page.text, page.text[:1500]
    assert 'value="Care plan, eating and drinking"' in page.html and founded.home.sql("SELECT 1 FROM record WHERE kind = 'hydration_plan'") == []


def test_a_manager_gives_somebody_a_sign_in_and_a_new_password_ends_the_one_before(founded):
    nina = made(founded.send("/set-up/staff/new", name="Nina Cole", roles=["nutrition_lead"]))
    assert founded.send(f"/staff/{nina}/account", email="nina").status == 400
    taken = founded.send(f"/staff/{nina}/account", email="priya@example.org")
    assert taken.status == 400 and "Somebody else here signs in with this address" in taken.text
    first = founded.send(f"/staff/{nina}/account", email="nina@example.org").marked("new-password")
    second = founded.send(f"/staff/{nina}/account", email="nina.cole@example.org").marked("new-password")
    assert first != second and second not in founded.open("/staff").html
    for email, password, opens in (("nina@example.org", first, False), ("nina.cole@example.org", second, True)):
        visitor = Visitor(founded.house, founded.home)
        assert (visitor.sign_in(email, password).path == "/overview") is opens, email


@one_database
def test_roles_are_changed_on_a_page_by_who_may_and_by_nobody_else(founded):
    joe = founded.send("/set-up/staff/new", name="Joe Bell", roles=["support_worker"])
    form = founded.open(f"{joe.path}/correct")
    assert 'value="support_worker" checked' in form.html.replace("  ", " ")
    done = founded.send(f"{joe.path}/correct", name="Joe Bell", roles=["shift_leader"], version=version(form), reason="Promoted")
    assert done.status == 200 and founded.home.sql("SELECT roles FROM staff WHERE name = 'Joe Bell'") == [('["shift_leader"]',)]
    nobody = founded.send("/set-up/staff/new", name="Ann Other")
    assert nobody.status == 400 and "Choose at least one role" in nobody.text
    planner = Visitor.manager(founded.home, ["senior_carer"])
    assert planner.open("/set-up").status == 200
    assert planner.send("/set-up/staff/new", form_at="/set-up", name="Me", roles=["registered_manager"]).status == 403
    assert planner.send("/set-up/residents/new", preferred_name="Harold", unit="Willow").status == 200, "a senior carer may plan care"
    assert "strike" not in founded.open(joe.path).html, "access is ended on the page Staff; nobody who works here is struck out"


@one_database
def test_every_form_of_set_up_opens_and_has_words_for_each_of_its_questions(founded):
    for kind, filed in SET_UP.items():
        page = founded.open(f"{filed.path}/new")
        assert page.status == 200, kind
        asked = founded.send(f"{filed.path}/new")
        assert asked.status == 400 and asked.text.count("There is a problem") == 1, (kind, asked.text[:600])
        listed = founded.open(filed.path)
        assert listed.status == 200 and filed.back in listed.links(), kind


@one_database
def test_the_command_makes_a_home_asks_for_what_is_missing_and_leaves_a_demo_alone(database, house):
    env = {"TIDEMARK_DATA": str(database.folder), "DATABASE_URL": database.url}
    typed = "Rosewood\nTide Care\nPriya Shah\npriya@example.org\n"
    done = CliRunner().invoke(main, ["create-home"], input=typed, env=env)
    assert done.exit_code == 0 and "The home Rosewood stands" in done.output, done.output
    password = re.search(r"once: (\S+)", done.output).group(1)
    with house.app.app_context():
        home = next(each for each in store.homes() if each.name == "Rosewood")
    assert Visitor(house, Home(house, home)).sign_in("priya@example.org", password).path == "/overview"
    bad = CliRunner().invoke(main, ["create-home"], input=typed.replace("@", " at "), env=env)
    assert bad.exit_code == 1 and "no e-mail address" in bad.output
    with house.app.app_context():
        store.create_home("Demo", provider_id=home.provider, started_on="2026-01-01", now_ms=clock.now_ms(), made_by="demo")
    refused = CliRunner().invoke(main, ["create-home"], input=typed, env=env)
    assert refused.exit_code == 1 and "not for real people" in refused.output
