"""Managers sign in, stay in for a working day, and are out at once when their access ends."""

from __future__ import annotations

import pytest

from server import clock
from server.pages import session
from server.people import rights, store
from sync import roles
from tests.harness.visitor import PASSWORD, Visitor

HOUR_MS = 3_600_000


@pytest.fixture
def manager(home):
    return Visitor.manager(home, ["registered_manager"], sign_in=False)


@pytest.fixture
def later(monkeypatch, tmp_path):
    """Move the server's clock: later(hours=21)."""
    file = tmp_path / "clock"
    monkeypatch.setenv("TIDEMARK_CLOCK_FILE", str(file))

    def move(hours: float) -> None:
        file.write_text(str(int(hours * HOUR_MS)))

    return move


def test_the_front_page_shows_two_doors_and_names_nobody(home, manager):
    page = Visitor(home.house).open("/")
    assert page.status == 200
    assert "/app/" in page.links() and "/sign-in" in page.links()
    assert "Sue Hart" not in page.text and "Larkfield" not in page.text
    assert "Not an NHS or CQC service" in page.text


def test_a_manager_signs_in_and_sees_her_name_and_role_on_the_overview(manager):
    page = manager.sign_in()
    assert page.path == "/overview" and page.status == 200
    assert "Sue Hart Registered manager" in page.text


def test_after_signing_in_she_lands_on_the_page_she_asked_for(manager):
    asked = manager.open("/tablets")
    assert asked.status == 303 and asked.headers["Location"] == "/sign-in"
    assert "Sign in to see that page" in manager.open("/sign-in").text
    assert manager.sign_in().path == "/tablets"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_each_role_begins_at_the_first_page_of_its_menu_and_never_at_a_refusal(home):
    got = {}
    for role in roles.ROLES:
        visitor = Visitor.manager(home, [role], sign_in=False)
        visitor.open("/overview")  # as from somebody else's bookmark
        page = visitor.sign_in()
        front = visitor.open("/")
        offered = [name for name in ("My work", "Overview") if f"Go to {name}" in front.text]
        got[role] = [page.path, page.status, visitor.open("/sign-in").headers["Location"], offered]
    own, whole = ["/my-work", 200, "/my-work", ["My work"]], ["/overview", 200, "/overview", ["Overview"]]
    assert got == {role: own if role in (roles.SUPPORT_WORKER, roles.KEY_WORKER) else whole for role in roles.ROLES}


def test_only_somebody_whose_roles_open_nothing_is_told_so(home, monkeypatch):
    monkeypatch.setitem(rights.RIGHTS, "work.see", frozenset())
    page = Visitor.manager(home, ["key_worker"], sign_in=False).sign_in()
    assert page.status == 403 and "Your role does not include it" in page.text and "Start page" in page.text


@pytest.mark.parametrize("email,password", [("", ""), ("", PASSWORD), ("sue@larkfield.example", "")])
def test_an_empty_field_is_named_in_the_summary_and_what_was_typed_stays(home, manager, email, password):
    page = Visitor(home.house).send("/sign-in", email=email, password=password)
    assert page.status == 400
    assert "There is a problem" in page.text and page.title.startswith("Error: ")
    assert ("Enter your email address" in page.text) == (email == "")
    assert ("Enter your password" in page.text) == (password == "")
    assert f'value="{email}"' in page.html or not email
    assert PASSWORD not in page.html


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(home, manager):
    visitor = Visitor(home.house)
    wrong = visitor.send("/sign-in", email=manager.email, password="wrong")
    unknown = visitor.send("/sign-in", email="nobody@larkfield.example", password="wrong")
    assert wrong.status == unknown.status == 403
    assert wrong.text == unknown.text
    assert "The email address or password is not right" in wrong.text


def test_after_ten_wrong_passwords_known_and_unknown_addresses_wait_alike(home, manager):
    visitor = Visitor(home.house)
    answers = {}
    for email in (manager.email, "stranger@larkfield.example"):
        answers[email] = [visitor.send("/sign-in", email=email, password="wrong") for _ in range(11)]
        assert [page.status for page in answers[email]] == [403] * 10 + [429]
    first, second = (pages[-1] for pages in answers.values())
    assert "Too many tries. Wait 5 minutes" in first.text and first.text == second.text
    assert 0 < int(first.headers["Retry-After"]) <= 300
    assert visitor.sign_in(manager.email).status == 429, "even the right password waits"


