"""From an alert's page: the one decision of a breach, and the red banner of an alert that nobody answered."""

from __future__ import annotations

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from server import clock
from server.records import intake
from sync.kinds.escalation import DECIDED
from tests.api.test_pages_records import alert, stamp, state  # noqa: F401
from tests.harness.visitor import Visitor

CLIENT = Path(__file__).resolve().parents[2] / "pwa/src/kinds/alert_decision.ts"


def token(visitor: Visitor, at: str) -> dict[str, str]:
    """What a page's forms send along so that they are known to be ours."""
    said = visitor.client.get(at, base_url=visitor.base).get_data(as_text=True)
    return {"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', said).group(1)}


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
    again = priya.client.post(f"{at}/decide", data={**token(priya, at), "kind": "gp", "words": "Called"})
    assert again.status_code == 303
    assert "Record the decision" not in priya.open(at).text and len(home.rows()) == count

    # One that was entered in error answers nothing: it is asked again, and may be answered again.
    struck = intake.Statement(id=uuid.uuid4(), record=uuid.UUID(said["id"]), kind="escalation", fields={"struck_out": True, "correction_reason": "Wrong person"}, occurred_ms=clock.now_ms())
    assert home.append(struck)[0].status == "accepted"
    assert "Record the decision" in priya.open(at).text
    priya.send(f"{at}/decide", form_at=at, kind="gp", words="Called")
    told = home.rows()[-1]["submission"]
    assert told["kind"] == "escalation" and told["record"] not in (said["record"], None) and told["fields"]["contacted"]


def test_when_the_same_alert_comes_back_its_next_breach_asks_for_a_decision_of_its_own(home, priya, alert, tmp_path, monkeypatch):  # noqa: F811
    at = f"/alerts/{alert['id']}"
    priya.send(f"{at}/decide", form_at=at, kind="gp", words="Called at nine")
    shift = tmp_path / "clock-shift-ms"
    shift.write_text(str(60 * 60_000))
    monkeypatch.setenv("TIDEMARK_CLOCK_FILE", str(shift))
    again = {"status": "open", "opening": 2, "opened_at": stamp(5), "happened_at": stamp(6)}
    state(home, "alert", again, record=alert["id"])
    page = priya.open(at)
    assert "Called at nine" in page.text and "It has happened again since." in page.text and "Record the decision" in page.text
    page = priya.send(f"{at}/decide", form_at=at, kind="111", words="Called at three")
    assert "Called at nine" in page.text and "Called at three" in page.text and "Record the decision" not in page.text
    assert [row["submission"]["kind"] for row in home.rows()].count("escalation") == 2


def test_of_two_managers_who_decide_in_the_same_moment_one_is_recorded_and_both_are_answered(home, priya, alert):  # noqa: F811
    at, sue = f"/alerts/{alert['id']}", Visitor.manager(home, ["registered_manager"], "Sue Hart")
    together = Barrier(2)

    def decide(visitor: Visitor) -> int:
        form = token(visitor, at)
        together.wait(10)
        return visitor.client.post(f"{at}/decide", data={**form, "kind": "gp", "words": "Called"}).status_code

    with ThreadPoolExecutor() as pool:
        assert list(pool.map(decide, (priya, sue))) == [303, 303]
    assert [row["submission"]["kind"] for row in home.rows()].count("escalation") == 1


def test_an_alert_that_nobody_answered_is_a_red_banner_on_every_page(home, priya, alert):  # noqa: F811
    assert "Nobody has answered" not in priya.open("/staff").text
    with home.house.app.app_context():
        said = intake.Statement(record=alert["id"], kind="alert", fields={"status": "unhandled"}, occurred_ms=clock.now_ms())
        assert intake.write(home.id, [said], now_ms=clock.now_ms(), origin="system")[0].status == "accepted"
    for path in ("/staff", "/residents", "/log", "/duties"):
        page = priya.open(path)
        assert "Nobody has answered an alert." in page.text and f"/alerts/{alert['id']}" in page.links()
    page = priya.open(f"/alerts/{alert['id']}")
    assert "Nobody has answered" not in page.text and "I'm dealing with it" in page.text, "there the button stands in its place"


def test_the_tablet_asks_for_a_decision_about_the_same_rules():
    listed = re.search(r"const DECIDED = \[(.*?)\];", CLIENT.read_text(), re.S).group(1)
    assert set(re.findall(r"'([^']+)'", listed)) == DECIDED
