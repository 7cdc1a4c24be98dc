"""A home begins with nothing: its manager writes its people, plans, cups and staff, and a tablet records the first drink."""

from __future__ import annotations

import json
import re
import uuid
from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from server import clock
from server.__main__ import main
from server.pages import rota_view
from server.pages.set_up_forms import SET_UP
from server.people import store
from server.records import founding
from sync import days
from tests.harness.apps import Home, Person, rfc3339
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
    assert step() == ["To do"] * 7
    joan = founded.send("/set-up/residents/new", preferred_name="Joan Ellery", unit="Willow", room="12", sex="female", born="1936-02-29")
    assert joan.status == 200 and "It is in the record." in joan.text and "29 February 1936" in joan.text
    assert founded.send("/set-up/plans/new", resident=made(joan), **PLAN).status == 200
    assert founded.send("/set-up/cups/new", name="Blue beaker", ml="180", drink_default="Squash").status == 200
    ama = founded.send("/set-up/staff/new", name="Ama Mensah", roles=["senior_carer", "key_worker"])
    assert "Senior carer, Key worker" in ama.text
    pin = {who: founded.send(f"/staff/{who}/pin").marked("new-pin") for who in re.findall(r"/staff/([0-9a-f-]{36})/pin", founded.open("/staff").html)}
    tablet = home.tablet()
    assert step() == ["Done"] * 4 + ["To do", "Done", "To do"], "only the rota and whom to call are missing"

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
def test_where_every_resident_has_a_plan_or_nobody_lives_here_the_form_says_so_and_where_to_go(founded):
    page = founded.open("/set-up/plans/new")
    assert page.marked("nobody").startswith("Nobody lives here yet. Add a resident first.") and "/set-up/residents/new" in page.links()
    assert "Whose plan is it?" not in page.text and "Save" not in page.text
    joan = made(founded.send("/set-up/residents/new", preferred_name="Joan Ellery", unit="Willow"))
    assert "Whose plan is it?" in founded.open("/set-up/plans/new").text
    founded.send("/set-up/plans/new", resident=joan, **PLAN)
    page = founded.open("/set-up/plans/new")
    assert page.marked("nobody").startswith("Every resident has a plan.") and {"/set-up/plans", "/set-up/residents/new"} <= set(page.links())
    assert "Whose plan is it?" not in page.text and "Save" not in page.text
    late = founded.send("/set-up/plans/new", resident=joan, **{**PLAN, "support": "A straw"})
    assert late.status == 400 and "Every resident has a plan." in late.text and 'value="A straw"' in late.html, "somebody else was quicker: nothing typed is lost"


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


def rota_of(home) -> list[dict]:
    """The lines of the rota that stand, by shift."""
    bodies = [json.loads(body) for (body,) in home.sql("SELECT body FROM record WHERE kind = 'rota_shift'")]
    return sorted((body["fields"] for body in bodies if not body["struck_out"]), key=lambda fields: (fields["shift"], fields["role"], fields.get("staff", "")))


def chosen(page) -> dict[str, str]:
    """What a browser would send of each list of choices, by its name."""
    lists = re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page.html, re.S)
    return {name: "".join(re.findall(r'<option value="([^"]*)" selected', options)) for name, options in lists}


def test_the_rota_coordinator_plans_a_week_copies_it_into_the_next_and_takes_somebody_off(home):
    rita = Visitor.manager(home, ["rota_coordinator"], "Rita Moss")
    home.resident("Edith", unit="Willow")
    ama, ben, joe = home.staff("Ama Mensah", ["senior_carer"]), home.staff("Ben Okoro", ["support_worker"]), home.staff("Joe Bell", ["support_worker"])
    monday = date.today() - timedelta(days=date.today().weekday()) + timedelta(days=7)
    night = f"/set-up/rota/{monday}/night"
    empty = rita.open(f"/set-up/rota?week={monday}")
    assert empty.text.count("Nobody planned") == 28 and f"{night}?unit=Willow" in empty.links(), "two shifts a day, on the unit and for the whole home"

    form = f"{night}?unit=Willow"
    lines = {"unit": "Willow", "role-0": "senior_carer", "staff-0": str(ama.id), "role-1": "support_worker", "staff-1": str(ben.id), "role-2": "support_worker"}
    planned = rita.send(night, form, version="", **lines)
    assert planned.status == 200 and "Senior carer, 1: Ama Mensah" in planned.text and "Support worker, 2: Ben Okoro, nobody yet" in planned.text
    starts, ends = (rfc3339(days.to_ms(each)) for each in days.shift_bounds(f"{monday}/night"))
    assert rota_of(home)[0] == {"shift": f"{monday}/night", "unit": "Willow", "role": "senior_carer", "staff": str(ama.id), "from": starts, "to": ends}

    for wrong, said in (
        ({"role-0": "senior_carer", "staff-0": str(joe.id)}, "Joe Bell does not hold this role"),
        ({"staff-0": str(joe.id)}, "Choose what this person works as"),
        ({"role-0": "support_worker", "staff-0": str(uuid.uuid4())}, "Choose somebody who works here"),
        ({"role-0": "support_worker", "staff-0": str(joe.id), "role-1": "support_worker", "staff-1": str(joe.id)}, "Joe Bell is on this shift twice"),
    ):
        page = rita.send(f"/set-up/rota/{monday}/day", f"/set-up/rota/{monday}/day?unit=Willow", unit="Willow", version="", **wrong)
        assert page.status == 400 and said in page.text and f'value="{joe.id}" selected' in page.html or "somebody who works" in said, said
    assert rita.send(night, form, unit="Willow", version="", **{"role-0": "support_worker"}).status == 409, "somebody has planned this shift meanwhile"

    with home.house.app.app_context():
        store.revoke_person(home.id, ben.id, at_ms=clock.now_ms(), now_ms=clock.now_ms())
    copied = rita.send("/set-up/rota/copy", f"/set-up/rota?week={monday + timedelta(days=7)}", week=str(monday + timedelta(days=7)))
    assert "Places copied from last week: 3" in copied.text and "Support worker, 2: nobody yet, nobody yet" in copied.text, "Ben has left by then"
    again = rita.send("/set-up/rota/copy", copied.path, week=str(monday + timedelta(days=7)))
    assert "There was nothing to copy" in again.text and len(rota_of(home)) == 6

    page = rita.open(form)
    lines = chosen(page)
    amas = next(name.replace("staff", "role") for name, value in lines.items() if value == str(ama.id))
    done = rita.send(night, form, unit="Willow", version=version(page), **{**lines, amas: ""})
    assert done.status == 200 and "Ama Mensah" not in done.text and len(rota_of(home)) == 5
    assert "Taken off the rota" in str(home.rows()[-1]), "what stood is in the history"


