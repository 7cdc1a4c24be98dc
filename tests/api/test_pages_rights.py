"""Who may open which page, and that another home's ids are simply unknown."""

from __future__ import annotations

import re
import uuid
from datetime import date

import pytest

from server import clock
from server.alerts import contacts
from server.db import reading, writing
from server.people import guests
from server.people.rights import RIGHTS, may
from sync import roles
from tests.api.test_pages_plan import one_database
from tests.api.test_pages_records import state
from tests.harness.visitor import Visitor

#: Each page and the action of the rights table that it needs.
PAGES = {
    "/overview": "alerts.see",
    "/residents": "records.see",
    "/log": "log.see",
    "/plan": "plan.see",
    "/plan/new": "plan.change",
    "/plan/by-question": "plan.see",
    "/feedback": "feedback.see",
    "/feedback/summaries": "feedback.see",
    "/feedback/summaries/new": "practice.change",
    "/plan/questions": "plan.see",
    "/duties": "duties.see",
    "/missing": "records.see",
    "/ladder": "ladder.see",
    "/to-check": "records.see",
    "/alerts/fatigue": "alerts.see",
    "/standards": "practice.see",
    "/standards/new": "practice.change",
    "/observations": "practice.see",
    "/observations/new": "practice.change",
    "/staff-accounts": "practice.see",
    "/staff-accounts/new": "practice.change",
    "/complaints": "complaints.see",
    "/complaints/new": "complaints.change",
    "/incidents": "complaints.see",
    "/incidents/new": "complaints.change",
    "/minutes": "minutes.see",
    "/minutes/new": "minutes.write",
    "/oversight": "oversight.see",
    "/oversight/beside": "oversight.see",
    "/provider": "provider.see",
    "/my-work": "work.see",
    "/measures": "plan.see",
    "/measures/complete_monitoring": "plan.see",
    "/measures/by-hour/1": "plan.see",
    "/audits": "audits.see",
    "/audits/scores": "audits.see",
    "/audits/scores/hydration": "audits.see",
    "/pack": "pack.make",
    "/guests": "guests.see",
    "/guests/add": "guests.make",
    "/appointments": "records.see",
    "/handovers": "records.see",
    "/set-up": "people.see",
    "/set-up/residents": "records.see",
    "/set-up/residents/new": "set_up.change",
    "/set-up/plans": "records.see",
    "/set-up/plans/new": "set_up.change",
    "/set-up/cups": "records.see",
    "/set-up/cups/new": "set_up.change",
    "/set-up/staff": "people.see",
    "/set-up/staff/new": "people.change",
    "/set-up/dependency": "records.see",
    "/set-up/dependency/new": "dependency.change",
    "/set-up/systems": "systems.see",
    "/set-up/rota": "rota.see",
    f"/set-up/rota/{date.today()}/day": "rota.see",
    "/staff": "people.see",
    "/tablets": "devices.see",
    "/thresholds": "thresholds.see",
    "/thresholds/rule.hydration.no_offer": "thresholds.propose",
    "/tablets/add": "devices.enrol",
    "/set-aside": "quarantine.see",
    "/ledger": "ledger.see",
    "/numbers": "numbers.see",
    "/reach": "alerts.see",
    "/reach/contacts": "contacts.change",
    "/phone-tree": "numbers.see",
    "/safety-list": "records.see",
}


def test_every_view_says_who_may_call_it(house):
    silent = [name for name, view in house.app.view_functions.items() if not getattr(view, "access", None)]
    assert silent == []


def test_every_page_needs_a_right_or_is_public(house):
    pages = {name: view.access for name, view in house.app.view_functions.items() if name.startswith("pages_")}
    assert {name for name, access in pages.items() if access == "public"} == {
        "pages_front.front", "pages_front.sign_in", "pages_front.do_sign_in", "pages_front.sign_out", "pages_front.choose_home",
        "pages_guests.arrive", "pages_guests.enter",
    }  # fmt: skip
    named = {access.removeprefix("signed_in:") for access in pages.values() if access != "public"}
    assert named <= set(RIGHTS)


