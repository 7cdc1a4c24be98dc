"""Who may open which page, and that another home's ids are simply unknown."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from server.people.rights import RIGHTS, may
from sync import roles
from tests.harness.visitor import Visitor

#: Each page and the action of the rights table that it needs.
PAGES = {
    "/overview": "alerts.see",
    "/residents": "records.see",
    "/log": "log.see",
    "/plan": "plan.see",
    "/plan/new": "plan.change",
    "/plan/by-question": "plan.see",
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


def test_each_role_opens_the_pages_that_the_rights_table_gives_it_and_no_other(home):
    got, expected = {}, {}
    for role in roles.ROLES:
        visitor = Visitor.manager(home, [role], sign_in=False)
        visitor.sign_in()
        got[role] = {path: visitor.open(path).status for path in PAGES}
        expected[role] = {path: 200 if may([role], action) else 403 for path, action in PAGES.items()}
    assert got == expected


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


def test_nobody_signed_in_is_sent_to_sign_in_from_every_page(home):
    stranger = Visitor(home.house)
    for path in [*PAGES, f"/alerts/{uuid.uuid4()}", f"/residents/{uuid.uuid4()}"]:
        answer = stranger.open(path)
        assert (answer.status, answer.headers["Location"]) == (303, "/sign-in"), path


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


def test_no_page_has_a_name_in_its_title_or_its_address_and_none_is_kept_by_the_browser(home):
    sue = Visitor.manager(home, ["registered_manager"])
    edith = home.resident("Edith Vane")
    for path in [*PAGES, f"/residents/{edith}"]:
        page = sue.open(path)
        assert page.headers["Cache-Control"] == "no-store", path
        assert "Edith" not in page.title and "Sue" not in page.title and "Larkfield" not in page.title
        assert not [link for link in page.links() if "Edith" in link or "Sue" in link]
