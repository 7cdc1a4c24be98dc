"""A photographed letter: only the very bytes that its record names are kept, once; only a manager's page shows them."""

from __future__ import annotations

import base64
import hashlib
import uuid

import pytest

from server.records import backup, letters
from tests.harness.apps import config_for
from tests.harness.visitor import Visitor

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 500


@pytest.fixture
def tablet(home):
    made = home.tablet()
    made.unlock(home.staff("Ama Mensah"))
    return made


def announced(tablet, content: bytes = JPEG, type_: str = "image/jpeg", **more) -> str:
    """Say that there is a letter, as the tablet does before it sends it; returns the record's id."""
    fields = {"about": str(uuid.uuid4()), "sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "type": type_, **more}
    entry = tablet.statement("attachment", fields)
    assert tablet.sync([entry])["results"][0]["status"] == "accepted"
    return entry["id"]


def put(tablet, id_: str, content: bytes = JPEG, type_: str = "image/jpeg", **members):
    body = {"type": type_, "content": base64.urlsafe_b64encode(content).decode().rstrip("="), **members}
    return tablet.client.put(f"/api/v1/letters/{id_}", json=body, headers=tablet.auth)


def kept(home) -> int:
    return home.sql("SELECT count(*) FROM letter")[0][0]


def test_a_letter_is_kept_once_however_often_it_is_sent(home, tablet):
    id_ = announced(tablet)
    for _ in range(2):
        answer = put(tablet, id_)
        assert (answer.status_code, answer.json) == (200, {"id": id_})
    assert kept(home) == 1


def test_a_letter_before_its_entry_stays_on_the_tablet(home, tablet):
    answer = put(tablet, str(uuid.uuid4()))
    assert (answer.status_code, answer.json["code"]) == (409, "letter_unknown")
    drink = tablet.drink(home.resident())
    tablet.sync([drink])
    assert put(tablet, drink["id"]).json["code"] == "letter_unknown"
    assert kept(home) == 0


@pytest.mark.parametrize(("content", "type_"), [(PNG, "image/png"), (JPEG + b"!", "image/jpeg")])
def test_another_file_than_the_entry_names_is_refused(home, tablet, content, type_):
    answer = put(tablet, announced(tablet), content, type_)
    assert (answer.status_code, answer.json["code"]) == (409, "letter_differs")
    assert answer.content_type == "application/problem+json" and kept(home) == 0


@pytest.mark.parametrize(("content", "type_"), [(b"<html>", "text/html"), (b"<svg/>", "image/jpeg"), (JPEG, "image/png"), (b"", "application/pdf")])
def test_what_is_neither_a_picture_nor_a_pdf_is_refused_whatever_it_calls_itself(home, tablet, content, type_):
    answer = put(tablet, announced(tablet, content, type_), content, type_)
    assert (answer.status_code, answer.json["code"]) == (415, "letter_type")
    assert kept(home) == 0


def test_a_letter_has_a_largest_size(home, tablet):
    most = JPEG + b"\0" * (letters.MOST_BYTES - len(JPEG))
    assert put(tablet, announced(tablet, most), most).status_code == 200
    over = most + b"\0"
    assert put(tablet, announced(tablet, over), over).json["code"] == "too_large"


def test_one_tablet_sends_only_so_much_in_a_day(home, tablet, monkeypatch):
    monkeypatch.setattr(letters, "MOST_BYTES_A_DAY", len(JPEG) + len(PNG))
    ids = [announced(tablet), announced(tablet, PNG, "image/png"), announced(tablet, PNG + b"2", "image/png")]
    assert [put(tablet, ids[0]).status_code, put(tablet, ids[1], PNG, "image/png").status_code] == [200, 200]
    answer = put(tablet, ids[2], PNG + b"2", "image/png")
    assert (answer.status_code, answer.json["code"]) == (429, "letter_limit") and answer.headers["Retry-After"] == "3600"
    assert put(tablet, ids[0]).status_code == 200  # what is here already is no more


def test_only_an_enrolled_tablet_of_this_home_sends_and_none_reads(house, home, tablet):
    id_ = announced(tablet)
    other = house.home("Elsewhere").tablet()
    assert put(other, id_).json["code"] == "letter_unknown"
    assert tablet.client.put(f"/api/v1/letters/{id_}", json={}).status_code == 401
    put(tablet, id_)
    assert tablet.client.get(f"/api/v1/letters/{id_}", headers=tablet.auth).status_code == 405


def test_what_is_no_base64_is_unreadable(tablet):
    body = {"type": "image/jpeg", "content": "***"}
    answer = tablet.client.put(f"/api/v1/letters/{announced(tablet)}", json=body, headers=tablet.auth)
    assert (answer.status_code, answer.json["code"]) == (400, "unreadable")


def test_a_manager_reads_the_letter_on_the_page_and_nobody_else_does(house, home, tablet):
    id_ = announced(tablet)
    put(tablet, id_)
    sue = Visitor.manager(home, ["registered_manager"], "Sue Hart")
    answer = sue.client.get(f"/letters/{id_}")
    assert answer.data == JPEG and answer.content_type == "image/jpeg"
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert tablet.client.get(f"/letters/{id_}").status_code in (302, 303, 401)
    elsewhere = Visitor.manager(house.home("Elsewhere"), ["registered_manager"], "Lee Marsh")
    assert elsewhere.client.get(f"/letters/{id_}").status_code == 404
    worker = Visitor.manager(home, ["support_worker"], "Ben Okoro")
    assert worker.client.get(f"/letters/{id_}").status_code == 403


def test_a_pdf_is_saved_and_not_opened_in_the_page(home, tablet):
    pdf = b"%PDF-1.7 made up"
    id_ = announced(tablet, pdf, "application/pdf")
    assert put(tablet, id_, pdf, "application/pdf").status_code == 200
    sue = Visitor.manager(home, ["registered_manager"], "Sue Hart")
    assert sue.client.get(f"/letters/{id_}").headers["Content-Disposition"] == "attachment; filename=letter.pdf"


def test_a_backup_holds_every_letter(house, home, tablet, tmp_path):
    put(tablet, announced(tablet))
    settings = config_for(house.database)
    with house.app.app_context():
        backup.make(settings, tmp_path / "kept.zip", now_ms=1)
        home.sql("DELETE FROM letter")
        backup.restore(settings, tmp_path / "kept.zip", overwrite=True, now_ms=2)
    assert kept(home) == 1