def routes(app) -> dict[str, tuple[str, str]]:
    """Each way into a page that a right guards: "GET /plan/<uuid:id_>" → (the right, an address with made-up ids)."""
    found = {}
    for rule in app.url_map.iter_rules():
        access = app.view_functions[rule.endpoint].access
        if rule.endpoint.startswith("pages_") and access != "public":
            address = "".join(_made_up(*part) if is_id else part for is_id, part in _parts(rule.rule))
            found |= {f"{method} {rule.rule}": (access.removeprefix("signed_in:"), address) for method in rule.methods & {"GET", "POST"}}
    return found


def _parts(rule: str):
    """The parts of a rule as (whether it stands for something, itself)."""
    at = 0
    for found in re.finditer(r"<(?:(\w+):)?(\w+)>", rule):
        yield False, rule[at : found.start()]
        yield True, (found[1], found[2])
        at = found.end()
    yield False, rule[at:]


def _made_up(how: str | None, _name: str) -> str:
    return {"uuid": str(uuid.uuid4()), "int": "1"}.get(how or "", "2026-01-01")


@one_database
def test_each_role_gets_in_by_every_way_that_the_rights_table_gives_it_and_by_no_other(home):
    """Every role × every way in, GET and POST: whoever lacks the right is refused before anything is looked up."""
    ways, visitor, wrong = routes(home.house.app), Visitor.manager(home, ["registered_manager"]), []
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.open("/overview").html).group(1)
    assert {path for path in PAGES} <= {address for _, address in ways.values()} | {"/measures/complete_monitoring", "/audits/scores/hydration", "/thresholds/rule.hydration.no_offer", f"/set-up/rota/{date.today()}/day"}
    for role in roles.ROLES:
        home.sql(f"UPDATE staff SET roles = '[\"{role}\"]'")
        for way, (action, address) in ways.items():
            if not may([role], action):
                method = way.partition(" ")[0]
                answer = visitor.client.open(address, method=method, data={"csrf_token": token} if method == "POST" else None, base_url=visitor.base)
                wrong += [] if answer.status_code == 403 else [(role, way, answer.status_code)]
    assert wrong == []


@one_database
def test_each_role_opens_every_page_that_the_rights_table_gives_it(home):
    visitor, wrong = Visitor.manager(home, ["registered_manager"]), []
    seen: set[str] = set()
    for role in roles.ROLES:
        home.sql(f"UPDATE staff SET roles = '[\"{role}\"]'")
        # Each page once for whoever looks after the home, and one page of each right for every role.
        asked = {action: path for path, action in PAGES.items() if may([role], action)}
        asked = {path for path, action in PAGES.items() if may([role], action) and (path not in seen or asked[action] == path)}
        seen |= asked
        wrong += [(role, path) for path in asked if visitor.open(path).status != 200]
    assert wrong == [] and seen == set(PAGES)


def test_a_support_worker_is_told_in_plain_words_and_can_sign_out(home):
    visitor = Visitor.manager(home, ["support_worker"])
    page = visitor.open("/overview")
    assert page.status == 403 and "Your role does not include it" in page.text
    assert "Sign out" in page.text and "/my-work" in page.links() and "/overview" not in page.links()


def test_the_menu_offers_only_what_she_may_open(home):
    senior = Visitor.manager(home, ["senior_carer"])
    menu = senior.open("/overview").links()
    assert "/residents" in menu and "/ledger" not in menu
    assert "/tablets/add" not in senior.open("/tablets").links()
    assert not [link for link in senior.open("/staff").links() if link.endswith(("/pin", "/remove"))]


