"""What a page says when something is wrong: plain words, the right status, and nothing about anybody."""

from __future__ import annotations

import pytest

from tests.harness.visitor import Visitor


def test_an_unknown_address_says_page_not_found_in_a_page_and_a_problem_in_the_api(home):
    page = Visitor(home.house).open("/nothing-here")
    assert page.status == 404 and page.headers["Content-Type"].startswith("text/html")
    assert "Page not found" in page.text and page.headers["Cache-Control"] == "no-store"
    api = home.house.app.test_client().get("/api/v1/nothing-here")
    assert api.status_code == 404 and "json" in api.headers["Content-Type"]


def test_a_page_asked_for_in_the_wrong_way_says_so(home):
    page = Visitor(home.house).send("/overview", form_at="/sign-in")
    assert page.status == 405 and "cannot be used in that way" in page.text


def test_a_failure_inside_says_that_nothing_was_lost_and_not_what_broke(home, monkeypatch, caplog):
    sue = Visitor.manager(home, ["registered_manager"])
    edith = home.resident("Edith Vane")
    home.sql("ALTER TABLE hydration_day RENAME TO hydration_day_gone")
    page = sue.open(f"/residents/{edith}")
    assert page.status == 500 and "Nothing that was recorded has been lost" in page.text
    assert "hydration_day" not in page.html and "Traceback" not in page.html
    said = " ".join(record.getMessage() for record in caplog.records)
    assert str(edith) not in said and "Edith" not in said


@pytest.mark.parametrize("path", ["/residents/not-an-id", "/alerts/1", "/set-aside/../etc", "/tablets/%00/remove"])
def test_an_address_that_holds_no_id_is_not_found(home, path):
    sue = Visitor.manager(home, ["registered_manager"])
    assert sue.open(path).status == 404


@pytest.mark.parametrize("query", ["from=-1", "from=x", "from=99999999999999999999", "from=%F0%9F%98%80", "from=25"])
def test_a_strange_place_in_the_list_of_what_was_set_aside_is_harmless(home, query):
    sue = Visitor.manager(home, ["registered_manager"])
    assert sue.open(f"/set-aside?{query}").status == 200


def test_pages_allow_no_script_and_nothing_from_elsewhere(home):
    page = Visitor(home.house).open("/")
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "unsafe-inline" not in policy and "frame-ancestors 'none'" in policy
    assert "<script" not in page.html and " style=" not in page.html
    assert [link for link in page.links() if link.startswith("http")] == []
