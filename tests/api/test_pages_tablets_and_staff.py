"""Enrolling a tablet by a one-time link, ending its access, a PIN shown once, ending a person's access."""

from __future__ import annotations

import pytest

from server import clock


def code_of(page) -> str:
    link = page.marked("enrol-link")
    assert "/app/#enrol=" in link
    return link.split("#enrol=")[1]


def test_the_link_enrols_one_tablet_and_then_no_other(home, sue):
    page = sue.send("/tablets/add", name="  Oak   lounge ")
    assert page.status == 200 and "Oak lounge" in page.text and "works once" in page.text
    assert "<svg" in page.html and "<path" in page.html.split("tm-qr")[1], "and as a code to scan"
    tablet = home.house.app.test_client()
    first = tablet.post("/api/v1/enrol", json={"code": code_of(page), "name": "Oak lounge"})
    assert first.status_code in (200, 201) and first.json["home"]["name"] == "Larkfield"
    again = tablet.post("/api/v1/enrol", json={"code": code_of(page), "name": "Oak lounge"})
    assert again.status_code == 403
    assert sue.open("/tablets").text.count("Oak lounge") >= 1


def test_the_link_stops_working_after_half_an_hour(home, sue, monkeypatch, tmp_path):
    page = sue.send("/tablets/add", name="Oak lounge")
    shift = tmp_path / "clock"
    shift.write_text(str(31 * 60_000))
    monkeypatch.setenv("TIDEMARK_CLOCK_FILE", str(shift))
    late = home.house.app.test_client().post("/api/v1/enrol", json={"code": code_of(page), "name": "Oak lounge"})
    assert late.status_code == 403


def test_the_link_is_shown_once_and_kept_nowhere(home, sue):
    code = code_of(sue.send("/tablets/add", name="Oak lounge"))
    for path in ("/tablets", "/tablets/add", "/overview"):
        assert code not in sue.open(path).html
    assert code not in str(home.sql("SELECT * FROM enrolment"))


def test_the_link_names_the_address_by_which_the_manager_came(sue):
    sue.base = "https://tidemark.larkfield.example"
    sue.sign_in()
    assert "https://tidemark.larkfield.example/app/#enrol=" in sue.send("/tablets/add", name="Oak").html


@pytest.mark.parametrize(
    "name,sentence",
    [("   ", "Enter a name for the tablet"), ("x" * 61, "60 characters or fewer"), ("willow 1", "There is a tablet with that name already")],
)
def test_a_name_that_will_not_do_is_said_and_what_was_typed_stays(home, sue, name, sentence):
    home.tablet("Willow 1")
    page = sue.send("/tablets/add", name=name)
    assert page.status == 400 and sentence in page.text and page.title.startswith("Error: ")
    assert f'value="{name.strip()}"' in page.html or not name.strip()
    assert home.sql("SELECT name FROM enrolment") == []


def test_a_tablet_shows_when_it_was_heard_what_is_unsent_and_which_numbers_are_missing(home, sue):
    tablet, ama, edith = home.tablet("Willow 1"), home.staff(), home.resident()
    tablet.unlock(ama)
    lost = [tablet.drink(edith) for _ in range(3)]
    tablet.sync([tablet.drink(edith)], pending=2)
    page = sue.open("/tablets")
    assert "3 not arrived: 1 to 3" in page.text
    assert "less than a minute ago" in page.text
    tablet.sync(lost)
    assert "not arrived" not in sue.open("/tablets").text


def test_a_tablet_whose_count_spoke_against_itself_is_said_so_with_what_to_do(home, sue):
    tablet, other, ama, edith = home.tablet("Willow 1"), home.tablet("Oak 1"), home.staff(), home.resident()
    for each in (tablet, other):
        each.unlock(ama)
        each.sync([each.drink(edith)])
    assert "one identity" not in sue.open("/tablets").text
    tablet.sync([tablet.drink(edith, number=1)])
    text = sue.open("/tablets").text
    assert text.count("Two entries came under one number. Last seen") == 1 and "went back" not in text
    assert text.count("Two tablets may be using one identity") == 1 and "add it again" in text
    other.sync([], last_number=0)
    text = sue.open("/tablets").text
    assert text.count("Its count of entries went back. Last seen") == 1
    assert text.count("Two tablets may be using one identity") == 2