@pytest.mark.parametrize("path", ["/staff/{senior}/pin", "/staff/{senior}/remove", "/tablets/{tablet}/remove", "/tablets/add"])
def test_a_senior_carer_changes_nothing_by_sending_the_form_herself(home, path):
    senior = Visitor.manager(home, ["senior_carer"])
    tablet = home.tablet()
    path = path.format(senior=senior.person.id, tablet=tablet.id)
    assert senior.send(path, form_at="/overview", name="Mine").status == 403
    assert home.sql("SELECT name FROM enrolment") == []
    assert home.sql("SELECT 1 FROM access") == []
    assert home.sql("SELECT 1 FROM device WHERE revoked_ms IS NOT NULL") == []


@one_database
def test_nobody_signed_in_is_sent_to_sign_in_from_every_page(home):
    stranger = Visitor(home.house)
    for path in [*PAGES, f"/alerts/{uuid.uuid4()}", f"/residents/{uuid.uuid4()}"]:
        answer = stranger.open(path)
        assert (answer.status, answer.headers["Location"]) == (303, "/sign-in"), path


#: What each address with an id in it leads to, by how the address begins: a way in that leads to something new wants a line here.
LEADS_TO = {
    "/alerts": ("alert", {"rule": "hydration.no_offer", "subject": str(uuid.uuid4()), "severity": "nudge", "status": "open"}),
    "/audits": ("audit", {"template": "hydration", "version": 1, "sample": []}), "/letters": ("attachment", {"sha256": "0" * 64}),
    "/handovers": ("handover", {"shift": "2026-11-22/day", "from": "2026-11-22T07:00:00Z", "to": "2026-11-22T20:00:00Z"}),
    "/plan": ("improvement_action", {"status": "open"}), "/show-me": ("improvement_action", {"status": "open"}),
    "/ladder": ("ladder", {"severity": "urgent", "proposed_by": str(uuid.uuid4())}),
    "/duties": ("duty", {"what": "appointment_check", "from": "2026-11-22T07:00:00Z", "due_at": "2026-11-22T20:00:00Z"}),
    "/thresholds": ("threshold", {"name": "plan.grace_days", "value": 7, "from": "2026-01-01", "proposed_by": str(uuid.uuid4())}),
    "/to-check": ("incident", {"happened_at": "2026-11-22T20:00:00Z", "type": "fall"}), "/measures": ("resident", {"preferred_name": "Edith Vane"}),
    "/residents": ("resident", {"preferred_name": "Edith Vane"}), "/set-up/residents": ("resident", {"preferred_name": "Edith Vane"}),
    "/photos": ("resident", {"preferred_name": "Edith Vane"}),
    "/set-up/plans": ("hydration_plan", {"monitoring": True}), "/set-up/cups": ("vessel", {"name": "Mug", "ml": 200}),
    "/set-up/dependency": ("dependency_score", {"tool": "CHSM"}), "/standards": ("standard", {"words": "x"}), "/observations": ("practice_observation", {"seen": "x"}),
    "/staff-accounts": ("staff_account", {"score": 2}), "/complaints": ("complaint", {"words": "x"}), "/minutes": ("minute", {"type": "challenge", "words": "x"}),
    "/incidents": ("incident", {"happened_at": "2026-11-22T20:00:00Z", "type": "fall"}), "/feedback/summaries": ("feedback_summary", {"themes": "x"}),
}  # fmt: skip


def theirs(home) -> dict[str, str]:
    """The id of something of this home, by how the addresses begin that lead to such."""
    ama, until = home.staff("Ama Mensah"), clock.now_ms() + 3_600_000
    found = {start: str(state(home, kind, {**fields, **({"resident": str(home.resident())} if kind in ("hydration_plan", "dependency_score") else {})})) for start, (kind, fields) in LEADS_TO.items()}
    with home.house.app.app_context():
        guests.make(home.id, "An inspector", until_ms=until, initials=True, by=ama.id, now_ms=clock.now_ms())
        with reading() as c:
            (link,) = guests.links(c, home.id)
        added = writing(lambda c: contacts.add(c, home.id, channel="email", target="a@example.org", role="registered_manager", by=ama.id, allow_loopback=True, now_ms=clock.now_ms()))
    return found | {"/staff": str(ama.id), "/set-up/staff": str(ama.id), "/tablets": str(home.tablet().id), "/guests": str(link.id), "/reach/contacts": str(added)}