def test_the_hours_of_a_planned_night_are_those_of_the_night_on_which_the_clocks_change():
    long, short = (rota_view.slot(shift, "Willow", "Europe/London") for shift in ("2026-10-24/night", "2027-03-27/night"))
    assert (long.fields("senior_carer", None)["from"], long.fields("senior_carer", None)["to"]) == ("2026-10-24T19:00:00.000+00:00", "2026-10-25T08:00:00.000+00:00")
    assert (short.ends_ms - short.starts_ms) / 3_600_000 == 11


@one_database
def test_a_shift_that_has_begun_stays_as_it_was_planned(home):
    rita = Visitor.manager(home, ["rota_coordinator"], "Rita Moss")
    yesterday = date.today() - timedelta(days=1)
    path = f"/set-up/rota/{yesterday}/day"
    assert "The rota stays as it was planned".lower() in rita.open(path).text.lower()
    late = rita.send(path, "/set-up/rota", unit="", version="", **{"role-0": "senior_carer"})
    assert late.status == 409 and "in its allocation" in late.text and rota_of(home) == []
    senior = Visitor.manager(home, ["senior_carer"])
    ahead = f"/set-up/rota/{date.today() + timedelta(days=2)}/day"
    assert senior.open(ahead).status == 200 and senior.send(ahead, "/overview", unit="", version="").status == 403
    for nothing in ("/set-up/rota/2026-13-01/day", "/set-up/rota/99990101/day", f"/set-up/rota/{yesterday}/noon", f"{ahead}?unit=Elsewhere"):
        assert rita.open(nothing).status == 404, nothing


@one_database
def test_a_manager_says_which_system_is_the_record_and_tablets_and_the_evidence_pack_hear_of_it(home):
    sue, ama = Visitor.manager(home, ["registered_manager"], "Sue Hart"), home.staff("Ama Mensah")
    tablet = home.tablet()
    tablet.unlock(ama)
    today = days.care_day(days.from_ms(clock.now_ms()))
    pack = f"/pack/view?from={today - timedelta(days=1)}&to={today}"
    assert "Tidemark, for every type of entry" in sue.open(pack).text
    done = sue.send("/set-up/systems", incident="Accident  book", daily_note="tidemark", hydration_check="")
    assert "It is saved" in done.text and "Never chart them" not in done.text
    (told,) = [row["fields"] for row in tablet.sync()["changes"] if row["kind"] == "record_system"]
    assert told == {"of": "incident", "system": "Accident book"}, "what Tidemark holds needs no saying"
    assert "Incident: Accident book; everything else: Tidemark" in sue.open(pack).text
    assert "Never chart them in two systems" in sue.send("/set-up/systems", incident="Accident book", hydration_check="Careplan Plus").text
    assert sue.send("/set-up/systems").status == 200 and "Tidemark, for every type of entry" in sue.open(pack).text
    assert sue.send("/set-up/systems", incident="x" * 61).status == 400
    senior = Visitor.manager(home, ["senior_carer"])
    assert senior.send("/set-up/systems", "/overview", incident="Mine").status == 403
    by_hand = tablet.statement("record_system", {"of": "incident", "system": "Mine"})
    assert tablet.sync([by_hand])["results"][0]["status"] == "quarantined", "a page is its only way in"


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