def test_her_cookie_is_out_of_reach_of_scripts_and_of_other_sites_and_secure_over_https(home, manager):
    cookie = manager.open("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie
    assert "Secure" in Visitor(home.house).open("/sign-in", **{"X-Forwarded-Proto": "https"}).headers["Set-Cookie"]


def test_signing_out_ends_the_session(manager):
    manager.sign_in()
    page = manager.send("/sign-out", form_at="/overview")
    assert page.path == "/sign-in" and "You are signed out" in page.text
    assert manager.open("/overview").status == 303


def test_twenty_hours_without_a_click_end_the_session_and_nineteen_do_not(manager, later):
    manager.sign_in()
    later(hours=19)
    assert manager.open("/overview").status == 200
    later(hours=19 + 19)
    assert manager.open("/overview").status == 200, "each click starts the 20 hours again"
    later(hours=19 + 19 + 20.1)
    assert manager.open("/overview").status == 303
    assert "nothing happened for 20 hours" in manager.open("/sign-in").text


def test_when_her_access_is_removed_her_next_click_is_refused(home, manager):
    manager.sign_in()
    with home.house.app.app_context():
        now = clock.now_ms()
        store.revoke_person(home.id, manager.person.id, at_ms=now, now_ms=now)
    assert manager.open("/overview").status == 303
    assert "Your access has been removed" in manager.open("/sign-in").text
    assert manager.sign_in().status == 403, "and she cannot sign in again"


def test_a_new_password_ends_her_other_sessions(home, manager):
    manager.sign_in()
    with home.house.app.app_context():
        store.create_account(home.id, manager.email, "a new and longer one", manager.person.id, now_ms=clock.now_ms())
    assert manager.open("/overview").status == 303


def test_a_form_without_its_token_changes_nothing(home, manager):
    manager.sign_in()
    answer = manager.client.post("/tablets/add", data={"name": "Sneaked in"})
    assert answer.status_code == 400 and "This page was open too long" in answer.get_data(as_text=True)
    assert home.sql("SELECT name FROM enrolment") == []
    other = Visitor.manager(home, ["registered_manager"], "Jo Field")
    token = other.open("/tablets/add").html.split('name="csrf_token" value="')[1].split('"')[0]
    assert manager.client.post("/tablets/add", data={"name": "Sneaked in", "csrf_token": token}).status_code == 400


def test_a_cookie_that_was_tampered_with_signs_nobody_in(home, manager):
    manager.sign_in()
    manager.client.set_cookie("session", "eyJkb29ycyI6W1sxLCIwIl1dfQ.xxxx.yyyy")
    assert manager.open("/overview").status == 303


def test_a_second_process_reads_the_session_of_the_first(home, manager):
    import server
    from tests.harness.apps import config_for

    manager.sign_in()
    cookie = manager.client.get_cookie("session").value
    other = server.create_app(config_for(home.house.database)).test_client()
    other.set_cookie("session", cookie)
    assert other.get("/overview").status_code == 200


def test_one_password_for_two_homes_opens_both_and_she_can_go_from_one_to_the_other(house):
    larkfield, saltings = house.home("Larkfield"), house.home("Saltings")
    sue = Visitor.manager(larkfield, ["provider_lead"], sign_in=False)
    there = saltings.staff("Sue Hart", ["provider_lead"], pin=None)
    with house.app.app_context():
        store.create_account(saltings.id, sue.email, PASSWORD, there.id, now_ms=clock.now_ms())
    page = sue.sign_in()
    assert "Larkfield" in page.text
    page = sue.send("/choose-home", form_at="/overview", home="1")
    assert page.path == "/overview" and "Saltings" in page.text
    assert sue.send("/choose-home", form_at="/overview", home="7").status == 200, "a home that is not hers changes nothing"


def test_in_another_home_where_she_is_a_key_worker_she_begins_at_her_own_work(house):
    larkfield, saltings = house.home("Larkfield"), house.home("Saltings")
    sue = Visitor.manager(larkfield, ["senior_carer"], sign_in=False)
    there = saltings.staff("Sue Hart", ["key_worker"], pin=None)
    with house.app.app_context():
        store.create_account(saltings.id, sue.email, PASSWORD, there.id, now_ms=clock.now_ms())
    assert sue.sign_in().path == "/overview"
    page = sue.send("/choose-home", form_at="/overview", home="1")
    assert (page.path, page.status) == ("/my-work", 200) and "Saltings" in page.text
    assert sue.send("/choose-home", form_at="/my-work", home="0").path == "/overview"


def test_the_cookie_holds_no_name_and_no_address(manager):
    import base64
    import zlib

    manager.sign_in()
    value = manager.client.get_cookie("session").value
    packed = value.startswith(".")
    body = value.lstrip(".").split(".")[0]
    plain = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    plain = (zlib.decompress(plain) if packed else plain).decode()
    assert "Sue" not in plain and "@" not in plain and str(manager.person.id) in plain


def test_the_inactivity_limit_is_the_manuals_floor_of_twenty_hours():
    assert session.IDLE_LIMIT_MS == 20 * HOUR_MS