@one_database
def test_whatever_of_another_home_an_address_names_is_as_unknown_as_what_never_was(house):
    larkfield, saltings = house.home("Larkfield"), house.home("Saltings")
    sue = Visitor.manager(larkfield, [*roles.ROLES])
    token = re.search(r'name="csrf_token" value="([^"]+)"', sue.open("/overview").html).group(1)
    ids, before, wrong = theirs(saltings), saltings.rows(), []
    for way in sorted(routes(house.app)):
        method, _, rule = way.partition(" ")
        if "<uuid:" not in rule:
            continue
        id_ = next(ids[start] for start in (rule[: rule.index("/<")], "/" + rule.split("/")[1]) if start in ids)
        address = re.sub(r"<\w+>", "complete_monitoring", re.sub(r"<on>", "2026-01-01", rule))
        said = {"csrf_token": token, "reason": "x", "version": "x"} if method == "POST" else None
        answer, unknown = (sue.client.open(re.sub(r"<uuid:\w+>", each, address), method=method, data=said, base_url=sue.base) for each in (id_, str(uuid.uuid4())))
        # Two entries that are no pair of this home are said to be decided already, whatever they are.
        plain = {404} if "/doubles/" not in rule else {303}
        wrong += [] if {answer.status_code, unknown.status_code} == plain and answer.headers.get("Location") == unknown.headers.get("Location") else [(way, answer.status_code)]
    assert wrong == [] and saltings.rows() == before


@one_database
def test_another_homes_people_tablets_and_residents_are_unknown(house):
    larkfield, saltings = house.home("Larkfield"), house.home("Saltings")
    sue = Visitor.manager(larkfield, ["registered_manager"])
    edith, ama, tablet = saltings.resident("Edith Vane"), saltings.staff("Ama Mensah"), saltings.tablet("Saltings 1")
    foreign = [
        f"/residents/{edith}", f"/alerts/{edith}", f"/staff/{ama.id}/pin", f"/staff/{ama.id}/remove", f"/tablets/{tablet.id}/remove",
    ]  # fmt: skip
    for path in foreign:
        page, unknown = sue.open(path), sue.open(path.replace(path.split("/")[2], str(uuid.uuid4())))
        assert page.status == unknown.status == 404, path
        assert page.text == unknown.text, path
    for path in foreign[2:]:
        assert sue.send(path, form_at="/overview").status == 404, path
    assert tablet.unlock(ama).status_code == 200, "nothing happened to them"
    for path in PAGES:
        seen = sue.open(path).text
        assert "Edith Vane" not in seen and "Ama Mensah" not in seen and "Saltings" not in seen, path


def test_a_record_of_another_kind_is_no_alert_and_no_resident(home):
    sue = Visitor.manager(home, ["registered_manager"])
    edith, ama = home.resident("Edith"), home.staff("Ama")
    assert sue.open(f"/alerts/{edith}").status == 404
    assert sue.open(f"/residents/{ama.id}").status == 404


@one_database
def test_no_page_has_a_name_in_its_title_or_its_address_none_is_kept_by_the_browser_and_none_needs_a_script(home):
    sue = Visitor.manager(home, ["registered_manager"])
    edith = home.resident("Edith Vane")
    for path in [*PAGES, f"/residents/{edith}"]:
        page = sue.open(path)
        assert page.headers["Cache-Control"] == "no-store", path
        assert "Edith" not in page.title and "Sue" not in page.title and "Larkfield" not in page.title
        assert not [link for link in page.links() if "Edith" in link or "Sue" in link]
        assert "<script" not in page.html and not re.search(r"<[^>]+ on\w+=", page.html), "it works with JavaScript off"
