"""From an alert's page: the one decision of a breach, and the red banner of an alert that nobody answered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sync.kinds.escalation import DECIDED
from tests.api.test_pages_records import alert, state  # noqa: F401
from tests.harness.visitor import Visitor

CLIENT = Path(__file__).resolve().parents[2] / "pwa/src/kinds/alert_decision.ts"


@pytest.fixture
def priya(home):
    return Visitor.manager(home, ["duty_manager"], "Priya Shah")


def test_a_decision_is_recorded_once_and_no_escalation_because_is_one(home, priya, alert):  # noqa: F811
    at = f"/alerts/{alert['id']}"
    assert "Nobody has recorded a decision yet." in priya.open(at).text
    before = len(home.rows())
    assert priya.send(f"{at}/decide", form_at=at, kind="gp", words=" ").status == 400 and len(home.rows()) == before
    page = priya.send(f"{at}/decide", form_at=at, kind="nobody", words="She drank 300ml since and is herself")
    assert "No escalation because: She drank 300ml since and is herself." in page.text and "Priya Shah" in page.text
    said = home.rows()[-1]["submission"]
    assert said["kind"] == "escalation" and said["fields"]["alert"] == str(alert["id"]) and said["fields"]["no_escalation_reason"]
    count = len(home.rows())
    priya.client.post(f"{at}/decide", data={"kind": "gp", "words": "Called"})
    assert "Record the decision" not in priya.open(at).text and len(home.rows()) == count


def test_an_alert_that_nobody_answered_is_a_red_banner_on_every_page(home, priya, alert):  # noqa: F811
    assert "Nobody has answered" not in priya.open("/staff").text
    from server import clock
    from server.records import intake

    with home.house.app.app_context():
        said = intake.Statement(record=alert["id"], kind="alert", fields={"status": "unhandled"}, occurred_ms=clock.now_ms())
        assert intake.write(home.id, [said], now_ms=clock.now_ms(), origin="system")[0].status == "accepted"
    for path in ("/staff", "/residents", "/log", "/duties"):
        page = priya.open(path)
        assert "Nobody has answered an alert." in page.text and f"/alerts/{alert['id']}" in page.links()


def test_the_tablet_asks_for_a_decision_about_the_same_rules():
    listed = re.search(r"const DECIDED = \[(.*?)\];", CLIENT.read_text(), re.S).group(1)
    assert set(re.findall(r"'([^']+)'", listed)) == DECIDED