def test_a_tablet_with_a_wrong_clock_is_said_to_be_ahead_or_behind(home, sue):
    from tests.harness.apps import rfc3339

    tablet = home.tablet("Willow 1")
    tablet.sync([], sent_at=rfc3339(clock.now_ms() + 20 * 60_000))
    assert "19 minutes ahead" in sue.open("/tablets").text or "20 minutes ahead" in sue.open("/tablets").text


def test_a_removed_tablet_is_refused_from_its_next_request_and_what_it_sent_stays(home, sue):
    tablet, ama, edith = home.tablet("Willow 1"), home.staff(), home.resident()
    tablet.unlock(ama)
    drink = tablet.drink(edith)
    tablet.sync([drink], pending=2)
    ask = sue.open(f"/tablets/{tablet.id}/remove")
    assert "2 entries that were not yet sent" in ask.text
    assert tablet.post(tablet.envelope([])).status_code == 200, "asking changes nothing"
    done = sue.send(f"/tablets/{tablet.id}/remove")
    assert done.path == "/tablets" and "The tablet was removed" in done.text and "Removed tablets" in done.text
    refused = tablet.post(tablet.envelope([]))
    assert refused.status_code == 401 and refused.json["code"] == "revoked"
    assert home.record(drink["id"]) is not None
    assert "removed already" in sue.send(f"/tablets/{tablet.id}/remove", form_at="/tablets/add").text


def test_a_new_pin_is_shown_once_works_and_ends_the_old_one(home, sue):
    tablet, ama = home.tablet(), home.staff()
    page = sue.send(f"/staff/{ama.id}/pin")
    pin = page.marked("new-pin")
    assert len(pin) == 6 and pin.isdigit() and "shown once" in page.text
    assert pin not in sue.open("/staff").html
    assert tablet.unlock(ama).status_code == 403
    assert tablet.unlock(ama, pin).status_code == 200


def test_pins_that_anyone_would_try_first_are_never_drawn():
    from server.pages.routes_staff import new_pin

    drawn = {new_pin() for _ in range(3000)}
    assert not drawn & {"123456", "654321", "111111", "000000", "345678", "987654"}
    assert all(len(pin) == 6 and len(set(pin)) > 2 for pin in drawn)
    assert len(drawn) > 2900


def test_staff_without_a_pin_are_said_to_have_none(home, sue):
    home.staff("Ben Okoro", pin=None)
    home.staff("Cara Webb")
    text = sue.open("/staff").text
    assert "Name Ben Okoro Roles Senior carer PIN Not set" in text and "Name Cara Webb Roles Senior carer PIN Set" in text


def test_somebody_whose_access_was_removed_can_unlock_nothing_and_is_listed_apart(home, sue):
    tablet, ama = home.tablet(), home.staff("Ama Mensah")
    tablet.unlock(ama)
    page = sue.send(f"/staff/{ama.id}/remove")
    assert page.path == "/staff" and "Access was removed" in page.text and "Access removed" in page.text
    assert tablet.unlock(ama).status_code == 403
    late = tablet.sync([tablet.drink(home.resident())])["results"][0]
    assert late["status"] == "quarantined"


def test_a_manager_cannot_remove_her_own_access(home, sue):
    assert f"/staff/{sue.person.id}/remove" not in sue.open("/staff").links()
    page = sue.send(f"/staff/{sue.person.id}/remove", form_at="/staff/" + str(sue.person.id) + "/pin")
    assert "cannot remove your own access" in page.text
    assert sue.open("/overview").status == 200


def test_a_name_with_markup_in_it_is_shown_as_text(home, sue):
    home.staff("<script>alert(1)</script> & Co")
    page = sue.open("/staff")
    assert "<script>alert" not in page.html and "<script>alert(1)</script> & Co" in page.text
